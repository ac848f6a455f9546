-- Threads and messages: every word passes the platform, in one order, masked before it is stored.

create table app.threads (
    id uuid primary key default gen_random_uuid(),
    session_id uuid not null references app.diagnostic_sessions (id),
    offer_id uuid
        constraint an_offer_has_one_thread unique references app.offers (id),
    customer_id uuid not null references app.customers (person_id),
    provider_id uuid not null,
    provider_until timestamptz not null default 'infinity',
    provider_name text not null,
    is_open boolean not null default true,
    last_position integer not null default 0,
    epoch integer not null default 1,
    topic text not null
        generated always as ('thread:' || id::text || ':' || epoch::text) stored,
    flagged_at timestamptz,
    created_at timestamptz not null default app.current_instant(),
    constraint thread_readers_are_referable unique (id, customer_id, provider_id, provider_until),
    constraint a_workshop_reads_as_long_as_its_offer
        foreign key (offer_id, provider_id, provider_until)
        references app.offers (id, workshop_id, visible_until) on update cascade
) with (fillfactor = 70);
comment on table app.threads is
    'One conversation: customer and mechanic, or customer and one workshop (then it has an offer).';
comment on column app.threads.provider_id is 'The mechanic''s person id, or the workshop''s id.';
comment on column app.threads.provider_until is 'Until when the provider reads it; follows the offer.';
comment on column app.threads.last_position is
    'Position of the newest message. Taken under this row''s lock, so order is the thread''s own.';
comment on column app.threads.epoch is 'Moves on when anybody loses access, and the topic with it.';
create index threads_by_customer on app.threads (customer_id, created_at desc);
create index threads_by_provider on app.threads (provider_id, created_at desc);
create index threads_by_session on app.threads (session_id);
create index threads_flagged on app.threads (flagged_at) where flagged_at is not null;

create table app.messages (
    id uuid primary key default gen_random_uuid(),
    thread_id uuid not null,
    position integer not null,
    customer_id uuid not null,
    provider_id uuid not null,
    provider_until timestamptz not null,
    sender text not null
        constraint sender_is_known check (sender in ('customer', 'mechanic', 'workshop', 'system')),
    sender_id uuid references app.people (id),
    client_message_id uuid,
    kind text not null default 'text'
        constraint message_kind_is_known check (kind in ('text', 'quote', 'notice')),
    quote_id uuid references app.repair_quotes (id),
    body text not null
        constraint body_is_at_most_four_kilobytes check (octet_length(body) between 1 and 4096),
    hidden jsonb not null default '[]',
    sent_at timestamptz not null default app.current_instant(),
    constraint a_position_is_taken_once unique (thread_id, position),
    constraint a_client_message_is_sent_once unique (thread_id, sender_id, client_message_id),
    constraint a_message_is_read_by_whom_the_thread_is
        foreign key (thread_id, customer_id, provider_id, provider_until)
        references app.threads (id, customer_id, provider_id, provider_until) on update cascade
);
comment on table app.messages is 'Messages as delivered. A trigger masks contact details before storing.';
comment on column app.messages.hidden is
    'What was hidden and why, and that it solicits, told to the sender: [{"kind", "code", "reason"}].';
-- What a policy names leads an index: whoever asks for messages of all threads reads only their own.
create index messages_by_customer on app.messages (customer_id, sent_at desc);
create index messages_by_provider on app.messages (provider_id, sent_at desc);
-- and what the sender last wrote in the thread, which the contact filter reads
create index messages_by_sender on app.messages (sender_id, thread_id, position);
create index messages_by_quote on app.messages (quote_id) where quote_id is not null;

create table app.raw_messages (
    message_id uuid primary key
        constraint raw_text_belongs_to_a_message references app.messages (id)
        deferrable initially deferred,
    body text not null,
    kept_at timestamptz not null default app.current_instant()
);
comment on table app.raw_messages is
    'The text of masked messages as typed. Read by admins alone, one at a time, with a purpose, logged.';

-- A planned count shows its caller what the planner guesses, and it guesses from rows that they do not see.
-- So it learns nothing of what is said about a person or a car.
alter table app.threads alter column provider_name set statistics 0;
alter table app.messages alter column body set statistics 0;
