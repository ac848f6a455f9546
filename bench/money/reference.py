"""The bare "verify and insert" that ingest is measured against: contract with Stripe, 4.3, (c3).

Nothing of ours is in it: a signature checked by Stripe's library, the body parsed, a row inserted.
"""

import json
import os

from flask import Flask, request
from psycopg_pool import ConnectionPool
from stripe import WebhookSignature


def create_app() -> Flask:
    """The WSGI application; DATABASE_URL and STRIPE_WEBHOOK_SECRETS are read from the environment."""
    app = Flask(__name__, static_folder=None)
    secret = os.environ["STRIPE_WEBHOOK_SECRETS"]
    pool = ConnectionPool(
        os.environ["DATABASE_URL"], kwargs={"autocommit": True}, min_size=2, max_size=8, open=True
    )

    @app.post("/stripe/webhook")
    def receive() -> tuple[str, int]:
        body = request.get_data()
        WebhookSignature.verify_header(
            body.decode(), request.headers["Stripe-Signature"], secret, tolerance=300
        )
        event = json.loads(body)
        with pool.connection() as connection:
            connection.execute(
                "insert into reference.events (id, type, body) values (%s, %s, %s)",
                (event["id"], event["type"], body),
            )
        return "", 200

    @app.get("/ready")
    def ready() -> tuple[str, int]:
        return "", 200

    return app
