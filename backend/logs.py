"""Logs as one JSON object a line, on standard error."""

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_encode = json.JSONEncoder(default=str).encode


class JsonLines(logging.Formatter):
    """Time, level, logger, message, whatever the caller gave as `extra`, and a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        given = vars(record)
        for name in sorted(given.keys() - _STANDARD):
            line[name] = given[name]
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _encode(line)


CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "stream": "ext://sys.stderr",
        },
    },
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {
        "gunicorn.access": {"level": "WARNING", "handlers": [], "propagate": True},
        "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "procrastinate.worker": {"level": "INFO"},  # one line for each job's outcome
        "procrastinate.worker.worker": {"level": "WARNING"},
        "stripe": {"level": "WARNING"},
    },
}


def configure() -> None:
    """Send this process's logs to standard error, as JSON."""
    # No line of ours says who wrote it: https://docs.python.org/3/howto/logging.html#optimization
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.config.dictConfig(CONFIG)
