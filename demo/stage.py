"""Where the story is played: a platform of its own, seeded, gone afterwards."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from local import scratch
from local.bootstrap import give_passwords
from local.cluster import Cluster
from local.home import Home
from local.scratch import Platform
from tools import migrate

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "the-demo-knows-no-secrets"


def build(cluster: Cluster, name: str) -> scratch.Database:
    """A database with every migration and the reference data of the seed."""
    database = scratch.create_database(cluster, name)
    migrate.apply(database.dsn(), migrate.migrations(ROOT))
    give_passwords(cluster, ["backend", "worker"])
    with psycopg.connect(database.dsn()) as connection:
        for file in ("reference.sql", "workshops.sql"):
            connection.execute((ROOT / "seed" / file).read_bytes())
    return database


@contextlib.contextmanager
def set_up(database: scratch.Database) -> Iterator[Platform]:
    """The platform with service, worker and the stand-in for Stripe, its seed accounts signed up."""
    with scratch.platform(database, with_service=True, with_stripe=True) as platform:
        sign_up(platform)
        yield platform


def sign_up(platform: Platform) -> dict[str, Any]:
    """Run `python -m seed --people-only` against the platform; returns the logins that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "seed", "--people-only"],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": platform.dsn(),
            "SUPABASE_URL": platform.url,
            "SUPABASE_PUBLISHABLE_KEY": platform.publishable_key,
            "SEED_PASSWORD": PASSWORD,
        },
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


@contextlib.contextmanager
def open_stage(say: Callable[[str], None]) -> Iterator[Platform]:
    """Everything from nothing: cluster, database, platform, accounts. Says what it is doing."""
    with scratch.clusters(Home.open()) as make:
        say("Starting PostgreSQL and applying the migrations.")
        database = build(make(), "demo")
        say(
            "Starting data API, relay, service, worker and a stand-in for Stripe; signing the cast up."
        )
        with set_up(database) as platform:
            yield platform
