-- No consent, no chat: a session names the notice that each party had agreed to.

create function app.record_consent(session_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    insert into app.session_consents (session_id, person_id, version, given_at)
    select record_consent.session_id, c.person_id, c.version, c.given_at
    from app.consents as c
    where c.person_id = app.current_person_id()
        and c.version = app.current_monitoring_version()
    on conflict do nothing;
    if not exists (
        select
        from app.consents as c
        where c.person_id = app.current_person_id()
            and c.version = app.current_monitoring_version()
    ) then
        raise exception 'agree to the monitoring notice first' using errcode = 'PT409';
    end if;
end;
$$;
comment on function app.record_consent is
    'Writes down under which notice the caller enters a session. PT409 without their consent to the '
    'notice in force.';
