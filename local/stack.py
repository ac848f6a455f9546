"""The stack of one home: run in the foreground, put in the background, stopped, forgotten, described."""

import contextlib
import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any

from local import database, processes, services
from local.cluster import Cluster, ClusterError, free_port
from local.home import Home
from local.keys import Keys, private, write_private
from local.progress import ticking
from local.services import Ports, Service
from local.supervisor import Supervisor, end_leftovers

SETTINGS = {"max_connections": "100"}


class Stack:
    """What stands in a home and who runs it.

    `stack.json` describes it to other programs. `lock` is held by the process that runs it, for as
    long as that lives, and names it.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.file = home.folder / "stack.json"
        self.lock = home.folder / "lock"
        self._begin = time.monotonic()
        self._writing = threading.Lock()  # several threads update what the file says

    def run(self, ready: int | None = None) -> int:
        """Run everything until SIGINT, SIGTERM or SIGHUP; returns the exit code.

        `ready` is a file descriptor that is told, by one byte, when everything answers.
        """
        with self._sole_runner() as alone:
            if not alone:
                return self._describe_other()
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.default_int_handler)
            return self._run(ready)

    def up(self) -> int:
        """Run everything in the background; returns when it answers or has failed."""
        with self._sole_runner() as alone:
            if not alone:
                return self._describe_other()
        log = self.home.folder / "run.log"
        reader, writer = os.pipe()
        log.unlink(missing_ok=True)
        with open(log, "wb", opener=private) as output:
            child = subprocess.Popen(
                [sys.executable, "-m", "local", "run", "--ready", str(writer)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=[writer],
                start_new_session=True,
            )
        os.close(writer)
        with log.open() as lines:
            told = False
            while not told:
                told = bool(select.select([reader], [], [], 0.2)[0])
                print(lines.read(), end="", flush=True)
        if os.read(reader, 1):
            print("In the background; `make stop` ends it.")
            return 0
        return child.wait()

    def stop(self) -> int:
        """End the stack, also one whose supervisor was killed."""
        with self._sole_runner() as alone, ticking(self._say):
            if alone:
                left = self._end_leftovers()
                print(f"Ended what was left: {', '.join(left)}." if left else "Nothing is running.")
                return 0
        pid, start = self.lock.read_text().split(" ", 1)
        processes.end(int(pid), start, seconds=60)
        print("Stopped.")
        return 0

    def reset(self) -> int:
        """End the stack and delete its data, secrets and server."""
        self.stop()
        with ticking(self._say):
            for folder in self.home.place.glob("**/postmaster.pid"):
                Cluster(self.home, folder.parent.parent, port=0, settings={}).stop()
            self.home.remove()
        print("Forgotten: data, secrets, logs and PostgreSQL's copy.")
        return 0

    def status(self) -> int:
        """Describe a running stack; exit code 1 if there is none."""
        with self._sole_runner() as alone:
            if alone:
                print("Nothing is running. `make run` starts it.")
                return 1
        self.describe()
        return 0

    def described(self) -> dict[str, Any]:
        """What `stack.json` says; empty before the first start."""
        return dict(json.loads(self.file.read_text())) if self.file.is_file() else {}

    def describe(self) -> None:
        """Print addresses, keys, logins and how to stop."""
        described = self.described()
        for name in (
            "supabase_url",
            "publishable_key",
            "secret_key",
            "database_url",
            "service_url",
        ):
            print(f"{name.upper():<16} {described.get(name, 'not yet known')}")
        for persona, login in described.get("logins", {}).items():
            print(f"{persona:<16} {login['email']}  {login['password']}")
        print("\nStop it with Ctrl-C or `make stop`.", flush=True)

    def _describe_other(self) -> int:
        print("It is already running.\n")
        self.describe()
        return 0

    def _run(self, ready: int | None) -> int:
        supervisor = None
        cluster = None
        try:
            self._end_leftovers()
            keys = Keys.open(self.home.folder)
            ports = self._free_ports()
            with self._step("Starting PostgreSQL."):
                cluster = Cluster.open(self.home, "run", port=ports.postgres, settings=SETTINGS)
                cluster.start()
                database.bootstrap(cluster)
            self._migrate(cluster)
            supervisor = Supervisor(
                cluster,
                lambda: self._services(ports, keys, cluster),
                self.home.folder / "log",
                self._say,
                lambda running: self._update(pids=running),
            )
            self._update(
                supabase_url=ports.supabase_url,
                publishable_key=keys.publishable_key,
                secret_key=keys.secret_key,
                database_url=cluster.dsn(),
                service_url=ports.service_url,
                ports={**asdict(ports), "postgres": cluster.port},
            )
            with self._step("Starting data API, relay, service and worker."):
                supervisor.start()
            self._seed(cluster, keys)
            self._say("Everything answers.\n")
            self.describe()
            if ready is not None:
                os.write(ready, b"1")
            supervisor.ended.wait()
            raise ClusterError(supervisor.failed)
        except KeyboardInterrupt:
            return 0
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            with self._step("Stopping."):
                if supervisor:
                    supervisor.stop()
                elif cluster:
                    cluster.stop()

    def _migrate(self, cluster: Cluster) -> None:
        pending = database.pending_migrations(cluster)
        if pending:
            with self._step(f"Applying {len(pending)} migrations with the Supabase CLI."):
                database.migrate(cluster)
        database.allow_service_logins(cluster)

    def _seed(self, cluster: Cluster, keys: Keys) -> None:
        """Load the seed world, unless this very one was loaded before."""
        digest = database.seed_digest()
        marker = cluster.folder / "seeded"
        if marker.is_file() and marker.read_text() == digest:
            return
        described = self.described()
        with self._step("Loading the seed world."):
            logins = database.seed(
                cluster,
                {
                    "DATABASE_URL": cluster.dsn(),
                    "SUPABASE_URL": described["supabase_url"],
                    "SUPABASE_PUBLISHABLE_KEY": keys.publishable_key,
                    "SUPABASE_SECRET_KEY": keys.secret_key,
                    "SEED_PASSWORD": keys.seed_password,
                },
            )
        self._update(logins=logins)
        marker.write_text(digest)

    def _services(self, ports: Ports, keys: Keys, cluster: Cluster) -> dict[str, Service]:
        storage = self.home.folder / "storage"
        storage.mkdir(exist_ok=True)
        every = list(services.platform(ports, keys, cluster, database.DATABASE, storage))
        if os.environ.get("STRIPE_SECRET_KEY"):
            stripe = {
                name: value for name, value in os.environ.items() if name.startswith("STRIPE_")
            }
        else:
            stripe = services.stripe_stand_in(ports)
            every.append(services.stripe(ports, keys, self.home.folder / "stripe.json"))
        every += services.own(ports, keys, cluster, database.DATABASE, stripe)
        return {service.name: service for service in every}

    def _free_ports(self) -> Ports:
        """The ports of last time, else the usual ones; where one is taken, another, and says so."""
        usual = Ports()
        last = self.described().get("ports", {})
        chosen: dict[str, int] = {}
        for field in fields(Ports):
            wanted = last.get(field.name, getattr(usual, field.name))
            chosen[field.name] = free_port(wanted)
            if chosen[field.name] != wanted:
                self._say(f"Port {wanted} is taken; {field.name} listens on {chosen[field.name]}.")
        return Ports(**chosen)

    def _end_leftovers(self) -> list[str]:
        """End what a killed supervisor has left, PostgreSQL too; names of what was alive."""
        left = end_leftovers(self.described().get("pids", {}))
        cluster = Cluster(self.home, self.home.place / "run", port=0, settings={})
        if cluster.running():
            left.append("PostgreSQL")
        cluster.stop()
        return left

    @contextlib.contextmanager
    def _sole_runner(self) -> Iterator[bool]:
        """Whether nobody else runs this stack; if so, we do until the block ends."""
        with open(self.lock, "a+", opener=private) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            file.truncate(0)
            file.write(f"{os.getpid()} {processes.started_at(os.getpid())}")
            file.flush()
            yield True

    def _update(self, **changes: object) -> None:
        with self._writing:
            write_private(self.file, json.dumps(self.described() | changes, indent=2))

    @contextlib.contextmanager
    def _step(self, message: str) -> Iterator[None]:
        """Say what begins, and that it goes on."""
        self._say(message)
        with ticking(self._say):
            yield

    def _say(self, message: str) -> None:
        print(f"{time.monotonic() - self._begin:5.1f} s  {message}", flush=True)
