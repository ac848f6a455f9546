-- An appeal is announced to the admins when it is made and when it is decided.

create function app.announce_appeal()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform realtime.send(
        jsonb_build_object('id', new.id, 'status', new.status, 'created_at', new.created_at),
        'appeal',
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
comment on function app.announce_appeal is 'Broadcasts an appeal''s id and status on the moderation topic.';

create trigger an_appeal_is_announced
    after insert or update of status on app.appeals
    for each row execute function app.announce_appeal();
