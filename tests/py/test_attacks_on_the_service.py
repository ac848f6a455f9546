"""What is left of a person in logs, copies and foreign payloads, and for whom does the service act?

Named so as to run after the other attacks, whose traces are in the same logs.
"""

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg import sql

from backend import create_app
from backend.db import Database as Service
from demo import stripe_events
from tests.py.attack_target import CAST, Target, random_id, spellings
from tests.py.relay_wire import Wire
from tests.py.service_fakes import Outside, serve, token, until
from tools.score_chat_leaks import load

pytest_plugins = ["tests.py.attack_fixtures"]

CORPUS = Path(__file__).parent.parent / "data/chat-leaks.dev.jsonl"

# GraphQL


@pytest.mark.attack(109)
@pytest.mark.parametrize("person", [*CAST, None])
def test_there_is_no_graphql(target: Target, person: str | None) -> None:
    query = {"query": "{__schema{types{name}}}"}
    assert target.ask(person, "/graphql/v1", "POST", json=query).status_code == 404
    for schema in ("graphql", "graphql_public"):
        answer = target.rest(*(person, "rpc/graphql", "POST"), json=query, Content_Profile=schema)
        assert answer.json()["code"] == "PGRST106"
    assert target.rows("select from pg_extension where extname = 'pg_graphql'") == []


# Stripe


def tables_that_hold(target: Target, canary: str) -> set[str]:
    """Every table of the database in which one of a canary's spellings stands."""
    patterns = [f"%{spelling}%" for spelling in spellings(canary)]
    patterns += [f"%{spelling.encode().hex()}%" for spelling in {canary, *spellings(canary)}]
    found = set()
    with psycopg.connect(target.platform.dsn("supabase_admin")) as connection:
        tables = connection.execute("""
            select n.nspname, c.relname
            from pg_class as c
            inner join pg_namespace as n on c.relnamespace = n.oid
            where c.relkind in ('r', 'm', 'p') and not c.relispartition
                and n.nspname not in ('pg_catalog', 'information_schema')
            union all
            values ('pg_catalog', 'pg_statistic')
        """).fetchall()
        for table in tables:
            query = sql.SQL(
                "select exists (select from {} as t where lower(t::text) like any (%s))"
            )
            [held] = connection.execute(
                query.format(sql.Identifier(*table)), (patterns,)
            ).fetchone() or [None]
            if held:
                found.add(".".join(table))
    return found


@pytest.mark.attack(110)
def test_what_stripe_tells_of_a_person_stands_in_one_table_that_nobody_reads(
    target: Target,
) -> None:
    payment = target.one("select tests.id('ben requested payment')::text")
    email, phone = "stripe.canary@example.test", "+12175557001"
    event = stripe_events.charge_succeeded(payment, 2500)
    event["data"]["object"] |= {
        "billing_details": {"email": email, "phone": phone, "address": {"line1": "7001 Stripe St"}},
        "payment_method_details": {"card": {"last4": "7001"}},
    }
    body = stripe_events.body(event)
    key = target.platform.keys.stripe_webhook_secret
    sent = target.http.post(
        f"{target.platform.service_url}/stripe/webhook",
        content=body,
        headers={"Stripe-Signature": stripe_events.signature(body, key, time.time())},
    )
    assert sent.status_code == 200
    state = "select state from app.stripe_events where id = %s"
    until(lambda: target.one(state, event["id"]) in ("done", "waiting"))
    for canary in (email, phone, "7001 Stripe St"):
        assert tables_that_hold(target, canary) == {"app.stripe_events"}
    rows = target.rest("ada", "admin_stripe_events").text
    assert event["id"] in rows
    assert not any(canary in rows for canary in (email, phone, "7001 Stripe St"))


# Free text


@pytest.mark.attack(111)
def test_no_ordinary_contact_detail_gets_from_a_customer_to_a_mechanic(target: Target) -> None:
    emma, _, thread = target.open_session("emma", "max")
    headers = target.headers(None, target.token(None, sub=emma, role="customer"))
    families: dict[str, Any] = {}
    for row in load(CORPUS):
        if row.get("spans") and row["family"].endswith(("plain", "e164", "handle-at", "shortener")):
            families.setdefault(row["family"], row)
    assert len(families) >= 5
    for row in families.values():
        sent = target.http.post(
            "/rest/v1/rpc/send_message",
            headers=headers,
            json={"thread_id": thread, "body": row["body"], "client_message_id": random_id()},
        )
        assert sent.status_code == 200, sent.text
    read = target.rest("max", f"messages?thread_id=eq.{thread}").text
    for row in families.values():
        for start, end in row["spans"]:
            assert row["body"][start:end] not in read, row["body"]


# Logs and other copies


@dataclass(frozen=True)
class Logs:
    """The logs of every process of the platform, from now on."""

    begun: dict[Path, int]

    @classmethod
    def now(cls, target: Target) -> "Logs":
        files = [*target.platform.logs.glob("*.log"), target.platform.database.cluster.log]
        return cls({file: file.stat().st_size for file in files})

    def text(self) -> str:
        """What was written since."""
        return "".join(
            file.read_bytes()[size:].decode(errors="replace") for file, size in self.begun.items()
        ).lower()

    def found(self, *canaries: str) -> set[str]:
        """Those of the canaries that were written down, however spelled."""
        text = self.text()
        return {each for each in canaries if any(spelt in text for spelt in spellings(each))}


PHONE, EMAIL, WORDS = "+12175557391", "log.canary@example.test", "zebra crossing canary"


async def say_on_a_socket(target: Target, access_token: str) -> None:
    """Join topics, send and be present with what must not be written down."""
    async with aiohttp.ClientSession(target.platform.url) as http:
        key = {"apikey": target.platform.publishable_key, "vsn": "2.0.0"}
        wire = Wire(await http.ws_connect("/realtime/v1/websocket", params=key), "2.0.0")
        await wire.join(f"person:{target.ids['ben']}", access_token)
        said = {"type": "broadcast", "event": "said", "payload": {"body": WORDS, "phone": PHONE}}
        await wire.push(f"realtime:person:{target.ids['ben']}", "broadcast", said, join_ref="j")
        await wire.nothing_more()


def try_everything(target: Target, headers: dict[str, str]) -> list[int]:
    """Write canaries wherever a customer may, and where nobody may; the statuses."""
    car = {"vehicle_year": 2016, "vehicle_make": "Ford", "vehicle_model": "Focus"}
    car |= {"vehicle_colour": "grey", "vin": None}
    message = {"body": f"{WORDS} {PHONE}", "client_message_id": random_id()}
    contact = {"full_name": WORDS, "street": WORDS, "postal_code": "62701"}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("set_contact_details", contact | {"phone": PHONE}),
        ("set_contact_details", contact | {"phone": PHONE, "street": WORDS * 99}),
        ("set_contact_details", contact | {"phone": f"{PHONE} or {EMAIL}"}),
        ("preview_message", {"body": f"{WORDS} {PHONE} {EMAIL}"}),
        ("send_message", message | {"thread_id": target.ids["ana active thread"]}),
        ("send_message", message | {"thread_id": "none"}),  # PostgreSQL logs an id that is none
        ("request_session", car | {"category": WORDS, "concern": f"{WORDS} {EMAIL}"}),
        ("request_session", car | {"category": "brakes", "concern": WORDS, "vin": PHONE}),
        ("accept_invitation", {"token": WORDS}),
        ("no_such_function", {"body": WORDS}),
        ("restrict", {"facts": WORDS}),
    ]
    answers = [
        target.http.post(f"/rest/v1/rpc/{name}", headers=headers, json=body) for name, body in calls
    ]
    service = target.platform.service_url
    forged = {"Stripe-Signature": "t=1,v1=00"}
    told = json.dumps({"id": "evt_1", "email": EMAIL, "phone": PHONE})
    answers += [
        target.http.post("/rest/v1/notices", headers=headers, json={"kind": WORDS}),
        target.http.patch("/rest/v1/my_account", headers=headers, json={"email": EMAIL}),
        target.http.post(f"{service}/checkout", headers=headers, json={"payment_id": EMAIL}),
        target.http.post(f"{service}/checkout", headers=headers, json={"payment_id": random_id()}),
        target.http.post(f"{service}/stripe/webhook", headers=forged, content=told),
        target.http.post(
            "/auth/v1/token?grant_type=password",
            headers=target.headers(None),
            json={"email": EMAIL, "password": WORDS},
        ),
        target.http.post(
            "/auth/v1/signup", headers=target.headers(None), json={"email": EMAIL, "password": "x"}
        ),
        target.http.post(
            f"/storage/v1/object/quarantine/{WORDS}.jpg",
            headers=headers,
            files={"file": (f"{EMAIL}.jpg", b"\xff\xd8", "image/jpeg")},
        ),
    ]
    return [answer.status_code for answer in answers]


@pytest.mark.attack(112)
def test_no_log_holds_what_was_written_or_refused(target: Target) -> None:
    logs = Logs.now(target)
    statuses = try_everything(target, target.headers("ben"))
    asyncio.run(say_on_a_socket(target, target.token("ben")))
    assert {200, 400, 403, 404} <= set(statuses)
    assert logs.text(), "there must be something to search"
    assert logs.found(PHONE, EMAIL, WORDS) == set()
    # What was accepted: an account's own details, and a preview that hid something, as evidence.
    kept = {"app.contact_details", "app.message_previews"}
    assert tables_that_hold(target, WORDS) == kept


@pytest.mark.attack(94)
def test_the_address_and_number_in_a_token_are_written_down_nowhere(target: Target) -> None:
    email, phone = "token.canary@example.test", "+12175557392"
    access_token = target.token("ben", email=email, phone=phone, user_metadata={"email": email})
    logs = Logs.now(target)
    try_everything(target, target.headers(None, access_token))
    asyncio.run(say_on_a_socket(target, access_token))
    assert logs.found(email, phone, access_token, access_token.split(".")[1]) == set()
    for canary in (email, phone, access_token):
        assert tables_that_hold(target, canary) == set()


# For whom the service acts


@pytest.fixture(scope="module")
def shop(target: Target) -> Iterator[FlaskClient]:
    """The service with a Stripe of ours behind it, above the same world."""
    outside = Outside()
    with serve(outside.answer) as outside.url:
        database = Service(target.platform.dsn("backend"), name="backend")
        yield create_app(outside.config(), database=database).test_client()
        database.close()


@pytest.mark.attack(112)
@pytest.mark.parametrize("person", CAST)
def test_a_payment_of_somebody_else_is_answered_like_one_that_nobody_owes(
    target: Target, shop: FlaskClient, person: str
) -> None:
    bearer = token(sub=target.ids[person], role=CAST[person])
    answers = [
        shop.post(
            "/checkout",
            headers={"Authorization": f"Bearer {bearer}"},
            json={"payment_id": payment},
        )
        for payment in (target.ids["ana active payment"], random_id())
        if person != "ana"
    ]
    expected = 404 if CAST[person] == "customer" else 403
    assert [answer.status_code for answer in answers] in ([expected] * 2, [])
    assert len({answer.data for answer in answers}) <= 1


@pytest.mark.attack(112)
@pytest.mark.parametrize("person", CAST)
def test_a_payout_account_of_somebody_else_is_answered_like_one_that_nobody_has(
    target: Target, shop: FlaskClient, person: str
) -> None:
    bearer = token(sub=target.ids[person], role=CAST[person])
    kept = "select count(*) from app.connected_accounts"
    before = target.one(kept)
    foreign = "Lakeview Repairs" if person != "lena" else "Northside Garage"
    answers = [
        shop.post(
            "/payout-account",
            headers={"Authorization": f"Bearer {bearer}"},
            json={"workshop_id": workshop},
        )
        for workshop in (target.ids[foreign], random_id())
    ]
    expected = 404 if CAST[person] in ("mechanic", "workshop") else 403
    assert [answer.status_code for answer in answers] == [expected] * 2
    assert answers[0].data == answers[1].data
    assert target.one(kept) == before


def contents(target: Target) -> dict[str, str]:
    """Of each table of ours a digest of its rows."""
    tables = target.rows(
        "select relname from pg_class where relnamespace = 'app'::regnamespace and relkind = 'r'"
    )
    digest = "select md5(coalesce(string_agg(t::text, ' ' order by t::text), '')) from app.{} as t"
    return {row["relname"]: target.one(digest.format(row["relname"])) for row in tables}


@pytest.mark.attack(112)
@pytest.mark.parametrize("object_id", ["nobody's", "unknown"])
def test_an_event_about_what_is_not_ours_changes_nothing(target: Target, object_id: str) -> None:
    before = contents(target)
    event = stripe_events.charge_succeeded(str(uuid.uuid4()), 2500)
    if object_id == "unknown":
        event["data"]["object"]["metadata"] = {"payment_id": "1' or true --"}
    body = stripe_events.body(event)
    key = target.platform.keys.stripe_webhook_secret
    for _ in range(2):
        sent = target.http.post(
            f"{target.platform.service_url}/stripe/webhook",
            content=body,
            headers={"Stripe-Signature": stripe_events.signature(body, key, time.time())},
        )
        assert (sent.status_code, sent.text) == (200, "")
    state = "select state from app.stripe_events where id = %s"
    until(lambda: target.one(state, event["id"]) not in ("pending", "waiting"))
    assert target.one(state, event["id"]) in ("quarantined", "ignored")
    after = contents(target)
    assert {table for table in before if before[table] != after[table]} == {"stripe_events"}
