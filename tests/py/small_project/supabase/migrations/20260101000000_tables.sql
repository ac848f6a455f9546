-- A small chat with one object of every kind: what the tests of migrations build, plant in and replay.

do $$
begin
    if to_regrole('customer') is null then
        create role customer;
        create role mechanic;
        grant customer, mechanic to authenticator;
    end if;
end;
$$;
alter default privileges revoke execute on functions from public;

create schema app;
create schema api;
create schema backend;

create type app.tone as enum ('calm', 'loud');
create domain app.short_text as text constraint short_text_is_short check (length(value) < 500);
create sequence app.ticket_numbers;

-- Functions that tables need are part of them.
create function app.new_ticket()
    returns bigint
    language sql
    volatile
    set search_path = ''
as $$
    select nextval('app.ticket_numbers');
$$;
create function app.is_polite(body text)
    returns boolean
    language sql
    immutable
    set search_path = ''
as $$
    select body <> 'damn';
$$;
create function app.folded(body text)
    returns text
    language sql
    immutable
    set search_path = ''
as $$
    select lower(body);
$$;
create function app.length_of(body text)
    returns integer
    language sql
    immutable
    set search_path = ''
as $$
    select length(body);
$$;

create table app.people (
    id uuid primary key,
    name text not null,
    tone app.tone not null default 'calm'
);
create table app.threads (
    id uuid primary key,
    customer_id uuid not null references app.people (id),
    last_position bigint not null default 0,
    ticket bigint not null default app.new_ticket()
);
create table app.messages (
    thread_id uuid not null references app.threads (id),
    position bigint not null,
    customer_id uuid not null references app.people (id),
    body app.short_text not null constraint messages_are_polite check (app.is_polite(body)),
    body_length integer generated always as (app.length_of(body)) stored,
    primary key (thread_id, position)
);
create index messages_by_folded_body on app.messages (app.folded(body));

alter table app.people enable row level security, force row level security;
alter table app.threads enable row level security, force row level security;
alter table app.messages enable row level security, force row level security;

create publication chat for table app.messages;
