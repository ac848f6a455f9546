"""Worlds of bench/rls/world in a cluster of their own, kept under .local/bench between runs.

The cluster is known by what made it, migrations and generator; when these change, it is made anew.
"""

import contextlib
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from bench import kept
from local import scratch
from local.cluster import SUPERUSER, Cluster
from local.home import CHECKOUT
from local.scratch import Database
from tools import migrate

GENERATOR = sorted((Path(__file__).parent / "rls/world").glob("*.sql"))
STEP = re.compile(r"^-- step: (.+)$", re.MULTILINE)
SETTINGS = scratch.SETTINGS | {"shared_buffers": "1GB", "max_wal_size": "2GB"}
BYTES_PER_SESSION = 20_000  # with its ten messages, payments and indexes
BYTES_BESIDE = 3_000_000_000  # write-ahead log, sorting, an empty cluster


@dataclass(frozen=True, slots=True)
class World:
    """A database with so many sessions; what it took to make it, in seconds, and takes on disk."""

    sessions: int
    database: Database
    seconds: float
    size: int  # bytes


@contextlib.contextmanager
def worlds(sizes: Sequence[int]) -> Iterator[list[World]]:
    """A world of each size, for a `with` block; made if this checkout has none like it yet.

    Raises SystemExit, in words, where the disk is too small or another run holds the cluster.
    """
    name, needed = kept.digest(GENERATOR), space(sum(sizes))
    with kept.cluster("bench", name, SETTINGS, needed) as cluster:
        yield [world(cluster, sessions) for sessions in sizes]


def space(sessions: int) -> int:
    """The bytes that so many sessions take."""
    return sessions * BYTES_PER_SESSION + BYTES_BESIDE


def world(cluster: Cluster, sessions: int) -> World:
    """The world of that size in the cluster, made if it is not there."""
    name = f"sessions_{sessions}"
    with psycopg.connect(cluster.dsn(SUPERUSER), autocommit=True) as connection:
        known = connection.execute(
            "select true from pg_catalog.pg_database where datname = %s", (name,)
        ).fetchone()
        if known is None:
            kept.require_space(cluster.folder, space(sessions))
            connection.execute("drop database if exists unfinished with (force)")
            seconds = make(scratch.create_database(cluster, "unfinished"), sessions)
            # What is said of a world is written before it gets its name: a named one is whole.
            for statement in (
                sql.SQL("comment on database unfinished is {}").format(sql.Literal(f"{seconds}")),
                sql.SQL("alter database unfinished rename to {}").format(sql.Identifier(name)),
            ):
                connection.execute(statement)
        row = connection.execute(
            "select shobj_description(oid, 'pg_database')::float8, pg_database_size(oid)"
            " from pg_catalog.pg_database where datname = %s",
            (name,),
        ).fetchone()
    assert row is not None
    return World(sessions, Database(cluster, name), *row)


def make(database: Database, sessions: int) -> float:
    """Migrate and fill an empty database, with a bar on stderr; the seconds it took."""
    began = time.monotonic()
    bar = Progress(
        TextColumn(f"{sessions:,} sessions"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
    )
    with bar, psycopg.connect(database.dsn(SUPERUSER), autocommit=True) as connection:
        task = bar.add_task("migrations", total=len(steps()) + 2)
        migrate.apply(database.dsn(), migrate.migrations(CHECKOUT))
        for title in fill(connection, sessions):
            bar.update(task, advance=1, description=title)
        bar.update(task, advance=1, description="made")
    return round(time.monotonic() - began, 1)


def steps() -> list[tuple[str, str]]:
    """Title and statements of each step of the generator."""
    found: list[tuple[str, str]] = []
    for file in GENERATOR:
        _, *parts = STEP.split(file.read_text())
        found += zip(parts[::2], parts[1::2], strict=True)
    return found


def fill(connection: psycopg.Connection, sessions: int) -> Iterator[str]:
    """Run the generator step by step, saying which comes next. As a superuser, in autocommit."""
    connection.execute("set session_replication_role = replica")  # no triggers, no foreign keys
    connection.execute("set timezone = 'UTC'")
    connection.execute("select set_config('bench.sessions', %s, false)", (str(sessions),))
    for title, statements in steps():
        yield title
        connection.execute(statements.encode())
    yield "statistics"
    connection.execute("vacuum analyze")
