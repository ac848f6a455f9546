"""The service and its worker as they run in earnest, for tests that end them."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.cluster import free_port
from tests.py.service_fakes import OLD_SECRET, SECRET, until

ROOT = Path(__file__).resolve().parents[2]

ENVIRONMENT = {
    "SUPABASE_URL": "http://127.0.0.1:54321/",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_test",
    "STRIPE_WEBHOOK_SECRETS": SECRET,
    "STRIPE_CONNECT_WEBHOOK_SECRETS": OLD_SECRET,
    "PUBLIC_URL": "https://console.example/",
    "STRIPE_SECRET_KEY": "",
    "STRIPE_API_BASE": "",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a request, and after how many seconds. No status: the connection broke."""

    status: int | None
    seconds: float
    retry_after: str | None = None


@dataclass
class WebService:
    """The web service under gunicorn; what it logs is in a file."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def workers(self) -> list[int]:
        """The processes that gunicorn has made."""
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True
        ).stdout
        pairs = (line.split() for line in listed.splitlines())
        return [int(pid) for pid, parent in pairs if int(parent) == self.process.pid]

    def kill_workers(self) -> None:
        """SIGKILL to each of them; gunicorn makes others."""
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path, None, {})

    def post(self, body: bytes, header: str) -> Answer:
        """Deliver a body to the webhook."""
        return self.ask("POST", "/stripe/webhook", body, {"Stripe-Signature": header})

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        begin = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            try:
                connection.request(method, path, body, headers)
                response = connection.getresponse()
                response.read()
            except (OSError, http.client.HTTPException):
                return Answer(None, time.monotonic() - begin)
        seconds = time.monotonic() - begin
        return Answer(response.status, seconds, response.headers["Retry-After"])


@contextlib.contextmanager
def gunicorn(
    database_url: str, log: Path, *options: str, app: str = "backend:create_app()"
) -> Iterator[WebService]:
    """The service as the README deploys it, or another, once it answers; ended with the block."""
    port = free_port()
    command = (
        *(sys.executable, "-m", "gunicorn", "-c", "backend/gunicorn_conf.py"),
        *("--bind", f"127.0.0.1:{port}", *options, app),
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | ENVIRONMENT | {"DATABASE_URL": database_url},
            stderr=output,
        )
    service = WebService(port, process, log)
    try:
        until(lambda: service.get("/ready").status == 200)
        yield service
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def worker(database_url: str, log: Path, stripe_url: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A job worker, killed with the block if it still lives then. It may take a second to begin."""
    stripe = {"STRIPE_SECRET_KEY": "sk_test_1" if stripe_url else "", "STRIPE_API_BASE": stripe_url}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.worker"],
            cwd=ROOT,
            env=os.environ | {"WORKER_DATABASE_URL": database_url} | stripe,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
