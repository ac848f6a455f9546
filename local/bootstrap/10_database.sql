-- The database itself: schemas extensions and public, and the mark of a development database.

create schema extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role, supabase_realtime_admin;

create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;
create extension pg_stat_statements with schema extensions;

-- On hosted, supautils lets postgres create these; plain PostgreSQL keeps them for superusers.
create extension cube with schema extensions;
create extension earthdistance with schema extensions;

-- Older projects grant everything in public to everybody; since 2026 new ones do not. This is the worse one.
grant usage on schema public to anon, authenticated, service_role;
grant all on schema public to postgres;
alter default privileges for role postgres in schema public
    grant all on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on functions to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on sequences to anon, authenticated, service_role;

-- Tells a development or test database from a hosted one: nobody but the superuser can make it.
create schema development authorization supabase_admin;
comment on schema development is
    'Marks a database made by the development or test bootstrap.';

-- The Data API re-reads the catalog when it hears this, as PostgREST does.
create function extensions.pgrst_ddl_watch()
    returns event_trigger
    language plpgsql
    set search_path = ''
as $$
begin
    notify pgrst, 'reload schema';
end;
$$;
create event trigger pgrst_ddl_watch on ddl_command_end
    when tag in (
        'ALTER FUNCTION', 'ALTER SCHEMA', 'ALTER TABLE', 'ALTER TYPE', 'ALTER VIEW', 'COMMENT', 'CREATE FUNCTION',
        'CREATE SCHEMA', 'CREATE TABLE', 'CREATE TABLE AS', 'CREATE TRIGGER', 'CREATE TYPE', 'CREATE VIEW'
    )
    execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop
    execute function extensions.pgrst_ddl_watch();
