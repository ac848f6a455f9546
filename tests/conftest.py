"""What every suite stands on: a cluster of its own, a database cloned for each test, and the report of the run."""

import itertools
import random
import re
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest

from local import scratch
from local.cluster import Cluster, Home
from local.database import allow_service_logins
from local.scratch import Database, Platform
from tools import migrate, play_world

ROOT = Path(__file__).resolve().parent.parent

TAP = re.compile(r"ok\b|not ok\b|#|1\.\.\d|Bail out!")

NewDatabase = Callable[[], AbstractContextManager[Database]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mode", choices=("quick", "long"), default="quick", help="see scale.toml")
    parser.addoption("--seed", type=int, help="of everything random; made up if not given")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.seed is None:
        config.option.seed = random.SystemRandom().randrange(10**6)
    config.pluginmanager.register(Minutes(config), "minutes")


def pytest_report_header(config: pytest.Config) -> str:
    return f"mode: {config.option.mode}, seed: {config.option.seed}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """A play begins a second after its world was made, however long the plays before it took."""
    if item.path.suffix == ".sql":
        connection = item._request.getfixturevalue("pgtap_connection")  # type: ignore[attr-defined]
        connection.execute("select tests.rewind_clock()")
        connection.commit()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Plays come first: the world they tell of was made just now, and grows older by the minute."""
    items.sort(key=lambda item: item.path.suffix != ".sql")


class Minutes:
    """Adds up how long each part took: tests/sql, tests/py/client, tests/py.

    A long run leaves its figures in docs/test-long.txt, which is committed.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.seconds: dict[str, float] = defaultdict(float)
        self.items: dict[str, set[str]] = defaultdict(set)
        self.begin = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        part = str(Path(report.nodeid.partition("::")[0]).parent)
        self.items[part].add(report.nodeid)
        if not isinstance(report, pytest.SubtestReport):  # its time is in that of its test
            self.seconds[part] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        lines = [
            f"{part:<20} {seconds / 60:6.2f} min  {len(self.items[part]):5} tests"
            for part, seconds in sorted(self.seconds.items())
        ]
        elapsed = (time.monotonic() - self.begin) / 60
        stats = terminalreporter.stats
        skipped = len(stats.get("skipped", []))
        lines.append(f"{'together':<20} {elapsed:6.2f} min  {skipped:5} skipped")
        terminalreporter.section("minutes")
        for line in lines:
            terminalreporter.write_line(line)
        everything = self.config.args_source is pytest.Config.ArgsSource.TESTPATHS
        if self.config.option.mode == "long" and everything:
            outcomes = [
                f"{len(stats.get(name, []))} {name}" for name in ("passed", "failed", "error")
            ]
            lines = [
                f"{date.today()}  {pytest_report_header(self.config)}",
                *lines,
                ", ".join(outcomes),
            ]
            (ROOT / "docs").mkdir(exist_ok=True)
            (ROOT / "docs/test-long.txt").write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="session")
def mode(pytestconfig: pytest.Config) -> str:
    """`quick` or `long`."""
    return str(pytestconfig.option.mode)


@pytest.fixture(scope="session")
def scale(mode: str) -> dict[str, Any]:
    """The counts of this mode, from scale.toml."""
    return dict(tomllib.loads((ROOT / "tests/scale.toml").read_text())[mode])


@pytest.fixture
def seed(pytestconfig: pytest.Config) -> int:
    """Where anything random begins; the run's header names it."""
    return int(pytestconfig.option.seed)


@pytest.fixture(scope="session")
def new_cluster() -> Iterator[Callable[[], Cluster]]:
    """Makes a started, bootstrapped cluster: for tests that change roles, which a cluster shares."""
    with scratch.clusters(Home.open()) as make:
        yield make


@pytest.fixture(scope="session")
def cluster(new_cluster: Callable[[], Cluster]) -> Cluster:
    """The cluster that holds every database of this run."""
    return new_cluster()


@pytest.fixture(scope="session")
def new_template() -> Callable[[Cluster], str]:
    """Makes the database that others are cloned from: platform, migrations, test world, pgTAP."""

    def make(cluster: Cluster) -> str:
        made = scratch.create_database(cluster, "template_world")
        migrate.apply(made.dsn(), migrate.migrations(ROOT))
        allow_service_logins(cluster)
        play_world.furnish(made)
        return made.name

    return make


@pytest.fixture(scope="session")
def template(cluster: Cluster, new_template: Callable[[Cluster], str]) -> str:
    """Name of the template in the cluster of this run."""
    return new_template(cluster)


@pytest.fixture(scope="session")
def new_database(cluster: Cluster, template: str) -> NewDatabase:
    """Gives a fresh clone of the template for a `with` block."""
    names = (f"clone_{number}" for number in itertools.count())
    return lambda: scratch.clone(cluster, template, next(names))


@pytest.fixture
def database(new_database: NewDatabase) -> Iterator[Database]:
    """A fresh clone of the template, for this test alone."""
    with new_database() as clone:
        yield clone


@pytest.fixture(scope="session")
def stack(new_database: NewDatabase) -> Iterator[Platform]:
    """Data API, Auth, Storage and Realtime above a clone of the template, for all who share it."""
    with new_database() as clone, scratch.platform(clone) as running:
        yield running


class TapCursor(psycopg.Cursor[Any]):
    """Plays at the time of the test world, however late it is; gives TAP and nothing else.

    What a play's own statements return is left out: the parser would take an id such as 1a2b3… for
    a plan, since to it `..` are any two characters.
    """

    def execute(self, query: Any, *arguments: Any, **options: Any) -> Self:
        if isinstance(query, str):
            query = query.replace("begin;\n", "begin;\nselect tests.rewind_clock();\n", 1)
        return super().execute(query, *arguments, **options)

    def fetchall(self) -> list[Any]:
        rows = super().fetchall()
        return [row for row in rows if isinstance(row, str) and TAP.match(row)]


@pytest.fixture(scope="session")
def pgtap_connection(new_database: NewDatabase) -> Iterator[psycopg.Connection]:
    """Where the pgTAP files run, one after the other; each rolls itself back."""
    path = "-c search_path=public,extensions,tests"
    with (
        new_database() as clone,
        psycopg.connect(clone.dsn(), options=path, cursor_factory=TapCursor) as connection,
    ):
        yield connection
