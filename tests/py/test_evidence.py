"""Evidence for a disputed payment: who is given it, what the document shows, and what fits Stripe's form."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import jwt
import psycopg
import pytest
from flask.testing import FlaskClient
from werkzeug import Request, Response
from werkzeug.test import TestResponse

from backend import create_app, evidence
from local import scratch
from tests.py.service_fakes import (
    CONFIG,
    SHARED_SECRET,
    Outside,
    RecordingDatabase,
    serve,
    token,
)

PAYMENT = "11111111-1111-4111-8111-111111111111"
WHY = "The bank asks for it."

DISPUTED = """
    select tests.stripe_event(
        'evt_dispute', 'charge.dispute.created',
        jsonb_build_object(
            'id', 'dp_1', 'object', 'dispute', 'amount', 120000, 'currency', 'usd', 'charge', f.id,
            'status', 'needs_response', 'reason', 'general', 'created', 1763800000,
            'balance_transactions', '[]'::jsonb
        )
    )
    from app.money_facts as f
    where f.kind = 'charge' and f.payment_id = tests.id('cleo repaired repair payment');
    select tests.act_as('customer', 'cleo');
    select api.send_message(t.id, b.body, gen_random_uuid())
    from api.customer_threads as t
    cross join (values ('<script>alert(1)</script> Thank you.'), ('Mine is 415-555-2671')) as b (body)
    where t.offer_id = tests.id('cleo repaired offer to Northside Garage');
"""


class Service:
    """The service above a whole platform, in whose test world cleo contests a repair at her bank."""

    def __init__(self, platform: scratch.Platform, ids: dict[str, str]) -> None:
        self.platform = platform
        self.ids = ids
        config = replace(
            CONFIG,
            supabase_url=platform.url,
            supabase_publishable_key=platform.publishable_key,
        )
        self.database = RecordingDatabase()
        self.client: FlaskClient = create_app(config, database=self.database).test_client()

    def ask(self, person: str, persona: str, payment: str, accept: str) -> TestResponse:
        said = {
            "aud": "authenticated",
            "exp": datetime.now(UTC) + timedelta(minutes=1),
            "sub": self.ids[person],
            "role": persona,
        }
        signed = jwt.encode(said, self.platform.keys.jwt_secret, algorithm="HS256")
        return self.client.post(
            "/evidence",
            json={"payment_id": self.ids[payment], "purpose": WHY},
            headers={"Authorization": f"Bearer {signed}", "Accept": accept},
        )


@pytest.fixture(scope="module")
def service(new_database: Any) -> Iterator[Service]:
    with new_database() as database:
        with psycopg.connect(database.dsn()) as owner:
            owner.execute(DISPUTED.encode())
            owner.execute("select tests.act_as_owner()")
            names = owner.execute("select name, id::text from tests.names").fetchall()
        with scratch.platform(database) as platform:
            yield Service(platform, dict(names))


class Page(HTMLParser):
    """The words of a page, and the tags in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: set[str] = set()
        self.feed(text)

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)


def test_an_admin_is_given_a_document(service: Service) -> None:
    answer = service.ask("ada", "platform_admin", "cleo repaired repair payment", "text/html")
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    page = Page(answer.text)
    for said in (
        "Front pads worn to 2 mm.",
        "1 × Brake pads (part)",
        "700.00 USD",
        "The customer approved version 1 of the quote,\n1,200.00 USD",
        "<script>alert(1)</script> Thank you.",
        "dp_1 of ch_",
    ):
        assert said in page.words
    assert "script" not in page.tags
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for hidden in ("555-2671", "Castillo", "Cleo", "Max", "Northside", "example.test"):
        assert hidden not in answer.text
    assert service.database.calls == []  # the database answers the admin, not the service


def test_it_is_logged_who_was_given_it(service: Service) -> None:
    counted = (
        "select count(*) from app.audit_log where action = 'gather_evidence' and actor_id = %s"
        " and reason = %s"
    )
    with psycopg.connect(service.platform.dsn(), autocommit=True) as owner:
        asked = (service.ids["ada"], WHY)
        [before] = owner.execute(counted, asked).fetchone() or [0]
        service.ask("ada", "platform_admin", "cleo repaired repair payment", "text/html")
        assert owner.execute(counted, asked).fetchone() == (before + 1,)


def test_or_the_fields_of_stripes_form(service: Service) -> None:
    answer = service.ask(
        "ada", "platform_admin", "cleo repaired repair payment", "application/json"
    )
    assert answer.status_code == 200
    fields = answer.get_json()["fields"]
    assert fields["product_description"] == (
        "Car repair by a workshop: 2016 Mazda 3, brakes. Squeal\n"
        "1 x Brake pads (part): 700.00 USD\n1 x Fitting (labour): 500.00 USD\nTotal 1,200.00 USD"
    )
    assert "The customer authorised 1,200.00 USD on " in fields["uncategorized_text"]
    assert "customer: <script>alert(1)</script> Thank you." in fields["uncategorized_text"]
    assert "approved version 1 of the quote" in fields["access_activity_log"]
    assert "30 days after the work is done" in fields["refund_policy_disclosure"]
    assert "refund_refusal_explanation" not in fields


@pytest.mark.parametrize(
    ("person", "persona", "payment", "status"),
    [
        ("ada", "platform_admin", "cleo repaired payment", 404),
        ("ada", "platform_admin", "ana", 404),
        ("cleo", "customer", "cleo repaired repair payment", 403),
        ("walt", "workshop", "cleo repaired repair payment", 403),
    ],
)
def test_nobody_else_is_nor_of_another_payment(
    service: Service, person: str, persona: str, payment: str, status: int
) -> None:
    answer = service.ask(person, persona, payment, "text/html")
    assert answer.status_code == status
    assert "pads" not in answer.text


# What may go wrong between the service and the Data API


class DataApi:
    """Auth as the service sees it, and a Data API that answers as a test says."""

    def __init__(self, answer: Response) -> None:
        self.outside = Outside()
        self.said = answer

    def answer(self, request: Request) -> Response:
        if request.path.startswith("/auth/"):
            return self.outside.answer(request)
        return self.said


def ask(
    answer: Response, body: Any, role: str = "platform_admin", secret: str = SHARED_SECRET
) -> int:
    behind = DataApi(answer)
    with serve(behind.answer) as url:
        config = replace(CONFIG, supabase_url=url)
        client = create_app(config, database=RecordingDatabase()).test_client()
        signed = token(secret, "HS256", None, role=role)
        return client.post(
            "/evidence", data=body, headers={"Authorization": f"Bearer {signed}"}
        ).status_code


ASKED = f'{{"payment_id": "{PAYMENT}", "purpose": "{WHY}"}}'


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (Response('{"code": "PT422", "message": "no"}', 422, content_type="application/json"), 422),
        (
            Response('{"code": "PGRST301", "message": "no"}', 401, content_type="application/json"),
            503,
        ),
        (Response("<html>Bad gateway</html>", 502, content_type="text/html"), 503),
        (Response("null", 200, content_type="application/json"), 503),
    ],
)
def test_a_refusal_is_passed_on_and_a_failure_is_one(said: Response, status: int) -> None:
    assert ask(said, ASKED) == status


@pytest.mark.parametrize(
    "body",
    [
        "null",
        "[]",
        "{}",
        f'{{"payment_id": "{PAYMENT}"}}',
        '{"payment_id": "x", "purpose": "y"}',
        f'{{"payment_id": "{PAYMENT}", "purpose": 5}}',
        "[" * 3000,
    ],
)
def test_what_is_not_a_question_is_refused(body: str) -> None:
    assert ask(Response("{}", 200), body) == 400


def test_who_is_not_signed_in_is_not_asked() -> None:
    assert ask(Response("{}", 200), ASKED, secret="another secret, of thirty-two bytes") == 401
    client = create_app(CONFIG, database=RecordingDatabase()).test_client()
    assert client.post("/evidence", data=ASKED).status_code == 401


# The texts


def gathered(**parts: Any) -> evidence.Evidence:
    """A diagnostic of which all but the parts given is plain."""
    at = "2026-11-27T10:00:00.123456+02:00"
    plain: evidence.Evidence = {
        "gathered_at": at,
        "payment": {
            "id": PAYMENT,
            "purpose": "diagnostic",
            "amount_cents": 2500,
            "currency": "usd",
            "paid_at": at,
            "work_done_at": None,
        },
        "charges": [],
        "disputes": [],
        "refunds": [],
        "refund_requests": [],
        "refund_policy": {"version": 1, "days_to_ask": 30, "hours_to_regret": 24},
        "session": {
            "vehicle": "2016 Honda Civic",
            "category": "brakes",
            "concern": "It grinds.",
            "status": "paid",
            "requested_at": at,
            "accepted_at": None,
            "ended_at": None,
            "diagnosis": None,
            "summary": None,
        },
        "consents": [],
        "quote": None,
        "authorisation": None,
        "conversation": [],
        "acts": [],
    }
    return plain | parts


def test_no_text_is_longer_than_stripe_takes() -> None:
    said = [{"at": "2026-11-27T10:00:00+00:00", "sender": "customer", "body": "x" * 4000}] * 10
    fields = evidence.stripe_fields(gathered(conversation=said))
    assert {len(text) for text in fields.values() if len(text) > 10_000} == {evidence.FIELD_LIMIT}
    assert fields["uncategorized_text"].endswith("[The rest is in the document.]")
    assert evidence.cut("x" * evidence.FIELD_LIMIT) == "x" * evidence.FIELD_LIMIT


def test_what_is_empty_is_left_out_and_times_are_utc() -> None:
    fields = evidence.stripe_fields(gathered())
    assert set(fields) == {"product_description", "refund_policy_disclosure", "uncategorized_text"}
    assert fields["uncategorized_text"].startswith("No diagnosis was given.")
    done = gathered()
    done["payment"]["work_done_at"] = "2026-11-27T01:30:00+02:00"
    assert evidence.stripe_fields(done)["service_date"] == "2026-11-26"


def test_why_a_refund_was_refused_is_told() -> None:
    asked = [
        {"status": "refused", "decision_reason": "It was done."},
        {"status": "withdrawn", "decision_reason": None},
    ]
    fields = evidence.stripe_fields(gathered(refund_requests=asked))
    assert fields["refund_refusal_explanation"] == "It was done."


def test_the_same_evidence_makes_the_same_document() -> None:
    app = create_app(CONFIG, database=RecordingDatabase())
    with app.app_context():
        first = evidence.document(gathered())
        assert evidence.document(gathered()) == first
    assert "2026-11-27 08:00:00 UTC" in first
