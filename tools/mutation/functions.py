"""Mutants of functions: each condition, call and lock of a body, who executes it, as whom it runs."""

from collections.abc import Iterator, Sequence

import psycopg

from tools.mutation import bodies
from tools.mutation.mutant import NOBODY, PERSONAS, SERVICE, Mutant, Probe

DEFINER = "definer functions"
OTHER = "other functions"
GRANTS = "EXECUTE grants"

# They decide for the definer functions that ask them, end what somebody may no longer do, or are
# triggers of what definer functions write.
GUARDS = (
    "announce_appeal",
    "announce_flag",
    "announce_message",
    "announce_thread",
    "attach_previews",
    "become_persona",
    "close_thread",
    "end_open_work",
    "is_absent",
    "is_payment_awaited",
    "lock_standing",
    "lose_offer",
    "move_topic",
    "needed_to_quote",
    "refuse_contacts",
    "refuse_unlisted_transition",
    "session_visibility_follows_state",
    "take_limit",
)
# They run as the definer function that asks them, and decide where money goes.
MONEY = ("end_refunded_repair", "is_contested", "keep_account_balance")
# What the contact filter makes of a text is measured on thousands of messages of its own (tests/data);
# here it is taken away as a whole, and in its parts.
FILTER = ("mask_earlier_message", "mask_message")


def mutants(connection: psycopg.Connection, statuses: Sequence[Sequence[str]]) -> Iterator[Mutant]:
    """Every mutant of every function of schemas api, app and backend that decides who may do what."""
    yield from _bodies(connection, tuple(tuple(machine) for machine in statuses))
    yield from _definitions(connection)
    yield from _grants(connection)


def _bodies(
    connection: psycopg.Connection, statuses: tuple[tuple[str, ...], ...]
) -> Iterator[Mutant]:
    rows = connection.execute(
        """
        select
            f.pronamespace::regnamespace::text, f.proname, f.prosecdef, f.prosrc,
            pg_get_functiondef(f.oid)
        from pg_proc as f
        where f.pronamespace::regnamespace::text in ('api', 'app', 'backend')
            and (f.prosecdef or f.proname = any(%s))
            and f.proname <> all(%s)
        order by 1, 2
        """,
        [[*GUARDS, *MONEY], list(FILTER)],
    )
    for schema, function, definer, body, definition in rows:
        area = DEFINER if definer else OTHER
        words = (f"{schema}.{function}(", function)
        for change in bodies.changes(body, statuses):
            yield Mutant(
                change.operator,
                f"{schema}.{function}: {change.label}",
                definition.replace(body, change.apply(body)),
                area,
                words,
                inside=f"{schema}.{function}",
                raced=change.operator == "lock left out",
            )


def _definitions(connection: psycopg.Connection) -> Iterator[Mutant]:
    rows = connection.execute(
        """
        select
            f.oid::regprocedure::text, f.proname, f.prosecdef,
            pg_get_functiondef(f.oid), f.prosrc, f.proretset,
            f.pronamespace::regnamespace::text = 'api', f.proconfig is not null
        from pg_proc as f
        where f.pronamespace::regnamespace::text in ('api', 'app', 'backend')
        order by 1
        """
    )
    for function, name, definer, definition, body, gives_rows, exposed, has_path in rows:
        area = DEFINER if definer else OTHER
        if definer:
            yield Mutant(
                "runs as its caller",
                function,
                f"alter function {function} security invoker",
                area,
                (name,),
                inside=function.partition("(")[0],
            )
        elif exposed:
            yield Mutant(
                "runs as its owner",
                function,
                f"alter function {function} security definer",
                area,
                (name,),
                felt=False,
            )
        # Every name in a body is qualified, and nobody may make an operator that would be found.
        if has_path:
            yield Mutant(
                "search_path not set",
                function,
                f"alter function {function} reset search_path",
                area,
                felt=False,
            )
        if name.startswith("find_") and gives_rows:
            yield Mutant(
                "redaction off",
                function,
                definition.replace(body, "begin return; end"),
                area,
                ("hidden]", "mask"),
                inside=function.partition("(")[0],
            )


def _grants(connection: psycopg.Connection) -> Iterator[Mutant]:
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
    ).fetchall()
    for function, role in rows:
        yield Mutant(
            "EXECUTE granted",
            f"{function} to {role}",
            f"grant execute on function {function} to {role}",
            GRANTS,
            probe=Probe(role, function=function),
            listed=role,
        )
    first = {function: role for function, role in reversed(rows) if role in PERSONAS}
    for function, role in sorted(first.items()):
        yield Mutant(
            "EXECUTE granted",
            f"{function} to public",
            f"grant execute on function {function} to public",
            GRANTS,
            probe=Probe(role, function=function),
            listed=role,
        )
