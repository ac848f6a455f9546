"""The business plan's month, played through the real functions and read from the ledger: `make plan`.

The plan: 1,000 diagnostics, of which 30 % are escalated and 60 % of those approved, at 800.00 on average.
Whatever is printed was read from the books. Exit code 1 where they miss what the assumptions promise.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from demo import stripe_events
from local import scratch
from local.database import allow_service_logins
from local.home import CHECKOUT, Home
from tools import migrate

SQL = Path(__file__).with_name("plan.sql")
MONTHS = 12
STEP_CENTS = 1000  # repairs cost whole tens, so that 2.9 % of each is whole cents


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the plan takes for granted of a month."""

    diagnostics: int = 1000
    escalated: Decimal = Decimal("0.30")  # of the diagnostics
    approved: Decimal = Decimal("0.60")  # of the escalated
    average_repair_cents: int = 80000
    card_share: Decimal = Decimal("0.029")
    card_fixed_cents: int = 30

    @property
    def escalations(self) -> int:
        return int(self.diagnostics * self.escalated)

    @property
    def repairs(self) -> int:
        return int(self.escalations * self.approved)

    def card_cost(self, amount_cents: int) -> int:
        """What Stripe takes of a card payment, in cents, rounded as it rounds: half up."""
        return int(amount_cents * self.card_share + Decimal("0.5")) + self.card_fixed_cents


@dataclass(frozen=True, slots=True)
class Income:
    """What the ledger holds of a kind of job, in cents."""

    jobs: int = 0
    turnover_cents: int = 0
    fee_cents: int = 0
    referral_cents: int = 0
    card_cents: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was read from the ledger, and what the assumptions promise."""

    name: str
    read: Decimal
    promised: Decimal
    unit: str = ""

    @property
    def met(self) -> bool:
        return self.read == self.promised


def repair_prices(assumptions: Assumptions, chance: random.Random) -> Iterator[int]:
    """Prices that differ, in pairs about the average, so that they end at it exactly."""
    average = assumptions.average_repair_cents
    most = average // 2 // STEP_CENTS
    for _ in range(assumptions.repairs // 2):
        away = chance.randrange(most) * STEP_CENTS
        yield average - away
        yield average + away
    if assumptions.repairs % 2:
        yield average


class Month:
    """A database of its own, in which the month happens."""

    def __init__(self, connection: psycopg.Connection, assumptions: Assumptions) -> None:
        self.connection = connection
        self.assumptions = assumptions
        connection.execute(SQL.read_bytes())
        connection.execute("select plan.open_platform()")
        connection.commit()

    def one(self, query: str, *values: object) -> tuple[Any, ...]:
        row = self.connection.execute(query.encode(), values).fetchone()
        assert row is not None
        return row

    def pay(self, payment_id: object) -> None:
        """Stripe tells what it tells of a card payment."""
        [amount] = self.one("select amount_cents from app.payments where id = %s", payment_id)
        charge = stripe_events.charge(str(payment_id), amount)
        for event in (
            stripe_events.checkout_completed(str(payment_id), amount),
            stripe_events.event("charge.succeeded", charge),
            stripe_events.fee_known(charge, self.assumptions.card_cost(amount)),
        ):
            body = stripe_events.body(event).decode()
            self.connection.execute("select plan.is_told(%s, %s)", (event["id"], body))

    def diagnose(self) -> object:
        """A diagnostic, paid and done: its session."""
        session, payment = self.one("select * from plan.request_session()")
        self.pay(payment)
        self.connection.execute("select plan.diagnose(%s)", (session,))
        return session

    def escalate(self, session: object, price_cents: int | None) -> None:
        """A case for the workshop: repaired at this price, or declined."""
        quoted = price_cents or self.assumptions.average_repair_cents
        offer, quote = self.one("select * from plan.quote(%s, %s)", session, quoted)
        [payment] = self.one("select plan.answer(%s, %s)", quote, price_cents is not None)
        if payment is not None:
            self.pay(payment)
            self.connection.execute("select plan.repair(%s)", (offer,))

    def run(self, chance: random.Random, progress: Progress | None = None) -> None:
        """Everything that the assumptions say happens."""
        task = progress.add_task("", total=self.assumptions.diagnostics) if progress else None
        prices: list[int | None] = list(repair_prices(self.assumptions, chance))
        prices += [None] * (self.assumptions.escalations - len(prices))
        chance.shuffle(prices)
        for number in range(self.assumptions.diagnostics):
            session = self.diagnose()
            if number < len(prices):
                self.escalate(session, prices[number])
            self.connection.commit()
            if progress and task is not None:
                progress.advance(task)

    def income(self) -> dict[str, Income]:
        rows = self.connection.execute("select * from plan.income").fetchall()
        return {"diagnostic": Income(), "repair": Income()} | {
            purpose: Income(*numbers) for purpose, *numbers in rows
        }


def units(cents: int | Decimal) -> Decimal:
    return (Decimal(cents) / 100).quantize(Decimal("0.01"))


def figures(month: Month) -> list[Figure]:
    """What the ledger says, beside what follows from the assumptions and the fee schedule."""
    a = month.assumptions
    price, fee, referral = month.one(
        "select diagnostic_price_cents, platform_fee_basis_points, referral_basis_points"
        " from app.fee_schedule order by version desc limit 1"
    )
    diagnostic, repair = (month.income()[purpose] for purpose in ("diagnostic", "repair"))
    turnover = a.repairs * a.average_repair_cents
    fees = Decimal(a.diagnostics * price * fee) / 10000, Decimal(turnover * fee) / 10000
    referrals = Decimal(turnover * referral) / 10000
    cards = turnover * a.card_share + a.repairs * a.card_fixed_cents
    more = repair.fee_cents - repair.referral_cents
    return [
        Figure("diagnostics", Decimal(diagnostic.jobs), Decimal(a.diagnostics)),
        Figure("repairs", Decimal(repair.jobs), Decimal(a.repairs)),
        Figure("diagnostic fees", units(diagnostic.fee_cents), units(fees[0])),
        Figure("repair fees", units(repair.fee_cents), units(fees[1])),
        Figure("referrals", units(repair.referral_cents), units(referrals)),
        Figure("net", units(diagnostic.fee_cents + more), units(sum(fees) - referrals)),
        Figure("more than without repairs, a month", units(more), units(fees[1] - referrals)),
        Figure("the same, a year", units(MONTHS * more), units(MONTHS * (fees[1] - referrals))),
        Figure(
            "a year, after the card costs of repairs",
            units(MONTHS * (more - repair.card_cents)),
            units(MONTHS * (fees[1] - referrals - cards)),
        ),
        Figure(
            "card costs of diagnostics, in both worlds",
            units(diagnostic.card_cents),
            units(a.diagnostics * a.card_cost(price)),
        ),
    ]


def one_repair(month: Month, price_cents: int) -> list[Figure]:
    """What one repair adds to the fee of its diagnostic, as the ledger has it."""
    before = month.income()
    month.escalate(month.diagnose(), price_cents)
    month.connection.commit()
    after = month.income()
    price, fee, referral = month.one(
        "select diagnostic_price_cents, platform_fee_basis_points, referral_basis_points"
        " from app.fee_schedule order by version desc limit 1"
    )
    alone = after["diagnostic"].fee_cents - before["diagnostic"].fee_cents
    gross = alone + after["repair"].fee_cents - before["repair"].fee_cents
    net = gross - after["repair"].referral_cents + before["repair"].referral_cents
    own = Decimal(price * fee) / 10000
    share = own + Decimal(price_cents * fee) / 10000
    kept = share - Decimal(price_cents * referral) / 10000
    name = f"a {units(price_cents):,} repair and its diagnostic"
    return [
        Figure(f"{name}, gross", units(gross), units(share)),
        Figure(f"{name}, net", units(net), units(kept)),
        Figure(
            "  gross over the diagnostic alone", more_by(gross, alone), more_by(share, own), "%"
        ),
        Figure("  net over it", more_by(net, alone), more_by(kept, own), "%"),
    ]


def more_by(whole: int | Decimal, part: int | Decimal) -> Decimal:
    """By how many percent the whole is more than the part."""
    return (100 * (Decimal(whole) - Decimal(part)) / Decimal(part)).quantize(Decimal(1))


def table(found: list[Figure]) -> Table:
    shown = Table("figure", title="The plan's month, from the ledger")
    for column in ("ledger", "assumptions"):
        shown.add_column(column, justify="right")
    shown.add_column("met")
    for each in found:
        shown.add_row(
            each.name,
            f"{each.read:,}{each.unit}",
            f"{each.promised:,}{each.unit}",
            "yes" if each.met else "NO",
        )
    return shown


def main() -> int:
    """1 if the ledger misses a figure."""
    usual = Assumptions()
    parser = argparse.ArgumentParser(description=__doc__, prog="make plan")
    parser.add_argument("--diagnostics", type=int, default=usual.diagnostics)
    parser.add_argument(
        "--average-repair", type=int, default=usual.average_repair_cents // 100, help="in dollars"
    )
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    assumptions = Assumptions(
        diagnostics=chosen.diagnostics, average_repair_cents=chosen.average_repair * 100
    )
    console = Console()
    with scratch.clusters(Home.open()) as make:
        cluster = make()
        database = scratch.create_database(cluster, "plan")
        migrate.apply(database.dsn(), migrate.migrations(CHECKOUT))
        allow_service_logins(cluster)
        with psycopg.connect(database.dsn()) as connection:
            month = Month(connection, assumptions)
            with Progress(console=console, transient=True) as progress:
                month.run(random.Random(chosen.seed), progress)
            found = figures(month) + one_repair(month, 120000)
            [trial] = month.one("select sum(balance_cents)::bigint from api.admin_ledger_accounts")
    console.print(table(found))
    console.print(f"The trial balance is {units(trial)}.")
    return 0 if all(each.met for each in found) and trial == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
