"""Tries every cell of spec/access.yaml in a database that holds the test world: value, null, no row, or refused.

What is tried comes from the specification and what is expected from it and tests/world.yaml, nothing from the
catalog. An error is not an empty answer: a refusal has to be a missing privilege (42501), an absent column
42703, a hidden row no error at all.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
import yaml

from tools.access_spec import ROOT, Situation, Spec, UniqueKeys, View, load

Answer = dict[str, Any]  # of tests.attempt
Judged = Iterator[tuple[str, str | None]]  # a cell, and what is wrong with it
Judge = Callable[[Answer], Judged]

COMMANDS = {
    "insert": "insert into {} select from (select 1) as x where false",
    "delete": "delete from {} where false",
    "truncate": "truncate {}",
}
BEHIND = "behind the walls"
REACH = ("views", "tables", BEHIND, "functions", "elsewhere")
# Somebody whom the platform knows, so that only the role can be what is refused.
ANYBODY = {
    "customer": "ana",
    "mechanic": "max",
    "workshop": "walt",
    "platform_admin": "ada",
    "media_worker": "mia",
    "authenticated": "ana",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A statement and how to judge its answer, cell by cell."""

    statement: str
    judge: Judge
    reads: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Attempts by one role, in one transaction that is rolled back."""

    name: str
    role: str
    who: str | None
    attempts: tuple[Attempt, ...]
    after: str | None = None
    without_walls: bool = False  # USAGE on our schemas is granted for the moment

    def play(self, connection: psycopg.Connection) -> Judged:
        """Each cell with what is wrong with it, or None."""
        with connection.transaction(force_rollback=True):
            if self.without_walls:
                connection.execute(
                    f"grant usage on schema app, api, backend, procrastinate to {self.role}"
                )
            if self.after:
                connection.execute("select tests.move_clock(%s)", [self.after])
            if self.who:
                connection.execute("select tests.act_as(%s, %s)", [self.role, self.who])
            else:
                connection.execute("select tests.act_as_service(%s)", [self.role])
            answers = connection.execute(
                "select tests.attempt(a.statement, a.reads)"
                " from unnest(%s::text[], %s::boolean[]) with ordinality as a (statement, reads, n)"
                " order by a.n",
                [[a.statement for a in self.attempts], [a.reads for a in self.attempts]],
            ).fetchall()
        for attempt, (answer,) in zip(self.attempts, answers, strict=True):
            yield from attempt.judge(answer)


@dataclass(slots=True)
class Matrix:
    """The scenes of a specification in a test world, whose names stand for ids."""

    spec: Spec
    world: Mapping[str, Mapping[str, Any]]
    names: Mapping[str, str]

    def scenes(self) -> Iterator[Scene]:
        """Every scene: rows by situation, then what each role may reach at all."""
        for situation in self.spec.situations:
            yield self._rows(situation)
        for role in self.spec.roles:
            tried = (
                self._views,
                self._tables,
                self._behind_the_walls,
                self._functions,
                self._elsewhere,
            )
            for what, attempts in zip(REACH, tried, strict=True):
                yield Scene(
                    f"{role}: {what}",
                    role,
                    ANYBODY.get(role),
                    tuple(attempts(role)),
                    without_walls=what == BEHIND,
                )

    # rows

    def _rows(self, situation: Situation) -> Scene:
        attempts = [self._row(situation, view) for view in self.shown(situation)]
        return Scene(
            situation.title,
            situation.persona,
            situation.who,
            tuple(attempts),
            situation.after,
        )

    def shown(self, situation: Situation) -> Iterator[View]:
        """The views of a persona that have a row for the situation, seen or not."""
        for view in self.spec.views:
            if situation.persona in view.readers and self._is_there(situation, view):
                yield view

    def _is_there(self, situation: Situation, view: View) -> bool:
        """Whether the world has the row; one that the specification names has to be there."""
        missing = [
            value
            for value in view.row(situation).values()
            if isinstance(value, str) and not value.startswith("=") and value not in self.names
        ]
        if missing and situation.name in view.named(situation.persona):
            raise KeyError(f"{situation.persona}, {situation.name}: no {missing[0]} in the world")
        return not missing

    def _row(self, situation: Situation, view: View) -> Attempt:
        row = view.row(situation)
        conditions = [f"{column} = {self._literal(value)}" for column, value in row.items()]
        where = f" where {' and '.join(conditions)}" if conditions else ""
        cell = f"{situation.persona} / {situation.name} / {view.name}"
        withheld = view.withheld(situation)
        facts = self.facts(situation, view)

        def judge(answer: Answer) -> Judged:
            rows = answer.get("rows")
            if withheld is None:
                yield cell, None if rows == [] else f"a row, or an error: {answer}"
                return
            if rows is None or len(rows) != 1:
                yield cell, f"not one row: {answer}"
                return
            yield f"{cell} / *", _difference(set(view.columns), set(rows[0]))
            for column in view.columns:
                value = rows[0].get(column)
                if column in withheld:
                    problem = None if value is None else f"reads {value!r}"
                elif facts.get(column, "given") == "given":
                    problem = "reads null" if value is None else None
                else:
                    problem = None if value == facts[column] else f"reads {value!r}"
                yield f"{cell} / {column}", problem

        return Attempt(f"select * from api.{view.name}{where}", judge, reads=True)

    def keys(self, situation: Situation, view: View) -> tuple[str, ...]:
        """Under which the world tells of a row: by view, by name, by both; by person, by situation."""
        name = ", ".join(str(value) for value in view.row(situation).values())
        return (
            view.name,
            name,
            f"{view.name}: {name}",
            f"{view.name} of {situation.who}",
            f"{view.name}, {situation.name}",
        )

    def facts(self, situation: Situation, view: View) -> dict[str, Any]:
        """What the world says of the columns of a row: a value, null, or `given`."""
        merged = {
            column: value
            for key in self.keys(situation, view)
            for column, value in self.world.get(key, {}).items()
        }
        return {
            column: self.names[value[1:]] if str(value).startswith("@") else value
            for column, value in merged.items()
        }

    def _literal(self, value: str | int) -> str:
        if isinstance(value, int):
            return str(value)
        return f"'{value[1:]}'" if value.startswith("=") else f"'{self.names[value]}'"

    # reach

    def _views(self, role: str) -> Iterator[Attempt]:
        """A view of others is refused; of one's own, columns that it does not have are absent."""
        for view in self.spec.views:
            name = f"api.{view.name}"
            if role in view.readers:
                for column in sorted(self._all_columns() - set(view.columns)):
                    yield Attempt(
                        f"select v.{column} from {name} as v limit 0",
                        _absent(role, f"{name} / {column}"),
                    )
            else:
                yield Attempt(f"select from {name}", _refused(role, name))
            commands = {
                **COMMANDS,
                "update": f"update {{}} set {view.columns[0]} = null where false",
            }
            for command, text in commands.items():
                # 55000, 42809: a view of joins takes no rows, and none can be truncated.
                judge = _refused(role, f"{name} / {command}", "55000", "42809")
                yield Attempt(text.format(name), judge)

    def _tables(self, role: str) -> Iterator[Attempt]:
        """No table of ours by name, whatever the command: the schema is closed."""
        for table in self.spec.tables:
            yield from _every_command(role, f"app.{table}", _refused)
        for holder, tables in self.spec.elsewhere["queue"].items():
            for name in (f"procrastinate.{table}" for table in tables):
                if role == holder:
                    yield from _every_command(role, name, _allowed, but="truncate")
                    yield Attempt(f"truncate {name}", _refused(role, f"{name} / truncate"))
                else:
                    yield from _every_command(role, name, _refused)

    def _behind_the_walls(self, role: str) -> Iterator[Attempt]:
        """Were the schemas open, a role would still read its columns alone, and change nothing."""
        for table, columns in self.spec.tables.items():
            name = f"app.{table}"
            for column, holders in columns.items():
                judge = _allowed if role in holders else _refused
                yield Attempt(
                    f"select {column} from {name} limit 0", judge(role, f"{name} / {column}")
                )
                yield Attempt(
                    f"update {name} set {column} = default where false",
                    _refused(role, f"{name} / update {column}", "428C9"),  # generated: nobody's
                )
            for command, text in COMMANDS.items():
                yield Attempt(text.format(name), _refused(role, f"{name} / {command}"))
        for view in self.spec.views:
            if role not in view.readers:
                name = f"api.{view.name}"
                yield Attempt(f"select from {name} limit 0", _refused(role, name))
        for function in self._refused_functions(role):
            yield Attempt(f"select {function}", _refused(role, function))

    def _functions(self, role: str) -> Iterator[Attempt]:
        """Whoever may call a function gets past its grant; anybody else does not."""
        for function, roles in self.spec.functions.items():
            judge = _allowed if role in roles else _refused
            yield Attempt(f"select {_call(function)}", judge(role, _call(function)))

    def _elsewhere(self, role: str) -> Iterator[Attempt]:
        """The platform's tables: closed, or open to everybody and empty by policy."""
        if role == "service_role":
            return  # the platform's own
        for schema, tables in self.spec.elsewhere["refused"].items():
            for table in tables:
                yield from _every_command(role, f"{schema}.{table}", _refused)
        judge = _refused if role in ("backend", "worker") else _no_row
        for name in self.spec.elsewhere["by_row"]:
            for command, text in {
                "select": "select from {}",
                "update": "update {} set id = id",
                "delete": "delete from {}",
            }.items():
                yield Attempt(text.format(name), judge(role, f"{name} / {command}"))

    def _refused_functions(self, role: str) -> list[str]:
        called = [_call(f) for f, roles in self.spec.functions.items() if role not in roles]
        called += [
            f"app.{predicate}()"
            for predicate, roles in self.spec.evaluates.items()
            if role not in roles
        ]
        return called

    def _all_columns(self) -> set[str]:
        """Every name of a column that the specification knows, of whatever view, table or role."""
        return {
            *(column for view in self.spec.views for column in view.columns),
            *(column for columns in self.spec.tables.values() for column in columns),
            *(column for never in self.spec.never.values() for column in never["columns"]),
        }


def scene_names(spec: Spec) -> list[str]:
    """Of every scene, in order; known before there is a world."""
    rows = [situation.title for situation in spec.situations]
    return rows + [f"{role}: {what}" for role in spec.roles for what in REACH]


def matrix(connection: psycopg.Connection) -> Matrix:
    """The matrix of this checkout, for the world that stands in a database."""
    names = {name: str(id) for name, id in connection.execute("select name, id from tests.names")}
    world = yaml.load((ROOT / "tests/world.yaml").read_text(), UniqueKeys)
    return Matrix(load(), world, names)


def add_further_world(connection: psycopg.Connection) -> None:
    """Add tests/further_world.sql to a database that holds tests/world.sql; a second."""
    connection.execute((ROOT / "tests/further_world.sql").read_bytes())


def wrong(matrix: Matrix, connection: psycopg.Connection) -> Iterator[str]:
    """Cells that are not as promised, as they are found; rows first. The connection is the owner's."""
    for scene in matrix.scenes():
        for cell, problem in scene.play(connection):
            if problem:
                yield f"{cell}: {problem}"


def _every_command(
    role: str, name: str, judge: Callable[[str, str], Judge], but: str = ""
) -> Iterator[Attempt]:
    for command, text in {"select": "select from {}", **COMMANDS}.items():
        if command != but:
            yield Attempt(text.format(name), judge(role, f"{name} / {command}"))


def _call(function: str) -> str:
    name, _, parameters = function.partition("(")
    return f"{name}({', '.join('null' for p in parameters.rstrip(')').split(', ') if p)})"


def _denied(answer: Answer, name: str) -> bool:
    """Whether a privilege was missing on schema.object itself or on its schema.

    A policy's refusal has the same code, and so has that of a table behind a view: their words differ.
    """
    schema, _, rest = name.partition(".")
    objects = {schema, re.split(r"\W", rest)[0]}
    return (
        answer.get("code") == "42501"
        and answer["message"].startswith("permission denied for")
        and answer["message"].split()[-1] in objects
    )


def _refused(role: str, cell: str, *besides: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        refused = _denied(answer, cell) or answer.get("code") in besides
        yield f"{role} / {cell}", None if refused else f"not refused: {answer}"

    return judge


def _allowed(role: str, cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        broken = answer.get("code", "").startswith(("42", "3F"))
        yield f"{role} / {cell}", f"not allowed: {answer}" if broken else None

    return judge


def _no_row(role: str, cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        empty = answer.get("count") == 0 or _denied(answer, cell)
        yield f"{role} / {cell}", None if empty else f"rows: {answer}"

    return judge


def _absent(role: str, cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        # 42809: v.rank is tried as the aggregate rank(v).
        absent = answer.get("code") in ("42703", "42809")
        yield f"{role} / {cell}", None if absent else f"there: {answer}"

    return judge


def _difference(promised: set[str], found: set[str]) -> str | None:
    if promised == found:
        return None
    return f"more: {sorted(found - promised)}, less: {sorted(promised - found)}"
