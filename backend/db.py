"""The only module that speaks SQL: it calls functions of schema backend, by name.

Every such function may be repeated safely: a connection lost before the answer leaves unknown
whether the call took effect, so it is made again.
"""

from functools import lru_cache
from typing import Any, Protocol

import psycopg
from psycopg import errors, sql
from psycopg.adapt import PyFormat
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool, PoolTimeout

Row = dict[str, Any]

# Besides an answer that never came: the server goes away, or ended one of two that waited for each
# other.
WORTH_ANOTHER_TRY = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.DeadlockDetected,
    errors.SerializationFailure,
)
WAIT_S = 2.0  # for a connection: what a caller is kept waiting when the database goes away
WAIT_AGAIN_S = 0.1  # after a wait in vain, until the database answers: callers would pile up


@lru_cache
def _statement(function: str, arguments: tuple[tuple[str, PyFormat], ...]) -> bytes:
    """The text of a call: made once, for it costs as much as sending it."""
    return (
        sql.SQL("select * from backend.{function}({arguments})")
        .format(
            function=sql.Identifier(function),
            arguments=sql.SQL(", ").join(
                sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name, form))
                for name, form in arguments
            ),
        )
        .as_bytes(None)
    )


def _form(value: object) -> PyFormat:
    """How a value travels: bytes as they are, not as digits."""
    return PyFormat.BINARY if isinstance(value, bytes) else PyFormat.AUTO


class DatabaseAway(Exception):
    """The database cannot be reached or does not answer in time."""


class Refused(Exception):
    """The database refused a call: its error code and its sentence, without any row's values."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(f"{sqlstate}: {message}")
        self.sqlstate = sqlstate
        self.message = message


class Calls(Protocol):
    """What the rest of the service knows of the database."""

    def call(self, function: str, /, **arguments: object) -> list[Row]:
        """Call backend.<function>; dicts and lists travel as jsonb.

        Raises Refused and DatabaseAway.
        """


class Database:
    """A pool of connections. Making one waits for nothing: the service starts without database."""

    def __init__(self, url: str, *, name: str, most_connections: int = 8) -> None:
        self._most_connections = most_connections
        # No prepared statements: a transaction-mode pooler may stand between.
        self._pool = ConnectionPool(
            url,
            kwargs={
                "application_name": name,
                "autocommit": True,
                "connect_timeout": 2,
                "prepare_threshold": None,
                "tcp_user_timeout": 5000,
            },
            min_size=1,
            max_size=most_connections,
            name=name,
            open=True,
            reconnect_timeout=5.0,  # a longer one would wait ever longer between attempts
        )
        self._away = False

    def call(self, function: str, /, **arguments: object) -> list[Row]:
        """Call backend.<function> in a transaction of its own; see Calls."""
        statement = _statement(
            function, tuple((name, _form(value)) for name, value in arguments.items())
        )
        values = {
            name: Jsonb(value) if isinstance(value, dict | list) else value
            for name, value in arguments.items()
        }
        try:
            # One dead connection, and after a restart all of them are: another caller may put one
            # more back just after the check, but never more than there are.
            for _ in range(self._most_connections):
                try:
                    return self._run(statement, values)
                except PoolTimeout:
                    raise
                except psycopg.OperationalError as error:
                    if error.sqlstate is not None and not isinstance(error, WORTH_ANOTHER_TRY):
                        raise
                    self._pool.check()
            return self._run(statement, values)
        except psycopg.OperationalError as error:
            raise DatabaseAway(type(error).__name__) from None
        except psycopg.Error as error:
            # Its text may quote the row; the primary message is ours or PostgreSQL's own.
            raise Refused(
                error.sqlstate or "", error.diag.message_primary or type(error).__name__
            ) from None

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

    def _run(self, statement: bytes, values: dict[str, object]) -> list[Row]:
        wait = WAIT_AGAIN_S if self._away else WAIT_S
        try:
            with (
                self._pool.connection(wait) as connection,
                connection.cursor(row_factory=dict_row) as rows,
            ):
                self._away = False
                return rows.execute(statement, values).fetchall()
        except PoolTimeout:
            self._away = True
            raise
