-- A customer cancels a session that no mechanic works on.

create function api.cancel_session(session_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- customers hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
begin
    select * into session
    from app.diagnostic_sessions as s
    where s.id = cancel_session.session_id
        and s.customer_id = app.current_person_id()
    for update;
    if not found then
        raise exception 'no such session of the caller' using errcode = 'PT404';
    end if;
    if session.status not in ('requested', 'paid') then
        raise exception 'the session can no longer be cancelled' using errcode = 'PT409';
    end if;
    perform app.cancel_paid_session(session.id, 'cancelled by the customer');
end;
$$;
comment on function api.cancel_session is
    'Cancels the caller''s session before a mechanic has it; a payment is owed back. PT409 later.';
grant execute on function api.cancel_session to customer;
