"""Clusters and databases that live for one test run or check; what a killed run leaves, the next removes."""

import contextlib
import fcntl
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
from psycopg import sql

from local.bootstrap import bootstrap_cluster, bootstrap_database
from local.cluster import SUPERUSER, Cluster
from local.home import Home

# Data of a scratch cluster may be lost with the machine.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
}


@dataclass(frozen=True, slots=True)
class Database:
    """A database in a scratch cluster."""

    cluster: Cluster
    name: str

    def dsn(self, role: str = "postgres") -> str:
        """Its address for `role`, password included."""
        return self.cluster.dsn(role, self.name)


@contextlib.contextmanager
def clusters(home: Home) -> Iterator[Callable[[], Cluster]]:
    """Gives a function that makes a started, bootstrapped cluster; removes them all at the end."""
    made: list[Cluster] = []

    with _folder(home) as folder:

        def make() -> Cluster:
            cluster = Cluster.open(home, f"{folder}/{len(made)}", settings=SETTINGS)
            made.append(cluster)
            cluster.start()
            bootstrap_cluster(cluster)
            return cluster

        try:
            yield make
        finally:
            for cluster in made:
                cluster.remove()


def create_database(cluster: Cluster, name: str) -> Database:
    """A database as a hosted project has it before its first migration."""
    bootstrap_database(cluster, name)
    return Database(cluster, name)


@contextlib.contextmanager
def clone(cluster: Cluster, template: str, name: str) -> Iterator[Database]:
    """A copy of `template`, dropped at the end whoever is still connected to it."""
    _execute(cluster, "create database {} template {} owner postgres", name, template)
    try:
        yield Database(cluster, name)
    finally:
        _execute(cluster, "drop database {} with (force)", name)


def _execute(cluster: Cluster, statement: str, *names: str) -> None:
    with psycopg.connect(cluster.dsn(SUPERUSER), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextlib.contextmanager
def _folder(home: Home) -> Iterator[str]:
    """Name of a folder of the home that is this process's alone, so that several runs may go on.

    It is kept by a lock, which the system lets go of when the process ends, however it ends: what
    stands in a folder without one is of a killed run, and removed.
    """
    with contextlib.ExitStack() as locks:
        mine = ""
        for number in itertools.count():
            file = home.place / f"scratch-{number}.lock"
            if mine and not file.exists():
                break
            lock = locks.enter_context(file.open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            for left in (home.place / file.stem).glob("*/"):
                Cluster(home, left, port=0, settings={}).remove()
            if mine:
                lock.close()
            else:
                mine = file.stem
        yield mine
