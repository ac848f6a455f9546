"""What the webhook takes, and what it turns away without writing anything."""

import json
import logging
import time
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from stripe import WebhookSignature
from werkzeug.test import TestResponse

from backend import create_app
from backend.db import DatabaseAway
from backend.stripe_webhook import BODY_LIMIT
from demo import stripe_events
from tests.py.service_fakes import CONFIG, OLD_SECRET, SECRET, RecordingDatabase

NOW = 1_795_000_000.0
EVENT = stripe_events.body(stripe_events.checkout_completed("a-payment", 2500))


def recording(state: str = "pending", reason: str | None = None) -> RecordingDatabase:
    """A database that stores events in this state."""
    return RecordingDatabase({"record_stripe_event": [{"state": state, "reason": reason}]})


@pytest.fixture
def store() -> RecordingDatabase:
    return recording()


@pytest.fixture
def client(store: RecordingDatabase) -> FlaskClient:
    return create_app(CONFIG, database=store, clock=lambda: NOW).test_client()


def post(client: FlaskClient, body: bytes, header: str | None) -> TestResponse:
    headers = {} if header is None else {"Stripe-Signature": header}
    return client.post("/stripe/webhook", data=body, headers=headers, content_length=len(body))


def signed(body: bytes, secret: str = SECRET, at: float = NOW) -> str:
    return stripe_events.signature(body, secret, at)


def refused(response: TestResponse, status: int, code: str) -> bool:
    assert response.is_json
    return (response.status_code, response.get_json()["code"]) == (status, code)


def test_a_signed_event_is_stored_as_it_came(client: FlaskClient, store: RecordingDatabase) -> None:
    assert post(client, EVENT, signed(EVENT)).status_code == 200

    [(function, arguments)] = store.calls
    assert function == "record_stripe_event"
    assert arguments["raw"] == EVENT
    assert arguments["event_id"] == json.loads(EVENT)["id"]


def v1(body: bytes, secret: str = SECRET) -> str:
    return signed(body, secret).partition("v1=")[2]


@pytest.mark.attack(112)
@pytest.mark.parametrize(
    "header",
    [
        pytest.param(None, id="none"),
        pytest.param("", id="empty"),
        pytest.param("garbage", id="garbage"),
        pytest.param(f"t={NOW:.0f}", id="no signature"),
        pytest.param(f"t={NOW:.0f},v0={v1(EVENT)}", id="v0 only"),
        pytest.param(f"v1={v1(EVENT)}", id="no time"),
        pytest.param(f"t={NOW:.0f},v1=", id="empty signature"),
        pytest.param(f"t={NOW:.0f},v1", id="no value"),
        pytest.param(signed(EVENT, "whsec_of_somebody_else"), id="wrong secret"),
        pytest.param(signed(EVENT, at=NOW - 1).replace("t=1794999999", "t=1795000000"), id="time"),
        pytest.param(f"t={NOW:.0f},v1=é{v1(EVENT)}", id="not ASCII"),
        pytest.param(f"t={'9' * 5000},v1={v1(EVENT)}", id="a time of 5,000 digits"),
        pytest.param(f"t={NOW + 9:.0f},{signed(EVENT)}", id="two times, the second signed"),
        pytest.param(f"{signed(EVENT)},t={NOW + 9:.0f}", id="two times, the first signed"),
        pytest.param(f"t=١٧٩٥٠٠٠٠٠٠,v1={v1(EVENT)}", id="digits of another script"),
        pytest.param(f"t=-1,v1={v1(EVENT)}", id="before 1970"),
    ],
)
def test_an_unsigned_body_is_refused(
    client: FlaskClient, store: RecordingDatabase, header: str | None
) -> None:
    if header is not None:
        header = header.encode().decode("latin-1")  # as WSGI hands bytes on
    assert refused(post(client, EVENT, header), 400, "bad_signature")
    assert store.calls == []
    assert watched(client)[1] == {"bad_signature": 1}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(EVENT.replace(b"2500", b"2600"), id="altered"),
        pytest.param(json.dumps(json.loads(EVENT)).encode(), id="serialised again"),
        pytest.param(b"", id="empty"),
        pytest.param(EVENT + b"\xff", id="not UTF-8"),
    ],
)
def test_a_body_other_than_the_signed_one_is_refused(
    client: FlaskClient, store: RecordingDatabase, body: bytes
) -> None:
    assert refused(post(client, body, signed(EVENT)), 400, "bad_signature")
    assert store.calls == []
    assert watched(client)[1] == {"bad_signature": 1}


@pytest.mark.parametrize(
    ("age", "status"), [(301, 400), (300, 200), (299, 200), (-299, 200), (-300, 200), (-301, 400)]
)
def test_a_signature_is_good_for_five_minutes_either_way(
    client: FlaskClient, store: RecordingDatabase, age: int, status: int
) -> None:
    response = post(client, EVENT, signed(EVENT, at=NOW - age))
    assert response.status_code == status
    assert len(store.calls) == (status == 200)
    if status == 400:
        assert refused(response, 400, "stale_signature")


def watched(client: FlaskClient) -> tuple[list[str], dict[str, int]]:
    """What /ready says of deliveries: alerts, and how many were refused for what."""
    said = client.get("/ready").get_json()
    return said["alerts"], said["refused"]


@pytest.mark.parametrize("ahead_s", [600, -600], ids=["ahead", "behind"])
def test_a_clock_that_is_off_is_told_by_signatures_that_are_all_stale(
    store: RecordingDatabase, caplog: pytest.LogCaptureFixture, ahead_s: int
) -> None:
    now = [NOW + ahead_s]
    client = create_app(CONFIG, database=store, clock=lambda: now[0]).test_client()

    def alerts() -> list[dict[str, Any]]:
        return [vars(record) for record in caplog.records if hasattr(record, "alert")]

    for _ in range(2):
        assert refused(post(client, EVENT, signed(EVENT)), 400, "stale_signature")
        post(client, EVENT, "t=1,v1=1")  # anybody's: it says nothing of our clock
    assert (watched(client)[0], alerts()) == ([], [])
    for _ in range(5):
        post(client, EVENT, signed(EVENT))
    assert watched(client) == (
        ["all_signatures_stale"],
        {"stale_signature": 7, "bad_signature": 2},
    )
    [said] = alerts()
    assert (said["levelname"], said["alert"], said["ahead_s"]) == (
        "ERROR",
        "all_signatures_stale",
        ahead_s,
    )
    assert [function for function, _ in store.calls] == ["readiness", "readiness"]

    now[0] = NOW
    assert post(client, EVENT, signed(EVENT)).status_code == 200
    assert watched(client)[0] == []
    post(client, EVENT, signed(EVENT, at=NOW - 301))
    assert watched(client)[0] == []


@pytest.mark.parametrize(
    ("state", "reason", "is_told"),
    [
        ("pending", None, False),
        ("done", None, False),
        ("ignored", "type", False),
        ("ignored", "livemode", True),
        ("quarantined", "account", True),
        ("quarantined", "version", True),
    ],
)
def test_an_event_that_is_not_applied_raises_an_alert(
    caplog: pytest.LogCaptureFixture, state: str, reason: str | None, is_told: bool
) -> None:
    client = create_app(CONFIG, database=recording(state, reason), clock=lambda: NOW).test_client()
    caplog.set_level(logging.INFO)
    assert post(client, EVENT, signed(EVENT)).status_code == 200
    lines = [vars(record) for record in caplog.records if hasattr(record, "event_id")]
    for said in lines:
        told = said["event_id"], said["state"], said["reason"]
        assert told == (json.loads(EVENT)["id"], state, reason)
    alerts = [said["alert"] for said in lines if "alert" in said]
    assert alerts == (["event_not_applied"] if is_told else [])
    assert len(lines) == 1 + len(alerts)  # and the request's own line


def test_a_time_ahead_of_ours_is_what_the_library_would_let_pass() -> None:
    header = signed(EVENT, at=time.time() + 86400)
    assert WebhookSignature.verify_header(EVENT, header, SECRET, tolerance=300)


@pytest.mark.parametrize(
    ("path", "secrets", "event"),
    [
        ("", "stripe_webhook_secrets", EVENT),
        ("/connect", "stripe_connect_secrets", EVENT),
        ("/thin", "stripe_thin_secrets", stripe_events.body(stripe_events.thin_event("v2.test"))),
    ],
)
def test_a_secret_may_be_replaced_while_events_arrive(
    path: str, secrets: str, event: bytes
) -> None:
    both = f"{signed(event)},v1={v1(event, OLD_SECRET)}"
    old = signed(event, OLD_SECRET)

    def status(header: str, *known: str) -> int:
        others = ("whsec_of_another_endpoint",)
        endpoints = ("stripe_webhook_secrets", "stripe_connect_secrets", "stripe_thin_secrets")
        given: dict[str, Any] = dict.fromkeys(endpoints, others) | {secrets: known}
        app = create_app(replace(CONFIG, **given), database=recording(), clock=lambda: NOW)
        answer = app.test_client().post(
            f"/stripe/webhook{path}", data=event, headers={"Stripe-Signature": header}
        )
        return answer.status_code

    assert status(both, SECRET, OLD_SECRET) == 200
    assert status(old, SECRET, OLD_SECRET) == 200
    assert status(old, SECRET) == 400
    assert status(both, SECRET) == 200


def envelope(**changes: Any) -> bytes:
    return stripe_events.body(stripe_events.event("charge.succeeded", {}, **changes))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"not JSON", id="malformed"),
        pytest.param(EVENT + b"{}", id="two values"),
        pytest.param(b"\xef\xbb\xbf" + EVENT, id="byte order mark"),
        pytest.param(b"[]", id="array"),
        pytest.param(b"1", id="number"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 200_000, id="200 kB of brackets"),
        pytest.param(b'{"a":' * 40_000 + b"1" + b"}" * 40_000, id="deep objects"),
        pytest.param(b'{"n": ' + b"9" * 5000 + b"}", id="a number of 5,000 digits"),
        pytest.param(EVENT.replace(b'"livemode": false', b'"id": "evt_other"', 1), id="id twice"),
        pytest.param(stripe_events.body(stripe_events.thin_event("v1.charge.updated")), id="thin"),
        pytest.param(envelope(object="charge"), id="not an event"),
        pytest.param(envelope(id=None), id="no id"),
        pytest.param(envelope(id=7), id="id is a number"),
        pytest.param(envelope(id=""), id="empty id"),
        pytest.param(envelope(id="evt_\x00"), id="id with a zero byte"),
        pytest.param(envelope(id="evt_\ud800"), id="id with half a character"),
        pytest.param(envelope(id="evt_" + "9" * 300), id="endless id"),
        pytest.param(envelope(type=["charge.succeeded"]), id="type is a list"),
    ],
)
def test_signed_nonsense_is_refused(
    client: FlaskClient, store: RecordingDatabase, body: bytes
) -> None:
    assert refused(post(client, body, signed(body)), 400, "bad_event")
    assert store.calls == []
    assert watched(client)[1] == {"bad_event": 1}


@pytest.mark.parametrize("value", [b"NaN", b'"\\u0000"', b'"\\ud800"'])
def test_what_jsonb_refuses_is_kept_if_stripe_signed_it(
    client: FlaskClient, store: RecordingDatabase, value: bytes
) -> None:
    body = EVENT.replace(b'"usd"', value)
    assert post(client, body, signed(body)).status_code == 200
    [(_, arguments)] = store.calls
    assert arguments["raw"] == body


def test_a_body_beyond_the_limit_is_refused(client: FlaskClient, store: RecordingDatabase) -> None:
    largest = EVENT + b" " * (BODY_LIMIT - len(EVENT))
    assert post(client, largest, signed(largest)).status_code == 200
    beyond = largest + b" "
    assert refused(post(client, beyond, signed(beyond)), 413, "body_too_large")
    assert len(store.calls) == 1


def test_a_body_without_a_length_is_refused(client: FlaskClient, store: RecordingDatabase) -> None:
    response = client.post(
        "/stripe/webhook",
        headers={"Transfer-Encoding": "chunked", "Stripe-Signature": signed(EVENT)},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert refused(response, 411, "length_required")
    assert store.calls == []


def test_no_event_is_acknowledged_that_is_not_stored() -> None:
    store = RecordingDatabase({"record_stripe_event": DatabaseAway()})
    client = create_app(CONFIG, database=store, clock=lambda: NOW).test_client()
    response = post(client, EVENT, signed(EVENT))
    assert refused(response, 503, "database_unavailable")
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_only_post_is_answered(client: FlaskClient, store: RecordingDatabase, method: str) -> None:
    response = client.open("/stripe/webhook", method=method)
    assert refused(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]
    assert refused(client.post("/stripe/webhooks"), 404, "not_found")
    assert store.calls == []


@pytest.mark.attack(112)
def test_no_body_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    body = stripe_events.body(
        stripe_events.charge_succeeded("a-payment", 2500, description="tell-tale")
    )
    with caplog.at_level(logging.DEBUG):
        post(client, body, signed(body))
        post(client, body, "t=1,v1=1")
        post(client, body[1:], signed(body[1:]))
    said = [json.dumps(vars(record), default=str) for record in caplog.records]
    assert any("charge.succeeded" in line for line in said)
    assert not any("tell-tale" in line for line in said)


def test_each_endpoint_has_secrets_and_a_kind_of_event_of_its_own() -> None:
    paths = {"": "whsec_own", "/connect": "whsec_connect", "/thin": "whsec_thin"}
    config = replace(
        CONFIG,
        stripe_webhook_secrets=(paths[""],),
        stripe_connect_secrets=(paths["/connect"],),
        stripe_thin_secrets=(paths["/thin"],),
    )
    store = recording()
    client = create_app(config, database=store, clock=lambda: NOW).test_client()
    thin = stripe_events.body(stripe_events.thin_event("v2.core.account[requirements].updated"))
    for path, own in paths.items():
        for secret in paths.values():
            for body in (EVENT, thin):
                answer = client.post(
                    f"/stripe/webhook{path}",
                    data=body,
                    headers={"Stripe-Signature": signed(body, secret)},
                )
                taken = secret == own and (path == "/thin") == (body is thin)
                assert answer.status_code == (200 if taken else 400), (path, secret)
    assert len(store.calls) == 3


def test_an_endpoint_without_a_secret_takes_nothing(
    client: FlaskClient, store: RecordingDatabase
) -> None:
    for path in ("/stripe/webhook/connect", "/stripe/webhook/thin"):
        answer = client.post(path, data=EVENT, headers={"Stripe-Signature": signed(EVENT, "")})
        assert answer.status_code == 400
    assert store.calls == []
