"""Getting paid: a mechanic or workshop gets the address of Stripe's page that asks who they are.

Nothing about a person goes to Stripe from here: the page asks for what it needs.
"""

import json
import logging
import uuid

import stripe
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from backend import stripe_api
from backend.auth import Auth
from backend.config import Config
from backend.db import Calls, Row
from backend.http import Problem, read_body, unavailable

log = logging.getLogger("backend.payout_account")

BODY_LIMIT = 4096  # bytes


def blueprint(database: Calls, auth: Auth, config: Config) -> Blueprint:
    """POST /payout-account."""
    bp = Blueprint("payout_account", __name__)
    client = stripe_api.client(config.stripe_secret_key, config.stripe_api_base)

    @bp.post("/payout-account")
    def start() -> ResponseReturnValue:
        """201 with the address of Stripe's page, which works for some minutes.

        The body is {} for a mechanic, {"workshop_id": uuid} for an advisor. 401, 403 and 400 for the
        caller's faults; the database answers whether the account is the caller's.
        """
        caller = auth.caller(request.headers.get("Authorization", ""))
        if caller.persona not in ("mechanic", "workshop"):
            raise Problem(403, "not_a_provider", "Only mechanics and workshops are paid.")
        workshop_id = requested_workshop(read_body(BODY_LIMIT))
        if client is None:
            raise Problem(503, "stripe_not_configured", "This platform has no Stripe key.")
        try:
            account_id = account_of(database, client, caller.person_id, workshop_id)
            link = client.v1.account_links.create(
                {
                    "account": account_id,
                    "type": "account_onboarding",
                    "refresh_url": f"{config.public_url}/payout-account?expired",
                    "return_url": f"{config.public_url}/payout-account?done",
                }
            )
        except stripe.StripeError as error:
            note(error)
            if stripe_api.is_unknown(error) or stripe_api.is_fault_of_stripe(error):
                raise unavailable(
                    "stripe_unavailable", "Stripe does not answer. Try again."
                ) from None
            raise Problem(502, "stripe_refused", "Stripe refused to open an account.") from None
        return jsonify(url=link.url), 201

    @bp.after_request
    def allow_any_origin(response: Response) -> Response:
        """Frontends live elsewhere. A token travels in a header, never in a cookie, so any may ask."""
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        return response

    return bp


def account_of(
    database: Calls, client: stripe.StripeClient, person_id: str, workshop_id: str | None
) -> str:
    """The payee's account at Stripe, opened if they have none. Raises StripeError, Problem, Refused.

    An answer that is unknown for 23 hours, or was a fault of Stripe's, is looked up; if no account was
    opened then, one is asked for under another key: https://docs.stripe.com/api/idempotent_requests
    """
    for _ in range(2):
        [account] = database.call(
            "begin_payout_account", person_id=person_id, workshop_id=workshop_id
        )
        if account["stripe_account_id"] is not None:
            return str(account["stripe_account_id"])
        account_id = None if account["look_up"] else open_account(client, account)
        account_id = account_id or opened_account(client, account)
        if account_id is not None:
            database.call(
                "record_payout_account",
                owner_id=account["owner_id"],
                stripe_account_id=account_id,
            )
            return account_id
        database.call(
            "fail_payout_account", owner_id=account["owner_id"], attempt=account["attempt"]
        )
    raise unavailable("stripe_unavailable", "Stripe does not answer. Try again.")


def open_account(client: stripe.StripeClient, account: Row) -> str | None:
    """The account that Stripe opens for this attempt; none if it answers with a fault of its own."""
    try:
        made = client.v1.accounts.create(
            {
                "type": "express",
                "capabilities": {"transfers": {"requested": True}},
                "metadata": {
                    "owner_id": str(account["owner_id"]),
                    "attempt": str(account["attempt"]),
                },
            },
            {"idempotency_key": account["idempotency_key"]},
        )
    except stripe.StripeError as error:
        if not stripe_api.is_fault_of_stripe(error):
            raise
        note(error)
        return None
    return made.id


def opened_account(client: stripe.StripeClient, account: Row) -> str | None:
    """The account that this attempt opened at Stripe all the same, or none."""
    listed = client.v1.accounts.list(
        {"created": stripe_api.since(account["begun_at"]), "limit": 100}
    )
    made = stripe_api.find(
        listed.auto_paging_iter(), owner_id=account["owner_id"], attempt=account["attempt"]
    )
    return made and str(made.id)


def note(error: stripe.StripeError) -> None:
    """Log a refusal: Stripe's codes, never its sentences, which may quote a person."""
    log.error(
        "Stripe opened no account",
        extra={
            "status": error.http_status,
            "error": type(error).__name__,
            "error_code": error.code,
            "request_id": error.request_id,
        },
    )


def requested_workshop(body: bytes) -> str | None:
    """The workshop's id in a request's body, or none; 400 if it is neither."""
    try:
        named = json.loads(body or b"{}").get("workshop_id")
        return None if named is None else str(uuid.UUID(named))
    except (AttributeError, RecursionError, TypeError, ValueError):
        raise Problem(400, "bad_request", 'Send {} or {"workshop_id": "<uuid>"}.') from None
