"""A replay clears what is ours, keeps what is not, and changes nothing where it fails."""

import re

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local.scratch import Database
from tests.py.small_projects import Project
from tools import catalog, migrate

pytest_plugins = ["tests.py.small_project_fixtures"]


# What a replay clears and keeps


@pytest.mark.attack(52, "a replay drops and makes everything again: grants, policies, options stay")
def test_a_replay_of_the_same_sources_changes_nothing(project: Project, small: Database) -> None:
    before = catalog.read(small.dsn())
    project.replay(small.dsn())
    assert catalog.read(small.dsn()) == before


def test_what_leaves_the_sources_leaves_the_database(project: Project, small: Database) -> None:
    for source in migrate.sources(project.root):
        source.unlink()
    project.replay(small.dsn())
    left = catalog.read(small.dsn())
    by_sources = {"function", "policy", "trigger", "view"}
    assert {
        key for key in left if key[0] in by_sources and re.search(r"\b(app|api)\.", key[1])
    } == {
        ("function", "app.folded(body text)"),  # an index needs it
        ("function", "app.is_polite(body text)"),  # a check
        ("function", "app.length_of(body text)"),  # a generated column
        ("function", "app.new_ticket()"),  # a default
    }
    assert ("trigger", "copy_account on auth.users") not in left
    assert not any("uploads" in name for kind, name in left if kind == "policy")
    assert not any(
        name.endswith((" to customer", " to mechanic"))
        for kind, name in left
        if kind.startswith("grant")
    )


def test_what_was_made_by_hand_in_our_schemas_is_cleared(project: Project, small: Database) -> None:
    before = catalog.read(small.dsn())
    with psycopg.connect(small.dsn()) as connection:
        connection.execute(
            """
            create type api.odd_type as (number integer);
            create view backend.odd_view as select id from app.people;
            create function app.odd_function() returns api.odd_type language sql as 'select row(1)';
            create function api.odd_function() returns integer language sql as 'select 1';
            create policy "odd policy" on app.people to public using (true);
            create trigger odd_trigger before update on app.people
                for each row execute function suppress_redundant_updates_trigger();
            grant select (name), delete on app.people to anon;
            grant usage on sequence app.ticket_numbers to anon;
            grant create on schema api to authenticated;
            comment on function api.messages_to_skip is 'odd';
            """
        )
    project.replay(small.dsn())
    assert catalog.read(small.dsn()) == before


@pytest.mark.parametrize(
    ("old", "new", "definition"),
    [
        ("returns integer", "returns bigint", "RETURNS bigint"),
        ("messages_to_skip()\n", "messages_to_skip(most integer default 9)\n", "most integer"),
        ("select 100", "select 99", "select 99"),
        ("    stable\n", "", "api.messages_to_skip()\n RETURNS integer\n LANGUAGE sql\n SET"),
    ],
    ids=["result", "arguments", "body", "volatility"],
)
def test_a_changed_function_takes_the_place_of_the_old(
    project: Project, small: Database, old: str, new: str, definition: str
) -> None:
    source = project.file("functions/messages_to_skip.sql")
    source.write_text(source.read_text().replace(old, new, 1))
    project.replay(small.dsn())
    (now,) = (
        text
        for (kind, name), text in catalog.read(small.dsn()).items()
        if kind == "function" and name.startswith("api.messages_to_skip")
    )
    assert definition in now


def test_what_is_not_ours_stays_on_the_platforms_tables(project: Project, small: Database) -> None:
    with psycopg.connect(small.dsn()) as connection:
        connection.execute(
            'create policy "by hand" on storage.objects for select to authenticated using (false)'
        )
    project.replay(small.dsn())
    left = catalog.read(small.dsn())
    assert ("policy", '"by hand" on storage.objects') in left
    assert ("policy", '"customers read their uploads" on storage.objects') in left
    assert ("trigger", "announce_message on realtime.messages") in left  # the local stack's


def test_what_needs_an_object_of_ours_stops_the_replay(project: Project, small: Database) -> None:
    with psycopg.connect(small.dsn()) as connection:
        connection.execute("create view public.copies as select body from api.messages")
    before = catalog.read(small.dsn())
    with pytest.raises(psycopg.errors.DependentObjectsStillExist) as refusal:
        project.replay(small.dsn())
    assert refusal.value.diag.message_primary == (
        "nothing has changed: cannot drop view api.messages because other objects depend on it"
    )
    assert refusal.value.diag.message_detail == "view copies depends on view api.messages"
    assert catalog.read(small.dsn()) == before


# A replay that fails


@pytest.mark.parametrize(
    "broken",
    [
        "create policy nonsense on app.people for select to customer using (no_such_column);",
        (
            "create function app.nonsense() returns integer language sql set search_path = ''"
            " as 'select app.no_such_function()';"
        ),
        (
            "create function app.nonsense() returns integer language plpgsql set search_path = ''"
            " as 'begin return 1';"
        ),
        "select 1 / 0;",
    ],
    ids=["policy", "SQL function", "PL/pgSQL function", "statement"],
)
def test_a_failed_replay_leaves_the_database_as_it_was(
    project: Project, small: Database, broken: str
) -> None:
    history = "select * from supabase_migrations.schema_migrations"
    project.file("functions/zz_broken.sql").write_text(broken)
    with psycopg.connect(small.dsn(), autocommit=True) as connection:
        versions = connection.execute(history).fetchall()
        before = catalog.read(small.dsn())
        with pytest.raises(psycopg.Error) as failure:
            project.replay(small.dsn())
        assert "_access.sql" in failure.value.__notes__[0]
        assert catalog.read(small.dsn()) == before
        assert connection.execute(history).fetchall() == versions


def test_without_a_lock_nothing_changes_and_the_holder_is_named(
    project: Project, small: Database
) -> None:
    before = catalog.read(small.dsn())
    impatient = make_conninfo(small.dsn(), options="-c lock_timeout=200ms")
    with psycopg.connect(small.dsn(), application_name="ada's console") as holder:
        holder.execute("select name from app.people")
        with pytest.raises(psycopg.errors.LockNotAvailable) as failure:
            project.replay(impatient)
        assert re.fullmatch(
            r"nothing has changed: no lock on app\.people within 0\.2 s, held by process"
            rf" {holder.info.backend_pid} \(role postgres, application \"ada's console\","
            r" idle in transaction, last query began 20\d\d-.*\)",
            failure.value.diag.message_primary or "",
        )
    assert catalog.read(small.dsn()) == before
