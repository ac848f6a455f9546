"""Deliveries: how fast events are taken beside the bare reference, and whether any that was acknowledged is lost."""

import itertools
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg.rows import dict_row

from demo import stripe_events
from local import scratch
from local.cluster import Cluster
from local.database import allow_service_logins
from local.home import CHECKOUT
from local.scratch import Database
from local.services import NODE
from tests.py.processes import WebService, gunicorn, worker
from tests.py.service_fakes import SECRET, until
from tools import migrate

FOLDER = Path(__file__).parent
# What is committed is on disk, as in production.
SETTINGS = {"max_connections": "100", "shared_buffers": "256MB"}
CONNECTIONS = 16
BODY = 5000  # bytes of an event, about
REFERENCE = "bench.money.reference:create_app()"
# Deliveries of a soak: as many as one job worker applies beside its own deaths and the database's, so that each is
# seen posted in the end. Sent as fast as they are taken, they would wait for it.
SOAK_PER_SECOND = 40
SETTLE_S = 90  # a killed worker's jobs are taken by the next after half a minute


def new_database(make: Callable[..., Cluster], name: str) -> Database:
    """A migrated database in a durable cluster of its own."""
    made = scratch.create_database(make(SETTINGS), name)
    migrate.apply(made.dsn(), migrate.migrations(CHECKOUT))
    allow_service_logins(made.cluster)
    return made


@dataclass(frozen=True, slots=True)
class Load:
    """What autocannon saw in one round."""

    per_second: float
    p99_ms: float


def compare(
    database: Database, folder: Path, rounds: int, seconds: int, said: Callable[[str], None]
) -> tuple[list[Load], list[Load]]:
    """Ours and the reference, in turns, on the same machine, gunicorn's settings and PostgreSQL."""
    with psycopg.connect(database.dsn()) as owner:
        owner.execute((FOLDER / "reference.sql").read_bytes())
    with (
        gunicorn(database.dsn("backend"), folder / "ours") as ours,
        gunicorn(database.dsn("backend"), folder / "reference", app=REFERENCE) as reference,
    ):
        figures: dict[str, list[Load]] = {"ours": [], "reference": []}
        both = [("ours", ours), ("reference", reference)]
        for _, service in both:
            load(service, 2)
        for number in range(rounds):
            for name, service in both if number % 2 else reversed(both):
                seen = load(service, seconds)
                figures[name].append(seen)
                said(f"{name}: {seen.per_second:.0f} a second, p99 {seen.p99_ms:.0f} ms")
    return figures["ours"], figures["reference"]


def load(service: WebService, seconds: int) -> Load:
    """One round of signed events, each of them new; raises RuntimeError if one was not taken."""
    told = subprocess.run(
        [str(NODE), str(FOLDER / "load.mjs")],
        input=json.dumps(
            {
                "url": f"http://127.0.0.1:{service.port}/stripe/webhook",
                "secret": SECRET,
                "event": event_of_any_request(),
                "connections": CONNECTIONS,
                "seconds": seconds,
            }
        ),
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seen: dict[str, Any] = json.loads(told.stdout)
    if seen["refused"] or seen["errors"]:
        raise RuntimeError(f"Not every event was taken: {seen}\n{service.log.read_text()[-2000:]}")
    return Load(seen["answered"] / seen["seconds"], seen["p99_ms"])


def event_of_any_request() -> str:
    """An event of about 5 kB, as compressible as Stripe's: names of fields, ids, nulls."""
    chance = random.Random(1)
    about = stripe_events.checkout_session("00000000-0000-4000-8000-000000000000", 2500)
    event = stripe_events.event("checkout.session.completed", about, id="evt_of_this_request")
    while len(stripe_events.body(event)) < BODY:
        number = len(about)
        about[f"field_{number}"] = {
            "amount": chance.randrange(100_000),
            "id": f"pm_{chance.randbytes(9).hex()}",
            "url": None,
        }
    return stripe_events.body(event).decode()


@dataclass
class Soak:
    """What came of deliveries while everything died by turns."""

    acknowledged: list[str] = field(default_factory=list)
    others: list[int | None] = field(default_factory=list)  # answers but 200; None: no answer
    faults: list[str] = field(default_factory=list)
    missing: int = 0
    unsettled: int = 0
    posted: int = 0
    trial_balance_cents: int = 0


def soak(database: Database, folder: Path, seconds: int, said: Callable[[str], None]) -> Soak:
    """Deliver payouts, each of which is posted, while web workers, job workers and the database die.

    What is not acknowledged is delivered again, as Stripe does it.
    """
    seen = Soak()
    over = threading.Event()
    with (
        gunicorn(database.dsn("backend"), folder / "soak") as service,
        Workers(database, folder / "worker") as workers,
    ):

        def deliver(number: int) -> None:
            gap = CONNECTIONS / SOAK_PER_SECOND
            due = time.monotonic() + gap * number / CONNECTIONS
            while not over.wait(max(0.0, due - time.monotonic())):
                due += gap
                event = stripe_events.event("payout.created", stripe_events.payout(100))
                body = stripe_events.body(event)
                while True:
                    header = stripe_events.signature(body, SECRET, time.time())
                    answer = service.post(body, header)
                    if answer.status == 200:
                        seen.acknowledged.append(event["id"])
                        break
                    seen.others.append(answer.status)

        def connections_die() -> None:
            with psycopg.connect(database.cluster.dsn("supabase_admin"), autocommit=True) as admin:
                admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where usename in ('backend', 'worker')"
                )

        def database_crashes() -> None:
            assert database.cluster.process is not None
            database.cluster.process.send_signal(signal.SIGQUIT)
            database.cluster.process.wait()
            database.cluster.start()

        def goes_on(count: int) -> bool:
            return len(seen.acknowledged) >= count

        faults = {
            "connections die": connections_die,
            "the job worker is killed": workers.kill,
            "the web workers are killed": service.kill_workers,
            "the database restarts": database.cluster.start,
            "the database crashes": database_crashes,
        }
        with ThreadPoolExecutor(CONNECTIONS) as senders:
            deliveries = [senders.submit(deliver, number) for number in range(CONNECTIONS)]
            begin = time.monotonic()
            every = seconds / (3 * len(faults) if seconds > 300 else len(faults))
            for number, name in enumerate(itertools.cycle(faults)):
                # A fault comes at its time, and once deliveries go on after the last one.
                count = len(seen.acknowledged)
                until(partial(goes_on, count + 50), 60)
                time.sleep(max(0.0, begin + (number + 0.5) * every - time.monotonic()))
                if number >= len(faults) and time.monotonic() > begin + seconds:
                    break
                faults[name]()
                seen.faults.append(name)
                said(f"{name} after {len(seen.acknowledged):,} events")
            over.set()
            for each in deliveries:
                each.result()
        examine(database, seen)
    return seen


def examine(database: Database, seen: Soak) -> None:
    """Wait until what was acknowledged is applied, and count what is missing."""
    with psycopg.connect(database.dsn(), autocommit=True, row_factory=dict_row) as owner:
        query = (FOLDER / "soak.sql").read_bytes()
        deadline = time.monotonic() + SETTLE_S
        while True:
            row = owner.execute(query, {"ids": seen.acknowledged}).fetchone()
            assert row is not None
            if row["unsettled"] == 0 or time.monotonic() > deadline:
                break
            time.sleep(1)
    seen.missing, seen.unsettled = row["missing"], row["unsettled"]
    seen.posted, seen.trial_balance_cents = row["posted"], row["trial_balance_cents"]


class Workers:
    """A job worker that is followed by another when it ends, as a supervisor would have it."""

    def __init__(self, database: Database, log: Path) -> None:
        self.url, self.log = database.dsn("worker"), log
        self.over = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None

    def kill(self) -> None:
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        self.thread = threading.Thread(target=self._supervise)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def _supervise(self) -> None:
        while not self.over.is_set():
            with worker(self.url, self.log) as self.process:
                while self.process.poll() is None and not self.over.wait(0.2):
                    pass
