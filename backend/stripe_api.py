"""The client of Stripe's API, for the web process and the worker alike."""

import stripe

TIMEOUT_S = 10


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
