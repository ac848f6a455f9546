"""Does Stripe's account of our balance agree with the ledger, and what is said where it does not?"""

import csv
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from backend import commands
from backend.reconcile import (
    Difference,
    compare_balance,
    fetch_lacking_events,
    keep,
    report,
)
from demo import stripe_events
from local.fake_stripe.bank import fee
from local.scratch import Database
from tests.py.stripe_world import StripeWorld, stripe_world


@pytest.fixture
def world(
    new_database: Callable[[], AbstractContextManager[Database]],
) -> Iterator[StripeWorld]:
    with stripe_world(new_database) as made:
        yield made


def now(world: StripeWorld) -> datetime:
    return datetime.fromtimestamp(world.clock(), UTC)


def fetch(world: StripeWorld) -> int:
    assert world.client is not None
    fetched = fetch_lacking_events(world.worker_calls, world.client, now(world))
    world.settle()
    return fetched


def compare(world: StripeWorld, days: int = 30) -> list[Difference]:
    assert world.client is not None
    since = now(world) - timedelta(days=days)
    # The test world was paid by events alone, of which the stand-in knows nothing.
    return [
        each
        for each in compare_balance(world.worker_calls, world.client, since)
        if each.source_key not in world.before
    ]


def everything_that_may_happen(world: StripeWorld) -> None:
    mechanic = world.mechanic()
    first, charge = world.diagnostic(mechanic)
    world.pass_time("8 days")
    world.settle()
    world.bank.refund({"charge": charge, "amount": "1001"})
    world.settle()
    world.repair(first, mechanic)
    _, other = world.diagnostic(mechanic)
    dispute = world.bank.dispute(other)
    world.bank.close_dispute(dispute["id"], "won")
    refund = world.bank.refund({"charge": other, "amount": "500"})
    world.bank.fail_refund(refund["id"])
    world.settle()


def test_every_cent_agrees_whatever_happened(world: StripeWorld) -> None:
    everything_that_may_happen(world)
    assert compare(world) == []
    assert len(world.bank.every("balance_transaction")) >= 10


def test_every_cent_agrees_once_a_referral_was_sent_and_taken_back(world: StripeWorld) -> None:
    mechanic = world.mechanic()
    world.onboard(world.payment("lena"), world.payment("Lakeview Repairs"))
    session, _ = world.diagnostic(mechanic)
    charge = world.repair(session, mechanic)
    world.pass_time("8 days")
    world.settle()
    assert sorted(each["amount"] for each in world.bank.every("transfer")) == [2250, 6000, 108000]
    assert compare(world) == []

    dispute = world.bank.dispute(charge)
    world.settle()
    world.bank.close_dispute(dispute["id"], "lost")
    world.settle()
    assert len(world.bank.every("balance_transaction")) == 8
    assert compare(world) == []


def test_events_of_accounts_that_never_came_are_fetched_too(world: StripeWorld) -> None:
    gone = world.onboard(world.payment(world.mechanic(onboarded=False)))
    world.settle()
    world.delivery.lose = 1.0
    account_id = world.onboard(world.payment(world.mechanic(onboarded=False)))
    world.bank.take_away(gone)
    world.settle()
    transfers = "select transfers from app.connected_accounts where stripe_account_id = %s"
    assert world.one(transfers, account_id) == {"transfers": "inactive"}
    assert world.one(transfers, gone) == {"transfers": "active"}

    # What was sent when the account was taken away is not listed any more, and stops nothing else.
    assert fetch(world) == 2
    assert world.one(transfers, account_id) == {"transfers": "active"}
    assert fetch(world) == 0


def test_every_cent_agrees_in_whatever_order_a_payout_is_told(world: StripeWorld) -> None:
    for fails in (False, True):
        for order in itertools.permutations(range(2 + fails)):
            payout = world.bank.pay_out(100)
            if fails:
                world.bank.fail_payout(payout["id"])
            told = world.bank.undelivered
            told[:] = [told[place] for place in order]
            world.settle()
            assert compare(world) == [], order


def test_events_that_never_came_are_fetched_once(world: StripeWorld) -> None:
    world.delivery.lose = 1.0
    page = world.open_page(world.payment(f"{world.open_session()} payment"))
    world.bank.pay(page)
    world.settle()
    named = {each.source_key.partition(":")[0] for each in compare(world)}
    assert named == {"charge", "fee"}

    assert fetch(world) == 4
    assert compare(world) == []
    before = world.balances()
    assert fetch(world) == 0
    assert world.balances() == before


def test_what_differs_is_named(world: StripeWorld) -> None:
    _, charge = world.diagnostic(world.mechanic())
    line = next(each for each in world.bank.every("balance_transaction") if each["fee"])
    line["amount"] += 1
    stray = world.bank.line("adjustment", "elsewhere", -77)
    lost = world.bank.line("adjustment", "dp_elsewhere", -1500)
    bill = world.bank.line("stripe_fee", "", -200)
    assert compare(world) == [
        Difference(f"adjustment:{stray['id']}", stray["id"], -77, 0, "usd"),
        Difference(f"charge:{charge}", line["id"], 2501, 2500, "usd"),
        Difference(f"dispute_withdrawal:{lost['id']}", lost["id"], -1500, 0, "usd"),
        Difference(f"stripe_fee:{bill['id']}", bill["id"], -200, 0, "usd"),
    ]


def test_an_admin_reads_what_differs_until_it_does_not(world: StripeWorld) -> None:
    read = "select source_key, stripe_id, stripe_cents, ledger_cents, cause from api.admin_ledger_differences"

    def kept() -> list[dict[str, Any]]:
        with world.owner.transaction():
            world.rows("select tests.act_as('platform_admin', 'ada')")
            return world.rows(read)

    def notices() -> int:
        told = "select count(*) as count from app.notices where kind = 'ledger_differs'"
        return int(world.one(told)["count"])

    stray = world.bank.line("adjustment", "elsewhere", -77)
    row = {
        "source_key": f"adjustment:{stray['id']}",
        "stripe_id": stray["id"],
        "stripe_cents": -77,
        "ledger_cents": 0,
        "cause": "not in the ledger",
    }
    for cents in (-77, -78):
        stray["amount"] = cents
        keep(world.worker_calls, compare(world))
        assert kept() == [row | {"stripe_cents": cents}]
        assert notices() == 1
    del world.bank.objects[stray["id"]]
    keep(world.worker_calls, compare(world))
    assert kept() == []
    assert notices() == 1


def test_the_report_is_read_by_an_accountant() -> None:
    rows = list(
        csv.reader(
            report(
                [
                    Difference("charge:ch_1", "txn_1", 2501, 2500, "usd"),
                    Difference("fee:txn_2", None, 0, -103, "usd"),
                    Difference("refund:re_1", "txn_3", -5, 0, "usd"),
                ]
            ).splitlines()
        )
    )
    assert rows == [
        ["fact", "Stripe's line", "Stripe", "ledger", "difference", "currency", "cause"],
        ["charge:ch_1", "txn_1", "25.01", "25.00", "-0.01", "usd", "another amount"],
        ["fee:txn_2", "", "0.00", "-1.03", "-1.03", "usd", "Stripe has no such line"],
        ["refund:re_1", "txn_3", "-0.05", "0.00", "0.05", "usd", "not in the ledger"],
    ]


def run(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch, *arguments: str, key: str = "sk_test_1"
) -> Result:
    """An operator's command, with the worker's environment."""
    monkeypatch.setenv("WORKER_DATABASE_URL", "given otherwise")
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    monkeypatch.setenv("STRIPE_API_BASE", world.bank.url)
    app = Flask("commands")
    commands.install(app, world.worker_calls)
    return app.test_cli_runner().invoke(args=list(arguments))


def test_an_operator_reads_the_trial_balance(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.diagnostic(world.mechanic())
    said = run(world, monkeypatch, "ledger", "trial-balance")
    assert said.exit_code == 0
    assert said.output.splitlines()[-1].split() == ["together", "usd", "0.00"]


def test_an_operator_reconciles(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "report.csv"
    said = run(world, monkeypatch, "reconcile", "--days", "1", "--csv", str(file))
    assert (said.exit_code, said.output) == (
        0,
        "0 events had not arrived.\nEvery cent agrees.\n",
    )
    world.bank.line("adjustment", "elsewhere", -77)
    said = run(world, monkeypatch, "reconcile", "--days", "1", "--csv", str(file))
    assert said.exit_code == 1
    assert "not in the ledger" in file.read_text()


def test_an_operator_has_an_event_applied_again(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.diagnostic(world.mechanic())
    before = world.balances()
    event = world.one("select id from app.stripe_events where type = 'charge.succeeded' limit 1")
    world.do(f"update app.stripe_events set state = 'dead' where id = '{event['id']}'")
    said = run(world, monkeypatch, "events", "replay", event["id"])
    assert said.output == f"{event['id']}: done\n"
    assert world.balances() == before
    assert run(world, monkeypatch, "events", "replay", "evt_none").exit_code != 0


def test_21_an_event_of_another_api_version_is_applied_as_stripe_tells_it_today(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = world.payment(f"{world.open_session()} payment")
    world.bank.pay(world.open_page(payment))
    before = world.balances()
    for event in world.bank.undelivered:
        event["api_version"] = "2020-08-27"
        event["data"] = {"object": {"id": event["data"]["object"]["id"], "object": "charge"}}
    [told] = [each for each in world.bank.undelivered if each["type"] == "charge.succeeded"]
    world.settle()
    state = "select state, reason from app.stripe_events where id = %s"
    assert world.one(state, told["id"]) == {"state": "quarantined", "reason": "version"}
    assert world.balances() == before

    said = run(world, monkeypatch, "events", "replay", told["id"])
    assert said.output.splitlines() == [
        f"{told['id']}: quarantined",
        "as Stripe tells it now: done",
    ]
    assert said.exit_code == 0
    assert world.one(state, told["id"]) == {"state": "done", "reason": "version"}
    assert world.one("select status from app.payments where id = %s", payment) == {"status": "paid"}
    assert world.balances()["stripe.balance"] == before["stripe.balance"] + 2500


def test_an_event_that_stays_quarantined_is_a_failure_unless_any_version_will_do(
    world: StripeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = world.payment(f"{world.open_session()} payment")
    before = world.balances()
    told = stripe_events.charge_succeeded(payment, 2500) | {"api_version": "2020-08-27"}
    body, header = world.signed(told)
    assert world.post("platform", body, header) == 200
    world.work()
    refused = run(world, monkeypatch, "events", "replay", told["id"], key="")
    assert (refused.exit_code, refused.output) == (1, f"{told['id']}: quarantined\n")
    assert world.balances() == before
    said = run(world, monkeypatch, "events", "replay", "--any-version", told["id"], key="")
    assert (said.exit_code, said.output) == (0, f"{told['id']}: done\n")
    assert world.balances()["stripe.balance"] == before["stripe.balance"] + 2500


def test_37_what_stripe_has_no_event_of_any_more_is_named_by_its_balance(
    world: StripeWorld,
) -> None:
    world.delivery.lose = 1.0
    charge = world.bank.pay(world.open_page(world.payment(f"{world.open_session()} payment")))
    world.settle()
    world.pass_time("31 days")
    assert fetch(world) == 0
    assert compare(world) == []
    assert [
        (each.source_key.partition(":")[0], each.stripe_cents, each.cause)
        for each in compare(world, days=45)
        if each.stripe_id == charge["balance_transaction"]
    ] == [
        ("charge", 2500, "not in the ledger"),
        ("fee", -fee(2500), "not in the ledger"),
    ]
