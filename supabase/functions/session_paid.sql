-- What a paid diagnostic sets going.

create function app.session_paid(session_id uuid)
    returns boolean
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
begin
    select * into strict session
    from app.diagnostic_sessions as s
    where s.id = session_paid.session_id
    for update;
    if session.status <> 'requested' then
        return false;
    end if;
    perform app.queue_session(session.id);
    perform app.tell(session.customer_id, 'session_paid', session.id);
    return true;
end;
$$;
comment on function app.session_paid is
    'Queues a requested session; false when it was cancelled or has expired: the payment is owed back.';
