-- Writes down which sessions ran out of time. The clock has refused them already; this tells people.

create function app.expire_overdue_sessions()
    returns integer
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
    expired integer := 0;
begin
    for session in
        select *
        from app.diagnostic_sessions as s
        where (s.status = 'requested' and s.pay_by <= app.current_instant())
            or (s.status = 'paid' and s.accept_by <= app.current_instant())
        order by s.id
        for update skip locked
    loop
        if session.status = 'requested' then
            update app.diagnostic_sessions as s
            set status = 'expired',
                ended_at = app.current_instant()
            where s.id = session.id;
            perform app.undo_payment(p.id, 'not paid in time')
            from app.payments as p
            where p.session_id = session.id;
            perform app.tell(session.customer_id, 'session_expired', session.id);
        else
            perform app.cancel_paid_session(session.id, 'no mechanic accepted in time');
        end if;
        expired := expired + 1;
    end loop;
    return expired;
end;
$$;
comment on function app.expire_overdue_sessions is
    'Expires unpaid sessions and cancels, with a refund, paid ones that nobody accepted; how many.';
