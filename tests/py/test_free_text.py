"""What one persona writes as free text has passed the contact filter before another one reads it."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.py import calls
from tests.py.calls import CALLS, SPEC

FREE_TEXT: dict[str, dict[str, dict[str, Any]]] = SPEC.free_text
TEXTUAL = {"text", "text[]", "jsonb", "character varying", "character"}

# What is written, and what of it no reader may find.
DETAILS = {
    "217-555-0142": "0142",
    "nora.north@gmail.com": "gmail",
    "two one seven five five five zero one four two": "five",
    "nora at gmail dot com": "gmail",
    "www.north-garage.com/book": "north-garage",
}
# Short enough, and plain enough, for a name or a car's description: no check of the table stops these.
SHORT = ("five five five one two one two", "Nora at gmail dot com", "nora.gmail.com")
DIGITS = ("217 555 0142",)
VINS = ("2175550142ABC1234", "ABC12175550142123", "217-555-0142-ABCD", "2175550142")
MARKER = "serpentine"  # reaches the reader beside the detail that does not

CONTROL = {
    "last_initial": "K",
    "vin": "1HGCM82633A004352",
}

PAID = (
    "select tests.named('fresh payment', id) from app.payments order by created_at desc limit 1",
    "select tests.named('fresh', session_id) from app.payments where id = tests.id('fresh payment')",
    "select tests.pay(tests.id('fresh payment'))",
)
ACCEPTED = (*PAID, *calls.act("mechanic", "max", "select api.accept_session(tests.id('fresh'))"))
ESCALATED = (
    *ACCEPTED,
    "select tests.complete('fresh', 'max')",
    "select tests.escalate('fresh', 'max', array['Northside Garage'])",
)
REQUESTED = ("select tests.open_session('ana', 'another', 'brakes', 'Noise', 'Honda', 'Civic')",)

# What happens between the writing and the reading, where the text is not in sight at once.
AFTER: dict[tuple[str, str], tuple[str, ...]] = {
    ("request_session", "mechanic_queue"): PAID,
    ("request_session", "mechanic_sessions"): ACCEPTED,
    ("request_session", "workshop_cases"): ESCALATED,
    ("set_customer_profile", "mechanic_sessions"): (*REQUESTED, *ACCEPTED),
    ("set_customer_profile", "workshop_cases"): (*REQUESTED, *ESCALATED),
    ("set_mechanic_profile", "customer_sessions"): (*REQUESTED, *ACCEPTED),
    ("set_mechanic_profile", "customer_threads"): (*REQUESTED, *ACCEPTED),
    ("complete_session", "workshop_cases"): (
        "select tests.escalate('ana active', 'max', array['Northside Garage'])",
    ),
    ("send_message", "messages"): ("update app.threads set flagged_at = tests.instant()",),
    ("draft_quote", "customer_quotes"): calls.act(
        "workshop",
        "walt",
        "select api.send_quote(id) from api.workshop_quotes where status = 'draft'",
    ),
}
AFTER["draft_quote", "customer_quote_items"] = AFTER["draft_quote", "customer_quotes"]

READERS = {"customer": "ana", "mechanic": "max", "workshop": "walt", "platform_admin": "ada"}
# Whom the call is about, or who does not have the work yet.
READER_OF = {
    "restrict": "zoe",
    "lift_restriction": "sid",
    "decide_appeal": "sid",
    "mechanic_queue": "zoe",
}

TEXTS = [
    pytest.param(persona, argument, rule, reader, id=f"{persona}-{argument}-{reader}")
    for persona, arguments in FREE_TEXT.items()
    for argument, part in arguments.items()
    for rule in ("masks", "refuses")
    for reader in part.get(rule, ())
]


@pytest.fixture(scope="module")
def world(new_database: Any) -> Iterator[psycopg.Connection]:
    with new_database() as database, psycopg.connect(database.dsn(), autocommit=True) as connection:
        yield connection


def literal(function: str, argument: str, text: str) -> str:
    """The text as the argument takes it, in SQL."""
    if argument == "items":
        item = {"kind": "part", "description": text, "quantity": 1, "unit_cents": 9000}
        text = json.dumps([item])
    return "'" + text.replace("'", "''") + "'"


def written(world: psycopg.Connection, persona: str, argument: str, text: str, reader: str) -> str:
    """All that the reader finds in their column after this text was written there."""
    function, _, name = argument.partition(".")
    reading, _, where = reader.partition(" ")
    view, _, column = where.partition(".")
    with calls.before(world, persona, function) as call:
        arguments = {**call.arguments, name: literal(function, name, text)}
        world.execute(calls.text(function, arguments))
        world.execute("select tests.act_as_owner()")
        for statement in AFTER.get((function, view), ()):
            world.execute(statement)
        person = READER_OF.get(view) or READER_OF.get(function) or READERS[reading]
        world.execute("select tests.act_as(%s, %s)", (reading, person))
        query = sql.SQL("select {} from api.{}").format(
            sql.Identifier(column), sql.Identifier(view)
        )
        return " ".join(str(value) for (value,) in world.execute(query))


def test_every_text_that_a_persona_writes_is_accounted_for(world: psycopg.Connection) -> None:
    taken = {
        persona: {
            f"{function}.{name}"
            for function in CALLS[persona]
            for name, kind in calls.types(world, function).items()
            if kind in TEXTUAL
        }
        for persona in CALLS
    }
    assert {persona: set(arguments) for persona, arguments in FREE_TEXT.items()} == taken


@pytest.mark.parametrize(("persona", "argument", "rule", "reader"), TEXTS)
def test_what_is_harmless_is_read_as_written(
    world: psycopg.Connection, persona: str, argument: str, rule: str, reader: str
) -> None:
    text = CONTROL.get(argument.partition(".")[2], MARKER)
    assert text in written(world, persona, argument, text, reader)


@pytest.mark.attack(111)
@pytest.mark.parametrize(
    ("persona", "argument", "reader"),
    [
        pytest.param(*text.values[:2], text.values[3], id=text.id)
        for text in TEXTS
        if "masks" in text.values
    ],
)
def test_a_way_to_reach_somebody_is_masked(
    world: psycopg.Connection, persona: str, argument: str, reader: str
) -> None:
    for detail, secret in DETAILS.items():
        read = written(world, persona, argument, f"{MARKER}, call {detail}", reader)
        assert MARKER in read
        assert secret not in read.lower(), detail


@pytest.mark.parametrize(
    ("persona", "argument"),
    [
        (persona, argument)
        for persona, arguments in FREE_TEXT.items()
        for argument, part in arguments.items()
        if "refuses" in part
    ],
)
def test_a_name_that_is_a_way_to_reach_somebody_is_refused(
    world: psycopg.Connection, persona: str, argument: str
) -> None:
    function, _, name = argument.partition(".")
    with calls.before(world, persona, function) as call:
        for text in (*SHORT, *DIGITS, *VINS):
            arguments = {**call.arguments, name: literal(function, name, text)}
            refused = calls.refusal(world, calls.text(function, arguments))
            assert refused is not None, text
            assert refused.sqlstate == "PT422"


@pytest.mark.parametrize(
    ("persona", "argument"),
    [
        (persona, argument)
        for persona, arguments in FREE_TEXT.items()
        for argument, part in arguments.items()
        if "listed" in part
    ],
)
def test_a_word_that_is_not_listed_is_refused(
    world: psycopg.Connection, persona: str, argument: str
) -> None:
    function, _, name = argument.partition(".")
    with calls.before(world, persona, function) as call:
        plural = calls.types(world, function)[name] == "text[]"
        word = literal(function, name, "{nora.gmail.com}" if plural else "nora.gmail.com")
        refused = calls.refusal(world, calls.text(function, {**call.arguments, name: word}))
    assert refused is not None
    assert refused.sqlstate == "PT422"


@pytest.mark.parametrize(
    ("persona", "function", "pieces"),
    [
        ("customer", "request_session", {"vehicle_make": "217", "vehicle_model": "555 0142"}),
        (
            "customer",
            "request_session",
            {"vehicle_model": "five five five one", "vehicle_colour": "two one two"},
        ),
        (
            "customer",
            "set_customer_profile",
            {"first_name": "nora at gmail dot co", "last_initial": "m"},
        ),
    ],
)
def test_a_detail_in_pieces_is_refused_too(
    world: psycopg.Connection, persona: str, function: str, pieces: dict[str, str]
) -> None:
    with calls.before(world, persona, function) as call:
        parts = {name: literal(function, name, text) for name, text in pieces.items()}
        refused = calls.refusal(world, calls.text(function, {**call.arguments, **parts}))
    assert refused is not None
    assert refused.sqlstate == "PT422"


def test_a_detail_in_pieces_is_masked_where_it_is_whole(world: psycopg.Connection) -> None:
    items = [
        {"kind": "part", "description": text, "quantity": 1, "unit_cents": 9000}
        for text in ("217 555", "0142")
    ]
    with calls.before(world, "workshop", "draft_quote") as call:
        arguments = {**call.arguments, "items": f"'{json.dumps(items)}'", "notes": "'0143'"}
        world.execute(calls.text("draft_quote", arguments))
        query = "select description from api.workshop_quote_items where description like '%hidden%'"
        assert world.execute(query).fetchall()
    with calls.before(world, "mechanic", "complete_session") as call:
        arguments = {**call.arguments, "summary": "'Call 217 555'", "diagnosis": "'0142'"}
        world.execute(calls.text("complete_session", arguments))
        query = "select diagnosis from api.mechanic_sessions where id = tests.id('ana active')"
        assert world.execute(query).fetchone() == ("[phone hidden]",)
