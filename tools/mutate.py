"""`make mutate`: are there tests that notice when one access rule is gone?

python -m tools.mutate [--only WORDS] [--sample N --seed S] [--why]

Each mutant is made in a transaction of its own and the tests act in it, the likeliest first, until
one notices. Whole, it leaves docs/mutants.md and ends with its targets. Exit code 1 if a target is
missed, any mutant survives, cannot be made or makes no sense.
"""

import argparse
import queue
import random
import sys
import time
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import track

from local import scratch
from local.cluster import SUPERUSER, Cluster
from local.database import allow_service_logins
from local.home import Home
from local.scratch import Database
from tools import migrate, play_world
from tools.mutation import plays, races, report, surface, surroundings
from tools.mutation.mutant import PERSONAS, Mutant, numbered
from tools.mutation.probes import Promise
from tools.mutation.races import Arena
from tools.mutation.trial import (
    BAD,
    DECLARED,
    INVALID,
    SURVIVED,
    BaselineError,
    Stage,
    Trial,
    Verdict,
)

HERE = Path(__file__).with_name("mutation")
EQUIVALENT = HERE / "equivalent.toml"
WORKERS = 2

Judged = tuple[Mutant, Verdict]


@dataclass(frozen=True, slots=True)
class Theatre:
    """Stages for the mutants of a database; one in a cluster of its own for those of roles, which a
    cluster shares; and where two meet."""

    database: list[Stage]
    cluster: Stage
    arena: Arena

    def all(self) -> list[Stage]:
        return [*self.database, self.cluster]


def read_equivalent() -> dict[str, str]:
    """The mutants that change nothing anybody could see, by operator and name, with the reason."""
    entries = tomllib.loads(EQUIVALENT.read_text()).get("mutant", [])
    return {entry["name"]: entry["reason"] for entry in entries}


def full_name(mutant: Mutant) -> str:
    """The name by which a mutant is declared equivalent, or searched for."""
    return f"{mutant.operator}: {mutant.name}"


def build(cluster: Cluster) -> Database:
    """A database of today's sources with the test world and pgTAP."""
    made = scratch.create_database(cluster, "world")
    by_hand = [m for m in migrate.migrations(migrate.ROOT) if not migrate.is_generated(m)]
    migrate.apply(made.dsn(), by_hand)
    migrate.apply_sources(made.dsn(), migrate.ROOT)
    allow_service_logins(cluster)
    play_world.furnish(made)
    with psycopg.connect(made.dsn()) as connection:
        connection.execute((HERE / "no_autovacuum.sql").read_bytes())
    return made


@contextmanager
def theatre(count: int) -> Iterator[Theatre]:
    """So many clones of one template in one cluster, and one database in another."""
    with scratch.clusters(Home.open()) as make, ExitStack() as clones:
        with ThreadPoolExecutor(WORKERS) as pool:
            made, other = pool.map(build, [make(), make()])
        # A clone, unlike its template, lets pgTAP's assertions make temporary tables as a persona.
        clone = [
            clones.enter_context(scratch.clone(made.cluster, made.name, f"stage_{number}"))
            for number in range(count)
        ]
        of_roles = clones.enter_context(scratch.clone(other.cluster, other.name, "stage"))
        with psycopg.connect(of_roles.dsn(SUPERUSER)) as connection:
            # Where pgTAP stands; a persona gets there as authenticated, until a mutant takes that away.
            connection.execute(
                f"grant usage on schema extensions to {', '.join(PERSONAS)}".encode()
            )
        yield Theatre(
            [Stage(database) for database in clone],
            Stage(of_roles, SUPERUSER),
            Arena(made, races.read()),
        )


def judge_all(
    trial: Trial, house: Theatre, mutants: Sequence[Mutant], console: Console, *, why: bool = False
) -> list[Judged]:
    """Each mutant with its verdict, as many at a time as there are stages.

    Prints those that were not killed as they come; all of them with `why`.
    """
    free: queue.SimpleQueue[Stage] = queue.SimpleQueue()
    for stage in house.database:
        free.put(stage)
    equivalent = read_equivalent()

    def verdict_on(mutant: Mutant) -> Verdict:
        if mutant.raced:
            return house.arena.judge(mutant)
        if mutant.superuser:
            return trial.judge(house.cluster, mutant)
        stage = free.get()
        try:
            verdict = trial.judge(stage, mutant)
        finally:
            free.put(stage)
        # What nobody feels alone may be a condition of a lock.
        if verdict.outcome == SURVIVED and mutant.inside:
            return house.arena.judge(mutant)
        return verdict

    def judge(mutant: Mutant) -> Judged:
        verdict = verdict_on(mutant)
        reason = equivalent.get(full_name(mutant))
        if reason is None:
            return mutant, verdict
        if verdict.outcome == SURVIVED:
            return mutant, Verdict(DECLARED, reason)
        return mutant, Verdict(INVALID, f"declared equivalent, but noticed: {verdict.reason}")

    with ThreadPoolExecutor(WORKERS) as pool, ThreadPoolExecutor(1) as apart:
        # Those of roles have one stage, and nobody else is to wait for it.
        waited = [(apart if m.superuser else pool).submit(judge, m) for m in mutants]
        done = track(as_completed(waited), "mutants", len(waited), console=console)
        try:
            for count, each in enumerate(done, start=1):
                if not console.is_terminal and count % 200 == 0:
                    console.print(f"{count} of {len(waited)} mutants")
                if why or each.result()[1].outcome in BAD:
                    report.explain(*each.result(), console)
        except BaseException:
            # Whoever interrupts does not wait for the rest.
            for each in waited:
                each.cancel()
            raise
    return [each.result() for each in waited]


def sampled(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many by chance, of every operator in turn: a plain sample would be mostly grants."""
    chance = random.Random(seed)
    by_operator: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in chance.sample(list(mutants), len(mutants)):
        by_operator[mutant.operator].append(mutant)
    chosen: list[Mutant] = []
    while by_operator and len(chosen) < count:
        for operator in list(by_operator):
            chosen.append(by_operator[operator].pop())
            if not by_operator[operator]:
                del by_operator[operator]
    return chosen[:count]


def main(arguments: Sequence[str]) -> int:
    """Exit code: 0 if every mutant is killed or declared and, of a whole run, the targets are met."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("--only", help="mutants whose operator or name contains this")
    parser.add_argument("--sample", type=int, help="as many, by chance")
    parser.add_argument("--seed", type=int, default=1, help="of the chance")
    parser.add_argument("--why", action="store_true", help="print what noticed each mutant")
    options = parser.parse_args(arguments)
    console = Console()
    begin = time.monotonic()
    with theatre(WORKERS) as house:
        first = house.database[0].connection
        with first.transaction():
            first.execute("set local search_path = ''")
            mutants = [*surface.all_mutants(first), *numbered(surroundings.role_mutants())]
        unknown = read_equivalent().keys() - {full_name(mutant) for mutant in mutants}
        if unknown:
            console.print("equivalent, and no mutant:", *sorted(unknown), sep="\n    ")
            return 1
        if options.only:
            mutants = [m for m in mutants if options.only in full_name(m)]
        if options.sample is not None:
            mutants = sampled(mutants, options.sample, options.seed)
        read = plays.read()
        trial = Trial(read, plays.listings(read), Promise.read())
        try:
            learn(trial, house, races=any(mutant.raced or mutant.inside for mutant in mutants))
            judged = judge_all(trial, house, mutants, console, why=options.why)
            # Had any mutant left something behind, the next one would not have been judged.
            check(trial, house, again=True)
        except BaselineError as error:
            console.print(str(error), markup=False)
            return 1
    minutes = (time.monotonic() - begin) / 60
    report.show(judged, console)
    bad = any(verdict.outcome in BAD for _, verdict in judged)
    if options.only or options.sample is not None:
        console.print(f"{minutes:.1f} minutes")
        return int(bad)
    figures = report.figures(judged, minutes)
    report.show_figures(figures, console)
    report.write(judged, figures, minutes)
    return int(bad or not all(figure.met for figure in figures))


def learn(trial: Trial, house: Theatre, *, races: bool) -> None:
    """As check; and which functions each play enters, and each race, which is run without a mutant, too."""
    with ThreadPoolExecutor(1) as pool:
        raced = pool.submit(house.arena.check) if races else None
        check(trial, house)
        trial.listen(house.database[0])
        if raced:
            raced.result()


def check(trial: Trial, house: Theatre, *, again: bool = False) -> None:
    """As Trial.check, on every stage."""
    with ThreadPoolExecutor(WORKERS) as pool:
        waited = [
            pool.submit(trial.check, stage, backwards=number % 2 == 1, again=again)
            for number, stage in enumerate(house.all())
        ]
        for each in waited:
            each.result()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
