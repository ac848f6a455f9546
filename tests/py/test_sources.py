"""Sources keep the form that replaying them relies on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import migrate

CREATED = ("create function", "create policy", "create trigger", "create constraint", "create view")
ALLOWED = (*CREATED, "create type", "comment on", "grant ")
AGAIN = re.compile(
    r"drop (table|view|schema|policy|owned)|create (or replace view|unlogged|materialized)"
    r"|alter (table|view|schema) .*\b(rename|owner to|set schema|disable row|no force)\b"
)


def test_a_function_stands_in_the_file_of_its_name() -> None:
    made = {
        file.stem: set(re.findall(r"^create function \w+\.(\w+)", file.read_text(), re.MULTILINE))
        for file in (migrate.ROOT / "supabase/functions").glob("*.sql")
    }
    assert {file: names for file, names in made.items() if names != {file}} == {}


def statements(file: Path) -> Iterator[str]:
    """Statements of a file in one line each, without bodies, words in quotes and comments."""
    bodies = re.compile(r"(\$\w*\$).*?\1|^begin atomic\b.*?^end(?=;)", re.DOTALL | re.MULTILINE)
    outside_bodies = bodies.sub("", file.read_text())
    in_quotes = r"'(?:[^']|'')*'" + r'|"[^"]*"'
    for statement in re.sub(f"--.*|{in_quotes}", "", outside_bodies).split(";"):
        if words := " ".join(statement.split()):
            yield words


@pytest.mark.attack(53, "sources only create: no view is replaced and loses its options")
def test_sources_only_create() -> None:
    others = [
        f"{file.name}: {statement[:60]}"
        for file in migrate.sources(migrate.ROOT)
        for statement in statements(file)
        if not statement.startswith(ALLOWED)
    ]
    assert others == []


@pytest.mark.attack(
    52, "no migration by hand drops, renames or gives away what carries grants and policies"
)
def test_what_carries_grants_is_never_made_again_by_hand() -> None:
    by_hand = [
        file
        for file in migrate.migrations(migrate.ROOT)
        if not file.read_text().startswith(migrate.FIRST_LINE)
    ]
    assert by_hand
    again = [
        f"{file.name}: {statement[:60]}"
        for file in by_hand
        for statement in statements(file)
        if AGAIN.match(statement.lower())
    ]
    assert again == []
