"""Does a refusal tell anything? A hidden id is answered as one that nobody has, and no error carries data."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.py import calls
from tests.py.calls import CALLS, ROOT, SPEC

# In the world: with much of their own, with little or none, and who may do less.
CALLERS = {
    "customer": ("ana", "ben"),
    "mechanic": ("max", "zoe", "sid", "bart"),
    "workshop": ("walt", "wanda", "dora", "lena", "rex"),
    "platform_admin": ("ada",),
}
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
DONE = "U0000 done, and undone "
CALLERS_OWN = ("client_message_id", "evidence_ids")  # made up or noted by the caller
OURS = re.compile(r"PT(403|404|409|422|429)$")
RETRY = re.compile(r"retry after \d+ seconds")

# By type: what a form, a typing error or an attacker may send.
BAD = {
    "text": ["null", "''", "' '", "repeat('x', 9000)", "'0x1'", "E'\\u00e9\\u0301\\u202e'", "'%s'"],
    "text[]": ["null", "'{}'", "'{null}'", "'{nothing}'", "'{brakes,brakes}'"],
    "uuid": ["null", "gen_random_uuid()"],
    "uuid[]": ["null", "'{null}'", "array[gen_random_uuid()]"],
    "integer": ["null", "0", "-1", "2147483647", "-2147483648"],
    "bigint": ["null", "0", "-1", "9223372036854775807"],
    "boolean": ["null", "true", "false"],
    "interval": ["null", "'-1 day'", "'178000000 years'", "'0'"],
    "timestamp with time zone": ["null", "'infinity'", "'-infinity'", "'294276-01-01'"],
    "jsonb": [
        "null",
        "'null'",
        "'{}'",
        "'[]'",
        "'[1]'",
        "'[[]]'",
        "'[{}]'",
        """'[{"kind": "part", "description": "x", "quantity": 1e400, "unit_cents": 1}]'""",
        """'[{"kind": "tip", "description": "x", "quantity": 1, "unit_cents": 100}]'""",
        """'[{"kind": "part", "description": null, "quantity": 1, "unit_cents": 100}]'""",
        """'[{"kind": "part", "description": "x", "quantity": 1000, "unit_cents": 100000000}]'""",
        """'[{"kind": "part", "description": "x", "quantity": "many", "unit_cents": 100}]'""",
    ],
}

ANSWER = """
    create function pg_temp.answer(statement text, id uuid) returns text language plpgsql as $$
    declare
        said text;
        more text;
        given bigint;
    begin
        execute statement using id;
        get diagnostics given = row_count;
        raise exception '%', case given when 0 then 'nothing' else 'done, and undone' end
            using errcode = 'U0000';
    exception when others then
        get stacked diagnostics said = message_text, more = pg_exception_detail;
        return replace(concat_ws(' ', sqlstate, said, more), id::text, '<id>');
    end;
    $$
"""


@pytest.fixture(scope="module")
def world(new_database: Any) -> Iterator[psycopg.Connection]:
    with new_database() as database, psycopg.connect(database.dsn(), autocommit=True) as connection:
        connection.execute(ANSWER)
        connection.execute("grant execute on function pg_temp.answer to public")
        yield connection


def uuids(world: psycopg.Connection, relations: Mapping[str, Sequence[str]]) -> set[str]:
    """Every id that these columns of each relation hold."""
    found: set[str] = set()
    for relation, columns in relations.items():
        for column in columns:
            values = world.execute(
                sql.SQL("select distinct {}::text from {}").format(
                    sql.Identifier(column), sql.Identifier(*relation.split("."))
                )
            )
            found |= {value for (value,) in values if value and ID.fullmatch(value)}
    return found


@pytest.fixture(scope="module")
def every_id(world: psycopg.Connection) -> set[str]:
    """All ids in our tables."""
    columns = world.execute(
        "select a.attrelid::regclass::text, array_agg(a.attname::text) from pg_attribute as a"
        " inner join pg_class as c on a.attrelid = c.oid"
        " where c.relnamespace = 'app'::regnamespace and c.relkind = 'r'"
        " and a.atttypid = 'uuid'::regtype and not a.attisdropped group by 1"
    )
    return uuids(world, dict(columns.fetchall()))


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    """What the sources say when they refuse, where nothing is put into the sentence."""
    written = "\n".join(file.read_text() for file in (ROOT / "supabase/functions").glob("*.sql"))
    raised = re.findall(r"raise exception\s+'((?:[^'%]|'')+)'\s+using", written)
    return {sentence.replace("''", "'") for sentence in raised}


def test_every_function_is_called_with_every_argument() -> None:
    promised = {
        persona: {
            name: arguments.split(", ")
            for entry in SPEC.role(persona).may
            for name, arguments in [entry.removeprefix("api.").rstrip(")").split("(")]
        }
        for persona in CALLS
    }
    made = {
        persona: {function: list(call.arguments) for function, call in functions.items()}
        for persona, functions in CALLS.items()
    }
    assert made == promised


@pytest.mark.parametrize(("persona", "function"), list(calls.every_call()))
def test_the_call_succeeds(world: psycopg.Connection, persona: str, function: str) -> None:
    with calls.before(world, persona, function) as call:
        assert calls.refusal(world, calls.text(function, call.arguments)) is None


@pytest.mark.attack(18, "a hidden id is answered like one that nobody has")
@pytest.mark.attack(63, "with an id of somebody else's no function does anything")
@pytest.mark.parametrize(
    ("persona", "name"), [(persona, name) for persona, names in CALLERS.items() for name in names]
)
def test_a_hidden_id_is_answered_like_one_that_nobody_has(
    world: psycopg.Connection, every_id: set[str], persona: str, name: str
) -> None:
    views = {f"api.{view}": columns for view, columns in SPEC.role(persona).reads.items()}
    with world.transaction(force_rollback=True):
        world.execute("select tests.act_as(%s, %s)", (persona, name))
        hidden = sorted(every_id - uuids(world, views))
        assert hidden
        differing, done = {}, {}
        for function, call in CALLS[persona].items():
            for asked, kind in calls.types(world, function).items():
                if kind not in ("uuid", "uuid[]"):
                    continue
                value = "$1" if kind == "uuid" else "array[$1]"
                statement = calls.text(function, {**call.arguments, asked: value}).as_string(world)
                answers: dict[str, str] = dict(
                    world.execute(
                        "select id, pg_temp.answer(%s, id) from unnest(%s::uuid[]) as i (id)",
                        (statement, [str(uuid.uuid4()), *hidden]),
                    ).fetchall()
                )
                said = set(answers.values())
                if len(said) > 1:
                    differing[function, asked] = said
                if DONE in said and asked not in CALLERS_OWN:
                    done[function, asked] = said
    assert done == {}
    assert differing == {}


@pytest.mark.attack(60)
@pytest.mark.parametrize(("persona", "function"), list(calls.every_call()))
@pytest.mark.parametrize("account", [str(uuid.uuid4()), None], ids=["not there", "not named"])
def test_no_function_does_anything_for_an_account_that_is_not_there(
    world: psycopg.Connection, persona: str, function: str, account: str | None
) -> None:
    with calls.before(world, persona, function) as call:
        world.execute(
            "select set_config('request.jwt.claims', json_build_object('sub', %s::text)::text, true)",
            [account],
        )
        refused = calls.refusal(world, calls.text(function, call.arguments))
        given = None if refused else world.execute(calls.text(function, call.arguments)).fetchall()
    assert given == [] or (refused and refused.sqlstate in ("PT403", "PT404"))


@pytest.mark.attack(19)
@pytest.mark.parametrize(("persona", "function"), list(calls.every_call()))
def test_a_refusal_is_a_sentence_of_ours_without_data(
    world: psycopg.Connection, sentences: set[str], persona: str, function: str
) -> None:
    said = {}
    with calls.before(world, persona, function) as call:
        for name, kind in calls.types(world, function).items():
            for value in BAD[kind]:
                refused = calls.refusal(
                    world, calls.text(function, {**call.arguments, name: value})
                )
                if refused is None:
                    continue
                told = refused.diag
                if (
                    not OURS.match(str(refused.sqlstate))
                    or told.message_primary not in sentences
                    or told.message_detail
                    or (told.message_hint and not RETRY.fullmatch(told.message_hint))
                ):
                    said[name, value] = (
                        refused.sqlstate,
                        told.message_primary,
                        told.message_detail,
                    )
    assert said == {}
