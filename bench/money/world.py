"""The ledger of world.sql, in a cluster that is kept under .local/bench-money between runs."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench import kept
from bench.rls_world import STEP
from local import scratch
from local.cluster import SUPERUSER, Cluster
from local.home import CHECKOUT
from local.scratch import Database
from tools import migrate

GENERATOR = Path(__file__).with_name("world.sql")
SETTINGS = scratch.SETTINGS | {
    "shared_buffers": "1GB",
    "maintenance_work_mem": "512MB",
    "work_mem": "128MB",
    "max_wal_size": "4GB",
    # Tables that a transaction has emptied are filled without write-ahead log.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
BYTES_PER_ENTRY = 900  # with its part of the transactions, indexes, and sorting
BYTES_BESIDE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Ledger:
    """A database with so many entries; what it took to make it, in seconds, and takes on disk."""

    database: Database
    seconds: float
    size: int  # bytes


@contextlib.contextmanager
def ledger(entries: int) -> Iterator[Ledger]:
    """The ledger, for a `with` block; made if this checkout has none like it yet.

    Raises SystemExit, in words, where the disk is too small or another run holds the cluster.
    """
    needed = entries * BYTES_PER_ENTRY + BYTES_BESIDE
    name = f"{kept.digest([GENERATOR])}-{entries}"
    with kept.cluster("bench-money", name, SETTINGS, needed) as cluster:
        yield _made(cluster, entries)


def _made(cluster: Cluster, entries: int) -> Ledger:
    with psycopg.connect(cluster.dsn(SUPERUSER), autocommit=True) as connection:
        known = connection.execute(
            "select true from pg_catalog.pg_database where datname = 'ledger'"
        ).fetchone()
        if known is None:
            connection.execute("drop database if exists unfinished with (force)")
            seconds = _make(scratch.create_database(cluster, "unfinished"), entries)
            # What is said of it is written before it gets its name: a named one is whole.
            connection.execute(
                sql.SQL("comment on database unfinished is {}").format(sql.Literal(f"{seconds}"))
            )
            connection.execute("alter database unfinished rename to ledger")
        row = connection.execute(
            "select shobj_description(oid, 'pg_database')::float8, pg_database_size(oid)"
            " from pg_catalog.pg_database where datname = 'ledger'"
        ).fetchone()
    assert row is not None
    return Ledger(Database(cluster, "ledger"), *row)


def _make(database: Database, entries: int) -> float:
    """Migrate and fill an empty database, with a bar on stderr; the seconds it took."""
    began = time.monotonic()
    bar = Progress(
        TextColumn(f"{entries:,} entries"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
    )
    with bar, psycopg.connect(database.dsn(SUPERUSER), autocommit=True) as connection:
        task = bar.add_task("migrations", total=len(steps()) + 2)
        migrate.apply(database.dsn(), migrate.migrations(CHECKOUT))
        for title in fill(connection, entries):
            bar.update(task, advance=1, description=title)
        bar.update(task, advance=1, description="made")
    return round(time.monotonic() - began, 1)


def steps() -> list[tuple[str, str]]:
    """Title and statements of each step of the generator."""
    _, *parts = STEP.split(GENERATOR.read_text())
    return list(zip(parts[::2], parts[1::2], strict=True))


def fill(connection: psycopg.Connection, entries: int) -> Iterator[str]:
    """Run the generator step by step, saying which comes next. As a superuser, in autocommit."""
    connection.execute("set session_replication_role = replica")  # no triggers, no foreign keys
    connection.execute("set timezone = 'UTC'")
    connection.execute("select set_config('bench.entries', %s, false)", (str(entries),))
    for title, statements in steps():
        yield title
        connection.execute(statements.encode())
    yield "statistics"
    connection.execute("vacuum analyze")
