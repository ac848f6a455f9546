"""Faults that are deaths: of web workers, of job workers, of the database. Each is a real one.

What decides the moment of a kill is a lock in the database, or a wire that keeps a message back.
Numbers as in docs/faults.md.
"""

import concurrent.futures
import http.client
import os
import signal
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backend.reconcile import fetch_lacking_events
from demo import stripe_events
from local import scratch
from local.cluster import Cluster
from local.processes import HAS_PROC
from local.scratch import Database
from tests.py.processes import Answer, WebService, gunicorn, worker
from tests.py.service_fakes import until
from tests.py.stripe_world import TELL_TALE, StripeWorld, stripe_world
from tests.py.wire import Wire, wire

PATIENCE = 30  # seconds until something that never happens fails the test
AWAY_WITHIN_S = 3  # how long a caller waits to hear that the database is away
OUTAGE_S = 30


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Where the processes of a test log; no event's body is found there."""
    file = tmp_path / "log"
    yield file
    said = file.read_text()
    assert said != ""
    assert TELL_TALE not in said


@pytest.fixture
def world(
    new_database: Callable[[], AbstractContextManager[Database]],
) -> Iterator[StripeWorld]:
    with stripe_world(new_database) as made:
        yield made
        made.check()


@pytest.fixture
def database_wire(world: StripeWorld) -> Iterator[Wire]:
    """Between a service and the world's database."""
    with wire(world.database.cluster.port) as made:
        yield made


@pytest.fixture
def service(world: StripeWorld, database_wire: Wire, log: Path) -> Iterator[WebService]:
    """The web service with one worker process, which sees the database through the wire."""
    cluster = world.database.cluster
    url = world.database.dsn("backend").replace(f":{cluster.port}/", f":{database_wire.port}/")
    with gunicorn(url, log, "--workers", "1") as running:
        yield running


@pytest.fixture
def sender() -> Iterator[concurrent.futures.Executor]:
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool


def unpaid(world: StripeWorld) -> dict[str, Any]:
    """A charge for a payment that is not paid yet."""
    return stripe_events.charge_succeeded(world.payment(f"{world.open_session()} payment"), 2500)


def test_6_an_event_whose_web_worker_dies_after_the_commit_is_stored_once(
    world: StripeWorld,
    database_wire: Wire,
    service: WebService,
    sender: concurrent.futures.Executor,
) -> None:
    event, before = unpaid(world), world.postings()
    with database_wire.held("answers") as hold:
        lost = sender.submit(service.post, *world.signed(event))
        until(lambda: hold.caught, PATIENCE)
        assert world.stored(event) == [{"state": "pending", "deliveries": 1}]
        service.kill_workers()
        assert lost.result(PATIENCE).status is None
    assert service.post(*world.signed(event)).status == 200
    assert world.stored(event) == [{"state": "pending", "deliveries": 2}]
    assert world.jobs(event) == 1
    world.work()
    assert world.postings() == before + 1


def test_7_an_event_whose_web_worker_dies_before_it_is_stored_comes_again(
    world: StripeWorld,
    database_wire: Wire,
    service: WebService,
    sender: concurrent.futures.Executor,
) -> None:
    event, before = unpaid(world), world.postings()
    with database_wire.held("questions") as hold:
        lost = sender.submit(service.post, *world.signed(event))
        until(lambda: hold.caught, PATIENCE)
        service.kill_workers()
        assert lost.result(PATIENCE).status is None
    assert world.stored(event) == []
    assert service.post(*world.signed(event)).status == 200
    assert world.stored(event) == [{"state": "pending", "deliveries": 1}]
    assert world.jobs(event) == 1
    world.work()
    assert world.postings() == before + 1


def test_7_an_event_whose_web_worker_dies_while_it_is_stored_is_stored_once(
    world: StripeWorld, service: WebService, sender: concurrent.futures.Executor
) -> None:
    event, before = unpaid(world), world.postings()
    with held_up(world, "app.stripe_events") as waiting:
        lost = sender.submit(service.post, *world.signed(event))
        until(lambda: len(waiting()) == 1)
        service.kill_workers()
        assert lost.result(PATIENCE).status is None
        assert world.stored(event) == []
    # PostgreSQL does not know that nobody listens any more: it ends the statement, and commits.
    until(lambda: world.stored(event))
    assert service.post(*world.signed(event)).status == 200
    assert world.stored(event) == [{"state": "pending", "deliveries": 2}]
    assert world.jobs(event) == 1
    world.work()
    assert world.postings() == before + 1


@contextmanager
def held_up(world: StripeWorld, table: str) -> Iterator[Callable[[], list[int]]]:
    """Inside the block nobody writes the table; gives who waits to, as process ids of PostgreSQL."""
    with psycopg.connect(world.database.dsn()) as holder:
        holder.execute(f"lock table {table} in share mode".encode())
        me = holder.info.backend_pid
        yield lambda: [
            row["pid"]
            for row in world.rows(
                "select pid from pg_locks where not granted and %s = any(pg_blocking_pids(pid))", me
            )
        ]


def test_8_what_a_killed_job_worker_was_applying_is_posted_once(
    world: StripeWorld, log: Path
) -> None:
    events, before = [unpaid(world), unpaid(world)], world.postings()
    for event in events:
        assert world.post("platform", *world.signed(event)) == 200
    with held_up(world, "app.ledger_transactions") as waiting:
        with worker(world.database.dsn("worker"), log) as process:
            until(lambda: len(waiting()) == 2, PATIENCE)
            process.kill()
            process.wait()
        # PostgreSQL notices the end of one of the two connections; the other's work it commits.
        end_connection(world, waiting()[0])
        assert world.postings() == before
    until(lambda: world.postings() == before + 1)
    assert sorted(row["state"] for event in events for row in world.stored(event)) == [
        "done",
        "pending",
    ]
    finish_what_was_in_hand(world, log)
    assert [row["state"] for event in events for row in world.stored(event)] == ["done", "done"]
    assert world.postings() == before + 2


def end_connection(world: StripeWorld, pid: int) -> None:
    dsn = world.database.cluster.dsn("supabase_admin")
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute("select pg_terminate_backend(%s, 10000)", (pid,))


def finish_what_was_in_hand(world: StripeWorld, log: Path, stripe_url: str = "") -> None:
    """Another worker takes the jobs of the dead one, and does them."""
    # What would come true by waiting: the dead one's last heartbeat is old.
    world.do(
        "update procrastinate.procrastinate_workers"
        " set last_heartbeat = now() - interval '1 minute'"
    )
    doing = "select from procrastinate.procrastinate_jobs where status = 'doing'"
    assert world.rows(doing) != []
    todo = """
        select
        from procrastinate.procrastinate_jobs
        where status in ('todo', 'doing')
            and task_name in ('apply_stripe_event', 'send_transfer')
    """
    with worker(world.database.dsn("worker"), log, stripe_url) as process:
        until(lambda: not world.rows(todo), PATIENCE)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_9_transfers_whose_worker_dies_before_they_are_recorded_are_made_and_posted_once(
    world: StripeWorld, log: Path
) -> None:
    for _ in range(2):
        world.diagnostic(world.mechanic())
    world.pass_time("8 days")
    world.delivery.deliver()
    before = world.balances()
    world.worker_calls.call("enqueue_due_money")
    stripe_port = int(world.bank.url.rpartition(":")[2])
    with wire(stripe_port) as stripe_wire, stripe_wire.held("answers"):
        url = f"http://127.0.0.1:{stripe_wire.port}"
        with worker(world.database.dsn("worker"), log, url) as process:
            # The worker asks for lacking events, too, whose answer is held like these.
            until(lambda: len(world.bank.every("transfer")) == 2, PATIENCE)
            process.kill()
            process.wait()
    made = {each["id"] for each in world.bank.every("transfer")}
    assert len(made) == 2
    assert world.rows("select from app.money_facts where kind = 'transfer'") == []

    # Of one, Stripe tells by itself before the job is done again; of the other, after that.
    late = world.bank.undelivered.pop()
    world.delivery.deliver()
    world.apply()
    assert len(world.rows("select from app.money_facts where kind = 'transfer'")) == 1
    finish_what_was_in_hand(world, log, world.bank.url)
    recorded = "select stripe_transfer_id as id, attempt, status from app.transfers"
    assert {tuple(row.values()) for row in world.rows(recorded)} == {
        (each, 1, "sent") for each in made
    }
    world.bank.undelivered.append(late)
    world.settle()

    assert {each["id"] for each in world.bank.every("transfer")} == made
    posted = "select from app.ledger_transactions where source_key = any(%s)"
    assert len(world.rows(posted, [f"transfer:{each}" for each in made])) == 2
    after = world.balances()
    moved = {name: after.get(name, 0) - before.get(name, 0) for name in before | after}
    assert {name: cents for name, cents in moved.items() if cents} == {
        "payable.mechanic": 2 * 2250,
        "stripe.balance": -2 * 2250,
    }


@pytest.fixture(scope="module")
def own_cluster(
    new_cluster: Callable[..., Cluster], new_template: Callable[[Cluster], str]
) -> tuple[Cluster, str]:
    """A cluster that may be stopped, and that loses nothing in a crash; and its template."""
    made = new_cluster(scratch.SETTINGS | {"synchronous_commit": "on"})
    return made, new_template(made)


@pytest.fixture
def own_world(
    own_cluster: tuple[Cluster, str], request: pytest.FixtureRequest
) -> Iterator[StripeWorld]:
    name = request.function.__name__[:20]
    with stripe_world(lambda: scratch.clone(*own_cluster, name)) as made:
        yield made
        made.check()


def test_10_a_database_that_restarts_costs_no_acknowledged_event(
    own_world: StripeWorld, log: Path, scale: dict[str, Any]
) -> None:
    world, cluster, count = own_world, own_world.database.cluster, scale["deliveries"]
    world.apply()  # what the test world has left
    events, before = [unpaid(world) for _ in range(count)], world.postings()
    signed = [world.signed(event) for event in events]
    answers: list[Answer] = []

    def seen(status: int) -> int:
        return sum(answer.status == status for answer in answers)

    def reached(status: int, count: int) -> bool:
        return seen(status) >= count

    with (
        gunicorn(world.database.dsn("backend"), log) as service,
        concurrent.futures.ThreadPoolExecutor(8) as senders,
    ):

        def deliver(body: bytes, header: str) -> None:
            while (answer := service.post(body, header)).status != 200:
                answers.append(answer)
                assert len(answers) < 100 * count, "the event is never taken"
            answers.append(answer)

        deliveries = [senders.submit(deliver, *each) for each in signed]
        for part, stop in ((1, cluster.stop), (2, lambda: crash(cluster))):
            until(partial(reached, 200, part * count // 3), PATIENCE)
            stop()
            until(partial(reached, 503, seen(503) + 1), PATIENCE)
            cluster.start()
        for each in deliveries:
            each.result()

    assert {answer.status for answer in answers} == {200, 503}
    away = [answer for answer in answers if answer.status == 503]
    assert max(answer.seconds for answer in away) < AWAY_WITHIN_S
    assert {answer.retry_after for answer in away} == {"5"}
    world.reconnect()
    ids = [event["id"] for event in events]
    kept = "select count(*) as count from app.stripe_events where id = any(%s)"
    assert world.one(kept, ids) == {"count": count}
    assert world.apply() == count
    done = "select count(*) as count from app.stripe_events where id = any(%s) and state = 'done'"
    assert world.one(done, ids) == {"count": count}
    assert world.postings() == before + count


def crash(cluster: Cluster) -> None:
    """The server ends at once, with whatever it was doing."""
    assert cluster.process is not None
    cluster.process.send_signal(signal.SIGQUIT)
    cluster.process.wait(PATIENCE)


def test_11_a_database_away_is_told_fast_and_what_was_missed_is_fetched(
    own_world: StripeWorld, log: Path
) -> None:
    world, cluster = own_world, own_world.database.cluster
    world.apply()  # what the test world has left
    unsettled = "select id, state from app.stripe_events where state <> 'done'"
    assert world.rows(unsettled) == []
    sessions = [world.open_session() for _ in range(20)]
    pages = [world.open_page(world.payment(f"{session} payment")) for session in sessions]
    before = world.postings()
    answers: list[Answer] = []
    with (
        gunicorn(world.database.dsn("backend"), log) as service,
        concurrent.futures.ThreadPoolExecutor(len(pages)) as senders,
    ):
        threads = [threads_of(pid) for pid in service.workers()]
        cluster.stop()
        world.bank.clock = time.time
        for page in pages:
            world.bank.pay(page)
        told = [event for event in world.bank.undelivered if event["type"] == "charge.succeeded"]
        signed = [world.signed(event, at=time.time()) for event in told]
        over = time.monotonic() + OUTAGE_S
        while time.monotonic() < over:
            round_begins = time.monotonic()
            answers += senders.map(lambda each: service.post(*each), signed)
            time.sleep(max(0, round_begins + 2 - time.monotonic()))  # a delivery's pace
        assert {(answer.status, answer.retry_after) for answer in answers} == {(503, "5")}
        assert max(answer.seconds for answer in answers[: len(signed)]) < 2 * AWAY_WITHIN_S
        later = [answer.seconds for answer in answers[len(signed) :]]
        assert max(later) < AWAY_WITHIN_S
        assert statistics.median(later) < 1
        assert [threads_of(pid) for pid in service.workers()] <= [each + 8 for each in threads]
        assert service.get("/health").seconds < 1

        cluster.start()
        world.reconnect()
        until(lambda: service.get("/ready").status == 200, PATIENCE)
    assert world.rows(unsettled) == []

    # Stripe has given up; an hour later we ask.
    world.bank.undelivered.clear()
    world.bank.clock = world.clock
    world.pass_time("10 minutes")
    assert world.client is not None
    now = datetime.fromtimestamp(world.clock(), UTC)
    assert fetch_lacking_events(world.worker_calls, world.client, now) == len(
        world.bank.every("event")
    )
    world.settle()
    assert world.rows(unsettled) == []
    paid = "select count(*) as count from app.payments where id = any(%s) and status = 'paid'"
    ids = [world.payment(f"{session} payment") for session in sessions]
    assert world.one(paid, ids) == {"count": len(pages)}
    assert world.postings() == before + 2 * len(pages)  # the charge and Stripe's fee
    assert fetch_lacking_events(world.worker_calls, world.client, now) == 0


def threads_of(pid: int) -> int:
    """How many threads a process has; nothing where the system does not say."""
    return len(os.listdir(f"/proc/{pid}/task")) if HAS_PROC else 0


def test_28_ten_thousand_unsigned_posts_write_nothing_and_hold_up_nobody(
    world: StripeWorld, database_wire: Wire, log: Path
) -> None:
    cluster = world.database.cluster
    url = world.database.dsn("backend").replace(f":{cluster.port}/", f":{database_wire.port}/")
    body, _ = world.signed(unpaid(world))
    count = "select count(*) as count from app.stripe_events"
    stored_before = world.one(count)["count"]
    waits: list[float] = []
    over = threading.Event()

    with (
        gunicorn(url, log) as service,
        concurrent.futures.ThreadPoolExecutor(17) as senders,
    ):

        def flood(count: int) -> list[int]:
            """So many posts on one connection; how they were answered."""
            statuses = []
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=PATIENCE)
            with closing(connection):
                for _ in range(count):
                    connection.request("POST", "/stripe/webhook", body, {})
                    response = connection.getresponse()
                    response.read()
                    statuses.append(response.status)
            return statuses

        def deliver() -> list[dict[str, Any]]:
            """Genuine events meanwhile, one after the other."""
            events: list[dict[str, Any]] = []
            while not over.is_set():
                events.append(stripe_events.event("customer.created", {}))
                answer = service.post(*world.signed(events[-1]))
                assert answer.status == 200
                waits.append(answer.seconds)
            return events

        genuine = senders.submit(deliver)
        answers = list(senders.map(flood, [625] * 16))
        over.set()
        events = genuine.result()
    assert [status for each in answers for status in each] == [400] * 10_000
    assert len(events) > 10
    assert max(waits) < 1
    # The database was not even asked.
    assert database_wire.questions.count(b"record_stripe_event") == len(events)
    assert world.one(count) == {"count": stored_before + len(events)}
    assert log.read_text().count('"problem": "bad_signature"') == 10_000
