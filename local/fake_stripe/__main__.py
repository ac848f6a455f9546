"""`python -m local.fake_stripe`: the stand-in as a process of the local stack."""

import os
import sys
import threading
import time
from pathlib import Path

import httpx
from werkzeug.serving import make_server

from local.fake_stripe.api import create_app
from local.fake_stripe.bank import Bank
from local.fake_stripe.delivery import Delivery

POLL_S = 0.2
RETRY_S = 2.0  # while the platform does not answer


def main() -> None:
    """Serve until told to end. Environment: PORT, SERVICE_URL, WEBHOOK_SECRET, FILE."""
    port = int(os.environ["PORT"])
    bank = Bank(f"http://127.0.0.1:{port}", file=Path(os.environ["FILE"]))
    endpoints = {
        "platform": f"{os.environ['SERVICE_URL']}/stripe/webhook",
        "connect": f"{os.environ['SERVICE_URL']}/stripe/webhook/connect",
        "thin": f"{os.environ['SERVICE_URL']}/stripe/webhook/thin",
    }
    client = httpx.Client(timeout=5)

    def post(endpoint: str, body: bytes, header: str) -> int:
        try:
            answer = client.post(
                endpoints[endpoint], content=body, headers={"Stripe-Signature": header}
            )
        except httpx.HTTPError:
            return 503
        return answer.status_code

    secret = os.environ["WEBHOOK_SECRET"]
    delivery = Delivery(bank, dict.fromkeys(endpoints, secret), post)
    server = make_server("127.0.0.1", port, create_app(bank))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"A stand-in for Stripe listens on {bank.url}.", flush=True)
    while True:
        waiting = len(bank.undelivered)
        if waiting and delivery.deliver() < waiting:
            time.sleep(RETRY_S)
        bank.save()
        time.sleep(POLL_S)


if __name__ == "__main__":
    try:
        main()
    except KeyError as missing:
        sys.exit(f"missing in the environment: {missing}")
