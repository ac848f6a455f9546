"""The stand-in's addresses: about a dozen of Stripe's, and the pages that stand for its own."""

import html
import json
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from local.fake_stripe.bank import Bank, Object, Refusal, nested

PAGE = """<!doctype html><meta charset="utf-8"><title>Not Stripe</title>
<style>body {{ font: 1rem/1.5 system-ui; margin: 4rem auto; max-width: 30rem }}
p.warning {{ background: #fe9; padding: 1rem }} button {{ font: inherit; padding: .5rem 1rem }}</style>
<p class="warning"><strong>This is not Stripe.</strong> It stands in for it on a machine without a
Stripe key. No money moves. Enter nothing here.</p>
{content}
"""


def create_app(bank: Bank) -> Flask:
    """The WSGI application of a bank."""
    app = Flask(__name__, static_folder=None)
    faults: list[tuple[Any, ...]] = []
    app.extensions["faults"] = faults

    def post(make: Callable[[Object], Object]) -> ResponseReturnValue:
        """Make an object by what was sent, once an idempotency key."""
        sent = nested(request.form.to_dict())

        def answer() -> tuple[int, Object]:
            for fault in faults:
                if request.path == fault[0]:
                    faults.remove(fault)
                    if "made" in fault:
                        make(sent)
                    return fault[1], {"error": {"message": "fault", "type": "api_error"}}
            return 200, make(sent)

        key = request.headers.get("Idempotency-Key", "")
        asked = json.dumps([request.path, sent], sort_keys=True)
        status, body = bank.once(key, asked, answer) if key else answer()
        bank.save()
        response = jsonify(body)
        response.status_code = status
        return response

    def listed(kind: str, *filters: str) -> ResponseReturnValue:
        """Newest first, a page at a time."""
        having = {name: request.args[name] for name in filters if name in request.args}
        since = int(request.args.get("created[gte]", 0))
        found = [each for each in bank.every(kind, **having) if each["created"] >= since]
        return page(found)

    def page(found: list[Object]) -> ResponseReturnValue:
        ids = [each["id"] for each in found]
        after, before = request.args.get("starting_after"), request.args.get("ending_before")
        limit = int(request.args.get("limit", 10))
        if before:
            found = found[: ids.index(before)]
            shown, rest = found[-limit:], found[:-limit]
        else:
            found = found[ids.index(after) + 1 :] if after else found
            shown, rest = found[:limit], found[limit:]
        return jsonify(object="list", data=shown, has_more=bool(rest), url=request.path)

    @app.before_request
    def begin() -> None:
        bank.lock.acquire()

    @app.teardown_request
    def end(error: BaseException | None) -> None:
        bank.lock.release()

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        response = jsonify(refusal.body)
        response.status_code = refusal.status
        return response

    @app.post("/v1/checkout/sessions")
    def open_page() -> ResponseReturnValue:
        return post(bank.open_page)

    @app.get("/v1/checkout/sessions")
    def pages() -> ResponseReturnValue:
        return listed("checkout.session")

    @app.post("/v1/checkout/sessions/<session_id>/expire")
    def expire_page(session_id: str) -> ResponseReturnValue:
        return post(lambda _: bank.expire_page(session_id))

    @app.post("/v1/refunds")
    def refund() -> ResponseReturnValue:
        return post(bank.refund)

    @app.get("/v1/refunds")
    def refunds() -> ResponseReturnValue:
        return listed("refund", "charge")

    @app.post("/v1/transfers")
    def transfer() -> ResponseReturnValue:
        return post(bank.transfer)

    @app.get("/v1/transfers")
    def transfers() -> ResponseReturnValue:
        return listed("transfer", "transfer_group", "destination")

    @app.post("/v1/transfers/<transfer_id>/reversals")
    def reverse(transfer_id: str) -> ResponseReturnValue:
        return post(lambda sent: bank.reverse(transfer_id, sent))

    @app.get("/v1/transfers/<transfer_id>/reversals")
    def reversals(transfer_id: str) -> ResponseReturnValue:
        return page(bank.get(transfer_id)["reversals"]["data"][::-1])

    @app.post("/v1/accounts")
    def open_account() -> ResponseReturnValue:
        return post(bank.open_account)

    @app.get("/v1/accounts")
    def accounts() -> ResponseReturnValue:
        return listed("account")

    @app.post("/v1/account_links")
    def link_account() -> ResponseReturnValue:
        return post(
            lambda sent: {
                "object": "account_link",
                "created": bank.now(),
                "expires_at": bank.now() + 300,
                "url": f"{bank.url}/onboard/{sent['account']}?back={sent['return_url']}",
            }
        )

    @app.get("/v1/balance_transactions")
    def balance_transactions() -> ResponseReturnValue:
        return listed("balance_transaction", "source")

    @app.get("/v1/events")
    def events() -> ResponseReturnValue:
        """The platform's, or those of the account that the caller acts for: then it is not repeated."""
        account = request.headers.get("Stripe-Account")
        if account is not None and account not in bank.objects:
            raise Refusal(403, "account_invalid")
        since = int(request.args.get("created[gte]", 0))
        return page(
            [
                {name: value for name, value in each.items() if name != "account"}
                for each in bank.every("event")
                if each["created"] >= since and each.get("account") == account
            ]
        )

    @app.get("/v1/<path:kind>/<object_id>")
    def retrieve(kind: str, object_id: str) -> ResponseReturnValue:
        """Any object by its id, its balance transaction in full if asked for."""
        found = dict(bank.get(object_id))
        if "balance_transaction" in request.args.getlist("expand[0]"):
            found["balance_transaction"] = bank.objects.get(found.get("balance_transaction", ""))
        return jsonify(found)

    @app.get("/pay/<session_id>")
    def pay_page(session_id: str) -> ResponseReturnValue:
        session = bank.get(session_id)
        amount = f"{session['amount_total'] / 100:,.2f} {session['currency'].upper()}"
        return PAGE.format(
            content=f"<h1>{html.escape(session['description'])}</h1><p>{amount}</p>"
            + form("pay", "Pay")
            + form("decline", "Have the card refused")
            + f'<p><a href="{html.escape(session["cancel_url"])}">Back</a></p>'
        )

    @app.post("/pay/<session_id>")
    def pay(session_id: str) -> ResponseReturnValue:
        if request.form.get("do") == "decline":
            bank.decline(session_id)
            bank.save()
            return redirect(f"{bank.url}/pay/{session_id}", 303)
        bank.pay(session_id)
        bank.save()
        return redirect(bank.get(session_id)["success_url"], 303)

    @app.get("/payments/<payment_id>")
    @app.get("/payout-account")
    def back(payment_id: str = "") -> ResponseReturnValue:
        """Where a platform without a frontend says that people come back to."""
        words = {
            "done": "Paid. The platform will have heard of it by now.",
            "cancelled": "Not paid. The page can be opened again.",
        }
        said = words.get(request.args.get("checkout", ""), "That was Stripe's part.")
        return PAGE.format(content=f"<h1>Back</h1><p>{said} Your frontend would be here.</p>")

    @app.get("/onboard/<account_id>")
    def onboard_page(account_id: str) -> ResponseReturnValue:
        bank.get(account_id)
        return PAGE.format(
            content="<h1>Get paid</h1><p>Stripe would ask who you are, and for a bank account.</p>"
            + form("finish", "Say that it knows")
        )

    @app.post("/onboard/<account_id>")
    def onboard(account_id: str) -> ResponseReturnValue:
        bank.finish_onboarding(account_id)
        bank.save()
        return redirect(request.args.get("back", "/"), 303)

    return app


def form(do: str, label: str) -> str:
    return f'<form method="post"><button name="do" value="{do}">{label}</button></form>'


def faults(app: Flask) -> Any:
    """A list of (path, status): the next call of the path is answered so, and the answer kept.

    With "made" as a third, what was asked for is made all the same.
    """
    return app.extensions["faults"]
