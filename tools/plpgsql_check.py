"""plpgsql_check over our functions, where a PostgreSQL of this machine has it: the embedded one has not.

Debian has it as postgresql-15-plpgsql-check. In PostgreSQL 15 memberships have no options yet, so
these are left out of what is loaded there; no function depends on them.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from local import bootstrap
from local.cluster import SUPERUSER, free_port
from local.home import Home
from tools import migrate
from tools.linters import Finding

QUERY = Path(__file__).with_suffix(".sql").read_bytes()
INSTALLED = Path("/usr/lib/postgresql")  # Debian, and packages from postgresql.org for it
OLDEST = 15  # the first with security_invoker views
SINCE_16 = re.compile(r"\s+with inherit \w+, set \w+")


def server() -> Path | None:
    """The folder of the newest PostgreSQL here that has plpgsql_check, or None."""
    folders = {
        int(library.parts[-3]): library.parents[1]
        for library in INSTALLED.glob("*/lib/plpgsql_check.so")
        if library.parts[-3].isdigit()
    }
    newest = max(folders, default=0)
    return folders[newest] if newest >= OLDEST else None


def findings(server: Path, planted: str = "") -> list[Finding]:
    """What it says of the sources, with the statement `planted` after them. Raises psycopg.Error."""
    with _running(server) as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        _load(connection, int(server.name))
        connection.execute("create extension plpgsql_check schema extensions")
        connection.execute(planted.encode())
        rows = connection.execute(QUERY).fetchall()
    return [Finding(linter(server), level, name, words) for name, level, words in rows]


def linter(server: Path) -> str:
    """Its name in tools/accepted.toml: an older PostgreSQL lacks functions that we call."""
    return f"plpgsql_check on {server.name}"


def _load(connection: psycopg.Connection, version: int) -> None:
    """Everything that a platform has, then the migrations."""
    files = sorted(bootstrap.FOLDER.glob("*.sql")) + migrate.migrations(migrate.ROOT)
    for file in files:
        text = file.read_text()
        connection.execute((text if version > 15 else SINCE_16.sub("", text)).encode())


@contextlib.contextmanager
def _running(server: Path) -> Iterator[str]:
    """The address of a new cluster of that server on loopback, which ends with the block."""
    account = Home.open().account
    user = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    folder = Path(tempfile.mkdtemp(prefix="plpgsql_check-"))
    try:
        if account:
            os.chown(folder, account.uid, account.gid)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}

        def run(*command: str) -> None:
            done = subprocess.run(  # type: ignore[call-overload]
                [str(server / "bin" / command[0]), *command[1:]],
                cwd=folder,
                env=environment | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=(folder / "said").open("ab"),
                stderr=subprocess.STDOUT,
                check=False,
                **user,
            )
            if done.returncode != 0:
                raise RuntimeError(f"{command[0]} failed:\n{(folder / 'said').read_text()}")

        data = f"--pgdata={folder}/data"
        # Trusted: it listens in its own folder alone, which nobody else may enter.
        run(
            "initdb",
            data,
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
        )
        port = free_port()
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c port={port}"
        run("pg_ctl", data, "--wait", "--options", f"{options} -c fsync=off", "start")
        try:
            # The path is that of hosted `postgres`; earthdistance of PostgreSQL 15 needs it.
            yield (
                f"host={folder} port={port} user={SUPERUSER} dbname=postgres"
                " options='-c search_path=public,extensions'"
            )
        finally:
            run("pg_ctl", data, "--wait", "--mode=immediate", "stop")
    finally:
        shutil.rmtree(folder)
