-- Where the benchmark of the filter writes: one thread, and a place of its own for each message.

create function pg_temp.send(body text, place integer)
    returns void
    language sql
    volatile
begin atomic
    insert into app.messages (
        thread_id, position, customer_id, provider_id, provider_until, sender, sender_id, body
    )
    select
        t.id, send.place, t.customer_id, t.provider_id, t.provider_until, 'customer', t.customer_id, send.body
    from (select * from app.threads order by created_at, id limit 1) as t;
end;
