"""Writes docs/attacks.md, every way in which the data could leak and how that is tested, or checks that it is up to date.

python -m tools.attacks write | check

spec/attacks.yaml numbers the attacks. Tests name the numbers: @pytest.mark.attack(17) on a Python test,
`-- attack 17` above an assertion of a play. Who names several says of each what is seen of it:
@pytest.mark.attack(17, "the same answer"), `-- attack 17: the same answer`.
"""

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
LIST = "docs/attacks.md"
NUMBERS = range(1, 113)
KEYS = {"title", "note", "cannot", "would", "later"}

MARKED = re.compile(r"((?:^[ ]*-- attack [^\n]*\n)+)(.*?;)[ ]*$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"-- attack (\d+)(?:: (.+))?$")
ASSERTION = re.compile(
    r"(?:ok|is|isnt|is_empty|isnt_empty|results_eq|results_ne|set_eq|set_has|bag_eq|throws_ok"
    r"|lives_ok|hasnt_column|columns_are|cmp_ok|matches|doesnt_match|tests\.reaches_exactly)"
)
STATEMENT = re.compile(r"\s*select\s+(?:\*\s+from\s+)?([\w.]+)\s*\(")
LITERAL = re.compile(r"'((?:[^']|'')*)'")

HEAD = """\
# Ways in which the data could leak

{summary}

Written by `python -m tools.attacks write` from `spec/attacks.yaml` and the tests that name a number. Do not edit.
"""


class Defect(Exception):
    """The catalogue contradicts itself or the tests."""


@dataclass(frozen=True, slots=True)
class Test:
    """A test that names an attack: where it stands, and what it shows."""

    file: str
    shows: str


def attacks(root: Path) -> dict[str, dict[int, dict[str, str]]]:
    """The catalogue: section → number → entry. Raises Defect unless each number stands in it once."""
    sections: dict[str, dict[int, dict[str, str]]] = yaml.safe_load(
        (root / "spec/attacks.yaml").read_text()
    )
    numbers = [number for entries in sections.values() for number in entries]
    if numbers != list(NUMBERS):
        raise Defect(f"spec/attacks.yaml does not go from 1 to {NUMBERS[-1]}, each number once")
    for entries in sections.values():
        for number, entry in entries.items():
            if not entry.get("title") or not entry.keys() <= KEYS:
                raise Defect(f"attack {number}: title, and perhaps {', '.join(sorted(KEYS))}")
            if ("cannot" in entry) != ("would" in entry):
                raise Defect(f"attack {number}: why it cannot occur and what would make it occur")
    return sections


def python_tests(root: Path) -> Iterator[tuple[int, Test]]:
    """Each attack that a Python test is marked with."""
    for path in sorted((root / "tests/py").rglob("test_*.py")):
        file = str(path.relative_to(root))
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            marks = [
                [ast.literal_eval(argument) for argument in mark.args]
                for mark in node.decorator_list
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.attack"
            ]
            if marks and not node.name.startswith("test_"):
                raise Defect(f"{file}: {node.name} is marked and is no test")
            name = node.name.removeprefix("test_").replace("_s_", "'s_").replace("_", " ")
            yield from _each(file, node.name, name, marks)


def plays(root: Path) -> Iterator[tuple[int, Test]]:
    """Each attack that a comment above an assertion of a pgTAP file names."""
    for path in sorted((root / "tests/sql").glob("test_*.sql")):
        file = str(path.relative_to(root))
        text = path.read_text()
        seen = 0
        for comments, statement in MARKED.findall(text):
            lines = [line.strip() for line in comments.splitlines()]
            seen += len(lines)
            found = [MARK.match(line) for line in lines]
            called = STATEMENT.match(statement)
            if not all(found) or not called or not ASSERTION.fullmatch(called[1]):
                raise Defect(f"{file}: no assertion follows {lines[0]}")
            literals = LITERAL.findall(re.sub(r"(\$\w*\$).*?\1", "", statement, flags=re.DOTALL))
            description = literals[-1].replace("''", "'") if literals else ""
            marks = [[int(mark[1]), *([mark[2]] if mark[2] else [])] for mark in found if mark]
            yield from _each(file, description or called[1], description, marks)
        if seen != len(re.findall(r"^[ ]*-- attack ", text, re.MULTILINE)):
            raise Defect(f"{file}: a mark without a statement below it")


def _each(file: str, name: str, shows: str, marks: list[Any]) -> Iterator[tuple[int, Test]]:
    said = [mark[1] if len(mark) > 1 else "" for mark in marks]
    if len(marks) > 1 and (not all(said) or len(set(said)) < len(said)):
        raise Defect(f"{file}: {name} names several attacks and does not say of each what is seen")
    for (number, *_), says in zip(marks, said, strict=True):
        yield number, Test(file, says or shows)


def tests(root: Path) -> dict[int, list[Test]]:
    """The tests of each attack. Raises Defect for a number that the catalogue does not know."""
    found: dict[int, list[Test]] = defaultdict(list)
    for number, test in (*python_tests(root), *plays(root)):
        if number not in NUMBERS:
            raise Defect(f"{test.file}: there is no attack {number}")
        found[number].append(test)
    return dict(found)


def open_attacks(root: Path) -> list[int]:
    """Numbers with neither a test, nor why they cannot occur, nor a word that they are left."""
    tested = tests(root)
    return [
        number
        for entries in attacks(root).values()
        for number, entry in entries.items()
        if number not in tested and "cannot" not in entry and "later" not in entry
    ]


def listed(root: Path) -> str:
    """The text of docs/attacks.md."""
    tested = tests(root)
    sections = attacks(root)
    kinds: Counter[str] = Counter()
    parts = []
    for section, entries in sections.items():
        parts.append(f"\n## {section}\n")
        for number, entry in entries.items():
            parts.append(f"\n### {number}. {entry['title']}\n")
            if "cannot" in entry:
                parts.append(
                    f"\nCannot occur: {entry['cannot']} It would occur if {entry['would']}\n"
                )
            if "later" in entry:
                parts.append(f"\nLeft to a dynamic test: {entry['later']}\n")
            if "note" in entry:
                parts.append(f"\n{entry['note']}\n")
            kinds["tested" if number in tested else "cannot" if "cannot" in entry else "left"] += 1
            if number in tested:
                parts.append("\n")
            for test in tested.get(number, []):
                parts.append(f"- [{Path(test.file).name}](../{test.file}): {test.shows}\n")
    summary = (
        f"{kinds.total()} attacks by number: {kinds['tested']} are tried by tests, {kinds['cannot']} "
        f"cannot occur, {kinds['left']} are left to tests of the whole at run time."
    )
    return HEAD.format(summary=summary) + "".join(parts)


def main(arguments: list[str]) -> int:
    """1 if the list is not up to date, an attack is unaccounted for or the catalogue is wrong."""
    if arguments not in (["write"], ["check"]):
        print(__doc__)
        return 2
    try:
        text = listed(ROOT)
        unknown = open_attacks(ROOT)
    except Defect as defect:
        print(defect)
        return 1
    if arguments == ["write"]:
        (ROOT / LIST).write_text(text)
    elif not (ROOT / LIST).exists() or (ROOT / LIST).read_text() != text:
        print(f"{LIST} is not what the tests say: python -m tools.attacks write")
        return 1
    for number in unknown:
        print(f"attack {number} is neither tested, impossible nor left")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
