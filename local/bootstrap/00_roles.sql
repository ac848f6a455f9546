-- Roles of a hosted project before its first migration. They belong to the cluster, so each is made once.
--
-- Source: migrations/db of github.com/supabase/postgres; differences are named where they stand.

do $$
declare
    wanted record;
begin
    for wanted in
        select *
        from (
            values
                -- What migrations run as. It owns what they make, and sees every row of it.
                ('postgres', 'login createdb createrole replication bypassrls'),
                ('anon', 'nologin inherit'),
                ('authenticated', 'nologin inherit'),
                ('service_role', 'nologin inherit bypassrls'),
                ('authenticator', 'login noinherit'),
                ('supabase_auth_admin', 'login noinherit'),
                ('supabase_storage_admin', 'login noinherit'),
                ('supabase_realtime_admin', 'login noinherit'),
                ('supabase_read_only_user', 'login bypassrls'),
                -- Not on hosted: owner of the tables on which supautils lets postgres make policies and triggers.
                ('platform_tables', 'nologin'),
                -- Not on hosted: one process is Data API, Auth and Storage here, so one login is all three.
                ('supabase_lite', 'login noinherit bypassrls'),
                -- Not on hosted: Realtime's server logs in as a superuser there; the local relay needs less.
                ('realtime_relay', 'login noinherit bypassrls')
        ) as role (name, options)
        where name not in (select rolname from pg_catalog.pg_roles)
    loop
        execute format('create role %I %s', wanted.name, wanted.options);
    end loop;
end;
$$;

grant anon, authenticated, service_role to postgres with admin option;
grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role to supabase_realtime_admin;
grant authenticator to supabase_storage_admin;
grant pg_read_all_data to supabase_read_only_user;

grant platform_tables to postgres with inherit true, set false;

-- They become a persona, or the reader of the catalog, by `set role`, and inherit nothing from either.
grant authenticator to supabase_lite with inherit false, set true;
grant supabase_read_only_user to supabase_lite with inherit false, set true;
grant authenticator to realtime_relay with inherit false, set true;

alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_lite set statement_timeout = '8s';
alter role supabase_lite set lock_timeout = '8s';

alter role supabase_admin set search_path = '$user', public, auth, extensions;
alter role postgres set search_path = '$user', public, extensions;
alter role supabase_auth_admin set search_path = auth;
alter role supabase_storage_admin set search_path = storage;
alter role supabase_realtime_admin set search_path = public, extensions, realtime;
