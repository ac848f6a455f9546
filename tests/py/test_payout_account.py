"""Who gets the address of the page where Stripe asks who is to be paid."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.test import TestResponse

from backend import create_app
from backend.config import Config
from backend.payout_account import account_of
from local.fake_stripe.api import create_app as create_stripe
from local.fake_stripe.api import faults
from local.fake_stripe.bank import Bank
from local.scratch import Database
from tests.py.service_fakes import (
    ANA,
    SHARED_SECRET,
    Outside,
    RecordingDatabase,
    serve,
    token,
)
from tests.py.stripe_world import StripeWorld, serving, stripe_world

BEGUN = {
    "owner_id": ANA,
    "stripe_account_id": None,
    "attempt": 1,
    "idempotency_key": f"account:{ANA}:1",
    "begun_at": datetime.now(UTC),
    "look_up": False,
}
WORKSHOP = "11111111-1111-4111-8111-111111111111"


class Service:
    """The service between an Auth and a stand-in for Stripe."""

    def __init__(self, enter: Any) -> None:
        self.bank = Bank()
        self.stripe = create_stripe(self.bank)
        outside = Outside()
        outside.url = enter(serve(outside.answer))
        self.bank.url = enter(serving(self.stripe))
        self.config: Config = replace(outside.config(), stripe_api_base=self.bank.url)
        self.database = RecordingDatabase({"begin_payout_account": [BEGUN]})

    def ask(self, persona: str, body: object) -> TestResponse:
        client = create_app(self.config, database=self.database).test_client()
        signed = token(SHARED_SECRET, "HS256", None, role=persona)
        return client.post(
            "/payout-account", json=body, headers={"Authorization": f"Bearer {signed}"}
        )


@pytest.fixture
def service() -> Iterator[Service]:
    with ExitStack() as ending:

        def enter(context: AbstractContextManager[str]) -> str:
            return ending.enter_context(context)

        yield Service(enter)


def test_a_mechanic_gets_a_page_and_an_account_that_is_written_down(service: Service) -> None:
    answer = service.ask("mechanic", {})
    [account] = service.bank.every("account")
    assert answer.status_code == 201
    assert answer.get_json()["url"].startswith(f"{service.bank.url}/onboard/{account['id']}")
    assert account["type"] == "express"
    assert account["metadata"] == {"owner_id": ANA, "attempt": "1"}
    assert service.database.calls == [
        ("begin_payout_account", {"person_id": ANA, "workshop_id": None}),
        ("record_payout_account", {"owner_id": ANA, "stripe_account_id": account["id"]}),
    ]


def test_asked_again_before_the_account_was_written_down_it_is_the_same(service: Service) -> None:
    service.ask("mechanic", {})
    service.ask("mechanic", {})
    assert len(service.bank.every("account")) == 1


def test_who_has_an_account_gets_the_page_of_that(service: Service) -> None:
    account = service.bank.open_account({})
    begun = BEGUN | {"stripe_account_id": account["id"]}
    service.database.answers["begin_payout_account"] = [begun]
    answer = service.ask("workshop", {"workshop_id": WORKSHOP})
    assert answer.status_code == 201
    assert service.database.calls == [
        ("begin_payout_account", {"person_id": ANA, "workshop_id": WORKSHOP})
    ]


@pytest.mark.parametrize("persona", ["customer", "platform_admin"])
def test_nobody_else_is_paid(service: Service, persona: str) -> None:
    assert service.ask(persona, {}).status_code == 403
    assert service.database.calls == []


@pytest.mark.parametrize("body", [[], 1, {"workshop_id": "mine"}, {"workshop_id": 1}])
def test_a_workshop_is_named_by_its_id(service: Service, body: object) -> None:
    assert service.ask("workshop", body).status_code == 400


def test_a_fault_of_stripe_is_told_as_one(service: Service) -> None:
    faults(service.stripe).append(("/v1/accounts", 500))
    assert service.ask("mechanic", {}).status_code == 503
    service.config = replace(service.config, stripe_secret_key=None)
    assert service.ask("mechanic", {}).status_code == 503


@pytest.fixture
def world(
    new_database: Callable[[], AbstractContextManager[Database]],
) -> Iterator[StripeWorld]:
    with stripe_world(new_database) as made:
        yield made


@pytest.mark.parametrize(("made", "attempt"), [(True, "1"), (False, "2")])
@pytest.mark.parametrize("trouble", ["a fault of Stripe", "no answer for 23 hours"])
def test_an_account_whose_opening_went_wrong_is_looked_up_and_never_opened_twice(
    world: StripeWorld, trouble: str, made: bool, attempt: str
) -> None:
    assert world.client is not None
    mechanic = world.payment(world.mechanic(onboarded=False))
    world.bank.open_account({"metadata": {"owner_id": mechanic, "attempt": "7"}})
    if trouble == "a fault of Stripe":
        faults(world.stripe).append(("/v1/accounts", 500, *(["made"] if made else [])))
    else:
        world.service_calls.call("begin_payout_account", person_id=mechanic, workshop_id=None)
        if made:
            world.bank.open_account({"metadata": {"owner_id": mechanic, "attempt": "1"}})
        world.pass_time("23 hours")

    account_id = account_of(world.service_calls, world.client, mechanic, None)
    mine = {"owner_id": mechanic, "attempt": attempt}
    assert [each["id"] for each in world.bank.every("account") if each["metadata"] == mine] == [
        account_id
    ]
    assert len(world.bank.every("account")) == 2
    assert account_of(world.service_calls, world.client, mechanic, None) == account_id


def test_an_answer_that_is_unknown_for_less_is_asked_for_again(world: StripeWorld) -> None:
    assert world.client is not None
    mechanic = world.payment(world.mechanic(onboarded=False))
    [begun] = world.service_calls.call("begin_payout_account", person_id=mechanic, workshop_id=None)
    world.pass_time("22 hours 59 minutes 59 seconds")
    account_of(world.service_calls, world.client, mechanic, None)
    assert list(world.bank.answers) == [begun["idempotency_key"]]


def test_who_takes_their_account_away_is_paid_through_the_next_one(world: StripeWorld) -> None:
    assert world.client is not None
    mechanic = world.mechanic(onboarded=False)
    person = world.payment(mechanic)
    first = world.onboard(person)
    session, _ = world.diagnostic(mechanic)
    world.pass_time("8 days")
    payment = world.payment(f"{session} payment")
    [begun] = world.worker_calls.call("begin_transfer", payment_id=payment, part="work")
    assert begun["destination"] == first

    world.bank.take_away(first)
    world.settle()
    assert world.bank.every("transfer") == []
    second = world.onboard(person)
    assert second != first
    world.pass_time("1 day")
    world.settle()
    [transfer] = world.bank.every("transfer")
    assert (transfer["destination"], transfer["amount"]) == (second, 2250)
    assert world.rows(
        "select attempt, destination, status from app.transfers order by attempt"
    ) == [
        {"attempt": 1, "destination": first, "status": "failed"},
        {"attempt": 2, "destination": second, "status": "sent"},
    ]


def test_a_transfer_that_was_made_to_an_account_since_taken_away_is_found(
    world: StripeWorld,
) -> None:
    mechanic = world.mechanic(onboarded=False)
    person = world.payment(mechanic)
    first = world.onboard(person)
    session, _ = world.diagnostic(mechanic)
    world.pass_time("8 days")
    payment = world.payment(f"{session} payment")
    [begun] = world.worker_calls.call("begin_transfer", payment_id=payment, part="work")
    sent = {name: str(begun[name]) for name in ("currency", "destination", "source_transaction")}
    metadata = {"payment_id": payment, "part": "work", "attempt": "1"}
    world.bank.transfer(
        sent | {"amount": "2250", "transfer_group": begun["transfer_group"], "metadata": metadata}
    )
    world.bank.undelivered.clear()
    world.bank.take_away(first)
    world.delivery.deliver()
    world.work()
    world.onboard(person)
    world.settle()
    assert len(world.bank.every("transfer")) == 1
    assert world.rows("select destination, status from app.transfers") == [
        {"destination": first, "status": "sent"}
    ]
