"""What a live database has beyond the sources, or lacks, is said, and what is said mends it."""

import contextlib
import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from local import scratch
from local.cluster import SUPERUSER, Cluster
from local.scratch import Database
from tools import drift, migrate

ROOT = Path(__file__).resolve().parent.parent.parent
HISTORY = "supabase_migrations.schema_migrations"


@pytest.fixture(scope="module")
def sources(new_cluster: Callable[[], Cluster]) -> drift.Reference:
    """What the sources build, as the command has it."""
    return drift.reference(new_cluster(), ROOT)


@pytest.fixture(scope="module")
def deployed(new_cluster: Callable[[], Cluster]) -> Database:
    """A project with every migration, in a cluster of its own: plants are in roles, too."""
    made = scratch.create_database(new_cluster(), "deployed")
    migrate.apply(made.dsn(), migrate.migrations(ROOT))
    return made


@contextlib.contextmanager
def copied(deployed: Database) -> Iterator[Database]:
    """A copy of it, with the privileges and settings of a database, which are not copied."""
    with scratch.clone(deployed.cluster, deployed.name, f"live_{next(_numbers)}") as copy:
        execute(copy, f"revoke temporary on database {copy.name} from public")
        execute(copy, f"alter database {copy.name} set random_page_cost = 1.1")
        yield copy


_numbers = itertools.count()


@pytest.fixture
def live(deployed: Database) -> Iterator[Database]:
    with copied(deployed) as copy:
        yield copy


def execute(database: Database, statements: str) -> None:
    """As the platform's superuser in the place of postgres, who owns what migrations make."""
    with psycopg.connect(database.dsn(SUPERUSER), options="-c role=postgres") as connection:
        connection.execute(statements.encode())


def found(sources: drift.Reference, live: Database) -> list[str]:
    return drift.compare(sources, drift.snapshot(live.dsn()))


def test_a_deployed_project_has_not_drifted(sources: drift.Reference, live: Database) -> None:
    assert found(sources, live) == []


# What is planted, what is then said of it (the beginning of each finding), and, where roles are
# concerned, how the cluster is swept for the next one.
PLANTED: dict[str, tuple[str, list[str]]] = {
    "table": (
        (
            "create table app.notes (id integer primary key, body text default ''); "
            "comment on table app.notes is 'odd'; create index on app.notes (body)"
        ),
        ["table app.notes: the database has it"],
    ),
    "table in a schema that is nobody's": (
        "create table public.copies (phone text)",
        ["table public.copies: the database has it"],
    ),
    "schema": ("create schema extra", ["schema extra (owner postgres): the database has it"]),
    "row level security": (
        "alter table app.people disable row level security",
        ["table app.people: the sources (-) and the database (+) differ."],
    ),
    "forced row level security": (
        "alter table app.messages no force row level security",
        ["table app.messages: the sources (-) and the database (+) differ."],
    ),
    "replica identity": (
        "alter table app.threads replica identity full",
        ["table app.threads: the sources (-) and the database (+) differ."],
    ),
    "column": (
        "alter table app.people add nick text",
        ["column app.people.nick ("],
    ),
    "type of a column": (
        "alter table app.transitions alter actor type varchar(99)",
        ["column app.transitions.actor: the sources (-) and the database (+) differ."],
    ),
    "not null": (
        "alter table app.cities alter country drop not null",
        ["column app.cities.country: the sources (-) and the database (+) differ."],
    ),
    "default": (
        "alter table app.people alter created_at set default now()",
        ["default app.people.created_at: the sources (-) and the database (+) differ."],
    ),
    "lost default": (
        "alter table app.audit_log alter at drop default",
        ["default app.audit_log.at (app.current_instant()): the sources make it"],
    ),
    "constraint": (
        "alter table app.transitions drop constraint a_transition_is_listed_once",
        ["constraint a_transition_is_listed_once on app.transitions (UNIQUE"],
    ),
    "index": (
        "drop index app.threads_by_session; create index odd on app.threads (is_open)",
        ["index odd on app.threads (CREATE", "index threads_by_session on app.threads (CREATE"],
    ),
    "policy": (
        "create policy odd on app.contact_details for select to mechanic using (true)",
        ["policy odd on app.contact_details: the database has it"],
    ),
    "policy on the platform's table": (
        "create policy odd_one on storage.objects for select to authenticated using (true)",
        ["policy odd_one on storage.objects: the database has it"],
    ),
    "lost policy": (
        'drop policy "everyone sees their own notices" on app.notices',
        ['policy "everyone sees their own notices" on app.notices: the sources make it'],
    ),
    "changed policy": (
        'alter policy "everyone sees their own account" on app.people using (true)',
        ['policy "everyone sees their own account" on app.people: the sources (-) and'],
    ),
    "grant on a column": (
        "grant select (phone) on app.contact_releases to mechanic",
        ["grant on column app.contact_releases.phone to mechanic (select): the database has it"],
    ),
    "grant on a table": (
        "grant select, delete on app.messages to authenticated with grant option",
        ["grant on relation app.messages to authenticated (delete with grant option, select"],
    ),
    "lost grant": (
        "revoke select on api.cities from customer",
        ["grant on relation api.cities to customer (select): the sources make it"],
    ),
    "grant on a schema": (
        "grant usage on schema app to mechanic",
        ["grant on schema app to mechanic (usage): the database has it"],
    ),
    "grant on a function": (
        "grant execute on function backend.readiness() to public",
        ["grant on function backend.readiness() to public (execute): the database has it"],
    ),
    "view": (
        "create view api.contacts as select phone from app.contact_details",
        ["view api.contacts: the database has it"],
    ),
    "option of a view": (
        "alter view api.notices reset (security_invoker)",
        ["view api.notices: the sources (-) and the database (+) differ."],
    ),
    "body of a function": (
        (
            "create or replace function app.may_take_work() returns boolean language sql stable"
            " security definer set search_path = '' as 'select true'"
        ),
        ["function app.may_take_work(): the sources (-) and the database (+) differ."],
    ),
    "setting of a function": (
        "alter function app.may_continue_work() set search_path = public",
        ["function app.may_continue_work(): the sources (-) and the database (+) differ."],
    ),
    "owner of a function": (
        "set role none; alter function app.may_join_topic() owner to supabase_admin",
        [
            "function app.may_join_topic(): the sources (-) and the database (+) differ.",
            "grant on function app.may_join_topic() to postgres (execute): the sources make it",
            "grant on function app.may_join_topic() to supabase_admin (execute): the database",
        ],
    ),
    "function elsewhere": (
        (
            "create function public.peek() returns bigint language sql security definer"
            " as 'select count(*) from app.people'"
        ),
        ["function public.peek(): the database has it"],
    ),
    "trigger": (
        "alter table app.messages disable trigger contact_details_are_masked",
        ["trigger contact_details_are_masked on app.messages: the sources (-) and"],
    ),
    "trigger on the platform's table": (
        (
            "create trigger odd after insert on auth.users for each row"
            " execute function app.copy_email()"
        ),
        ["trigger odd on auth.users ("],
    ),
    "comment": (
        "comment on view api.messages is 'Everybody''s messages.'",
        ["comment view api.messages: the sources (-) and the database (+) differ."],
    ),
    "publication": (
        "set role none; alter publication supabase_realtime add table app.messages",
        ["publication supabase_realtime: the sources (-) and the database (+) differ."],
    ),
    "default privilege": (
        "alter default privileges in schema api grant select on tables to mechanic",
        ["default privilege on tables that postgres makes in schema api to mechanic (select)"],
    ),
    "default privilege that was taken away": (
        "alter default privileges in schema public grant select on tables to anon",
        ["default privilege on tables that postgres makes in schema public to anon (select)"],
    ),
    "extension": (
        "set role none; create extension hstore schema extensions",
        ["extension hstore (in schema extensions): the database has it"],
    ),
    "sequence": (
        "create sequence app.odd_numbers",
        ["sequence app.odd_numbers (owner postgres, bigint"],
    ),
    "extended statistics": (
        "create statistics app.odd_statistics on country, region from app.cities",
        ["statistics app.odd_statistics (CREATE STATISTICS"],
    ),
    "statistics of a hidden column": (
        "alter table app.session_intake alter vin set statistics 100",
        ["statistics target app.session_intake.vin: the sources (-) and the database (+) differ."],
    ),
    "statistics that the server keeps": (
        "alter table app.messages alter body set statistics -1",
        ["statistics target app.messages.body (0): the sources make it"],
    ),
    "more statistics": (
        "alter table app.cities alter country set statistics 500",
        ["statistics target app.cities.country (500): the database has it"],
    ),
    "domain": (
        "create domain app.odd_domain as text check (value <> '')",
        ["type app.odd_domain (owner postgres, text"],
    ),
    "enumeration": (
        "create type app.odd_list as enum ('a', 'b')",
        ["type app.odd_list (owner postgres, values 'a', 'b'"],
    ),
    "composite type": (
        "create type app.odd_pair as (one text, two text)",
        ["type app.odd_pair (owner postgres"],
    ),
    "attribute of a composite type": (
        (
            "alter type procrastinate.procrastinate_job_to_defer_v1 add attribute odd text;"
            " alter type procrastinate.procrastinate_job_to_defer_v1 alter attribute priority"
            " type bigint cascade"
        ),
        [
            "attribute procrastinate.procrastinate_job_to_defer_v1.odd (position",
            "attribute procrastinate.procrastinate_job_to_defer_v1.priority: the sources (-) and",
        ],
    ),
    "rule": (
        "create rule odd_rule as on delete to app.cities do instead nothing",
        ["rule odd_rule on app.cities: the database has it"],
    ),
    "materialized view": (
        "create materialized view app.odd_copy as select id from app.cities",
        ["view app.odd_copy: the database has it"],
    ),
    "grant on a type": (
        "grant usage on type procrastinate.procrastinate_job_status to mechanic",
        ["grant on type procrastinate.procrastinate_job_status to mechanic (usage): the database"],
    ),
    "grant on a sequence": (
        "grant select on sequence procrastinate.procrastinate_jobs_id_seq to mechanic",
        ["grant on relation procrastinate.procrastinate_jobs_id_seq to mechanic (select): the"],
    ),
    "grant on the database": (
        (
            "do $$ begin execute format('grant create on database %I to mechanic', current_database());"
            " end $$"
        ),
        ["grant on database to mechanic (create): the database has it"],
    ),
    "setting of the database": (
        (
            "do $$ begin execute format('alter database %I set row_security = off',"
            " current_database()); end $$"
        ),
        ["setting of the database row_security (off): the database has it"],
    ),
    "changed setting of the database": (
        (
            "do $$ begin execute format('alter database %I set random_page_cost = 9',"
            " current_database()); end $$"
        ),
        ["setting of the database random_page_cost: the sources (-) and"],
    ),
    "row level security of the platform's table": (
        "set role none; alter table storage.objects disable row level security",
        ["row level security storage.objects: the sources (-) and the database (+) differ."],
    ),
    "grant on a platform's table": (
        "grant select on auth.users to authenticated",
        ["grant on relation auth.users to authenticated (select): the database has it"],
    ),
    "grant on a platform's column": (
        "grant select (email) on auth.users to anon",
        ["grant on column auth.users.email to anon (select): the database has it"],
    ),
    "definer function among the platform's": (
        (
            "create function extensions.peek() returns bigint language sql security definer"
            " as 'select count(*) from app.people'; grant execute on function extensions.peek() to public"
        ),
        ["function extensions.peek(): the database has it"],
    ),
    "public bucket": (
        "update storage.buckets set public = true where id = 'quarantine'",
        ["bucket quarantine: the sources (-) and the database (+) differ."],
    ),
    "role": (
        "create role intern login bypassrls",
        ["role intern: the database has it"],
    ),
    "attribute and setting of a role": (
        (
            "set role none; alter role mechanic bypassrls; alter role backend reset statement_timeout;"
            " alter role worker set role to postgres"
        ),
        ["role backend: the sources", "role mechanic: the sources", "role worker: the sources"],
    ),
    "membership": (
        "grant service_role to mechanic",
        [
            "membership mechanic in service_role (admin false, inherit true, set true): the database has it"
        ],
    ),
    "changed membership": (
        "grant customer to authenticator with inherit true",
        ["membership authenticator in customer: the sources (-) and the database (+) differ."],
    ),
    "lost membership": (
        "revoke authenticated from customer",
        [
            "membership customer in authenticated (admin false, inherit true, set true): the sources make it"
        ],
    ),
}


@dataclass(frozen=True, slots=True)
class Drifted:
    """A database with every plant, and what is said of it."""

    live: Database
    findings: list[str]


@pytest.fixture(scope="module")
def drifted(sources: drift.Reference, deployed: Database) -> Iterator[Drifted]:
    with copied(deployed) as live:
        for statements, _ in PLANTED.values():
            execute(live, statements)
        yield Drifted(live, found(sources, live))


@pytest.mark.parametrize("beginnings", [said for _, said in PLANTED.values()], ids=PLANTED)
def test_what_was_planted_is_said(drifted: Drifted, beginnings: list[str]) -> None:
    for beginning in beginnings:
        assert len([said for said in drifted.findings if said.startswith(beginning)]) == 1


def test_nothing_else_is_said(drifted: Drifted) -> None:
    planted = tuple(beginning for _, said in PLANTED.values() for beginning in said)
    assert [said for said in drifted.findings if not said.startswith(planted)] == []


def test_what_is_said_mends_it(sources: drift.Reference, drifted: Drifted) -> None:
    for finding in drifted.findings:
        follow(drifted.live, finding)
    execute(drifted.live, migrate.replay_text(ROOT))
    assert found(sources, drifted.live) == []


def follow(live: Database, finding: str) -> None:
    """Do what the last line of a finding says, but for the replay, which comes once at the end."""
    todo = finding.rpartition("\n    To do: ")[2]
    if todo.startswith("python -m tools.migrate write NAME"):
        return
    statements = todo.partition(" Or a migration")[0].replace("database …", f"database {live.name}")
    try:
        execute(live, statements)
    except psycopg.errors.InsufficientPrivilege:  # what only the platform may
        execute(live, f"set role none; {statements}")


# What the sources make and the database lacks, where more follows than what was taken away. Of statistics
# over several columns, rules, materialized views and composite types of their own the sources have none.
LOST = {
    "table": ("drop table app.limit_uses", ["table app.limit_uses: the sources make it"]),
    "column": (
        "alter table app.limits drop column within",
        ["column app.limits.within (", "constraint within_is_positive on app.limits"],
    ),
    "view": ("drop view api.admin_topics", ["view api.admin_topics: the sources make it"]),
    "function": (
        "drop function api.flag_context(uuid)",
        ["function api.flag_context(flag_id uuid): the sources make it"],
    ),
    "trigger": (
        "drop trigger contact_details_are_masked on app.messages",
        ["trigger contact_details_are_masked on app.messages ("],
    ),
    "comment": (
        "comment on view api.messages is null",
        ["comment view api.messages ("],
    ),
    "grant on a column": (
        "revoke select (name) on app.cities from customer",
        ["grant on column app.cities.name to customer (select): the sources make it"],
    ),
    "grant on a schema": (
        "revoke usage on schema api from customer",
        ["grant on schema api to customer (usage): the sources make it"],
    ),
    "grant on a function": (
        "revoke execute on function api.accept_offer from workshop",
        [
            "grant on function api.accept_offer(offer_id uuid) to workshop (execute): the sources make it"
        ],
    ),
    "grant on a sequence": (
        "revoke usage on sequence procrastinate.procrastinate_jobs_id_seq from worker",
        [
            "grant on relation procrastinate.procrastinate_jobs_id_seq to worker (usage): the sources"
        ],
    ),
    "sequence": (
        (
            "alter table procrastinate.procrastinate_events alter id drop default;"
            " drop sequence procrastinate.procrastinate_events_id_seq"
        ),
        [
            "default procrastinate.procrastinate_events.id (nextval(",
            "sequence procrastinate.procrastinate_events_id_seq (owner postgres",
        ],
    ),
    "setting of the database": (
        (
            "do $$ begin execute format('alter database %I reset random_page_cost',"
            " current_database()); end $$"
        ),
        ["setting of the database random_page_cost (1.1): the sources make it"],
    ),
    "default privilege": (
        "alter default privileges grant execute on functions to public",
        ["default privilege on functions that postgres makes to postgres (execute): the sources"],
    ),
    "publication": (
        "set role none; drop publication supabase_realtime",
        ["publication supabase_realtime ("],
    ),
    "bucket": (
        "set storage.allow_delete_query = 'true'; delete from storage.buckets where id = 'quarantine'",
        ["bucket quarantine (public = false, file_size_limit"],
    ),
}


@pytest.fixture(scope="module")
def lacking(sources: drift.Reference, deployed: Database) -> Iterator[list[str]]:
    with copied(deployed) as live:
        for statements, _ in LOST.values():
            execute(live, statements)
        yield found(sources, live)


@pytest.mark.parametrize("beginnings", [said for _, said in LOST.values()], ids=LOST)
def test_what_is_lacking_is_said(lacking: list[str], beginnings: list[str]) -> None:
    for beginning in beginnings:
        assert len([said for said in lacking if said.startswith(beginning)]) == 1, lacking


def test_nothing_else_is_said_to_be_lacking(lacking: list[str]) -> None:
    planted = tuple(beginning for _, said in LOST.values() for beginning in said)
    assert [said for said in lacking if not said.startswith(planted)] == []


def test_pg_graphql_is_drift(sources: drift.Reference, live: Database) -> None:
    """The server here does not bring it."""
    seen = drift.snapshot(live.dsn())
    with_it = {**seen.catalog, ("extension", "pg_graphql"): "in schema graphql"}
    [finding] = drift.compare(sources, replace(seen, catalog=with_it))
    assert finding.startswith("extension pg_graphql (in schema graphql): the database has it")
    assert "To do: drop extension pg_graphql;" in finding


def test_a_migration_that_is_missing_or_unknown_is_named(
    sources: drift.Reference, live: Database
) -> None:
    newest = migrate.migrations(ROOT)[-1].stem
    version, _, _ = newest.partition("_")
    execute(live, f"delete from {HISTORY} where version = '{version}'")
    execute(live, f"insert into {HISTORY} (version, name) values ('20300101000000', 'by_hand')")
    missing, unknown = found(sources, live)
    assert missing.startswith(f"migration {newest}: the sources have it")
    assert "supabase db push" in missing
    assert unknown.startswith("migration 20300101000000_by_hand: the database's history has it")
    execute(live, f"drop table {HISTORY}")
    assert len(found(sources, live)) == len(migrate.migrations(ROOT))


def test_a_temporary_object_that_everybody_may_make_is_drift(
    sources: drift.Reference, live: Database
) -> None:
    execute(live, f"grant temporary on database {live.name} to public")
    (finding,) = found(sources, live)
    assert finding.startswith("grant on database to public: the sources (-) and the database (+)")
    assert "+ connect, temporary" in finding


def test_what_a_hosted_project_keeps_for_itself_is_not_drift(
    sources: drift.Reference, live: Database
) -> None:
    statement = """
        set role none;
        create role dashboard_user createdb createrole;
        create role cli_login_postgres login in role postgres;
        create role supabase_etl_admin login replication;
        alter default privileges for role supabase_admin in schema public
            grant all on tables to anon, authenticated, postgres;
        create event trigger odd on ddl_command_end execute function extensions.pgrst_ddl_watch();
        comment on event trigger odd is 'The platform''s.';
        create schema vault;
        create table vault.secrets (secret text);
        alter database __ set "app.settings.jwt_exp" = '3600';
        create function extensions.grant_odd_access() returns event_trigger language plpgsql
            security definer as 'begin end';
        create schema graphql_public;
        create function graphql_public.graphql() returns integer language sql as 'select 1';
        grant execute on function graphql_public.graphql() to anon, authenticated;
        create table storage.prefixes (name text);
        grant all on storage.prefixes to anon, authenticated;
        create function storage.odd() returns trigger language plpgsql as 'begin return null; end';
        create trigger odd before insert on storage.objects
            for each row execute function storage.odd();
    """
    try:
        execute(live, statement.replace("database __", f"database {live.name}"))
        assert found(sources, live) == []
    finally:
        execute(
            live,
            "set role none; drop role if exists dashboard_user, cli_login_postgres, supabase_etl_admin",
        )


# How it reads, and how the command ends


def test_it_may_not_write(live: Database) -> None:
    for statement in ("create table app.odd ()", "delete from app.limits", "grant backend to anon"):
        with (
            drift.reading(live.dsn()) as connection,
            pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
        ):
            connection.execute(statement.encode())


def test_its_transaction_is_read_only_whatever_the_server_was_told(live: Database) -> None:
    role = sql.Identifier(live.name)
    with psycopg.connect(live.dsn()) as connection:
        connection.execute(
            sql.SQL("alter database {} set default_transaction_read_only = off").format(role)
        )
    with drift.reading(live.dsn()) as connection:
        assert connection.execute("show transaction_read_only").fetchone() == ("on",)
        assert connection.execute("show default_transaction_read_only").fetchone() == ("on",)


def command(url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.migrate", "drift", "--database-url", url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_ends_by_what_it_saw(live: Database) -> None:
    same = command(live.dsn())  # of postgres, which is no superuser
    assert (same.returncode, same.stdout) == (0, "The database is what the migrations build.\n")
    execute(live, "create policy odd on app.contact_details to mechanic using (true)")
    drifted = command(live.dsn())
    assert drifted.returncode == 1
    assert "To do: drop policy odd on app.contact_details;" in drifted.stdout
    nowhere = command(f"{live.dsn()}_not")
    assert nowhere.returncode == 2
    assert nowhere.stderr.startswith("The database cannot be read: ")
