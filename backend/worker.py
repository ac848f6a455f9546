"""The job worker: `python -m backend.worker`."""

import os

from procrastinate import PsycopgConnector

from backend import logs
from backend.config import WorkerConfig
from backend.db import Database
from backend.jobs import STALLED_S, create_queue

CONCURRENCY = 4
HEARTBEAT_S = 5.0
POLL_S = 2.0  # for retries; a new job announces itself
STOP_WITHIN_S = 10.0


def main() -> None:
    """Work until told to stop: SIGTERM lets running jobs end. Raises MissingConfiguration."""
    logs.configure()
    config = WorkerConfig.from_environment(os.environ)
    database = Database(config.database_url, name="worker", most_connections=CONCURRENCY)
    connector = PsycopgConnector(
        conninfo=config.database_url,
        kwargs={"application_name": "worker queue", "prepare_threshold": None},
        min_size=1,
        max_size=4,
    )
    try:
        create_queue(database, connector).run_worker(
            concurrency=CONCURRENCY,
            delete_jobs="successful",
            fetch_job_polling_interval=POLL_S,
            shutdown_graceful_timeout=STOP_WITHIN_S,
            stalled_worker_timeout=STALLED_S,
            update_heartbeat_interval=HEARTBEAT_S,
        )
    finally:
        database.close()


if __name__ == "__main__":
    main()
