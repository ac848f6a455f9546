-- Takes an active session from its mechanic and puts it back into the queue.

create function app.requeue_session(session_id uuid, notice text)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
begin
    perform app.close_thread(t.id)
    from app.threads as t
    where t.session_id = requeue_session.session_id
        and t.offer_id is null
        and t.is_open;
    perform app.queue_session(requeue_session.session_id);
    select * into strict session
    from app.diagnostic_sessions as s
    where s.id = requeue_session.session_id;
    perform app.tell(session.customer_id, notice, session.id);
end;
$$;
comment on function app.requeue_session is
    'Closes the thread, queues the session anew and tells the customer why. The caller holds the lock.';
