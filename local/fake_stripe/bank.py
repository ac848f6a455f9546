"""What the stand-in knows and does: pages, charges, refunds, transfers, accounts, disputes, events."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from demo import stripe_events
from demo.stripe_events import new_id

Object = dict[str, Any]

DISPUTE_FEE = 1500  # cents
PAGE_S = 24 * 3600
KEY_S = 24 * 3600  # how long an idempotency key is remembered


class Refusal(Exception):
    """An error answer: status, Stripe's code for it, and its type."""

    def __init__(self, status: int, code: str, kind: str = "invalid_request_error") -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": {"code": code, "message": code, "type": kind}}


def fee(amount_cents: int) -> int:
    """What a card payment costs in the contract's examples: 2.9 % and 30 cents."""
    return (amount_cents * 29 + 500) // 1000 + 30


class Bank:
    """Every object by its id, the balance of each account, and the events that are to be delivered.

    `clock` gives seconds since the epoch. With a `file`, a restart forgets nothing.
    """

    def __init__(
        self, url: str = "", clock: Callable[[], float] = time.time, file: Path | None = None
    ) -> None:
        self.url = url
        self.clock = clock
        self.file = file
        self.objects: dict[str, Object] = {}
        self.balances: dict[str, int] = {}
        self.answers: dict[str, list[Any]] = {}
        self.undelivered: list[Object] = []
        self.lock = threading.RLock()  # a request, or a save, at a time
        if file and file.is_file():
            for name, value in json.loads(file.read_text()).items():
                setattr(self, name, value)

    def save(self) -> None:
        if self.file:
            names = ("objects", "balances", "answers", "undelivered")
            making = self.file.with_suffix(".new")
            with self.lock:
                making.write_text(json.dumps({name: getattr(self, name) for name in names}))
                making.replace(self.file)

    def now(self) -> int:
        return int(self.clock())

    def keep(self, made: Object) -> Object:
        """Store an object, made just now."""
        if "created" in made:
            made["created"] = self.now()
        self.objects[made["id"]] = made
        return made

    def get(self, object_id: str) -> Object:
        if object_id not in self.objects:
            raise Refusal(404, "resource_missing")
        return self.objects[object_id]

    def every(self, kind: str, **having: str) -> list[Object]:
        """All objects of a kind, newest first, as Stripe lists them."""
        found = [
            each
            for each in self.objects.values()
            if each["object"] == kind and all(each.get(k) == v for k, v in having.items())
        ]
        return found[::-1]

    def tell(self, kind: str, about: Object, account: str | None = None) -> None:
        """Make an event: what is so at this moment."""
        event = stripe_events.event(kind, json.loads(json.dumps(about)))
        if account:
            event["account"] = account
        self.undelivered.append(self.keep(event))

    def tell_thin(self, kind: str) -> None:
        """Make an event of the second form."""
        at = datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        self.undelivered.append(stripe_events.thin_event(kind) | {"created": at})

    def line(self, kind: str, source: str, cents: int, fee_cents: int = 0) -> Object:
        return self.keep(stripe_events.balance_transaction(kind, source, cents, fee_cents))

    def balance(self) -> int:
        """The platform's own, in cents."""
        return sum(line["net"] for line in self.every("balance_transaction"))

    # Checkout

    def open_page(self, sent: Object) -> Object:
        item = sent["line_items"]["0"]
        amount = int(item["price_data"]["unit_amount"]) * int(item["quantity"])
        session = stripe_events.checkout_session(sent["client_reference_id"], amount)
        session |= {
            "currency": item["price_data"]["currency"],
            "expires_at": self.now() + PAGE_S,
            "metadata": sent["metadata"],
            "payment_intent": None,
            "payment_intent_data": sent["payment_intent_data"],
            "payment_status": "unpaid",
            "status": "open",
            "success_url": sent["success_url"],
            "cancel_url": sent["cancel_url"],
            "description": item["price_data"]["product_data"]["name"],
        }
        session["url"] = f"{self.url}/pay/{session['id']}"
        return self.keep(session)

    def expire_page(self, session_id: str) -> Object:
        session = self.open_session(session_id)
        session["status"] = "expired"
        self.tell("checkout.session.expired", session)
        return session

    def open_session(self, session_id: str) -> Object:
        session = self.get(session_id)
        if session["status"] == "open" and session["expires_at"] <= self.now():
            session["status"] = "expired"
            self.tell("checkout.session.expired", session)
        if session["status"] != "open":
            raise Refusal(400, "checkout_session_not_open")
        return session

    def pay(self, session_id: str) -> Object:
        """The customer pays on the page; returns the charge."""
        session = self.open_session(session_id)
        told = session["payment_intent_data"]
        charge = stripe_events.charge("", session["amount_total"], currency=session["currency"])
        charge |= {
            "metadata": told["metadata"],
            "payment_intent": new_id("pi"),
            "transfer_group": told["transfer_group"],
        }
        intent = {
            "id": charge["payment_intent"],
            "object": "payment_intent",
            "amount": charge["amount"],
            "amount_received": charge["amount"],
            "created": 0,
            "currency": charge["currency"],
            "latest_charge": charge["id"],
            "metadata": told["metadata"],
            "status": "succeeded",
        }
        session |= {
            "status": "complete",
            "payment_status": "paid",
            "payment_intent": intent["id"],
        }
        self.keep(charge)
        self.tell("checkout.session.completed", session)
        self.tell("payment_intent.succeeded", self.keep(intent))
        self.tell("charge.succeeded", charge)
        line = self.line("charge", charge["id"], charge["amount"], fee(charge["amount"]))
        charge["balance_transaction"] = line["id"]
        self.tell("charge.updated", charge)
        return charge

    def decline(self, session_id: str) -> None:
        """The card is refused; the page stays open."""
        session = self.open_session(session_id)
        error = {"code": "card_declined", "decline_code": "insufficient_funds"}
        intent = {
            "id": new_id("pi"),
            "object": "payment_intent",
            "amount": session["amount_total"],
            "amount_received": 0,
            "created": 0,
            "currency": session["currency"],
            "last_payment_error": error,
            "metadata": session["payment_intent_data"]["metadata"],
            "status": "requires_payment_method",
        }
        self.tell("payment_intent.payment_failed", self.keep(intent))

    # Refunds and disputes

    def refund(self, sent: Object) -> Object:
        charge, amount = self.get(sent["charge"]), int(sent["amount"])
        if charge["amount_refunded"] + amount > charge["amount"]:
            raise Refusal(400, "charge_already_refunded")
        made = self.keep(stripe_events.refund(charge["id"], amount, currency=charge["currency"]))
        made["metadata"] = sent.get("metadata", {})
        charge["amount_refunded"] += amount
        made["balance_transaction"] = self.line("refund", made["id"], -amount)["id"]
        self.tell("refund.created", made)
        made["status"] = "succeeded"
        self.tell("refund.updated", made)
        return made

    def fail_refund(self, refund_id: str) -> Object:
        """The customer's bank does not take it: the money comes back."""
        made = self.get(refund_id)
        back = self.line("refund_failure", refund_id, made["amount"])
        made |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        made["failure_balance_transaction"] = back["id"]
        self.get(made["charge"])["amount_refunded"] -= made["amount"]
        self.tell("refund.failed", made)
        return made

    def dispute(self, charge_id: str, cents: int | None = None) -> Object:
        """The customer contests a charge at their bank, which takes the money at once."""
        charge = self.get(charge_id)
        made = self.keep(stripe_events.dispute(charge_id, cents or charge["amount"], []))
        self.tell("charge.dispute.created", made)
        made["balance_transactions"] = [
            self.line("adjustment", made["id"], -made["amount"], DISPUTE_FEE)
        ]
        self.tell("charge.dispute.funds_withdrawn", made)
        return made

    def close_dispute(self, dispute_id: str, outcome: str) -> Object:
        """The bank decides: won or lost."""
        made = self.get(dispute_id)
        made["status"] = outcome
        if outcome == "won":
            made["balance_transactions"].append(self.line("adjustment", dispute_id, made["amount"]))
            self.tell("charge.dispute.funds_reinstated", made)
        self.tell("charge.dispute.closed", made)
        return made

    # Accounts, transfers, payouts

    def open_account(self, sent: Object) -> Object:
        made = {
            "id": new_id("acct"),
            "object": "account",
            "type": sent.get("type", "express"),
            "capabilities": {"transfers": "inactive"},
            "created": 0,
            "metadata": sent.get("metadata", {}),
            "payouts_enabled": False,
            "requirements": {"currently_due": ["external_account"]},
        }
        self.balances[made["id"]] = 0
        return self.keep(made)

    def finish_onboarding(self, account_id: str) -> Object:
        """The payee has told Stripe everything it wants to know."""
        made = self.get(account_id)
        made |= {"payouts_enabled": True, "requirements": {"currently_due": []}}
        made["capabilities"] = {"transfers": "active"}
        self.tell("account.updated", made, account_id)
        capability = {
            "id": "transfers",
            "object": "capability",
            "account": account_id,
            "status": "active",
        }
        self.tell("capability.updated", capability, account_id)
        return made

    def take_away(self, account_id: str) -> None:
        """The payee takes their account away from the platform."""
        del self.objects[account_id]
        application = {"id": "ca_test", "object": "application", "name": "TheAutoDoctor"}
        self.tell("account.application.deauthorized", application, account_id)

    def transfer(self, sent: Object) -> Object:
        charge, amount = self.get(sent["source_transaction"]), int(sent["amount"])
        account = self.get(sent["destination"])
        if account["capabilities"]["transfers"] != "active":
            raise Refusal(400, "insufficient_capabilities_for_transfer")
        sent_before = sum(
            each["amount"] - each["amount_reversed"]
            for each in self.every("transfer", source_transaction=charge["id"])
        )
        if sent_before + amount > charge["amount"]:
            raise Refusal(400, "balance_insufficient")
        made = stripe_events.transfer("", "", amount, charge["id"], currency=sent["currency"])
        made |= {
            "destination": account["id"],
            "metadata": sent.get("metadata", {}),
            "transfer_group": sent.get("transfer_group"),
        }
        self.balances[account["id"]] += amount
        made["balance_transaction"] = self.line("transfer", made["id"], -amount)["id"]
        self.tell("transfer.created", self.keep(made))
        return made

    def reverse(self, transfer_id: str, sent: Object) -> Object:
        made, amount = self.get(transfer_id), int(sent["amount"])
        if made["amount_reversed"] + amount > made["amount"]:
            raise Refusal(400, "transfer_already_reversed")
        if self.balances[made["destination"]] < amount:
            raise Refusal(400, "balance_insufficient")
        self.balances[made["destination"]] -= amount
        made |= stripe_events.transfer_reversed(made, amount)
        reversal: Object = made["reversals"]["data"][-1]
        reversal["metadata"] = sent.get("metadata", {})
        reversal["balance_transaction"] = self.line("transfer_refund", reversal["id"], amount)["id"]
        self.tell("transfer.reversed", made)
        return reversal

    def pay_out_account(self, account_id: str) -> None:
        """The payee's money goes to their bank: it cannot be taken back from the account."""
        amount, self.balances[account_id] = self.balances[account_id], 0
        self.tell("payout.paid", self.keep(stripe_events.payout(amount, status="paid")), account_id)

    def pay_out(self, cents: int) -> Object:
        """The platform's own money goes to its bank."""
        made = self.keep(stripe_events.payout(cents))
        self.line("payout", made["id"], -cents)
        self.tell("payout.created", made)
        made["status"] = "paid"
        self.tell("payout.paid", made)
        return made

    def fail_payout(self, payout_id: str) -> None:
        """The bank sends it back."""
        made = self.get(payout_id)
        self.line("payout_failure", payout_id, made["amount"])
        made |= {"status": "failed", "failure_code": "account_closed"}
        self.tell("payout.failed", made)

    # Idempotency keys

    def once(
        self, key: str, asked: str, answer: Callable[[], tuple[int, Object]]
    ) -> tuple[int, Object]:
        """The answer that the key has had before, a fault too; else a new one, which it keeps."""
        known = self.answers.get(key)
        if known and known[0] > self.now() - KEY_S:
            if known[1] != asked:
                raise Refusal(400, "idempotency_key_in_use", "idempotency_error")
            return known[2], known[3]
        try:
            status, body = answer()
        except Refusal as refusal:
            status, body = refusal.status, refusal.body
        self.answers[key] = [self.now(), asked, status, body]
        return status, body


def nested(flat: dict[str, str]) -> Object:
    """A form as Stripe's clients send it: metadata[payment_id]=… is {"metadata": {"payment_id": …}}."""
    whole: Object = {}
    for name, value in flat.items():
        first, *rest = name.replace("]", "").split("[")
        inner = whole
        for step in itertools.pairwise((first, *rest)):
            inner = inner.setdefault(step[0], {})
        inner[(first, *rest)[-1]] = value
    return whole
