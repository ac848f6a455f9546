"""Sources keep the form that replaying them relies on."""

import re

from tools import migrate

CREATED = ("create function", "create policy", "create trigger", "create constraint", "create view")
ALLOWED = (*CREATED, "create type", "comment on", "grant ")


def test_a_function_stands_in_the_file_of_its_name() -> None:
    made = {
        file.stem: set(re.findall(r"^create function \w+\.(\w+)", file.read_text(), re.MULTILINE))
        for file in (migrate.ROOT / "supabase/functions").glob("*.sql")
    }
    assert {file: names for file, names in made.items() if names != {file}} == {}


def test_sources_only_create() -> None:
    others = []
    for file in migrate.sources(migrate.ROOT):
        outside_bodies = re.sub(r"(\$\w*\$).*?\1", "", file.read_text(), flags=re.DOTALL)
        for statement in re.sub(r"--.*|'(?:[^']|'')*'", "", outside_bodies).split(";"):
            words = " ".join(statement.split()[:3])
            if words and not words.startswith(ALLOWED):
                others.append(f"{file.name}: {words}")
    assert others == []
