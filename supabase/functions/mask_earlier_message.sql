-- An earlier message turns out to hold a piece of a detail: the piece is hidden, also on a closed thread.

create function app.mask_earlier_message(message_id uuid, delivered text)
    returns uuid
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    was app.messages;
begin
    select * into strict was
    from app.messages as m
    where m.id = mask_earlier_message.message_id
    for update;

    insert into app.raw_messages (message_id, body)
    values (was.id, was.body)
    on conflict on constraint raw_messages_pkey do nothing;
    update app.messages as m
    set body = mask_earlier_message.delivered
    where m.id = was.id;
    perform app.log_action(
        'mask_earlier_message', 'message', was.id, 'a piece of a contact detail that a later message completes'
    );
    perform realtime.send(
        jsonb_build_object(
            'id', was.id,
            'thread_id', was.thread_id,
            'position', was.position,
            'sender', was.sender,
            'kind', was.kind,
            'quote_id', was.quote_id,
            'body', delivered,
            'sent_at', was.sent_at
        ),
        'message_masked',
        (select t.topic from app.threads as t where t.id = was.thread_id),
        true
    );
    return was.id;
end;
$$;
comment on function app.mask_earlier_message is
    'Changes the body of a message alone, keeps the typed one, writes it into the audit log and announces '
    'message_masked, in the shape of api.messages; returns its id.';
