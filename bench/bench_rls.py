"""What row level security costs: every persona's lists, threads and details, beside an owner's queries.

The owner's query is written by hand, returns the same rows on the same connection, and is measured in
turn with the persona's. The two are compared by their medians and by their slowest of twenty; the second
also tells of whatever else the machine did, to both alike, and takes many rounds to be steady. Exit code 1
when a target is missed. A run at 100,000 sessions leaves its figures in docs/bench-rls.txt, which is
committed.
"""

import argparse
import math
import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bench.rls_cases import Case, act_as, answer_problem, cases
from bench.rls_plans import LARGE, explain, findings, large_tables
from bench.rls_world import BYTES_BESIDE, BYTES_PER_SESSION, World, worlds

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs/bench-rls.txt"
MEASURE = ROOT / "bench/rls/measure.sql"
SESSIONS = 100_000
WARM_UP = 5  # rounds that are not counted: caches fill, functions are compiled
P95_MS = 10.0
TIMES, ABOVE_MS = 1.5, 0.15  # of what the owner's query takes, or above it: whichever is more
GROWTH = 1.3  # from a tenth of the sessions
MAKING_S = 15 * 60
ROUNDS = 1000  # of which the slowest of twenty are fifty
WIDTH = 150  # characters of the table


@dataclass(slots=True)
class Figures:
    """Milliseconds of one case in one world: the persona's and the owner's."""

    asked: list[float] = field(default_factory=list)
    by_hand: list[float] = field(default_factory=list)


class Bench:
    """One world, a connection to it, and every question of every case."""

    def __init__(self, world: World, chosen: Iterable[Case]) -> None:
        self.world = world
        self.connection = psycopg.connect(world.database.dsn())
        self.connection.execute(MEASURE.read_bytes())
        self.connection.commit()
        self.large = large_tables(self.connection)
        self.questions = {case: case.questions(self.connection) for case in chosen}
        self.figures: dict[Case, Figures] = defaultdict(Figures)

    def count_messages(self) -> int:
        row = self.connection.execute("select count(*) from app.messages").fetchone()
        assert row is not None
        return int(row[0])

    def check(self) -> list[str]:
        """What is wrong with the answers or the plans, in words."""
        found = []
        for case, questions in self.questions.items():
            if not questions:
                found.append(f"{case.name}: the world has nobody to ask for")
            for question in questions:
                wrong = answer_problem(self.connection, case, question)
                act_as(self.connection, case.persona, question.person_id)
                plan = explain(self.connection, question.asked)
                self.connection.rollback()
                large = frozenset[str]() if case.is_report else self.large  # it reads all there is
                problems = [*([wrong] if wrong else []), *findings(plan, large)]
                if problems:
                    found += [f"{case.name}: {problem}" for problem in problems]
                    break
        return found

    def measure(self, number: int) -> None:
        """Ask every case once; whoever was first in one round is second in the next."""
        for case, questions in self.questions.items():
            question = questions[number % len(questions)]
            pair = [
                (case.persona, question.asked, self.figures[case].asked),
                ("none", question.by_hand, self.figures[case].by_hand),
            ]
            for role, query, figures in pair if number % 2 else reversed(pair):
                row = self.connection.execute(
                    "select pg_temp.elapsed_ms(%s, %s, %s)", (role, question.person_id, query)
                ).fetchone()
                assert row is not None
                if number >= WARM_UP:
                    figures.append(row[0])
            self.connection.rollback()


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that `percent` of all do not exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


class Report:
    """A table of figures beside their targets, and lines below it."""

    def __init__(self, title: str) -> None:
        self.missed: list[str] = []
        self.lines: list[str] = []
        self.table = Table(title=title, box=box.SIMPLE)
        names = ("p50", "by hand", "above", "p95", "by hand", "above", "growth")
        for name in ("question", *names, "met"):
            is_text = name in ("question", "met")
            self.table.add_column(name, justify="left" if is_text else "right", no_wrap=True)

    def add(self, case: Case, here: Figures, tenth: Figures) -> None:
        """A case, in a world and in one of a tenth of its size; milliseconds."""
        p50, p95 = statistics.median(here.asked), percentile(here.asked, 95)
        hand50, hand95 = statistics.median(here.by_hand), percentile(here.by_hand, 95)
        growth = p50 / statistics.median(tenth.asked)
        missed = [
            what
            for what, is_met in (
                ("p95", case.is_report or p95 <= P95_MS),
                ("above at p50", p50 <= max(TIMES * hand50, hand50 + ABOVE_MS)),
                ("above at p95", p95 <= max(TIMES * hand95, hand95 + ABOVE_MS)),
                ("growth", case.is_report or growth <= GROWTH),
            )
            if not is_met
        ]
        self.missed += [f"{case.name}: {what}" for what in missed]
        self.table.add_row(
            case.name,
            *(f"{figure:.2f}" for figure in (p50, hand50)),
            f"{p50 - hand50:+.2f}, ×{p50 / hand50:.1f}",
            *(f"{figure:.2f}" for figure in (p95, hand95)),
            f"{p95 - hand95:+.2f}, ×{p95 / hand95:.1f}",
            f"×{growth:.2f}",
            f"[red]{', '.join(missed)}" if missed else "[green]yes",
        )

    def require(self, figure: str, measured: str, target: str, is_met: bool) -> None:
        self.lines.append(f"{figure}: {measured}; target {target}: {'yes' if is_met else 'NO'}")
        if not is_met:
            self.missed.append(figure)

    def print(self, console: Console) -> None:
        console.print(self.table)
        for line in self.lines:
            console.print(line, highlight=False)
        count = len(self.missed)
        console.print("Every target is met." if not count else f"{count} missed.", highlight=False)


def load() -> str:
    return " ".join(f"{figure:.1f}" for figure in os.getloadavg())


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sessions", type=int, default=SESSIONS, help="default 100,000; from 30,000"
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"of every question; default {ROUNDS}"
    )
    parser.add_argument("--only", default="", help="questions with these words in their name")
    arguments = parser.parse_args()
    sizes = (arguments.sessions // 10, arguments.sessions)
    chosen = [case for case in cases() if arguments.only in case.name]
    with worlds(sizes) as made:
        tenth, here = benches = [Bench(world, chosen) for world in made]
        report = Report(
            f"{date.today()}: {arguments.sessions:,} sessions; milliseconds in the database, "
            "planning included"
        )
        wrong = [what for bench in benches for what in bench.check()]
        if wrong:  # figures of wrong answers say nothing
            print(*wrong, sep="\n")
            return 1
        before = load()
        rounds = range(WARM_UP + arguments.rounds)
        console = Console(stderr=True)
        for number in track(rounds, "Every question, twice", console=console, transient=True):
            for bench in benches:
                bench.measure(number)
        for case in chosen:
            report.add(case, here.figures[case], tenth.figures[case])
        report.lines.append(
            f"Targets: p95 ≤ {P95_MS:.0f} ms; p50 and p95 each at most ×{TIMES} of by hand or {ABOVE_MS} ms "
            f"above it, whichever is more; p50 at most ×{GROWTH} of that at a tenth of the sessions. The books, a "
            "report, are held to the owner's time alone."
        )
        report.lines.append(
            f"{arguments.rounds} rounds, {os.cpu_count()} processors, load average (1, 5, 15 min) "
            f"before {before}, after {load()}."
        )
        add_worlds(report, made, here.count_messages())
        report.lines.append(
            f"Every question is answered the owner's rows. No plan reads a table of more than {LARGE:,} rows "
            "from end to end, but for that of the books, which add up every account; none calls a function "
            "of ours for each row."
        )
        for bench in benches:
            bench.connection.close()
    report.print(Console(width=max(WIDTH, Console().width)))
    if arguments.sessions == SESSIONS and not arguments.only:
        with REPORT.open("w") as file:
            report.print(Console(file=file, width=WIDTH))
    return 1 if report.missed else 0


def add_worlds(report: Report, made: Sequence[World], messages: int) -> None:
    """What the cached worlds are, and took to make."""
    sessions, size = sum(w.sessions for w in made), sum(w.size for w in made)
    seconds = sum(w.seconds for w in made)
    asked = BYTES_BESIDE + BYTES_PER_SESSION * sessions
    report.require("messages", f"{messages:,}", "10 a session", messages >= 10 * made[-1].sessions)
    report.require("making the worlds", f"{seconds:.0f} s", f"≤ {MAKING_S} s", seconds <= MAKING_S)
    report.require(
        "worlds on disk",
        f"{size / 1e9:.1f} GB",
        f"≤ the {asked / 1e9:.1f} GB asked for",
        size <= asked,
    )


if __name__ == "__main__":
    sys.exit(main())
