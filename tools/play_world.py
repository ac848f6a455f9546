"""What the plays of tests/sql need in a database: pgTAP, their helpers, and the test world."""

from pathlib import Path

import psycopg

from local.scratch import Database

TESTS = Path(__file__).resolve().parents[1] / "tests"


def furnish(database: Database) -> None:
    """Add them to a database that the migrations made. Plays can begin then."""
    with psycopg.connect(database.dsn("supabase_admin"), autocommit=True) as connection:
        connection.execute("create extension pgtap with schema extensions")
    _run(database, "postgres", "sql/helpers.sql")
    _run(database, "supabase_admin", "sql/auth.sql")
    _run(database, "postgres", "world.sql")


def _run(database: Database, role: str, file: str) -> None:
    with psycopg.connect(database.dsn(role)) as connection:
        connection.execute((TESTS / file).read_bytes())
