"""Two who decide on conduct at once: one gets the flag, nothing is lost, and the clock is each one's own."""

import concurrent.futures
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from local.scratch import Database
from tests.py.race_sides import Act, Side, in_order

ADMINS = ["ada", "abe", "amy"]


@pytest.fixture(scope="module")
def world(new_database: Callable[[], Any]) -> Iterator[Database]:
    with new_database() as database:
        with psycopg.connect(database.dsn(), autocommit=True) as owner:
            owner.execute("update app.limits set most = 100000")
            for admin in ADMINS[1:]:
                owner.execute("select tests.invite(%s, 'platform_admin')", (admin,))
        yield database


NUMBERS = itertools.count(2000000)


def flagged(database: Database) -> tuple[Any, Any]:
    """A new message of max that the filter flagged: its flag and its id."""
    with psycopg.connect(database.dsn()) as owner:
        owner.execute("select tests.act_as('mechanic', 'max')")
        owner.execute(
            "select api.send_message(tests.id('ana active thread'), %s, gen_random_uuid())",
            (f"Call me: 415-{next(NUMBERS)}",),
        )
        owner.execute("select tests.act_as_owner()")
        row = owner.execute(
            "select id, message_id from app.contact_flags order by created_at desc limit 1"
        ).fetchone()
        assert row
        return row[0], row[1]


def settle(database: Database) -> None:
    """Nothing waits, and nobody is restricted."""
    with psycopg.connect(database.dsn()) as owner:
        owner.execute(
            "update app.contact_flags set status = 'dismissed', decided_by = tests.id('ada'),"
            " claimed_by = null, claimed_until = null where status in ('open', 'proposed')"
        )
        owner.execute("delete from app.restrictions where holder_id = tests.id('max')")
        owner.execute("delete from app.violations where holder_id = tests.id('max')")
        owner.execute("select app.settle_standing(tests.id('max'))")


def value(database: Database, query: str, *parameters: object) -> Any:
    with psycopg.connect(database.dsn()) as owner:
        row = owner.execute(query.encode(), parameters).fetchone()
        return row and row[0]


def test_of_two_admins_one_claims_a_flag(world: Database, scale: dict[str, Any]) -> None:
    for _ in range(scale["race_rounds"]):
        flag, _ = flagged(world)
        claim = "select api.claim_flag(%s)"
        answers = in_order(
            world,
            Act("platform_admin", "ada", claim, (flag,)),
            Act("platform_admin", "abe", claim, (flag,)),
        )
        assert answers == (None, "PT409")
        assert value(
            world, "select claimed_by = tests.id('ada') from app.contact_flags where id = %s", flag
        )


def test_admins_who_claim_at_once_get_different_flags(world: Database) -> None:
    settle(world)
    flags = {flagged(world)[0] for _ in ADMINS}

    def claim(admin: str) -> Any:
        with psycopg.connect(world.dsn()) as connection:
            connection.execute("select tests.act_as('platform_admin', %s)", (admin,))
            row = connection.execute("select api.claim_flag()").fetchone()
            return row and row[0]

    with concurrent.futures.ThreadPoolExecutor(len(ADMINS)) as pool:
        assert set(pool.map(claim, ADMINS)) == flags


@pytest.mark.parametrize("decider_first", [True, False], ids=["decider-first", "reporter-first"])
def test_a_report_while_a_flag_is_decided_is_kept(
    world: Database, scale: dict[str, Any], decider_first: bool
) -> None:
    for _ in range(scale["race_rounds"]):
        flag, message = flagged(world)
        acts = [
            Act(
                "platform_admin",
                "ada",
                "select api.decide_flag(%s, 'dismissed', 'No number.')",
                (flag,),
            ),
            Act("customer", "ana", "select api.report_message(%s, 'He insists.')", (message,)),
        ]
        first, second = acts if decider_first else reversed(acts)
        one, two = Side(world), Side(world)
        with one.connection, two.connection:
            assert one.act(first) is None
            assert two.act(second) is None
            two.connection.commit()
            one.connection.commit()
        with psycopg.connect(world.dsn()) as owner:
            rows = owner.execute(
                "select raised_by, status from app.contact_flags where message_id = %s order by 1",
                (message,),
            ).fetchall()
        assert rows == [("filter", "dismissed"), ("report", "open")]


def test_two_decisions_on_one_mechanic_count_one_after_the_other(
    world: Database, scale: dict[str, Any]
) -> None:
    confirm = "select api.decide_flag(%s, 'confirmed', 'Gave a number.', 'S2', '4.2')"
    for _ in range(scale["race_rounds"]):
        settle(world)
        flags = [flagged(world)[0], flagged(world)[0]]
        answers = in_order(
            world,
            Act("platform_admin", "ada", confirm, (flags[0],)),
            Act("platform_admin", "abe", confirm, (flags[1],)),
        )
        assert answers == (None, None)
        with psycopg.connect(world.dsn()) as owner:
            steps = owner.execute(
                "select r.step from app.restrictions as r inner join app.violations as v"
                " on r.violation_id = v.id where v.flag_id = any(%s) order by v.number",
                (flags,),
            ).fetchall()
        assert steps == [(1,), (2,)]


def test_a_message_is_judged_by_the_instant_at_which_it_began(world: Database) -> None:
    settle(world)
    early, late = Side(world), Side(world)
    send = Act(
        "mechanic",
        "max",
        "select api.send_message(tests.id('ana active thread'), 'On my way.', gen_random_uuid())",
    )
    with early.connection, late.connection:
        row = early.connection.execute("select app.current_instant()").fetchone()
        assert row
        with psycopg.connect(world.dsn()) as owner:
            owner.execute(
                "update app.standings set barred_until = %s + interval '1 microsecond'"
                " where person_id = tests.id('max')",
                row,
            )
        before = value(world, "select count(*) from app.messages")
        assert late.act(send) is None
        late.connection.commit()
        assert early.act(send) == "PT403"
        assert value(world, "select count(*) from app.messages") == before + 1


def test_new_work_is_judged_by_the_instant_at_which_it_began(world: Database) -> None:
    settle(world)
    early, late = Side(world), Side(world)
    accept = Act("mechanic", "max", "select api.accept_session(tests.id('ben queued'))")
    with early.connection, late.connection:
        row = early.connection.execute("select app.current_instant()").fetchone()
        assert row
        with psycopg.connect(world.dsn()) as owner:
            owner.execute(
                "update app.standings set suspended_until = %s + interval '1 microsecond'"
                " where person_id = tests.id('max')",
                row,
            )
        assert late.act(accept) is None
        assert early.act(accept) == "PT403"
