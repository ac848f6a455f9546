-- Who chats agrees first that chat is monitored.

create function api.agree_to_monitoring(version integer)
    returns timestamptz
    language plpgsql
    volatile
    security definer  -- personas hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    agreed timestamptz;
begin
    if version is distinct from app.current_monitoring_version() then
        raise exception 'only the notice in force is agreed to' using errcode = 'PT409';
    end if;
    insert into app.consents as c (person_id, version)
    select p.id, agree_to_monitoring.version
    from app.people as p
    where p.id = app.current_person_id()
    on conflict on constraint consents_pkey do update set given_at = c.given_at
    returning c.given_at into agreed;
    if not found then
        raise exception 'no such account' using errcode = 'PT404';
    end if;
    return agreed;
end;
$$;
comment on function api.agree_to_monitoring is
    'The caller agrees to the monitoring notice in force; returns when. Twice changes nothing. PT409 for '
    'another version.';
grant execute on function api.agree_to_monitoring to customer, mechanic, workshop;
