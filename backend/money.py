"""Moving money at Stripe: what is due is asked of the database, done, and told to it as a fact.

Each call carries the idempotency key of a row written before it, so that repeating a job repeats
nothing. A call whose outcome is unknown for 23 hours, or that Stripe answered with a fault of its own,
is looked up, never resent: https://docs.stripe.com/api/idempotent_requests
"""

import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import Any

import stripe

from backend.db import Calls, Refused, Row
from backend.stripe_api import is_fault_of_stripe, is_unknown, opened_page

log = logging.getLogger("backend.money")


class Money:
    """The jobs that call Stripe. Without a client (no key is configured) they leave all as it is."""

    def __init__(self, database: Calls, client: stripe.StripeClient | None) -> None:
        self.database = database
        self.client = client

    def apply_event(self, event_id: str) -> None:
        """Apply a stored event; fetch what it waits for, if it does not come by itself."""
        [row] = self.database.call("apply_stripe_event", event_id=event_id)
        if row["apply_stripe_event"] == "quarantined":
            log.error(
                "event not applied", extra={"event_id": event_id, "alert": "event_not_applied"}
            )
        if self.client is None:
            return
        for missing in self.database.call("missing_object", event_id=event_id):
            self.fetch(self.client, missing["reason"], missing["stripe_id"])

    def fetch(self, client: stripe.StripeClient, reason: str, stripe_id: str) -> None:
        """Ask Stripe for an object, and tell the database what it says."""
        if reason == "charge":
            charge = client.v1.charges.retrieve(stripe_id, {"expand": ["balance_transaction"]})
            if charge.status == "succeeded":
                self.learn("charge.succeeded", charge)
                self.learn("charge.updated", charge)
        elif reason == "payment_intent":
            charge_id = client.v1.payment_intents.retrieve(stripe_id).latest_charge
            if charge_id is not None:
                self.fetch(client, "charge", str(charge_id))
        elif reason == "balance_transaction":
            line = client.v1.balance_transactions.retrieve(stripe_id)
            self.learn("balance_transaction.retrieved", line)
        elif reason == "reversals":
            self.learn("transfer.reversed", whole_transfer(client, stripe_id))
        elif reason == "failure_balance_transaction":
            self.learn("refund.updated", client.v1.refunds.retrieve(stripe_id))

    def fetch_anew(self, client: stripe.StripeClient, event_id: str) -> str:
        """Apply what an event is about as Stripe describes it today; the state.

        An event keeps the shape of the API version that it was made in; an object is given in ours.
        """
        event = client.v1.events.retrieve(event_id).to_dict()
        about = event["data"]["object"]
        retrieve: dict[str, Callable[[str], stripe.StripeObject | dict[str, Any]]] = {
            "charge": lambda charge_id: client.v1.charges.retrieve(
                charge_id, {"expand": ["balance_transaction"]}
            ),
            "checkout.session": client.v1.checkout.sessions.retrieve,
            "dispute": client.v1.disputes.retrieve,
            "payment_intent": client.v1.payment_intents.retrieve,
            "payout": client.v1.payouts.retrieve,
            "refund": client.v1.refunds.retrieve,
            "transfer": partial(whole_transfer, client),
        }
        if event.get("account") or about["object"] not in retrieve:
            return "not to be fetched"
        state = self.learn(event["type"], retrieve[about["object"]](about["id"]))
        if state == "done":
            with contextlib.suppress(Refused):  # one that is quarantined for another reason stays
                self.database.call("end_quarantine", event_id=event_id)
        return state

    def learn(self, kind: str, about: stripe.StripeObject | dict[str, Any]) -> str:
        """Tell the database of an object as an event of this kind would; the state."""
        said = about.to_dict() if isinstance(about, stripe.StripeObject) else about
        [row] = self.database.call("learn_stripe_object", type=kind, object=said)
        if row["learn_stripe_object"] != "done":
            log.warning(
                "Stripe's answer was not taken",
                extra={"stripe_id": said["id"], "state": row["learn_stripe_object"]},
            )
        return str(row["learn_stripe_object"])

    def send_transfer(self, payment_id: str, part: str) -> None:
        """Send a payee what is due to them."""
        if self.client is None:
            return
        due = self.database.call("begin_transfer", payment_id=payment_id, part=part)
        for transfer in due:
            if transfer["look_up"]:
                self.look_up_transfer(self.client, payment_id, part, transfer)
                continue
            try:
                made = self.client.v1.transfers.create(
                    {
                        "amount": transfer["amount_cents"],
                        "currency": transfer["currency"],
                        "destination": transfer["destination"],
                        "source_transaction": transfer["source_transaction"],
                        "transfer_group": transfer["transfer_group"],
                        "metadata": {
                            "payment_id": payment_id,
                            "part": part,
                            "attempt": str(transfer["attempt"]),
                        },
                    },
                    {"idempotency_key": transfer["idempotency_key"]},
                )
            except stripe.StripeError as error:
                if is_unknown(error):
                    raise
                note("Stripe made no transfer", error, transfer["idempotency_key"])
                if is_fault_of_stripe(error):
                    self.look_up_transfer(self.client, payment_id, part, transfer)
                else:
                    self.fail_transfer(payment_id, part, transfer, code(error), "1 day")
            else:
                self.learn("transfer.created", made)

    def look_up_transfer(
        self, client: stripe.StripeClient, payment_id: str, part: str, transfer: Row
    ) -> None:
        """See whether a transfer was made; if not, its attempt has failed."""
        group = client.v1.transfers.list({"transfer_group": transfer["transfer_group"]})
        for made in group.auto_paging_iter():
            told = made.to_dict()["metadata"]
            if (told.get("part"), told.get("attempt")) == (part, str(transfer["attempt"])):
                self.learn("transfer.created", made)
                return
        self.fail_transfer(payment_id, part, transfer, "not made", "1 minute")

    def fail_transfer(
        self, payment_id: str, part: str, transfer: Row, failure: str, retry_after: str
    ) -> None:
        self.database.call(
            "fail_transfer",
            payment_id=payment_id,
            part=part,
            attempt=transfer["attempt"],
            failure=failure,
            retry_after=retry_after,
        )

    def reverse_transfer(self, payment_id: str, part: str) -> None:
        """Take back from a payee what they were sent too much."""
        if self.client is None:
            return
        for due in self.database.call("begin_reversal", payment_id=payment_id, part=part):
            transfer_id, reversal_id = due["stripe_transfer_id"], str(due["reversal_id"])
            failure = None
            try:
                if not due["look_up"]:
                    self.client.v1.transfers.reversals.create(
                        transfer_id,
                        {"amount": due["amount_cents"], "metadata": {"reversal_id": reversal_id}},
                        {"idempotency_key": due["idempotency_key"]},
                    )
            except stripe.StripeError as error:
                if is_unknown(error):
                    raise
                note("Stripe reversed nothing", error, due["idempotency_key"])
                failure = code(error)
            whole = whole_transfer(self.client, transfer_id)
            made = [each["metadata"].get("reversal_id") for each in whole["reversals"]["data"]]
            self.learn("transfer.reversed", whole)
            self.database.call(
                "end_reversal",
                reversal_id=reversal_id,
                failure=None if reversal_id in made else failure or "not made",
            )

    def send_refund(self, refund_id: str) -> None:
        """Send a customer their money back."""
        if self.client is None:
            return
        begun = self.database.call("begin_refund", refund_id=refund_id)
        for due in begun:
            if due["look_up"]:
                self.look_up_refund(self.client, refund_id, due)
                continue
            metadata = {"refund_id": refund_id, "attempt": str(due["attempt"])}
            try:
                made = self.client.v1.refunds.create(
                    {
                        "charge": due["stripe_charge_id"],
                        "amount": due["amount_cents"],
                        "metadata": metadata,
                    },
                    {"idempotency_key": due["idempotency_key"]},
                )
            except stripe.StripeError as error:
                if is_unknown(error):
                    raise
                note("Stripe refunded nothing", error, due["idempotency_key"])
                if is_fault_of_stripe(error):
                    self.look_up_refund(self.client, refund_id, due)
                else:
                    self.fail_refund(refund_id, code(error), False)
            else:
                self.learn("refund.created", made)

    def look_up_refund(self, client: stripe.StripeClient, refund_id: str, due: Row) -> None:
        """See whether a refund was made; if not, it is asked for again, under another key."""
        for made in client.v1.refunds.list({"charge": due["stripe_charge_id"]}).auto_paging_iter():
            told = made.to_dict()["metadata"]
            if (told.get("refund_id"), told.get("attempt")) == (
                refund_id,
                str(due["attempt"]),
            ):
                self.learn("refund.created", made)
                return
        self.fail_refund(refund_id, "not made", True)

    def fail_refund(self, refund_id: str, failure: str, try_again: bool) -> None:
        self.database.call(
            "fail_refund",
            refund_id=refund_id,
            failure=failure,
            try_again=try_again,
        )

    def expire_checkout(self, payment_id: str, attempt: int) -> None:
        """Close a payment's page at Stripe: it is not to be paid there any more."""
        if self.client is None:
            return
        for left in self.database.call("begin_expiry", payment_id=payment_id, attempt=attempt):
            session_id = left["stripe_session_id"]
            if session_id is None:
                opened = opened_page(self.client, left)
                session_id = opened and opened.id
            if session_id is not None:
                try:
                    self.client.v1.checkout.sessions.expire(session_id)
                except stripe.StripeError as error:
                    if is_unknown(error) or is_fault_of_stripe(error):
                        raise
                    log.info("a page had ended", extra={"stripe_id": session_id})
            self.database.call("end_expiry", payment_id=payment_id, attempt=attempt)


def whole_transfer(client: stripe.StripeClient, transfer_id: str) -> dict[str, Any]:
    """A transfer with every one of its reversals, however many pages they fill."""
    transfer = client.v1.transfers.retrieve(transfer_id).to_dict()
    reversals = client.v1.transfers.reversals.list(transfer_id, {"limit": 100})
    transfer["reversals"] = {
        "data": [each.to_dict() for each in reversals.auto_paging_iter()],
        "has_more": False,
    }
    return transfer


def code(error: stripe.StripeError) -> str:
    """Stripe's word for what was wrong."""
    return str(error.code or type(error).__name__)


def note(message: str, error: stripe.StripeError, key: str) -> None:
    """Log a refusal: Stripe's codes, never its sentences, which may quote a person."""
    log.error(
        message,
        extra={
            "idempotency_key": key,
            "status": error.http_status,
            "error": type(error).__name__,
            "error_code": error.code,
            "request_id": error.request_id,
        },
    )
