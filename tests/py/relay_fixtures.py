"""Fixtures of the relay's tests: a plugin that they name."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from local import scratch
from local.cluster import Cluster
from local.scratch import Database
from tests.py.relay_wire import POLICIES, Relay, running


@pytest.fixture(scope="session")
def _relay_database(cluster: Cluster) -> Database:
    made = scratch.create_database(cluster, "relay")
    with psycopg.connect(made.dsn()) as connection:
        connection.execute(POLICIES)
    return made


@pytest.fixture
def relay_database(_relay_database: Database) -> Iterator[Database]:
    """A database with Realtime, in which table `access`, empty at first, says who may do what."""
    yield _relay_database
    with psycopg.connect(_relay_database.dsn()) as connection:
        connection.execute("truncate public.access, realtime.messages")
        connection.execute("drop policy if exists extra on realtime.messages")


@pytest.fixture
async def relay(relay_database: Database) -> AsyncIterator[Relay]:
    """A gateway listening to the clone."""
    async with running(relay_database) as relay:
        yield relay
