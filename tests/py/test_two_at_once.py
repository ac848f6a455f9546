"""Of two acts that meet on one thing, the second sees what the first has done: tests/races.toml."""

import pytest

from local.scratch import Database
from tools.mutation import races


@pytest.mark.parametrize("race", races.read(), ids=lambda race: race.name)
def test_the_second_sees_what_the_first_did(database: Database, race: races.Race) -> None:
    assert races.run(database, race) == ""
