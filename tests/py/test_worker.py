"""Jobs run once their transaction commits, in order, and survive the death of a worker."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate.jobs import Job
from procrastinate.testing import InMemoryConnector
from psycopg.rows import dict_row

from backend.jobs import RETRY, TRIES, create_queue
from backend.money import Money
from local import scratch
from local.bootstrap import give_passwords
from local.cluster import Cluster
from local.scratch import Database
from tests.py.service_fakes import RecordingDatabase, until

ROOT = Path(__file__).resolve().parents[2]

# What the tasks call, reduced to what a test can see and hold up: while somebody else has the
# advisory lock 1, a job that was told to wait stands still. Like the real ones they may be repeated:
# PostgreSQL may end, and commit, the statement of a client that was killed.
FUNCTIONS = """
create table public.done (number serial, what text unique);
create function backend.apply_stripe_event(event_id text) returns void
    language plpgsql security definer set search_path = '' as $$
begin
    if event_id like '%waits' then
        perform pg_advisory_xact_lock(1);
    elsif event_id like '%fails' then
        raise exception 'as told';
    end if;
    insert into public.done (what) values (event_id) on conflict do nothing;
end;
$$;
create function backend.expire_overdue() returns void
    language sql security definer set search_path = ''
    as $$ insert into public.done (what) values ('expire_overdue') on conflict do nothing; $$;
create function backend.enqueue_pending_events() returns void
    language sql security definer set search_path = ''
    as $$ insert into public.done (what) values ('sweep') on conflict do nothing; $$;
grant usage on schema backend to worker;
grant execute on all functions in schema backend to worker;
"""


def test_the_clock_starts_these_jobs() -> None:
    database = RecordingDatabase()
    queue = create_queue(database, InMemoryConnector(), Money(database, None))
    registered = queue.periodic_registry.periodic_tasks.values()
    assert {each.task.name: each.cron for each in registered} == {
        "expire_overdue": "* * * * *",
        "sweep_stripe_events": "* * * * *",
        "move_due_money": "* * * * *",
        "fetch_lacking_events": "17 * * * *",
        "compare_balance": "37 4 * * *",
        "retry_stalled": "* * * * * */10",
    }


def test_each_job_that_the_database_queues_is_one_the_worker_knows() -> None:
    database = RecordingDatabase()
    queue = create_queue(database, InMemoryConnector(), Money(database, None))
    functions = ROOT / "supabase/functions"
    sources = "".join(path.read_text() for path in functions.glob("*.sql"))
    queued = set(re.findall(r"enqueue_job\(\s*'(\w+)'", sources))
    due = (functions / "enqueue_due_money.sql").read_text()
    queued |= set(re.findall(r"(?:select\s+|then |else )'(\w+)'", due))
    assert {"send_refund", "reverse_transfer", "expire_checkout", "compare_balance"} <= queued
    assert queued - set(queue.tasks) == set()


class Queue:
    """A database with the job queue and stand-ins for the functions that jobs call."""

    def __init__(self, database: Database, log: Path) -> None:
        self.database = database
        self.log = log
        self.connection = psycopg.connect(database.dsn(), autocommit=True, row_factory=dict_row)

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        return self.connection.execute(query, values).fetchall()

    def add(self, event_id: str, lock: str | None = None) -> None:
        self.rows(
            "select app.enqueue_job('apply_stripe_event', %s, %s)",
            json.dumps({"event_id": event_id}),
            lock,
        )

    def done(self) -> list[str]:
        """What jobs did, in order; periodic ones left out."""
        rows = self.rows("select what from public.done where what like 'evt%%' order by number")
        return [row["what"] for row in rows]

    def status(self, event_id: str) -> str | None:
        """The job's status; None once it succeeded, for then it is deleted."""
        rows = self.rows(
            "select status::text from procrastinate.procrastinate_jobs where args ->> 'event_id' = %s",
            event_id,
        )
        return rows[0]["status"] if rows else None

    def waiting(self) -> bool:
        return bool(self.rows("select from pg_locks where locktype = 'advisory' and not granted"))

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Jobs that wait stand still inside this block."""
        self.rows("select pg_advisory_lock(1)")
        try:
            yield
        finally:
            self.rows("select pg_advisory_unlock(1)")

    @contextlib.contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """A worker process that has begun to work; ended with the block."""
        newest = "select coalesce(max(id), 0) as id from procrastinate.procrastinate_workers"
        before = self.rows(newest)[0]["id"]
        with self.log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "backend.worker"],
                cwd=ROOT,
                env=os.environ | {"WORKER_DATABASE_URL": self.database.dsn("worker")},
                stderr=output,
            )
        try:
            until(lambda: self.rows(newest)[0]["id"] > before)
            yield process
        finally:
            process.kill()
            process.wait()
            sys.stderr.write(self.log.read_text())


@pytest.fixture
def queue(cluster: Cluster, tmp_path: Path) -> Iterator[Queue]:
    database = scratch.create_database(cluster, "queue")
    with psycopg.connect(database.dsn(), autocommit=True) as owner:
        for file in (
            "migrations/20261122000100_roles.sql",
            "migrations/20261122000900_procrastinate.sql",
            "functions/enqueue_job.sql",
        ):
            owner.execute((ROOT / "supabase" / file).read_bytes())
        owner.execute(FUNCTIONS)
    give_passwords(cluster, ["worker"])
    made = Queue(database, tmp_path / "worker.log")
    try:
        yield made
    finally:
        made.connection.close()
        with psycopg.connect(cluster.dsn("supabase_admin"), autocommit=True) as admin:
            admin.execute("drop database queue with (force)")


def test_a_job_runs_if_its_transaction_commits(queue: Queue) -> None:
    with queue.worker():
        with queue.connection.transaction(force_rollback=True):
            queue.add("evt_never")
        queue.add("evt_committed")
        until(queue.done)
        assert queue.done() == ["evt_committed"]
        until(lambda: queue.status("evt_committed") is None)


def test_jobs_of_one_lock_run_in_order_and_others_pass_them(queue: Queue) -> None:
    with queue.worker(), queue.held():
        queue.add("evt_1_waits", "charge 1")
        queue.add("evt_2", "charge 1")
        queue.add("evt_3", "charge 2")
        until(queue.waiting)
        until(queue.done)
        assert queue.done() == ["evt_3"]
        assert queue.status("evt_2") == "todo"


def test_a_stopped_worker_ends_its_job_and_takes_no_other(queue: Queue) -> None:
    with queue.worker() as process:
        with queue.held():
            queue.add("evt_1_waits", "one")
            queue.add("evt_2", "one")
            until(queue.waiting)
            process.send_signal(signal.SIGTERM)
            until(lambda: '"told to stop"' in queue.log.read_text())
        assert process.wait(15) == 0
    assert queue.done() == ["evt_1_waits"]
    assert queue.status("evt_2") == "todo"
    assert queue.rows("select from procrastinate.procrastinate_workers") == []


def test_the_job_of_a_killed_worker_is_done_once_by_the_next(queue: Queue) -> None:
    with queue.held():
        with queue.worker() as process:
            queue.add("evt_1_waits", "one")
            queue.add("evt_2", "one")
            until(queue.waiting)
            process.kill()
            process.wait()
        assert queue.status("evt_1_waits") == "doing"
        # What would come true by waiting: its last heartbeat is old.
        queue.rows(
            "update procrastinate.procrastinate_workers set last_heartbeat = now() - interval '1 minute'"
            " returning id"
        )
    with queue.worker():
        until(lambda: len(queue.done()) == 2, 40)
    assert queue.done() == ["evt_1_waits", "evt_2"]


def test_a_job_that_took_its_workers_along_eight_times_has_failed(queue: Queue) -> None:
    queue.add("evt_deadly")
    queue.rows(
        """
        update procrastinate.procrastinate_jobs
        set status = 'doing', attempts = 7
        where args ->> 'event_id' = 'evt_deadly'
        returning id
        """
    )
    with queue.worker():
        until(lambda: queue.status("evt_deadly") == "failed")
    assert queue.done() == []


def test_a_worker_that_loses_its_database_ends_with_an_error(
    queue: Queue, cluster: Cluster
) -> None:
    with (
        queue.worker() as process,
        psycopg.connect(cluster.dsn("supabase_admin"), autocommit=True) as admin,
    ):
        admin.execute("alter database queue allow_connections false")
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = 'queue' and usename = 'worker'"
        )
        assert process.wait(40) == 1


def test_a_job_is_tried_eight_times_over_an_hour() -> None:
    waits = []
    for attempts in range(TRIES):
        job = Job(
            id=1, queue="default", lock=None, queueing_lock=None, task_name="t", attempts=attempts
        )
        decision = RETRY.get_retry_decision(exception=ValueError(), job=job)
        at = decision.retry_at if decision else None
        waits.append(at and round((at - datetime.now(UTC)).total_seconds()))
    assert waits == [3, 9, 27, 81, 243, 729, 2187, None]


def test_a_job_that_fails_is_tried_again_later_and_at_last_stays(queue: Queue) -> None:
    with queue.worker():
        queue.add("evt_fails", "one")
        job = """
            select status::text, attempts, scheduled_at > now() as later
            from procrastinate.procrastinate_jobs
            where args ->> 'event_id' = 'evt_fails'
        """
        until(lambda: queue.rows(job)[0]["attempts"] == 1)
        assert queue.rows(job) == [{"status": "todo", "attempts": 1, "later": True}]
        queue.rows(
            """
            update procrastinate.procrastinate_jobs
            set attempts = 7, scheduled_at = null
            where args ->> 'event_id' = 'evt_fails'
            returning id
            """
        )
        queue.add("evt_other")
        until(lambda: queue.status("evt_fails") == "failed")
        until(lambda: queue.done() == ["evt_other"])


def test_missing_configuration_is_named() -> None:
    environment = {name: value for name, value in os.environ.items() if "DATABASE" not in name}
    ended = subprocess.run(
        [sys.executable, "-m", "backend.worker"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "WORKER_DATABASE_URL" in ended.stderr


def test_only_the_worker_reaches_the_queue(queue: Queue) -> None:
    reached = queue.rows(
        """
        select rolname
        from pg_roles
        where rolname in (
            'anon', 'authenticated', 'authenticator', 'service_role', 'customer', 'mechanic',
            'workshop', 'platform_admin', 'media_worker', 'backend', 'worker'
        )
            and has_schema_privilege(rolname, 'procrastinate', 'usage')
        """
    )
    assert reached == [{"rolname": "worker"}]
    assert not queue.rows(
        """
        select proname
        from pg_proc
        where pronamespace = 'procrastinate'::regnamespace
            and (
                has_function_privilege('authenticated', oid, 'execute')
                or proconfig is distinct from array['search_path=procrastinate, pg_temp']
            )
        """
    )


CATALOG = """
select 'function' as kind, proname as name, prosrc as definition
from pg_proc where pronamespace = current_schema()::regnamespace
union all
select 'column', attrelid::regclass::text || '.' || attname, concat_ws(
    ' ', format_type(atttypid, atttypmod), attnotnull, attidentity,
    pg_get_expr(adbin, adrelid)
)
from pg_attribute
left join pg_attrdef on adrelid = attrelid and adnum = attnum
where attrelid in (
    select oid from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'c')
)
    and attnum > 0
union all
select 'enum', enumtypid::regtype::text || '.' || enumlabel, enumsortorder::text from pg_enum
where enumtypid in (select oid from pg_type where typnamespace = current_schema()::regnamespace)
union all
select 'index', indexname, replace(indexdef, schemaname || '.', '') from pg_indexes
where schemaname = current_schema()
union all
select 'constraint', conname, pg_get_constraintdef(oid) from pg_constraint
where connamespace = current_schema()::regnamespace
union all
select 'trigger', tgname, replace(pg_get_triggerdef(oid), current_schema() || '.', '')
from pg_trigger
where tgrelid in (select oid from pg_class where relnamespace = current_schema()::regnamespace)
    and not tgisinternal
order by 1, 2, 3
"""


def test_the_queue_is_the_installed_release(queue: Queue) -> None:
    release = (files("procrastinate") / "sql/schema.sql").read_text()
    with psycopg.connect(queue.database.dsn()) as connection:
        connection.execute("set local search_path = procrastinate")
        ours = connection.execute(CATALOG).fetchall()
        connection.execute("create schema theirs")
        connection.execute("set local search_path = theirs")
        connection.execute(release)
        theirs = connection.execute(CATALOG).fetchall()
        connection.rollback()
    assert len(ours) > 60
    assert ours == theirs
