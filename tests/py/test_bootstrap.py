"""Is the local database as strict as a hosted project's, before and after our migrations?"""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest

from local.bootstrap import bootstrap_cluster, bootstrap_database
from local.cluster import SUPERUSER, Cluster
from local.home import CHECKOUT
from local.scratch import Database, create_database
from local.services import NODE

# To compare with a hosted project: run the queries there, as postgres.

ATTRIBUTES = (
    "select rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolcanlogin"
)

MEMBERSHIPS = """
    select
        m.roleid::regrole::text,
        bool_or(m.admin_option),
        bool_or(m.inherit_option),
        bool_or(m.set_option)
    from pg_auth_members as m
    where m.member = 'postgres'::regrole
    group by m.roleid
    order by 1
"""
HOSTED_MEMBERSHIPS = [
    ("anon", True, True, True),
    ("authenticated", True, True, True),
    # Ours alone: stands for what supautils lends to postgres on four tables.
    ("platform_tables", False, True, False),
    ("service_role", True, True, True),
]

SCHEMAS = """
    select
        n.nspname::text,
        array(
            select privilege
            from unnest(array[
                'create', 'create with grant option', 'usage', 'usage with grant option'
            ]) as privilege
            where has_schema_privilege('postgres', n.oid, privilege)
        )
    from pg_namespace as n
    where n.nspname in ('auth', 'development', 'extensions', 'public', 'realtime', 'storage')
    order by 1
"""
HOSTED_SCHEMAS = [
    ("auth", ["usage"]),
    ("development", []),  # not on hosted
    ("extensions", ["create", "create with grant option", "usage", "usage with grant option"]),
    ("public", ["create", "create with grant option", "usage", "usage with grant option"]),
    ("realtime", ["usage", "usage with grant option"]),
    ("storage", ["usage", "usage with grant option"]),
]

OWNED = """
    select c.oid::regclass::text
    from pg_class as c
    where pg_has_role('postgres', c.relowner, 'usage')
        and c.relkind in ('r', 'p', 'v')
        and c.relnamespace::regnamespace::text in ('auth', 'realtime', 'storage')
    order by 1
"""
LENT_TABLES = [("auth.users",), ("realtime.messages",), ("storage.buckets",), ("storage.objects",)]

OTHER_TABLES = """
    select c.oid::regclass::text, string_agg(a.privilege_type, ', ' order by a.privilege_type)
    from pg_class as c
    cross join lateral aclexplode(c.relacl) as a
    where a.grantee = 'postgres'::regrole
        and c.relnamespace = 'auth'::regnamespace
        and not a.is_grantable
    group by c.oid
    order by 1
"""
ALL_BUT_SELECT = "DELETE, INSERT, MAINTAIN, REFERENCES, TRIGGER, TRUNCATE, UPDATE"

# Everything in the platform's schemas but policies and triggers, with owners, grants and comments.
PLATFORM = """
    with platform as (
        select oid, nspname, nspowner, nspacl
        from pg_namespace
        where nspname in ('auth', 'realtime', 'storage')
    ),
    tables as (
        select c.*
        from pg_class as c
        inner join platform as p on c.relnamespace = p.oid
        where not c.relispartition  -- by day
    )
    select 'schema', nspname::text, nspowner::regrole::text, nspacl::text from platform
    union all
    select
        'relation ' || relkind::text,
        oid::regclass::text,
        relowner::regrole::text,
        concat_ws(' ', relrowsecurity, relforcerowsecurity, relacl, reloptions)
    from tables
    union all
    select
        'column',
        t.oid::regclass || '.' || a.attname,
        format_type(a.atttypid, a.atttypmod),
        concat_ws(' ', a.attnotnull, a.attacl, pg_get_expr(d.adbin, d.adrelid))
    from tables as t
    inner join pg_attribute as a on a.attrelid = t.oid and a.attnum > 0
    left join pg_attrdef as d on d.adrelid = t.oid and d.adnum = a.attnum
    union all
    select 'index', indexrelid::regclass::text, null, pg_get_indexdef(indexrelid)
    from pg_index
    where indrelid in (select oid from tables)
    union all
    select 'constraint', conrelid::regclass || '.' || conname, null, pg_get_constraintdef(oid)
    from pg_constraint
    where conrelid in (select oid from tables)
    union all
    select 'function', oid::regprocedure::text, proowner::regrole::text, concat_ws(' ', proacl, prosrc, proconfig)
    from pg_proc
    where pronamespace in (select oid from platform)
    union all
    select 'comment', pg_describe_object(classoid, objoid, objsubid), null, description
    from pg_description
    where objoid in (select oid from tables)
        or objoid in (select oid from pg_trigger where tgrelid in (select oid from tables))
        or objoid in (select oid from pg_policy where polrelid in (select oid from tables))
    union all
    select 'default privileges', defaclrole::regrole::text, defaclobjtype::text, defaclacl::text
    from pg_default_acl
    where defaclnamespace in (select oid from platform)
"""


@pytest.fixture(scope="module")
def hosted(new_cluster: Callable[[], Cluster]) -> Database:
    """A project nobody has migrated; in a cluster of its own, for migrations make roles."""
    return create_database(new_cluster(), "postgres")


@pytest.fixture(scope="module")
def migrated(new_database: Callable[[], AbstractContextManager[Database]]) -> Iterator[Database]:
    """A project with our migrations; what a test does in it is rolled back."""
    with new_database() as clone:
        yield clone


@pytest.fixture
def as_postgres(migrated: Database) -> Iterator[psycopg.Connection]:
    """What migrations run as."""
    with psycopg.connect(migrated.dsn(), options="-c search_path=") as connection:
        yield connection
        connection.rollback()


def rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database.dsn(SUPERUSER), options="-c search_path=") as connection:
        return connection.execute(query.encode()).fetchall()


def test_postgres_is_an_ordinary_role(hosted: Database) -> None:
    attributes = rows(hosted, f"{ATTRIBUTES} from pg_roles where rolname = 'postgres'")
    assert attributes == [(False, True, True, True, True, True)]
    assert rows(hosted, MEMBERSHIPS) == HOSTED_MEMBERSHIPS


def test_postgres_reaches_the_platform_as_on_hosted(hosted: Database) -> None:
    assert rows(hosted, SCHEMAS) == HOSTED_SCHEMAS
    assert rows(hosted, OWNED) == LENT_TABLES
    assert rows(hosted, OTHER_TABLES) == [
        (table, ALL_BUT_SELECT)
        for table in (
            "auth.audit_log_entries",
            "auth.flow_state",
            "auth.identities",
            "auth.refresh_tokens",
            "auth.sessions",
            "auth.users",
        )
    ]


def test_the_api_roles_are_those_of_hosted(hosted: Database) -> None:
    roles = """
        select rolname::text, rolcanlogin, rolinherit, rolbypassrls, rolsuper, rolconfig
        from pg_roles
        where rolname in ('anon', 'authenticated', 'service_role', 'authenticator')
        order by 1
    """
    assert rows(hosted, roles) == [
        ("anon", False, True, False, False, ["statement_timeout=3s"]),
        ("authenticated", False, True, False, False, ["statement_timeout=8s"]),
        ("authenticator", True, False, False, False, ["statement_timeout=8s", "lock_timeout=8s"]),
        ("service_role", False, True, True, False, None),
    ]


def test_new_objects_in_public_go_to_everybody_as_in_older_projects(hosted: Database) -> None:
    with psycopg.connect(hosted.dsn()) as connection:
        connection.execute("create table public.leak (id integer)")
        seen = connection.execute("select has_table_privilege('anon', 'public.leak', 'delete')")
        assert seen.fetchone() == (True,)
        connection.rollback()


def test_bootstrapping_again_changes_nothing(hosted: Database) -> None:
    before = rows(hosted, PLATFORM)
    bootstrap_cluster(hosted.cluster)
    bootstrap_database(hosted.cluster, hosted.name)
    assert rows(hosted, PLATFORM) == before


def test_auth_and_storage_have_every_column_of_the_api_that_writes_them(hosted: Database) -> None:
    print_tables = (
        "import { getAuthSchemaSql, getStorageSchemaSql } from '@supabase/lite';"
        "process.stdout.write(getAuthSchemaSql() + getStorageSchemaSql());"
    )
    wanted = subprocess.run(
        [NODE, "--input-type=module", "--eval", print_tables],
        cwd=CHECKOUT,
        check=True,
        capture_output=True,
        text=True,
    )
    columns = """
        select table_schema, table_name, column_name
        from information_schema.columns
        where table_schema in ('auth', 'storage')
    """
    with psycopg.connect(hosted.dsn(SUPERUSER), autocommit=True) as connection:
        connection.execute("create database wanted template template0")
    theirs = Database(hosted.cluster, "wanted")
    with psycopg.connect(theirs.dsn(SUPERUSER)) as connection:
        connection.execute(wanted.stdout.encode())
    assert set(rows(theirs, columns)) - set(rows(hosted, columns)) == set()


def test_migrations_leave_only_policies_and_triggers_on_the_platform(migrated: Database) -> None:
    unmigrated = create_database(migrated.cluster, "unmigrated")
    assert set(rows(migrated, PLATFORM)) == set(rows(unmigrated, PLATFORM))


@pytest.mark.parametrize(
    "statement",
    [
        "alter table auth.users add column nickname text",
        "alter table auth.users disable row level security",
        "alter table storage.objects owner to postgres",
        "alter table auth.sessions add column nickname text",
        "create index on auth.users (created_at)",
        "create index on storage.objects (created_at)",
        "create table auth.profiles (id uuid)",
        "create function auth.is_mechanic() returns boolean language sql return true",
        "create or replace function auth.uid() returns uuid language sql return gen_random_uuid()",
        "create policy everybody on auth.sessions for select using (true)",
        "drop table storage.objects cascade",
        "drop index auth.users_is_anonymous_idx",
        "do $$ begin execute 'alter table auth.users add column nickname text'; end; $$",
        "comment on policy planted on storage.objects is 'ours'",
        "comment on table auth.users is 'ours'",
        "alter role authenticated superuser",
        "grant supabase_auth_admin to postgres",
        "grant platform_tables to customer",
        "set role supabase_storage_admin",
        "drop schema development",
        "drop event trigger refuse_what_hosted_refuses",
    ],
)
def test_what_hosted_refuses_is_refused(as_postgres: psycopg.Connection, statement: str) -> None:
    as_postgres.execute("create policy planted on storage.objects for select using (true)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_postgres.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "grant select on auth.users to customer",
        "grant insert on storage.objects to customer",
        "grant usage on schema realtime to customer",
    ],
)
def test_a_grant_on_the_platform_is_noticed(
    as_postgres: psycopg.Connection, statement: str
) -> None:
    before = set(as_postgres.execute(PLATFORM.encode()))
    as_postgres.execute(statement.encode())
    assert set(as_postgres.execute(PLATFORM.encode())) != before


def test_what_hosted_allows_is_allowed(as_postgres: psycopg.Connection) -> None:
    for statement in (
        "create table app.planted (id uuid references auth.users (id) on delete cascade)",
        "create function app.planted() returns trigger language plpgsql as 'begin return new; end'",
        """
                create trigger planted before update on auth.users
                    for each row execute function app.planted()
            """,
        "create policy planted on storage.objects for select to customer using (true)",
        "create policy planted on realtime.messages for select to customer using (true)",
        "alter policy planted on storage.objects using (false)",
        "drop policy planted on storage.objects",
        "drop trigger planted on auth.users",
        "drop table app.planted",
        "insert into storage.buckets (id, name) values ('planted', 'planted')",
        "update auth.users set updated_at = now()",
        "create extension if not exists earthdistance with schema extensions",
        "create extension if not exists pg_trgm with schema extensions",
    ):
        as_postgres.execute(statement.encode())


def test_the_clock_moves_in_no_database_that_the_bootstrap_did_not_make(migrated: Database) -> None:
    move = "update app.clock set shift = interval '1 hour'"
    with psycopg.connect(migrated.dsn(SUPERUSER), options="-c search_path=") as connection:
        connection.execute(move)
        connection.execute("update app.clock set shift = interval '0'")
        connection.execute("drop schema development cascade")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(move.encode())
        connection.rollback()
