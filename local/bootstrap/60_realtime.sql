-- Realtime: the schema a hosted project has, and what the local relay needs to learn of new messages.
--
-- Made once per database by supabase_admin. Schema `realtime` holds what hosted Supabase holds there, in our own
-- words, without `realtime.subscription`: nothing here serves postgres_changes. What only the relay needs is in
-- schema `development`.

do $$
begin
    if exists (
        select
        from pg_catalog.pg_class
        where oid = to_regclass('realtime.messages')
            and relowner = to_regrole('supabase_realtime_admin')
    ) then
        raise exception 'realtime.messages belongs to a Realtime server: this is a Supabase project, not a local stack';
    end if;
end;
$$;

create schema realtime authorization supabase_realtime_admin;
grant usage on schema realtime to postgres with grant option;
grant usage on schema realtime to anon, authenticated, service_role, realtime_relay;

-- A transport, not storage: one partition a day, dropped after three.
create table realtime.messages (
    topic text not null,
    extension text not null,
    payload jsonb,
    event text,
    private boolean default false,
    updated_at timestamp not null default now(),
    inserted_at timestamp not null default now(),
    id uuid not null default gen_random_uuid(),
    binary_payload bytea,
    primary key (id, inserted_at)
) partition by range (inserted_at);
alter table realtime.messages owner to platform_tables;
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to postgres, anon, authenticated, service_role;

create function realtime.topic()
    returns text
    language sql
    stable
    set search_path = ''
return nullif(current_setting('realtime.topic', true), '');
alter function realtime.topic() owner to supabase_realtime_admin;
comment on function realtime.topic() is
    'The topic that is being authorised or sent to; null outside of both.';

create function realtime.send(payload jsonb, event text, topic text, private boolean default true)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    message_id constant uuid := gen_random_uuid();
begin
    perform set_config('realtime.topic', topic, true);
    if not payload ? 'id' then
        payload := jsonb_set(payload, '{id}', to_jsonb(message_id));
    end if;
    insert into realtime.messages (id, topic, extension, event, payload, private)
    values (message_id, topic, 'broadcast', event, payload, private);
exception
    -- As on hosted: the caller's transaction goes on, and the message is lost.
    when others then
        raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end;
$$;
alter function realtime.send(jsonb, text, text, boolean) owner to supabase_realtime_admin;
comment on function realtime.send(jsonb, text, text, boolean) is
    'Sends a JSON object to the readers of a topic when the transaction commits. An error is only a warning.';

create function realtime.broadcast_changes(
    topic_name text,
    event_name text,
    operation text,
    table_name text,
    table_schema text,
    new record,
    old record,
    level text default 'ROW'
)
    returns void
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    if level <> 'ROW' then
        raise exception 'broadcast_changes is for row triggers, not for % triggers', lower(level);
    end if;
    perform realtime.send(
        jsonb_build_object(
            'schema', table_schema,
            'table', table_name,
            'operation', operation,
            'record', new,
            'old_record', old
        ),
        event_name,
        topic_name
    );
end;
$$;
alter function realtime.broadcast_changes(text, text, text, text, text, record, record, text)
    owner to supabase_realtime_admin;
comment on function realtime.broadcast_changes(text, text, text, text, text, record, record, text) is
    'Sends a changed row, whole, from a row trigger to the private readers of a topic.';

create publication supabase_realtime;
create publication supabase_realtime_messages_publication for table realtime.messages;

-- What the hosted Realtime server does by itself: the relay calls it at its start and every hour.
create function development.keep_message_partitions()
    returns void
    language plpgsql
    volatile
    security definer  -- the relay may not make or drop tables
    set search_path = ''
as $$
declare
    today constant date := timezone('utc', now())::date;
    day date;
    partition regclass;
begin
    perform pg_advisory_xact_lock(hashtext('realtime.messages'));  -- two relays may start at once
    for day in select today + n from generate_series(-1, 3) as n loop
        if to_regclass(to_char(day, '"realtime.messages_"YYYY_MM_DD')) is null then
            execute format(
                'create table realtime.%I partition of realtime.messages for values from (%L) to (%L)',
                to_char(day, '"messages_"YYYY_MM_DD'), day, day + 1
            );
            execute format(
                'alter table realtime.%I owner to supabase_realtime_admin, enable row level security',
                to_char(day, '"messages_"YYYY_MM_DD')
            );
        end if;
    end loop;
    for partition in
        select inhrelid
        from pg_catalog.pg_inherits
        join pg_catalog.pg_class on pg_class.oid = inhrelid
        where inhparent = 'realtime.messages'::regclass
            and relname < to_char(today - 3, '"messages_"YYYY_MM_DD')
    loop
        execute format('drop table %s', partition);
    end loop;
end;
$$;
comment on function development.keep_message_partitions() is
    'Makes the day partitions of realtime.messages, yesterday to three days ahead; drops those older than three days.';

-- The id only: a notification over 8,000 bytes fails, and realtime.send would lose the message; and anyone may listen.
create function development.announce_message()
    returns trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
begin
    perform pg_notify('realtime_messages', new.id::text);
    return null;
end;
$$;
comment on function development.announce_message() is
    'Tells the relay that a message with this id is committed.';

create trigger announce_message
    after insert on realtime.messages
    for each row
    when (new.event is not null and new.payload is not null)  -- the relay's probes have neither
    execute function development.announce_message();

revoke execute on function development.keep_message_partitions(), development.announce_message() from public;
grant usage on schema development to realtime_relay;
grant execute on function development.keep_message_partitions() to realtime_relay;
grant select, insert on realtime.messages to realtime_relay;  -- it has BYPASSRLS and nothing else

select development.keep_message_partitions();
