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
comment on column app.messages.hidden is 'What was hidden and why, told to the sender: [{"kind", "reason"}].';
-- What a policy names leads an index: whoever asks for messages of all threads reads only their own.
create index messages_by_customer on app.messages (customer_id, sent_at desc);
create index messages_by_provider on app.messages (provider_id, sent_at desc);
create index messages_by_sender on app.messages (sender_id);
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

create table app.contact_flags (
    id uuid primary key default gen_random_uuid(),
    message_id uuid not null
        constraint a_flag_is_about_a_message references app.messages (id)
        deferrable initially deferred,
    thread_id uuid not null references app.threads (id),
    person_id uuid not null references app.people (id),
    raised_by text not null
        constraint raised_by_is_known check (raised_by in ('filter', 'report')),
    reporter_id uuid references app.people (id),
    kinds text[] not null,
    piece_ids uuid[] not null default '{}',
    reason_codes text[] not null default '{}',
    note text
        constraint note_is_short check (octet_length(note) <= 2000),
    severity text not null default 'S1'
        constraint severity_is_known check (severity in ('S1', 'S2', 'S3')),
    status text not null default 'open'
        constraint flag_status_is_known check (status in ('open', 'dismissed', 'confirmed')),
    created_at timestamptz not null default app.current_instant(),
    decided_by uuid references app.people (id),
    decided_at timestamptz,
    decision_reason text,
    constraint a_message_is_flagged_once_a_source unique nulls not distinct (
        message_id, raised_by, reporter_id
    )
);
comment on table app.contact_flags is
    'Messages that may have shared contact data. Only a person turns a flag into a violation.';
comment on column app.contact_flags.piece_ids is
    'Earlier messages that hold pieces of the detail which message_id completes.';
comment on column app.contact_flags.reason_codes is 'Why the filter raised it: the codes of app.find_contacts.';
comment on column app.contact_flags.severity is
    'S1 unsolicited or accidental, S2 sharing or soliciting, S3 payment or meeting off the platform.';
create index contact_flags_open on app.contact_flags (severity desc, created_at)
    where status = 'open';
create index contact_flags_in_order on app.contact_flags (created_at desc);
create index contact_flags_by_thread on app.contact_flags (thread_id);
create index contact_flags_by_person on app.contact_flags (person_id);

create table app.violations (
    id uuid primary key default gen_random_uuid(),
    flag_id uuid not null
        constraint a_flag_is_confirmed_once unique references app.contact_flags (id),
    person_id uuid not null references app.people (id),
    severity text not null
        constraint violation_severity_is_known check (severity in ('S1', 'S2', 'S3')),
    clause text not null,
    facts text not null,
    decided_by uuid not null references app.people (id),
    decided_at timestamptz not null default app.current_instant()
);
comment on table app.violations is 'What a person decided, with the clause broken and the facts.';
create index violations_in_order on app.violations (decided_at desc);
create index violations_by_person on app.violations (person_id, decided_at desc);

create table app.restrictions (
    id uuid primary key default gen_random_uuid(),
    holder_id uuid not null references app.standings (holder_id),
    kind text not null
        constraint restriction_kind_is_known check (kind in ('suspended', 'banned')),
    off_platform boolean not null,
    clause text not null
        constraint clause_is_given check (length(clause) > 0),
    facts text not null
        constraint facts_are_given check (length(facts) > 0),
    evidence_ids uuid[] not null default '{}',
    automated boolean not null default false,
    appeal_by timestamptz not null,
    starts_at timestamptz not null default app.current_instant(),
    ends_at timestamptz not null,
    decided_by uuid not null references app.people (id),
    lifted_at timestamptz,
    lifted_by uuid references app.people (id),
    lift_reason text,
    constraint a_ban_does_not_end_by_itself check ((kind = 'banned') = (ends_at = 'infinity'))
);
comment on table app.restrictions is
    'Suspensions and bans with their statement of reasons, which the person concerned reads.';
comment on column app.restrictions.off_platform is
    'For a payment or meeting off the platform: access to open work ends too.';
create index restrictions_in_order on app.restrictions (starts_at desc);
create index restrictions_by_holder on app.restrictions (holder_id, starts_at desc);

-- A planned count shows its caller what the planner guesses, and it guesses from rows that they do not see.
-- So it learns nothing of what is said about a person or a car.
alter table app.threads alter column provider_name set statistics 0;
alter table app.messages alter column body set statistics 0;
alter table app.violations
    alter column clause set statistics 0,
    alter column facts set statistics 0;
alter table app.restrictions
    alter column clause set statistics 0,
    alter column facts set statistics 0,
    alter column lift_reason set statistics 0;
