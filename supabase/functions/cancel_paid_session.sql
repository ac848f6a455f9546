-- Cancels a session and settles what was paid for it.

create function app.cancel_paid_session(session_id uuid, reason text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
begin
    update app.diagnostic_sessions as s
    set status = 'cancelled',
        ended_at = app.current_instant()
    where s.id = cancel_paid_session.session_id
    returning * into strict session;
    perform app.close_thread(t.id)
    from app.threads as t
    where t.session_id = session.id
        and t.is_open;
    perform app.undo_payment(p.id, cancel_paid_session.reason)
    from app.payments as p
    where p.session_id = session.id;
    perform app.tell(session.customer_id, 'session_cancelled', session.id);
end;
$$;
comment on function app.cancel_paid_session is
    'Cancels the session, closes its thread, and requests the refund of what was paid. The caller '
    'holds the lock.';
