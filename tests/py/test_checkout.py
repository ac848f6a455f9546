"""Who may start a payment, what Stripe is asked for, and what happens when somebody is away."""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from flask.testing import FlaskClient
from werkzeug import Response
from werkzeug.test import TestResponse

from backend import create_app
from backend.config import Config
from backend.db import DatabaseAway, Refused, Row
from tests.py.service_fakes import (
    ANA,
    CONFIG,
    EXPIRES_AT,
    SHARED_SECRET,
    Outside,
    RecordingDatabase,
    serve,
    token,
)

PAYMENT = str(uuid.uuid4())
PAGE = "https://checkout.stripe.example/c/1"


@pytest.fixture
def outside() -> Iterator[Outside]:
    world = Outside()
    with serve(world.answer) as world.url:
        yield world


@pytest.fixture
def config(outside: Outside) -> Config:
    return outside.config()


ATTEMPT: Row = {
    "payment_id": uuid.UUID(PAYMENT),
    "attempt": 2,
    "idempotency_key": f"checkout:{PAYMENT}:2",
    "amount_cents": 2500,
    "currency": "usd",
    "description": "Remote diagnostic",
    "transfer_group": f"job_{PAYMENT}",
    "checkout_url": None,
    "begun_at": datetime.now(UTC),
    "look_up": False,
}


@pytest.fixture
def database() -> RecordingDatabase:
    return RecordingDatabase({"begin_checkout": [ATTEMPT]})


@pytest.fixture
def client(config: Config, database: RecordingDatabase) -> FlaskClient:
    return create_app(config, database=database).test_client()


def pay(client: FlaskClient, bearer: str | None = None, body: Any = None) -> TestResponse:
    return client.post(
        "/checkout",
        headers={"Authorization": f"Bearer {bearer or token()}"},
        json={"payment_id": PAYMENT} if body is None else body,
    )


def is_problem(response: TestResponse, status: int, code: str) -> bool:
    return (response.status_code, response.get_json()["code"]) == (status, code)


def test_a_customer_gets_the_address_of_a_payment_page(
    client: FlaskClient, database: RecordingDatabase, outside: Outside
) -> None:
    response = pay(client)

    assert response.status_code == 201
    assert response.get_json() == {"payment_id": PAYMENT, "checkout_url": PAGE}
    assert database.calls == [
        ("begin_checkout", {"person_id": ANA, "payment_id": PAYMENT}),
        (
            "record_checkout",
            {
                "payment_id": PAYMENT,
                "attempt": 2,
                "stripe_session_id": "cs_test_1",
                "url": PAGE,
                "expires_at": datetime.fromtimestamp(EXPIRES_AT, UTC),
            },
        ),
    ]
    [asked] = outside.asked_of_stripe
    assert asked.path == "/v1/checkout/sessions"
    assert asked.headers["Idempotency-Key"] == f"checkout:{PAYMENT}:2"
    assert asked.headers["Authorization"] == "Bearer sk_test_1"
    back = f"https://console.example/payments/{PAYMENT}"
    assert asked.form.to_dict() == {
        "mode": "payment",
        "client_reference_id": PAYMENT,
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "2500",
        "line_items[0][price_data][product_data][name]": "Remote diagnostic",
        "metadata[payment_id]": PAYMENT,
        "metadata[attempt]": "2",
        "payment_intent_data[metadata][payment_id]": PAYMENT,
        "payment_intent_data[transfer_group]": f"job_{PAYMENT}",
        "success_url": f"{back}?checkout=done",
        "cancel_url": f"{back}?checkout=cancelled",
    }


def test_a_page_that_is_open_is_given_again(
    client: FlaskClient, database: RecordingDatabase, outside: Outside
) -> None:
    database.answers["begin_checkout"] = [ATTEMPT | {"checkout_url": "https://open.example"}]
    response = pay(client)
    assert response.status_code == 200
    assert response.get_json()["checkout_url"] == "https://open.example"
    assert outside.asked_of_stripe == []


def test_a_repeated_attempt_asks_stripe_for_the_same_thing(
    client: FlaskClient, outside: Outside
) -> None:
    pay(client)
    pay(client)
    first, second = outside.asked_of_stripe
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
    assert first.form == second.form


def test_a_token_with_a_shared_secret_is_left_to_auth(client: FlaskClient) -> None:
    assert pay(client, token(SHARED_SECRET, "HS256", kid=None)).status_code == 201
    assert pay(client, token(SHARED_SECRET, "HS256")).status_code == 201


RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.mark.attack(28)
@pytest.mark.parametrize(
    "forged",
    [
        pytest.param(lambda: token(OTHER_KEY), id="another key"),
        pytest.param(lambda: token(kid="key-2"), id="unknown key id"),
        pytest.param(lambda: token("guessed " * 9, "HS256"), id="guessed"),
        pytest.param(lambda: token("guessed " * 9, "HS512"), id="HS512"),
        pytest.param(lambda: token(None, "none"), id="unsigned"),
        pytest.param(lambda: token(None, "none", kid=None), id="unsigned, no key id"),
        pytest.param(lambda: token(exp=int(time.time()) - 1), id="expired"),
        pytest.param(lambda: token(exp=None), id="endless"),
        pytest.param(lambda: token(sub="ana"), id="no person"),
        pytest.param(lambda: token(sub=None), id="nobody"),
        pytest.param(lambda: token(role=None), id="no persona"),
        pytest.param(lambda: token(RSA_KEY, "RS256"), id="another kind of key"),
        pytest.param(lambda: token()[:-10], id="cut off"),
        pytest.param(lambda: "a.b.c", id="three words"),
        pytest.param(lambda: "bnVsbA.bnVsbA.bnVsbA", id="three nulls"),
        pytest.param(lambda: "é.é.é", id="not ASCII"),
        pytest.param(lambda: CONFIG.supabase_publishable_key, id="publishable key"),
    ],
)
def test_a_forged_token_is_refused(
    client: FlaskClient, database: RecordingDatabase, forged: Callable[[], str]
) -> None:
    response = pay(client, forged())
    assert is_problem(response, 401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert database.calls == []


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi"])
def test_without_a_token_nobody_pays(client: FlaskClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = client.post("/checkout", headers=headers, json={"payment_id": PAYMENT})
    assert is_problem(response, 401, "unauthorized")


@pytest.mark.parametrize("persona", ["mechanic", "workshop", "platform_admin", "service_role"])
def test_only_customers_pay(client: FlaskClient, database: RecordingDatabase, persona: str) -> None:
    assert is_problem(pay(client, token(role=persona)), 403, "not_a_customer")
    assert database.calls == []


@pytest.mark.parametrize(
    "body", [[], {}, "x", 1, {"payment_id": None}, {"payment_id": 7}, {"payment_id": "x"}]
)
def test_a_request_names_one_payment(client: FlaskClient, body: Any) -> None:
    assert is_problem(pay(client, body=body), 400, "bad_request")


def test_a_large_request_is_refused(client: FlaskClient) -> None:
    assert is_problem(pay(client, body={"payment_id": "x" * 5000}), 413, "body_too_large")


def test_without_a_stripe_key_it_says_so(config: Config, database: RecordingDatabase) -> None:
    app = create_app(replace(config, stripe_secret_key=None), database=database)
    assert is_problem(pay(app.test_client()), 503, "stripe_not_configured")
    assert database.calls == []


@pytest.mark.parametrize("status", [404, 409])
def test_the_database_decides_what_can_be_paid(
    client: FlaskClient, database: RecordingDatabase, outside: Outside, status: int
) -> None:
    database.answers["begin_checkout"] = Refused(f"PT{status}", "not payable")
    assert is_problem(pay(client), status, f"PT{status}")
    assert outside.asked_of_stripe == []


def test_a_fault_of_the_database_shows_nothing(
    client: FlaskClient, database: RecordingDatabase
) -> None:
    database.answers["begin_checkout"] = Refused("42501", "permission denied for app.payments")
    response = pay(client)
    assert is_problem(response, 500, "internal_error")
    assert "app.payments" not in response.text


@pytest.mark.parametrize(
    ("stripe_status", "status", "code", "calls"),
    [
        (400, 502, "stripe_refused", ["begin_checkout", "fail_checkout"]),
        (401, 502, "stripe_refused", ["begin_checkout", "fail_checkout"]),
        (409, 503, "stripe_unavailable", ["begin_checkout"]),
        (429, 503, "stripe_unavailable", ["begin_checkout"]),
        # What it says when it is asked what became of it: the attempt stays.
        (500, 503, "stripe_unavailable", ["begin_checkout"]),
    ],
)
def test_stripes_faults_are_told_apart(
    client: FlaskClient,
    database: RecordingDatabase,
    outside: Outside,
    stripe_status: int,
    status: int,
    code: str,
    calls: list[str],
) -> None:
    outside.stripe_status = stripe_status
    response = pay(client)
    assert is_problem(response, status, code)
    assert ("Retry-After" in response.headers) == (status == 503)
    assert [function for function, _ in database.calls] == calls


def test_stripe_away_is_503(config: Config, database: RecordingDatabase) -> None:
    app = create_app(replace(config, stripe_api_base="http://127.0.0.1:1"), database=database)
    assert is_problem(pay(app.test_client()), 503, "stripe_unavailable")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_auth_in_trouble_is_503(client: FlaskClient, outside: Outside, status: int) -> None:
    outside.auth_status = status
    response = pay(client)
    assert is_problem(response, 503, "auth_unavailable")
    assert "Retry-After" in response.headers


def test_an_answer_that_is_not_auths_is_503(client: FlaskClient, outside: Outside) -> None:
    outside.auth_status = 500
    outside.auth_failure = Response("<html>", 500, content_type="text/html")
    assert is_problem(pay(client), 503, "auth_unavailable")


def test_auth_away_is_503(config: Config, database: RecordingDatabase) -> None:
    app = create_app(replace(config, supabase_url="http://127.0.0.1:1"), database=database)
    assert is_problem(pay(app.test_client()), 503, "auth_unavailable")


def test_the_database_away_is_503(client: FlaskClient, database: RecordingDatabase) -> None:
    database.answers["begin_checkout"] = DatabaseAway()
    assert is_problem(pay(client), 503, "database_unavailable")


def test_a_frontend_of_any_origin_may_ask(client: FlaskClient) -> None:
    asked = client.options("/checkout", headers={"Origin": "https://app.example"})
    answered = pay(client)

    assert "POST" in asked.headers["Allow"]
    for response in (asked, answered):
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Authorization" in response.headers["Access-Control-Allow-Headers"]
