-- Whether the database answers the service.

create function backend.readiness()
    returns boolean
    language sql
    stable
    set search_path = ''
as $$
    select true;
$$;
comment on function backend.readiness is 'True: the database answers, and this schema is there.';
grant execute on function backend.readiness to backend, worker;
