-- Comes before the function that it calls; returns rows of a view, which is dropped before functions.
create function api.get_newest_messages()
    returns setof api.messages
    language sql
    stable
    set search_path = ''
as $$
    select thread_id, position, customer_id, body
    from api.messages
    where position > api.messages_to_skip();
$$;
grant execute on function api.get_newest_messages to customer;
