-- Roles, schemas and what nobody holds: the ground on which every later grant stands.
--
-- Roles belong to the cluster, not to a database, so each is made only where it is missing.

-- Personas are INHERIT members of authenticated: Realtime and Storage need that membership on hosted
-- Supabase. authenticated and anon therefore hold nothing in our schemas.

do $$
declare
    persona text;
begin
    foreach persona in array
        array['customer', 'mechanic', 'workshop', 'platform_admin', 'media_worker']
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = persona) then
            execute format('create role %I nologin inherit', persona);
        end if;
        execute format('grant authenticated to %I', persona);
        execute format('grant %I to authenticator', persona);
        -- The owner may become a persona (tests do), but inherits nothing from it.
        execute format('grant %I to postgres with inherit false, set true', persona);
        execute format('alter role %I set statement_timeout = %L', persona, '8s');
    end loop;
end;
$$;

-- The service logs in as backend (web) and worker (jobs). Neither bypasses row level security. The
-- password is set outside migrations; without one, password authentication refuses the login.

do $$
declare
    service text;
begin
    foreach service in array array['backend', 'worker'] loop
        if not exists (select from pg_catalog.pg_roles where rolname = service) then
            execute format('create role %I login noinherit', service);
        end if;
        execute format('grant %I to postgres with inherit false, set true', service);
    end loop;
end;
$$;
alter role backend set statement_timeout = '5s';
alter role worker set statement_timeout = '30s';

-- Who may make temporary objects can take over a definer function: an empty search_path still finds
-- types in pg_temp before pg_catalog, so `text` would be the caller's, and its check would run as the
-- owner. Only the platform's own roles keep what PostgreSQL gives everyone.

do $$
declare
    platform text;
begin
    execute format('revoke temporary on database %I from public', current_database());
    for platform in
        select rolname from pg_catalog.pg_roles where rolname like 'supabase\_%'
    loop
        execute format('grant temporary on database %I to %I', current_database(), platform);
    end loop;
    if has_database_privilege('backend', current_database(), 'temporary') then
        raise exception 'everyone may make temporary objects in this database'
            using hint = format(
                'As its owner: revoke temporary on database %I from public', current_database()
            );
    end if;
end;
$$;

-- Nothing is executable by everyone, in any schema, from here on.
alter default privileges revoke execute on functions from public;

-- Older projects grant every new object in public to the API roles. This project keeps nothing
-- there, and takes the default away all the same.
alter default privileges in schema public
    revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on functions from anon, authenticated, service_role;
alter default privileges in schema public
    revoke all on sequences from anon, authenticated, service_role;

create schema if not exists extensions;
create extension if not exists cube with schema extensions;
create extension if not exists earthdistance with schema extensions;
create extension if not exists pgcrypto with schema extensions;

create schema app;
comment on schema app is 'Every table, predicate and trigger function. No persona has USAGE.';
create schema api;
comment on schema api is
    'The contract with frontends: persona-shaped views and functions. The only exposed schema.';
create schema backend;
comment on schema backend is 'The few functions that the Flask service and its worker may call.';
