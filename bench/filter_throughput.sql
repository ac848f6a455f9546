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

-- The same by the product's own way, with its limits and locks: another thread, since places are counted there.

update app.limits set most = 1000000 where action in ('send_message', 'thread_message');

create function pg_temp.send_as_customer(body text, place integer)
    returns void
    language plpgsql
    volatile
as $$
declare
    conversation record;
begin
    select c.* into strict conversation
    from pg_temp.conversations as c
    where c.thread_id <> (select t.id from app.threads as t order by t.created_at, t.id limit 1)
    order by c.thread_id
    limit 1;
    perform pg_temp.act_as('customer', conversation.customer_id);
    perform api.send_message(conversation.thread_id, body, gen_random_uuid());
    perform set_config('role', 'none', true);
end;
$$;
