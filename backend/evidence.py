"""Evidence for a disputed payment: one readable document, and the texts that Stripe's dispute form takes.

The database gathers it for the admin who asks, with their own token: this service holds no way to read a
conversation. Sending it to the bank stays a person's act.
"""

import json
import logging
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from postgrest import APIError, SyncPostgrestClient

from backend.auth import Auth
from backend.config import Config
from backend.http import Problem, problem_of, read_body, unavailable

log = logging.getLogger("backend.evidence")

BODY_LIMIT = 4096  # bytes
FIELD_LIMIT = (
    20_000  # characters a text, of 150,000 in all: https://docs.stripe.com/api/disputes/update
)
CUT = "\n[The rest is in the document.]"

Evidence = dict[str, Any]


def blueprint(auth: Auth, config: Config) -> Blueprint:
    """POST /evidence."""
    bp = Blueprint("evidence", __name__)
    http = httpx.Client(timeout=10.0)

    @bp.post("/evidence")
    def show() -> ResponseReturnValue:
        """200 with the document as HTML, or with Stripe's fields as JSON, as the Accept header prefers.

        The body is {"payment_id": uuid, "purpose": text}. 401, 403 and 400 for the caller's faults; the
        database answers whether the payment is in dispute, and logs who asked.
        """
        authorization = request.headers.get("Authorization", "")
        if auth.caller(authorization).persona != "platform_admin":
            raise Problem(403, "not_an_admin", "Only admins gather evidence.")
        payment_id, purpose = asked(read_body(BODY_LIMIT))
        api = SyncPostgrestClient(
            f"{config.supabase_url}/rest/v1",
            schema="api",
            headers={
                "apikey": config.supabase_publishable_key,
                "Authorization": authorization,
            },
            http_client=http,
            retry_enabled=False,
        )
        evidence = gather(api, payment_id, purpose)
        if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "text/html":
            return document(evidence)
        return jsonify(payment_id=payment_id, fields=stripe_fields(evidence)), 200

    @bp.after_request
    def allow_any_origin(response: Response) -> Response:
        """Frontends live elsewhere. A token travels in a header, never in a cookie, so any may ask."""
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
        # What people wrote is shown as text, and nothing in the page acts or loads.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'"
        )
        return response

    return bp


def asked(body: bytes) -> tuple[str, str]:
    """The payment's id and the purpose in a request's body; 400 if they are not there."""
    try:
        sent = json.loads(body)
        payment_id, purpose = str(uuid.UUID(sent["payment_id"])), sent["purpose"]
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        purpose = None
    if not isinstance(purpose, str):
        raise Problem(400, "bad_request", 'Send {"payment_id": "<uuid>", "purpose": "<text>"}.')
    return payment_id, purpose


def gather(api: SyncPostgrestClient, payment_id: str, purpose: str) -> Evidence:
    """Ask the database as the caller; its refusals are ours, 503 when it does not answer."""
    try:
        answer = api.rpc(
            "gather_evidence", {"payment_id": payment_id, "purpose": purpose}
        ).execute()
    except APIError as error:
        refusal = problem_of(str(error.code), error.message or "")
        if refusal is None:
            log.error("the data API refused a call", extra={"error_code": error.code})
            raise unavailable("evidence_unavailable", "Evidence cannot be had just now.") from None
        raise refusal from None
    except httpx.HTTPError:
        raise unavailable("evidence_unavailable", "Evidence cannot be had just now.") from None
    if not isinstance(answer.data, dict):
        raise unavailable("evidence_unavailable", "Evidence cannot be had just now.")
    return answer.data


def document(evidence: Evidence) -> str:
    """One page of HTML for people: to read, and to print for the bank."""
    return render_template("evidence.html", **evidence, money=money, time=time)


def stripe_fields(evidence: Evidence) -> dict[str, str]:
    """The text fields of Stripe's dispute evidence, each within its limit; what is empty is left out.

    Names, e-mail and billing addresses and IP addresses are not among them: we do not store what Stripe
    knows of the payer, and do not tell the bank what we know of the customer.
    """
    payment, session, quote = (evidence[name] for name in ("payment", "session", "quote"))
    policy = evidence["refund_policy"]
    refused = [
        r["decision_reason"] for r in evidence["refund_requests"] if r["status"] == "refused"
    ]
    work = "Remote car diagnostic by chat" if quote is None else "Car repair by a workshop"
    described = [f"{work}: {session['vehicle']}, {session['category']}. {session['concern']}"]
    if quote is not None:
        described += [quoted(item, payment["currency"]) for item in quote["items"]]
        described.append(f"Total {money(quote['total_cents'], payment['currency'])}")
    done_at = payment["work_done_at"] or session["ended_at"] or session["accepted_at"]
    fields = {
        "product_description": "\n".join(described),
        "service_date": time(done_at)[:10] if done_at else "",
        "access_activity_log": "\n".join(f"{time(a['at'])}  {a['act']}" for a in evidence["acts"]),
        "refund_policy_disclosure": (
            f"The refund policy in force when the customer paid (version {policy['version']}): a refund "
            f"can be asked for until {policy['days_to_ask']:g} days after the work is done; a diagnostic "
            f"that no mechanic has begun is given back within {policy['hours_to_regret']:g} hours of paying."
        ),
        "refund_refusal_explanation": "\n".join(refused),
        "uncategorized_text": narrative(evidence),
    }
    return {name: cut(text) for name, text in fields.items() if text}


def narrative(evidence: Evidence) -> str:
    """What was found, authorised and said, as plain text."""
    session, authorisation = evidence["session"], evidence["authorisation"]
    lines = [f"Diagnosis: {session['diagnosis']}", f"Summary: {session['summary']}"]
    if session["diagnosis"] is None:
        lines = ["No diagnosis was given."]
    if authorisation is not None:
        amount = money(authorisation["amount_cents"], evidence["payment"]["currency"])
        lines.append(f"The customer authorised {amount} on {time(authorisation['approved_at'])}.")
        if authorisation["confirmed_at"]:
            lines.append(f"They confirmed the repair on {time(authorisation['confirmed_at'])}.")
    lines += ["", "Conversation, as delivered:"]
    lines += [f"{time(m['at'])}  {m['sender']}: {m['body']}" for m in evidence["conversation"]]
    return "\n".join(lines)


def quoted(item: dict[str, Any], currency: str) -> str:
    """A line of a quote."""
    amount = money(item["amount_cents"], currency)
    return f"{item['quantity']} x {item['description']} ({item['kind']}): {amount}"


def cut(text: str) -> str:
    """The text within Stripe's limit, saying so where something is left out."""
    return text if len(text) <= FIELD_LIMIT else text[: FIELD_LIMIT - len(CUT)] + CUT


def money(cents: int, currency: str) -> str:
    """An amount as people write it."""
    return f"{cents / 100:,.2f} {currency.upper()}"


def time(instant: str) -> str:
    """An instant of the database's, in UTC, to the second."""
    return datetime.fromisoformat(instant).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
