"""What an operator runs: `flask --app backend reconcile`, `ledger trial-balance`, `events replay ID`.

They act as the worker, and read its configuration.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from backend import stripe_api
from backend.config import WorkerConfig
from backend.db import Calls, Database
from backend.money import Money
from backend.reconcile import compare_balance, fetch_lacking_events, report


def install(app: Flask, database: Calls | None = None) -> None:
    """Add the commands to an application; they connect as the worker unless given a connection."""

    def worker() -> tuple[Calls, WorkerConfig]:
        config = WorkerConfig.from_environment(os.environ)
        return database or Database(
            config.database_url, name="operator", most_connections=1
        ), config

    @app.cli.command("reconcile")
    @click.option("--days", default=30, show_default=True, help="How far back to compare.")
    @click.option("--csv", "file", type=click.Path(path_type=Path), help="Write the report there.")
    def reconcile(days: int, file: Path | None) -> None:
        """Fetch events that never came, and compare every cent at Stripe with the ledger.

        Exits with 1 if they differ. Events that were fetched are applied by the worker: differences
        that they explain are gone at the next run.
        """
        calls, config = worker()
        client = stripe_api.client(config.stripe_secret_key, config.stripe_api_base)
        if client is None:
            sys.exit("missing configuration: STRIPE_SECRET_KEY")
        now = datetime.now(UTC)
        click.echo(f"{fetch_lacking_events(calls, client, now)} events had not arrived.")
        differences = compare_balance(calls, client, now - timedelta(days=days))
        if file:
            file.write_text(report(differences))
        click.echo(f"{len(differences)} differences." if differences else "Every cent agrees.")
        for each in differences:
            click.echo(
                f"  {each.source_key}: Stripe {each.stripe_cents / 100:.2f}, "
                f"ledger {each.ledger_cents / 100:.2f} {each.currency}: {each.cause}"
            )
        sys.exit(1 if differences else 0)

    ledger = AppGroup("ledger", help="The books.")

    @ledger.command("trial-balance")
    def trial_balance() -> None:
        """Every account's balance; they add up to nothing, or the exit code is 1."""
        calls, _ = worker()
        rows = calls.call("trial_balance")
        sums: dict[str, int] = {}
        for row in rows:
            debit, credit = row["debit_cents"], row["credit_cents"]
            sums[row["currency"]] = sums.get(row["currency"], 0) + debit - credit
            click.echo(
                f"{row['account']:<26} {row['currency']} {debit / 100:>14,.2f} {credit / 100:>14,.2f}"
            )
        for currency, cents in sums.items():
            click.echo(f"{'together':<26} {currency} {cents / 100:>14,.2f}")
        sys.exit(1 if any(sums.values()) else 0)

    events = AppGroup("events", help="Stripe's events.")

    @events.command("replay")
    @click.argument("event_id")
    @click.option(
        "--any-version", is_flag=True, help="Apply it as it is, whatever its API version."
    )
    def replay(event_id: str, any_version: bool) -> None:
        """Apply an event again that was given up, waits, or was quarantined; exit code 1 if it is not.

        One that stays quarantined may be of another API version: what it is about is asked of Stripe
        anew, and applied instead.
        """
        calls, config = worker()
        [row] = calls.call("replay_event", event_id=event_id, any_version=any_version)
        state = row["replay_event"]
        click.echo(f"{event_id}: {state}")
        client = stripe_api.client(config.stripe_secret_key, config.stripe_api_base)
        if state == "quarantined" and client is not None:
            state = Money(calls, client).fetch_anew(client, event_id)
            click.echo(f"as Stripe tells it now: {state}")
        sys.exit(0 if state in ("done", "ignored") else 1)

    app.cli.add_command(ledger)
    app.cli.add_command(events)
