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
        "payment_intent": new_id("pi"),
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
        "payment_intent": new_id("pi"),
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
