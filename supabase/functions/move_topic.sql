-- Moves a thread to a fresh topic, so that an open socket of whoever lost access falls silent.

create function app.move_topic(thread_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.threads as t
    set epoch = epoch + 1
    where t.id = move_topic.thread_id;
end;
$$;
comment on function app.move_topic is
    'Raises the thread''s epoch. Those who keep access are told on person:<id> by a trigger.';
