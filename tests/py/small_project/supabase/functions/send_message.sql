-- Takes its locks against the order of their tables' names, so that a careless replay would deadlock.
create function api.send_message(thread_id uuid, body text)
    returns bigint
    language plpgsql
    volatile
    security definer
    set search_path = ''
as $$
declare
    sender uuid;
    next_position bigint;
begin
    update app.threads as t
    set last_position = t.last_position + 1
    where t.id = send_message.thread_id
        and t.customer_id = app.current_person_id()
    returning t.last_position into next_position;
    select p.id into strict sender
    from app.people as p
    where p.id = app.current_person_id()
    for share;
    insert into app.messages (thread_id, position, customer_id, body)
    values (send_message.thread_id, next_position, sender, send_message.body);
    return next_position;
end;
$$;
comment on function api.send_message is 'Adds a message to the caller''s thread; returns its position.';
grant execute on function api.send_message to customer;
