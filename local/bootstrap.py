"""What a hosted project has before our first migration: its roles, and a database with the platform's schemas."""

from collections.abc import Iterable
from pathlib import Path

import psycopg
from psycopg import sql

from local.cluster import SUPERUSER, Cluster

FOLDER = Path(__file__).parent / "bootstrap"
LOGINS = (
    "postgres",
    "authenticator",
    "realtime_relay",
    "supabase_auth_admin",
    "supabase_lite",
    "supabase_realtime_admin",
    "supabase_storage_admin",
)


def bootstrap_cluster(cluster: Cluster) -> None:
    """Make the roles of a hosted project in a running cluster; those that exist are kept.

    Raises psycopg.Error.
    """
    with psycopg.connect(cluster.dsn(SUPERUSER), autocommit=True) as connection:
        if not _known(connection, "select from pg_roles where rolname = 'postgres'"):
            connection.execute((FOLDER / "00_roles.sql").read_bytes())
    give_passwords(cluster, LOGINS)


def bootstrap_database(cluster: Cluster, database: str) -> None:
    """Make `database` what a hosted project's is; one that was bootstrapped before is kept.

    Needs the roles. All or nothing but for the empty database. Raises psycopg.Error.
    """
    name = sql.Identifier(database)
    with psycopg.connect(cluster.dsn(SUPERUSER), autocommit=True) as connection:
        if not _known(connection, "select from pg_database where datname = %s", database):
            connection.execute(sql.SQL("create database {}").format(name))
        connection.execute(sql.SQL("alter database {} owner to postgres").format(name))
    with psycopg.connect(cluster.dsn(SUPERUSER, database)) as connection:
        if _known(connection, "select from pg_namespace where nspname = 'development'"):
            return
        for file in sorted(FOLDER.glob("[1-9]*.sql")):
            connection.execute(file.read_bytes())


def give_passwords(cluster: Cluster, roles: Iterable[str]) -> None:
    """Let `roles` log in with their passwords of this cluster; for roles that migrations made too.

    Raises psycopg.Error.
    """
    with psycopg.connect(cluster.dsn(SUPERUSER)) as connection:
        for role in roles:
            connection.execute(
                sql.SQL("alter role {} login password {}").format(
                    sql.Identifier(role), sql.Literal(cluster.password(role))
                )
            )


def _known(connection: psycopg.Connection, query: str, *arguments: str) -> bool:
    return connection.execute(query.encode(), arguments).fetchone() is not None
