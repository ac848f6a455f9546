-- Customers see the messages of their threads; mechanics see which threads there are.

grant usage on schema api to customer, mechanic;

create function app.current_person_id()
    returns uuid
    language sql
    stable
    set search_path = ''
as $$
    select current_setting('app.person_id', true)::uuid;
$$;
grant execute on function app.current_person_id to customer, mechanic;

create policy "customers see their messages"
    on app.messages for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "mechanics see threads"
    on app.threads for select to mechanic
    using (true);

grant select (thread_id, position, customer_id, body) on app.messages to customer;
grant select (id) on app.threads to mechanic;

create view api.messages with (security_invoker = true) as
    select thread_id, position, customer_id, body
    from app.messages;
comment on view api.messages is 'Messages of the caller''s threads.';
grant select on api.messages to customer;

-- Depends on the view above, and sorts before it.
create view api.latest_messages with (security_invoker = true) as
    select thread_id, max(position) as position
    from api.messages
    group by thread_id;
grant select on api.latest_messages to customer;

create policy "customers read their uploads"
    on storage.objects for select to customer
    using (owner_id = (select app.current_person_id())::text);
