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

        [attempt] = database.call(
            "begin_checkout", person_id=caller.person_id, payment_id=payment_id
        )
        if attempt["checkout_url"]:
            return jsonify(payment_id=payment_id, checkout_url=attempt["checkout_url"]), 200
        session = open_page(client, attempt, config.public_url)
        database.call(
            "record_checkout",
            payment_id=payment_id,
            attempt=attempt["attempt"],
            stripe_session_id=session.id,
            url=session.url,
            expires_at=datetime.fromtimestamp(session.expires_at, UTC),
        )
        return jsonify(payment_id=payment_id, checkout_url=session.url), 201

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


def open_page(
    client: stripe.StripeClient, attempt: Row, public_url: str
) -> stripe.checkout.Session:
    """Open the hosted page for one attempt at a payment; 503 if Stripe is away, 502 if it refuses.

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
        "metadata": {"payment_id": payment_id},
        "payment_intent_data": {
            "metadata": {"payment_id": payment_id},
            "transfer_group": attempt["transfer_group"],
        },
        "success_url": f"{back}?checkout=done",
        "cancel_url": f"{back}?checkout=cancelled",
    }
    try:
        return client.v1.checkout.sessions.create(
            params, {"idempotency_key": attempt["idempotency_key"]}
        )
    except stripe.StripeError as error:
        status = error.http_status
        log.error(
            "Stripe opened no page",
            extra={
                "payment_id": payment_id,
                "attempt": attempt["attempt"],
                "status": status,
                "error": type(error).__name__,
                "error_code": error.code,
                "request_id": error.request_id,
            },
        )
        # 409: the same attempt is being opened at this moment.
        if status is None or status in (409, 429) or status >= 500:
            raise unavailable("stripe_unavailable", "Stripe does not answer. Try again.") from None
        raise Problem(502, "stripe_refused", "Stripe refused to open a payment page.") from None
