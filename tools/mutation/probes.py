"""What a grant lets a role do, tried as that role and held against spec/access.yaml."""

from functools import cached_property

import psycopg
from psycopg import sql

from tools import access_spec
from tools.access_spec import Spec
from tools.mutation.mutant import PERSONAS, Probe

REFUSED = "42501"

# Somebody of tests/world.sql for each persona.
PEOPLE = {
    "customer": "ana",
    "mechanic": "max",
    "workshop": "walt",
    "platform_admin": "ada",
    "media_worker": "mia",
}


class Promise:
    """spec/access.yaml, asked about one thing at a time."""

    def __init__(self, spec: Spec) -> None:
        self.roles = {role: spec.role(role) for role in spec.roles}

    @classmethod
    def read(cls) -> "Promise":
        return cls(access_spec.load())

    def allows(self, probe: Probe) -> bool:
        """Whether the role may read the column, or any, or call the function."""
        if probe.function:
            return probe.function.partition("(")[0] in self._functions[probe.role]
        columns = self.columns(probe.role, probe.relation)
        return probe.column in columns if probe.column else bool(columns)

    def columns(self, role: str, relation: str) -> list[str]:
        """What the role reads of a relation, by name. What it holds behind a view is not read."""
        schema, _, name = relation.partition(".")
        return sorted(self.roles[role].reads.get(name, ())) if schema == "api" else []

    @cached_property
    def _functions(self) -> dict[str, set[str]]:
        return {
            role: {signature.partition("(")[0] for signature in part.may}
            for role, part in self.roles.items()
        }


def broken(connection: psycopg.Connection, probe: Probe, promise: Promise) -> str:
    """What the role gets other than promised; empty if it gets what is promised.

    Nothing of it stays. Raises psycopg.Error for an error that is no answer to a role.
    """
    with connection.transaction(force_rollback=True):
        _become(connection, probe.role)
        try:
            with connection.transaction(force_rollback=True):
                cursor = connection.execute(_statement(probe))
                seen = sorted(column.name for column in cursor.description or ())
        except psycopg.Error as error:
            code = error.sqlstate or ""
            if code == REFUSED:
                return f"{probe.role} is refused" if promise.allows(probe) else ""
            if not probe.function or not code.startswith("P"):
                raise
            # The function itself answered: the caller had got in.
            return "" if promise.allows(probe) else f"{probe.role} is answered {code}"
    if not promise.allows(probe):
        return f"{probe.role} is let in"
    if not probe.function and not probe.column:
        promised = promise.columns(probe.role, probe.relation)
        surplus = ", ".join(sorted({*seen} ^ {*promised}))
        return f"{probe.role} sees other columns: {surplus}" if surplus else ""
    return ""


def _become(connection: psycopg.Connection, role: str) -> None:
    if role in PERSONAS:
        connection.execute("select tests.act_as(%s, %s)", [role, PEOPLE[role]])
    else:
        connection.execute("select tests.act_as_service(%s)", [role])


def _statement(probe: Probe) -> sql.Composed:
    if probe.function:
        name, _, types = probe.function.rstrip(")").partition("(")
        nulls = sql.SQL(", ").join(
            sql.SQL("null::{}").format(sql.SQL(each)) for each in types.split(",") if each
        )
        return sql.SQL("select from {}({})").format(sql.Identifier(*name.split(".")), nulls)
    relation = sql.Identifier(*probe.relation.split("."))
    column = sql.Identifier(probe.column) if probe.column else sql.SQL("*")
    return sql.SQL("select {} from {} limit 0").format(column, relation)
