"""Signed events, delivered as Stripe does it: repeated, out of order, late, or not at all."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from demo import stripe_events
from local.fake_stripe.bank import Bank, Object

# Posts a body with its signature header to one of the platform's endpoints; the status.
Post = Callable[[str, bytes, str], int]


@dataclass
class Delivery:
    """How a bank's events reach the platform. What is not taken is offered again, but for the lost."""

    bank: Bank
    secrets: dict[str, str]  # of the endpoints "platform", "connect" and "thin"
    post: Post
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    repeat: float = 0.0  # the share that comes twice
    lose: float = 0.0  # the share that never comes
    in_order: bool = True
    delay_s: int = 0

    def deliver(self) -> int:
        """Offer every event that is due, once; how many were taken."""
        due = [
            event
            for event in self.bank.undelivered
            if made_at(event) + self.delay_s <= self.bank.now()
        ]
        if not self.in_order:
            self.chance.shuffle(due)
        taken = 0
        for event in due:
            lost = self.chance.random() < self.lose
            if lost or self.offer(event):
                self.bank.undelivered.remove(event)
                taken += not lost
        return taken

    def offer(self, event: Object) -> bool:
        endpoint = "connect" if "account" in event else "platform"
        if event["object"] == "v2.core.event":
            endpoint = "thin"
        body = stripe_events.body(event)
        header = stripe_events.signature(body, self.secrets[endpoint], self.bank.clock())
        times = 2 if self.chance.random() < self.repeat else 1
        answers = [self.post(endpoint, body, header) for _ in range(times)]
        return answers == [200] * times


def made_at(event: Object) -> float:
    """Seconds since the epoch; events of the second form tell a date."""
    created = event["created"]
    return datetime.fromisoformat(created).timestamp() if isinstance(created, str) else created
