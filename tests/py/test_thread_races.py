"""Nothing slips into a conversation after its end, in whichever order the two sides reach the lock.

Each round opens two connections. The first acts and holds its transaction open; the second acts and
is seen, in pg_locks, to wait for the first; then the first commits. Nothing sleeps.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from local.scratch import Database
from tests.py.race_sides import PATIENCE, Act, Side, in_order, until_waiting

CLOSED, BARRED, UNKNOWN = "PT409", "PT403", "PT404"


@dataclass(frozen=True, slots=True)
class Round:
    """A fresh conversation, who writes in it, who ends it, and what a late writer is answered."""

    thread_id: uuid.UUID
    write: Act
    end: Act
    too_late: str


class World:
    """Makes conversations in a clone of the test world; every round gets people of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owner = psycopg.connect(database.dsn(), autocommit=True)
        self.numbers = itertools.count()

    def value(self, query: str, *parameters: object) -> Any:
        row = self.owner.execute(query, parameters).fetchone()
        return row[0] if row else None

    def customer(self, number: int) -> str:
        name = f"customer{number}"
        with self.owner.transaction():
            self.value("select tests.sign_up(%s)", name)
            self.value("select tests.act_as('customer', %s)", name)
            self.value(
                "select api.set_customer_profile('Race', 'R', tests.id('Springfield'))",
            )
        return name

    def session(self, number: int, mechanic: str) -> tuple[str, str, uuid.UUID]:
        """A session in work: its name, its customer, its thread."""
        customer, session = self.customer(number), f"race{number}"
        with self.owner.transaction():
            self.value(
                "select tests.open_session(%s, %s, 'brakes', 'Noise', 'Ford', 'Focus')",
                customer,
                session,
            )
            self.value("select tests.work_through(%s, %s)", session, mechanic)
        return session, customer, self.value("select tests.id(%s)", f"{session} thread")

    def mechanic(self, number: int) -> str:
        name = f"mechanic{number}"
        with self.owner.transaction():
            self.value("select tests.invite(%s, 'mechanic')", name)
            self.value("select tests.act_as('mechanic', %s)", name)
            self.value("select api.set_mechanic_profile('Race')")
        return name


def write(persona: str, name: str, thread_id: uuid.UUID) -> Act:
    return Act(
        persona,
        name,
        'select "position" from api.send_message(%s, %s, gen_random_uuid())',
        (thread_id, "one more thing"),
    )


def completed_session(world: World, number: int) -> Round:
    """The customer writes while the mechanic completes the session."""
    session, customer, thread_id = world.session(number, "zoe")
    end = Act(
        "mechanic", "zoe", "select api.complete_session(tests.id(%s), 'Done.', 'Worn.')", (session,)
    )
    return Round(thread_id, write("customer", customer, thread_id), end, CLOSED)


def banned_mechanic(world: World, number: int) -> Round:
    """The mechanic writes while an admin bans them."""
    mechanic = world.mechanic(number)
    _, _, thread_id = world.session(number, mechanic)
    end = Act(
        "platform_admin",
        "ada",
        "select api.restrict(tests.id(%s), 'banned', true, '4.4', 'Took cash.')",
        (mechanic,),
    )
    return Round(thread_id, write("mechanic", mechanic, thread_id), end, BARRED)


def lost_offer(world: World, number: int) -> Round:
    """One workshop writes while the customer approves the quote of another."""
    session, customer, _ = world.session(number, "zoe")
    with world.owner.transaction():
        world.value("select tests.complete(%s, 'zoe')", session)
        world.value(
            "select tests.escalate(%s, 'zoe', array['Lakeview Repairs', 'Eastgate Motors'])",
            session,
        )
        for advisor, workshop in (("lena", "Lakeview Repairs"), ("wes", "Eastgate Motors")):
            world.value("select tests.act_as('workshop', %s)", advisor)
            world.value("select api.accept_offer(tests.id(%s))", f"{session} offer to {workshop}")
            world.value("select tests.act_as_owner()")
            world.value("select tests.quote(%s, %s, %s, 10000, 5000)", session, workshop, advisor)
    thread_id = world.value(
        "select id from app.threads where offer_id = tests.id(%s)",
        f"{session} offer to Eastgate Motors",
    )
    end = Act(
        "customer",
        customer,
        "select api.approve_quote(tests.id(%s))",
        (f"{session} quote of Lakeview Repairs",),
    )
    # The workshop no longer knows the conversation when its offer is lost.
    return Round(thread_id, write("workshop", "wes", thread_id), end, UNKNOWN)


@pytest.fixture(scope="module")
def world(new_database: Callable[[], Any]) -> Iterator[World]:
    with new_database() as database:
        made = World(database)
        # Every round uses the same workshops: bays and limits must not run out.
        made.owner.execute("update app.workshops set open_bays = 100000")
        made.owner.execute("update app.limits set most = 100000")
        yield made
        made.owner.close()


@pytest.mark.attack(85)
@pytest.mark.parametrize("ending", [completed_session, banned_mechanic, lost_offer])
@pytest.mark.parametrize("writer_first", [True, False], ids=["writer-first", "ending-first"])
def test_nothing_slips_in_behind_the_end(
    world: World,
    scale: dict[str, Any],
    ending: Callable[[World, int], Round],
    writer_first: bool,
) -> None:
    for _ in range(scale["race_rounds"]):
        this = ending(world, next(world.numbers))
        before = world.value("select last_position from app.threads where id = %s", this.thread_id)

        if writer_first:
            written, ended = in_order(world.database, this.write, this.end)
        else:
            ended, written = in_order(world.database, this.end, this.write)

        assert ended is None
        assert written == (None if writer_first else this.too_late)
        stored = world.owner.execute(
            "select t.is_open, t.last_position, count(m.id), max(m.position)"
            " from app.threads as t left join app.messages as m on t.id = m.thread_id"
            " where t.id = %s group by t.id",
            (this.thread_id,),
        ).fetchone()
        expected = before + writer_first
        assert stored == (False, expected, expected, expected or None)


def test_a_message_that_is_sent_twice_at_once_is_one_and_both_are_told_the_same(
    world: World,
) -> None:
    _, customer, thread_id = world.session(next(world.numbers), "zoe")
    before = world.value("select last_position from app.threads where id = %s", thread_id)
    send = "select position, delivered, hidden from api.send_message(%s, 'Once', %s)"
    parameters = (thread_id, uuid.uuid4())
    one, two = Side(world.database), Side(world.database)
    with one.connection, two.connection, ThreadPoolExecutor(1) as pool:
        for side in (one, two):
            side.connection.execute("select tests.act_as('customer', %s)", (customer,))
        first = one.connection.execute(send, parameters).fetchone()
        late = pool.submit(lambda: two.connection.execute(send, parameters).fetchone())
        until_waiting(world.owner, two, one)
        one.connection.commit()
        assert late.result(PATIENCE) == first == (before + 1, "Once", [])
        two.connection.commit()
    stored = world.owner.execute(
        "select t.last_position, count(m.id) from app.threads as t"
        " left join app.messages as m on t.id = m.thread_id and m.body = 'Once'"
        " where t.id = %s group by t.id",
        (thread_id,),
    ).fetchone()
    assert stored == (before + 1, 1)


@pytest.mark.attack(85)
@pytest.mark.parametrize("upload_first", [True, False], ids=["upload-first", "ending-first"])
def test_no_file_slips_in_behind_the_end(world: World, upload_first: bool) -> None:
    session, customer, _ = world.session(next(world.numbers), "zoe")
    with world.owner.transaction():
        world.value("select tests.act_as('customer', %s)", customer)
        path = world.value("select api.register_media(tests.id(%s), 'photo')", session)
    upload = Act(
        "customer",
        customer,
        "insert into storage.objects (bucket_id, name) select 'quarantine', %s"
        " from set_config('storage.operation', 'storage.object.upload', true)",
        (path,),
    )
    end = Act(
        "mechanic", "zoe", "select api.complete_session(tests.id(%s), 'Done.', 'Worn.')", (session,)
    )
    if upload_first:
        assert in_order(world.database, upload, end) == (None, None)
    else:
        assert in_order(world.database, end, upload) == (None, CLOSED)
    stored = world.value("select count(*) from storage.objects where name = %s", path)
    counted = world.value(
        "select photo_count from app.session_intake where session_id = tests.id(%s)", session
    )
    assert (stored, counted) == (upload_first, upload_first)
