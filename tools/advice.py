"""How one object of a live database differs from the sources, and the statement that mends it."""

import difflib
import re

# What a replay of the sources puts right by itself, whatever has become of it.
REPLAYED = {"function", "policy", "trigger", "view"}
REPLAY = (
    "python -m tools.migrate write NAME, then supabase db push: a replay makes it as it should be."
)

DROPPED = {
    *("extension", "function", "policy", "publication", "role", "rule", "schema", "sequence"),
    *("statistics", "table", "trigger", "type"),
}
KEPT = "Or a migration that makes it, if it is to stay."
BY_HAND = "make it as the migration does that names it."


def finding(key: tuple[str, str], want: str | None, have: str | None) -> str:
    """What differs, and on its last line what to do. `want` is the sources', `have` the database's."""
    kind, name = key
    label = f"{kind} {name}"
    if want is None:
        said = f"{label}{_shown(have)}: the database has it, the sources do not make it."
        todo = f"{undone(kind, name, have or '')} {KEPT}"
    elif have is None:
        said = f"{label}{_shown(want)}: the sources make it, the database lacks it."
        todo = made(kind, name, want)
    else:
        said = f"{label}: the sources (-) and the database (+) differ.{_lines(want, have)}"
        todo = mended(kind, name, want, have)
    return f"{said}\n    To do: {todo}"


def _shown(definition: str | None) -> str:
    return f" ({definition})" if definition and "\n" not in definition else ""


def _lines(want: str, have: str) -> str:
    lines = difflib.ndiff(want.splitlines(), have.splitlines())
    return "".join(f"\n    {line.rstrip()}" for line in lines if line[0] in "+-")


def undone(kind: str, name: str, definition: str) -> str:
    """A statement after which the database does not have the object."""
    if kind in DROPPED:
        return f"drop {kind} {name};"
    if kind == "view":
        return f"drop {'materialized ' * definition.startswith('materialized')}view {name};"
    if kind == "column":
        table, column = _column(name)
        return f"alter table {table} drop column {column};"
    if kind == "default":
        table, column = _column(name)
        return f"alter table {table} alter column {column} drop default;"
    if kind == "attribute":
        of_type, attribute = _column(name)
        return f"alter type {of_type} drop attribute {attribute};"
    if kind == "statistics target":
        return _of_statistics(name, "-1")
    if kind == "setting of the database":
        return f"alter database … reset {name};"
    if kind == "constraint":
        constraint, _, table = name.rpartition(" on ")
        return f"alter {_constrained(definition)} {table} drop constraint {constraint};"
    if kind == "index":
        index, _, table = name.rpartition(" on ")
        return f"drop index {table.rpartition('.')[0]}.{index};"
    if kind == "membership":
        member, _, role = name.partition(" in ")
        return f"revoke {role} from {member};"
    if kind == "comment":
        return f"comment on {_commented(name)} is null;"
    return granting("revoke", kind, name, definition)


def made(kind: str, name: str, definition: str) -> str:
    """A statement after which the database has the object."""
    if kind in REPLAYED:
        return REPLAY
    if kind == "index":
        return f"{definition};"
    if kind == "default":
        table, column = _column(name)
        return f"alter table {table} alter column {column} set default {definition};"
    if kind == "constraint":
        constraint, _, table = name.rpartition(" on ")
        return f"alter {_constrained(definition)} {table} add constraint {constraint} {definition};"
    if kind == "attribute":
        of_type, attribute = _column(name)
        return f"alter type {of_type} add attribute {attribute} {_without_position(definition)};"
    if kind == "statistics target":
        return _of_statistics(name, definition)
    if kind == "setting of the database":
        return f"alter database … set {name} = '{_quoted(definition)}';"
    if kind == "membership":
        member, _, role = name.partition(" in ")
        return f"grant {role} to {member} with {definition};"
    if kind == "comment":
        return f"comment on {_commented(name)} is '{_quoted(definition)}';"
    if _is_granting(kind):
        return granting("grant", kind, name, definition)
    if kind == "statistics":
        return f"{definition};"
    return BY_HAND


def mended(kind: str, name: str, want: str, have: str) -> str:
    """A statement after which the object is as the sources have it."""
    if kind in REPLAYED:
        owner = _last_line(want, "owner ")
        if owner != _last_line(have, "owner "):  # who replays can replace only what is theirs
            return f"alter {kind} {name} owner to {owner};"
        return REPLAY
    if kind in ("default", "comment", "setting of the database", "statistics target"):
        return made(kind, name, want)
    if kind == "attribute":
        of_type, attribute = _column(name)
        change = f"alter attribute {attribute} type {_without_position(want)}"
        return f"alter type {of_type} {change};"
    if kind == "row level security":
        return f"alter table {name} enable row level security;"
    if kind == "bucket":
        return f"update storage.buckets set {want} where id = '{_quoted(name)}';"
    if kind in ("constraint", "index", "membership", "statistics") or _is_granting(kind):
        return f"{undone(kind, name, have)} {made(kind, name, want)}"
    gone = [line for line in want.splitlines() if line not in have.splitlines()]
    come = [line for line in have.splitlines() if line not in want.splitlines()]
    statements = {"table": _of_table, "column": _of_column, "role": _of_role}
    if kind in statements:
        return " ".join(statements[kind](name, gone, come)) or BY_HAND
    if kind == "publication":
        tables = [f"add table {line}" for line in gone] + [f"drop table {line}" for line in come]
        return " ".join(f"alter publication {name} {change};" for change in tables)
    return BY_HAND


def _last_line(definition: str, beginning: str) -> str:
    lines = [line for line in definition.splitlines() if line.startswith(beginning)]
    return lines[-1].removeprefix(beginning) if lines else ""


def _is_granting(kind: str) -> bool:
    return kind.startswith(("grant on", "default privilege"))


def _of_table(name: str, gone: list[str], _: list[str]) -> list[str]:
    statements = []
    for line in gone:
        if line.startswith("owner "):
            statements.append(f"alter table {name} owner to {line.removeprefix('owner ')};")
        elif line.startswith("row level security "):
            secured = "enable" if " enabled" in line else "disable"
            forced = "no force" if "not forced" in line else "force"
            statements.append(f"alter table {name} {secured} row level security;")
            statements.append(f"alter table {name} {forced} row level security;")
        elif line == "replica identity d":
            statements.append(f"alter table {name} replica identity default;")
    return statements


def _of_column(name: str, gone: list[str], come: list[str]) -> list[str]:
    """Type and NOT NULL; a position is what columns of before have left."""
    table, column = _column(name)
    change = f"alter table {table} alter column {column}"
    before, after = (_without_position("".join(lines)) for lines in (come, gone))
    kinds = [text.removesuffix(", not null") for text in (before, after)]
    statements = [f"{change} type {kinds[1]};"] if kinds[0] != kinds[1] else []
    if before.endswith(", not null") != after.endswith(", not null"):
        verb = "set" if after.endswith(", not null") else "drop"
        statements.append(f"{change} {verb} not null;")
    return statements


def _of_role(name: str, gone: list[str], come: list[str]) -> list[str]:
    settings = [
        line.removeprefix("set ").partition("=") for line in gone if line.startswith("set ")
    ]
    statements = [f"alter role {name} {line};" for line in gone if not line.startswith("set ")]
    statements += [f"alter role {name} set {key} = '{value}';" for key, _, value in settings]
    for line in come:
        key = line.removeprefix("set ").partition("=")[0]
        if line.startswith("set ") and key not in [known for known, _, _ in settings]:
            statements.append(f"alter role {name} reset {key};")
        elif line.startswith("valid until"):
            statements.append(f"alter role {name} valid until 'infinity';")
    return statements


def granting(verb: str, kind: str, name: str, privileges: str) -> str:
    """`grant` or `revoke` for an entry of an access list."""
    object_name, _, grantee = name.rpartition("to ")
    object_name = object_name.strip()
    options = " with grant option" if verb == "grant" and " with grant option" in privileges else ""
    held = privileges.replace(" with grant option", "")
    towards = "to" if verb == "grant" else "from"
    if kind == "default privilege on":
        place = re.fullmatch(r"(\w+) that (.+?) makes(?: in schema (.+))?", object_name)
        objects, owner, schema = place.groups() if place else ("", "", None)
        where = f" in schema {schema}" if schema else ""
        return (
            f"alter default privileges for role {owner}{where}"
            f" {verb} {held} on {objects} {towards} {grantee}{options};"
        )
    if kind == "grant on column":
        table, column = _column(object_name)
        held = ", ".join(f"{privilege} ({column})" for privilege in held.split(", "))
        return f"{verb} {held} on {table} {towards} {grantee}{options};"
    what = {
        "grant on relation": object_name,
        "grant on function": f"function {object_name}",
        "grant on schema": f"schema {object_name}",
        "grant on type": f"type {object_name}",
        "grant on database": "database …",
    }.get(kind, object_name)
    return f"{verb} {held} on {what} {towards} {grantee}{options};"


def _of_statistics(name: str, target: str) -> str:
    table, column = _column(name)
    return f"alter table {table} alter column {column} set statistics {target};"


def _without_position(definition: str) -> str:
    return re.sub(r"^position \d+, ", "", definition)


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _constrained(definition: str) -> str:
    return "domain" if "VALUE" in definition else "table"


def _column(name: str) -> tuple[str, str]:
    table, _, column = name.rpartition(".")
    return table, column


def _commented(name: str) -> str:
    """What COMMENT ON calls it: PostgreSQL says `table column` and `table constraint` of these."""
    return re.sub(r"^(?:table|view|domain) (?=column |constraint )", "", name)
