create function app.announce_message()
    returns trigger
    language plpgsql
    volatile
    security definer
    set search_path = ''
as $$
begin
    perform pg_notify('messages', new.thread_id::text);
    return null;
end;
$$;
create trigger announce_message
    after insert on app.messages
    for each row execute function app.announce_message();
