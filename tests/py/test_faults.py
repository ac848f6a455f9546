"""Faults on the way of an event or of money, by the number that docs/faults.md gives each."""

import concurrent.futures
import itertools
import json
import logging
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import stripe

from demo import stripe_events
from local.fake_stripe.bank import fee
from local.scratch import Database
from tests.py.processes import gunicorn
from tests.py.service_fakes import OLD_SECRET, SECRET
from tests.py.stripe_world import TELL_TALE, StripeWorld, stripe_world
from tests.py.test_money_orders import BALANCES, Job


@pytest.fixture
def world(
    new_database: Callable[[], AbstractContextManager[Database]], caplog: pytest.LogCaptureFixture
) -> Iterator[StripeWorld]:
    caplog.set_level(logging.DEBUG)
    with stripe_world(new_database) as made:
        yield made
        made.check()
    said = [json.dumps(vars(record), default=str) for record in caplog.get_records("call")]
    assert [line for line in said if TELL_TALE in line] == []


def offer(world: StripeWorld, event: dict[str, Any], path: str = "", secret: str = SECRET) -> int:
    body, header = world.signed(event, secret)
    answer = world.service.application.test_client().post(
        f"/stripe/webhook{path}", data=body, headers={"Stripe-Signature": header}
    )
    return answer.status_code


def unpaid(world: StripeWorld) -> str:
    return world.payment(f"{world.open_session()} payment")


def test_1_an_event_that_comes_a_hundred_times_at_once_is_one(world: StripeWorld) -> None:
    event = stripe_events.charge_succeeded(unpaid(world), 2500)
    before = world.postings()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: offer(world, event), range(100)))
    assert answers == [200] * 100
    assert world.stored(event) == [{"state": "pending", "deliveries": 100}]
    assert world.jobs(event) == 1
    world.work()
    assert world.postings() == before + 1


def test_2_an_event_on_two_endpoints_is_one(world: StripeWorld) -> None:
    event = stripe_events.charge_succeeded(unpaid(world), 2500)
    assert offer(world, event) == 200
    assert offer(world, event, "/connect", OLD_SECRET) == 200
    assert world.stored(event) == [{"state": "pending", "deliveries": 2}]


def test_4_orders_of_a_refunded_repair_over_http_end_in_the_same_balances(
    world: StripeWorld, scale: dict[str, Any], seed: int, tmp_path: Path
) -> None:
    chance, number = random.Random(seed), itertools.count()
    log = tmp_path / "web.log"
    with gunicorn(world.database.dsn("backend"), log) as service:
        for _ in range(scale["http_orders"]):
            with psycopg.connect(world.database.dsn()) as owner:
                job = Job(owner, number, "repair")
                _, refunded = job.refund(30000)
                facts = [
                    *job.paid_and_done(),
                    refunded,
                    *job.sent("work", (27000,)),
                    *job.sent("referral", (1500,)),
                ]
            before = world.balances()
            chance.shuffle(facts)
            for fact in facts:
                if fact.event is None:
                    world.do(fact.statement)
                else:
                    # By the service's own clock, which is the host's.
                    answer = service.post(*world.signed(fact.event, at=time.time()))
                    assert answer.status == 200
                if chance.random() < 0.5:
                    world.apply()
            while world.apply():
                pass
            after = world.balances()
            moved = {name: after.get(name, 0) - before.get(name, 0) for name in before | after}
            names = [fact.name for fact in facts]
            assert {name: cents for name, cents in moved.items() if cents} == BALANCES["C"], names
    unsettled = "select type, state from app.stripe_events where state <> 'done'"
    assert world.rows(unsettled) == []
    said = log.read_text()
    events = sum(fact.event is not None for fact in facts) * scale["http_orders"]
    assert said.count('"path": "/stripe/webhook"') == events
    assert TELL_TALE not in said


def test_5_a_charge_that_is_never_told_of_is_fetched_after_ten_minutes(
    world: StripeWorld,
) -> None:
    charge = world.bank.pay(world.open_page(unpaid(world)))
    world.bank.undelivered.clear()
    world.bank.refund({"charge": charge["id"], "amount": "1000"})
    world.settle()
    waiting = "select type, reason, awaits from app.stripe_events where state = 'waiting'"
    assert {row["awaits"] for row in world.rows(waiting)} == {charge["id"]}

    world.pass_time("9 minutes 59 seconds")
    world.worker_calls.call("enqueue_pending_events")
    world.settle()
    assert world.rows(waiting) != []
    world.pass_time("1 second")
    world.worker_calls.call("enqueue_pending_events")
    world.settle()
    assert world.rows(waiting) == []
    facts = "select count(*) as count from app.money_facts where about = %s or id = %s"
    assert world.one(facts, charge["id"], charge["id"]) == {"count": 2}


def fetches(world: StripeWorld) -> list[tuple[str, str]]:
    """What the worker asks Stripe for from now on, because an event waits for it."""
    asked, fetch = [], world.money.fetch

    def remember(client: stripe.StripeClient, reason: str, stripe_id: str) -> None:
        asked.append((reason, stripe_id))
        fetch(client, reason, stripe_id)

    world.money.fetch = remember  # type: ignore[method-assign]
    return asked


def work_for_a_while(world: StripeWorld) -> None:
    """Thirty rounds of whatever is to be done: what never ends, ends here."""
    world.worker_calls.call("enqueue_pending_events")
    for _ in range(30):
        world.delivery.deliver()
        world.work()


def test_5_a_fee_told_before_its_charge_waits_for_the_charge_and_is_fetched_once(
    world: StripeWorld,
) -> None:
    charge = world.bank.pay(world.open_page(unpaid(world)))
    world.bank.undelivered[:] = [
        each for each in world.bank.undelivered if each["type"] == "charge.updated"
    ]
    before, asked = world.balances(), fetches(world)
    work_for_a_while(world)
    waiting = "select reason, awaits from app.stripe_events where state = 'waiting'"
    assert world.rows(waiting) == [{"reason": "charge", "awaits": charge["id"]}]
    assert asked == []

    world.pass_time("10 minutes")
    work_for_a_while(world)
    assert asked == [("charge", charge["id"])]
    assert world.rows(waiting) == []
    assert world.balances()["stripe.balance"] == before["stripe.balance"] + 2500 - fee(2500)


def test_5_a_charge_of_which_only_its_page_tells_is_fetched_after_ten_minutes(
    world: StripeWorld,
) -> None:
    payment = unpaid(world)
    charge = world.bank.pay(world.open_page(payment))
    world.bank.undelivered[:] = [
        each for each in world.bank.undelivered if each["type"] == "checkout.session.completed"
    ]
    before, asked = world.balances(), fetches(world)
    work_for_a_while(world)
    assert asked == []
    assert world.one("select status from app.payments where id = %s", payment) == {"status": "paid"}
    waiting = "select reason, awaits from app.stripe_events where state = 'waiting'"
    intent = charge["payment_intent"]
    assert world.rows(waiting) == [{"reason": "payment_intent", "awaits": intent}]

    world.pass_time("10 minutes")
    work_for_a_while(world)
    assert asked == [("payment_intent", intent), ("charge", charge["id"])]
    assert world.rows(waiting) == []
    assert world.balances()["stripe.balance"] == before["stripe.balance"] + 2500 - fee(2500)


def test_5_a_charge_that_stays_pending_is_asked_for_ever_more_seldom(world: StripeWorld) -> None:
    charge = world.bank.pay(world.open_page(unpaid(world)))
    world.bank.undelivered[:] = [
        each for each in world.bank.undelivered if each["type"] == "checkout.session.completed"
    ]
    charge["status"] = "pending"
    world.settle()
    asked, minutes = fetches(world), []
    for minute in range(1, 181):
        world.pass_time("1 minute")
        world.worker_calls.call("enqueue_pending_events")
        world.work()
        if ("charge", charge["id"]) in asked:
            asked.clear()
            minutes.append(minute)
    # It takes a moment to ask, so each time is a minute later than the double.
    assert minutes[0] == 10
    assert len(minutes) == 5
    assert all(0 <= late - 2 * early <= 1 for early, late in itertools.pairwise(minutes))
    for _ in range(10):
        world.pass_time("1 day")
        world.worker_calls.call("enqueue_pending_events")
        world.work()
    assert asked.count(("charge", charge["id"])) == 10

    before = world.balances()
    charge["status"] = "succeeded"
    world.bank.tell("charge.succeeded", charge)
    world.settle()
    assert world.balances()["stripe.balance"] == before["stripe.balance"] + 2500


def test_5_a_page_whose_charge_is_not_ours_is_quarantined_once_that_was_fetched(
    world: StripeWorld,
) -> None:
    charge = world.bank.pay(world.open_page(unpaid(world)))
    world.bank.undelivered[:] = [
        each for each in world.bank.undelivered if each["type"] == "checkout.session.completed"
    ]
    charge["amount"] += 1
    asked = fetches(world)
    for _ in range(2):
        world.pass_time("10 minutes")
        work_for_a_while(world)
    assert asked == [("payment_intent", charge["payment_intent"]), ("charge", charge["id"])]
    assert world.rows(
        "select state, reason from app.stripe_events where type = 'checkout.session.completed'"
        " and state <> 'done'"
    ) == [{"state": "quarantined", "reason": "amount"}]


def test_5_a_refund_of_a_charge_that_is_not_ours_is_quarantined_once_it_was_fetched(
    world: StripeWorld,
) -> None:
    charge = world.bank.keep(stripe_events.charge(str(uuid.uuid4()), 2500))
    world.bank.refund({"charge": charge["id"], "amount": "1000"})
    before, asked = world.postings(), fetches(world)
    work_for_a_while(world)
    world.pass_time("11 minutes")
    work_for_a_while(world)
    world.pass_time("1 hour")
    work_for_a_while(world)
    assert asked == [("charge", charge["id"])]
    assert world.rows(
        "select type, state, reason from app.stripe_events where type like 'refund.%%' order by type"
    ) == [
        {"type": "refund.created", "state": "quarantined", "reason": "payment"},
        {"type": "refund.updated", "state": "quarantined", "reason": "payment"},
    ]
    assert world.postings() == before


def test_5_what_stripe_cannot_say_yet_is_asked_for_again_later_and_not_at_once(
    world: StripeWorld,
) -> None:
    _, charge = world.diagnostic(world.mechanic())
    refund = world.bank.refund({"charge": charge, "amount": "1000"})
    world.settle()
    refund["status"] = "failed"
    world.bank.tell("refund.failed", refund)
    asked = fetches(world)
    work_for_a_while(world)
    wanted = ("failure_balance_transaction", refund["id"])
    assert asked == [wanted]

    world.bank.fail_refund(refund["id"])
    world.bank.undelivered.clear()
    world.pass_time("10 minutes")
    work_for_a_while(world)
    assert asked == [wanted, wanted]
    assert world.balances()["customer.refund_owed"] == -1000


def test_23_another_amount_leaves_the_payment_as_it_was(
    world: StripeWorld, caplog: pytest.LogCaptureFixture
) -> None:
    payment = unpaid(world)
    event = stripe_events.charge_succeeded(payment, 2501)
    assert offer(world, event) == 200
    world.work()
    assert world.stored(event) == [{"state": "quarantined", "deliveries": 1}]
    status = "select status from app.payments where id = %s"
    assert world.one(status, payment) == {"status": "pending"}
    alerts = [vars(record) for record in caplog.records if hasattr(record, "alert")]
    assert [(each["alert"], each["event_id"]) for each in alerts] == [
        ("event_not_applied", event["id"])
    ]


def test_24_and_25_an_old_event_signed_again_posts_nothing_even_if_its_row_is_gone(
    world: StripeWorld,
) -> None:
    event = stripe_events.charge_succeeded(unpaid(world), 2500)
    offer(world, event)
    world.work()
    before = world.postings()
    old = stripe_events.signature(stripe_events.body(event), SECRET, world.clock())
    world.pass_time("31 days")
    answer = world.service.post(
        "/stripe/webhook", data=stripe_events.body(event), headers={"Stripe-Signature": old}
    )
    assert answer.status_code == 400
    assert offer(world, event) == 200
    assert world.stored(event) == [{"state": "done", "deliveries": 2}]

    world.do(f"delete from app.stripe_events where id = '{event['id']}'")
    assert offer(world, event) == 200
    world.work()
    assert world.stored(event) == [{"state": "done", "deliveries": 1}]
    assert world.postings() == before


@pytest.mark.parametrize("order", list(itertools.permutations(("created", "paid", "failed"))))
def test_35_a_payout_that_comes_back_is_in_the_balance_again(
    world: StripeWorld, order: tuple[str, ...]
) -> None:
    before = world.balances()
    for outcome, account in (("paid", "bank"), ("failed", None)):
        payout = stripe_events.payout(2490)
        for told in order:
            if outcome == "failed" or told != "failed":
                assert offer(world, stripe_events.event(f"payout.{told}", payout)) == 200
                world.work()
        after = world.balances()
        moved = {name: after.get(name, 0) - before.get(name, 0) for name in before | after}
        expected = {account: 2490, "stripe.balance": -2490} if account else {}
        assert {name: cents for name, cents in moved.items() if cents} == expected
        before = after


def test_38_refunds_in_random_pieces_leave_nothing_of_fee_or_referral(
    world: StripeWorld, seed: int
) -> None:
    chance = random.Random(seed)
    mechanic = world.mechanic()
    world.onboard(world.payment("lena"), world.payment("Lakeview Repairs"))
    session, _ = world.diagnostic(mechanic)
    before = world.balances()
    charge = world.repair(session, mechanic)
    if chance.random() < 0.5:
        world.pass_time("8 days")
        world.settle()
    left = 120000
    while left:
        piece = min(left, chance.choice((1, 7, 333, 19999, 50001)))
        left -= piece
        world.bank.refund({"charge": charge, "amount": str(piece)})
        if chance.random() < 0.5:
            world.settle()
            now = world.balances()
            assert now.get("platform.fee", 0) <= before["platform.fee"]
            assert now.get("referral.expense", 0) >= before.get("referral.expense", 0)
    world.settle()
    after = world.balances()
    for account in ("platform.fee", "referral.expense", "loss"):
        assert after.get(account, 0) == before.get(account, 0)
    fees = json.dumps(sorted(each["amount"] for each in world.bank.every("refund")))
    owed = "select sum(owed_cents)::int as cents from app.payables where payment_id = tests.id(%s)"
    assert world.one(owed, f"{session} repair") == {"cents": 0}, fees
