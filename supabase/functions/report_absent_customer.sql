-- A mechanic whose customer has fallen silent ends the session; the customer is refunded.

create function api.report_absent_customer(session_id uuid)
    returns void
    language plpgsql
    volatile
    security definer  -- mechanics hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
begin
    perform app.lock_standing('may_continue_work');
    select * into session
    from app.diagnostic_sessions as s
    where s.id = report_absent_customer.session_id
        and s.mechanic_id = app.current_person_id()
    for update;
    if not found then
        raise exception 'no such session of the caller' using errcode = 'PT404';
    end if;
    if session.status <> 'active' then
        raise exception 'the session is not active' using errcode = 'PT409';
    end if;
    if not app.is_absent(session.id, 'customer') then
        raise exception 'the customer is not absent yet' using errcode = 'PT409';
    end if;
    perform app.cancel_paid_session(session.id, 'customer absent');
end;
$$;
comment on function api.report_absent_customer is
    'Cancels the caller''s session when the customer is silent; the payment is owed back. PT409 before.';
grant execute on function api.report_absent_customer to mechanic;
