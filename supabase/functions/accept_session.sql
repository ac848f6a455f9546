-- A mechanic takes a session from the queue. Of many who try at once, one gets it.

create function api.accept_session(session_id uuid)
    returns uuid
    language plpgsql
    volatile
    security definer  -- mechanics hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    mechanic app.mechanics;
    session app.diagnostic_sessions;
    thread_id uuid;
begin
    perform app.lock_standing('may_take_work');
    select * into mechanic
    from app.mechanics as m
    where m.person_id = app.current_person_id()
        and m.display_name is not null;
    if not found then
        raise exception 'set a mechanic profile first' using errcode = 'PT409';
    end if;

    select * into session
    from app.diagnostic_sessions as s
    where s.id = accept_session.session_id
        and s.status = 'paid'
        and s.accept_by > app.current_instant()
    for update;
    if not found then
        raise exception 'no such session in the queue' using errcode = 'PT404';
    end if;

    update app.diagnostic_sessions as s
    set status = 'active',
        mechanic_id = mechanic.person_id,
        mechanic_name = mechanic.display_name,
        accepted_at = app.current_instant()
    where s.id = session.id;

    perform app.record_consent(session.id);
    insert into app.threads (session_id, customer_id, provider_id, provider_name)
    values (session.id, session.customer_id, mechanic.person_id, mechanic.display_name)
    returning id into thread_id;
    perform app.tell(session.customer_id, 'session_accepted', session.id);
    return thread_id;
end;
$$;
comment on function api.accept_session is
    'Accepts a waiting session; returns the thread with the customer. PT404 when it no longer waits, '
    'PT409 without a profile or consent to monitoring.';
grant execute on function api.accept_session to mechanic;
