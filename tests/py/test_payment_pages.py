"""A payment has one page at Stripe that can be paid, whatever went wrong, and none once it is given up."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from backend.http import Problem
from local.fake_stripe.api import faults
from local.fake_stripe.bank import Refusal
from local.scratch import Database
from tests.py.stripe_world import StripeWorld, stripe_world


@pytest.fixture
def world(
    new_database: Callable[[], AbstractContextManager[Database]],
) -> Iterator[StripeWorld]:
    with stripe_world(new_database) as made:
        yield made


def begin(world: StripeWorld) -> tuple[str, dict[str, str]]:
    """A payment of ben's whose page was asked for, and no answer came; what its page would carry."""
    session = world.open_session()
    payment = world.payment(f"{session} payment")
    [begun] = world.service_calls.call(
        "begin_checkout", person_id=world.payment("ben"), payment_id=payment
    )
    return payment, {"payment_id": payment, "attempt": str(begun["attempt"])}


def open_at_stripe(world: StripeWorld, metadata: dict[str, str]) -> str:
    """The page as Stripe opens it, and its id, of which we are told nothing."""
    price = {"unit_amount": "2500", "currency": "usd", "product_data": {"name": "Diagnostic"}}
    page = world.bank.open_page(
        {
            "client_reference_id": metadata["payment_id"],
            "line_items": {"0": {"quantity": "1", "price_data": price}},
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata, "transfer_group": "job_1"},
            "success_url": "",
            "cancel_url": "",
        }
    )
    return str(page["id"])


def attempts(world: StripeWorld, payment: str) -> list[str]:
    return [
        row["status"]
        for row in world.rows(
            "select status from app.checkout_attempts where payment_id = %s order by attempt",
            payment,
        )
    ]


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("trouble", ["a fault of Stripe", "no answer for 23 hours"])
def test_a_page_whose_opening_went_wrong_is_looked_up_and_never_opened_twice(
    world: StripeWorld, trouble: str, made: bool
) -> None:
    if trouble == "a fault of Stripe":
        payment = world.payment(f"{world.open_session()} payment")
        faults(world.stripe).append(("/v1/checkout/sessions", 500, *(["made"] if made else [])))
    else:
        payment, metadata = begin(world)
        if made:
            open_at_stripe(world, metadata)
        world.do("update app.diagnostic_sessions set pay_by = pay_by + interval '1 day'")
        world.pass_time("23 hours")

    page = world.open_page(payment)
    assert attempts(world, payment) == (["open"] if made else ["closed", "open"])
    assert [each["id"] for each in world.bank.every("checkout.session")] == [page]
    assert world.open_page(payment) == page
    world.bank.pay(page)
    world.settle()
    assert world.one("select status from app.payments where id = %s", payment) == {"status": "paid"}


def test_a_payment_that_is_given_up_cannot_be_paid_at_stripe(world: StripeWorld) -> None:
    session = world.open_session()
    payment = world.payment(f"{session} payment")
    page = world.open_page(payment)
    world.do(
        "select tests.act_as('customer', 'ben')",
        f"select api.cancel_session(tests.id('{session}'))",
    )
    assert attempts(world, payment) == ["leaving"]
    world.settle()
    assert attempts(world, payment) == ["closed"]
    with pytest.raises(Refusal, match="not_open"):
        world.bank.pay(page)


def test_the_page_of_a_job_that_was_lost_is_closed_all_the_same(world: StripeWorld) -> None:
    session = world.open_session()
    page = world.open_page(world.payment(f"{session} payment"))
    world.do(
        "select tests.act_as('customer', 'ben')",
        f"select api.cancel_session(tests.id('{session}'))",
        "select tests.act_as_owner()",
        "delete from procrastinate.procrastinate_jobs where task_name = 'expire_checkout'",
    )
    world.settle()
    assert world.bank.get(page)["status"] == "expired"


@pytest.mark.parametrize("known", [True, False])
def test_a_page_that_was_being_opened_when_its_payment_was_given_up_is_closed(
    world: StripeWorld, known: bool
) -> None:
    payment, metadata = begin(world)
    page = None if known else open_at_stripe(world, metadata)
    world.do(f"select app.undo_payment('{payment}', 'not wanted')")
    world.settle()
    assert attempts(world, payment) == ["closed"]
    if page is None:
        # Stripe's answer was under way meanwhile.
        page = open_at_stripe(world, metadata)
        world.service_calls.call(
            "record_checkout",
            payment_id=payment,
            attempt=1,
            stripe_session_id=page,
            url="https://pay.example",
            expires_at=world.one("select app.current_instant() + interval '1 day' as end")["end"],
        )
        assert attempts(world, payment) == ["leaving"]
        world.settle()
        assert attempts(world, payment) == ["closed"]
    assert world.bank.get(page)["status"] == "expired"


def test_once_one_page_is_paid_another_is_closed(world: StripeWorld) -> None:
    payment = world.payment(f"{world.open_session()} payment")
    first = world.open_page(payment)
    world.do(f"update app.checkout_attempts set status = 'closed' where payment_id = '{payment}'")
    second = world.open_page(payment)
    world.bank.pay(first)
    world.settle()
    assert world.bank.get(second)["status"] == "expired"


def test_who_has_paid_already_is_not_given_another_page(world: StripeWorld) -> None:
    payment, metadata = begin(world)
    world.bank.pay(open_at_stripe(world, metadata))
    world.bank.undelivered.clear()
    world.do("update app.diagnostic_sessions set pay_by = pay_by + interval '1 day'")
    world.pass_time("23 hours")
    with pytest.raises(Problem) as refusal:
        world.open_page(payment)
    assert (refusal.value.status, refusal.value.code) == (409, "payment_under_way")
    assert attempts(world, payment) == ["creating"]
