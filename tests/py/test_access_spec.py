"""What spec/access.yaml promises, the plays list and the database grants are the same, both ways."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

from local.scratch import Database

ROOT = Path(__file__).resolve().parents[2]
SPEC = yaml.safe_load((ROOT / "spec/access.yaml").read_text())
ROLES = list(SPEC["roles"])
LISTED = re.compile(r"tests\.reaches_exactly\('(\w+)', (?:\$\$(.*?)\$\$|'')\)", re.DOTALL)
QUEUE = "procrastinate."  # library code, as a whole the worker's


def promised(role: str) -> set[str]:
    """The role's reach in the words of tests.reach: relations with columns, functions."""
    part = SPEC["roles"][role]
    schema = "backend" if role in ("backend", "worker") else "api"
    relations = {f"api.{name}": view["columns"] for name, view in part.get("reads", {}).items()}
    relations |= {f"app.{name}": columns for name, columns in part.get("holds", {}).items()}
    return {
        *(f"{name}: {', '.join(sorted(columns))}" for name, columns in relations.items()),
        *(f"{schema}.{function}" for function in part.get("may", {})),
        *(f"app.{predicate}" for predicate in part.get("evaluates", [])),
    }


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


@pytest.mark.parametrize("role", ROLES)
def test_a_play_lists_what_the_specification_promises(role: str) -> None:
    assert listed()[role] == promised(role)


@pytest.mark.parametrize("role", ROLES)
def test_the_database_grants_what_the_specification_promises(
    world: psycopg.Connection, role: str
) -> None:
    granted = {line for (line,) in world.execute("select tests.reach(%s)", [role])}
    if "queue" in SPEC["roles"][role]:
        granted = {line for line in granted if not line.startswith(QUEUE)}
    assert granted == promised(role)


def test_a_new_exposed_object_is_noticed(database: Database) -> None:
    with psycopg.connect(database.dsn()) as connection:
        connection.execute("create view api.news with (security_invoker) as select 1 as headline")
        connection.execute("grant select on api.news to mechanic")
        granted = {line for (line,) in connection.execute("select tests.reach('mechanic')")}

    assert granted - promised("mechanic") == {"api.news: headline"}


@pytest.mark.parametrize(
    "example", SPEC["examples"], ids=lambda e: f"{e['as'][1]}-{e['view']}-{e['id']}"
)
def test_the_example_is_seen_as_promised(
    world: psycopg.Connection, example: dict[str, Any]
) -> None:
    persona, name = example["as"]
    shown = [*example.get("sees", ()), *example.get("hides", ())]
    query = sql.SQL("select {} from api.{} where {} = tests.id({})").format(
        sql.SQL(", ").join(map(sql.Identifier, shown)),
        sql.Identifier(example["view"]),
        sql.Identifier(example.get("key", "id")),
        example["id"],
    )
    with world.transaction(force_rollback=True):
        world.execute("select tests.act_as(%s, %s)", (persona, name))
        rows = world.execute(query).fetchall()

    if example.get("absent"):
        assert rows == []
    else:
        (row,) = rows
        seen = {column for column, value in zip(shown, row, strict=True) if value is not None}
        assert seen == set(example.get("sees", ()))


@pytest.mark.parametrize("role", list(SPEC["never"]))
def test_what_is_never_read_is_promised_and_granted_nowhere(
    world: psycopg.Connection, role: str
) -> None:
    never = SPEC["never"][role]
    granted = {line for (line,) in world.execute("select tests.reach(%s)", [role])}
    read = {
        (relation.partition(".")[2], column)
        for line in granted | promised(role)
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
    assert {name for (name,) in definers} == set(SPEC["runs_as_owner"])


def test_the_source_gives_the_listed_reason() -> None:
    folders = ("migrations/20261122000*.sql", "policies/*.sql", "functions/*.sql")
    text = "\n".join(
        source.read_text()
        for pattern in folders
        for source in sorted((ROOT / "supabase").glob(pattern))
    )
    functions = re.findall(r"create function (\w+\.\w+)\((.*?)as \$\$", text, re.DOTALL)
    reasons = {
        name: re.search(r"security definer  -- (.+)", header)
        for name, header in functions
        if "security definer" in header
    }
    assert {name: reason and reason[1] for name, reason in reasons.items()} == SPEC["runs_as_owner"]
