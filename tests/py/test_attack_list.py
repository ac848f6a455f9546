"""Is docs/attacks.md what the tests say, and does the tool notice what is missing, wrong or said twice?"""

from pathlib import Path

import pytest

from tools import attacks

TEST = """
import pytest

{marks}
def test_a_wall_holds():
    pass
"""
PLAY = """
begin;
{marks}
select is_empty(
    $$ select 'x' from app.people; $$,
    'nobody''s wall falls'
);
rollback;
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that has the catalogue, and no tests yet."""
    for folder in ("spec", "docs", "tests/py", "tests/sql"):
        (tmp_path / folder).mkdir(parents=True)
    catalogue = (attacks.ROOT / "spec/attacks.yaml").read_text()
    (tmp_path / "spec/attacks.yaml").write_text(catalogue)
    return tmp_path


def test_the_list_is_what_the_tests_say() -> None:
    assert (attacks.ROOT / attacks.LIST).read_text() == attacks.listed(attacks.ROOT)


def test_every_attack_is_accounted_for() -> None:
    assert attacks.open_attacks(attacks.ROOT) == []


def test_an_attack_is_accounted_for_by_why_it_cannot_occur_or_by_what_is_left(
    project: Path,
) -> None:
    assert {17, 18} <= set(attacks.open_attacks(project))
    file = project / "spec/attacks.yaml"
    lines = file.read_text().splitlines(keepends=True)
    [cannot], [later] = (
        [place for place, line in enumerate(lines) if line.startswith(f"  {number}:")]
        for number in (17, 18)
    )
    lines[cannot] = "  17: {title: x, cannot: There is none., would: there were one.}\n"
    lines[later] = "  18: {title: x, later: all of it.}\n"
    file.write_text("".join(lines))
    assert not {17, 18} & set(attacks.open_attacks(project))
    assert "It would occur if there were one." in attacks.listed(project)


def test_a_python_test_stands_in_the_list_by_its_name(project: Path) -> None:
    marked = TEST.format(marks="@pytest.mark.attack(17)")
    (project / "tests/py/test_walls.py").write_text(marked)
    assert 17 not in attacks.open_attacks(project)
    assert "- [test_walls.py](../tests/py/test_walls.py): a wall holds\n" in attacks.listed(project)


def test_an_assertion_of_a_play_stands_in_the_list_by_its_description(project: Path) -> None:
    (project / "tests/sql/test_walls.sql").write_text(PLAY.format(marks="-- attack 44"))
    assert attacks.tests(project) == {
        44: [attacks.Test("tests/sql/test_walls.sql", "nobody's wall falls")]
    }


def test_who_names_two_attacks_says_of_each_what_is_seen(project: Path) -> None:
    file = project / "tests/py/test_walls.py"
    file.write_text(TEST.format(marks="@pytest.mark.attack(1)\n@pytest.mark.attack(2)"))
    with pytest.raises(attacks.Defect, match="several"):
        attacks.tests(project)
    file.write_text(TEST.format(marks='@pytest.mark.attack(1, "x")\n@pytest.mark.attack(2, "y")'))
    assert attacks.tests(project).keys() == {1, 2}


@pytest.mark.parametrize(
    "marks", ["-- attack 4\n-- attack 5", "-- attack 4: x\n-- attack 5: x", "-- attack four"]
)
def test_a_play_that_is_unclear_about_its_attacks_is_refused(project: Path, marks: str) -> None:
    (project / "tests/sql/test_walls.sql").write_text(PLAY.format(marks=marks))
    with pytest.raises(attacks.Defect):
        attacks.tests(project)


@pytest.mark.parametrize("below", ["select tests.act_as('customer', 'ana');", "rollback;", ""])
def test_a_mark_above_something_else_than_an_assertion_is_refused(
    project: Path, below: str
) -> None:
    (project / "tests/sql/test_walls.sql").write_text(f"-- attack 4\n{below}\n")
    with pytest.raises(attacks.Defect):
        attacks.tests(project)


def test_a_number_that_does_not_exist_is_refused(project: Path) -> None:
    (project / "tests/py/test_walls.py").write_text(TEST.format(marks="@pytest.mark.attack(113)"))
    with pytest.raises(attacks.Defect, match="113"):
        attacks.tests(project)


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("  17: ", "  18: "),
        ("  17: ", "  # "),
        ('{title: "NOTIFY, to which everybody may listen"}', '{title: ""}'),
        ('{title: "NOTIFY, to which everybody may listen"}', '{title: "x", reason: "y"}'),
        ('{title: "NOTIFY, to which everybody may listen"}', '{title: "x", cannot: "y"}'),
    ],
)
def test_a_catalogue_with_a_gap_is_refused(project: Path, line: str, instead: str) -> None:
    file = project / "spec/attacks.yaml"
    assert line in file.read_text()
    file.write_text(file.read_text().replace(line, instead, 1))
    with pytest.raises(attacks.Defect):
        attacks.listed(project)
