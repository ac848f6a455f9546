"""The whole platform above the test world, with canaries: a plugin that the tests of attacks name."""

from collections.abc import Iterator

import pytest

from tests.conftest import NewDatabase
from tests.py.attack_target import Target, planted


@pytest.fixture(scope="session")
def target(new_database: NewDatabase) -> Iterator[Target]:
    """The platform that all the tests of attacks share."""
    with planted(new_database) as made:
        yield made
