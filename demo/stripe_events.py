"""Stripe events of our own making: the fields this platform reads, in the shapes Stripe documents."""

import itertools
import json
import time
import uuid
from typing import Any

from stripe import WebhookSignature

API_VERSION = "2026-10-28.endive"

_numbers = itertools.count(1)


def new_id(prefix: str) -> str:
    """An id as Stripe forms them: ch_…, evt_…; never the same twice."""
    return f"{prefix}_{next(_numbers):04d}{uuid.uuid4().hex[:20]}"


def event(event_type: str, about: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A snapshot event; `changes` replace or add fields of the envelope."""
    return {
        "id": new_id("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": int(time.time()),
        "data": {"object": about},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    } | changes


def checkout_session(payment_id: str, amount_cents: int, **changes: Any) -> dict[str, Any]:
    """A hosted page's session, completed and paid."""
    return {
        "id": new_id("cs_test"),
        "object": "checkout.session",
        "amount_subtotal": amount_cents,
        "amount_total": amount_cents,
        "client_reference_id": payment_id,
        "created": int(time.time()),
        "currency": "usd",
        "expires_at": int(time.time()) + 86400,
        "livemode": False,
        "metadata": {"payment_id": payment_id},
        "mode": "payment",
        "payment_intent": f"pi_{payment_id}",
        "payment_status": "paid",
        "status": "complete",
        "url": None,
    } | changes


def charge(payment_id: str, amount_cents: int, **changes: Any) -> dict[str, Any]:
    """A charge that succeeded. Its fee is not known yet: balance_transaction comes later."""
    return {
        "id": new_id("ch"),
        "object": "charge",
        "amount": amount_cents,
        "amount_captured": amount_cents,
        "amount_refunded": 0,
        "balance_transaction": None,
        "captured": True,
        "created": int(time.time()),
        "currency": "usd",
        "disputed": False,
        "livemode": False,
        "metadata": {"payment_id": payment_id},
        "paid": True,
        "payment_intent": f"pi_{payment_id}",
        "refunded": False,
        "status": "succeeded",
        "transfer_group": f"job_{payment_id}",
    } | changes


def checkout_completed(payment_id: str, amount_cents: int, **changes: Any) -> dict[str, Any]:
    """checkout.session.completed, paid; `changes` are of the session."""
    return event(
        "checkout.session.completed", checkout_session(payment_id, amount_cents, **changes)
    )


def charge_succeeded(payment_id: str, amount_cents: int, **changes: Any) -> dict[str, Any]:
    """charge.succeeded: the fact that moves the money in; `changes` are of the charge."""
    return event("charge.succeeded", charge(payment_id, amount_cents, **changes))


def fee_known(charge_object: dict[str, Any], fee_cents: int) -> dict[str, Any]:
    """charge.updated: the charge's balance transaction is there. Stripe names it; this one is expanded."""
    line = balance_transaction("charge", charge_object["id"], charge_object["amount"], fee_cents)
    return event("charge.updated", charge_object | {"balance_transaction": line})


def balance_transaction(
    line_type: str, source: str, amount_cents: int, fee_cents: int = 0, **changes: Any
) -> dict[str, Any]:
    """A line of Stripe's account of the platform's balance: positive comes in."""
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount_cents,
        "created": int(time.time()),
        "currency": "usd",
        "fee": fee_cents,
        "net": amount_cents - fee_cents,
        "source": source,
        "status": "pending",
        "type": line_type,
    } | changes


def refund(charge_id: str, amount_cents: int, **changes: Any) -> dict[str, Any]:
    """A refund under way: it names its charge, not the payment."""
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount_cents,
        "balance_transaction": new_id("txn"),
        "charge": charge_id,
        "created": int(time.time()),
        "currency": "usd",
        "metadata": {},
        "reason": "requested_by_customer",
        "status": "pending",
    } | changes


def refund_failed(about: dict[str, Any]) -> dict[str, Any]:
    """refund.failed: the money is back, by a balance transaction of its own."""
    failed = {"status": "failed", "failure_balance_transaction": new_id("txn")}
    return event("refund.failed", about | failed | {"failure_reason": "lost_or_stolen_card"})


def dispute(
    charge_id: str, amount_cents: int, lines: list[dict[str, Any]], **changes: Any
) -> dict[str, Any]:
    """A dispute with the balance transactions it has had so far."""
    return {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": amount_cents,
        "balance_transactions": lines,
        "charge": charge_id,
        "created": int(time.time()),
        "currency": "usd",
        "evidence_details": {"due_by": int(time.time()) + 7 * 86400, "submission_count": 0},
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "reason": "fraudulent",
        "status": "needs_response",
    } | changes


def transfer(
    payment_id: str, part: str, amount_cents: int, charge_id: str, **changes: Any
) -> dict[str, Any]:
    """A transfer of ours to a payee, the first attempt at it."""
    return {
        "id": new_id("tr"),
        "object": "transfer",
        "amount": amount_cents,
        "amount_reversed": 0,
        "balance_transaction": new_id("txn"),
        "created": int(time.time()),
        "currency": "usd",
        "destination": "acct_payee",
        "livemode": False,
        "metadata": {"payment_id": payment_id, "part": part, "attempt": "1"},
        "reversals": {"object": "list", "data": [], "has_more": False},
        "reversed": False,
        "source_transaction": charge_id,
        "transfer_group": f"job_{payment_id}",
    } | changes


def transfer_reversed(about: dict[str, Any], *amounts_cents: int) -> dict[str, Any]:
    """The transfer with so many more reversals: what transfer.reversed is about."""
    reversals = about["reversals"]["data"] + [
        {
            "id": new_id("trr"),
            "object": "transfer_reversal",
            "amount": amount_cents,
            "balance_transaction": new_id("txn"),
            "created": int(time.time()),
            "currency": "usd",
            "metadata": {},
            "transfer": about["id"],
        }
        for amount_cents in amounts_cents
    ]
    return about | {
        "amount_reversed": sum(each["amount"] for each in reversals),
        "reversals": about["reversals"] | {"data": reversals},
    }


def payout(amount_cents: int, **changes: Any) -> dict[str, Any]:
    """Money on its way to a bank: the platform's, unless the event names an account."""
    return {
        "id": new_id("po"),
        "object": "payout",
        "amount": amount_cents,
        "arrival_date": int(time.time()) + 2 * 86400,
        "balance_transaction": new_id("txn"),
        "created": int(time.time()),
        "currency": "usd",
        "failure_code": None,
        "livemode": False,
        "metadata": {},
        "status": "pending",
    } | changes


def thin_event(event_type: str) -> dict[str, Any]:
    """An event of the v2 form, which a snapshot endpoint never gets."""
    return {
        "id": new_id("evt_test"),
        "object": "v2.core.event",
        "type": event_type,
        "created": "2026-11-19T12:00:00.000Z",
        "livemode": False,
        "context": None,
        "reason": None,
        "related_object": {"id": "dp_1", "type": "dispute", "url": "/v1/disputes/dp_1"},
    }


def body(value: dict[str, Any]) -> bytes:
    """The event as it travels: Stripe indents by two."""
    return json.dumps(value, indent=2).encode()


def signature(signed: bytes, secret: str, at: float) -> str:
    """The Stripe-Signature header for a body, made at `at` (seconds since the epoch)."""
    return str(WebhookSignature.generate_signature_header(signed.decode(), secret, int(at)))
