"""One cluster of the embedded PostgreSQL 17: made, started, stopped, and mended after a kill."""

import itertools
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import processes
from local.home import Home
from local.keys import write_private

__all__ = ["Cluster", "ClusterError", "Home", "free_port"]

# No port twice for one process.
BELOW_OUTGOING = itertools.islice(
    itertools.cycle(range(20000, 32768)), secrets.randbelow(12768), None
)
SUPERUSER = "supabase_admin"  # as on hosted Supabase; `postgres` is an ordinary role there


class ClusterError(Exception):
    """The server could not do what was asked; the message ends with its last words."""


def free_port(preferred: int | None = None) -> int:
    """`preferred` if nothing listens there on loopback, else a port that is free now.

    One below those that systems give to outgoing connections, if there is any: nothing is likely to
    have taken it when it is asked for again.
    """
    below = (next(BELOW_OUTGOING) for _ in range(50))
    for candidate in itertools.chain([preferred], below, [0]):
        if candidate is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    raise ClusterError("no port is free on loopback")


@dataclass
class Cluster:
    """A data folder and the server that serves it on loopback, by password only.

    `folder` holds `data`, `log` and `passwords.json` (readable by us alone).
    """

    home: Home
    folder: Path
    port: int
    settings: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @classmethod
    def open(
        cls,
        home: Home,
        name: str,
        *,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> "Cluster":
        """The cluster `name` of this home, initialised if it is new; not started.

        `port` is a wish: `start` takes a free one when it is taken. `settings` are PostgreSQL's own
        and hold for one start.
        """
        folder = home.place / name
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        cluster = cls(home, folder, 0, dict(settings or {}))
        cluster.port = int(cluster._pid_file()[3]) if cluster.running() else free_port(port)
        if not cluster.data.is_dir():
            cluster._initialise()
        return cluster

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def password(self, role: str) -> str:
        """The role's password in this cluster, made up when first asked for."""
        file = self.folder / "passwords.json"
        known: dict[str, str] = json.loads(file.read_text()) if file.is_file() else {}
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            write_private(file, json.dumps(known))
        return known[role]

    def dsn(self, role: str = "postgres", database: str = "postgres") -> str:
        """Address of `database` for `role`, password included."""
        return f"postgresql://{role}:{self.password(role)}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and return when it accepts connections.

        What an earlier, killed run left behind is ended first. Raises ClusterError.
        """
        self.stop()
        for _ in range(5):
            self.port = free_port(self.port)
            if self._start_once():
                return
        raise ClusterError(f"PostgreSQL found no free port:\n{self._last_words()}")

    def stop(self) -> None:
        """Stop the server, whoever started it: clients are cut off, data are safe."""
        postmaster = self._postmaster()
        if postmaster is not None:
            processes.end(postmaster, processes.started_at(postmaster), signal.SIGINT, 30)
        if self.process is not None:
            self.process.wait()
            self.process = None
        # Children of a postmaster that was killed hold its shared memory until they notice.
        for pid in processes.working_in(self.data):
            processes.end(pid, processes.started_at(pid), signal.SIGQUIT)
        if processes.HAS_PROC:  # nobody is left: what its file says could only mislead PostgreSQL
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def running(self) -> bool:
        """Whether a server of this data folder is up."""
        if self.process is not None and self.process.poll() is not None:
            return False
        return self._postmaster() is not None

    def remove(self) -> None:
        """Stop the server and delete its data and passwords."""
        self.stop()
        shutil.rmtree(self.folder)

    def _initialise(self) -> None:
        """initdb into a folder that becomes `data` only when it is complete."""
        making = self.folder / "data.new"
        password = self.folder / "password.new"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        password.write_text(self.password(SUPERUSER))
        if self.home.account:
            for path in (making, password):
                os.chown(path, self.home.account.uid, self.home.account.gid)
        command = [
            self._program("initdb"),
            f"--pgdata={making}",
            f"--username={SUPERUSER}",
            f"--pwfile={password}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        made = self._spawn(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = made.communicate()
        password.unlink()
        if made.returncode != 0:
            raise ClusterError(f"initdb failed:\n{output.decode(errors='replace')}")
        making.rename(self.data)

    def _start_once(self) -> bool:
        """True when the server is ready, False when its port was taken meanwhile."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "port": str(self.port),
            "timezone": "UTC",
            "log_timezone": "UTC",
            **self.settings,
        }
        command = [self._program("postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            log_start = log.tell()
            self.process = self._spawn(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        deadline = time.monotonic() + 60  # crash recovery takes its time
        while self.process.poll() is None:
            status = self._pid_file()  # until the server writes its own, perhaps a killed one's
            if status[:1] == [str(self.process.pid)] and status[7:8] == ["ready"]:
                return True
            if time.monotonic() > deadline:
                self.stop()
                raise ClusterError(f"PostgreSQL is not ready after 60 s:\n{self._last_words()}")
            time.sleep(0.02)
        self.process = None
        words = self.log.read_bytes()[log_start:]
        if b"could not bind" in words or b"could not create any TCP/IP sockets" in words:
            return False
        raise ClusterError(f"PostgreSQL does not start:\n{self._last_words()}")

    def _spawn(self, command: list[str], **options: object) -> subprocess.Popen[bytes]:
        """Run a program of the server as PostgreSQL's account, free of the caller's PG… settings."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        account = self.home.account
        if account:
            options |= {"user": account.uid, "group": account.gid, "extra_groups": []}
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            command, cwd=self.folder, env=environment | {"LC_ALL": "C"}, **options
        )

    def _program(self, name: str) -> str:
        return str(self.home.server() / "bin" / name)

    def _pid_file(self) -> list[str]:
        """Lines of postmaster.pid, stripped: process, data folder, …, status; empty if there is none."""
        try:
            return [
                line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()
            ]
        except OSError:
            return []

    def _postmaster(self) -> int | None:
        """The live postmaster of this data folder. A stale file may name another's process."""
        lines = self._pid_file()
        if not lines:
            return None
        pid = int(lines[0])
        if self.process is not None and self.process.pid == pid:
            return pid
        if processes.HAS_PROC:
            return pid if pid in processes.working_in(self.data) else None
        command = subprocess.run(
            ["ps", "-o", "args=", "-p", str(pid)], check=False, capture_output=True, text=True
        ).stdout
        return pid if str(self.data) in command else None

    def _last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
