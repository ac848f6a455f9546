"""Starting a payment: a customer gets the address of Stripe's hosted page.

The platform takes the money; what is due to mechanic and workshop is transferred later. Nothing
about a person goes to Stripe from here: the page asks for what it needs.
"""

import json
import logging
import uuid
from datetime import UTC, datetime
from typing import Any

import stripe
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from backend import stripe_api
from backend.auth import Auth
from backend.config import Config
from backend.db import Calls, Row
from backend.http import Problem, read_body, unavailable

log = logging.getLogger("backend.checkout")

BODY_LIMIT = 4096  # bytes


def blueprint(database: Calls, auth: Auth, config: Config) -> Blueprint:
    """POST /checkout."""
    bp = Blueprint("checkout", __name__)
    client = stripe_api.client(config.stripe_secret_key, config.stripe_api_base)

    @bp.post("/checkout")
    def start() -> ResponseReturnValue:
        """201 with a new payment page's address, 200 with the one that is already open.

        The body is {"payment_id": uuid}. 401, 403 and 400 for the caller's faults; the database
        answers whether the payment is the caller's and can be paid now.
        """
        caller = auth.caller(request.headers.get("Authorization", ""))
        if caller.persona != "customer":
            raise Problem(403, "not_a_customer", "Only customers pay.")
        payment_id = requested_payment(read_body(BODY_LIMIT))
        if client is None:
            raise Problem(503, "stripe_not_configured", "This platform has no Stripe key.")

        try:
            url, is_new = page_of(database, client, caller.person_id, payment_id, config.public_url)
        except stripe.StripeError as error:
            if stripe_api.is_unknown(error) or stripe_api.is_fault_of_stripe(error):
                raise stripe_away() from None
            raise Problem(502, "stripe_refused", "Stripe refused to open a payment page.") from None
        return jsonify(payment_id=payment_id, checkout_url=url), 201 if is_new else 200

    @bp.after_request
    def allow_any_origin(response: Response) -> Response:
        """Frontends live elsewhere. A token travels in a header, never in a cookie, so any may ask."""
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        return response

    return bp


def requested_payment(body: bytes) -> str:
    """The payment's id in a request's body; 400 if there is none."""
    try:
        return str(uuid.UUID(json.loads(body)["payment_id"]))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise Problem(400, "bad_request", 'Send {"payment_id": "<uuid>"}.') from None


def page_of(
    database: Calls,
    client: stripe.StripeClient,
    person_id: str,
    payment_id: str,
    public_url: str,
) -> tuple[str, bool]:
    """The address of a payment's page, and whether it is new. Raises StripeError, Problem, Refused.

    An answer that is unknown for 23 hours, or was a fault of Stripe's, is looked up; if no page was
    opened then, one is asked for under another key: https://docs.stripe.com/api/idempotent_requests
    """
    for _ in range(2):
        [attempt] = database.call("begin_checkout", person_id=person_id, payment_id=payment_id)
        if attempt["checkout_url"]:
            return attempt["checkout_url"], False
        failed: dict[str, Any] = {"payment_id": payment_id, "attempt": attempt["attempt"]}
        session = None
        if not attempt["look_up"]:
            try:
                session = open_page(client, attempt, public_url)
            except stripe.StripeError as error:
                note(error, failed)
                if stripe_api.is_unknown(error):
                    raise
                if not stripe_api.is_fault_of_stripe(error):
                    database.call("fail_checkout", **failed)
                    raise
        session = session or stripe_api.opened_page(client, attempt)
        if session and session.status == "complete":
            raise Problem(409, "payment_under_way", "The payment is made, or under way.")
        if session and session.url and session.status != "expired":
            database.call(
                "record_checkout",
                payment_id=payment_id,
                attempt=attempt["attempt"],
                stripe_session_id=session.id,
                url=session.url,
                expires_at=datetime.fromtimestamp(session.expires_at, UTC),
            )
            return session.url, True
        database.call("fail_checkout", **failed)
    raise stripe_away()


def stripe_away() -> Problem:
    return unavailable("stripe_unavailable", "Stripe does not answer. Try again.")


def open_page(
    client: stripe.StripeClient, attempt: Row, public_url: str
) -> stripe.checkout.Session:
    """Open the hosted page for one attempt at a payment.

    Everything sent follows from the attempt, so repeating it gives the same page:
    https://docs.stripe.com/api/idempotent_requests
    """
    payment_id = str(attempt["payment_id"])
    back = f"{public_url}/payments/{payment_id}"
    params: Any = {
        "mode": "payment",
        "client_reference_id": payment_id,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": attempt["currency"],
                    "unit_amount": attempt["amount_cents"],
                    "product_data": {"name": attempt["description"]},
                },
            }
        ],
        "metadata": {"payment_id": payment_id, "attempt": str(attempt["attempt"])},
        "payment_intent_data": {
            "metadata": {"payment_id": payment_id},
            "transfer_group": attempt["transfer_group"],
        },
        "success_url": f"{back}?checkout=done",
        "cancel_url": f"{back}?checkout=cancelled",
    }
    return client.v1.checkout.sessions.create(
        params, {"idempotency_key": attempt["idempotency_key"]}
    )


def note(error: stripe.StripeError, attempt: dict[str, Any]) -> None:
    """Log a refusal: Stripe's codes, never its sentences, which may quote a person."""
    log.error(
        "Stripe opened no page",
        extra=attempt
        | {
            "status": error.http_status,
            "error": type(error).__name__,
            "error_code": error.code,
            "request_id": error.request_id,
        },
    )
