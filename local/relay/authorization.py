"""What a token may read and write on a topic: the policies on realtime.messages, asked with rows that never stay."""

import json
import logging
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from local.relay.tokens import Claims

# The role only if the API may act as it: the relay's own role passes every policy, and `none` would restore it.
ACT_AS = """
    select
        set_config('realtime.topic', %(topic)s, true),
        set_config('request.jwt.claims', %(claims)s, true),
        set_config('request.jwt.claim.sub', %(sub)s, true),
        set_config('request.jwt.claim.role', %(role)s, true),
        set_config('request.headers', %(headers)s, true),
        set_config('role', rolname, true)
    from pg_catalog.pg_roles
    where rolname = %(role)s and pg_has_role('authenticator', oid, 'set')
"""

log = logging.getLogger("relay")


class Authorization:
    """Asks as Realtime does. Its methods raise psycopg.OperationalError while the database is away."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def readable(
        self, topic: str, extensions: Collection[str], claims: Claims, headers: Mapping[str, str]
    ) -> frozenset[str]:
        """Those of `extensions` whose messages on `topic` the claims' role may select."""
        found: frozenset[str] = frozenset()
        async with self._trial(topic) as connection:
            inserted = await connection.execute(
                "insert into realtime.messages (topic, extension)"
                " select %s, unnest(%s::text[]) returning id",
                (topic, list(extensions)),
            )
            probes = [row[0] for row in await inserted.fetchall()]
            if await _act_as(connection, topic, claims, headers):
                seen = await connection.execute(
                    "select extension from realtime.messages where id = any (%s)", (probes,)
                )
                found = frozenset(row[0] for row in await seen.fetchall())
        return found

    async def writable(
        self, topic: str, extension: str, claims: Claims, headers: Mapping[str, str]
    ) -> bool:
        """Whether the claims' role may insert a message of `extension` on `topic`."""
        inserted = False
        async with self._trial(topic) as connection:
            if await _act_as(connection, topic, claims, headers):
                await connection.execute(
                    "insert into realtime.messages (topic, extension) values (%s, %s)",
                    (topic, extension),
                )
                inserted = True
        return inserted

    @asynccontextmanager
    async def _trial(self, topic: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
        """A transaction that leaves nothing; an error only ends it, for a policy that raises denies."""
        async with self._pool.connection() as connection:
            try:
                async with connection.transaction(force_rollback=True):
                    yield connection
            except psycopg.OperationalError:
                raise
            except psycopg.Error as error:
                usual = isinstance(error, psycopg.errors.InsufficientPrivilege)
                log.log(logging.INFO if usual else logging.WARNING, "denied %s: %s", topic, error)


async def _act_as(
    connection: psycopg.AsyncConnection[Any], topic: str, claims: Claims, headers: Mapping[str, str]
) -> bool:
    """Take on the claims' role and settings until the transaction ends; False if no API caller has that role."""
    settings = {
        "topic": topic,
        "claims": json.dumps(claims),
        "sub": str(claims.get("sub", "")),
        "role": claims["role"],
        "headers": json.dumps(headers),
    }
    return (await connection.execute(ACT_AS, settings)).rowcount == 1
