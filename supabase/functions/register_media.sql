-- A customer announces a photo or video; the server names the file.

create function api.register_media(session_id uuid, kind text)
    returns text
    language plpgsql
    volatile
    security definer  -- customers hold no insert grant; this is the only way
    set search_path = ''
as $$
declare
    session app.diagnostic_sessions;
    media_id uuid := gen_random_uuid();
    media_path text;
begin
    perform app.lock_standing('may_continue_work');
    perform app.take_limit('register_media', app.current_person_id());
    select * into session
    from app.diagnostic_sessions as s
    where s.id = register_media.session_id
        and s.customer_id = app.current_person_id()
    for share;
    if not found then
        raise exception 'no such session of the caller' using errcode = 'PT404';
    end if;
    if session.status not in ('requested', 'paid', 'active') then
        raise exception 'the session is over' using errcode = 'PT409';
    end if;
    media_path := session.customer_id::text || '/' || media_id::text;
    insert into app.media (id, session_id, customer_id, kind, path)
    values (media_id, session.id, session.customer_id, register_media.kind, media_path);
    return media_path;
exception
    when check_violation or not_null_violation then
        raise exception 'the kind is photo or video' using errcode = 'PT422';
end;
$$;
comment on function api.register_media is
    'Announces a photo or video; returns the path to upload it to, once, in the bucket quarantine.';
grant execute on function api.register_media to customer;
