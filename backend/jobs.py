"""The jobs of the queue: what each task name does.

Jobs are queued by database functions in the transaction that makes them needed; their arguments are
ids only. Whatever a job does can be done again: a worker that is killed leaves it to the next.
"""

from datetime import UTC, datetime, timedelta

from procrastinate import App, JobContext, RetryStrategy
from procrastinate.connector import BaseConnector
from procrastinate.jobs import Status

from backend import escalations
from backend.db import Calls
from backend.money import Money
from backend.reconcile import EVENT_DAYS, compare_balance, fetch_lacking_events, keep

TRIES = 8
# 3, 9, 27 … seconds between tries, 55 minutes in all; then the job stays, failed.
RETRY = RetryStrategy(max_attempts=TRIES - 1, exponential_wait=3)
STALLED_S = 20.0  # without a heartbeat, a worker counts as gone


def create_queue(database: Calls, connector: BaseConnector, money: Money) -> App:
    """The queue and its tasks. Those of one lock (an escalation) run in order."""
    app = App(connector=connector)

    @app.task(name="match_escalation", retry=RETRY)
    def match_escalation(escalation_id: str) -> None:
        escalations.invite(database, escalation_id)

    @app.task(name="apply_stripe_event", retry=RETRY)
    def apply_stripe_event(event_id: str) -> None:
        money.apply_event(event_id)

    @app.task(name="send_transfer", retry=RETRY)
    def send_transfer(payment_id: str, part: str) -> None:
        money.send_transfer(payment_id, part)

    @app.task(name="reverse_transfer", retry=RETRY)
    def reverse_transfer(payment_id: str, part: str) -> None:
        money.reverse_transfer(payment_id, part)

    @app.task(name="send_refund", retry=RETRY)
    def send_refund(refund_id: str) -> None:
        money.send_refund(refund_id)

    @app.task(name="expire_checkout", retry=RETRY)
    def expire_checkout(payment_id: str, attempt: int) -> None:
        money.expire_checkout(payment_id, attempt)

    # Periodic tasks hold no lock and are not retried: the next one comes soon, and a lock left by a
    # killed worker would stop them all.

    @app.periodic(cron="* * * * *")
    @app.task(name="expire_overdue")
    def expire_overdue(timestamp: int) -> None:
        database.call("expire_overdue")

    @app.periodic(cron="* * * * *")
    @app.task(name="sweep_stripe_events")
    def sweep_stripe_events(timestamp: int) -> None:
        database.call("enqueue_pending_events")

    @app.periodic(cron="* * * * *")
    @app.task(name="move_due_money")
    def move_due_money(timestamp: int) -> None:
        if money.client is not None:
            database.call("enqueue_due_money")

    @app.periodic(cron="17 * * * *")
    @app.task(name="fetch_lacking_events")
    def fetch_events(timestamp: int) -> None:
        if money.client is not None:
            fetch_lacking_events(database, money.client, datetime.fromtimestamp(timestamp, UTC))

    @app.periodic(cron="37 4 * * *")
    @app.task(name="compare_balance")
    def compare(timestamp: int) -> None:
        if money.client is not None:
            since = datetime.fromtimestamp(timestamp, UTC) - timedelta(days=EVENT_DAYS)
            keep(database, compare_balance(database, money.client, since))

    @app.periodic(cron="* * * * * */10")
    @app.task(name="retry_stalled", pass_context=True)
    async def retry_stalled(context: JobContext, timestamp: int) -> None:
        """Give the jobs of dead workers to the living; one that took eight tries has failed."""
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_S):
            if job.attempts + 1 < TRIES:
                await manager.retry_job(job)
            else:
                await manager.finish_job(job, status=Status.FAILED, delete_job=False)

    return app
