-- A mechanic hands an active session back; another one may take it.

create function api.hand_back_session(session_id uuid)
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
    where s.id = hand_back_session.session_id
        and s.mechanic_id = app.current_person_id()
    for update;
    if not found then
        raise exception 'no such session of the caller' using errcode = 'PT404';
    end if;
    if session.status <> 'active' then
        raise exception 'the session is not active' using errcode = 'PT409';
    end if;
    perform app.requeue_session(session.id, 'session_handed_back');
end;
$$;
comment on function api.hand_back_session is
    'Returns the caller''s active session to the queue. PT404 if not the caller''s, PT409 if not active.';
grant execute on function api.hand_back_session to mechanic;
