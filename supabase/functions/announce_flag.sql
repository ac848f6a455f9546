-- A flag is announced to the admins when it is raised, claimed, released and decided.

create function app.announce_flag()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform realtime.send(
        jsonb_build_object(
            'id', new.id,
            'severity', new.severity,
            'status', new.status,
            'claimed_until', new.claimed_until,
            'created_at', new.created_at
        ),
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
comment on function app.announce_flag is 'Broadcasts a flag''s id, severity and state on the moderation topic.';

create trigger a_flag_is_announced
    after insert or update of status, claimed_until on app.contact_flags
    for each row execute function app.announce_flag();
