-- Puts a message of the platform's own, or a quote, into a thread.

create function app.post_message(
    thread_id uuid,
    sender text,
    sender_id uuid,
    kind text,
    body text,
    quote_id uuid default null
)
    returns integer
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    thread app.threads;
begin
    update app.threads as t
    set last_position = last_position + 1
    where t.id = post_message.thread_id
    returning * into strict thread;

    insert into app.messages (
        thread_id, position, customer_id, provider_id, provider_until, sender, sender_id, kind,
        quote_id, body
    ) values (
        thread.id, thread.last_position, thread.customer_id, thread.provider_id,
        thread.provider_until, post_message.sender, post_message.sender_id, post_message.kind,
        post_message.quote_id, post_message.body
    );
    return thread.last_position;
end;
$$;
comment on function app.post_message is
    'Takes the thread''s next position, open or closed, and returns it. For notices and quotes.';
