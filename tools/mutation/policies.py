"""Mutants of row level security: each policy, each of its conditions, its roles, its command."""

from collections.abc import Iterator, Sequence

import psycopg

from tools.mutation import expressions
from tools.mutation.mutant import PERSONAS, Mutant

AREA = "policies"
ROWS = """
    select
        c.oid::regclass::text,
        quote_ident(p.polname),
        array(select r.rolname::text from pg_roles as r where r.oid = any(p.polroles) order by 1),
        array(
            select distinct v.oid::regclass::text
            from pg_depend as d
            inner join pg_rewrite as w on d.objid = w.oid
            inner join pg_class as v on w.ev_class = v.oid
            where d.classid = 'pg_rewrite'::regclass and d.refobjid = c.oid
        ),
        p.polcmd = 'r',
        pg_get_expr(p.polqual, p.polrelid),
        pg_get_expr(p.polwithcheck, p.polrelid),
        array(
            select r.role
            from unnest(%(personas)s::text[]) as r (role)
            where has_any_column_privilege(r.role, c.oid, 'SELECT')
        ),
        array(
            select r.role
            from unnest(%(personas)s::text[]) as r (role)
            where has_any_column_privilege(r.role, c.oid, 'INSERT, UPDATE')
                or has_table_privilege(r.role, c.oid, 'DELETE')
        )
    from pg_policy as p
    inner join pg_class as c on p.polrelid = c.oid
    where p.polroles && array(
        select r.oid from pg_roles as r where r.rolname = any(%(personas)s)
    )
    order by 1, 2
"""


def mutants(connection: psycopg.Connection, statuses: Sequence[Sequence[str]]) -> Iterator[Mutant]:
    """Every mutant of every policy for one of our personas, wherever its table is."""
    rows = connection.execute(ROWS.encode(), {"personas": list(PERSONAS)})
    for table, policy, roles, views, reads, using, check, readers, writers in rows:
        name = f"{policy} on {table}"
        words = (*views, *roles, table)
        yield Mutant("policy dropped", name, f"drop policy {name}", AREA, words)
        for clause, expression in (("using", using), ("with check", check)):
            if expression is None:
                continue
            change = f"alter policy {name} {clause}"
            if expression != "true":
                yield Mutant(
                    "policy set to true", f"{name}: {clause}", f"{change} (true)", AREA, words
                )
                for operator, label, changed in expressions.turned(expression, statuses):
                    yield Mutant(
                        f"policy: {operator}",
                        f"{name}: {label}".rstrip(": "),
                        f"{change} ({changed})",
                        AREA,
                        words,
                    )
        # What a policy does not let its new persona read through a view, it does nowhere.
        either = (*views, table, "found_by")
        for role in PERSONAS:
            if role not in roles:
                statement = f"alter policy {name} to {', '.join((*roles, role))}"
                yield Mutant(
                    "policy widened",
                    f"{name} to {role}",
                    statement,
                    AREA,
                    (role, *words),
                    felt=role in readers or (not reads and role in writers),
                    either=either,
                    also=(f"'{role}'",),
                )
        others = sorted({*readers} - {*roles})
        yield Mutant(
            "policy widened",
            f"{name} to public",
            f"alter policy {name} to public",
            AREA,
            words,
            felt=bool(others),
            either=either,
            also=tuple(f"'{role}'" for role in others),
        )
        if reads:
            yield Mutant(
                "policy for every command",
                name,
                f"drop policy {name}; create policy {name} for all"
                f" to {', '.join(roles)} using ({using})",
                AREA,
                words,
                felt=bool({*writers} & {*roles}),
            )
