-- Ends a conversation: it stays readable, nobody writes any more, and the topic moves on.

create function app.close_thread(thread_id uuid)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    update app.threads as t
    set is_open = false,
        epoch = epoch + 1
    where t.id = close_thread.thread_id
        and t.is_open;
end;
$$;
comment on function app.close_thread is
    'Closes an open thread. Waits for a message that is being written; the next one is refused.';
