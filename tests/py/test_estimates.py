"""What the planner guesses tells nobody what stands in rows that they do not see.

`Prefer: count=planned` gives a caller the guess, which is made from statistics of every row.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from local import scratch
from local.scratch import Database
from tests.py.attack_target import Target
from tests.py.calls import PERSONAS, SPEC

ROWS = 1000  # enough for a guess to differ
HIDDEN, NOBODYS = ("Kestrel", "Osprey"), (1907, 1908)

# Words of a short list and names of places and public things: how common one is tells of nobody.
LISTED = {
    "account",
    "action",
    "category",
    "city",
    "code",
    "country",
    "currency",
    "decline_code",
    "failure",
    "kind",
    "name",
    "outcome",
    "part",
    "party",
    "persona",
    "purpose",
    "quote_status",
    "raised_by",
    "referral_currency",
    "referral_status",
    "region",
    "sender",
    "severity",
    "status",
    "workshop_name",
}
HELD = {table for persona in PERSONAS[:3] for table in SPEC.role(persona).holds}
SEEN_BY_ALL = {
    "cities",
    "fee_schedule",
    "monitoring_notices",
    "refund_policies",
    "services",
    "workshops",
    "workshop_services",
}
# All rows are seen: of the directories by everyone, of these by admins.
DIRECTORIES = {"cities", "services", "workshops"}
EVERYBODYS = {
    "restrictions",
    *(v.name for v in SPEC.views if v.name.startswith("admin_") and v.name != "admin_threads"),
}
PERSON = {"customer": "ana", "mechanic": "zoe", "workshop": "lena", "platform_admin": "ada"}
OPERATORS = ("=", "<>", "<", ">=", "like")


def fill(connection: psycopg.Connection) -> None:
    """Every table gets rows of one stranger, with the same words in all of them."""
    stranger = sql.Literal(str(uuid.uuid4()))
    connection.execute(
        "set session_replication_role = replica"
    )  # neither triggers nor foreign keys
    checks = connection.execute(
        "select conrelid::regclass::text, conname from pg_constraint"
        " where connamespace = 'app'::regnamespace and contype = 'c'"
    )
    for table, name in checks.fetchall():
        connection.execute(
            sql.SQL("alter table {} drop constraint {}").format(
                sql.Identifier(*table.split(".")), sql.Identifier(name)
            )
        )
    tables = connection.execute(
        "select c.oid::regclass::text, array_agg(a.attname::text), array_agg(a.atttypid::regtype::text),"
        " array_agg(exists (select from pg_index as i where i.indrelid = c.oid and i.indisunique"
        " and i.indkey[0] = a.attnum))"
        " from pg_class as c inner join pg_attribute as a on c.oid = a.attrelid"
        " where c.relnamespace = 'app'::regnamespace and c.relkind = 'r' and a.attnum > 0"
        " and not a.attisdropped and a.attgenerated = ''"
        " and c.relname = any (%s) group by c.oid",
        [list(HELD - SEEN_BY_ALL)],
    )
    for table, columns, kinds, unique in tables.fetchall():
        values = []
        for column, kind, alone in zip(columns, kinds, unique, strict=True):
            value: sql.Composable
            if kind == "uuid":
                value = sql.SQL("gen_random_uuid()") if alone else stranger
            elif kind == "text":
                value = sql.SQL("{} || n").format(HIDDEN[0]) if alone else sql.Literal(HIDDEN[0])
            elif column == "vehicle_year":
                value = sql.Literal(NOBODYS[0])
            else:
                value = sql.SQL("s.{}").format(sql.Identifier(column))
            values.append(value)
        connection.execute(
            sql.SQL(
                "insert into {} ({}) select {} from (select * from {} limit 1) as s,"
                " generate_series(1, {}) as n"
            ).format(
                sql.Identifier(*table.split(".")),
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join(values),
                sql.Identifier(*table.split(".")),
                ROWS,
            )
        )
    connection.execute("reset session_replication_role")
    connection.execute("analyze")


@pytest.fixture(scope="module")
def filled(new_database: Any) -> Iterator[Database]:
    with new_database() as database:
        with psycopg.connect(database.dsn("supabase_admin"), autocommit=True) as connection:
            fill(connection)
        yield database


@pytest.fixture(scope="module")
def world(filled: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(filled.dsn(), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def target(filled: Database, world: psycopg.Connection) -> Iterator[Target]:
    """The Data API above it."""
    names = world.execute("select name, id::text from tests.names").fetchall()
    with (
        scratch.platform(filled) as platform,
        httpx.Client(base_url=platform.url, timeout=30) as http,
    ):
        yield Target(platform, dict(names), {}, http)


def guess(world: psycopg.Connection, view: str, condition: sql.Composed) -> int:
    """Rows that the planner expects."""
    query = sql.SQL("explain (format json) select * from api.{} where {}")
    row = world.execute(query.format(sql.Identifier(view), condition)).fetchone()
    assert row
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return int(plan[0]["Plan"]["Plan Rows"])


def columns(world: psycopg.Connection, view: str) -> list[tuple[str, tuple[object, object]]]:
    """Columns of a view that say something, each with a hidden value and one that nobody has."""
    kinds = world.execute(
        "select attname, atttypid::regtype::text from pg_attribute"
        " where attrelid = ('api.' || %s)::regclass and attnum > 0",
        [view],
    )
    return [
        (name, NOBODYS if name == "vehicle_year" else HIDDEN)
        for name, kind in kinds.fetchall()
        if name == "vehicle_year" or (kind == "text" and name not in LISTED)
    ]


@pytest.mark.attack(11)
@pytest.mark.parametrize("persona", PERSONAS)
def test_a_guess_is_the_same_for_a_hidden_value_and_one_that_nobody_has(
    world: psycopg.Connection, persona: str
) -> None:
    told, asked = {}, 0
    with world.transaction(force_rollback=True):
        world.execute("select tests.act_as(%s, %s)", (persona, PERSON[persona]))
        for view in SPEC.role(persona).reads:
            if view in DIRECTORIES or (persona == "platform_admin" and view in EVERYBODYS):
                continue
            for column, values in columns(world, view):
                for operator in OPERATORS if values is HIDDEN else OPERATORS[:-1]:
                    guesses = [
                        guess(
                            world,
                            view,
                            sql.SQL("{} {} {}").format(
                                sql.Identifier(column), sql.SQL(operator), value
                            ),
                        )
                        for value in values
                    ]
                    asked += 1
                    if len(set(guesses)) > 1:
                        told[view, column, operator] = guesses
    assert asked
    assert told == {}


@pytest.mark.attack(11)
@pytest.mark.parametrize("preferred", ["planned", "estimated"])
@pytest.mark.parametrize(
    ("person", "view", "column"),
    [
        ("zoe", "mechanic_sessions", "vehicle_make"),
        ("zoe", "mechanic_sessions", "concern"),
        ("zoe", "mechanic_sessions", "vin"),
        ("lena", "workshop_cases", "customer_first_name"),
        ("ana", "messages", "body"),
    ],
)
def test_a_count_that_is_guessed_is_the_same_over_http(
    target: Target, person: str, view: str, column: str, preferred: str
) -> None:
    told = [
        target.rest(person, f"{view}?{column}=eq.{value}", "HEAD", Prefer=f"count={preferred}")
        for value in HIDDEN
    ]
    assert [answer.is_success for answer in told] == [True, True]
    assert told[0].headers["content-range"] == told[1].headers["content-range"]


def test_a_count_is_guessed_over_http(target: Target) -> None:
    """And of a word of a short list the guess does tell how common it is, as spec/attacks.yaml says."""
    told = {
        target.rest(
            "zoe", f"mechanic_sessions?category=eq.{value}", "HEAD", Prefer="count=planned"
        ).headers["content-range"]
        for value in HIDDEN
    }
    assert len(told) == 2
