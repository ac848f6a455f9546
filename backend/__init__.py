"""The web service: it answers Stripe, starts payments, and says whether it is well."""

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from backend.config import Config
from backend.db import Calls, Database

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue


def create_app(
    config: Config | None = None,
    *,
    database: Calls | None = None,
    clock: Callable[[], float] = time.time,
) -> "Flask":
    """The WSGI application, configured from the environment unless told otherwise.

    Raises MissingConfiguration. `clock` gives seconds since the epoch.
    """
    # Imported here: the worker shares this package, and would wait a second for Flask and Stripe.
    from flask import Flask

    from backend import checkout, commands, evidence, http, payout_account, stripe_webhook
    from backend.auth import Auth

    config = config or Config.from_environment(os.environ)
    database = database or Database(config.database_url, name="backend")
    auth = Auth(config.supabase_url, config.supabase_publishable_key)

    app = Flask(__name__, static_folder=None)
    http.install(app)
    commands.install(app)
    watch = stripe_webhook.Watch()
    app.register_blueprint(stripe_webhook.blueprint(database, config, clock, watch))
    app.register_blueprint(checkout.blueprint(database, auth, config))
    app.register_blueprint(payout_account.blueprint(database, auth, config))
    app.register_blueprint(evidence.blueprint(auth, config))

    @app.get("/health")
    def health() -> "ResponseReturnValue":
        """200 while the process answers at all."""
        return {"status": "ok"}

    @app.get("/ready")
    def ready() -> "ResponseReturnValue":
        """200 once the database answers, 503 before; and what is odd about the events that come."""
        database.call("readiness")
        return {"status": "ready", "alerts": watch.alerts(), "refused": watch.refused}

    return app
