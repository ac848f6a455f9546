"""The client of Stripe's API, for the web process and the worker alike."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import stripe

from backend.db import Row

TIMEOUT_S = 10
CLOCKS_DIFFER = timedelta(hours=1)  # by less than that, Stripe's from ours


def client(secret_key: str | None, api_base: str | None) -> stripe.StripeClient | None:
    """The client, or None without a key. It repeats a failed call once, with the same key."""
    if secret_key is None:
        return None
    return stripe.StripeClient(
        secret_key,
        base_addresses={"api": api_base} if api_base else None,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
        max_network_retries=1,
    )


def is_unknown(error: stripe.StripeError) -> bool:
    """Whether the call may have taken effect, or may yet: no answer, or one made in haste."""
    return error.http_status is None or error.http_status in (409, 429)


def is_fault_of_stripe(error: stripe.StripeError) -> bool:
    """Whether Stripe answered 5xx: it says the same to this key for ever, whatever it has done."""
    return error.http_status is not None and error.http_status >= 500


def since(begun_at: datetime) -> Any:
    """A filter for what Stripe made once we had begun to ask for it."""
    return {"gte": int((begun_at - CLOCKS_DIFFER).timestamp())}


def find(listed: Iterable[Any], **told: object) -> Any:
    """The first of Stripe's objects whose metadata say so, or None."""
    for made in listed:
        metadata = made.to_dict().get("metadata") or {}
        if all(metadata.get(name) == str(value) for name, value in told.items()):
            return made
    return None


def opened_page(client: stripe.StripeClient, attempt: Row) -> stripe.checkout.Session | None:
    """The Checkout Session that this attempt at a payment opened, if it did."""
    listed = client.v1.checkout.sessions.list({"created": since(attempt["begun_at"]), "limit": 100})
    found: stripe.checkout.Session | None = find(
        listed.auto_paging_iter(), payment_id=attempt["payment_id"], attempt=attempt["attempt"]
    )
    return found
