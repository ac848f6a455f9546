-- Takes its locks against the order of their tables' names, so that a careless replay would deadlock.
-- Has a result of two columns: PostgreSQL looks the function up again when it returns.
create function api.send_message(
    thread_id uuid,
    body text,
    out "position" bigint,
    out delivered text
)
    language plpgsql
    volatile
    security definer
    set search_path = ''
as $$
declare
    sender uuid;
begin
    update app.threads as t
    set last_position = t.last_position + 1
    where t.id = send_message.thread_id
        and t.customer_id = app.current_person_id()
    returning t.last_position into position;
    select p.id into strict sender
    from app.people as p
    where p.id = app.current_person_id()
    for share;
    insert into app.messages as m (thread_id, position, customer_id, body)
    values (send_message.thread_id, send_message.position, sender, send_message.body)
    returning m.body into delivered;
end;
$$;
comment on function api.send_message is 'Adds a message to the caller''s thread; returns its position.';
grant execute on function api.send_message to customer;
