"""Clusters and databases that live for one test run or check; what a killed run leaves, the next removes."""

import contextlib
import fcntl
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path

import psycopg
from psycopg import sql

from local import services
from local.bootstrap import bootstrap_cluster, bootstrap_database
from local.cluster import SUPERUSER, Cluster, free_port
from local.home import CHECKOUT, Home
from local.keys import Keys
from local.services import Ports
from local.supervisor import reason

# Data of a scratch cluster may be lost with the machine.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
}
INSTALLED = (".venv", "node_modules")


@dataclass(frozen=True, slots=True)
class Database:
    """A database in a scratch cluster."""

    cluster: Cluster
    name: str

    def dsn(self, role: str = "postgres") -> str:
        """Its address for `role`, password included."""
        return self.cluster.dsn(role, self.name)


@contextlib.contextmanager
def clusters(home: Home) -> Iterator[Callable[..., Cluster]]:
    """Gives a function that makes a started, bootstrapped cluster; removes them all at the end.

    It takes PostgreSQL's settings, where they are not to be SETTINGS.
    """
    made: list[Cluster] = []

    with _folder(home) as folder:

        def make(settings: Mapping[str, str] = SETTINGS) -> Cluster:
            cluster = Cluster.open(home, f"{folder}/{len(made)}", settings=settings)
            made.append(cluster)
            cluster.start()
            bootstrap_cluster(cluster)
            return cluster

        try:
            yield make
        finally:
            for cluster in made:
                cluster.remove()


def copy_checkout(folder: Path) -> None:
    """Make `folder` a copy of this checkout with the same packages and no stack yet."""
    shutil.copytree(
        CHECKOUT,
        folder,
        ignore=shutil.ignore_patterns(".git", *INSTALLED, ".local", ".*cache", "*.pyc"),
    )
    for name in INSTALLED:
        (folder / name).symlink_to(CHECKOUT / name)


def create_database(cluster: Cluster, name: str) -> Database:
    """A database as a hosted project has it before its first migration."""
    bootstrap_database(cluster, name)
    return Database(cluster, name)


@contextlib.contextmanager
def clone(cluster: Cluster, template: str, name: str) -> Iterator[Database]:
    """A copy of `template`, dropped at the end whoever is still connected to it."""
    # Copied as files, which the WAL would take three times as long for.
    _execute(
        cluster, "create database {} template {} strategy file_copy owner postgres", name, template
    )
    try:
        yield Database(cluster, name)
    finally:
        _execute(cluster, "drop database {} with (force)", name)


def _execute(cluster: Cluster, statement: str, *names: str) -> None:
    with psycopg.connect(cluster.dsn(SUPERUSER), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@dataclass(frozen=True, slots=True)
class Platform:
    """Data API, Auth, Storage and Realtime above one scratch database, at one origin."""

    url: str
    keys: Keys
    database: Database
    service_url: str
    logs: Path  # a file for each service

    @property
    def publishable_key(self) -> str:
        return self.keys.publishable_key

    @property
    def secret_key(self) -> str:
        return self.keys.secret_key

    def dsn(self, role: str = "postgres") -> str:
        """Address of its database for `role`, password included."""
        return self.database.dsn(role)


@contextlib.contextmanager
def platform(
    database: Database, with_service: bool = False, with_stripe: bool = False
) -> Iterator[Platform]:
    """The platform on free ports, ended with the block; on request with our service and its worker.

    They find no Stripe, or the stand-in for it.

    Raises RuntimeError if it does not start.
    """
    ports = Ports(*(free_port() for _ in fields(Ports)))
    keys = Keys.new()
    running = []
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ending:
        storage = Path(folder) / "storage"
        storage.mkdir()
        chosen = services.platform(ports, keys, database.cluster, database.name, storage)
        if with_stripe:
            chosen += (services.stripe(ports, keys, Path(folder) / "stripe.json"),)
        if with_service:
            stripe = services.stripe_stand_in(ports) if with_stripe else services.NO_STRIPE
            chosen += services.own(ports, keys, database.cluster, database.name, stripe)
        for service in chosen:
            log = Path(folder) / f"{service.name}.log"
            process = service.start(log)
            ending.callback(services.end_group, process)
            running.append((service, process, log))
        for service, process, log in running:
            services.wait_until_ready(service, partial(_lives, process))
            if process.poll() is not None:
                raise RuntimeError(
                    f"The {service.name} ended ({reason(process.returncode)}):\n{log.read_text()}"
                )
        yield Platform(ports.supabase_url, keys, database, ports.service_url, Path(folder))


def _lives(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is None


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
