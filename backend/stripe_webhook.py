"""Stripe's events: proven to be Stripe's, then stored as they came.

Nothing is done with an event here; the database stores it and queues a job in one transaction.
"""

import json
import logging
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, request
from stripe import SignatureVerificationError, WebhookSignature

from backend.config import Config
from backend.db import Calls
from backend.http import Problem, read_body, tell

log = logging.getLogger("backend.stripe_webhook")

BODY_LIMIT = 1024 * 1024  # bytes; Stripe's own events stay far below
MOST_AGE_S = 300  # either way, as Stripe's libraries have it for the past
SNAPSHOT, THIN = "event", "v2.core.event"
STALE_IN_A_ROW = 3  # genuine signatures, and none that is fresh: then it is our clock that is off
WORD = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True, slots=True)
class Event:
    """An event as far as this service reads it."""

    id: str
    type: str


class Stale(Problem):
    """Stripe's own signature, of another time; `ahead_s`: how far our clock is ahead of it."""

    def __init__(self, ahead_s: float) -> None:
        super().__init__(400, "stale_signature", "The signature's time is too far from ours.")
        self.ahead_s = round(ahead_s)


@dataclass
class Watch:
    """What an operator is to know of deliveries, since this process began."""

    refused: Counter[str] = field(default_factory=Counter)
    stale_in_a_row: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def alerts(self) -> list[str]:
        """What somebody should look at now."""
        return ["all_signatures_stale"] if self.stale_in_a_row >= STALE_IN_A_ROW else []

    def signed(self) -> None:
        """A fresh signature came."""
        self.stale_in_a_row = 0

    def refuse(self, problem: Problem) -> None:
        """Count a refusal, and say so once if it seems that all signatures are stale."""
        with self.lock:
            self.refused[problem.code] += 1
            if not isinstance(problem, Stale):
                return
            self.stale_in_a_row += 1
            begins = self.stale_in_a_row == STALE_IN_A_ROW
        if begins:
            log.error(
                "all signatures are stale: is the clock of this host right?",
                extra={"alert": "all_signatures_stale", "ahead_s": problem.ahead_s},
            )


def blueprint(
    database: Calls, config: Config, clock: Callable[[], float], watch: Watch
) -> Blueprint:
    """The three endpoints, each with secrets of its own; `clock` gives seconds since the epoch."""
    bp = Blueprint("stripe_webhook", __name__)

    def store(secrets: tuple[str, ...], kind: str) -> tuple[str, int]:
        """200 once the event is stored, or was before; 400, 411 or 413 if it cannot be Stripe's.

        Stripe repeats events and reorders them: https://docs.stripe.com/webhooks
        """
        try:
            body = read_body(BODY_LIMIT)
            text = verify(body, request.headers.get("Stripe-Signature", ""), secrets, clock())
            watch.signed()
            event = parse(text, kind)
        except Problem as problem:
            watch.refuse(problem)
            raise
        [stored] = database.call("record_stripe_event", event_id=event.id, raw=body)
        told = {"event_id": event.id, "event_type": event.type} | stored
        tell(**told)
        if stored["state"] == "quarantined" or stored["reason"] == "livemode":
            log.warning("event not applied", extra=told | {"alert": "event_not_applied"})
        return "", 200

    @bp.post("/stripe/webhook")
    def receive() -> tuple[str, int]:
        """Snapshot events of the platform's own account."""
        return store(config.stripe_webhook_secrets, SNAPSHOT)

    @bp.post("/stripe/webhook/connect")
    def receive_of_accounts() -> tuple[str, int]:
        """Snapshot events of the accounts of mechanics and workshops."""
        return store(config.stripe_connect_secrets, SNAPSHOT)

    @bp.post("/stripe/webhook/thin")
    def receive_thin() -> tuple[str, int]:
        """Events of Stripe's second form, which only name what changed."""
        return store(config.stripe_thin_secrets, THIN)

    return bp


def verify(body: bytes, header: str, secrets: Iterable[str], now: float) -> str:
    """The body as text, if `header` signs it with one of the secrets and is fresh; else 400.

    stripe-python alone accepts a time in the future, and fails with other errors than its own on
    bytes that are not UTF-8 or signatures that are not ASCII.
    """
    fields = [field.split("=", 1) for field in header.split(",")]
    times = [field[1] for field in fields if field[0] == "t" and len(field) == 2]
    try:
        text = body.decode()
        genuine = (
            len(times) == 1
            and re.fullmatch(r"[0-9]{1,12}", times[0]) is not None
            and any(_signs(text, header, secret) for secret in secrets)
        )
    except (TypeError, UnicodeDecodeError):
        genuine = False
    if not genuine:
        raise Problem(400, "bad_signature", "The body is not signed by a known secret.")
    ahead_s = now - int(times[0])
    if abs(ahead_s) > MOST_AGE_S:
        raise Stale(ahead_s)
    return text


def _signs(text: str, header: str, secret: str) -> bool:
    try:
        return bool(WebhookSignature.verify_header(text, header, secret))
    except SignatureVerificationError:
        return False


def parse(text: str, kind: str = SNAPSHOT) -> Event:
    """The event in `text`, which must be one of this kind and nothing else; else 400.

    Whether jsonb can hold it (it refuses NaN and \\u0000) is for the database to find out: what
    Stripe signed is kept.
    """
    try:
        value = _decoder.decode(text)
    except (ValueError, RecursionError):
        value = None
    match value:
        case {"object": str(found), "id": str(event_id), "type": str(event_type)} if (
            found == kind and WORD.fullmatch(event_id) and WORD.fullmatch(event_type)
        ):
            return Event(event_id, event_type)
    raise Problem(400, "bad_event", "The body is not an event of this endpoint's kind.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key is given twice")
    return value


_decoder = json.JSONDecoder(object_pairs_hook=_object)
