"""The matrix of spec/access.yaml: every cell tried in a database that holds the test world.

What is tried comes from the specification and what is expected from it and tests/world.yaml, nothing from the
catalog.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
import yaml

from tools.access_scenes import (
    COMMANDS,
    Answer,
    Attempt,
    Judged,
    Scene,
    absent,
    allowed,
    barred,
    difference,
    every_command,
    found,
    no_row,
    nothing,
    refused,
    unchanged,
)
from tools.access_spec import ROOT, Situation, Spec, UniqueKeys, View, load

BEHIND = "behind the walls"
# Operations of Storage, of which some read or write an object, and none is anybody's unless named.
OPERATIONS = (
    "",
    "object.sign",
    "object.list_v2",
    "object.info_authenticated",
    "object.get_signed",
    "object.sign_upload_url",
    "object.upload_signed",
    "object.copy",
    "object.move",
    "object.delete",
    "s3.object.get",
    "s3.upload",
)
ELSEWHERE = "elsewhere"  # another bucket
PROBE = "00000000-0000-0000-0000-000000000000"
GRANTED = "behind the grants"
REACH = ("views", "tables", BEHIND, GRANTED, "functions", "elsewhere")
OPENED = {BEHIND: "schemas", GRANTED: "tables"}
# Somebody whom the platform knows, so that only the role can be what is refused.
ANYBODY = {
    "customer": "ana",
    "mechanic": "max",
    "workshop": "walt",
    "platform_admin": "ada",
    "media_worker": "mia",
    "authenticated": "ana",
}


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
            yield self._rows_behind(situation)
        for role in self.spec.roles:
            tried = (
                self._views,
                self._tables,
                self._behind_the_walls,
                self._behind_the_grants,
                self._functions,
                self._elsewhere,
            )
            for what, attempts in zip(REACH, tried, strict=True):
                yield Scene(
                    f"{role}: {what}",
                    role,
                    ANYBODY.get(role),
                    tuple(attempts(role)),
                    opened=OPENED.get(what, ""),
                )

    # rows

    def _rows(self, situation: Situation) -> Scene:
        attempts = [
            *(self._row(situation, view) for view in self.shown(situation)),
            *self._topics(situation),
            *self._files(situation),
        ]
        return Scene(
            situation.title,
            situation.persona,
            situation.who,
            tuple(attempts),
            situation.after,
            before=tuple(self._probes(situation)),
        )

    def shown(self, situation: Situation) -> Iterator[View]:
        """The views of a persona that have a row for the situation, seen or not."""
        for view in self.spec.views:
            if situation.persona in view.readers and self._is_there(situation, view):
                yield view

    def lacking(self) -> set[str]:
        """What situations ask about and the world does not have: nothing is tried of it."""
        asked = (*self.spec.rows, *self.spec.topics, *(file for file, _ in self.spec.files))
        return {
            name
            for situation in self.spec.situations
            for view in (*(v for v in self.spec.views if situation.persona in v.readers), *asked)
            for name in self._missing(situation, view)
        }

    def shown_to_nobody(self, connection: psycopg.Connection) -> set[str]:
        """Rows that situations say are hidden, and that their view does not show to the owner either."""
        found = set()
        for situation in self.spec.situations:
            for view in self.shown(situation):
                if view.withheld(situation) is None:
                    row = view.row(situation)
                    asked = f"select from {self._where(view, row)}"
                    if not connection.execute(asked.encode()).rowcount:
                        found.add(f"{view.name}: {', '.join(map(str, row.values()))}")
        return found

    def _missing(self, situation: Situation, view: View) -> list[str]:
        return [
            value
            for value in view.row(situation).values()
            if isinstance(value, str) and not value.startswith("=") and value not in self.names
        ]

    def _is_there(self, situation: Situation, view: View) -> bool:
        """Whether the world has the row; one that the specification names has to be there."""
        missing = self._missing(situation, view)
        if missing and situation.name in view.named(situation.persona):
            raise KeyError(f"{situation.persona}, {situation.name}: no {missing[0]} in the world")
        return not missing

    def _row(self, situation: Situation, view: View) -> Attempt:
        row = view.row(situation)
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
            yield f"{cell} / *", difference(set(view.columns), set(rows[0]))
            for column in view.columns:
                value = rows[0].get(column)
                if column in withheld:
                    problem = None if value is None else f"reads {value!r}"
                elif facts.get(column, "given") == "given":
                    problem = "reads null" if value is None else None
                elif isinstance(facts[column], dict) and "after" in facts[column]:
                    problem = _not_after(value, rows[0], facts[column])
                else:
                    problem = None if value == facts[column] else f"reads {value!r}"
                yield f"{cell} / {column}", problem

        return Attempt(f"select * from {self._where(view, row)}", judge, reads=True)

    def _where(self, view: View, row: Mapping[str, Any]) -> str:
        conditions = [f"{column} = {self._literal(value)}" for column, value in row.items()]
        where = f" where {' and '.join(conditions)}" if conditions else ""
        return f"api.{view.name}{where}"

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

    def _rows_behind(self, situation: Situation) -> Scene:
        attempts = []
        for table in self.spec.rows:
            if not self._is_there(situation, table):
                continue
            ((column, value),) = table.row(situation).items()
            cell = f"{situation.persona} / {situation.name} / app.{table.name}"
            told = nothing if table.withheld(situation) is None else found
            asked = f"select from app.{table.name} where {column} = {self._literal(value)}"
            attempts.append(Attempt(asked, told(cell), reads=True))
        return Scene(
            f"{situation.title}: {GRANTED}",
            situation.persona,
            situation.who,
            tuple(attempts),
            situation.after,
            opened="tables",
        )

    # topics and files

    def _topics(self, situation: Situation) -> Iterator[Attempt]:
        """Whoever may join receives; nobody sends, or sees who is there."""
        for topic in self.spec.topics:
            if not self._is_there(situation, topic):
                continue
            name = self._topic(situation, topic)
            cell = f"{situation.persona} / {situation.name} / topic {topic.name}"
            asked = f"select from realtime.messages where topic = '{name}' and extension = "
            joined = found if topic.withheld(situation) is not None else nothing
            settings = {"realtime.topic": name}
            yield Attempt(asked + "'broadcast'", joined(f"{cell} / receive"), True, settings)
            yield Attempt(asked + "'presence'", nothing(f"{cell} / presence"), True, settings)
            sent = (
                f"insert into realtime.messages (topic, extension) values ('{name}', 'broadcast')"
            )
            yield Attempt(sent, barred(f"{cell} / send"), False, settings)

    def _files(self, situation: Situation) -> Iterator[Attempt]:
        """By the operations of Storage that are named, and by no other."""
        for file, by in self.spec.files:
            if not self._is_there(situation, file):
                continue
            path = self._path(situation, file)
            whose = f"{situation.persona} / {situation.name} / {file.name}"
            for bucket, operation in [
                *(("quarantine", operation) for operation in (*OPERATIONS, *by)),
                *((ELSEWHERE, operation) for operation in by),
            ]:
                may = (
                    bucket != ELSEWHERE and operation in by and file.withheld(situation) is not None
                )
                cell = f"{whose} / {bucket} / {operation}"
                settings = {"storage.operation": f"storage.{operation}"}
                if file.name == "uploads":
                    yield Attempt(
                        f"insert into storage.objects (bucket_id, name) values ('{bucket}', '{path}')",
                        (found if may else barred)(cell),
                        settings=settings,
                    )
                else:
                    yield Attempt(
                        "select from storage.objects"
                        f" where bucket_id = '{bucket}' and name = '{path}'",
                        (found if may else nothing)(cell),
                        True,
                        settings,
                    )

    def _probes(self, situation: Situation) -> Iterator[str]:
        for topic in self.spec.topics:
            if self._is_there(situation, topic):
                name = self._topic(situation, topic)
                yield (
                    "insert into realtime.messages (topic, extension)"
                    f" values ('{name}', 'broadcast'), ('{name}', 'presence')"
                )
        yield f"insert into storage.buckets (id, name) values ('{ELSEWHERE}', '{ELSEWHERE}')"
        for file, _ in self.spec.files:
            if file.name != "uploads" and self._is_there(situation, file):
                path = self._path(situation, file)
                yield (
                    "insert into storage.objects (bucket_id, name)"
                    f" values ('quarantine', '{path}'), ('{ELSEWHERE}', '{path}')"
                )

    def _topic(self, situation: Situation, topic: View) -> str:
        row = topic.row(situation)
        if "person" in row:
            return f"person:{self.names[str(row['person'])]}"
        return self.names[f"topic of {row.get('thread', topic.name)}"]

    def _path(self, situation: Situation, file: View) -> str:
        row = file.row(situation)
        if "folder" in row:
            return f"{self.names[str(row['folder'])]}/{PROBE}"
        return self.names[f"path of {row['file']}"]

    # reach

    def _views(self, role: str) -> Iterator[Attempt]:
        """A view of others is refused; of one's own, columns that it does not have are absent."""
        for view in self.spec.views:
            name = f"api.{view.name}"
            if role in view.readers:
                for column in sorted(self._all_columns() - set(view.columns)):
                    yield Attempt(
                        f"select v.{column} from {name} as v limit 0",
                        absent(role, f"{name} / {column}"),
                    )
            else:
                yield Attempt(f"select from {name}", refused(role, name))
            commands = {
                **COMMANDS,
                "update": f"update {{}} set {view.columns[0]} = null where false",
            }
            for command, text in commands.items():
                # 55000, 42809: a view of joins takes no rows, and none can be truncated.
                judge = refused(role, f"{name} / {command}", "55000", "42809")
                yield Attempt(text.format(name), judge)

    def _tables(self, role: str) -> Iterator[Attempt]:
        """No table of ours by name, whatever the command: the schema is closed."""
        for table in self.spec.tables:
            yield from every_command(role, f"app.{table}", refused)
        for holder, tables in self.spec.elsewhere["queue"].items():
            for name in (f"procrastinate.{table}" for table in tables):
                if role == holder:
                    yield from every_command(role, name, allowed, but="truncate")
                    yield Attempt(f"truncate {name}", refused(role, f"{name} / truncate"))
                else:
                    yield from every_command(role, name, refused)

    def _behind_the_walls(self, role: str) -> Iterator[Attempt]:
        """Were the schemas open, a role would still read its columns alone, and change nothing."""
        for table, columns in self.spec.tables.items():
            name = f"app.{table}"
            for column, holders in columns.items():
                judge = allowed if role in holders else refused
                yield Attempt(
                    f"select {column} from {name} limit 0", judge(role, f"{name} / {column}")
                )
                yield Attempt(
                    f"update {name} set {column} = default where false",
                    refused(role, f"{name} / update {column}", "428C9"),  # generated: nobody's
                )
            for command, text in COMMANDS.items():
                yield Attempt(text.format(name), refused(role, f"{name} / {command}"))
        for view in self.spec.views:
            if role not in view.readers:
                name = f"api.{view.name}"
                yield Attempt(f"select from {name} limit 0", refused(role, name))
        for holder, tables in self.spec.elsewhere["queue"].items():
            for table in tables if role != holder else ():
                yield from every_command(role, f"procrastinate.{table}", refused)
        for function in self._refused_functions(role):
            yield Attempt(f"select {function}", refused(role, function))

    def _behind_the_grants(self, role: str) -> Iterator[Attempt]:
        """Were the tables granted as well, policies would still let nobody change a row.

        Nor read one of a table of which the role holds nothing.
        """
        if role == "service_role":
            return  # bypasses policies
        for table, columns in self.spec.tables.items():
            cell = f"{role} / app.{table}"
            column = next(iter(columns))
            yield Attempt(
                f"update app.{table} set {column} = {column}", unchanged(f"{cell} / update")
            )
            yield Attempt(f"delete from app.{table}", unchanged(f"{cell} / delete"))
            if not any(role in holders for holders in columns.values()):
                yield Attempt(f"select from app.{table}", nothing(f"{cell} / rows"), reads=True)

    def _functions(self, role: str) -> Iterator[Attempt]:
        """Whoever may call a function gets past its grant; anybody else does not."""
        for function, roles in self.spec.functions.items():
            judge = allowed if role in roles else refused
            yield Attempt(f"select {_call(function)}", judge(role, _call(function)))

    def _elsewhere(self, role: str) -> Iterator[Attempt]:
        """The platform's tables: closed, or open to everybody and empty by policy."""
        if role == "service_role":
            return  # the platform's own
        for schema, tables in self.spec.elsewhere["refused"].items():
            for table in tables:
                yield from every_command(role, f"{schema}.{table}", refused)
        judge = refused if role in ("backend", "worker") else no_row
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
    rows = [
        title
        for situation in spec.situations
        for title in (situation.title, f"{situation.title}: {GRANTED}")
    ]
    return rows + [f"{role}: {what}" for role in spec.roles for what in REACH]


def matrix(connection: psycopg.Connection) -> Matrix:
    """The matrix of this checkout, for the world that stands in a database."""
    names: dict[str, str] = dict(
        connection.execute(
            """
            select name, id::text from tests.names
            union all
            select 'topic of ' || n.name, t.topic
            from tests.names as n
            inner join app.threads as t on n.id = t.id
            union all
            select 'topic of moderation', name || ':' || epoch
            from app.topic_epochs
            where name = 'admin:moderation'
            union all
            select 'path of ' || n.name, m.path
            from tests.names as n
            inner join app.media as m on n.id = m.id
            """
        ).fetchall()
    )
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


def _not_after(value: Any, row: Mapping[str, Any], said: Mapping[str, Any]) -> str | None:
    """What is wrong unless the instant is so many days after that of another column."""
    due = datetime.fromisoformat(row[said["after"]]) + timedelta(days=said["days"])
    return None if value and datetime.fromisoformat(value) == due else f"reads {value!r}"


def _call(function: str) -> str:
    name, _, parameters = function.partition("(")
    return f"{name}({', '.join('null' for p in parameters.rstrip(')').split(', ') if p)})"
