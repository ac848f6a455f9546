"""The web service on a real database: nothing acknowledged is lost, and nothing is done twice."""

import contextlib
import http.client
import json
import random
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.rows import dict_row

from backend import create_app
from backend.config import Config, MissingConfiguration
from backend.db import Database as Service
from backend.db import DatabaseAway, Refused
from demo import stripe_events
from local.bootstrap import give_passwords
from local.cluster import free_port
from local.scratch import Database
from tests.py.processes import WebService, gunicorn
from tests.py.service_fakes import CONFIG, SECRET, Outside, serve, token, until

World = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """The owner's view of a clone of the test world, in which the service may log in."""
    give_passwords(database.cluster, ("backend", "worker"))
    with psycopg.connect(database.dsn(), autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture
def service(database: Database, world: World) -> Iterator[Callable[[str], Service]]:
    """Logs in as one of the service's roles."""
    with contextlib.ExitStack() as open_ones:

        def log_in(role: str) -> Service:
            made = Service(database.dsn(role), name=role)
            open_ones.callback(made.close)
            return made

        yield log_in


@pytest.fixture
def client(service: Callable[[str], Service]) -> FlaskClient:
    return create_app(CONFIG, database=service("backend")).test_client()


@pytest.fixture
def payment(world: World) -> str:
    """A diagnostic that ben asked for and has not paid."""
    return str(one(world, "select tests.id('ben requested payment') as id")["id"])


def one(world: World, query: str, *values: object) -> dict[str, Any]:
    [row] = world.execute(query, values).fetchall()
    return dict(row)


def post(client: FlaskClient, body: bytes) -> int:
    header = stripe_events.signature(body, SECRET, time.time())
    return client.post(
        "/stripe/webhook", data=body, headers={"Stripe-Signature": header}
    ).status_code


def stored(world: World, body: bytes) -> dict[str, Any]:
    """What became of an event: its row and the number of its jobs."""
    return one(
        world,
        """
        select e.state, e.reason, e.deliveries, e.raw,
            (
                select count(*)
                from procrastinate.procrastinate_jobs as j
                where j.args ->> 'event_id' = e.id
            ) as jobs
        from app.stripe_events as e
        where e.id = %s
        """,
        json.loads(body)["id"],
    )


def test_an_event_delivered_a_hundred_times_is_one_row_and_one_job(
    client: FlaskClient, world: World, payment: str
) -> None:
    body = stripe_events.body(stripe_events.charge_succeeded(payment, 2500))
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda _: post(client, body), range(100)))
    assert answers == [200] * 100
    row = stored(world, body)
    assert (row["deliveries"], row["jobs"], row["state"]) == (100, 1, "pending")
    assert row["raw"] == body


def test_a_fact_told_by_two_events_is_posted_once(
    client: FlaskClient,
    service: Callable[[str], Service],
    world: World,
    payment: str,
) -> None:
    first = stripe_events.charge_succeeded(payment, 2500)
    again = first | {"id": stripe_events.new_id("evt")}
    worker = service("worker")
    for event in (first, again):
        assert post(client, stripe_events.body(event)) == 200
        worker.call("apply_stripe_event", event_id=event["id"])
        worker.call("apply_stripe_event", event_id=event["id"])
    posted = one(
        world,
        "select count(*) as times, sum(e.amount_cents) filter (where e.amount_cents > 0) as cents"
        " from app.ledger_transactions as t"
        " inner join app.ledger_entries as e on t.id = e.transaction_id and e.amount_cents > 0"
        " where t.payment_id = %s",
        payment,
    )
    assert posted == {"times": 1, "cents": 2500}
    assert one(world, "select status from app.payments where id = %s", payment) == {
        "status": "paid"
    }


@pytest.mark.parametrize("value", [b"NaN", b'"\\u0000"', b'"\\ud800"'])
def test_what_jsonb_refuses_is_quarantined(
    client: FlaskClient,
    world: World,
    payment: str,
    value: bytes,
) -> None:
    event = stripe_events.charge_succeeded(payment, 2500)
    body = stripe_events.body(event).replace(b'"usd"', value)
    assert post(client, body) == 200
    row = one(world, "select state, raw from app.stripe_events where id = %s", event["id"])
    assert row == {"state": "quarantined", "raw": body}
    assert post(client, body) == 200


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({"livemode": True}, "ignored", "livemode"),
        ({"type": "customer.created"}, "ignored", "type"),
        ({"account": "acct_1"}, "quarantined", "account"),
    ],
)
def test_what_is_not_ours_is_kept_and_left_alone(
    client: FlaskClient,
    world: World,
    payment: str,
    changes: dict[str, Any],
    state: str,
    reason: str,
) -> None:
    body = stripe_events.body(stripe_events.charge_succeeded(payment, 2500) | changes)
    assert post(client, body) == 200
    row = stored(world, body)
    assert (row["state"], row["reason"], row["jobs"]) == (state, reason, 0)


def test_every_order_of_events_pays_the_same(
    client: FlaskClient,
    service: Callable[[str], Service],
    world: World,
    payment: str,
    seed: int,
) -> None:
    charge = stripe_events.charge(payment, 2500)
    fee = {"id": stripe_events.new_id("txn"), "fee": 103, "currency": "usd"}
    events = [
        stripe_events.checkout_completed(payment, 2500),
        stripe_events.event("charge.succeeded", charge),
        stripe_events.event("charge.updated", charge | {"balance_transaction": fee}),
    ]
    random.Random(seed).shuffle(events)
    worker = service("worker")
    for event in events:
        assert post(client, stripe_events.body(event)) == 200
        worker.call("apply_stripe_event", event_id=event["id"])
    balances = world.execute(
        "select a.name, sum(e.amount_cents)::integer as cents"
        " from app.ledger_entries as e"
        " inner join app.ledger_transactions as t on e.transaction_id = t.id"
        " inner join app.ledger_accounts as a on e.account_id = a.id"
        " where t.payment_id = %s group by a.name",
        [payment],
    ).fetchall()
    assert {row["name"]: row["cents"] for row in balances} == {
        "stripe.balance": 2397,
        "stripe.fee": 103,
        "customer.held": -2500,
    }


@pytest.fixture
def admin(database: Database) -> Iterator[psycopg.Connection]:
    """The superuser, from outside the database."""
    with psycopg.connect(database.cluster.dsn("supabase_admin"), autocommit=True) as connection:
        yield connection


def cut(admin: psycopg.Connection, database: Database) -> int:
    """End every connection of the web service, and say how many there were."""
    ended = admin.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = %s and usename = 'backend'",
        [database.name],
    )
    return len(ended.fetchall())


def test_connections_that_break_cost_no_event(
    client: FlaskClient,
    database: Database,
    admin: psycopg.Connection,
    world: World,
    payment: str,
) -> None:
    events = [stripe_events.charge_succeeded(payment, 2500) for _ in range(300)]
    ids = [event["id"] for event in events]
    acknowledged: list[str] = []

    def deliver(event: dict[str, Any]) -> int:
        status = post(client, stripe_events.body(event))
        if status == 200:
            acknowledged.append(event["id"])
        return status

    def kept(ids: list[str]) -> int:
        found = one(world, "select count(*) as n from app.stripe_events where id = any (%s)", ids)
        return int(found["n"])

    broken = 0
    with ThreadPoolExecutor(8) as threads:
        statuses = threads.map(deliver, events)
        for enough in (10, 60, 110, 160, 210):
            until(lambda enough=enough: len(acknowledged) > enough)  # type: ignore[misc]
            broken += cut(admin, database)
    assert set(statuses) <= {200, 503}
    assert kept(acknowledged) == len(acknowledged)
    refused = [event for event in events if event["id"] not in acknowledged]
    assert broken >= 5
    assert len(refused) <= broken, "a connection costs at most one delivery its answer"
    assert [deliver(event) for event in refused] == [200] * len(refused)  # Stripe sends it again
    assert kept(ids) == 300


def test_the_first_event_after_all_connections_died_is_taken(
    client: FlaskClient, database: Database, admin: psycopg.Connection, payment: str
) -> None:
    body = stripe_events.body(stripe_events.charge_succeeded(payment, 2500))

    def connections() -> int:
        query = "select from pg_stat_activity where datname = %s and usename = 'backend'"
        return len(admin.execute(query, [database.name]).fetchall())

    with ThreadPoolExecutor(8) as threads:
        until(
            lambda: list(threads.map(lambda _: post(client, body), range(8))) and connections() > 3
        )
    cut(admin, database)
    assert post(client, body) == 200


def test_a_database_away_is_told_within_three_seconds_and_found_again(
    client: FlaskClient,
    database: Database,
    admin: psycopg.Connection,
    world: World,
    payment: str,
) -> None:
    body = stripe_events.body(stripe_events.charge_succeeded(payment, 2500))
    assert client.get("/ready").status_code == 200

    admin.execute(f'alter database "{database.name}" allow_connections false')
    cut(admin, database)
    for _ in range(3):
        begin = time.monotonic()
        assert post(client, body) == 503
        assert time.monotonic() - begin < 3
    assert client.get("/ready").status_code == 503
    assert client.get("/health").status_code == 200

    admin.execute(f'alter database "{database.name}" allow_connections true')
    until(lambda: post(client, body) == 200, 10)
    assert stored(world, body)["deliveries"] == 1


def test_a_refusal_names_its_code_and_no_values(service: Callable[[str], Service]) -> None:
    with pytest.raises(Refused) as refusal:
        service("worker").call("apply_stripe_event", event_id="evt_unknown")
    assert refusal.value.sqlstate == "PT404"
    with pytest.raises(Refused) as refusal:
        service("backend").call("apply_stripe_event", event_id="evt_unknown")
    assert refusal.value.sqlstate == "42501"


def test_without_a_database_a_call_fails_in_time() -> None:
    nowhere = Service(f"postgresql://nobody@127.0.0.1:{free_port()}/none", name="test")
    try:
        begin = time.monotonic()
        with pytest.raises(DatabaseAway):
            nowhere.call("readiness")
        assert time.monotonic() - begin < 3
    finally:
        nowhere.close()


@pytest.fixture
def outside() -> Iterator[Outside]:
    beyond = Outside()
    with serve(beyond.answer) as beyond.url:
        yield beyond


@pytest.fixture
def checkout(
    outside: Outside, service: Callable[[str], Service], world: World
) -> Callable[[str, str], tuple[int, str]]:
    """Somebody starts to pay a payment of the world; gives the status, and the page or the code."""
    client = create_app(outside.config(), database=service("backend")).test_client()

    def start(name: str, payment: str) -> tuple[int, str]:
        ids = one(world, "select tests.id(%s) as who, tests.id(%s) as what", name, payment)
        response = client.post(
            "/checkout",
            headers={"Authorization": f"Bearer {token(sub=str(ids['who']))}"},
            json={"payment_id": str(ids["what"])},
        )
        said = response.get_json()
        return response.status_code, said.get("checkout_url") or said["code"]

    return start


def test_a_payment_has_one_open_page(
    checkout: Callable[[str, str], tuple[int, str]], outside: Outside, world: World
) -> None:
    status, page = checkout("ben", "ben requested payment")
    assert status == 201
    assert checkout("ben", "ben requested payment") == (200, page)
    [asked] = outside.asked_of_stripe
    assert asked.form["line_items[0][price_data][unit_amount]"] == "2500"

    world.execute("update app.checkout_attempts set expires_at = now() where url = %s", [page])
    status, next_page = checkout("ben", "ben requested payment")
    assert status == 201
    assert next_page != page


def test_an_answer_that_was_lost_leads_to_the_same_page(
    checkout: Callable[[str, str], tuple[int, str]], outside: Outside
) -> None:
    outside.stripe_status = 429
    assert checkout("ben", "ben requested payment") == (503, "stripe_unavailable")
    outside.stripe_status = 200
    assert checkout("ben", "ben requested payment")[0] == 201
    assert len({asked.headers["Idempotency-Key"] for asked in outside.asked_of_stripe}) == 1


@pytest.mark.parametrize(
    ("name", "payment", "answer"),
    [
        ("ana", "ben requested payment", (404, "PT404")),
        ("max", "ben requested payment", (404, "PT404")),
        ("ben", "ben queued payment", (409, "PT409")),
        ("ben", "ben cancelled payment", (409, "PT409")),
    ],
)
def test_what_cannot_be_paid_gets_no_page(
    checkout: Callable[[str, str], tuple[int, str]],
    outside: Outside,
    name: str,
    payment: str,
    answer: tuple[int, str],
) -> None:
    assert checkout(name, payment) == answer
    assert outside.asked_of_stripe == []


ENVIRONMENT = {
    "DATABASE_URL": "postgresql://backend@127.0.0.1/postgres",
    "SUPABASE_URL": "http://127.0.0.1:54321/",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_test",
    "STRIPE_WEBHOOK_SECRETS": "whsec_new, whsec_old,",
    "PUBLIC_URL": "https://console.example/",
}


def test_configuration_is_read_from_the_environment() -> None:
    config = Config.from_environment(ENVIRONMENT)
    assert config.stripe_webhook_secrets == ("whsec_new", "whsec_old")
    assert config.supabase_url == "http://127.0.0.1:54321"
    assert config.public_url == "https://console.example"
    assert config.stripe_secret_key is None
    assert "whsec" not in repr(replace(config, stripe_secret_key="sk_test_1"))
    assert "sk_test" not in repr(replace(config, stripe_secret_key="sk_test_1"))


def test_all_missing_configuration_is_named_at_once() -> None:
    with pytest.raises(MissingConfiguration) as missing:
        Config.from_environment(
            {"SUPABASE_URL": "http://127.0.0.1", "PUBLIC_URL": " ", "STRIPE_WEBHOOK_SECRETS": ", "}
        )
    assert missing.value.names == [
        "DATABASE_URL",
        "SUPABASE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRETS",
        "PUBLIC_URL",
    ]


@pytest.fixture
def served(database: Database, world: World, tmp_path: Path) -> Iterator[WebService]:
    """The service as it runs in earnest: under gunicorn."""
    with gunicorn(database.dsn("backend"), tmp_path / "log") as running:
        yield running


def test_under_gunicorn_a_body_must_say_its_length(
    served: WebService, world: World, payment: str
) -> None:
    body = stripe_events.body(stripe_events.charge_succeeded(payment, 2500))
    signed = {"Stripe-Signature": stripe_events.signature(body, SECRET, time.time())}

    def send(body: Any, **headers: str) -> tuple[int, dict[str, Any] | None]:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST", "/stripe/webhook", body, signed | headers)
            response = connection.getresponse()
            said = response.read()
            return response.status, json.loads(said) if said else None

    chunked = iter([body[:100], body[100:]])
    status, said = send(chunked)
    assert (status, said and said["code"]) == (411, "length_required")
    status, said = send(b"x" * (1024 * 1024 + 1))
    assert (status, said and said["code"]) == (413, "body_too_large")
    assert send(body) == (200, None)
    assert stored(world, body)["deliveries"] == 1
    assert served.get("/stripe/webhook").status == 405
    assert served.get("/nothing").status == 404


def test_a_body_that_is_slow_or_breaks_off_holds_up_nobody_and_is_not_stored(
    served: WebService, world: World, payment: str
) -> None:
    first, second, third = (
        stripe_events.body(stripe_events.charge_succeeded(payment, 2500)) for _ in range(3)
    )

    def begin(body: bytes) -> socket.socket:
        """A request of which half the body is sent."""
        header = stripe_events.signature(body, SECRET, time.time())
        sender = socket.create_connection(("127.0.0.1", served.port), timeout=20)
        sender.sendall(
            (
                f"POST /stripe/webhook HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                f"Stripe-Signature: {header}\r\nContent-Length: {len(body)}\r\n\r\n"
            ).encode()
            + body[:100]
        )
        return sender

    with contextlib.closing(begin(first)) as slow:
        begin(second).close()
        header = stripe_events.signature(third, SECRET, time.time())
        assert served.post(third, header).status == 200
        ids = [json.loads(body)["id"] for body in (first, second, third)]
        stored = world.execute("select id from app.stripe_events where id = any(%s)", [ids])
        assert stored.fetchall() == [{"id": ids[2]}]
        slow.sendall(first[100:])
        assert slow.recv(12) == b"HTTP/1.1 200"
    until(lambda: '"problem": "bad_signature"' in served.log.read_text())
    kept = "select count(*) as count from app.stripe_events where id = any(%s)"
    assert one(world, kept, ids) == {"count": 2}
