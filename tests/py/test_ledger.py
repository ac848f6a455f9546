"""Does the ledger hold against clients that write to it, and when several things happen at once?"""

import concurrent.futures
import itertools
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import psycopg
import pytest

from local.scratch import Database, Platform

PATIENCE = 20  # seconds until a wait that never begins fails the test
PERSONAS = {"customer": "ana", "mechanic": "max", "workshop": "walt", "platform_admin": "ada"}
# Every view of money, and a column that a client may try to write.
MONEY = {
    "admin_books": "currency",
    "admin_fee_schedule": "currency",
    "admin_ledger_accounts": "currency",
    "admin_ledger_entries": "currency",
    "admin_ledger_transactions": "description",
    "admin_payments": "currency",
    "admin_stripe_events": "reason",
    "admin_disputes": "reason",
    "admin_fraud_warnings": "fraud_type",
    "admin_ledger_differences": "currency",
    "admin_payables": "currency",
    "admin_payouts": "currency",
    "customer_payments": "currency",
    "mechanic_earnings": "currency",
    "mechanic_statement": "currency",
    "payout_account": "transfers",
    "prices": "currency",
    "workshop_earnings": "currency",
    "workshop_statement": "currency",
}


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_persona_writes_money_over_http(stack: Platform, persona: str) -> None:
    with httpx.Client(base_url=f"{stack.url}/rest/v1", timeout=30) as http:
        before = books(http, stack)
        assert [row["trial_balance_cents"] for row in before] == [0]
        for view, column in MONEY.items():
            for method in ("POST", "PATCH", "DELETE"):
                answer = http.request(
                    method,
                    f"/{view}" if method == "POST" else f"/{view}?{column}=eq.usd",
                    headers=headers(stack, persona),
                    json=None if method == "DELETE" else {column: "usd"},
                )
                # 55000: a view of sums takes no rows from anybody
                refused = (answer.status_code, answer.json()["code"])
                assert refused in {(403, "42501"), (500, "55000")}, f"{method} {view}: {refused}"
        for function in ("post_transaction", "record_work_done", "record_stripe_event"):
            answer = http.post(f"/rpc/{function}", headers=headers(stack, persona), json={})
            assert (answer.status_code, answer.json()["code"]) == (404, "PGRST202")
        assert books(http, stack) == before


def headers(stack: Platform, persona: str) -> dict[str, str]:
    with psycopg.connect(stack.dsn()) as connection:
        [person_id] = one(connection, "select tests.id(%s)", PERSONAS[persona])
    claims = {
        "sub": str(person_id),
        "role": persona,
        "aud": "authenticated",
        "exp": datetime.now(UTC) + timedelta(minutes=10),
    }
    token = jwt.encode(claims, stack.keys.jwt_secret, algorithm="HS256")
    return {
        "apikey": stack.publishable_key,
        "Authorization": f"Bearer {token}",
        "Accept-Profile": "api",
        "Content-Profile": "api",
    }


def books(http: httpx.Client, stack: Platform) -> Any:
    return http.get("/admin_books", headers=headers(stack, "platform_admin")).json()


def one(connection: psycopg.Connection, query: str, *parameters: object) -> tuple[Any, ...]:
    row = connection.execute(query.encode(), parameters).fetchone()
    assert row is not None
    return row


class World:
    """A clone of the test world, with as many sessions and cases as a test asks for."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owner = psycopg.connect(database.dsn(), autocommit=True)
        self.owner.execute("update app.limits set most = 100000")
        self.owner.execute("update app.workshops set open_bays = 100000")
        self.numbers = itertools.count()

    def do(self, *statements: str) -> None:
        """Run the statements in one transaction that begins as the owner."""
        with self.owner.transaction():
            for statement in statements:
                self.owner.execute(statement.encode())

    def mechanic(self) -> str:
        name = f"mechanic{next(self.numbers)}"
        self.do(
            f"select tests.invite('{name}', 'mechanic')",
            f"select tests.act_as('mechanic', '{name}')",
            "select api.set_mechanic_profile('Race')",
        )
        return name

    def session(self) -> str:
        """A session of ben's that is not paid yet."""
        name = f"session{next(self.numbers)}"
        self.do(f"select tests.open_session('ben', '{name}', 'brakes', 'Noise', 'Ford', 'Focus')")
        return name

    def paid_repair(self, mechanic: str) -> str:
        """A repair by Lakeview Repairs, referred by `mechanic`, that is paid and not finished."""
        session = self.session()
        self.do(
            f"select tests.work_through('{session}', '{mechanic}')",
            f"select tests.complete('{session}', '{mechanic}')",
            f"select tests.escalate('{session}', '{mechanic}', array['Lakeview Repairs'])",
            "select tests.act_as('workshop', 'lena')",
            f"select api.accept_offer(tests.id('{session} offer to Lakeview Repairs'))",
            "select tests.act_as_owner()",
            f"select tests.quote('{session}', 'Lakeview Repairs', 'lena', 70000, 50000)",
            "select tests.act_as('customer', 'ben')",
            f"select tests.named('{session} repair', api.approve_quote("
            f"tests.id('{session} quote of Lakeview Repairs')))",
            "select tests.act_as_owner()",
            f"select tests.pay(tests.id('{session} repair'))",
        )
        return session

    def balances(self, payment: str) -> dict[str, int]:
        """What the payment has moved, by account."""
        rows = self.owner.execute(
            "select e.account, sum(e.amount_cents)::bigint from app.ledger_entries as e"
            " inner join app.ledger_transactions as t on e.transaction_id = t.id"
            " where t.payment_id = (select tests.id(%s)) group by e.account",
            (payment,),
        )
        return {account: cents for account, cents in rows if cents}

    def owed(self, mechanic: str) -> dict[str, int]:
        """Balances of the mechanic's accounts."""
        rows = self.owner.execute(
            "select name, balance_cents from app.ledger_accounts"
            " where owner_id = (select tests.id(%s)) and balance_cents <> 0",
            (mechanic,),
        )
        return dict(rows.fetchall())


@pytest.fixture(scope="module")
def world(new_database: Callable[[], AbstractContextManager[Database]]) -> Iterator[World]:
    with new_database() as database:
        made = World(database)
        yield made
        made.owner.close()


def test_facts_that_arrive_at_once_end_in_the_same_balances(world: World) -> None:
    for _ in range(10):
        mechanic, session = world.mechanic(), world.session()
        key = uuid.uuid4().hex
        record = "select pg_temp.tell('{kind}', '{key}', tests.id('{session} payment'))"
        world.owner.execute(TELL)
        world.do(
            record.format(kind="checkout.session.completed", key=key, session=session),
            "select tests.act_as_service('worker')",
            f"select backend.apply_stripe_event('evt_checkout.session.completed{key}')",
            f"select tests.act_as('mechanic', '{mechanic}')",
            f"select api.accept_session(tests.id('{session}'))",
            "select tests.act_as_owner()",
            record.format(kind="charge.succeeded", key=key, session=session),
            record.format(kind="charge.updated", key=key, session=session),
        )
        together = threading.Barrier(5)

        def act(statements: tuple[str, ...], together: threading.Barrier = together) -> None:
            with psycopg.connect(world.database.dsn()) as connection:
                connection.execute(statements[0].encode())
                together.wait(PATIENCE)
                connection.execute(statements[1].encode())

        worker = "select tests.act_as_service('worker')"
        acts = [
            (worker, f"select backend.apply_stripe_event('evt_charge.succeeded{key}')"),
            (worker, f"select backend.apply_stripe_event('evt_charge.succeeded{key}')"),
            (worker, f"select backend.apply_stripe_event('evt_charge.updated{key}')"),
            (worker, "select backend.expire_overdue()"),
            (
                f"select tests.act_as('mechanic', '{mechanic}')",
                f"select api.complete_session(tests.id('{session}'), 'Done.', 'Worn.')",
            ),
        ]
        with concurrent.futures.ThreadPoolExecutor(len(acts)) as pool:
            list(pool.map(act, acts))
        assert world.balances(f"{session} payment") == {
            "stripe.balance": 2397,
            "stripe.fee": 103,
            "payable.mechanic": -2250,
            "platform.fee": -250,
        }


TELL = """
    create or replace function pg_temp.tell(kind text, key text, payment_id uuid)
        returns text
        language plpgsql
    as $$
    declare
        body text := jsonb_build_object(
            'id', 'evt_' || kind || key,
            'object', 'event',
            'type', kind,
            'created', 1795000000,
            'api_version', '2026-10-28.endive',
            'livemode', false,
            'data', jsonb_build_object(
                'object',
                jsonb_build_object(
                    'id', case when kind like 'charge.%' then 'ch_' else 'cs_' end || key,
                    case when kind like 'charge.%' then 'amount' else 'amount_total' end, 2500,
                    'currency', 'usd',
                    'metadata', jsonb_build_object('payment_id', payment_id),
                    'payment_status', 'paid',
                    'balance_transaction', jsonb_build_object(
                        'id', 'txn_' || key, 'fee', 103, 'currency', 'usd'
                    )
                )
            )
        )::text;
    begin
        return r.state from backend.record_stripe_event(
            'evt_' || kind || key, convert_to(body, 'UTF8')
        ) as r;
    end;
    $$;
"""


@pytest.mark.parametrize("ban_first", [True, False], ids=["ban-first", "repair-first"])
def test_a_ban_withholds_a_referral_that_is_earned_at_the_same_moment(
    world: World, ban_first: bool
) -> None:
    mechanic = world.mechanic()
    session = world.paid_repair(mechanic)
    ban = (
        "select tests.act_as('platform_admin', 'ada')",
        f"select api.restrict(tests.id('{mechanic}'), 'banned', true, '4.4', 'Took cash.')",
    )
    finish = (
        "select tests.act_as('workshop', 'lena')",
        f"select api.finish_repair(tests.id('{session} offer to Lakeview Repairs'))",
    )
    assert world.owed(mechanic) == {"payable.mechanic": -2250}

    first, second = (ban, finish) if ban_first else (finish, ban)
    with (
        psycopg.connect(world.database.dsn()) as one_side,
        psycopg.connect(world.database.dsn()) as other_side,
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        for statement in first:
            one_side.execute(statement.encode())
        other_side.execute(second[0].encode())
        late = pool.submit(other_side.execute, second[1].encode())
        until_waiting(world, other_side, one_side)
        one_side.commit()
        late.result(PATIENCE)

    assert world.owed(mechanic) == {"withheld.mechanic": -8250}


def until_waiting(world: World, waiting: psycopg.Connection, holder: psycopg.Connection) -> None:
    """Return once one connection waits for a lock of the other."""
    deadline = time.monotonic() + PATIENCE
    waits = "select %s = any(pg_blocking_pids(%s))"
    pids = holder.info.backend_pid, waiting.info.backend_pid
    while not one(world.owner, waits, *pids)[0]:
        assert time.monotonic() < deadline, "the second side never waited for the first"


class Poster:
    """A connection that posts between the platform's own accounts, in one transaction."""

    def __init__(self, world: World, currency: str) -> None:
        # Who waits for what nobody gives is an error, not a test without end.
        self.connection = psycopg.connect(world.database.dsn(), options="-c lock_timeout=10s")
        self.currency = currency
        [self.shard] = one(self.connection, "select app.current_shard()")

    def open_accounts(self) -> None:
        self.post("bank", "stripe.balance")
        self.post("stripe.fee", "loss")
        self.connection.commit()

    def post(self, debit: str, credit: str, cents: int = 100) -> None:
        assert one(
            self.connection,
            "select app.post_transaction(%s, 'A test', null, null, jsonb_build_array("
            "jsonb_build_object('account', %s::text, 'amount_cents', %s::bigint),"
            "jsonb_build_object('account', %s::text, 'amount_cents', -%s::bigint)), %s)",
            *(f"test:{uuid.uuid4()}", debit, cents, credit, cents, self.currency),
        ) == (True,)


@pytest.fixture
def posters(world: World) -> Iterator[Callable[[str, bool], tuple[Poster, Poster]]]:
    """Two that post in a currency, in the same part of the balances or in different ones."""
    made: list[Poster] = []

    def two(currency: str, together: bool) -> tuple[Poster, Poster]:
        while True:
            made.append(Poster(world, currency))
            for other in made[:-1]:
                if other.currency == currency and (other.shard == made[-1].shard) == together:
                    return other, made[-1]

    yield two
    for poster in made:
        poster.connection.close()


Two = Callable[[str, bool], tuple[Poster, Poster]]


def test_a_posting_does_not_wait_for_another_to_be_on_disk(world: World, posters: Two) -> None:
    one_side, other_side = posters("usd", False)
    one_side.open_accounts()
    before = bank(world, "usd")
    one_side.post("bank", "stripe.balance")
    other_side.post("bank", "stripe.balance", 11)
    other_side.connection.commit()
    assert bank(world, "usd") == before + 11
    one_side.connection.commit()
    assert bank(world, "usd") == before + 111


def bank(world: World, currency: str) -> int:
    """The balance of the one account, in the admin's view; the trial balance has the same."""
    balance = (
        "select coalesce(sum({}), 0)::bigint, count(*) from {} where {} = 'bank' and currency = %s"
    )
    [seen, rows] = one(
        world.owner, balance.format("balance_cents", "api.admin_ledger_accounts", "name"), currency
    )
    [tried, _] = one(
        world.owner,
        balance.format("debit_cents - credit_cents", "backend.trial_balance()", "account"),
        currency,
    )
    assert rows <= 1
    assert seen == tried
    assert one(
        world.owner,
        "select coalesce(sum(trial_balance_cents), 0) from api.admin_books where currency = %s",
        currency,
    ) == (0,)
    return int(seen)


def test_postings_in_one_part_of_the_balances_come_one_after_the_other(
    world: World, posters: Two
) -> None:
    one_side, other_side = posters("usd", True)
    one_side.open_accounts()
    before = bank(world, "usd")
    one_side.post("bank", "stripe.balance")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        late = pool.submit(other_side.post, "stripe.fee", "loss")
        until_waiting(world, other_side.connection, one_side.connection)
        # What the other has not locked: the two cannot wait for each other in a circle.
        one_side.post("loss", "stripe.fee")
        one_side.connection.commit()
        late.result(PATIENCE)
    other_side.connection.commit()
    assert bank(world, "usd") == before + 100


def test_accounts_that_are_opened_at_once_are_opened_one_after_the_other(
    world: World, posters: Two
) -> None:
    one_side, other_side = posters("chf", False)
    one_side.post("bank", "stripe.balance")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        late = pool.submit(other_side.post, "stripe.fee", "loss")
        until_waiting(world, other_side.connection, one_side.connection)
        one_side.post("loss", "stripe.fee")
        one_side.connection.commit()
        late.result(PATIENCE)
    other_side.connection.commit()
    assert bank(world, "chf") == 100
    assert one(
        world.owner,
        "select count(*), sum(balance_cents) from api.admin_ledger_accounts where currency = 'chf'",
    ) == (4, 0)
