create function api.messages_to_skip()
    returns integer
    language sql
    stable
    set search_path = ''
as $$
    select 100;
$$;
grant execute on function api.messages_to_skip to customer;
