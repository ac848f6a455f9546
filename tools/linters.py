"""What the linters of databases find, each in its own words, and what of that is accepted.

A finding names a linter, its rule and one object. It is accepted where tools/accepted.toml names the
same three with a reason, or where spec/access.yaml gives the reason for a definer function. What is
accepted and no longer found is a finding of its own, so that the list does not outlive its reasons.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import yaml
from psycopg import sql

from local import scratch
from local.cluster import SUPERUSER, Cluster
from local.home import CHECKOUT, Home
from local.scratch import Database
from local.services import SUPABASE
from tools import migrate

HERE = Path(__file__).parent
ACCEPTED = HERE / "accepted.toml"
FUNCTIONS = (HERE / "pgspot_functions.sql").read_bytes()
PROGRAMS = Path(sys.executable).parent

OURS = ("app", "api", "backend", "procrastinate")
PLATFORM = ("auth", "realtime", "storage")  # whose tables carry policies and triggers of ours
ROLES = ("customer", "mechanic", "workshop", "platform_admin", "media_worker", "backend", "worker")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What a linter says of one object."""

    linter: str
    rule: str
    object: str
    words: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.linter} {self.rule}: {self.object}: {self.words}"


@dataclass(frozen=True, slots=True, order=True)
class Acceptance:
    """What is not held against an object, and why."""

    linter: str
    rule: str
    object: str
    reason: str = field(compare=False)


def acceptances(root: Path = migrate.ROOT) -> list[Acceptance]:
    """Everything that is accepted. Raises ValueError where something stands there twice."""
    listed = tomllib.loads(ACCEPTED.read_text())["accepted"]
    every = [
        Acceptance(entry["linter"], entry["rule"], name, entry["reason"])
        for entry in listed
        for name in entry["objects"]
    ]
    spec = yaml.safe_load((root / "spec/access.yaml").read_text())
    every += [
        Acceptance("pgrls", "SEC014", name, reason)
        for name, reason in spec["runs_as_owner"].items()
    ]
    twice = sorted({a for a in every if every.count(a) > 1})
    if twice:
        raise ValueError(f"accepted twice: {twice}")
    return every


def judge(
    linter: str, findings: Iterable[Finding], accepted: Iterable[Acceptance]
) -> tuple[list[str], int]:
    """A sentence for each finding that nobody accepted and each acceptance that nothing needs.

    With it the number of accepted findings.
    """
    found = {(f.rule, f.object): f for f in findings}
    wanted = {(a.rule, a.object): a for a in accepted if a.linter == linter}
    sentences = [str(found[key]) for key in sorted(found.keys() - wanted.keys())]
    sentences += [
        f"{linter} {rule}: {name}: accepted in tools/accepted.toml, and not found any more"
        for rule, name in sorted(wanted.keys() - found.keys())
    ]
    return sentences, len(found.keys() & wanted.keys())


@contextlib.contextmanager
def migrated(make: Callable[[], Cluster]) -> Iterator[Database]:
    """A database that the migrations made, in a cluster of its own, since linters rename its roles."""
    database = scratch.create_database(make(), "linted")
    migrate.apply(database.dsn(), migrate.migrations(migrate.ROOT))
    yield database


def run(linter: Callable[[Database], list[Finding]]) -> list[Finding]:
    """What the linter finds in a database that the migrations made."""
    with scratch.clusters(Home.open()) as make, migrated(make) as database:
        return linter(database)


def _answer(command: Sequence[str], cwd: Path = CHECKOUT) -> str:
    """What the command printed. Raises RuntimeError if it could not do its work (code over 1)."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "DO_NOT_TRACK": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > 1:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


# Splinter: Supabase's advisors, as the Supabase CLI carries them

# Of the hints only these: of a database that nobody has used yet the others know nothing.
HINTS = ("unindexed_foreign_keys", "no_primary_key", "rls_enabled_no_policy")
EXPOSED = "[api]\nschemas = {schemas}\n"  # many lints look at exposed schemas alone


def advisors(database: Database) -> list[Finding]:
    """What the advisors say when `anon` and `authenticated` are who they are, and each role of ours.

    Their SQL names these two. Grants and policies hold on to a role, not to its name, so a persona
    that is renamed is asked about as if it were one of them.
    """
    found = set(_advised(database, "anon and authenticated"))
    for pair in zip(ROLES[::2], (*ROLES[1::2], "anon_kept"), strict=True):
        with _named(database, {"anon": "anon_kept", "authenticated": "authenticated_kept"}):
            names = dict(zip(pair, ("anon", "authenticated"), strict=True))
            with _named(database, names):
                found |= set(_advised(database, " and ".join(names)))
    return sorted(found)


@contextlib.contextmanager
def _named(database: Database, names: dict[str, str]) -> Iterator[None]:
    """Roles by other names in the block."""

    def rename(pairs: Iterable[tuple[str, str]]) -> None:
        statement = sql.SQL("alter role {} rename to {}")
        with psycopg.connect(database.dsn(SUPERUSER)) as connection:
            for old, new in pairs:
                connection.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))

    rename(names.items())
    try:
        yield
    finally:
        rename((new, old) for old, new in names.items())


def _advised(database: Database, asked_about: str) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory() as project:
        folder = Path(project) / "supabase"
        folder.mkdir()
        (folder / "config.toml").write_text(EXPOSED.format(schemas=json.dumps(OURS)))
        answer = _answer(
            [
                *(SUPABASE[0], str(CHECKOUT / SUPABASE[1])),
                *("db", "advisors", "--type", "all", "--level", "info", "--fail-on", "none"),
                *("--output", "json", "--workdir", project),
                f"--remote={database.dsn()}?sslmode=disable",
            ]
        )
    for lint in json.loads(answer) if answer.strip() else []:
        if lint["level"] == "INFO" and lint["name"] not in HINTS:
            continue
        about = lint["metadata"]
        name = ".".join(about[key] for key in ("schema", "name", "fkey_name") if key in about)
        yield Finding("splinter", lint["name"], name, f"{lint['detail']} [{asked_about}]")


# pgrls: rules for row level security, and proofs

MODES = ("anon", "cross-tenant", "write", "escalation", "reachability")


def pgrls(database: Database) -> list[Finding]:
    """Errors and warnings of the rules; tables that a proof calls leaking, or cannot decide."""
    with _pg_temp_last(database):
        return sorted({*_rules(database), *_proofs(database)})


def _rules(database: Database) -> Iterator[Finding]:
    answer = _pgrls(database, "lint", "--min-severity", "warning")
    for violation in answer["violations"]:
        schema, _, rest = violation["location"].partition(".")
        if schema in PLATFORM and "." not in rest:
            continue  # a table of the platform, which is not ours to change
        yield Finding("pgrls", violation["rule_id"], violation["location"], violation["message"])


def _proofs(database: Database) -> Iterator[Finding]:
    caller = ("--auth-function", "app.current_person_id")
    for mode in MODES:
        for table in _pgrls(database, "verify", "--strict", "--mode", mode, *caller)["tables"]:
            if table["verdict"] != "isolated":
                reasons = "; ".join(policy["reason"] or "" for policy in table["policies"])
                rule = f"{mode} {table['verdict']}"
                yield Finding("pgrls", rule, table["table"], reasons)


def _pgrls(database: Database, *arguments: str) -> Any:
    schemas = ",".join((*OURS, *PLATFORM))
    command = [str(PROGRAMS / "pgrls"), *arguments, "--format", "json", "--schemas", schemas]
    settings = ["--config", str(HERE / "pgrls.toml"), "--database-url", database.dsn()]
    return json.loads(_answer([*command, *settings]))


# An empty search_path finds types in pg_temp first. Where the migrations have taken TEMPORARY from
# everyone there is nothing to find, and `pg_catalog, pg_temp` says the same in the linters' words.
PG_TEMP_LAST = """
    select format('alter function %%s set search_path = pg_catalog, pg_temp', oid::regprocedure)
    from pg_catalog.pg_proc
    where pronamespace = any (%s::regnamespace[])
        and 'search_path=""' = any (proconfig)
"""


def _nobody_makes_temporary_objects(connection: psycopg.Connection) -> bool:
    makers = connection.execute(
        """
            select
            from unnest(%s::regrole[]) as role
            where has_database_privilege(role, current_database(), 'temporary')
        """,
        [["anon", "authenticated", "authenticator", "service_role", *ROLES]],
    )
    return makers.fetchone() is None


@contextlib.contextmanager
def _pg_temp_last(database: Database) -> Iterator[None]:
    with psycopg.connect(database.dsn()) as connection:
        if _nobody_makes_temporary_objects(connection):
            for (statement,) in connection.execute(PG_TEMP_LAST, [list(OURS)]).fetchall():
                connection.execute(statement)
    yield


# pgspot: whose objects a function may find

SPOTTED = re.compile(r"^(PS\d+): (.*) at line \d+$")


def pgspot(database: Database) -> list[Finding]:
    """What it says of our functions, or that it could not read one."""
    with (
        tempfile.TemporaryDirectory() as folder,
        _pg_temp_last(database),
        psycopg.connect(database.dsn()) as connection,
    ):
        files = []
        for name, text in connection.execute(FUNCTIONS):
            files.append(Path(folder) / name)
            files[-1].write_text(text)
        said = _answer([str(PROGRAMS / "pgspot"), *map(str, sorted(files))])
    found = []
    name = ""
    for line in map(str.strip, said.splitlines()):
        if line.startswith(f"{folder}/"):
            name = line.removeprefix(f"{folder}/").rstrip(": ")
        elif spotted := SPOTTED.match(line):
            found.append(Finding("pgspot", spotted[1], name, spotted[2]))
        elif line and not line.startswith(("Errors:", "TOTAL:")):
            found.append(Finding("pgspot", "unread", name, line))
    return found


# squawk: what a migration does to a table that is in use

TABLE = re.compile(r"^create table ([\w.]+)", re.MULTILINE)


def squawk(files: Iterable[Path]) -> list[Finding]:
    """What it says of migrations written by hand: of a column, or of a file and how often there."""
    command = [str(PROGRAMS / "squawk"), "--reporter", "json", "--pg-version", "17"]
    said = _answer([*command, "--assume-in-transaction", *map(str, files)])
    warnings = json.loads(said)
    places = Counter((w["file"], w["rule_name"], _place(w), w["message"]) for w in warnings)
    times: Counter[tuple[str, str, str]] = Counter()
    for (file, rule, place, _), count in places.items():
        times[file, rule, place] += count
    return [
        Finding("squawk", rule, place if count == 1 else f"{place}, {count} times", words)
        for file, rule, place, words in places
        if (count := times.pop((file, rule, place), 0))
    ]


def _place(warning: dict[str, Any]) -> str:
    """The column where it stands in a table's definition, else the file."""
    file = Path(warning["file"])
    lines = file.read_text().splitlines()
    tables = TABLE.findall("\n".join(lines[: warning["line"]]))
    column = re.match(r"    (\w+) ", lines[warning["line"]])
    return f"{tables[-1]}.{column[1]}" if tables and column else file.stem.partition("_")[2]
