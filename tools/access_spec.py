"""Reads spec/access.yaml, the one declared truth of who sees and may do what, and names what it promises."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent


class UniqueKeys(yaml.SafeLoader):
    """Refuses a key that is there twice, of which plain YAML keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key} is there twice, after {node.start_mark}")
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class Situation:
    """A persona's relationship to a row of the test world, and its state."""

    persona: str
    name: str
    who: str
    whose: str
    names: Mapping[str, str]  # what the templates of a row may ask for
    after: str | None  # how much later it is, as an interval

    @property
    def title(self) -> str:
        return f"{self.persona}: {self.name}"

    @property
    def own(self) -> bool:
        return self.who == self.whose


@dataclass(frozen=True, slots=True)
class View:
    """A view of schema api: its readers, its columns, and the row a situation is about."""

    name: str
    readers: tuple[str, ...]
    columns: tuple[str, ...]
    _row: Mapping[str, Any]
    _seen: Any

    def row(self, situation: Situation) -> dict[str, str | int]:
        """Its conditions: a literal begins with `=`, a name of the test world does not."""
        row = self._row.get(situation.persona, self._row)
        return {
            column: value.format(**situation.names) if isinstance(value, str) else value
            for column, value in row.items()
        }

    def withheld(self, situation: Situation) -> frozenset[str] | None:
        """The columns that read null, or None: the row is not there."""
        seen = self._seen_by(situation.persona)
        if seen == "always" or (seen == "own" and situation.own):
            return frozenset()
        if seen == "own" or situation.name not in seen:
            return None
        promise: Any = seen[situation.name] if isinstance(seen, dict) else "all"
        return frozenset() if promise == "all" else frozenset(promise["without"])

    def named(self, persona: str) -> frozenset[str]:
        """The situations that are named here, whose rows have to exist."""
        seen = self._seen_by(persona)
        return frozenset() if seen in ("always", "own") else frozenset(seen)

    def is_always_seen(self, persona: str) -> bool:
        return bool(self._seen_by(persona) == "always")

    def _seen_by(self, persona: str) -> Any:
        if len(self.readers) > 1 and isinstance(self._seen, dict):
            return self._seen.get(persona, [])
        return self._seen


@dataclass(frozen=True, slots=True)
class Role:
    """What one role may: columns of views of schema api, columns behind them, functions with parameters."""

    reads: Mapping[str, tuple[str, ...]]
    holds: Mapping[str, tuple[str, ...]]
    may: frozenset[str]  # schema.name(parameters)
    evaluates: frozenset[str]


class Spec:
    """What spec/access.yaml says, with grouped roles taken apart."""

    def __init__(self, text: str) -> None:
        said = yaml.load(text, UniqueKeys)
        self.roles: tuple[str, ...] = tuple(said["roles"])
        self.personas: tuple[str, ...] = tuple(said["situations"])
        self.situations = tuple(
            _situation(persona, name, entry)
            for persona, entries in said["situations"].items()
            for name, entry in entries.items()
        )
        self.views = tuple(
            View(name, tuple(v["to"]), tuple(v["columns"]), v["row"], v["seen"])
            for name, v in said["views"].items()
        )
        self.functions = {
            function: {role for roles in grants for role in roles.split(", ")}
            for function, grants in said["functions"].items()
        }
        self.evaluates = {name: set(roles) for name, roles in said["evaluates"].items()}
        self.tables = {name: dict(_holders(parts)) for name, parts in said["tables"].items()}
        self.rows, self.topics = (
            tuple(View(name, self.personas, (), part["row"], part["seen"]) for name, part in parts)
            for parts in (said["rows"].items(), said["topics"].items())
        )
        self.files = tuple(
            (View(name, self.personas, (), f["row"], f["seen"]), tuple(f["by"]))
            for name, f in said["files"].items()
        )
        self.elsewhere: dict[str, Any] = said["elsewhere"]
        self.never: dict[str, Any] = said["never"]
        self.runs_as_owner: dict[str, str] = said["runs_as_owner"]
        self.free_text: dict[str, dict[str, Any]] = said["free_text"]
        self.embeds: dict[str, dict[str, Any]] = said["embeds"]

    def role(self, role: str) -> Role:
        """What this file grants one role."""
        held = {
            table: tuple(column for column, holders in columns.items() if role in holders)
            for table, columns in self.tables.items()
        }
        return Role(
            {view.name: view.columns for view in self.views if role in view.readers},
            {table: columns for table, columns in held.items() if columns},
            frozenset(name for name, roles in self.functions.items() if role in roles),
            frozenset(name for name, roles in self.evaluates.items() if role in roles),
        )

    def reach(self, role: str) -> set[str]:
        """All that a role holds in our schemas, in the words of tests.reach."""
        part = self.role(role)
        relations = {f"api.{name}": columns for name, columns in part.reads.items()}
        relations |= {f"app.{name}": columns for name, columns in part.holds.items()}
        return {
            *(f"{name}: {', '.join(sorted(columns))}" for name, columns in relations.items()),
            *part.may,
            *(f"app.{name}()" for name in part.evaluates),
        }


def load() -> Spec:
    """The specification of this checkout."""
    return Spec((ROOT / "spec/access.yaml").read_text())


def _situation(persona: str, name: str, entry: Mapping[str, str]) -> Situation:
    names = {"whose": entry["who"], "of": "no workshop", "thread": "thread", **entry}
    return Situation(persona, name, entry["who"], names["whose"], names, entry.get("after"))


def _holders(parts: Mapping[str, list[str]]) -> Iterator[tuple[str, set[str]]]:
    """Each column with the roles that hold it."""
    roles: dict[str, set[str]] = {}
    for group, columns in parts.items():
        for column in columns:
            roles.setdefault(column, set()).update(set(group.split(", ")) - {"nobody"})
    yield from roles.items()
