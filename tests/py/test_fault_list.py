"""Does docs/faults.md name a test for each fault of the contract, and is it there?"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "docs/faults.md"
FAULTS = range(1, 42)  # as the contract numbers them
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r'`(tests/[\w./]+?)(?:::(test_\w+))?`(?:: ((?:"[^"]+"(?:, )?)+))?')


def problems(text: str) -> list[str]:
    """What is wrong with the list, in words."""
    rows = ROW.findall(text)
    numbers = [int(number) for number, _ in rows]
    found = [] if numbers == list(FAULTS) else [f"the numbers are {numbers}"]
    for number, cell in rows:
        named = TEST.findall(cell)
        if not named:
            found.append(f"{number} has no test")
        for name, function, sayings in named:
            file = ROOT / name
            said = file.read_text() if file.is_file() else ""
            if function:
                has = re.search(rf"^(async )?def {function}\(", said, re.MULTILINE) is not None
            else:
                quoted = re.findall(r'"([^"]+)"', sayings)
                has = bool(quoted) and all(each.replace("'", "''") in said for each in quoted)
            if not has:
                found.append(f"{number}: {name} has no such test")
    return found


def test_every_fault_has_a_test_that_is_there() -> None:
    assert problems(LIST.read_text()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("| 6 |", "| 60 |", "the numbers are"),
        ("::test_6_an", "::test_6_another", "6: tests/py/test_faults_that_kill.py has no such"),
        ("test_money_orders.py", "test_money.py", "4: tests/py/test_money.py has no such"),
        ('"refused to the owner: "', '"refused"', ""),
        ('"refused to the owner: "', '"allowed to the owner"', "41: "),
        ('"play money is', '"real money is', "15: "),
    ],
)
def test_what_is_missing_is_named(old: str, new: str, said: str) -> None:
    text = LIST.read_text()
    assert old in text
    found = problems(text.replace(old, new))
    assert [each.startswith(said) for each in found] == ([True] if said else [])
