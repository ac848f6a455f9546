"""The small project, whose files a test may change, and databases that it built: a plugin."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from local import scratch
from local.cluster import Cluster
from local.scratch import Database
from tests.py.small_projects import SMALL, NewDatabase, Project
from tools import catalog, migrate


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The small project, with its migration written."""
    project = Project(tmp_path / "project")
    shutil.copytree(SMALL, project.root)
    migrate.write(project.root, "access")
    return project


@pytest.fixture(scope="session")
def small_cluster(new_cluster: Callable[[], Cluster]) -> Cluster:
    """A cluster of its own, since the small project has roles of its own."""
    return new_cluster()


@pytest.fixture(scope="session")
def new_hosted(small_cluster: Cluster) -> NewDatabase:
    """Gives a database as a hosted project has it before its first migration."""
    hosted = scratch.create_database(small_cluster, "hosted")
    return lambda: scratch.clone(small_cluster, hosted.name, _next_name())


@pytest.fixture(scope="session")
def new_small(
    small_cluster: Cluster, new_hosted: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewDatabase]:
    """Gives a database to which the small project's migrations were applied."""
    project = Project(tmp_path_factory.mktemp("small") / "project")
    shutil.copytree(SMALL, project.root)
    migrate.write(project.root, "access")
    with new_hosted() as built:
        migrate.apply(built.dsn(), migrate.migrations(project.root))
        yield lambda: scratch.clone(small_cluster, built.name, _next_name())


@pytest.fixture
def small(new_small: NewDatabase) -> Iterator[Database]:
    """A database to which the small project's migrations were applied, for this test alone."""
    with new_small() as database:
        yield database


@pytest.fixture(scope="session")
def small_catalog(new_small: NewDatabase) -> catalog.Catalog:
    """What such a database is made of."""
    with new_small() as database:
        return catalog.read(database.dsn())


@pytest.fixture
def check(new_hosted: NewDatabase) -> Iterator[Callable[[Project], list[str]]]:
    """`migrate.check` on two new databases."""

    def check(project: Project) -> list[str]:
        with new_hosted() as history, new_hosted() as today:
            return migrate.check(project.root, history.dsn(), today.dsn())

    yield check


_numbers = count()


def _next_name() -> str:
    return f"small_{next(_numbers)}"
