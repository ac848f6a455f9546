"""Migrations build exactly what the sources say, and a written one replaces what nobody has yet."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from local import scratch
from local.cluster import SUPERUSER, Cluster
from local.scratch import Database
from local.services import SUPABASE
from tests.py.small_projects import NewDatabase, Project
from tools import catalog, migrate

pytest_plugins = ["tests.py.small_project_fixtures"]

ROOT = Path(__file__).resolve().parent.parent.parent

# What check sees


def test_migrations_of_this_repository_build_what_its_sources_say(cluster: Cluster) -> None:
    history = scratch.create_database(cluster, "history")
    with scratch.clone(cluster, history.name, "today") as today:
        assert migrate.check(ROOT, history.dsn(), today.dsn()) == []


def test_a_written_migration_says_what_the_sources_say(
    project: Project, check: Callable[[Project], list[str]]
) -> None:
    assert check(project) == []


# What is planted, and the whole of what check then says of it, but for the lines that differ.
PLANTED = {
    "schema": (
        "create schema extra",
        ["grant on schema extra to postgres", "schema extra"],
    ),
    "table": (
        "create table app.notes ()",
        ["grant on relation app.notes to postgres", "table app.notes"],
    ),
    "row level security": (
        "alter table app.people disable row level security",
        ["table app.people"],
    ),
    "forced row level security": (
        "alter table app.people no force row level security",
        ["table app.people"],
    ),
    "owner": (
        "set role supabase_admin; alter view api.messages owner to supabase_admin",
        [
            "grant on relation api.messages to postgres",
            "grant on relation api.messages to supabase_admin",
            "view api.messages",
        ],
    ),
    "column": ("alter table app.people add nick text", ["column app.people.nick"]),
    "column type": (
        "alter table app.people alter name type varchar(9)",
        ["column app.people.name"],
    ),
    "not null": (
        "alter table app.people alter name drop not null",
        ["column app.people.name"],
    ),
    "default": (
        "alter table app.people alter tone set default 'loud'",
        ["default app.people.tone"],
    ),
    "constraint": (
        "alter table app.messages drop constraint messages_are_polite",
        ["constraint messages_are_polite on app.messages"],
    ),
    "constraint of a domain": (
        "alter domain app.short_text drop constraint short_text_is_short",
        ["constraint short_text_is_short on app.short_text"],
    ),
    "index": (
        "drop index app.messages_by_folded_body",
        ["index messages_by_folded_body on app.messages"],
    ),
    "statistics": (
        "create statistics app.odd on name, tone from app.people",
        ["statistics app.odd"],
    ),
    "sequence": ("alter sequence app.ticket_numbers cycle", ["sequence app.ticket_numbers"]),
    "type": ("alter type app.tone add value 'shrill'", ["type app.tone"]),
    "policy": (
        'drop policy "mechanics see threads" on app.threads',
        ['policy "mechanics see threads" on app.threads'],
    ),
    "roles of a policy": (
        'alter policy "mechanics see threads" on app.threads to public',
        ['policy "mechanics see threads" on app.threads'],
    ),
    "expression of a policy": (
        'alter policy "customers see their messages" on app.messages using (true)',
        ['policy "customers see their messages" on app.messages'],
    ),
    "policy of the platform's table": (
        'drop policy "customers read their uploads" on storage.objects',
        ['policy "customers read their uploads" on storage.objects'],
    ),
    "grant on a relation": (
        "grant delete on app.messages to mechanic",
        ["grant on relation app.messages to mechanic"],
    ),
    "grant on a column": (
        "grant select (name) on app.people to mechanic with grant option",
        ["grant on column app.people.name to mechanic"],
    ),
    "grant on a function": (
        "grant execute on function api.send_message to public",
        [
            (
                "grant on function api.send_message(thread_id uuid, body text,"
                ' OUT "position" bigint, OUT delivered text) to public'
            )
        ],
    ),
    "grant on a schema": (
        "grant usage on schema app to customer",
        ["grant on schema app to customer"],
    ),
    "grant on a type": (
        "revoke usage on type app.tone from public",
        ["grant on type app.tone to public"],
    ),
    "default privilege": (
        "alter default privileges in schema api grant select on tables to mechanic",
        ["default privilege on tables that postgres makes in schema api to mechanic"],
    ),
    "definition of a view": (
        (
            "create or replace view api.messages with (security_invoker = true) as"
            " select thread_id, position, customer_id, ''::app.short_text as body from app.messages"
        ),
        ["view api.messages"],
    ),
    "option of a view": (
        "alter view api.messages reset (security_invoker)",
        ["view api.messages"],
    ),
    "rule": (
        "create rule ignored as on delete to app.people do instead nothing",
        ["rule ignored on app.people"],
    ),
    "body of a function": (
        (
            "create or replace function api.messages_to_skip() returns integer"
            " language sql stable set search_path = '' as 'select 99'"
        ),
        ["function api.messages_to_skip()"],
    ),
    "setting of a function": (
        "alter function api.messages_to_skip() set search_path = app",
        ["function api.messages_to_skip()"],
    ),
    "rights of a function": (
        "alter function api.messages_to_skip() security definer",
        ["function api.messages_to_skip()"],
    ),
    "trigger": (
        "alter table app.messages disable trigger announce_message",
        ["trigger announce_message on app.messages"],
    ),
    "trigger on the platform's table": (
        "drop trigger copy_account on auth.users",
        ["trigger copy_account on auth.users"],
    ),
    "comment": (
        "comment on view api.messages is 'Everybody''s messages.'",
        ["comment view api.messages"],
    ),
    "publication": (
        "alter publication chat drop table app.messages",
        ["publication chat"],
    ),
    "extension": (
        "set role supabase_admin; create extension hstore schema extensions",
        ["extension hstore"],
    ),
}


@pytest.mark.parametrize(("statement", "names"), PLANTED.values(), ids=PLANTED)
def test_a_planted_difference_is_named(
    small: Database, small_catalog: catalog.Catalog, statement: str, names: list[str]
) -> None:
    with psycopg.connect(small.dsn(SUPERUSER), options="-c role=postgres") as connection:
        connection.execute(statement.encode())
    found = catalog.differences(catalog.read(small.dsn()), small_catalog, "those", "these")
    assert len(found) == len(names)
    for sentence, name in zip(found, names, strict=True):
        assert sentence.startswith((f"{name}: ", f"{name} ("))


def test_a_changed_source_is_a_difference_until_it_is_written(
    project: Project, check: Callable[[Project], list[str]]
) -> None:
    source = project.file("policies/10_chat.sql")
    source.write_text(source.read_text().replace("using (true)", "using (last_position > 0)"))
    assert check(project) == [
        (
            'policy "mechanics see threads" on app.threads:'
            " the migrations (-) and the sources (+) differ.\n"
            "    - using true\n"
            "    + using (last_position > 0)"
        )
    ]
    migrate.write(project.root, "access")
    assert check(project) == []


def test_what_a_replay_would_drop_for_good_is_named(
    project: Project, check: Callable[[Project], list[str]]
) -> None:
    by_hand = project.file("migrations/20260101000001_by_hand.sql")
    by_hand.write_text("grant select on app.people to mechanic;")
    assert check(project)[-1] == (
        "grant on relation app.people to mechanic (select):"
        " hand-written migrations make it, replays do not."
    )


def test_the_supabase_cli_builds_the_same(
    project: Project, small_catalog: catalog.Catalog, new_hosted: NewDatabase
) -> None:
    migrate.write(project.root, "access")
    with new_hosted() as database:
        subprocess.run(
            [
                *SUPABASE,
                *("migration", "up", "--yes", "--workdir", str(project.root)),
                f"--remote={database.dsn()}?sslmode=disable",
            ],
            cwd=ROOT,
            env={**os.environ, "DO_NOT_TRACK": "1"},
            stdin=subprocess.DEVNULL,
            check=True,
        )
        assert catalog.read(database.dsn()) == small_catalog
        migrate.apply(database.dsn(), migrate.migrations(project.root))  # knows that all is done


# What write does


def test_functions_come_by_name_after_policies_by_number(project: Project) -> None:
    project.file("policies/100_last.sql").touch()
    assert [file.name for file in migrate.sources(project.root)] == [
        "10_chat.sql",
        "100_last.sql",
        "announce_message.sql",
        "copy_account.sql",
        "get_newest_messages.sql",
        "messages_to_skip.sql",
        "send_message.sql",
    ]


def test_only_generated_migrations_that_nobody_else_has_are_replaced(project: Project) -> None:
    def git(*arguments: str) -> None:
        author = ("-c", "user.name=Ada", "-c", "user.email=ada@localhost")
        subprocess.run(["git", *author, *arguments], cwd=project.root, check=True)

    by_hand, first = migrate.migrations(project.root)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message=shared")

    second, replaced = migrate.write(project.root, "second")
    assert replaced == []
    third, replaced = migrate.write(project.root, "third")
    assert replaced == [second]
    assert migrate.migrations(project.root) == [by_hand, first, third]

    git("add", ".")
    git("commit", "--quiet", "--message=not pushed")
    git("update-ref", "refs/remotes/origin/main", "HEAD^")
    fourth, replaced = migrate.write(project.root, "fourth")
    assert replaced == [third]
    fifth, replaced = migrate.write(project.root, "fifth", base="HEAD")
    assert replaced == [fourth]
    with pytest.raises(ValueError, match="no commit nowhere"):
        migrate.write(project.root, "sixth", base="nowhere")
    assert migrate.migrations(project.root) == [by_hand, first, fifth]
