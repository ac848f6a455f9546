"""Brings the stack's database to where the checkout is: platform, migrations, logins, seed world."""

import hashlib
import json
import os
import subprocess
import sys
from typing import Any

import psycopg

from local.bootstrap import bootstrap_cluster, bootstrap_database, give_passwords
from local.cluster import Cluster
from local.home import CHECKOUT
from local.services import SUPABASE

DATABASE = "postgres"
SERVICE_ROLES = ("backend", "worker")  # made by migrations, which know no passwords


class DatabaseError(Exception):
    """A migration or the seed failed; the message is what it said."""


def bootstrap(cluster: Cluster) -> None:
    """Make the roles and schemas of a hosted project, where they are missing."""
    bootstrap_cluster(cluster)
    bootstrap_database(cluster, DATABASE)


def pending_migrations(cluster: Cluster) -> list[str]:
    """Versions on disk that the database has not; asked here, because the CLI takes a second."""
    on_disk = {
        file.name.partition("_")[0] for file in (CHECKOUT / "supabase/migrations").glob("*.sql")
    }
    with psycopg.connect(cluster.dsn()) as connection:
        table = "supabase_migrations.schema_migrations"
        known = connection.execute("select to_regclass(%s)", [table]).fetchone()
        if known == (None,):
            return sorted(on_disk)
        applied = connection.execute("select version from supabase_migrations.schema_migrations")
        return sorted(on_disk - {version for (version,) in applied})


def migrate(cluster: Cluster) -> None:
    """Apply pending migrations as `postgres`, with the Supabase CLI. Raises DatabaseError."""
    command = [
        *SUPABASE,
        *(
            "migration",
            "up",
            "--yes",
            "--workdir",
            ".",
            f"--remote={cluster.dsn()}?sslmode=disable",
        ),
    ]
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**os.environ, "DO_NOT_TRACK": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DatabaseError(
            f"The migrations failed:\n{done.stdout}{done.stderr}\n"
            "If a migration was rewritten since it was applied here: `make reset`."
        )


def allow_service_logins(cluster: Cluster) -> None:
    """Give the service's roles their passwords in this cluster."""
    give_passwords(cluster, SERVICE_ROLES)


def seed_digest() -> str:
    """Changes when the seed world's files do."""
    digest = hashlib.sha256()
    for file in sorted((CHECKOUT / "seed").glob("*.*")):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def seed(cluster: Cluster, environment: dict[str, str]) -> dict[str, Any]:
    """Load the seed world; doing it again changes nothing. Returns its logins by persona.

    `python -m seed` prints them: {"customer": {"email": …, "password": …}, …}. Raises DatabaseError.
    """
    folder = CHECKOUT / "seed"
    try:
        with psycopg.connect(cluster.dsn()) as connection:
            for name in ("reference.sql", "workshops.sql"):
                connection.execute((folder / name).read_bytes())
    except psycopg.Error as error:
        raise DatabaseError(f"The seed failed: {error}") from error
    done = subprocess.run(
        [sys.executable, "-m", "seed"],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise DatabaseError(f"The seed failed:\n{done.stdout}{done.stderr}")
    return dict(json.loads(done.stdout))
