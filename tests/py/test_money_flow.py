"""Money from a customer's card to its payees and back, through the real client and the real jobs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from local.fake_stripe.api import faults
from local.fake_stripe.bank import fee
from local.scratch import Database
from tests.py.stripe_world import StripeWorld, stripe_world


@pytest.fixture
def world(
    new_database: Callable[[], AbstractContextManager[Database]],
) -> Iterator[StripeWorld]:
    with stripe_world(new_database) as made:
        yield made


def moved(world: StripeWorld, before: dict[str, int]) -> dict[str, int]:
    after = world.balances()
    changed = {name: after.get(name, 0) - before.get(name, 0) for name in before | after}
    return {name: cents for name, cents in changed.items() if cents}


def agrees(world: StripeWorld, before: dict[str, int]) -> bool:
    """Whether the ledger says of our balance at Stripe what Stripe says."""
    return moved(world, before).get("stripe.balance", 0) == world.bank.balance()


def test_a_diagnostic_is_paid_held_and_sent(world: StripeWorld) -> None:
    before = world.balances()
    mechanic = world.mechanic()
    world.diagnostic(mechanic)
    world.pass_time("6 days 23 hours")
    world.settle()
    assert world.bank.every("transfer") == []

    world.pass_time("1 hour")
    world.settle()
    [transfer] = world.bank.every("transfer")
    assert (transfer["amount"], world.bank.balances[transfer["destination"]]) == (2250, 2250)
    [charge] = world.bank.every("charge")
    assert transfer["source_transaction"] == charge["id"]
    assert transfer["transfer_group"] == charge["transfer_group"]
    assert transfer["transfer_group"] == f"job_{charge['metadata']['payment_id']}"
    assert moved(world, before) == {
        "stripe.balance": 2250 - 2250 + 147 - (fee(2500) - 103),
        "platform.fee": -250,
        "stripe.fee": fee(2500),
    }
    assert agrees(world, before)
    assert world.rows("select 1 from app.stripe_events where state <> 'done'") == []


def test_earnings_wait_for_an_account(world: StripeWorld) -> None:
    mechanic = world.mechanic(onboarded=False)
    world.diagnostic(mechanic)
    world.pass_time("8 days")
    world.settle()
    assert world.bank.every("transfer") == []
    world.onboard(world.payment(mechanic))
    world.settle()
    assert [each["amount"] for each in world.bank.every("transfer")] == [2250]


def test_a_lost_dispute_is_taken_back_from_both_payees(world: StripeWorld) -> None:
    mechanic = world.mechanic()
    lena, lakeview = world.payment("lena"), world.payment("Lakeview Repairs")
    world.onboard(lena, lakeview)
    session, _ = world.diagnostic(mechanic)
    world.pass_time("8 days")
    world.settle()
    before, at_stripe = world.balances(), world.bank.balance()
    charge = world.repair(session, mechanic)
    world.pass_time("8 days")
    world.settle()
    assert sorted(each["amount"] for each in world.bank.every("transfer")) == [2250, 6000, 108000]

    dispute = world.bank.dispute(charge)
    world.settle()
    world.bank.close_dispute(dispute["id"], "lost")
    world.settle()
    assert moved(world, before) == {
        "stripe.balance": -5010,
        "stripe.fee": 3510,
        "stripe.dispute_fee": 1500,
    }
    assert moved(world, before)["stripe.balance"] == world.bank.balance() - at_stripe


def test_nothing_is_sent_while_a_dispute_is_open(world: StripeWorld) -> None:
    _, charge = world.diagnostic(world.mechanic())
    dispute = world.bank.dispute(charge)
    world.pass_time("8 days")
    world.settle()
    assert world.bank.every("transfer") == []
    world.bank.close_dispute(dispute["id"], "won")
    world.settle()
    assert [each["amount"] for each in world.bank.every("transfer")] == [2250]


def test_what_a_payee_cannot_give_back_is_taken_from_what_they_earn_next(
    world: StripeWorld,
) -> None:
    before = world.balances()
    mechanic = world.mechanic()
    _, charge = world.diagnostic(mechanic)
    world.pass_time("8 days")
    world.settle()
    [account] = world.bank.balances
    world.bank.pay_out_account(account)
    world.bank.refund({"charge": charge, "amount": "2500"})
    world.settle()
    assert moved(world, before)["receivable.mechanic"] == 2250

    world.diagnostic(mechanic)
    world.pass_time("8 days")
    world.settle()
    assert world.bank.balances[account] == 0
    assert moved(world, before) == {
        "stripe.balance": world.bank.balance(),
        "platform.fee": -250,
        "stripe.fee": 2 * fee(2500),
    }


def test_what_a_payee_cannot_give_back_is_asked_for_again_the_next_day(
    world: StripeWorld,
) -> None:
    before = world.balances()
    _, charge = world.diagnostic(world.mechanic())
    world.pass_time("8 days")
    world.settle()
    [account] = world.bank.balances
    world.bank.pay_out_account(account)
    world.bank.refund({"charge": charge, "amount": "2500"})
    world.settle()
    asked = "select status, failure from app.transfer_reversals order by created_at"
    refused = {"status": "refused", "failure": "balance_insufficient"}
    assert world.rows(asked) == [refused]

    world.pass_time("23 hours")
    world.settle()
    assert world.rows(asked) == [refused]
    world.pass_time("1 hour")
    world.settle()
    assert world.rows(asked) == [refused, refused]
    assert moved(world, before)["receivable.mechanic"] == 2250

    world.bank.balances[account] = 2250
    world.pass_time("1 day")
    world.settle()
    assert world.rows(asked) == [refused, refused, {"status": "done", "failure": None}]
    assert moved(world, before) == {"stripe.balance": -fee(2500), "stripe.fee": fee(2500)}
    assert agrees(world, before)


def test_a_session_that_nobody_takes_is_refunded(world: StripeWorld) -> None:
    before = world.balances()
    session = world.open_session()
    world.bank.pay(world.open_page(world.payment(f"{session} payment")))
    world.settle()
    world.pass_time("3 hours")
    world.worker_calls.call("expire_overdue")
    world.settle()
    [refund] = [each for each in world.bank.every("refund")]
    assert (refund["amount"], refund["status"]) == (2500, "succeeded")
    assert moved(world, before) == {
        "stripe.balance": -fee(2500),
        "stripe.fee": fee(2500),
    }
    assert agrees(world, before)


def test_of_two_pages_paid_the_second_is_refunded(world: StripeWorld) -> None:
    before = world.balances()
    payment = world.payment(f"{world.open_session()} payment")
    first = world.open_page(payment)
    world.do(f"update app.checkout_attempts set status = 'closed' where payment_id = '{payment}'")
    second = world.open_page(payment)
    world.bank.pay(first)
    paid_late = world.bank.pay(second)
    world.settle()
    [refund] = world.bank.every("refund")
    assert (refund["charge"], refund["amount"]) == (paid_late["id"], 2500)
    assert moved(world, before)["customer.held"] == -2500
    assert "customer.refund_owed" not in moved(world, before)


def test_a_fault_of_stripe_is_looked_up_and_then_asked_for_under_another_key(
    world: StripeWorld,
) -> None:
    world.diagnostic(world.mechanic())
    world.pass_time("8 days")
    faults(world.stripe).append(("/v1/transfers", 500))
    world.settle()
    assert world.bank.every("transfer") == []
    attempts = "select attempt, status, failure from app.transfers"
    assert world.rows(attempts) == [{"attempt": 1, "status": "failed", "failure": "not made"}]
    world.pass_time("1 minute")
    world.settle()
    assert [each["metadata"]["attempt"] for each in world.bank.every("transfer")] == ["2"]


def test_a_transfer_whose_answer_was_lost_for_a_day_is_found_and_not_sent_again(
    world: StripeWorld,
) -> None:
    session, charge = world.diagnostic(world.mechanic())
    world.pass_time("8 days")
    payment = world.payment(f"{session} payment")
    world.delivery.lose = 1.0
    [begun] = world.worker_calls.call("begin_transfer", payment_id=payment, part="work")
    world.bank.transfer(
        {
            "amount": str(begun["amount_cents"]),
            "currency": "usd",
            "destination": begun["destination"],
            "source_transaction": charge,
            "transfer_group": begun["transfer_group"],
            "metadata": {"payment_id": payment, "part": "work", "attempt": "1"},
        }
    )
    world.pass_time("2 days")
    world.settle()
    assert len(world.bank.every("transfer")) == 1
    assert world.one("select status from app.transfers") == {"status": "sent"}


def test_events_that_are_lost_late_or_repeated_end_in_the_same_balances(
    world: StripeWorld, seed: int
) -> None:
    before = world.balances()
    mechanic = world.mechanic()
    world.settle()
    sessions = [world.open_session() for _ in range(5)]
    payments = [world.payment(f"{session} payment") for session in sessions]
    pages = [world.open_page(payment) for payment in payments]

    delivery = world.delivery
    delivery.chance.seed(seed)
    delivery.in_order, delivery.repeat, delivery.lose, delivery.delay_s = False, 0.5, 0.5, 60
    for page in pages:
        world.bank.pay(page)
    made = len(world.bank.undelivered)
    world.settle()
    world.pass_time("30 seconds")  # and what this test itself takes
    world.settle()
    assert (made, len(world.bank.undelivered)) == (20, 20)
    assert moved(world, before) == {}
    world.pass_time("30 seconds")
    world.settle()
    came = "select count(*) as count from app.stripe_events"
    came += " where app.stripe_payload(raw) #>> '{data,object,metadata,payment_id}' = any(%s)"
    assert world.bank.undelivered == []
    assert world.one(came, payments)["count"] < made

    # Stripe says that it had failed to make some, so all are looked for.
    delivery.lose = delivery.delay_s = 0
    world.bank.tell_thin("v2.core.health.event_generation_failure.resolved")
    world.settle()
    assert world.one(came, payments)["count"] == made
    for session in sessions:
        world.do(
            f"select tests.act_as('mechanic', '{mechanic}')",
            f"select api.accept_session(tests.id('{session}'))",
            "select tests.act_as_owner()",
            f"select tests.complete('{session}', '{mechanic}')",
        )
    world.pass_time("8 days")
    world.settle()
    assert moved(world, before) == {
        "stripe.balance": world.bank.balance(),
        "platform.fee": -5 * 250,
        "stripe.fee": 5 * fee(2500),
    }


def test_a_refund_that_is_asked_for_goes_back_before_anybody_is_paid(world: StripeWorld) -> None:
    before = world.balances()
    session, _ = world.diagnostic(world.mechanic())
    [paid] = world.rows(
        "select id::text, customer_id::text from app.payments where session_id = tests.id(%s)",
        session,
    )
    world.pass_time("8 days")
    world.do(
        f"select tests.act_as_id('customer', '{paid['customer_id']}')",
        f"select api.request_refund('{paid['id']}', 'poor_work', 'It still squeals.', 1000)",
    )
    world.settle()
    assert world.bank.every("transfer") == []
    world.do(
        "select tests.act_as('platform_admin', 'ada')",
        "select api.decide_refund_request(id, 'granted', 'It does.') from api.admin_refund_requests"
        f" where payment_id = '{paid['id']}'",
    )
    world.settle()
    assert [each["amount"] for each in world.bank.every("refund")] == [1000]
    assert [each["amount"] for each in world.bank.every("transfer")] == [1350]
    assert world.one(
        "select r.status from app.refunds as r where r.payment_id = %s", paid["id"]
    ) == {"status": "sent"}
    assert agrees(world, before)


@pytest.mark.parametrize("made", [True, False])
def test_a_reversal_that_is_not_owed_any_more_is_looked_up_and_not_asked_for_again(
    world: StripeWorld, made: bool
) -> None:
    session, charge = world.diagnostic(world.mechanic())
    world.pass_time("8 days")
    world.settle()
    [transfer] = world.bank.every("transfer")
    dispute = world.bank.dispute(charge)
    world.bank.close_dispute(dispute["id"], "lost")
    while world.delivery.deliver() + world.apply():
        pass
    payment = world.payment(f"{session} payment")
    [begun] = world.worker_calls.call("begin_reversal", payment_id=payment, part="work")
    assert (begun["amount_cents"], begun["look_up"]) == (2250, False)
    if made:
        told = {"amount": "2250", "metadata": {"reversal_id": str(begun["reversal_id"])}}
        world.bank.reverse(transfer["id"], told)
        world.bank.undelivered.clear()

    world.bank.close_dispute(dispute["id"], "won")
    while world.delivery.deliver() + world.apply():
        pass
    world.settle()
    assert world.rows("select status, failure from app.transfer_reversals") == [
        {"status": "done", "failure": None}
        if made
        else {"status": "refused", "failure": "not made"}
    ]
    assert transfer["amount_reversed"] == (2250 if made else 0)
    # What was taken back all the same is sent again.
    sent = [each["amount"] for each in world.bank.every("transfer")]
    assert sent == ([2250, 2250] if made else [2250])
    owed = "select owed_cents from app.payables where payment_id = %s"
    assert world.one(owed, payment) == {"owed_cents": 0}


def test_a_refund_that_failed_is_sent_again_by_an_admin(world: StripeWorld) -> None:
    before = world.balances()
    session = world.open_session()
    payment = world.payment(f"{session} payment")
    world.bank.pay(world.open_page(payment))
    world.settle()
    world.do(
        "select tests.act_as('customer', 'ben')",
        f"select api.cancel_session(tests.id('{session}'))",
    )
    world.settle()
    [refund] = world.bank.every("refund")
    world.bank.fail_refund(refund["id"])
    world.settle()
    assert moved(world, before)["customer.refund_owed"] == -2500
    world.pass_time("8 days")
    world.settle()
    assert len(world.bank.every("refund")) == 1

    world.do(
        "select tests.act_as('platform_admin', 'ada')",
        f"select api.resend_refunds('{payment}', 'The bank has mended the card.')",
    )
    world.settle()
    assert [each["metadata"]["attempt"] for each in world.bank.every("refund")] == ["2", "1"]
    assert moved(world, before) == {"stripe.balance": -fee(2500), "stripe.fee": fee(2500)}
    assert agrees(world, before)


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("trouble", ["a fault of Stripe", "no answer for 23 hours"])
def test_a_refund_whose_answer_is_unknown_is_looked_up_and_not_sent_twice(
    world: StripeWorld, trouble: str, made: bool
) -> None:
    before = world.balances()
    session = world.open_session()
    world.bank.pay(world.open_page(world.payment(f"{session} payment")))
    world.settle()
    if trouble == "a fault of Stripe":
        faults(world.stripe).append(("/v1/refunds", 500, *(["made"] if made else [])))
    world.do(
        "select tests.act_as('customer', 'ben')",
        f"select api.cancel_session(tests.id('{session}'))",
    )
    if trouble == "no answer for 23 hours":
        [owed] = world.rows("select id::text from app.refunds where status = 'approved'")
        [begun] = world.worker_calls.call("begin_refund", refund_id=owed["id"])
        if made:
            told = {"refund_id": owed["id"], "attempt": "1"}
            world.bank.refund(
                {"charge": begun["stripe_charge_id"], "amount": "2500", "metadata": told}
            )
            world.bank.undelivered.clear()
        world.pass_time("23 hours")
    world.settle()
    [refund] = world.bank.every("refund")
    assert refund["metadata"]["attempt"] == ("1" if made else "2")
    assert moved(world, before) == {"stripe.balance": -fee(2500), "stripe.fee": fee(2500)}


@pytest.mark.parametrize("made", [True, False])
@pytest.mark.parametrize("trouble", ["a fault of Stripe", "no answer for 23 hours"])
def test_a_reversal_whose_answer_is_unknown_is_looked_up_and_not_made_twice(
    world: StripeWorld, trouble: str, made: bool
) -> None:
    before = world.balances()
    session, charge = world.diagnostic(world.mechanic())
    world.pass_time("8 days")
    world.settle()
    [transfer] = world.bank.every("transfer")
    world.bank.refund({"charge": charge, "amount": "2500"})
    while world.delivery.deliver() + world.apply():
        pass
    if trouble == "a fault of Stripe":
        path = f"/v1/transfers/{transfer['id']}/reversals"
        faults(world.stripe).append((path, 500, *(["made"] if made else [])))
    else:
        [begun] = world.worker_calls.call(
            "begin_reversal", payment_id=world.payment(f"{session} payment"), part="work"
        )
        if made:
            told = {"reversal_id": str(begun["reversal_id"])}
            world.bank.reverse(transfer["id"], {"amount": "2250", "metadata": told})
            world.bank.undelivered.clear()
        world.pass_time("23 hours")
    world.settle()
    assert transfer["amount_reversed"] == (2250 if made else 0)
    world.pass_time("1 day")
    world.settle()
    assert [each["amount"] for each in transfer["reversals"]["data"]] == [2250]
    assert moved(world, before) == {"stripe.balance": -fee(2500), "stripe.fee": fee(2500)}
