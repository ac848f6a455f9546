-- A customer whose mechanic has fallen silent gets another one.

create function api.report_absent_mechanic(session_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- customers hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
begin
    perform app.lock_standing('may_continue_work');
    select * into session
    from app.diagnostic_sessions as s
    where s.id = report_absent_mechanic.session_id
        and s.customer_id = app.current_person_id()
    for update;
    if not found then
        raise exception 'no such session of the caller' using errcode = 'PT404';
    end if;
    if session.status <> 'active' then
        raise exception 'the session is not active' using errcode = 'PT409';
    end if;
    if not app.is_absent(session.id, 'mechanic') then
        raise exception 'the mechanic is not absent yet' using errcode = 'PT409';
    end if;
    perform app.tell(session.mechanic_id, 'session_taken_away', session.id);
    perform app.requeue_session(session.id, 'session_queued_again');
end;
$$;
comment on function api.report_absent_mechanic is
    'Returns the caller''s session to the queue when the mechanic is silent. PT409 before that; a '
    'queued session may be cancelled for a refund.';
grant execute on function api.report_absent_mechanic to customer;
