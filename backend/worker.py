"""The job worker: `python -m backend.worker`."""

import asyncio
import logging
import os
import signal
import sys

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from backend import logs, stripe_api
from backend.config import WorkerConfig
from backend.db import Database
from backend.jobs import STALLED_S, create_queue
from backend.money import Money

log = logging.getLogger("backend.worker")

CONCURRENCY = 8
HEARTBEAT_S = 5.0
POLL_S = 0.5  # new jobs do not announce themselves: see the queue's migration
STOP_WITHIN_S = 10.0


async def work(queue: App) -> None:
    """Run jobs until SIGTERM or SIGINT; those that are running then may end.

    Returns early, or raises ConnectorException, when the queue is out of reach.
    """
    async with queue.open_async():
        worker = asyncio.create_task(
            queue.run_worker_async(
                concurrency=CONCURRENCY,
                delete_jobs="successful",
                fetch_job_polling_interval=POLL_S,
                install_signal_handlers=False,
                shutdown_graceful_timeout=STOP_WITHIN_S,
                stalled_worker_timeout=STALLED_S,
                update_heartbeat_interval=HEARTBEAT_S,
            )
        )

        def stop(name: str) -> None:
            log.info("told to stop", extra={"signal": name, "within_s": STOP_WITHIN_S})
            worker.cancel()

        for each in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(each, stop, each.name)
        await worker


def main() -> None:
    """Work until told to stop. Raises MissingConfiguration; exits with 1 without its queue."""
    logs.configure()
    config = WorkerConfig.from_environment(os.environ)
    database = Database(config.database_url, name="worker", most_connections=CONCURRENCY)
    money = Money(database, stripe_api.client(config.stripe_secret_key, config.stripe_api_base))
    connector = PsycopgConnector(
        conninfo=config.database_url,
        kwargs={"application_name": "worker queue", "prepare_threshold": None},
        min_size=1,
        max_size=4,
        name="queue",
        timeout=5.0,
    )
    try:
        asyncio.run(work(create_queue(database, connector, money)))
    except asyncio.CancelledError:
        return  # as told
    except ConnectorException as error:
        log.error("the queue is out of reach", extra={"cause": repr(error.__cause__)})
    finally:
        database.close()
    sys.exit(1)


if __name__ == "__main__":
    main()
