"""Nobody can slip a type of their own into a function that runs as its owner."""

import psycopg
import pytest

from local import scratch
from local.cluster import SUPERUSER, Cluster
from local.scratch import Database
from tools import migrate

# What the login of the web process would do if somebody had taken it over: an empty search_path
# looks for types in pg_temp first, and the check of a domain runs as whoever uses the domain.
TAKE_OVER = """
    create function pg_temp.heard(value pg_catalog.text) returns pg_catalog.bool
        language plpgsql as 'begin raise notice ''as %'', current_user; return true; end';
    create domain pg_temp.text as pg_catalog.text check (pg_temp.heard(value));
    select backend.record_stripe_event('evt_1', '{}');
"""


@pytest.fixture(scope="module")
def migrated(cluster: Cluster) -> Database:
    """A database made by the migrations: a clone would not have the privileges of its template."""
    made = scratch.create_database(cluster, "temporary_objects")
    migrate.apply(made.dsn(), migrate.migrations(migrate.ROOT))
    return made


@pytest.mark.attack(73)
@pytest.mark.parametrize(
    "role",
    [
        *("anon", "authenticated", "authenticator", "service_role"),
        *("customer", "mechanic", "workshop", "platform_admin", "media_worker"),
        *("backend", "worker"),
    ],
)
def test_nobody_but_the_owner_and_the_platform_makes_temporary_objects(
    migrated: Database, role: str
) -> None:
    with psycopg.connect(migrated.dsn(SUPERUSER)) as connection:
        connection.execute(f"set local role {role}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create temporary table mine ()")


@pytest.mark.attack(61)
def test_with_temporary_objects_a_definer_function_could_be_taken_over(migrated: Database) -> None:
    heard: list[str | None] = []
    with psycopg.connect(migrated.dsn(SUPERUSER)) as connection:
        connection.add_notice_handler(lambda notice: heard.append(notice.message_primary))
        database = connection.info.dbname
        connection.execute(f"grant temporary on database {database} to backend".encode())
        connection.execute("set local session authorization backend")
        connection.execute(TAKE_OVER)
        connection.rollback()
    assert "as postgres" in heard
