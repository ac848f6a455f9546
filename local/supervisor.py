"""Keeps the stack's processes alive: a service that ends is started again, PostgreSQL with all that use it."""

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from local import processes
from local.cluster import Cluster, ClusterError
from local.services import Service, end_group, wait_until_ready

PATIENCE = 60  # seconds for a service to answer for the first time
LONGEST_PAUSE = 4.0  # seconds before a service that keeps ending is tried again


class StartError(Exception):
    """A service does not come up; the message ends with its last words."""


class Supervisor:
    """Runs services above a started cluster, each with a thread that waits for its end.

    `services` is asked before each start, because the cluster may come back on another port.
    `changed` is told whenever the running processes are others: {name: [pid, start time]}.
    """

    def __init__(
        self,
        cluster: Cluster,
        services: Callable[[], dict[str, Service]],
        logs: Path,
        say: Callable[[str], None],
        changed: Callable[[dict[str, list[str]]], None],
    ) -> None:
        self.failed: str | None = None  # why the stack cannot go on
        self.ended = threading.Event()  # set when it is to stop, or has failed
        self._cluster = cluster
        self._services = services
        self._logs = logs
        self._say = say
        self._changed = changed
        self._lock = threading.RLock()  # held while a process starts, and by who ends them all
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._starts: dict[str, int] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Start every service, and return when all answer. Raises StartError."""
        services = self._services()
        self._logs.mkdir(exist_ok=True)
        for name in services:
            self._log(name).unlink(missing_ok=True)
            self._watch(self._keep_service, name)
        self._watch(self._keep_database)
        for name, service in services.items():
            deadline = time.monotonic() + PATIENCE
            wait_until_ready(service, partial(self._hopeful, name, deadline))
            if not self._hopeful(name, deadline):
                words = self._log(name).read_text(errors="replace").splitlines()[-15:]
                raise StartError(f"The {name} does not start:\n" + "\n".join(words))

    def stop(self) -> None:
        """End every service, then PostgreSQL."""
        with self._lock:
            self.ended.set()
            self._end_services(seconds=10)
            self._cluster.stop()
        for thread in self._threads:
            thread.join()
        self._changed({})

    def _watch(self, target: Callable[..., None], *arguments: str) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _hopeful(self, name: str, deadline: float) -> bool:
        return self._starts.get(name, 0) < 3 and time.monotonic() < deadline

    def _log(self, name: str) -> Path:
        return self._logs / f"{name.replace(' ', '-')}.log"

    def _keep_service(self, name: str) -> None:
        pause = 0.2
        while True:
            with self._lock:
                if self.ended.is_set():
                    return
                process = self._services()[name].start(self._log(name))
                self._running[name] = process
                self._starts[name] = self._starts.get(name, 0) + 1
                self._record()
            begin = time.monotonic()
            code = process.wait()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # children of one that was killed
            if self.ended.is_set():
                return
            pause = 0.2 if time.monotonic() - begin > 10 else min(2 * pause, LONGEST_PAUSE)
            self._say(f"The {name} ended ({reason(code)}); starting it again.")
            self.ended.wait(pause)

    def _keep_database(self) -> None:
        while True:
            process = self._cluster.process
            assert process is not None, "the supervisor was given a started cluster"
            code = process.wait()
            with self._lock:
                if self.ended.is_set():
                    return
                self._say(f"PostgreSQL ended ({reason(code)}); starting the stack again.")
                try:
                    self._cluster.start()
                except ClusterError as error:
                    self.failed = str(error)
                    self.ended.set()
                    return
                # Without their database they have nothing to bring to an end.
                self._end_services(seconds=1)

    def _end_services(self, seconds: float) -> None:
        for process in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            end_group(process, seconds)

    def _record(self) -> None:
        self._changed(
            {
                name: [str(process.pid), processes.started_at(process.pid) or ""]
                for name, process in self._running.items()
            }
        )


def end_leftovers(recorded: dict[str, list[str]]) -> list[str]:
    """End what a killed supervisor has left running; returns the names."""
    return [name for name, (pid, start) in recorded.items() if processes.end_group(int(pid), start)]


def reason(code: int) -> str:
    """An exit code in words: `killed by SIGKILL`, `exit code 1`."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
