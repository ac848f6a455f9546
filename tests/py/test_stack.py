"""`make run` comes up beside whatever else runs, mends what is killed, and leaves nothing behind.

One installation of its own serves them all: a copy of the checkout, with a space in its path and
below a folder that only we may enter, as a home of root's is.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from local import processes, scratch
from local.services import Ports

SERVICES = ("data API", "relay", "service", "worker")
FEW_SECONDS = 5  # in which a killed service is back


class Installation:
    """A checkout and what runs in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def local(self, command: str) -> subprocess.CompletedProcess[str]:
        """Do what `make COMMAND` does."""
        return subprocess.run(
            [".venv/bin/python", "-m", "local", command],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def up(self) -> None:
        started = self.local("up")
        assert started.returncode == 0, started.stdout + started.stderr

    def described(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / ".local/stack.json").read_text()))

    def output(self) -> str:
        """What the supervisor has said."""
        return (self.folder / ".local/run.log").read_text()

    def place(self) -> Path:
        """Where server and data stand."""
        record = self.folder / ".local/home"
        return Path(record.read_text().strip()) if record.exists() else self.folder / ".local"

    def supervisor(self) -> int:
        return int((self.folder / ".local/lock").read_text().split()[0])

    def postmaster(self) -> int:
        """0 while there is none."""
        with contextlib.suppress(FileNotFoundError):
            return int((self.place() / "run/data/postmaster.pid").read_text().split()[0])
        return 0

    def pid(self, service: str) -> int:
        return int(self.described()["pids"][service][0])

    def everything(self) -> list[int]:
        return [self.supervisor(), self.postmaster(), *(self.pid(name) for name in SERVICES)]

    def answers(self, service: str) -> bool:
        """Whether someone who uses it would find it working."""
        described = self.described()
        pid, start = described["pids"].get(service, (0, ""))
        if processes.started_at(int(pid)) != start:
            return False
        url = {
            "data API": described["supabase_url"] + "/auth/v1/health",
            "relay": described["supabase_url"] + "/auth/v1/health",
            "service": described["service_url"] + "/ready",
            "worker": None,  # listens to nobody
        }[service]
        with contextlib.suppress(httpx.TransportError):
            key = {"apikey": described["publishable_key"]}
            return url is None or httpx.get(url, headers=key).status_code == 200
        return False

    def query(self, statement: str) -> Any:
        """Run a statement as the database's owner; the first value of its answer."""
        with psycopg.connect(self.described()["database_url"], autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]


def until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Fail unless it becomes true in time."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Started once with every usual port taken, ended and forgotten at the end."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    folder = closed / "a checkout"
    scratch.copy_checkout(folder)
    made = Installation(folder)
    try:
        with contextlib.ExitStack() as taken:
            for port in astuple(Ports()):
                other = taken.enter_context(socket.socket())
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):  # taken by somebody else: as good
                    other.bind(("127.0.0.1", port))
                    other.listen()
            made.up()
        yield made
    finally:
        place = made.place()
        forgotten = made.local("reset")
        assert forgotten.returncode == 0, forgotten.stdout + forgotten.stderr
        assert not place.exists()
        assert not (folder / ".local").exists()


@pytest.fixture
def stack(installation: Installation) -> Installation:
    """The installation, running."""
    installation.up()
    return installation


def test_taken_ports_are_named_and_others_chosen(installation: Installation) -> None:
    chosen = installation.described()["ports"]
    for name, usual in asdict(Ports()).items():
        said = f"Port {usual} is taken; {name} listens on {chosen[name]}."
        assert said in installation.output()


def test_server_and_data_stand_where_their_account_reaches_them(stack: Installation) -> None:
    outside = os.geteuid() == 0
    assert (stack.place() != stack.folder / ".local") == outside
    assert processes.working_in(stack.place() / "run/data")


def test_secrets_are_readable_by_their_owner_alone(stack: Installation) -> None:
    secret = stack.described()["secret_key"]
    for file in (stack.folder / ".local").rglob("*"):
        if file.is_file() and file.stat().st_mode & 0o077:
            assert secret.encode() not in file.read_bytes(), file
    assert (stack.place() / "run/passwords.json").stat().st_mode & 0o077 == 0


def test_a_second_start_changes_nothing_and_says_where_the_first_listens(
    stack: Installation,
) -> None:
    before = stack.everything()
    second = stack.local("run")
    assert second.returncode == 0
    assert "already running" in second.stdout
    assert stack.described()["supabase_url"] in second.stdout
    assert stack.everything() == before


def test_every_listener_is_on_loopback(stack: Installation) -> None:
    found = {port for pid in _family(stack.supervisor()) for port in _listeners(pid)}
    assert {port for _, port in found} >= set(stack.described()["ports"].values())
    assert {address for address, _ in found} <= {"0100007F", "0" * 24 + "01000000"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_service_is_back_in_a_few_seconds_and_named(
    stack: Installation, service: str
) -> None:
    killed = stack.pid(service)
    os.kill(killed, signal.SIGKILL)
    until(
        lambda: stack.pid(service) != killed and stack.answers(service),
        FEW_SECONDS,
        f"the {service} is back",
    )
    assert f"The {service} ended (killed by SIGKILL); starting it again." in stack.output()


def test_a_data_api_that_loses_its_connections_is_started_again(stack: Installation) -> None:
    lost = stack.pid("data API")
    for backend in stack.query(
        "select array_agg(pid) from pg_stat_activity where usename = 'supabase_lite'"
    ):
        os.kill(backend, signal.SIGTERM)
    until(
        lambda: stack.pid("data API") != lost and stack.answers("data API"),
        FEW_SECONDS,
        "the data API is back",
    )
    assert "The data API ended (exit code 1); starting it again." in stack.output()


def test_a_killed_postgresql_restarts_the_stack_and_keeps_its_data(stack: Installation) -> None:
    stack.query("create table public.survives_postgresql (note text)")
    stack.query("insert into public.survives_postgresql values ('before')")
    before = stack.everything()[1:]
    os.kill(stack.postmaster(), signal.SIGKILL)
    until(
        lambda: (
            not set(before) & set(stack.everything()[1:])
            and all(stack.answers(service) for service in SERVICES)
        ),
        30,
        "the stack is back",
    )
    assert "PostgreSQL ended (killed by SIGKILL); starting the stack again." in stack.output()
    assert stack.query("select note from public.survives_postgresql") == "before"


def test_everything_may_be_killed_at_once(stack: Installation) -> None:
    stack.query("create table public.survives_all (note text)")
    stack.query("insert into public.survives_all values ('before')")
    addresses = stack.described()["ports"]
    killed = stack.everything()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not any(map(processes.started_at, killed)), 5, "all are gone")
    stack.up()
    assert all(stack.answers(service) for service in SERVICES)
    assert stack.described()["ports"] == addresses
    assert stack.query("select note from public.survives_all") == "before"


def test_what_a_killed_supervisor_leaves_is_ended_by_the_next(stack: Installation) -> None:
    supervisor, *left = stack.everything()
    os.kill(supervisor, signal.SIGKILL)
    until(lambda: processes.started_at(supervisor) is None, 5, "the supervisor is gone")
    assert all(processes.started_at(pid) for pid in left)
    stack.up()
    assert not any(processes.started_at(pid) for pid in left)
    assert all(stack.answers(service) for service in SERVICES)


def test_ctrl_c_ends_everything_and_is_no_failure(stack: Installation) -> None:
    stack.local("stop")
    running = subprocess.Popen(
        [".venv/bin/python", "-m", "local", "run"],
        cwd=stack.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    said = iter(running.stdout.readline, "")
    assert any("Stop it with Ctrl-C" in line for line in said)
    pids = stack.everything()
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=30)
    assert running.returncode == 0
    assert not any(processes.started_at(pid) for pid in pids)


def test_stopping_leaves_nothing_and_may_be_done_twice(stack: Installation) -> None:
    pids = stack.everything()
    assert stack.local("stop").stdout == "Stopped.\n"
    assert not any(processes.started_at(pid) for pid in pids)
    assert stack.local("stop").stdout == "Nothing is running.\n"


def _family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    family = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            for child in (task / "children").read_text().split():
                family += _family(int(child))
    return family


def _listeners(pid: int) -> set[tuple[str, int]]:
    """Addresses, as the kernel writes them, and ports on which a process listens."""
    sockets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            sockets.add(os.readlink(descriptor))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add((address, int(port, 16)))
    return found
