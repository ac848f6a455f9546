"""`make check`: linters, types, migrations equal sources, advisors; exit code 1 on any finding.

Every check runs, whatever the others found: two at a time, printed as they end.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from local import scratch
from local.home import Home
from local.services import SUPABASE
from tools import migrate


def run(command: Sequence[str]) -> tuple[bool, str]:
    """Whether the command found nothing, and what it said."""
    done = subprocess.run(
        command,
        cwd=migrate.ROOT,
        env={**os.environ, "DO_NOT_TRACK": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout


def module(*arguments: str) -> tuple[bool, str]:
    """Run a Python module of this environment."""
    return run([sys.executable, "-m", *arguments])


def sql_layout() -> tuple[bool, str]:
    """Lint the sources and the migrations written by hand; a generated one only repeats sources."""
    by_hand = [m for m in migrate.migrations(migrate.ROOT) if not migrate.is_generated(m)]
    files = [str(f.relative_to(migrate.ROOT)) for f in (*migrate.sources(migrate.ROOT), *by_hand)]
    return module("sqlfluff", "lint", "--disable-progress-bar", *files)


def advisors() -> tuple[bool, str]:
    """Supabase's security and performance advisors, asked about a migrated database."""
    with scratch.clusters(Home.open()) as make:
        database = scratch.create_database(make(), "advised")
        migrate.apply(database.dsn(), migrate.migrations(migrate.ROOT))
        return run(
            [
                *SUPABASE,
                *("db", "advisors", "--type", "all", "--level", "warn", "--fail-on", "warn"),
                f"--remote={database.dsn()}?sslmode=disable",
            ]
        )


CHECKS = {
    "types": lambda: module("mypy"),
    "SQL layout": sql_layout,
    "migrations": lambda: module("tools.migrate", "check"),
    "advisors": advisors,
    "Python lint": lambda: module("ruff", "check"),
    "Python layout": lambda: module("ruff", "format", "--check"),
}


def main() -> int:
    """1 if any check found something, else 0."""
    begin = time.monotonic()
    failed = []
    with ThreadPoolExecutor(max_workers=2) as pool:
        running = {pool.submit(check): name for name, check in CHECKS.items()}
        for done in as_completed(running):
            name = running[done]
            passed, said = done.result()
            print(f"{time.monotonic() - begin:5.1f} s  {name}: {'ok' if passed else 'FOUND'}")
            if not passed:
                failed.append(name)
                print(said, flush=True)
    print(f"Found something: {', '.join(failed)}." if failed else "Nothing found.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
