"""Mutants of tables, views and triggers."""

import re
from collections.abc import Iterator

import psycopg
from psycopg import sql

from tools.mutation.mutant import NOBODY, PERSONAS, Mutant, Probe

TABLES = "tables"
VIEWS = "views"
TRIGGERS = "triggers"
GRANTS = "column grants"

FROM = re.compile(r"^ {3,5}(?:FROM|(?:LEFT |INNER )?JOIN) app\.(\w+)(?: (\w+))?", re.MULTILINE)
# What a view shows under a condition, and else reads null; or what an offer's time takes out of sight.
HIDING = re.compile(
    r"CASE\s+WHEN ((?:(?!THEN|CASE).)+) THEN [\w.]+\s+ELSE NULL::[\w ]+\s+END"
    r"|WHEN ((?:(?!THEN|CASE).)*visible_until(?:(?!THEN|CASE).)+) THEN ",
)
EVENTS = re.compile(r" (BEFORE|AFTER) (.+?) ON ")
CONDITION = re.compile(r" WHEN \((.+)\)(?= EXECUTE )")


def mutants(connection: psycopg.Connection) -> Iterator[Mutant]:
    """Every mutant of what stands in schemas app and api, but for policies and functions."""
    yield from _columns(connection)
    yield from _tables(connection)
    yield from _views(connection)
    yield from _shapes(connection)
    yield from _triggers(connection)


def _columns(connection: psycopg.Connection) -> Iterator[Mutant]:
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
        yield Mutant(
            "column granted",
            f"{relation}.{column} to {role}",
            f"grant select ({_quoted(column)}) on {relation} to {role}",
            GRANTS,
            probe=Probe(role, relation, column),
            listed=role,
        )


def _tables(connection: psycopg.Connection) -> Iterator[Mutant]:
    rows = connection.execute(
        """
        select
            c.oid::regclass::text,
            exists (
                select from unnest(%s::text[]) as r (role)
                where has_any_column_privilege(r.role, c.oid, 'SELECT')
            ),
            array(
                select quote_ident(k.conname)
                from pg_constraint as k
                where k.conrelid = c.oid
                    and k.contype = 'f'
                    and k.confupdtype = 'c'
                    and cardinality(k.conkey) > 1
                order by 1
            )
        from pg_class as c
        where c.relnamespace::regnamespace::text = 'app' and c.relkind = 'r'
        order by 1
        """,
        [list(PERSONAS)],
    )
    for table, read, scoping_keys in rows:
        words = (table,)
        yield Mutant(
            "row level security off",
            table,
            f"alter table {table} disable row level security",
            TABLES,
            words,
            felt=read,
        )
        # Its owner bypasses it while it is postgres.
        yield Mutant(
            "row level security not forced",
            table,
            f"alter table {table} no force row level security",
            TABLES,
            felt=False,
        )
        for command in ("insert", "update", "delete", "truncate"):
            yield Mutant(
                "write granted",
                f"{command} on {table} to authenticated",
                f"grant {command} on {table} to authenticated",
                TABLES,
                felt=False,
            )
        yield Mutant(
            "table published",
            table,
            f"alter publication supabase_realtime add table {table}",
            TABLES,
            felt=False,
            superuser=True,
        )
        for key in scoping_keys:
            yield Mutant(
                "scoping foreign key dropped",
                f"{key} on {table}",
                f"alter table {table} drop constraint {key}",
                TABLES,
                words,
            )


def _views(connection: psycopg.Connection) -> Iterator[Mutant]:
    rows = connection.execute(
        """
        select c.oid::regclass::text, pg_get_viewdef(c.oid, true), c.reloptions
        from pg_class as c
        where c.relnamespace::regnamespace::text = 'api' and c.relkind = 'v'
        order by 1
        """
    )
    for view, definition, options in rows:
        words = (view,)
        yield Mutant(
            "runs as its owner",
            view,
            f"alter view {view} set (security_invoker = false)",
            VIEWS,
            words,
        )
        if "security_barrier=true" in options:
            yield Mutant(
                "barrier dropped",
                view,
                f"alter view {view} set (security_barrier = false)",
                VIEWS,
                words,
            )
        for match in HIDING.finditer(definition):
            span = match.span(1 if match[1] else 2)
            condition = definition[slice(*span)]
            for operator, changed in (
                ("condition set to true", "true"),
                ("condition inverted", f"({condition}) is not true"),
            ):
                yield Mutant(
                    f"view: {operator}",
                    f"{view}: {condition}",
                    _replaced(view, definition, span, changed),
                    VIEWS,
                    words,
                )


def _shapes(connection: psycopg.Connection) -> Iterator[Mutant]:
    """Each column that a view's readers may not read, shown in the view and granted to them."""
    views = connection.execute(
        """
        select
            c.oid::regclass::text,
            pg_get_viewdef(c.oid, true),
            array(
                select r.role from unnest(%s::text[]) as r (role)
                where has_table_privilege(r.role, c.oid, 'SELECT')
            )
        from pg_class as c
        where c.relnamespace::regnamespace::text = 'api' and c.relkind = 'v'
        order by 1
        """,
        [list(PERSONAS)],
    ).fetchall()
    for view, definition, readers in views:
        if " GROUP BY " in definition:
            continue
        for table, alias in FROM.findall(definition):
            hidden = connection.execute(
                """
                select a.attname, array_agg(r.role order by r.role)
                from pg_attribute as a
                cross join unnest(%s::text[]) as r (role)
                where a.attrelid = %s::regclass
                    and a.attnum > 0
                    and not a.attisdropped
                    and not has_column_privilege(r.role, a.attrelid, a.attnum, 'SELECT')
                group by a.attname, a.attnum
                order by a.attnum
                """,
                [readers, f"app.{table}"],
            )
            for column, lacking in hidden:
                place = definition.index("\n   FROM ")
                added = f",\n    {alias or table}.{_quoted(column)} as shown_{alias}_{column}"
                yield Mutant(
                    "hidden column shown",
                    f"{view}: {alias or table}.{column}",
                    f"grant select ({_quoted(column)}) on app.{table} to {', '.join(lacking)};"
                    + _replaced(view, definition, (place, place), added),
                    VIEWS,
                    (view,),
                    probe=Probe(lacking[0], view),
                )


def _triggers(connection: psycopg.Connection) -> Iterator[Mutant]:
    rows = connection.execute(
        """
        select
            quote_ident(t.tgname), t.tgrelid::regclass::text, f.proname, pg_get_triggerdef(t.oid),
            has_table_privilege(t.tgrelid, 'MAINTAIN')
                and pg_get_userbyid(c.relowner) = current_user
        from pg_trigger as t
        inner join pg_proc as f on t.tgfoid = f.oid
        inner join pg_class as c on t.tgrelid = c.oid
        where not t.tgisinternal and f.pronamespace::regnamespace::text = 'app'
            and t.tgparentid = 0
        order by 2, 1
        """
    )
    for trigger, table, function, definition, ours in rows:
        name = f"{trigger} on {table}"
        words = (function, table)
        inside = f"app.{function}"
        dropped = f"drop trigger {name}"
        yield Mutant("trigger dropped", name, dropped, TRIGGERS, words, inside=inside)
        if ours:
            disabled = f"alter table {table} disable trigger {trigger}"
            yield Mutant("trigger disabled", name, disabled, TRIGGERS, words, inside=inside)
        (when, together) = EVENTS.findall(definition)[0]
        events = together.split(" OR ")
        for event in events if len(events) > 1 else ():
            rest = " OR ".join(other for other in events if other != event)
            changed = definition.replace(f" {when} {together} ON ", f" {when} {rest} ON ")
            yield Mutant(
                "trigger event left out",
                f"{name}: {event}",
                f"drop trigger {name}; {changed}",
                TRIGGERS,
                words,
                inside=inside,
            )
        condition = CONDITION.search(definition)
        if condition:
            changed = definition.replace(condition[1], f"({condition[1]}) is not true")
            yield Mutant(
                "trigger condition inverted",
                f"{name}: {condition[1]}",
                f"drop trigger {name}; {changed}",
                TRIGGERS,
                words,
            )


def _replaced(view: str, definition: str, span: tuple[int, int], text: str) -> str:
    changed = definition[: span[0]] + text + definition[span[1] :]
    return f"create or replace view {view} with (security_invoker = true) as {changed}"


def _quoted(column: str) -> str:
    return sql.Identifier(column).as_string()
