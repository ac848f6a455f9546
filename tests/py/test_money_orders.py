"""Do Stripe's facts end in the same balances, in whatever order they arrive?

The scenarios and their balances are written down here from the contract with Stripe: a diagnostic of
25.00, a repair of 1,200.00, fees of 1.03 and 35.10, a dispute's of 15.00.
"""

import concurrent.futures
import itertools
import json
import math
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from demo import stripe_events
from local.scratch import Database

DIAGNOSTIC, DIAGNOSTIC_FEE, TO_MECHANIC = 2500, 103, 2250
REPAIR, REPAIR_FEE, TO_WORKSHOP, REFERRAL = 120000, 3510, 108000, 6000
DISPUTE_FEE = 1500

# Debit positive, as the contract's table has it; every account that is not named ends at zero.
BALANCES = {
    "A": {"stripe.balance": 147, "platform.fee": -250, "stripe.fee": 103},
    "B": {
        "stripe.balance": 2490,
        "platform.fee": -12000,
        "referral.expense": 6000,
        "stripe.fee": 3510,
    },
    "C": {
        "stripe.balance": 990,
        "platform.fee": -9000,
        "referral.expense": 4500,
        "stripe.fee": 3510,
    },
    "C2": {
        "stripe.balance": 990,
        "platform.fee": -9000,
        "referral.expense": 4500,
        "stripe.fee": 3510,
    },
    "D": {"stripe.balance": -5010, "stripe.fee": 3510, "stripe.dispute_fee": 1500},
    "D2": {
        "stripe.balance": -113010,
        "stripe.fee": 3510,
        "stripe.dispute_fee": 1500,
        "receivable.workshop": 108000,
    },
    "E": {
        "stripe.balance": 990,
        "platform.fee": -12000,
        "referral.expense": 6000,
        "stripe.fee": 3510,
        "stripe.dispute_fee": 1500,
    },
    "F": {"stripe.balance": -5010, "stripe.fee": 3510, "stripe.dispute_fee": 1500},
    "G": {"stripe.balance": -103, "stripe.fee": 103},
    "H": {"stripe.balance": -1603, "stripe.fee": 103, "stripe.dispute_fee": 1500},
    "I": {
        "stripe.balance": 10887,
        "platform.fee": -12250,
        "referral.expense": 6000,
        "stripe.fee": 3613,
        "withheld.mechanic": -8250,
    },
    "J": {
        "stripe.balance": 30990,
        "platform.fee": -9000,
        "referral.expense": 4500,
        "stripe.fee": 3510,
        "customer.refund_owed": -30000,
    },
}

# How many facts each scenario has: its orders are the factorial.
FACTS = {
    "A": 4,
    "B": 5,
    "C": 8,
    "C2": 6,
    "D": 9,
    "D2": 8,
    "E": 8,
    "F": 12,
    "G": 6,
    "H": 7,
    "I": 8,
    "J": 9,
}

AT_MOST = 1000  # orders told in one transaction

DRAIN = """
    create function pg_temp.drain() returns void language plpgsql as $$
    declare
        woken text;
    begin
        loop
            select id into woken from app.stripe_events where state = 'pending' limit 1;
            exit when not found;
            perform tests.act_as_service('worker');
            perform backend.apply_stripe_event(woken);
            perform tests.act_as_owner();
        end loop;
    end;
    $$
"""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that is told: an event of Stripe's, or a statement of the platform's own."""

    name: str
    event: dict[str, Any] | None = None
    statement: str = ""


class Job:
    """A payment in a world of its own, and everything that can be told of it."""

    def __init__(self, owner: psycopg.Connection, number: Iterator[int], purpose: str) -> None:
        self.owner = owner
        self.mechanic, self.session = f"mechanic{next(number)}", f"session{next(number)}"
        self.run(
            f"select tests.invite('{self.mechanic}', 'mechanic')",
            f"select tests.act_as('mechanic', '{self.mechanic}')",
            "select api.set_mechanic_profile('Order')",
            "select tests.act_as_owner()",
        )
        self.payment = self.open_diagnostic(self.session)
        self.amount, self.fee = DIAGNOSTIC, DIAGNOSTIC_FEE
        self.sums = {"work": TO_MECHANIC}
        if purpose == "repair":
            self.settle_diagnostic()
            self.payment = self.open_repair()
            self.amount, self.fee = REPAIR, REPAIR_FEE
            self.sums = {"work": TO_WORKSHOP, "referral": REFERRAL}
        self.charge = stripe_events.charge(self.payment, self.amount)

    def run(self, *statements: str) -> Any:
        for statement in statements:
            last = self.owner.execute(statement.encode())
        return last.fetchone()

    def open_diagnostic(self, session: str) -> str:
        """A session that its mechanic has, before any money was told of."""
        self.run(
            f"select tests.open_session('ben', '{session}', 'brakes', 'Noise', 'Ford', 'Focus')"
        )
        [payment] = self.run(f"select tests.id('{session} payment')")
        self.tell(stripe_events.checkout_completed(str(payment), DIAGNOSTIC))
        self.run(
            f"select tests.act_as('mechanic', '{self.mechanic}')",
            f"select api.accept_session(tests.id('{session}'))",
            "select tests.act_as_owner()",
        )
        return str(payment)

    def settle_diagnostic(self) -> None:
        """Its mechanic is paid, so that what follows is of the repair alone."""
        self.charge = stripe_events.charge(self.payment, DIAGNOSTIC)
        self.tell(stripe_events.event("charge.succeeded", self.charge))
        self.run(f"select tests.complete('{self.session}', '{self.mechanic}')")
        sent = self.transfer("work", TO_MECHANIC)
        self.tell(stripe_events.event("transfer.created", sent))

    def open_repair(self) -> str:
        offer = f"{self.session} offer to Lakeview Repairs"
        self.run(
            f"select tests.escalate('{self.session}', '{self.mechanic}', "
            "array['Lakeview Repairs'])",
            "select tests.act_as('workshop', 'lena')",
            f"select api.accept_offer(tests.id('{offer}'))",
            "select tests.act_as_owner()",
            f"select tests.quote('{self.session}', 'Lakeview Repairs', 'lena', 70000, 50000)",
            "select tests.act_as('customer', 'ben')",
        )
        [payment] = self.run(
            f"select api.approve_quote(tests.id('{self.session} quote of Lakeview Repairs'))"
        )
        self.run("select tests.act_as_owner()")
        return str(payment)

    def tell(self, event: dict[str, Any]) -> None:
        self.owner.execute(
            "select tests.stripe_event(%s, %s, %s)",
            (event["id"], event["type"], json.dumps(event["data"]["object"])),
        )

    def transfer(self, part: str, cents: int) -> dict[str, Any]:
        """A transfer, written down as it is before Stripe is asked for it."""
        self.owner.execute("select app.open_payables(%s)", (self.payment,))
        self.owner.execute(
            "insert into app.transfers (payment_id, part, attempt, amount_cents, destination, status)"
            " values (%s, %s, 1, %s, 'acct_payee', 'sent')",
            (self.payment, part, cents),
        )
        return stripe_events.transfer(self.payment, part, cents, self.charge["id"])

    def paid_and_done(self) -> list[Fact]:
        return [
            Fact("charge", stripe_events.event("charge.succeeded", self.charge)),
            Fact("fee", stripe_events.fee_known(self.charge, self.fee)),
            Fact("done", statement=f"select app.record_work_done('{self.payment}')"),
        ]

    def sent(self, part: str, *returned: tuple[int, ...], cents: int | None = None) -> list[Fact]:
        """The transfer of a part, and an event for each tuple of reversals."""
        about = self.transfer(part, cents or self.sums[part])
        facts = [Fact(f"{part} sent", stripe_events.event("transfer.created", about))]
        for amounts in returned:
            about = stripe_events.transfer_reversed(about, *amounts)
            facts.append(Fact(f"{part} returned", stripe_events.event("transfer.reversed", about)))
        return facts

    def refund(self, cents: int) -> tuple[dict[str, Any], Fact]:
        about = stripe_events.refund(self.charge["id"], cents)
        return about, Fact("refund", stripe_events.event("refund.created", about))

    def dispute(self, cents: int, outcome: str) -> list[Fact]:
        out = stripe_events.balance_transaction("adjustment", "dp", -cents, DISPUTE_FEE)
        about = stripe_events.dispute(self.charge["id"], cents, [out])
        closed = about | {"status": outcome}
        facts = [
            Fact("withdrawn", stripe_events.event("charge.dispute.funds_withdrawn", about)),
            Fact(outcome, stripe_events.event("charge.dispute.closed", closed)),
        ]
        if outcome == "won":
            back = stripe_events.balance_transaction("adjustment", "dp", cents)
            closed = closed | {"balance_transactions": [out, back]}
            facts.append(
                Fact(
                    "reinstated",
                    stripe_events.event("charge.dispute.funds_reinstated", closed),
                )
            )
        return facts


def scenario(name: str, owner: psycopg.Connection) -> list[Fact]:
    """The facts of one of the contract's scenarios, in the order in which they happen."""
    number = itertools.count()
    job = Job(owner, number, "diagnostic" if name in "AGHI" else "repair")
    facts = job.paid_and_done()
    refund, refunded = job.refund(2500 if name == "G" else 30000)
    if name == "A":
        return facts + job.sent("work")
    if name == "B":
        return facts + job.sent("work") + job.sent("referral")
    if name in ("C", "J"):
        facts += [refunded, *job.sent("work", (27000,)), *job.sent("referral", (1500,))]
        return (
            facts if name == "C" else [*facts, Fact("failed", stripe_events.refund_failed(refund))]
        )
    if name == "C2":
        return [refunded, *facts, *job.sent("work", cents=81000), *job.sent("referral", cents=4500)]
    if name == "D":
        return [
            *facts,
            *job.sent("work", (108000,)),
            *job.sent("referral", (6000,)),
            *job.dispute(120000, "lost"),
        ]
    if name == "D2":
        facts += job.sent("work") + job.sent("referral", (6000,))
        return facts + job.dispute(120000, "lost")
    if name == "E":
        return facts + job.sent("work") + job.sent("referral") + job.dispute(120000, "won")
    if name == "F":
        return [
            *facts,
            *job.sent("work", (27000,), (81000,)),
            *job.sent("referral", (1500,), (4500,)),
            refunded,
            *job.dispute(90000, "lost"),
        ]
    if name == "G":
        return [*facts, *job.sent("work", (2250,)), refunded]
    if name == "H":
        return facts + job.sent("work", (2250,)) + job.dispute(2500, "lost")
    assert name == "I"
    repair = Job(owner, number, "repair")
    owner.execute(
        "update app.escalations set mechanic_id = tests.id(%s) where session_id = tests.id(%s)",
        (job.mechanic, repair.session),
    )
    # Else the ban would queue the session again, for another mechanic.
    owner.execute(
        "update app.diagnostic_sessions"
        " set status = 'completed', summary = 'Pads', diagnosis = 'Worn', recommended_services = '{}'"
        " where id = tests.id(%s)",
        (job.session,),
    )
    ban = (
        "select tests.act_as('platform_admin', 'ada'), api.restrict(tests.id('"
        + job.mechanic
        + "'), 'banned', true, '4.4', 'Took cash.'), tests.act_as_owner()"
    )
    return facts + repair.paid_and_done() + repair.sent("work") + [Fact("ban", statement=ban)]


def orders(facts: int, most: int, chance: random.Random) -> list[tuple[int, ...]]:
    """All orders, or as many different ones of them, sorted: neighbours share their beginnings."""
    if math.factorial(facts) <= most:
        return list(itertools.permutations(range(facts)))
    chosen: set[tuple[int, ...]] = set()
    while len(chosen) < most:
        order = list(range(facts))
        chance.shuffle(order)
        chosen.add(tuple(order))
    return sorted(chosen)


class Play:
    """Tells facts in many orders; what two orders begin with is told once, and kept by a savepoint."""

    def __init__(self, owner: psycopg.Connection, facts: list[Fact]) -> None:
        self.owner = owner
        self.facts = facts
        self.told: list[int] = []
        self.before = self.balances()

    def balances(self) -> dict[str, int]:
        rows = self.owner.execute(
            "select name, sum(balance_cents)::bigint from api.admin_ledger_accounts group by name"
        )
        return dict(rows.fetchall())

    def tell(self, index: int) -> None:
        fact = self.facts[index]
        self.owner.execute(f"savepoint s{len(self.told)}".encode())
        self.told.append(index)
        if fact.event is None:
            self.owner.execute(fact.statement.encode())
        else:
            event = fact.event
            self.owner.execute(
                "select tests.stripe_event(%s, %s, %s), pg_temp.drain()",
                (event["id"], event["type"], json.dumps(event["data"]["object"])),
            )

    def take_back(self) -> None:
        self.told.pop()
        self.owner.execute(f"rollback to savepoint s{len(self.told)}".encode())

    def outcomes(self, chosen: Iterable[tuple[int, ...]]) -> Iterator[dict[str, int]]:
        """What each order has changed in the end; nothing of it stays."""
        for order in chosen:
            shared = 0
            while shared < len(self.told) and self.told[shared] == order[shared]:
                shared += 1
            while len(self.told) > shared:
                self.take_back()
            for index in order[shared:]:
                self.tell(index)
            self.owner.execute("set constraints all immediate; set constraints all deferred")
            yield {
                account: cents - self.before.get(account, 0)
                for account, cents in self.balances().items()
                if cents != self.before.get(account, 0)
            }

    def unfinished(self) -> list[Any]:
        ids = [fact.event["id"] for fact in self.facts if fact.event is not None]
        return self.owner.execute(
            "select type, state, reason from app.stripe_events where id = any(%s)"
            " and state <> 'done'",
            (ids,),
        ).fetchall()

    def order(self) -> list[str]:
        return [self.facts[index].name for index in self.told]


@pytest.mark.parametrize("name", BALANCES)
def test_every_order_of_a_scenario_ends_in_its_balances(
    new_database: Callable[[], AbstractContextManager[Database]],
    scale: dict[str, Any],
    seed: int,
    name: str,
) -> None:
    most = scale["scenario_c_orders" if name == "C" else "scenario_orders"]
    chosen = orders(FACTS[name], most, random.Random(seed))
    assert len(chosen) == min(most, math.factorial(FACTS[name]))

    def check(mine: list[tuple[int, ...]]) -> None:
        with new_database() as database, psycopg.connect(database.dsn()) as owner:
            owner.execute("update app.limits set most = 100000")
            owner.execute(DRAIN.encode())
            play = Play(owner, scenario(name, owner))
            assert len(play.facts) == FACTS[name]
            for outcome in play.outcomes(mine):
                assert outcome == BALANCES[name], play.order()
                assert play.unfinished() == [], play.order()

    # Two processors. What is taken back stays in its tables until the transaction ends, so each has its end.
    several = min(AT_MOST, math.ceil(len(chosen) / 2))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        shares = [chosen[i : i + several] for i in range(0, len(chosen), several)]
        list(pool.map(check, shares))  # raises what a share raised
