-- Threads and messages: read by their two parties, written by send_message alone.
--
--   customer         their own threads, with the mechanic and with each workshop
--   mechanic         the threads of their sessions; read-only once the session is over
--   workshop         their own thread with the customer, as long as their offer lasts
--   platform_admin   flagged threads

-- rows

create policy "customers see their own threads"
    on app.threads for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "mechanics see the threads of their sessions"
    on app.threads for select to mechanic
    using (provider_id = (select app.current_mechanic_id()));
create policy "workshops see their threads while the offer lasts"
    on app.threads for select to workshop
    using (
        provider_id = any((select app.current_workshop_ids())::uuid[])
        and provider_until > (select app.current_instant())
    );
create policy "admins see flagged threads"
    on app.threads for select to platform_admin
    using (
        flagged_at is not null
        and (select app.may_continue_work())
    );

create policy "customers see the messages of their threads"
    on app.messages for select to customer
    using (customer_id = (select app.current_person_id()));
create policy "mechanics see the messages of their sessions"
    on app.messages for select to mechanic
    using (provider_id = (select app.current_mechanic_id()));
create policy "workshops see their messages while the offer lasts"
    on app.messages for select to workshop
    using (
        provider_id = any((select app.current_workshop_ids())::uuid[])
        and provider_until > (select app.current_instant())
    );

-- One look-up a message, not the set of flagged threads: that grows with the platform, and an admin
-- reads a page of one thread. An exists might be answered from the whole set. It finds the threads that
-- the policy above lets this admin see: none, once they are dismissed.
create policy "admins see the messages of flagged threads"
    on app.messages for select to platform_admin
    using (
        (
            select t.flagged_at
            from app.threads as t
            where t.id = messages.thread_id
        ) is not null
    );

-- columns

grant select (
    id, session_id, offer_id, provider_name, is_open, last_position, topic, created_at
) on app.threads to customer;
grant select (id, session_id, is_open, last_position, topic, created_at)
    on app.threads to mechanic;
grant select (id, offer_id, provider_id, is_open, last_position, topic, created_at)
    on app.threads to workshop;
grant select (id, session_id, offer_id, is_open, last_position, flagged_at, created_at)
    on app.threads to platform_admin;

grant select (id, thread_id, position, sender, kind, quote_id, body, sent_at)
    on app.messages to customer, mechanic, workshop, platform_admin;

-- shapes

create view api.customer_threads with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        id,
        session_id,
        offer_id,
        case when offer_id is null then 'mechanic' else 'workshop' end as party,
        provider_name,
        is_open,
        last_position,
        topic,
        created_at
    from app.threads;
comment on view api.customer_threads is
    'The calling customer''s conversations. Join the topic as a private channel; it moves on.';
grant select on api.customer_threads to customer;

create view api.mechanic_threads with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        id,
        session_id,
        is_open,
        last_position,
        case when is_open then topic end as topic,
        created_at
    from app.threads;
comment on view api.mechanic_threads is
    'The calling mechanic''s conversations. A closed one is read-only and has no topic to join.';
grant select on api.mechanic_threads to mechanic;

create view api.workshop_threads with (security_invoker = true) as
    select  -- in the order of a screen -- noqa: ST06
        id,
        provider_id as workshop_id,
        offer_id,
        is_open,
        last_position,
        case when is_open then topic end as topic,
        created_at
    from app.threads;
comment on view api.workshop_threads is
    'The calling advisor''s conversations with customers, as long as the offers last.';
grant select on api.workshop_threads to workshop;

create view api.messages with (security_invoker = true) as
    select
        id,
        thread_id,
        position,
        sender,
        kind,
        quote_id,
        body,
        sent_at
    from app.messages;
comment on view api.messages is
    'Messages as delivered, in the order of position. The sender is a party, never an account.';
grant select on api.messages to customer, mechanic, workshop, platform_admin;

create view api.admin_threads with (security_invoker = true) as
    select
        id,
        session_id,
        offer_id,
        is_open,
        last_position,
        flagged_at,
        created_at
    from app.threads;
comment on view api.admin_threads is 'Flagged threads, for admins.';
grant select on api.admin_threads to platform_admin;
