"""The platform and the stand-in for Stripe together, with time and delivery in a test's hands."""

import contextlib
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
from flask import Flask
from psycopg.rows import dict_row
from werkzeug.serving import make_server

from backend import create_app, stripe_api
from backend.checkout import page_of
from backend.db import Database as Calls
from backend.money import Money
from backend.payout_account import account_of
from backend.reconcile import fetch_lacking_events
from demo import stripe_events
from local.fake_stripe.api import create_app as create_stripe
from local.fake_stripe.bank import Bank
from local.fake_stripe.delivery import Delivery
from local.scratch import Database
from tests.py.service_fakes import CONFIG, OLD_SECRET, SECRET

THIN_SECRET = "whsec_thin"
TELL_TALE = "tell-tale"  # stands in the body of every event that a test offers, and in no log


@contextlib.contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on loopback; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class StripeWorld:
    """A clone of the test world whose service and worker know a stand-in for Stripe.

    Jobs run when a test says so, in this process; nothing here waits.
    """

    def __init__(self, database: Database, bank: Bank, stripe: Flask, url: str) -> None:
        self.database = database
        self.owner = psycopg.connect(database.dsn(), autocommit=True, row_factory=dict_row)
        self.owner.execute("update app.limits set most = 100000")
        self.owner.execute("update app.workshops set open_bays = 100000")
        self.bank, self.stripe = bank, stripe
        self.before = {
            row["source_key"] for row in self.rows("select source_key from app.ledger_transactions")
        }
        bank.url, bank.clock = url, self.clock
        self.service_calls = Calls(database.dsn("backend"), name="backend", most_connections=2)
        self.worker_calls = Calls(database.dsn("worker"), name="worker", most_connections=2)
        config = replace(
            CONFIG,
            stripe_webhook_secrets=(SECRET,),
            stripe_connect_secrets=(OLD_SECRET,),
            stripe_thin_secrets=(THIN_SECRET,),
            stripe_secret_key="sk_test_1",
            stripe_api_base=url,
        )
        self.config = config
        self.service = create_app(
            config, database=self.service_calls, clock=self.clock
        ).test_client()
        self.client = stripe_api.client("sk_test_1", url)
        self.money = Money(self.worker_calls, self.client)
        secrets = {"platform": SECRET, "connect": OLD_SECRET, "thin": THIN_SECRET}
        self.delivery = Delivery(bank, secrets, self.post, random.Random(0))

    def clock(self) -> float:
        """The platform's time: Stripe's is the same."""
        return float(self.one("select extract(epoch from app.current_instant()) as now")["now"])

    def reconnect(self) -> None:
        """Look at the database again, after it was restarted."""
        self.owner.close()
        self.owner = psycopg.connect(self.database.dsn(), autocommit=True, row_factory=dict_row)

    def close(self) -> None:
        self.service_calls.close()
        self.worker_calls.close()
        self.owner.close()

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        return self.owner.execute(query.encode(), values).fetchall()

    def one(self, query: str, *values: object) -> dict[str, Any]:
        [row] = self.rows(query, *values)
        return row

    def do(self, *statements: str) -> None:
        """Run the statements in one transaction that begins as the owner."""
        with self.owner.transaction():
            for statement in statements:
                self.owner.execute(statement.encode())

    def post(self, endpoint: str, body: bytes, header: str) -> int:
        path = (
            "/stripe/webhook" + {"platform": "", "connect": "/connect", "thin": "/thin"}[endpoint]
        )
        answer = self.service.post(path, data=body, headers={"Stripe-Signature": header})
        return answer.status_code

    def signed(
        self, event: dict[str, Any], secret: str = SECRET, at: float | None = None
    ) -> tuple[bytes, str]:
        """The event's body as it travels, and its header: made now, unless `at` says when."""
        body = stripe_events.body(event | {"note": TELL_TALE})
        return body, stripe_events.signature(body, secret, at or self.clock())

    def stored(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """What became of an event."""
        return self.rows(
            "select state, deliveries from app.stripe_events where id = %s", event["id"]
        )

    def jobs(self, event: dict[str, Any]) -> int:
        """How many jobs were made of an event."""
        return int(
            self.one(
                "select count(*) as count from procrastinate.procrastinate_jobs"
                " where args ->> 'event_id' = %s",
                event["id"],
            )["count"]
        )

    def postings(self) -> int:
        return int(self.one("select count(*) as count from app.ledger_transactions")["count"])

    def check(self) -> None:
        """What holds after any fault: the books balance, and nothing is stuck."""
        unbalanced = self.rows(
            "select currency from api.admin_ledger_accounts"
            " group by currency having sum(balance_cents) <> 0"
        )
        assert unbalanced == []
        stuck = self.rows(
            """
            select e.id, e.state, j.status::text
            from app.stripe_events as e
            left join procrastinate.procrastinate_jobs as j
                on j.args ->> 'event_id' = e.id and j.status in ('todo', 'doing')
            where j.status = 'doing'
                or e.state = 'pending' and j.id is null
            """
        )
        assert stuck == []

    def pass_time(self, interval: str) -> None:
        self.do(f"select tests.move_clock('{interval}')")

    def settle(self) -> None:
        """Deliver what is told and do what is due, until nothing is left."""
        while self.delivery.deliver() + self.work():
            pass

    def work(self) -> int:
        """Do every job that is queued, after looking for what is due; how many."""
        self.worker_calls.call("enqueue_due_money")
        jobs = self.rows(
            "update procrastinate.procrastinate_jobs set status = 'succeeded'"
            " where status = 'todo' returning task_name, args"
        )
        tasks: dict[str, Callable[..., None]] = {
            "apply_stripe_event": self.money.apply_event,
            "send_transfer": self.money.send_transfer,
            "reverse_transfer": self.money.reverse_transfer,
            "send_refund": self.money.send_refund,
            "expire_checkout": self.money.expire_checkout,
            "fetch_lacking_events": self.fetch_lacking_events,
        }
        done = 0
        for job in jobs:
            if job["task_name"] in tasks:
                tasks[job["task_name"]](**job["args"])
                done += 1
        return done

    def fetch_lacking_events(self, timestamp: int) -> None:
        assert self.client is not None
        now = datetime.fromtimestamp(timestamp, UTC)
        fetch_lacking_events(self.worker_calls, self.client, now)

    def apply(self) -> int:
        """Apply the events that are queued, and ask nobody else; how many."""
        jobs = self.rows(
            "update procrastinate.procrastinate_jobs set status = 'succeeded'"
            " where status = 'todo' and task_name = 'apply_stripe_event' returning args"
        )
        for job in jobs:
            self.worker_calls.call("apply_stripe_event", **job["args"])
        return len(jobs)

    def mechanic(self, onboarded: bool = True) -> str:
        """A new mechanic, paid through an account at Stripe."""
        name = f"mechanic-{uuid.uuid4().hex[:8]}"
        self.do(
            f"select tests.invite('{name}', 'mechanic')",
            f"select tests.act_as('mechanic', '{name}')",
            "select api.set_mechanic_profile('Mo')",
            "select tests.act_as_owner()",
        )
        if onboarded:
            person = self.one("select tests.id(%s)::text as id", name)["id"]
            self.onboard(person)
        return name

    def onboard(self, person_id: str, workshop_id: str | None = None) -> str:
        """What POST /payout-account does, and the payee's part at Stripe."""
        assert self.client is not None
        account_id = account_of(self.service_calls, self.client, person_id, workshop_id)
        self.bank.finish_onboarding(account_id)
        return account_id

    def open_session(self) -> str:
        """A session of ben's that waits for its payment; its name."""
        name = f"session-{uuid.uuid4().hex[:8]}"
        self.do(f"select tests.open_session('ben', '{name}', 'brakes', 'Noise', 'Ford', 'Focus')")
        return name

    def payment(self, name: str) -> str:
        return str(self.one("select tests.id(%s)::text as id", name)["id"])

    def open_page(self, payment_id: str) -> str:
        """What POST /checkout does: the Checkout Session's id."""
        customer = self.one("select customer_id from app.payments where id = %s", payment_id)
        assert self.client is not None
        url, _ = page_of(
            self.service_calls,
            self.client,
            str(customer["customer_id"]),
            payment_id,
            "https://console.example",
        )
        return url.rpartition("/")[2]

    def diagnostic(self, mechanic: str) -> tuple[str, str]:
        """A diagnostic paid and done: its session's name and its charge."""
        session = self.open_session()
        charge = self.bank.pay(self.open_page(self.payment(f"{session} payment")))
        self.settle()
        self.do(
            f"select tests.act_as('mechanic', '{mechanic}')",
            f"select api.accept_session(tests.id('{session}'))",
            "select tests.act_as_owner()",
            f"select tests.complete('{session}', '{mechanic}')",
        )
        return session, str(charge["id"])

    def repair(self, session: str, mechanic: str) -> str:
        """A repair of 1,200.00 by Lakeview Repairs, paid and done: its charge."""
        offer = f"{session} offer to Lakeview Repairs"
        self.do(
            f"select tests.escalate('{session}', '{mechanic}', array['Lakeview Repairs'])",
            "select tests.act_as('workshop', 'lena')",
            f"select api.accept_offer(tests.id('{offer}'))",
            "select tests.act_as_owner()",
            f"select tests.quote('{session}', 'Lakeview Repairs', 'lena', 70000, 50000)",
            "select tests.act_as('customer', 'ben')",
            f"select tests.named('{session} repair', api.approve_quote("
            f"tests.id('{session} quote of Lakeview Repairs')))",
            "select tests.act_as_owner()",
        )
        charge = self.bank.pay(self.open_page(self.payment(f"{session} repair")))
        self.settle()
        self.do(
            "select tests.act_as('workshop', 'lena')",
            f"select api.finish_repair(tests.id('{offer}'))",
            "select tests.act_as_owner()",
        )
        return str(charge["id"])

    def balances(self) -> dict[str, int]:
        """Every account by its name, in cents; those at zero are left out."""
        rows = self.rows(
            "select name, sum(balance_cents)::bigint as cents from api.admin_ledger_accounts group by name"
        )
        return {row["name"]: row["cents"] for row in rows if row["cents"]}


@contextlib.contextmanager
def stripe_world(
    new_database: Callable[[], AbstractContextManager[Database]],
) -> Iterator[StripeWorld]:
    """A world of its own, ended with the block."""
    bank = Bank()
    stripe = create_stripe(bank)
    with new_database() as database, serving(stripe) as url:
        world = StripeWorld(database, bank, stripe, url)
        try:
            yield world
        finally:
            world.close()
