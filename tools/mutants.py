"""One-line attacks on the access rules of a database: each takes away one thing that keeps people apart."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import psycopg
from psycopg import sql

from tools import conditions

PERSONAS = ("customer", "mechanic", "workshop", "platform_admin", "media_worker")
NOBODY = ("anon", "authenticated")
SERVICE = ("backend", "worker")

# They decide for the security definer functions that ask them.
GUARDS = ("is_absent", "is_payment_awaited", "lock_standing", "needed_to_quote", "take_limit")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`statement` makes it; `words` are what a play that notices is likely to say.

    `listed` is the role whose list of all that it reaches (tests.reaches_exactly) would change.
    """

    operator: str
    name: str
    statement: str
    words: tuple[str, ...]
    listed: str | None = None


def all_mutants(connection: psycopg.Connection) -> list[Mutant]:
    """Every mutant of the database, with names that are its own."""
    found = [
        *policy_mutants(connection),
        *column_mutants(connection),
        *function_mutants(connection),
        *condition_mutants(connection),
        *relation_mutants(connection),
    ]
    return list(_numbered(found))


def policy_mutants(connection: psycopg.Connection) -> Iterator[Mutant]:
    """Each policy dropped, its expressions set to true, and each of their conditions left out."""
    rows = connection.execute(
        """
        select
            c.oid::regclass::text,
            p.polname,
            array(select r.rolname from pg_roles as r where r.oid = any(p.polroles)),
            array(
                select distinct v.oid::regclass::text
                from pg_depend as d
                inner join pg_rewrite as w on d.objid = w.oid
                inner join pg_class as v on w.ev_class = v.oid
                where d.classid = 'pg_rewrite'::regclass and d.refobjid = c.oid
            ),
            pg_get_expr(p.polqual, p.polrelid),
            pg_get_expr(p.polwithcheck, p.polrelid)
        from pg_policy as p
        inner join pg_class as c on p.polrelid = c.oid
        where p.polroles && array(
            select r.oid from pg_roles as r where r.rolname = any(%s)
        )
        order by 1, 2
        """,
        [list(PERSONAS)],
    )
    for table, policy, roles, views, using, check in rows:
        name = f'"{policy}" on {table}'
        words = (*views, *roles, table)
        yield Mutant("policy dropped", name, f"drop policy {name}", words)
        for clause, expression in (("using", using), ("with check", check)):
            if expression in (None, "true"):
                continue
            change = f"alter policy {name} {clause}"
            yield Mutant("policy set to true", f"{name}: {clause}", f"{change} (true)", words)
            terms = _terms(expression)
            for number, term in enumerate(terms if len(terms) > 1 else ()):
                rest = " and ".join(terms[:number] + terms[number + 1 :])
                shown = f"{name}: without {' '.join(term.split())}"
                yield Mutant("policy condition left out", shown, f"{change} ({rest})", words)


def column_mutants(connection: psycopg.Connection) -> Iterator[Mutant]:
    """Each column granted to each role that may not read it."""
    rows = connection.execute(
        """
        select c.oid::regclass::text, a.attname, r.role
        from pg_class as c
        inner join pg_attribute as a on c.oid = a.attrelid
        cross join unnest(%s::text[]) as r (role)
        where c.relnamespace::regnamespace::text in ('api', 'app', 'backend')
            and c.relkind in ('r', 'p', 'v')
            and a.attnum > 0
            and not a.attisdropped
            and not has_column_privilege(r.role, c.oid, a.attnum, 'SELECT')
        order by 3, 1, a.attnum
        """,
        [[*PERSONAS, *NOBODY]],
    )
    for relation, column, role in rows:
        statement = f"grant select ({sql.Identifier(column).as_string()}) on {relation} to {role}"
        yield Mutant("column granted", f"{relation}.{column} to {role}", statement, (), role)


def function_mutants(connection: psycopg.Connection) -> Iterator[Mutant]:
    """Each function's EXECUTE granted to each role that lacks it."""
    rows = connection.execute(
        """
        select f.oid::regprocedure::text, r.role
        from pg_proc as f
        cross join unnest(%s::text[]) as r (role)
        where f.pronamespace::regnamespace::text in ('api', 'app', 'backend')
            and not has_function_privilege(r.role, f.oid, 'EXECUTE')
        order by 2, 1
        """,
        [[*PERSONAS, *NOBODY, *SERVICE]],
    )
    for function, role in rows:
        statement = f"grant execute on function {function} to {role}"
        yield Mutant("EXECUTE granted", f"{function} to {role}", statement, (), role)


def condition_mutants(connection: psycopg.Connection) -> Iterator[Mutant]:
    """Each security definer function, and each guard, without one of its conditions."""
    rows = connection.execute(
        """
        select f.pronamespace::regnamespace::text, f.proname, f.prosrc, pg_get_functiondef(f.oid)
        from pg_proc as f
        where f.pronamespace::regnamespace::text in ('api', 'app', 'backend')
            and (f.prosecdef or f.proname = any(%s))
        order by 1, 2
        """,
        [list(GUARDS)],
    )
    for schema, function, body, definition in rows:
        for change in conditions.changes(body):
            yield Mutant(
                change.operator,
                f"{schema}.{function}: {change.label}",
                definition.replace(body, change.apply(body)),
                (f"{schema}.{function}(", function),
            )


def relation_mutants(connection: psycopg.Connection) -> Iterator[Mutant]:
    """Row level security off, views that run as their owner, triggers that are gone."""
    tables = connection.execute(
        """
        select c.oid::regclass::text, c.relkind
        from pg_class as c
        where c.relnamespace::regnamespace::text in ('api', 'app') and c.relkind in ('r', 'v')
        order by 1
        """
    )
    for relation, kind in tables:
        if kind == "v":
            statement = f"alter view {relation} set (security_invoker = false)"
            yield Mutant("view run as its owner", relation, statement, ("every view runs",))
        else:
            statement = f"alter table {relation} disable row level security"
            yield Mutant("row level security off", relation, statement, ("every table has row",))
    triggers = connection.execute(
        """
        select quote_ident(t.tgname), t.tgrelid::regclass::text, f.proname
        from pg_trigger as t
        inner join pg_proc as f on t.tgfoid = f.oid
        where not t.tgisinternal and f.pronamespace::regnamespace::text = 'app'
        order by 2, 1
        """
    )
    for trigger, table, function in triggers:
        name = f"{trigger} on {table}"
        yield Mutant("trigger dropped", name, f"drop trigger {name}", (function, table))


def _terms(expression: str) -> list[str]:
    """What an expression as PostgreSQL prints it joins by AND on its outermost level."""
    inner = expression
    if inner.startswith("(") and _closing(inner) == len(inner) - 1:
        inner = inner[1:-1]
    cuts = [
        match.span()
        for match in re.finditer(" AND ", inner)
        if inner.count("(", 0, match.start()) == inner.count(")", 0, match.start())
    ]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(inner)]
    return [inner[start:end] for start, end in zip(starts, ends, strict=True)]


def _closing(text: str) -> int:
    """Where the bracket that opens the text is closed."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return position
    raise ValueError(f"a bracket stays open: {text}")


def _numbered(mutants: Iterable[Mutant]) -> Iterator[Mutant]:
    """The same, a name that was there before followed by its number."""
    seen: Counter[tuple[str, str]] = Counter()
    for mutant in mutants:
        key = (mutant.operator, mutant.name)
        seen[key] += 1
        yield replace(mutant, name=f"{mutant.name} ({seen[key]})") if seen[key] > 1 else mutant
