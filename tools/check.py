"""`make check`: types, layout, linters of databases, migrations equal sources; exit code 1 on any finding.

Every check runs, whatever the others found: two at a time, printed as they end. One that needs what
this machine does not have is named as absent, not as passed.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from local.progress import ticking
from tools import linters, migrate, plpgsql_check
from tools.linters import Finding

ABSENT = "ABSENT: no PostgreSQL here has it (on Debian: postgresql-15-plpgsql-check)"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether nothing was found, in one word or two, and what was said of what was."""

    passed: bool
    word: str
    said: str = ""


def run(command: Sequence[str]) -> Verdict:
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
    passed = done.returncode == 0
    return Verdict(passed, "ok" if passed else "FOUND", done.stdout)


def module(*arguments: str) -> Verdict:
    """Run a Python module of this environment."""
    return run([sys.executable, "-m", *arguments])


def by_hand() -> list[Path]:
    """The migrations that somebody wrote; a generated one only repeats sources."""
    return [m for m in migrate.migrations(migrate.ROOT) if not migrate.is_generated(m)]


def sql_layout() -> Verdict:
    """sqlfluff over sources and migrations."""
    files = (*migrate.sources(migrate.ROOT), *by_hand())
    names = [str(file.relative_to(migrate.ROOT)) for file in files]
    return module("sqlfluff", "lint", "--disable-progress-bar", *names)


def judged(linter: str, findings: Iterable[Finding]) -> Verdict:
    """Whether everything found is accepted, and what is not."""
    sentences, accepted = linters.judge(linter, findings, linters.acceptances())
    if sentences:
        return Verdict(False, "FOUND", "\n".join(sentences))
    return Verdict(True, f"ok, {accepted} findings accepted" if accepted else "ok")


def plpgsql() -> Verdict:
    """plpgsql_check, where a server has it."""
    server = plpgsql_check.server()
    if server is None:
        return Verdict(True, ABSENT)
    return judged(plpgsql_check.linter(server), plpgsql_check.findings(server))


def pgspot() -> Verdict:
    """pgspot, and which functions nothing here reads: it has no server of its own to parse PL/pgSQL."""
    found = linters.run(linters.pgspot)
    return with_unread(judged("pgspot", found), found, plpgsql_check.server() is not None)


def with_unread(verdict: Verdict, found: Iterable[Finding], read_elsewhere: bool) -> Verdict:
    """The same verdict; its word names what pgspot could not read, where nothing else does either."""
    unread = sorted(finding.object for finding in found if finding.rule == "unread")
    if read_elsewhere or not unread:
        return verdict
    return replace(verdict, word=f"{verdict.word}; read by nothing here: {', '.join(unread)}")


CHECKS: dict[str, Callable[[], Verdict]] = {
    "types": lambda: module("mypy"),
    "SQL layout": sql_layout,
    "advisors": lambda: judged("splinter", linters.run(linters.advisors)),
    "pgrls": lambda: judged("pgrls", linters.run(linters.pgrls)),
    "migrations": lambda: module("tools.migrate", "check"),
    "plpgsql_check": plpgsql,
    "pgspot": pgspot,
    "squawk": lambda: judged("squawk", linters.squawk(by_hand())),
    "attacks": lambda: module("tools.attacks", "check"),
    "Python lint": lambda: module("ruff", "check"),
    "Python layout": lambda: module("ruff", "format", "--check"),
}


def main() -> int:
    """1 if any check found something, else 0."""
    begin = time.monotonic()
    failed = []

    def say(words: str) -> None:
        print(f"{time.monotonic() - begin:5.1f} s  {words}", flush=True)

    with ThreadPoolExecutor(max_workers=2) as pool, ticking(say):
        running = {pool.submit(check): name for name, check in CHECKS.items()}
        for done in as_completed(running):
            name = running[done]
            verdict = done.result()
            say(f"{name}: {verdict.word}")
            if not verdict.passed:
                failed.append(name)
                print(verdict.said, flush=True)
    print(f"Found something: {', '.join(failed)}." if failed else "Nothing found.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
