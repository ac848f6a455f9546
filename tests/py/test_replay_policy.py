"""A changed filter or ladder is tried on what is stored, and nothing that is stored changes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from local.scratch import Database
from tools.replay_policy import last, main, replay, report

SEND = "select api.send_message(tests.id('ana active thread'), %s, gen_random_uuid())"
NUMBER, PART, NEITHER = "Call 415-555-2671", "It is a Bosch 0986494524.", "Pads are worn."


@pytest.fixture
def live(new_database: Callable[[], Any]) -> Iterator[Database]:
    """The test world with three messages of max, one of them confirmed as a violation."""
    with new_database() as database, psycopg.connect(database.dsn()) as owner:
        owner.execute("select tests.act_as('mechanic', 'max')")
        for body in (NUMBER, PART, NEITHER):
            owner.execute(SEND, (body,))
        owner.execute("select tests.act_as('platform_admin', 'ada')")
        owner.execute(
            "select api.decide_flag(id, 'confirmed', 'Gave a number.', 'S2', '4.2')"
            " from api.admin_flags where status = 'open'"
        )
        owner.execute("select tests.act_as_owner()")
        owner.commit()
        yield database


@pytest.fixture
def candidate(new_database: Callable[[], Any]) -> Iterator[psycopg.Connection]:
    with new_database() as database, psycopg.connect(database.dsn()) as connection:
        yield connection


def stored(database: Database) -> str:
    with psycopg.connect(database.dsn()) as owner:
        row = owner.execute(
            "select (select json_agg(m order by m.thread_id, m.position) from app.messages as m)::text,"
            " (select json_agg(r order by r.id) from app.restrictions as r)::text"
        ).fetchone()
    return json.dumps(row)


def test_the_same_filter_and_ladder_change_nothing(
    live: Database, candidate: psycopg.Connection
) -> None:
    before = stored(live)
    with psycopg.connect(live.dsn()) as connection:
        connection.read_only = True
        outcome = replay(connection, candidate)
    assert outcome.same
    assert (outcome.messages, outcome.decisions) == (5, 1)
    assert "Nothing would have been different." in report(outcome)
    assert stored(live) == before


def test_a_changed_filter_is_seen_by_the_messages_it_judges_otherwise(
    live: Database, candidate: psycopg.Connection
) -> None:
    candidate.execute("alter function app.mask_contacts rename to mask_before")
    candidate.execute("""
        create function app.mask_contacts(
            body text, earlier text[], model_version smallint, out delivered text, out hidden jsonb
        )
        language sql stable set search_path = ''
        as $$
            select body, case
                when body like '%Bosch%' then '[{"kind": "phone"}]'::jsonb else '[]'::jsonb
            end
        $$
    """)
    with psycopg.connect(live.dsn()) as connection:
        outcome = replay(connection, candidate)
    assert [message.typed for message in outcome.newly_hidden] == [PART]
    assert [message.typed for message in outcome.no_longer_hidden] == [NUMBER]
    told = "\n".join(report(outcome))
    assert outcome.newly_hidden[0].id in told
    assert "Bosch" not in told and "415" not in told


def test_a_version_of_the_words_is_compared_before_it_goes_live(
    live: Database, candidate: psycopg.Connection
) -> None:
    candidate.execute("insert into app.filter_versions (version, summary) values (2, 'No digits.')")
    candidate.execute(
        "insert into app.filter_words (version, word, reading)"
        " select 2, word, reading from app.filter_words where version = 1"
    )
    with psycopg.connect(live.dsn()) as connection:
        assert replay(connection, candidate, version=2).same
        candidate.execute(
            "update app.filter_words set reading = 'N' where version = 2 and word = 'bosch'"
        )
        outcome = replay(connection, candidate, version=2)
        assert [message.typed for message in outcome.newly_hidden] == [PART]
        assert replay(connection, candidate).same
        with pytest.raises(psycopg.Error) as unknown:
            replay(connection, candidate, version=9)
    assert unknown.value.sqlstate == "PT404"


@pytest.mark.parametrize(
    ("ladder", "would"), [([14, None], "14 days"), ([None], "banned"), ([7, 60, None], None)]
)
def test_a_changed_ladder_is_seen_by_the_decisions_it_grades_otherwise(
    live: Database, candidate: psycopg.Connection, ladder: list[int | None], would: str | None
) -> None:
    with psycopg.connect(live.dsn()) as connection:
        outcome = replay(connection, candidate, ladder)
    assert [step[-2:] for step in outcome.other_steps] == ([("7 days", would)] if would else [])


def test_the_filter_is_given_the_newest_messages_of_two_kilobytes() -> None:
    assert last([]) == []
    assert last([str(n) for n in range(30)]) == [str(n) for n in range(10, 30)]
    assert last(["a" * 1000, "b" * 1000, "é" * 500]) == ["b" * 1000, "é" * 500]


def test_a_database_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql://postgres@127.0.0.1:1/postgres"
    monkeypatch.setattr("sys.argv", ["replay_policy", "--database-url", url])
    assert main() == 2
    assert "does not answer" in capsys.readouterr().err
