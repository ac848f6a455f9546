-- A new flag is announced to the admins.

create function app.announce_flag()
    returns trigger
    language plpgsql
    volatile
    security definer  -- realtime.send inserts as the caller, and no persona may insert
    set search_path = ''
as $$
begin
    perform realtime.send(
        jsonb_build_object('id', new.id, 'severity', new.severity, 'created_at', new.created_at),
        'flag',
        (
            select e.name || ':' || e.epoch::text
            from app.topic_epochs as e
            where e.name = 'admin:moderation'
        ),
        true
    );
    return null;
end;
$$;
comment on function app.announce_flag is 'Broadcasts a flag''s id and severity on the moderation topic.';

create trigger a_flag_is_announced
    after insert on app.contact_flags
    for each row execute function app.announce_flag();
