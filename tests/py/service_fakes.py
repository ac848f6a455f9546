"""What stands in for the world outside the service when a test asks only about the service."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import make_server

from backend.config import Config
from backend.db import Row

SECRET = "whsec_new"
OLD_SECRET = "whsec_old"

CONFIG = Config(
    database_url="postgresql://127.0.0.1:1/nowhere",
    supabase_url="http://127.0.0.1:1",
    supabase_publishable_key="sb_publishable_test",
    stripe_webhook_secrets=(SECRET, OLD_SECRET),
    public_url="https://console.example",
)


class RecordingDatabase:
    """Keeps every call, and answers with what the test laid out for the function."""

    def __init__(self, answers: dict[str, list[Row] | Exception] | None = None) -> None:
        self.answers = answers or {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, function: str, /, **arguments: object) -> list[Row]:
        self.calls.append((function, arguments))
        answer = self.answers.get(function, [])
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextlib.contextmanager
def serve(answer: Callable[[Request], Response]) -> Iterator[str]:
    """A server on loopback that answers by `answer`; gives its address."""
    server = make_server("127.0.0.1", 0, Request.application(answer), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
