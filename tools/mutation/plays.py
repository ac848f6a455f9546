"""The plays of tests/sql, cut in two: what somebody did and saw, and what was read in the catalog.

A kill by behaviour is an assertion about what a person, a service or the clock did or saw. An
assertion about grants, policies, columns or functions as PostgreSQL records them proves less, and is
counted apart; so the two are never run together.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "tests/sql"

FRAME = re.compile(r"^(?:begin|rollback);$", re.MULTILINE)
PLAN = re.compile(r"select plan\((\d+)\);")
STATEMENT = re.compile(r"(?:--[^\n]*|'(?:[^']|'')*'|(\$\w*\$).*?\1|[^;'$-]|-(?!-)|\$)*;", re.DOTALL)
COMMENT = re.compile(r"^\s*(?:--[^\n]*\s*)*")
MADE = re.compile(r"create (?:temporary|temp) (?:view|table) (\w+)")

# What PostgreSQL records of a database, and pgTAP's assertions about it.
CATALOG = (
    r"\bpg_(?!temp\b|sleep\b|advisory)\w+|\binformation_schema\b|\bhas_\w+_privilege\b|\baclexplode\b"
    r"|\breg(?:class|proc|procedure|role|namespace)\b|\btests\.reach\w*"
    r"|\bselect (?:hasnt?|col|views?|tables?|columns|functions?|polic\w*|roles?|schemas?|triggers?"
    r"|is_(?:definer|superuser|member_of)|fk_ok|index\w*|isnt_definer)_?\w*\("
)
ASSERTION = re.compile(
    r"select (?:tests\.)?(?:ok|is|isnt|is_empty|isnt_empty|results_\w+|set_\w+|bag_\w+|throws_\w+"
    r"|lives_ok|matches|doesnt_match|alike|unalike|cmp_ok|row_eq|reaches_exactly|hasnt?_\w+|col_\w+)\("
)
LISTING = re.compile(r"select tests\.reaches_exactly\('(\w+)', (?:\$\$.*?\$\$|'')\);", re.DOTALL)


@dataclass(slots=True)
class Play:
    """One file: `acts` without its assertions about the catalog, `reads` as it stands if it has any.

    Either may be empty. `seconds` is what the acts last took.
    """

    name: str
    acts: str
    reads: str
    seconds: float = 0.0


def read(folder: Path = FOLDER) -> list[Play]:
    """Every play."""
    return [parse(file.name, file.read_text()) for file in sorted(folder.glob("test_*.sql"))]


def parse(name: str, text: str) -> Play:
    """The play of a file. Raises ValueError if it is not one."""
    inside = FRAME.sub("", text)
    planned = PLAN.search(inside)
    if planned is None:
        raise ValueError(f"{name} has no plan")
    whole = statements(inside)
    catalog = list(_of_catalog(whole))
    asserted = [bool(ASSERTION.match(COMMENT.sub("", each))) for each in whole]
    reading = sum(a and c for a, c in zip(asserted, catalog, strict=True))
    acting = int(planned[1]) - reading
    if acting == 0:
        return Play(name, "", inside)
    acts = "".join(
        each
        for each, of_catalog, asserts in zip(whole, catalog, asserted, strict=True)
        if not (of_catalog and asserts)
    )
    acts = PLAN.sub(f"select plan({acting});", acts)
    return Play(name, acts, inside if reading else "")


def listings(plays: Sequence[Play]) -> dict[str, str]:
    """For each role the test that lists all it reaches."""
    return {
        match[1]: f"select * from no_plan();\n{match[0]}"
        for play in plays
        for match in LISTING.finditer(play.reads)
    }


@cache
def statements(text: str) -> tuple[str, ...]:
    """The statements of a text, each with the comments before it. Raises ValueError if it ends within one."""
    end = 0
    found = []
    for match in STATEMENT.finditer(text):
        end = match.end()
        found.append(match[0])
    if COMMENT.sub("", text[end:]).strip():
        raise ValueError(f"not a statement: {text[end:].strip()[:60]}")
    return tuple(found)


def _of_catalog(whole: Sequence[str]) -> Iterator[bool]:
    """Whether each statement reads the catalog, itself or through what a former one made of it."""
    pattern = CATALOG
    for statement in whole:
        bare = re.sub(r"--[^\n]*", "", statement)
        found = bool(re.search(pattern, bare))
        made = MADE.search(bare)
        if found and made:
            pattern += rf"|\b{made[1]}\b"
        yield found
