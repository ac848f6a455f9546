"""What spec/access.yaml promises, the plays list and the database grants are the same, both ways."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local.scratch import Database
from tools import access_spec

ROOT = Path(__file__).resolve().parents[2]
SPEC = access_spec.load()
LISTED = re.compile(r"tests\.reaches_exactly\('(\w+)', (?:\$\$(.*?)\$\$|'')\)", re.DOTALL)
QUEUE = "procrastinate."  # library code, as a whole the worker's


def listed() -> dict[str, set[str]]:
    """What the plays in tests/sql list for each role."""
    found: dict[str, set[str]] = {}
    for play in sorted((ROOT / "tests/sql").glob("test_*.sql")):
        for role, text in LISTED.findall(play.read_text()):
            entries = [" ".join(entry.split()) for entry in re.split(r"\n(?=\S)", text.strip())]
            found[role] = {
                entry if "(" in entry else entry.replace(" ", ": ", 1)
                for entry in entries
                if entry and not entry.startswith(QUEUE)
            }
    return found


@pytest.fixture(scope="module")
def world(new_database: Any) -> Iterator[psycopg.Connection]:
    with new_database() as database, psycopg.connect(database.dsn()) as connection:
        yield connection


@pytest.mark.parametrize("role", SPEC.roles)
def test_a_play_lists_what_the_specification_promises(role: str) -> None:
    assert listed()[role] == SPEC.reach(role)


@pytest.mark.parametrize("role", SPEC.roles)
def test_the_database_grants_what_the_specification_promises(
    world: psycopg.Connection, role: str
) -> None:
    granted = {line for (line,) in world.execute("select tests.reach(%s)", [role])}
    if role in SPEC.elsewhere["queue"]:
        granted = {line for line in granted if not line.startswith(QUEUE)}
    assert granted == SPEC.reach(role)


def test_a_new_exposed_object_is_noticed(database: Database) -> None:
    with psycopg.connect(database.dsn()) as connection:
        connection.execute("create view api.news with (security_invoker) as select 1 as headline")
        connection.execute("grant select on api.news to mechanic")
        granted = {line for (line,) in connection.execute("select tests.reach('mechanic')")}

    assert granted - SPEC.reach("mechanic") == {"api.news: headline"}


def test_every_column_is_declared(world: psycopg.Connection) -> None:
    """A new column of schema app says who holds it, or that nobody does."""
    columns = world.execute(
        "select c.relname, a.attname"
        " from pg_class as c"
        " inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0"
        " where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p')"
        " and not a.attisdropped"
    )
    assert set(columns) == {
        (table, column) for table, columns in SPEC.tables.items() for column in columns
    }


@pytest.mark.parametrize("role", SPEC.personas)
def test_a_persona_holds_what_its_views_read_and_no_more(
    world: psycopg.Connection, role: str
) -> None:
    """Policies test columns that their persona does not hold."""
    read = world.execute(
        "select distinct t.relname, a.attname"
        " from pg_rewrite as r"
        " inner join pg_depend as d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid"
        " inner join pg_class as t on d.refobjid = t.oid and t.relnamespace = 'app'::regnamespace"
        " inner join pg_attribute as a on t.oid = a.attrelid and d.refobjsubid = a.attnum"
        " where d.refclassid = 'pg_class'::regclass and r.ev_class = any(%s::regclass[])",
        [[f"api.{view.name}" for view in SPEC.views if role in view.readers]],
    )
    held = {
        (table, column)
        for table, columns in SPEC.tables.items()
        for column, roles in columns.items()
        if role in roles
    }
    assert held == set(read)


def test_the_situations_of_a_view_are_listed() -> None:
    listed = {persona: set[str]() for persona in SPEC.personas}
    for situation in SPEC.situations:
        listed[situation.persona].add(situation.name)
    for view in SPEC.views:
        for persona in view.readers:
            assert view.named(persona) <= listed[persona], view.name


@pytest.mark.parametrize("role", list(SPEC.never))
def test_what_is_never_read_is_promised_and_granted_nowhere(
    world: psycopg.Connection, role: str
) -> None:
    never = SPEC.never[role]
    granted = {line for (line,) in world.execute("select tests.reach(%s)", [role])}
    read = {
        (relation.partition(".")[2], column)
        for line in granted | SPEC.reach(role)
        if "(" not in line
        for relation, _, columns in [line.partition(": ")]
        for column in columns.split(", ")
        if relation.partition(".")[2] not in never.get("but_in", ())
    }
    assert {where for where in read if where[1] in never["columns"]} == set()


def test_what_runs_as_the_owner_is_listed(world: psycopg.Connection) -> None:
    definers = world.execute(
        "select pronamespace::regnamespace || '.' || proname from pg_proc"
        " where prosecdef and pronamespace::regnamespace::text in ('app', 'api', 'backend')"
    )
    assert {name for (name,) in definers} == set(SPEC.runs_as_owner)


def test_the_source_gives_the_listed_reason() -> None:
    folders = ("migrations/20261122000*.sql", "policies/*.sql", "functions/*.sql")
    text = "\n".join(
        source.read_text()
        for pattern in folders
        for source in sorted((ROOT / "supabase").glob(pattern))
    )
    functions = re.findall(
        r"create function (\w+\.\w+)\((.*?)(?:as \$\$|begin atomic)", text, re.DOTALL
    )
    reasons = {
        name: re.search(r"security definer  -- (.+)", header)
        for name, header in functions
        if "security definer" in header
    }
    assert {name: reason and reason[1] for name, reason in reasons.items()} == SPEC.runs_as_owner
