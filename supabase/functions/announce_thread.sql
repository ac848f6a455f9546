-- Whoever keeps access to a thread whose topic moved is told to read the new one from their view.

create function app.announce_thread()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    reader_id uuid;
begin
    for reader_id in
        select new.customer_id
        union
        select s.person_id
        from app.standings as s
        left join app.workshop_members as m
            on s.person_id = m.person_id
            and m.workshop_id = new.provider_id
            and m.removed_at is null
        where (s.person_id = new.provider_id or m.workshop_id is not null)
            and (s.barred_until <= app.current_instant() or s.barred_from > app.current_instant())
            and new.provider_until > app.current_instant()
    loop
        perform realtime.send(
            jsonb_build_object('thread_id', new.id),
            'thread_changed',
            'person:' || reader_id::text,
            true
        );
    end loop;
    return null;
end;
$$;
comment on function app.announce_thread is
    'Broadcasts thread_changed, with the thread''s id alone, on the topic of each remaining reader.';

create trigger a_moved_topic_is_announced
    after insert or update of epoch on app.threads
    for each row execute function app.announce_thread();
