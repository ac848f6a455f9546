"""How fast events are taken and money is posted and read, and whether an acknowledged event is ever lost.

Ingest is measured beside a bare "verify and insert" (bench/money/reference.py) in the same run: rounds
in turns, compared by their medians. Exit code 1 when a target is missed. A run of the default sizes
leaves its figures in docs/bench-money.txt, which is committed.
"""

import argparse
import math
import os
import re
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import psycopg
from psycopg.rows import dict_row
from rich import box
from rich.console import Console
from rich.progress import track
from rich.table import Table

from backend import worker
from bench.money import ingest, world
from bench.rls_cases import act_as
from local import scratch
from local.cluster import Home
from local.scratch import Database

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs/bench-money.txt"
FOLDER = ROOT / "bench/money"
MEASURE = ROOT / "bench/rls/measure.sql"
CASE = re.compile(r"^-- case: (.+)$", re.MULTILINE)
ENTRIES = 10_000_000
SOAK_S, LONG_SOAK_S = 60, 600
POSTERS = worker.CONCURRENCY  # connections that post at once
PAYEES = 2000
RATIO, P99_TIMES, POSTED, P95_MS = 0.70, 2.0, 500, 10.0
PAGE = 50  # lines
WARM_UP = 5  # rounds of questions that are not counted
WIDTH = 110  # characters of the table


class Report:
    """A table of figures beside their targets, and lines below it."""

    def __init__(self, title: str) -> None:
        self.missed: list[str] = []
        self.lines: list[str] = []
        self.table = Table("figure", "measured", "target", "met", title=title, box=box.SIMPLE)
        for column in self.table.columns[1:3]:
            column.justify = "right"

    def add(self, figure: str, measured: str, target: str = "", is_met: bool = True) -> None:
        if not is_met:
            self.missed.append(figure)
        self.table.add_row(
            figure, measured, target, ("[green]yes" if is_met else "[red]NO") if target else ""
        )

    def print(self, console: Console) -> None:
        console.print(self.table)
        for line in self.lines:
            console.print(line, highlight=False)
        count = len(self.missed)
        console.print("Every target is met." if not count else f"{count} missed.", highlight=False)


def add_ingest(
    report: Report, ours: Sequence[ingest.Load], reference: Sequence[ingest.Load]
) -> None:
    taken, bare = (statistics.median(each.per_second for each in of) for of in (ours, reference))
    slow, bare_slow = (statistics.median(each.p99_ms for each in of) for of in (ours, reference))
    report.add("ingest, 16 connections: events a second", f"{taken:,.0f}")
    report.add("  bare verify and insert", f"{bare:,.0f}")
    report.add("  ratio", f"{taken / bare:.2f}", f"≥ {RATIO:.2f}", taken / bare >= RATIO)
    report.add("  p99", f"{slow:.0f} ms")
    report.add("  p99, bare", f"{bare_slow:.0f} ms")
    times = slow / bare_slow
    report.add("  ratio of p99", f"{times:.2f}", f"≤ {P99_TIMES:.2f}", times <= P99_TIMES)


def add_soak(report: Report, seen: ingest.Soak, seconds: int) -> None:
    count, faults = len(seen.acknowledged), len(seen.faults)
    report.add(f"soak of {seconds} s: acknowledged, through {faults} faults", f"{count:,}")
    report.add("  acknowledged but missing", f"{seen.missing}", "0", seen.missing == 0)
    report.add("  posted", f"{seen.posted:,}", f"{count:,}", seen.posted == count)
    report.add("  left unsettled", f"{seen.unsettled}", "0", seen.unsettled == 0)
    cents = seen.trial_balance_cents
    report.add("  trial balance", f"{cents}", "0", cents == 0)


def flushes(folder: Path, seconds: float = 2.0) -> float:
    """How often in a second the disk under a folder takes a page, one after the other, as a commit does."""
    flushed, end = 0, time.monotonic() + seconds
    with tempfile.TemporaryFile(dir=folder) as file:
        while time.monotonic() < end:
            os.pwrite(file.fileno(), bytes(8192), 0)
            os.fdatasync(file.fileno())
            flushed += 1
    return flushed / seconds


def post(database: Database, seconds: float) -> float:
    """Transactions that the ledger takes in a second."""
    statement = (FOLDER / "post.sql").read_bytes()
    mechanics = [uuid.uuid4() for _ in range(PAYEES)]
    together = threading.Barrier(POSTERS)

    def deposit(connection: psycopg.Connection, payment: uuid.UUID) -> None:
        """What the customer paid, for the posting to take from."""
        connection.execute(
            "select app.post_transaction('charge:' || %(id)s, 'Payment received', null, 1,"
            " jsonb_build_array("
            "jsonb_build_object('account', 'stripe.balance', 'amount_cents', %(cents)s::bigint),"
            "jsonb_build_object('account', 'customer.held', 'owner_id', %(id)s::uuid,"
            " 'amount_cents', -%(cents)s::bigint)), 'usd')",
            {"id": str(payment), "cents": 10**12},
        )

    def poster(number: int) -> int:
        posted = 0
        with psycopg.connect(database.dsn(), autocommit=True) as connection:
            payments = [uuid.uuid4() for _ in range(50)]
            for payment in payments:
                deposit(connection, payment)
            together.wait()
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                values = {
                    "payment_id": payments[posted % len(payments)],
                    "mechanic_id": mechanics[(posted * POSTERS + number) % PAYEES],
                }
                connection.execute(statement, values)
                posted += 1
        return posted

    with ThreadPoolExecutor(POSTERS) as pool:
        return sum(pool.map(poster, range(POSTERS))) / seconds


def add_statements(report: Report, ledger: world.Ledger, entries: int, rounds: int) -> None:
    _, *parts = CASE.split((FOLDER / "statements.sql").read_text())
    figures: dict[str, list[float]] = {}
    with psycopg.connect(ledger.database.dsn()) as connection:
        connection.execute(MEASURE.read_bytes())
        connection.commit()
        questions = []
        for title, text in zip(parts[::2], parts[1::2], strict=True):
            about, query = (part.strip() for part in text.split(";") if part.strip())
            with connection.cursor(row_factory=dict_row) as cursor:
                who = cursor.execute(about.encode()).fetchone()
            assert who is not None
            act_as(connection, who["persona"], str(who["me"]))
            lines = len(connection.execute(query.encode()).fetchall())
            connection.rollback()
            # Figures of wrong answers say nothing. A small ledger has pages that are not full.
            if lines < (PAGE if entries >= ENTRIES else 1):
                raise SystemExit(f"{title}: {lines} lines.")
            questions.append((title, who["persona"], str(who["me"]), query))
        console = Console(stderr=True)
        for number in track(range(WARM_UP + rounds), "Pages", console=console, transient=True):
            for title, persona, me, query in questions:
                row = connection.execute(
                    "select pg_temp.elapsed_ms(%s, %s, %s)", (persona, me, query)
                ).fetchone()
                assert row is not None
                if number >= WARM_UP:
                    figures.setdefault(title, []).append(row[0])
                connection.rollback()
    report.add(f"statements, {entries:,} entries", "", "")
    for title, seen in figures.items():
        p95 = sorted(seen)[math.ceil(len(seen) * 0.95) - 1]
        report.add(f"  p95 {title}", f"{p95:.2f} ms", f"≤ {P95_MS:.0f} ms", p95 <= P95_MS)
    report.lines.append(
        f"The ledger of {entries:,} entries took {ledger.seconds:.0f} s to make and "
        f"{ledger.size / 1e9:.1f} GB. A page is {PAGE} lines, planned anew each time, in the database."
    )


def load() -> str:
    return " ".join(f"{figure:.1f}" for figure in os.getloadavg())


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES, help="default 10,000,000")
    parser.add_argument("--rounds", type=int, default=9, help="of ingest; default 9")
    parser.add_argument("--seconds", type=int, default=5, help="a round of ingest; default 5")
    parser.add_argument("--soak", type=int, default=SOAK_S, help="seconds; default 60")
    parser.add_argument("--long", action="store_true", help="a soak of ten minutes")
    parser.add_argument(
        "--only", choices=("ingest", "soak", "posting", "statements"), help="a part of it"
    )
    arguments = parser.parse_args()
    if arguments.long:
        arguments.soak = LONG_SOAK_S
    parts = [arguments.only] if arguments.only else ["ingest", "posting", "soak", "statements"]
    report = Report(f"{date.today()}: money")
    before, console = load(), Console(stderr=True, highlight=False)

    with scratch.clusters(Home.open()) as make, tempfile.TemporaryDirectory() as folder:
        if "ingest" in parts:
            console.print(f"Ingest: {arguments.rounds} rounds of {arguments.seconds} s, twice.")
            add_ingest(
                report,
                *ingest.compare(
                    ingest.new_database(make, "ingest"),
                    Path(folder),
                    arguments.rounds,
                    arguments.seconds,
                    console.print,
                ),
            )
        if "posting" in parts:
            console.print("Posting.")
            ledger_of_its_own = ingest.new_database(make, "posting")
            rate = post(ledger_of_its_own, arguments.seconds * 2)
            report.add(
                f"ledger, {POSTERS} connections: transactions a second",
                f"{rate:,.0f}",
                f"≥ {POSTED}",
                rate >= POSTED,
            )
            flushed = flushes(ledger_of_its_own.cluster.folder)
            report.add("  the disk, page by page: flushes a second", f"{flushed:,.0f}")
        if "soak" in parts:
            console.print(f"Soak: {arguments.soak} s.")
            soaked = ingest.soak(
                ingest.new_database(make, "soak"), Path(folder), arguments.soak, console.print
            )
            add_soak(report, soaked, arguments.soak)
    if "statements" in parts:
        with world.ledger(arguments.entries) as ledger:
            add_statements(report, ledger, arguments.entries, rounds=200)
    report.lines.append(
        f"{os.cpu_count()} processors, load average (1, 5, 15 min) before {before}, after {load()}."
    )
    report.print(Console(width=max(WIDTH, Console().width)))
    if arguments.entries == ENTRIES and not arguments.only:
        with REPORT.open("w") as file:
            report.print(Console(file=file, width=WIDTH))
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
