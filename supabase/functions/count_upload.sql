-- An uploaded file is marked as there, and counted on the intake.

create function app.count_upload()
    returns trigger
    language plpgsql
    volatile
    security definer  -- the uploader holds no update grant on media or intake
    set search_path = ''
as $$
declare
    media app.media;
    session app.diagnostic_sessions;
begin
    if new.bucket_id <> 'quarantine' then
        return null;
    end if;
    -- FOR SHARE: whoever ends the session waits for this upload, or the upload sees that it is over.
    select s.* into session
    from app.media as m
    inner join app.diagnostic_sessions as s on m.session_id = s.id
    where m.path = new.name
    for share of s;
    if session.status not in ('requested', 'paid', 'active') then
        raise exception 'the session is over' using errcode = 'PT409';
    end if;
    update app.media as m
    set uploaded_at = app.current_instant()
    where m.path = new.name
        and m.uploaded_at is null
    returning * into media;
    if found then
        update app.session_intake as i
        set photo_count = i.photo_count + (media.kind = 'photo')::integer,
            video_count = i.video_count + (media.kind = 'video')::integer
        where i.session_id = media.session_id;
    end if;
    return null;
end;
$$;
comment on function app.count_upload is
    'After an upload to quarantine: the mechanic sees that there is a photo or video, not the file.';

-- Marks the media row and counts it on the session's intake.
create trigger an_upload_is_counted
    after insert on storage.objects
    for each row execute function app.count_upload();
