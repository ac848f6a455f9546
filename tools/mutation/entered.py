"""Which functions each play enters: what is changed inside a function is unknown to all other plays.

Every body counts before all else, in a sequence of its own: a sequence alone keeps what happened when
a play is rolled back.
"""

import re

import psycopg

from tools.mutation.mutant import Mutant

FIRST = re.compile(r"^(?:declare\n|(?=begin$))", re.MULTILINE)


def counting(connection: psycopg.Connection) -> Mutant:
    """What makes the functions count. One in PL/pgSQL that is laid out otherwise than ours does not."""
    rows = connection.execute(
        """
        select
            f.pronamespace::regnamespace || '.' || f.proname, l.lanname, f.prosrc,
            pg_get_functiondef(f.oid)
        from pg_proc as f
        inner join pg_language as l on f.prolang = l.oid
        where f.pronamespace::regnamespace::text in ('api', 'app', 'backend')
            and l.lanname in ('plpgsql', 'sql')
        order by 1
        """
    ).fetchall()
    statements = []
    for name, language, body, definition in rows:
        counter = f'tests."{name}"'
        if language == "sql":
            changed = f"select nextval('{counter}');\n{body}"
        else:
            first = f"declare\n    times_entered bigint := nextval('{counter}');\n"
            changed = FIRST.sub(first, body, count=1)
        if changed != body:
            statements.append(f"create sequence {counter}")
            statements.append(f"grant usage on sequence {counter} to public")
            statements.append(definition.replace(body, changed))
    return Mutant("none", "counting", ";\n".join(statements), "none")


def counts(connection: psycopg.Connection) -> dict[str, int]:
    """How often each function that counts was entered until now."""
    rows = connection.execute(
        """
        select c.relname, coalesce(pg_sequence_last_value(c.oid), 0)
        from pg_class as c
        where c.relnamespace = 'tests'::regnamespace and c.relkind = 'S'
        """
    )
    return dict(rows.fetchall())
