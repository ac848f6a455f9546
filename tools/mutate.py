"""`make mutate`: are there tests that notice when one access rule is gone?

python -m tools.mutate [--only WORDS] [--sample N --seed S] [--why]

Each mutant is made in a transaction of its own and the pgTAP files are run in it, the likeliest
first, until one notices. Exit code 1 if any mutant survives, cannot be made or makes no sense.
"""

import argparse
import queue
import random
import re
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import track
from rich.table import Table

from local import scratch
from local.database import allow_service_logins
from local.home import Home
from local.scratch import Database
from tools import migrate
from tools.mutants import Mutant, all_mutants

TESTS = migrate.ROOT / "tests/sql"
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.toml")
WORKERS = 2
SEARCH_PATH = "-c search_path=public,extensions,tests"

FRAME = re.compile(r"^(?:begin|rollback);$", re.MULTILINE)
LISTING = re.compile(r"select tests\.reaches_exactly\('(\w+)', (?:\$\$.*?\$\$|'')\);", re.DOTALL)
# Class 42 is what does not make sense to PostgreSQL; 42501 is a refusal.
SENSELESS = re.compile(r"(?:\A|caught: |died: )42(?!501\b)[0-9A-Z]{3}\b")

KILLED = "killed"
LISTED = "killed by a listing"
SURVIVED = "survived"
INVALID = "invalid"
DECLARED = "equivalent"
OUTCOMES = (KILLED, LISTED, SURVIVED, INVALID, DECLARED)
BAD = (SURVIVED, INVALID)


@dataclass(slots=True)
class Play:
    """A pgTAP file without its `begin` and `rollback`; `seconds` is what it last took."""

    name: str
    text: str
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a mutant, and which file (or error) said so."""

    outcome: str
    reason: str = ""


class BaselineError(Exception):
    """A file fails without any mutant."""


class Stage:
    """One database in which plays are run, mutant after mutant. Not for two threads at once."""

    def __init__(self, database: Database) -> None:
        self.connection = psycopg.connect(database.dsn(), options=SEARCH_PATH)

    def perform(self, text: str) -> tuple[bool, str]:
        """Whether every test of the text passes, and what it says. Nothing of it stays.

        Constraints begin deferred, as ours are made: rolling back to a savepoint does not always
        undo SET CONSTRAINTS.
        """
        try:
            with self.connection.transaction(force_rollback=True):
                cursor = self.connection.execute(f"set constraints all deferred;\n{text}".encode())
                said = [str(value) for value in _strings(cursor)]
        except psycopg.Error as error:
            return False, f"{error.sqlstate}: {error}"
        failed = [line for line in said if line.startswith(("not ok", "# Looks like"))]
        return not failed, "\n".join(failed)

    @contextmanager
    def mutated(self, mutant: Mutant) -> Iterator[None]:
        """The database with the mutant, a second after its world was made, however late it is.

        Raises psycopg.Error if the mutant cannot be made.
        """
        with self.connection.transaction(force_rollback=True):
            self.connection.execute("select tests.rewind_clock()")
            self.connection.execute(mutant.statement.encode())
            yield


def _strings(cursor: psycopg.Cursor[Any]) -> Iterator[str]:
    """TAP, of every statement of a text."""
    more: bool | None = True
    while more:
        if cursor.description:
            yield from (row[0] for row in cursor if row and isinstance(row[0], str))
        more = cursor.nextset()


class Trial:
    """The plays, and what earlier mutants taught about which play to run first."""

    def __init__(self, plays: Sequence[Play], listings: Mapping[str, str]) -> None:
        self.plays = plays
        self.listings = listings
        self.noticed: dict[str, Counter[str]] = defaultdict(Counter)

    def check(self, stage: Stage) -> None:
        """Run everything twice without a mutant, so that each play has run behind every other.

        Raises BaselineError.
        """
        with stage.mutated(Mutant("none", "none", "select", ())):
            for play in (*self.plays, *self.plays):
                begin = time.monotonic()
                passed, said = stage.perform(play.text)
                play.seconds = time.monotonic() - begin
                if not passed:
                    raise BaselineError(f"{play.name} fails without any mutant:\n{said}")
            for role, text in self.listings.items():
                passed, said = stage.perform(text)
                if not passed:
                    raise BaselineError(f"the listing of {role} fails without any mutant:\n{said}")

    def judge(self, stage: Stage, mutant: Mutant) -> Verdict:
        """Whether any test notices the mutant."""
        try:
            with stage.mutated(mutant):
                return self._judge(stage, mutant)
        except psycopg.Error as error:
            return Verdict(INVALID, str(error))

    def _judge(self, stage: Stage, mutant: Mutant) -> Verdict:
        if mutant.listed:
            passed, _ = stage.perform(self.listings[mutant.listed])
            if not passed:
                return Verdict(LISTED, f"the listing of {mutant.listed}")
        for play in self.likeliest(mutant):
            passed, said = stage.perform(play.text)
            if not passed:
                if SENSELESS.search(said):
                    return Verdict(INVALID, said)
                self.noticed[mutant.words[0] if mutant.words else ""][play.name] += 1
                return Verdict(KILLED, f"{play.name}: {said}")
        return Verdict(SURVIVED)

    def likeliest(self, mutant: Mutant) -> list[Play]:
        """Every play, those first that noticed or mention what the mutant is about, then the short."""
        noticed = self.noticed[mutant.words[0]] if mutant.words else Counter[str]()

        def order(play: Play) -> tuple[int, float]:
            mentions = sum(play.text.count(word) > 0 for word in mutant.words)
            return -100 * noticed[play.name] - mentions, play.seconds

        return sorted(self.plays, key=order)


def read_plays() -> list[Play]:
    """Every pgTAP file."""
    return [
        Play(file.name, FRAME.sub("", file.read_text()))
        for file in sorted(TESTS.glob("test_*.sql"))
    ]


def read_listings(plays: Sequence[Play]) -> dict[str, str]:
    """For each role the test that lists all it reaches, taken out of its file."""
    return {
        match[1]: f"select * from no_plan();\n{match[0]}"
        for play in plays
        for match in LISTING.finditer(play.text)
    }


def read_equivalent() -> dict[str, str]:
    """The mutants that change nothing anybody could see, by name, with the reason."""
    entries = tomllib.loads(EQUIVALENT.read_text()).get("mutant", [])
    return {entry["name"]: entry["reason"] for entry in entries}


@contextmanager
def stages(count: int) -> Iterator[list[Stage]]:
    """Databases of today's sources with the test world and pgTAP, in a cluster of their own."""
    with scratch.clusters(Home.open()) as make, ExitStack() as clones:
        made = scratch.create_database(make(), "world")
        by_hand = [m for m in migrate.migrations(migrate.ROOT) if not migrate.is_generated(m)]
        migrate.apply(made.dsn(), by_hand)
        migrate.apply_sources(made.dsn(), migrate.ROOT)
        allow_service_logins(made.cluster)
        with psycopg.connect(made.dsn("supabase_admin"), autocommit=True) as connection:
            connection.execute("create extension pgtap with schema extensions")
        with psycopg.connect(made.dsn()) as connection:
            for file in (TESTS / "helpers.sql", TESTS.parent / "world.sql"):
                connection.execute(file.read_bytes())
        names = (f"stage_{number}" for number in range(count))
        yield [
            Stage(clones.enter_context(scratch.clone(made.cluster, made.name, name)))
            for name in names
        ]


def judge_all(
    trial: Trial, free: Sequence[Stage], mutants: Sequence[Mutant], console: Console
) -> list[tuple[Mutant, Verdict]]:
    """Each mutant with its verdict, as many at a time as there are stages."""
    waiting: queue.SimpleQueue[Stage] = queue.SimpleQueue()
    for stage in free:
        waiting.put(stage)
    equivalent = read_equivalent()

    def judge(mutant: Mutant) -> tuple[Mutant, Verdict]:
        stage = waiting.get()
        try:
            verdict = trial.judge(stage, mutant)
        finally:
            waiting.put(stage)
        if mutant.name in equivalent:
            if verdict.outcome == SURVIVED:
                return mutant, Verdict(DECLARED, equivalent[mutant.name])
            return mutant, Verdict(INVALID, f"declared equivalent, but noticed: {verdict.reason}")
        return mutant, verdict

    with ThreadPoolExecutor(max_workers=len(free)) as pool:
        results = pool.map(judge, mutants)
        return list(track(results, "mutants", total=len(mutants), console=console))


def report(
    judged: Sequence[tuple[Mutant, Verdict]], console: Console, *, why: bool = False
) -> None:
    """Print a line for each operator, and every mutant that was not killed; all of them with `why`."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, verdict in judged:
        counts[mutant.operator][verdict.outcome] += 1
    table = Table(title="Mutants", show_footer=True)
    total: Counter[str] = sum(counts.values(), Counter())
    table.add_column("operator", footer="together")
    for outcome in OUTCOMES:
        table.add_column(outcome, justify="right", footer=str(total[outcome]))
    table.add_column("killed / total", justify="right", footer=_share(total))
    for operator, count in counts.items():
        cells = (str(count[outcome] or "") for outcome in OUTCOMES)
        table.add_row(operator, *cells, _share(count))
    for mutant, verdict in judged:
        if why or verdict.outcome in BAD:
            line = f"{verdict.outcome}  {mutant.operator}: {mutant.name}"
            console.print(line, style="bold red", markup=False, highlight=False, soft_wrap=True)
            if verdict.reason:
                console.print(f"    {verdict.reason}", markup=False, highlight=False)
    console.print(table)


def _share(count: Counter[str]) -> str:
    return f"{count[KILLED] + count[LISTED]} / {count.total()}"


def main(arguments: Sequence[str]) -> int:
    """Exit code: 0 if every mutant is killed or declared, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("--only", help="mutants whose operator or name contains this")
    parser.add_argument("--sample", type=int, help="as many, by chance")
    parser.add_argument("--seed", type=int, default=1, help="of the chance")
    parser.add_argument("--why", action="store_true", help="print what noticed each mutant")
    options = parser.parse_args(arguments)
    console = Console()
    begin = time.monotonic()
    with stages(WORKERS) as free:
        with free[0].connection.transaction():
            free[0].connection.execute("set local search_path = ''")
            mutants = all_mutants(free[0].connection)
        unknown = read_equivalent().keys() - {mutant.name for mutant in mutants}
        if unknown:
            console.print("equivalent, and no mutant:", *sorted(unknown), sep="\n    ")
            return 1
        if options.only:
            mutants = [m for m in mutants if options.only in f"{m.operator}: {m.name}"]
        if options.sample is not None:
            chance = random.Random(options.seed)
            mutants = chance.sample(mutants, min(options.sample, len(mutants)))
        plays = read_plays()
        trial = Trial(plays, read_listings(plays))
        try:
            trial.check(free[0])
            judged = judge_all(trial, free, mutants, console)
            for (
                stage
            ) in free:  # had any mutant left something behind, it would not have been judged
                trial.check(stage)
        except BaselineError as error:
            console.print(str(error), markup=False)
            return 1
    report(judged, console, why=options.why)
    console.print(f"{(time.monotonic() - begin) / 60:.1f} minutes")
    return int(any(verdict.outcome in BAD for _, verdict in judged))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
