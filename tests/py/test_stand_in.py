"""What stands in for Stripe: keys as Stripe has them, and pages that say what they are."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe

from backend import stripe_api
from local.fake_stripe.api import create_app, faults
from local.fake_stripe.bank import Bank
from tests.py.stripe_world import serving


class StandIn:
    """A stand-in whose clock a test sets, and the real client."""

    def __init__(self, url: str, bank: Bank, faults: list[tuple[object, ...]]) -> None:
        self.url, self.bank, self.faults = url, bank, faults
        self.time = 1_795_000_000.0
        bank.url, bank.clock = url, lambda: self.time
        client = stripe_api.client("sk_test_1", url)
        assert client is not None
        self.client = client

    def open_account(self, key: str, owner: str) -> str:
        return self.client.v1.accounts.create(
            {"type": "express", "metadata": {"owner_id": owner}}, {"idempotency_key": key}
        ).id

    def open_page(self) -> stripe.checkout.Session:
        price = {
            "currency": "usd",
            "unit_amount": 2500,
            "product_data": {"name": "Remote <car> diagnostic"},
        }
        wanted: Any = {
            "mode": "payment",
            "client_reference_id": "p_1",
            "line_items": [{"quantity": 1, "price_data": price}],
            "metadata": {"payment_id": "p_1"},
            "payment_intent_data": {"metadata": {"payment_id": "p_1"}, "transfer_group": "job_1"},
            "success_url": f"{self.url}/payments/p_1?checkout=done",
            "cancel_url": f"{self.url}/payments/p_1?checkout=cancelled",
        }
        return self.client.v1.checkout.sessions.create(wanted)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    bank = Bank()
    app = create_app(bank)
    with serving(app) as url:
        yield StandIn(url, bank, faults(app))


def test_a_key_has_one_answer_for_a_day(stand_in: StandIn) -> None:
    first = stand_in.open_account("key", "max")
    stand_in.time += 24 * 3600 - 1
    assert stand_in.open_account("key", "max") == first
    stand_in.time += 1
    assert stand_in.open_account("key", "max") != first


def test_a_key_that_asks_for_something_else_is_refused(stand_in: StandIn) -> None:
    stand_in.open_account("key", "max")
    with pytest.raises(stripe.IdempotencyError):
        stand_in.open_account("key", "zoe")
    assert len(stand_in.bank.every("account")) == 1


def test_a_fault_is_the_keys_answer_too(stand_in: StandIn) -> None:
    stand_in.faults.append(("/v1/accounts", 500))
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            stand_in.open_account("key", "max")
    assert stand_in.bank.every("account") == []
    stand_in.open_account("another key", "max")


def test_its_pages_say_that_they_are_not_stripe(stand_in: StandIn) -> None:
    page = stand_in.open_page()
    account = stand_in.open_account("key", "max")
    assert page.url is not None
    for url in (page.url, f"{stand_in.url}/onboard/{account}", page.success_url or ""):
        said = httpx.get(url)
        assert said.status_code == 200
        assert "This is not Stripe." in said.text
    assert "<car>" not in httpx.get(page.url).text


def test_who_pays_comes_back_to_a_page_that_is_there(stand_in: StandIn) -> None:
    page = stand_in.open_page()
    assert page.url is not None
    declined = httpx.post(page.url, data={"do": "decline"}, follow_redirects=True)
    assert (declined.status_code, str(declined.url)) == (200, page.url)
    assert stand_in.bank.every("charge") == []
    paid = httpx.post(page.url, data={"do": "pay"}, follow_redirects=True)
    assert (paid.status_code, str(paid.url)) == (200, page.success_url)
    assert "Paid." in paid.text
    [charge] = stand_in.bank.every("charge")
    assert charge["amount"] == 2500


def test_the_platforms_events_are_listed_without_those_of_its_accounts(stand_in: StandIn) -> None:
    account = stand_in.open_account("key", "max")
    stand_in.bank.finish_onboarding(account)
    stand_in.bank.pay_out(100)

    def kinds(options: Any = None) -> set[str]:
        listed = stand_in.client.v1.events.list({}, options)
        assert all("account" not in each.to_dict() for each in listed)
        return {each.type for each in listed}

    assert kinds() == {"payout.created", "payout.paid"}
    assert kinds({"stripe_account": account}) == {"account.updated", "capability.updated"}
