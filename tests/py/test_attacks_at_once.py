"""What several connections see of each other: who wins a session, and what a notification tells all of them."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from local.scratch import Database

CLAIMS = 50
PATIENCE = 20  # seconds until a wait that never ends fails the test
GONE = "PT404"


@pytest.fixture(scope="module")
def world(new_database: Any) -> Iterator[Database]:
    with new_database() as database:
        yield database


@pytest.fixture
def owner(world: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(world.dsn(), autocommit=True) as connection:
        yield connection


@pytest.mark.attack(87)
def test_of_many_who_accept_a_session_at_once_one_gets_it(
    world: Database, owner: psycopg.Connection
) -> None:
    mechanics = [f"claimant{number}" for number in range(CLAIMS)]
    with owner.transaction():
        for name in mechanics:
            owner.execute("select tests.invite(%s, 'mechanic')", [name])
            owner.execute("select tests.act_as('mechanic', %s)", [name])
            owner.execute("select api.set_mechanic_profile('Claimant')")
            owner.execute("select tests.act_as_owner()")
    together = threading.Barrier(CLAIMS)

    def claim(name: str) -> str | None:
        with psycopg.connect(world.dsn()) as connection:
            connection.execute("select tests.act_as('mechanic', %s)", [name])
            together.wait(PATIENCE)
            try:
                connection.execute("select api.accept_session(tests.id('ben queued'))")
            except psycopg.Error as error:
                return error.sqlstate
        return None

    with ThreadPoolExecutor(CLAIMS) as pool:
        answers = list(pool.map(claim, mechanics))

    assert sorted(answers, key=str) == [None, *[GONE] * (CLAIMS - 1)]
    threads = owner.execute(
        "select provider_id from app.threads where session_id = tests.id('ben queued') and is_open"
    ).fetchall()
    winner = mechanics[answers.index(None)]
    assert threads == owner.execute("select tests.id(%s)", [winner]).fetchall()


@pytest.mark.attack(80)
def test_whoever_listens_hears_of_no_job(world: Database, owner: psycopg.Connection) -> None:
    channels = {"procrastinate_any_queue_v1"}
    queues = owner.execute("select distinct queue_name from procrastinate.procrastinate_jobs")
    channels |= {f"procrastinate_queue_v1#{queue}" for (queue,) in queues}
    assert len(channels) > 1
    jobs = "select count(*) from procrastinate.procrastinate_jobs"
    before = owner.execute(jobs).fetchone()
    with psycopg.connect(world.dsn("backend"), autocommit=True) as listener:
        for channel in channels:
            listener.execute(f'listen "{channel}"'.encode())
        with owner.transaction():
            owner.execute("select tests.complete('ana active', 'max')")
            owner.execute("select tests.act_as('mechanic', 'max')")
            owner.execute("select api.escalate_session(tests.id('ana active'))")
            owner.execute("select tests.act_as_owner()")
        # What is said after it arrives after it: nothing came before.
        for channel in channels:
            owner.execute("select pg_notify(%s, 'the end')", [channel])
        heard = list(listener.notifies(timeout=PATIENCE, stop_after=len(channels)))

    assert owner.execute(jobs).fetchone() != before
    assert [(notice.channel, notice.payload) for notice in heard] == [
        (channel, "the end") for channel in channels
    ]


@pytest.mark.attack(86)
def test_what_began_before_the_session_ended_reads_on_and_nothing_after_it_does(
    world: Database, owner: psycopg.Connection
) -> None:
    with owner.transaction():
        owner.execute(
            "select tests.open_session('ben', 'read', 'brakes', 'Rattle', 'Fiat', 'Panda', '1HGCM82633A004352')"
        )
        owner.execute("select tests.work_through('read', 'zoe')")
    query = "select vin from api.mechanic_sessions where id = tests.id('read')"
    with psycopg.connect(world.dsn()) as reader:
        reader.execute("select tests.act_as('mechanic', 'zoe')")
        reader.execute(f"declare reading cursor for {query}".encode())
        owner.execute("select tests.complete('read', 'zoe')")

        assert reader.execute("fetch reading").fetchone() == ("1HGCM82633A004352",)
        assert reader.execute(query.encode()).fetchone() == (None,)
