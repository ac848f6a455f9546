"""What Stripe says of the last days against what we have: events that never came, and every cent.

Running it again changes nothing: an event is stored once, and a difference is only named.
"""

import csv
import io
import json
import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import stripe

from backend.db import Calls

log = logging.getLogger("backend.reconcile")

EVENT_DAYS = 30  # Stripe keeps no event for longer
PAGE = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact on which Stripe and the ledger do not agree, in cents of our balance at Stripe."""

    source_key: str
    stripe_id: str | None
    stripe_cents: int
    ledger_cents: int
    currency: str

    @property
    def cause(self) -> str:
        """In words for an accountant."""
        if self.stripe_id is None:
            return "Stripe has no such line"
        return "not in the ledger" if self.ledger_cents == 0 else "another amount"


def fetch_lacking_events(database: Calls, client: stripe.StripeClient, now: datetime) -> int:
    """Store every event of the last 30 days that never arrived; how many. Their jobs apply them."""
    since = int((now - timedelta(days=EVENT_DAYS)).timestamp())
    fetched = fetch_events_of(database, client, since, None)
    for row in database.call("connected_account_ids"):
        account_id = row["connected_account_ids"]
        try:
            fetched += fetch_events_of(database, client, since, account_id)
        except stripe.PermissionError:
            # Taken away from us: there is nothing that we may see of it.
            log.warning("an account is not ours to ask", extra={"stripe_id": account_id})
    if fetched:
        log.warning("events had not arrived", extra={"count": fetched})
    return fetched


def fetch_events_of(
    database: Calls, client: stripe.StripeClient, since: int, account_id: str | None
) -> int:
    """Store what never arrived of the platform's events, or of an account's; how many.

    Stripe lists them apart: https://docs.stripe.com/api/connected-accounts
    """
    whose: Any = {} if account_id is None else {"stripe_account": account_id}
    told = {} if account_id is None else {"account": account_id}
    events = client.v1.events.list({"created": {"gte": since}, "limit": PAGE}, whose)
    by_id = {event.id: event for event in events.auto_paging_iter()}
    lacking = database.call("lacking_events", event_ids="{" + ",".join(by_id) + "}")
    # Oldest first, as they happened.
    ids = {row["lacking_events"] for row in lacking}
    for event_id in reversed([each for each in by_id if each in ids]):
        body = json.dumps(by_id[event_id].to_dict() | told)
        database.call("record_stripe_event", event_id=event_id, raw=body.encode())
    return len(ids)


def compare_balance(
    database: Calls, client: stripe.StripeClient, since: datetime
) -> list[Difference]:
    """Every line of our balance at Stripe since then against the ledger."""
    listed = client.v1.balance_transactions.list(
        {"created": {"gte": int(since.timestamp())}, "limit": PAGE}
    )
    lines = [
        {
            "id": line.id,
            "type": line.type,
            "source": line.source if isinstance(line.source, str) else None,
            "amount": line.amount,
            "fee": line.fee,
            "currency": line.currency,
        }
        for line in listed.auto_paging_iter()
    ]
    rows = database.call("reconcile", lines=lines, since=since)
    if rows:
        log.error("Stripe and the ledger differ", extra={"count": len(rows)})
    return [Difference(**row) for row in rows]


def keep(database: Calls, differences: list[Difference]) -> None:
    """Let an admin read them, until they are compared again."""
    database.call("keep_differences", differences=[asdict(each) for each in differences])


def report(differences: list[Difference]) -> str:
    """As CSV, amounts in units of the currency."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["fact", "Stripe's line", "Stripe", "ledger", "difference", "currency", "cause"])
    for each in differences:
        table.writerow(
            [
                each.source_key,
                each.stripe_id or "",
                f"{each.stripe_cents / 100:.2f}",
                f"{each.ledger_cents / 100:.2f}",
                f"{(each.ledger_cents - each.stripe_cents) / 100:.2f}",
                each.currency,
                each.cause,
            ]
        )
    return out.getvalue()
