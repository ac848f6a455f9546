-- The mechanic ends the session with a summary and a diagnosis, and has earned the fee.

create function api.complete_session(
    session_id uuid,
    summary text,
    diagnosis text,
    recommended_services text[] default '{}'
)
    returns timestamptz
    language plpgsql
    volatile
    security definer  -- mechanics hold no update grant; this is the only way
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
    instant timestamptz := app.current_instant();
begin
    perform app.lock_standing('may_continue_work');
    select * into session
    from app.diagnostic_sessions as s
    where s.id = complete_session.session_id
        and s.mechanic_id = app.current_person_id()
    for update;
    if not found then
        raise exception 'no such session of the caller' using errcode = 'PT404';
    end if;
    if session.status <> 'active' then
        raise exception 'the session is not active' using errcode = 'PT409';
    end if;
    if exists (
        select
        from unnest(complete_session.recommended_services) as r (service)
        where not exists (select from app.services as s where s.code = r.service)
    ) then
        raise exception 'a recommended service is not listed' using errcode = 'PT422';
    end if;

    update app.diagnostic_sessions as s
    set status = 'completed',
        ended_at = instant,
        summary = app.clean_text(complete_session.summary),
        diagnosis = app.clean_text(complete_session.diagnosis, array[complete_session.summary]),
        recommended_services = coalesce(complete_session.recommended_services, '{}')
    where s.id = session.id;
    perform app.close_thread(t.id)
    from app.threads as t
    where t.session_id = session.id;
    perform app.record_work_done(p.id)
    from app.payments as p
    where p.session_id = session.id;
    perform app.tell(session.customer_id, 'session_completed', session.id);
    return instant;
exception
    when check_violation then
        raise exception 'a summary and a diagnosis of at most 8 kB are needed'
            using errcode = 'PT422';
end;
$$;
comment on function api.complete_session is
    'Completes the caller''s active session; returns when. Both texts are masked by the contact '
    'filter. PT404 if not the caller''s, PT409 if not active, PT422 for bad input.';
grant execute on function api.complete_session to mechanic;
