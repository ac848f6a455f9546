-- A stored message is announced on its thread's topic, in the shape that its readers see.

create function app.announce_message()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform realtime.send(
        jsonb_build_object(
            'id', new.id,
            'thread_id', new.thread_id,
            'position', new.position,
            'sender', new.sender,
            'kind', new.kind,
            'quote_id', new.quote_id,
            'body', new.body,
            'sent_at', new.sent_at
        ),
        'message',
        (select t.topic from app.threads as t where t.id = new.thread_id),
        true
    );
    return null;
end;
$$;
comment on function app.announce_message is
    'Broadcasts the row of api.messages, masked, to whoever has joined the thread''s topic.';

create trigger a_message_is_announced
    after insert on app.messages
    for each row execute function app.announce_message();
