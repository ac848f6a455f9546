-- What hosted refuses to postgres on the platform's tables, though here it owns some of them through platform_tables.
--
-- There supautils lends ownership for CREATE, ALTER and DROP POLICY and for DROP TRIGGER alone; CREATE TRIGGER and foreign
-- keys need no ownership. So ALTER TABLE, CREATE INDEX and COMMENT ON TRIGGER fail there, and here.

create function development.refuse_what_hosted_refuses()
    returns event_trigger
    language plpgsql
    volatile
    set search_path = ''
as $$
declare
    refused text;
begin
    if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
        return;
    end if;
    if tg_event = 'sql_drop' then
        select format('%s %s', object_type, object_identity)
        into refused
        from pg_event_trigger_dropped_objects()
        where original
            and schema_name in ('auth', 'realtime', 'storage')
            and object_type not in ('policy', 'trigger')
        limit 1;
    else
        select format('%s %s', object_type, object_identity)
        into refused
        from pg_event_trigger_ddl_commands()
        where schema_name in ('auth', 'realtime', 'storage')
            -- policies and triggers have no schema of their own
            or command_tag = 'COMMENT' and object_identity ~ ' on (auth|realtime|storage)\.'
        limit 1;
    end if;
    if refused is not null then
        raise exception 'must be owner of %: hosted Supabase refuses this % to %', refused, tg_tag, current_user
            using errcode = 'insufficient_privilege';
    end if;
end;
$$;
comment on function development.refuse_what_hosted_refuses() is
    'Leaves a project policies, triggers and foreign keys on the platform''s tables, and nothing else.';

create event trigger refuse_what_hosted_refuses on ddl_command_end
    execute function development.refuse_what_hosted_refuses();
create event trigger refuse_drops_that_hosted_refuses on sql_drop
    execute function development.refuse_what_hosted_refuses();
