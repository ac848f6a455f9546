"""What a database is made of, read from its catalog, and how two databases differ."""

import difflib
from collections.abc import Mapping
from pathlib import Path

import psycopg

# From (kind, name), for example ("policy", '"customers see …" on app.people'), to its definition.
Catalog = Mapping[tuple[str, str], str]

QUERY = Path(__file__).with_suffix(".sql").read_bytes()


def read(dsn: str) -> Catalog:
    """Everything in the database that a migration can make. Raises psycopg.Error."""
    with psycopg.connect(dsn) as connection:
        return read_in(connection)


def read_in(connection: psycopg.Connection, query: bytes = QUERY) -> Catalog:
    """The same in a connection's transaction, or what another query of such rows gives."""
    connection.execute("set local search_path = ''")
    return {(kind, name): text or "" for kind, name, text in connection.execute(query)}


def differences(first: Catalog, second: Catalog, first_name: str, second_name: str) -> list[str]:
    """One sentence for each object in which the two differ, with the lines that do."""
    return [
        _sentence(f"{key[0]} {key[1]}", first.get(key), second.get(key), first_name, second_name)
        for key in sorted(first.keys() | second.keys())
        if first.get(key) != second.get(key)
    ]


def _sentence(
    label: str, first: str | None, second: str | None, first_name: str, second_name: str
) -> str:
    if first is None or second is None:
        has, lacks = (second_name, first_name) if first is None else (first_name, second_name)
        definition = first or second or ""
        shown = f" ({definition})" if definition and "\n" not in definition else ""
        return f"{label}{shown}: {has} make it, {lacks} do not."
    lines = (
        line.rstrip()
        for line in difflib.ndiff(first.splitlines(), second.splitlines())
        if line[0] in "+-"
    )
    return "\n    ".join((f"{label}: {first_name} (-) and {second_name} (+) differ.", *lines))
