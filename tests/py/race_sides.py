"""Two sides of a race: the first holds its transaction open until the second is seen to wait for it."""

import concurrent.futures
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from local.scratch import Database

PATIENCE = 20  # seconds until a wait that never begins fails the test


@dataclass(frozen=True, slots=True)
class Act:
    """What one side does: a statement, as a person of the test world."""

    persona: str
    name: str
    statement: str
    parameters: tuple[Any, ...] = ()


class Side:
    """One connection with its transaction."""

    def __init__(self, database: Database) -> None:
        self.connection = psycopg.connect(database.dsn())
        self.pid = self.connection.info.backend_pid

    def act(self, act: Act) -> str | None:
        """Do it, uncommitted; the error's code if it was refused."""
        try:
            self.connection.execute("select tests.act_as(%s, %s)", (act.persona, act.name))
            self.connection.execute(act.statement, act.parameters)
        except psycopg.Error as error:
            self.connection.rollback()
            return error.sqlstate
        return None


def until_waiting(owner: psycopg.Connection, waiting: Side, holder: Side) -> None:
    """Return once one connection waits for a lock of the other."""
    deadline = time.monotonic() + PATIENCE
    while True:
        row = owner.execute("select pg_blocking_pids(%s)", (waiting.pid,)).fetchone()
        if row and holder.pid in row[0]:
            return
        assert time.monotonic() < deadline, "the second side never waited for the first"


def in_order(database: Database, first: Act, second: Act) -> tuple[str | None, str | None]:
    """Both answers, when the second begins while the first has not committed."""
    one, two = Side(database), Side(database)
    with (
        psycopg.connect(database.dsn(), autocommit=True) as owner,
        one.connection,
        two.connection,
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        answered = one.act(first)
        late = pool.submit(two.act, second)
        until_waiting(owner, two, one)
        one.connection.commit()
        answers = answered, late.result(PATIENCE)
        two.connection.commit()
    return answers
