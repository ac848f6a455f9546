"""A changed filter or ladder is tried on what is stored, and nothing that is stored changes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from local.scratch import Database
from tools.replay_policy import last, main, progress, replay, report

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


def do(database: Database, persona: str, name: str, *statements: str) -> None:
    with psycopg.connect(database.dsn()) as owner:
        owner.execute("select tests.act_as(%s, %s)", (persona, name))
        for statement in statements:
            owner.execute(statement.encode())


def send(database: Database, *bodies: str) -> None:
    do(
        database,
        "mechanic",
        "max",
        *(
            f"select api.send_message(tests.id('ana active thread'), {body!r}, gen_random_uuid())"
            for body in bodies
        ),
    )


def tried(live: Database, candidate: psycopg.Connection) -> Any:
    with psycopg.connect(live.dsn()) as connection:
        return replay(connection, candidate)


def replace(candidate: psycopg.Connection, body: str) -> None:
    """Let the candidate's filter be another: one query, of what mask_contacts returns."""
    candidate.execute("alter function app.mask_contacts rename to mask_before")
    candidate.execute(
        f"""
        create function app.mask_contacts(
            body text, earlier text[], model_version smallint,
            out delivered text, out hidden jsonb, out solicits text, out earlier_delivered text[]
        )
        language sql stable set search_path = ''
        as $$ {body} $$
    """.encode()
    )


def stored(database: Database) -> str:
    with psycopg.connect(database.dsn()) as owner:
        row = owner.execute(
            "select (select json_agg(m order by m.thread_id, m.position) from app.messages as m)::text,"
            " (select json_agg(r order by r.id) from app.restrictions as r)::text"
        ).fetchone()
    return json.dumps(row)


def test_the_same_filter_and_ladder_change_nothing(
    live: Database, candidate: psycopg.Connection, capsys: pytest.CaptureFixture[str]
) -> None:
    before = stored(live)
    with psycopg.connect(live.dsn()) as connection:
        connection.read_only = True
        outcome = replay(connection, candidate)
    assert outcome.same
    assert (outcome.messages, outcome.decisions) == (5, 1)
    assert "Nothing would have been different." in report(outcome)
    assert stored(live) == before
    assert capsys.readouterr().err == "        5 of 5 messages\n"


def test_a_changed_filter_is_seen_by_the_messages_it_judges_otherwise(
    live: Database, candidate: psycopg.Connection
) -> None:
    replace(
        candidate,
        """
        select body, case
            when body like '%Bosch%' then '[{"kind": "phone"}]'::jsonb else '[]'::jsonb
        end, null::text, null::text[]
        """,
    )
    with psycopg.connect(live.dsn()) as connection:
        outcome = replay(connection, candidate)
    assert [message.typed for message in outcome.newly_hidden] == [PART]
    assert [message.typed for message in outcome.no_longer_hidden] == [NUMBER]
    told = "\n".join(report(outcome))
    assert outcome.newly_hidden[0].id in told
    assert "Bosch" not in told and "415-555" not in told


def test_the_same_filter_judges_a_split_detail_and_soliciting_the_same(
    live: Database, candidate: psycopg.Connection
) -> None:
    send(live, "It starts 415", "555", "last four 2671", "and then 7782", "Pay me cash.")
    outcome = tried(live, candidate)
    assert outcome.messages == 10
    assert outcome.same, list(report(outcome))


def test_a_filter_that_sees_no_pieces_is_seen_by_each_of_them(
    live: Database, candidate: psycopg.Connection
) -> None:
    bodies = ["It starts 415", "555", "last four 2671"]
    send(live, *bodies)
    replace(
        candidate,
        "select m.delivered, m.hidden, m.solicits, null::text[] from app.mask_before(body, '{}') as m",
    )
    outcome = tried(live, candidate)
    assert [message.typed for message in outcome.no_longer_hidden] == bodies


def test_a_filter_that_sees_more_pieces_is_seen_by_each_of_them(
    live: Database, candidate: psycopg.Connection
) -> None:
    send(live, "One of two", "Two of two")
    replace(
        candidate,
        """
        select
            case when typed.ends then '[phone hidden]' else m.delivered end,
            case when typed.ends then '[{"kind": "phone"}]' else m.hidden end,
            m.solicits,
            case when typed.ends then array(select replace(e, 'One', '[phone hidden]') from unnest(earlier) as e) end
        from app.mask_before(body, earlier) as m
        cross join (values (body like '%Two of%')) as typed (ends)
        """,
    )
    outcome = tried(live, candidate)
    assert [message.typed for message in outcome.newly_hidden] == ["One of two", "Two of two"]


def test_soliciting_that_is_judged_otherwise_is_named(
    live: Database, candidate: psycopg.Connection
) -> None:
    send(live, "Pay me cash.", "Call me tonight.", "It grinds.")
    replace(
        candidate,
        """
        select m.delivered, m.hidden, case
            when body like 'Pay%' then null
            when body like 'Call me t%' then 'solicits_meeting'
            when body like 'It grinds%' then 'solicits_app'
            else m.solicits
        end, m.earlier_delivered
        from app.mask_before(body, earlier) as m
        """,
    )
    outcome = tried(live, candidate)
    assert [message.typed for message in outcome.no_longer_soliciting] == ["Pay me cash."]
    assert [message.typed for message in outcome.newly_soliciting] == ["It grinds."]
    assert [message.typed for message in outcome.other_reasons] == ["Call me tonight."]
    assert not outcome.same
    told = "\n".join(report(outcome))
    assert all(
        f"message {message.id} " in told
        for message in (
            *outcome.no_longer_soliciting,
            *outcome.newly_soliciting,
            *outcome.other_reasons,
        )
    )


def test_another_severity_of_the_same_reason_is_named(
    live: Database, candidate: psycopg.Connection
) -> None:
    send(live, "Pay me cash.")
    candidate.execute("alter function app.flag_severity rename to severity_before")
    candidate.execute(
        "create function app.flag_severity(solicits text) returns text language sql immutable"
        " return 'S2'"
    )
    outcome = tried(live, candidate)
    assert [message.typed for message in outcome.other_reasons] == ["Pay me cash."]


def test_a_severity_that_a_preview_or_an_admin_raised_is_no_difference(
    live: Database, candidate: psycopg.Connection
) -> None:
    do(live, "mechanic", "max", "select api.preview_message('Mine is 415-555-2672')")
    send(live, "Mine is 415 555 2672", "Mine is 415-555-2673")
    do(
        live,
        "platform_admin",
        "ada",
        "select api.decide_flag(id, 'confirmed', 'He met her.', 'S3', '4.4')"
        " from api.admin_flags where status = 'open' and severity = 'S1'",
    )
    outcome = tried(live, candidate)
    assert outcome.same, list(report(outcome))


def test_a_violation_whose_message_would_pass_is_named(
    live: Database, candidate: psycopg.Connection
) -> None:
    replace(candidate, "select body, '[]'::jsonb, null::text, null::text[]")
    with psycopg.connect(live.dsn()) as owner:
        row = owner.execute("select id::text from app.violations").fetchone()
    assert row
    outcome = tried(live, candidate)
    assert [(violation, message.typed) for violation, message in outcome.unseen] == [
        (row[0], NUMBER)
    ]
    assert f"violation {row[0]} " in "\n".join(report(outcome))

    with psycopg.connect(live.dsn()) as owner:
        owner.execute("update app.violations set overturned_at = decided_at")
    assert tried(live, candidate).unseen == []


def test_what_was_lifted_or_graded_anew_has_brought_what_it_brought(
    live: Database, candidate: psycopg.Connection
) -> None:
    do(
        live,
        "platform_admin",
        "ada",
        "select api.lift_restriction(id, 'Enough.') from api.restrictions where violation_id is not null",
    )
    outcome = tried(live, candidate)
    assert (outcome.decisions, outcome.other_steps) == (1, [])

    # The first strike is overturned: the second, which was 30 days, is graded anew.
    send(live, "Mine is 415-555-2674")
    with psycopg.connect(live.dsn()) as owner:
        owner.execute("select tests.invite('abe', 'platform_admin')")
    do(
        live,
        "platform_admin",
        "ada",
        "select api.decide_flag(id, 'confirmed', 'Gave a number.', 'S2', '4.2')"
        " from api.admin_flags where status = 'open'",
    )
    with psycopg.connect(live.dsn()) as owner:
        owner.execute(
            "update app.violations set overturned_at = app.current_instant() where number = 1"
        )
        owner.execute("select app.regrade_ladder(tests.id('max'))")
    outcome = tried(live, candidate)
    assert (outcome.decisions, outcome.other_steps) == (1, [])


def test_a_version_of_the_words_is_compared_before_it_goes_live(
    live: Database, candidate: psycopg.Connection
) -> None:
    candidate.execute("insert into app.filter_versions (version, summary) values (2, 'No digits.')")
    candidate.execute(
        "insert into app.filter_words (version, word, reading)"
        " select 2, word, reading from app.filter_words where version = 1"
    )
    candidate.execute(
        "insert into app.filter_weights (version, gram, weight, about)"
        " select 2, gram, weight, about from app.filter_weights where version = 1"
    )
    candidate.execute(
        "insert into app.filter_places (version, feature, weight, kind)"
        " select 2, feature, weight, kind from app.filter_places where version = 1"
    )
    with psycopg.connect(live.dsn()) as connection:
        assert replay(connection, candidate, version=2).same
        candidate.execute(
            "update app.filter_words set reading = 'N' where version = 2 and word = 'bosch'"
        )
        # what only words announce has to stand as a detail does, too
        candidate.execute(
            "insert into app.filter_places (version, feature, weight) values (2, '<bosch', 9)"
            " on conflict (version, feature) do update set weight = excluded.weight"
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


def test_a_terminal_is_shown_one_line_that_grows(capsys: pytest.CaptureFixture[str]) -> None:
    ticks = iter([0.0, 0.2, 0.6, 0.7])
    assert list(progress("abc", 3, terminal=True, clock=lambda: next(ticks))) == list("abc")
    assert capsys.readouterr().err == "\r        2 of 3 messages\r        3 of 3 messages\n"


def test_a_log_is_told_a_line_every_few_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    ticks = iter([0.0, 1.0, 5.0, 6.0, 11.0, 12.0])
    assert list(progress("abcde", 5, terminal=False, clock=lambda: next(ticks))) == list("abcde")
    assert capsys.readouterr().err == (
        "        2 of 5 messages\n        4 of 5 messages\n        5 of 5 messages\n"
    )


def test_of_nothing_no_progress_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(progress("", 0, terminal=False)) == []
    assert capsys.readouterr().err == ""


def test_a_database_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "postgresql://postgres@127.0.0.1:1/postgres"
    monkeypatch.setattr("sys.argv", ["replay_policy", "--database-url", url])
    assert main() == 2
    assert "does not answer" in capsys.readouterr().err
