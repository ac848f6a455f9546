"""Two acts that meet, each in a connection of its own: the races of tests/races.toml.

A lock is felt only so: the first act holds its transaction open, the second waits for it, or does not.
"""

import concurrent.futures
import contextlib
import itertools
import re
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from local import scratch
from local.scratch import Database
from tools.mutation import entered
from tools.mutation.mutant import PERSONAS, Mutant
from tools.mutation.trial import INVALID, KILLED, SURVIVED, BaselineError, Verdict

FILE = Path(__file__).resolve().parents[2] / "tests/races.toml"
SENSELESS = re.compile(r"answered 42(?!501)")  # an unknown name; a deadlock is what locks prevent
AT_ONCE = 2
PATIENCE = 20  # seconds until an act that neither ends nor waits is given up

Act = Sequence[str]  # role, name, statement


@dataclass(frozen=True, slots=True)
class Race:
    """What tests/races.toml says of it."""

    name: str
    first: Act
    second: Act
    answer: str
    prepare: str = ""
    then: Act = ()
    waits: bool = True
    left: str = ""

    def mentions(self, words: Sequence[str]) -> int:
        """How many of the words its acts say."""
        return sum(word in self.first[2] or word in self.second[2] for word in words)


def read() -> list[Race]:
    """Every race."""
    return [Race(**entry) for entry in tomllib.loads(FILE.read_text())["race"]]


def run(database: Database, race: Race) -> str:
    """How it ended otherwise than it should; empty if it did not. The database is used up.

    Raises psycopg.Error if it cannot be prepared.
    """
    with psycopg.connect(database.dsn(), autocommit=True) as owner:
        token = _prepare(owner, race)
        with (
            psycopg.connect(database.dsn()) as one,
            psycopg.connect(database.dsn()) as two,
            concurrent.futures.ThreadPoolExecutor(1) as pool,
        ):
            early = _do(one, race.first, token)
            late = pool.submit(_do, two, race.second, token)
            waited = _waits(owner, two, late)
            # Who does not wait holds what the first would wait for, until that ends: for ever.
            if race.then and waited:
                early = early or _do(one, race.then, token)
            one.commit()
            answer = late.result(PATIENCE)
            two.commit()
        if early:
            return f"the first is answered {early}"
        if answer != race.answer:
            return f"the second is answered {answer or 'done'}, not {race.answer or 'done'}"
        if waited != race.waits:
            return "the second waited" if waited else "the second did not wait"
        if race.left and owner.execute(race.left.encode()).fetchone() != (True,):
            return "something else is left"
    return ""


def _prepare(owner: psycopg.Connection, race: Race) -> str:
    """Returns a token, if one was made."""
    if race.prepare:
        with owner.transaction():
            owner.execute(race.prepare.encode())
            owner.execute("select tests.act_as_owner()")
    made = owner.execute("select current_setting('test.token', true)").fetchone()
    return str(made[0] or "") if made else ""


def _do(connection: psycopg.Connection, act: Act, token: str) -> str:
    """Do it, uncommitted; the error's code if it was refused."""
    role, name, statement = act
    try:
        if role in PERSONAS:
            connection.execute("select tests.act_as(%s, %s)", [role, name])
        elif role:
            connection.execute("select tests.act_as_service(%s)", [role])
        connection.execute(statement.replace("{token}", token).encode())
    except psycopg.Error as error:
        connection.rollback()
        return error.sqlstate or "none"
    return ""


def _waits(
    owner: psycopg.Connection, late: psycopg.Connection, act: concurrent.futures.Future[str]
) -> bool:
    """Whether it waits for a lock that another holds, rather than end."""
    deadline = time.monotonic() + PATIENCE
    while not act.done():
        pids = owner.execute("select pg_blocking_pids(%s)", [late.info.backend_pid]).fetchone()
        if pids and pids[0]:
            return True
        if time.monotonic() > deadline:
            raise TimeoutError("the second act neither ended nor waited")
    return False


class Arena:
    """Judges mutants by races, each in a fresh clone of `template`."""

    def __init__(self, template: Database, held: Sequence[Race]) -> None:
        self.template = template
        self.held = held
        self.numbers = itertools.count()
        self.enter: dict[str, set[str]] = {}  # the races that enter a function, if it is known

    def check(self) -> None:
        """Run every race without a mutant, and learn which functions it enters. Raises BaselineError."""
        with scratch.clone(self.template.cluster, self.template.name, "counting") as counting:
            with psycopg.connect(counting.dsn()) as connection:
                connection.execute(entered.counting(connection).statement.encode())
            with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
                ended = pool.map(lambda race: self._learn(race, counting), self.held)
                for race, said in zip(self.held, ended, strict=True):
                    if said:
                        raise BaselineError(f"{race.name}, without any mutant: {said}")

    def _learn(self, race: Race, counting: Database) -> str:
        with self._clone(counting, "select") as database:
            said = run(database, race)
            with psycopg.connect(database.dsn()) as connection:
                for function, times in entered.counts(connection).items():
                    races = self.enter.setdefault(function, set())
                    if times:
                        races.add(race.name)
        return said

    def judge(self, mutant: Mutant) -> Verdict:
        """Whether any race that can feel it ends otherwise with the mutant, the likeliest first."""
        felt_by = self.enter.get(mutant.inside, {race.name for race in self.held})
        races = [race for race in self.held if race.name in felt_by]
        try:
            for race in sorted(races, key=lambda race: -race.mentions(mutant.words)):
                said = self._run(race, mutant.statement)
                if SENSELESS.search(said):
                    return Verdict(INVALID, f"races.toml: {race.name}: {said}")
                if said:
                    return Verdict(KILLED, f"races.toml: {race.name}: {said}")
        except psycopg.Error as error:
            return Verdict(INVALID, f"{error.sqlstate}: {error}")
        return Verdict(SURVIVED)

    def _run(self, race: Race, statement: str) -> str:
        with self._clone(self.template, statement) as database:
            return run(database, race)

    @contextlib.contextmanager
    def _clone(self, template: Database, statement: str) -> Iterator[Database]:
        name = f"arena_{next(self.numbers)}"
        with scratch.clone(template.cluster, template.name, name) as database:
            with psycopg.connect(database.dsn()) as owner:
                owner.execute(statement.encode())
                owner.execute("select tests.rewind_clock()")
            yield database
