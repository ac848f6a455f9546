"""Makes a mutant in a database, lets the tests act in it, and says which noticed."""

import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from local.scratch import Database
from tools.mutation import entered, plays
from tools.mutation.mutant import Mutant, Probe
from tools.mutation.plays import Play
from tools.mutation.probes import Promise, broken

SEARCH_PATH = "-c search_path=public,extensions,tests"

# A session keeps the plans of all that it ran, and goes through them at every change of the catalog.
OF_A_SESSION = 50  # mutants

# What does not make sense to PostgreSQL, or has nothing to do with a rule: a syntax error and an
# unknown name (class 42; 42501 is a refusal), a broken connection, a deadlock or a time-out, no
# memory, too deep a stack, an internal error.
SENSELESS = re.compile(
    # A number beside another number is no code.
    r"(?:\A|caught: |died: |have: (?=\w{5}\n#\s+want: (?:NULL|\w{5})(?:\n|\Z)))(?:42(?!501\b)[0-9A-Z]{3}|(?:08|40|53|54|55|57|58|XX)[0-9A-Z]{3})\b"
)

KILLED = "by behaviour"
LISTED = "by the catalog alone"
SURVIVED = "survived"
INVALID = "invalid"
DECLARED = "equivalent"
OUTCOMES = (KILLED, LISTED, SURVIVED, INVALID, DECLARED)
BAD = (SURVIVED, INVALID)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant, and which file (or error) said so."""

    outcome: str
    reason: str = ""


class BaselineError(Exception):
    """A test fails without any mutant."""


class Stage:
    """One database in which plays are run, mutant after mutant. Not for two threads at once.

    Mutants of roles are made by a superuser, the plays run as the owner all the same.
    """

    def __init__(self, database: Database, maker: str = "postgres") -> None:
        self.dsn = database.dsn(maker)
        self.mutants = 0
        self.connect()

    def connect(self) -> None:
        """Begin a session.

        Autocommit, so that a statement outside of a transaction leaves none open behind it: all that
        mutants leave dead in the catalogs since then could not be removed.
        """
        self.connection = psycopg.connect(
            self.dsn, options=SEARCH_PATH, prepare_threshold=None, autocommit=True
        )

    def perform(self, text: str) -> tuple[bool, str]:
        """Whether every test of the text passes, and what the first that does not says. Nothing of it stays.

        What a play has prepared is not undone by a rollback. Constraints begin deferred, as ours are made: rolling back
        to a savepoint does not always undo SET CONSTRAINTS.
        """
        try:
            with self.connection.transaction(force_rollback=True):
                self.connection.execute("deallocate all; set constraints all deferred")
                for statement in plays.statements(text):
                    for said in _strings(self.connection.execute(statement.encode())):
                        if said.startswith(("not ok", "# Looks like")):
                            return False, said
        except psycopg.Error as error:
            return False, f"{error.sqlstate}: {error}"
        return True, ""

    def broken(self, probe: Probe, promise: Promise) -> str:
        """As probes.broken."""
        return broken(self.connection, probe, promise)

    @contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        """The database with the mutant, a second after its world was made, however late it is.

        Raises psycopg.Error if the mutant cannot be made.
        """
        self.mutants += 1
        if self.mutants % OF_A_SESSION == 0:
            self.connection.close()
            self.connect()
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(mutant.statement.encode())
            self.connection.execute("set local session authorization postgres")
            self.connection.execute("select tests.rewind_clock()")
            yield


def _strings(cursor: psycopg.Cursor[Any]) -> Iterator[str]:
    """TAP, if a statement answers any."""
    if cursor.description:
        yield from (row[0] for row in cursor if row and isinstance(row[0], str))


class Trial:
    """The tests, and what earlier mutants taught about which play to run first."""

    def __init__(
        self, plays: Sequence[Play], listings: Mapping[str, str], promise: Promise
    ) -> None:
        self.plays = list(plays)
        self.listings = listings
        self.promise = promise
        self.enter: dict[str, set[str]] = {}  # the plays that enter a function, if it is known
        self.said: dict[str, set[str]] = {}
        # How many mutants a play noticed, by what they are about and by their operator.
        self.noticed: dict[str, Counter[str]] = defaultdict(Counter)

    def check(self, stage: Stage, *, backwards: bool = False, again: bool = False) -> None:
        """Run everything without a mutant. Raises BaselineError.

        Where one stage does and another does not run them backwards, each play has run behind every other.
        What has once passed in parts is run `again` as a whole.
        """
        with stage.mutated(Mutant("none", "none", "select", "none")):
            for play in reversed(self.plays) if backwards else self.plays:
                if not (again and play.reads):
                    begin = time.monotonic()
                    self._pass(stage, play.name, play.acts)
                    play.seconds = time.monotonic() - begin
            for play in self.plays:
                self._pass(stage, play.name, play.reads)
            for role, text in self.listings.items():
                self._pass(stage, f"the listing of {role}", text)

    def listen(self, stage: Stage) -> None:
        """Learn which functions each play enters. Raises BaselineError."""
        with stage.mutated(entered.counting(stage.connection)):
            before = entered.counts(stage.connection)
            self.enter = {function: set() for function in before}
            for play in self.plays:
                self._pass(stage, play.name, play.acts)
                after = entered.counts(stage.connection)
                for function in after:
                    if after[function] > before[function]:
                        self.enter[function].add(play.name)
                before = after

    def _pass(self, stage: Stage, name: str, text: str) -> None:
        passed, said = stage.perform(text) if text else (True, "")
        if not passed:
            raise BaselineError(f"{name} fails without any mutant:\n{said}")

    def judge(self, stage: Stage, mutant: Mutant) -> Verdict:
        """Which tests notice the mutant, those that act before those that read the catalog."""
        try:
            if mutant.probe and stage.broken(mutant.probe, self.promise):
                return Verdict(INVALID, "not as promised without the mutant")
            with stage.mutated(mutant):
                return self._felt(stage, mutant) or self._read(stage, mutant) or Verdict(SURVIVED)
        except psycopg.Error as error:
            return Verdict(INVALID, f"{error.sqlstate}: {error}")

    def _felt(self, stage: Stage, mutant: Mutant) -> Verdict | None:
        if mutant.probe:
            said = stage.broken(mutant.probe, self.promise)
            return Verdict(KILLED, f"spec/access.yaml: {said}") if said else None
        for play in self.likeliest(mutant) if mutant.felt else ():
            passed, said = stage.perform(play.acts)
            if not passed:
                if SENSELESS.search(said):
                    return Verdict(INVALID, f"{play.name}: {said}")
                for subject in (*mutant.words[:1], mutant.operator):
                    self.noticed[subject][play.name] += 1
                return Verdict(KILLED, f"{play.name}: {said}")
        return None

    def _read(self, stage: Stage, mutant: Mutant) -> Verdict | None:
        if mutant.listed and not stage.perform(self.listings[mutant.listed])[0]:
            return Verdict(LISTED, f"the listing of {mutant.listed}")
        for play in sorted(self.plays, key=lambda play: bool(play.acts)):
            if play.reads:
                passed, said = stage.perform(play.reads)
                if not passed:
                    invalid = SENSELESS.search(said)
                    return Verdict(INVALID if invalid else LISTED, f"{play.name}: {said}")
        return None

    def likeliest(self, mutant: Mutant) -> list[Play]:
        """Every play that can feel it, in the order of the seconds that noticing is likely to take.

        Those count most that noticed others of its kind or about the same thing, and those that
        mention what few mention.
        """
        about = self.noticed[mutant.words[0]] if mutant.words else Counter[str]()
        of_kind = self.noticed[mutant.operator]
        said = [self._saying(word) for word in mutant.words]

        def seconds(play: Play) -> float:
            mentions = sum(1 / len(plays) for plays in said if play.name in plays)
            chance = 0.02 + min(mentions, 1) / 2 + _share(about, play) + _share(of_kind, play)
            return max(play.seconds, 0.02) / chance

        def could(play: Play) -> bool:
            said = not mutant.either or any(word in play.acts for word in mutant.either)
            enters = mutant.inside not in self.enter or play.name in self.enter[mutant.inside]
            also = not mutant.also or any(word in play.acts for word in mutant.also)
            return said and enters and also

        return sorted((play for play in self.plays if play.acts and could(play)), key=seconds)

    def _saying(self, word: str) -> set[str]:
        """The plays that mention the word."""
        if word not in self.said:
            self.said[word] = {play.name for play in self.plays if word in play.acts}
        return self.said[word]


def _share(noticed: Counter[str], play: Play) -> float:
    """How many of the noticed ones this play noticed, as a share that begins at nothing."""
    return noticed[play.name] / (noticed.total() + 1)
