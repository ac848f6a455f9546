"""Mutants of schemas, default privileges and limits; and of roles, which a whole cluster shares."""

from collections.abc import Iterator

import psycopg

from tools.mutation.mutant import NOBODY, PERSONAS, SERVICE, Mutant

SCHEMAS = "schemas"
DEFAULTS = "default privileges"
LIMITS = "limits"
ROLES = "roles"

# Who signs in with a token becomes one of these; nothing of ours is to be reached by another way.
LOGIN = "authenticator"
POWERS = ("bypassrls", "createrole", "createdb", "replication", "superuser", "login")
STRONGER = ("service_role", "pg_read_all_data", "pg_write_all_data", "platform_tables")


def mutants(connection: psycopg.Connection) -> Iterator[Mutant]:
    """Every mutant of what surrounds the objects of ours in one database."""
    yield from _schemas(connection)
    yield from _defaults()
    yield from _limits(connection)


def _schemas(connection: psycopg.Connection) -> Iterator[Mutant]:
    rows = connection.execute(
        """
        select n.nspname, r.role
        from pg_namespace as n
        cross join unnest(%s::text[]) as r (role)
        where n.nspname in ('app', 'api', 'backend', 'procrastinate')
            and not has_schema_privilege(r.role, n.oid, 'USAGE')
        order by 1, 2
        """,
        [[*PERSONAS, *NOBODY, *SERVICE]],
    )
    for schema, role in rows:
        yield Mutant(
            "USAGE granted",
            f"{schema} to {role}",
            f"grant usage on schema {schema} to {role}",
            SCHEMAS,
            (schema, role),
            # Beyond its schema a persona holds columns of app, and nothing else.
            felt=schema == "app" and role in PERSONAS,
        )
    for schema in ("app", "api", "backend"):
        yield Mutant(
            "CREATE granted",
            f"{schema} to authenticated",
            f"grant create on schema {schema} to authenticated",
            SCHEMAS,
            (schema,),
            felt=False,
        )


def _defaults() -> Iterator[Mutant]:
    words = ("made_later",)
    grants = [("functions", "execute", "public")]
    grants += [("functions", "execute", role) for role in (*PERSONAS, "authenticated")]
    grants += [("tables", "select", role) for role in ("public", *PERSONAS, "authenticated")]
    for kind, privilege, role in grants:
        yield Mutant(
            "default privilege granted",
            f"{privilege} on {kind} of api to {role}",
            f"alter default privileges in schema api grant {privilege} on {kind} to {role}",
            DEFAULTS,
            words,
        )
    for privilege in ("select", "insert", "update", "delete"):
        yield Mutant(
            "default privilege granted",
            f"{privilege} on tables of app to authenticated",
            f"alter default privileges in schema app grant {privilege} on tables to authenticated",
            DEFAULTS,
            felt=False,
        )
    yield Mutant(
        "default privilege granted",
        "execute on functions to public, as PostgreSQL has it",
        "alter default privileges grant execute on functions to public",
        DEFAULTS,
        words,
    )


def _limits(connection: psycopg.Connection) -> Iterator[Mutant]:
    for (action,) in connection.execute("select action from app.limits order by action"):
        for label, change in (
            ("one more", "most = most + 1"),
            ("one less", "most = most - 1"),
            ("window a second shorter", "within = within - interval '1 second'"),
            ("window a second longer", "within = within + interval '1 second'"),
        ):
            yield Mutant(
                "limit changed",
                f"{action}: {label}",
                f"update app.limits set {change} where action = '{action}'",
                LIMITS,
                (action, "app.limits"),
            )


def role_mutants() -> Iterator[Mutant]:
    """Every mutant of roles and memberships. A superuser makes them."""
    for role in (*PERSONAS, *SERVICE):
        for power in POWERS:
            if role in SERVICE and power == "login":
                continue
            yield Mutant(
                "role given a power",
                f"{power} to {role}",
                f"alter role {role} {power}",
                ROLES,
                (role,),
                felt=power in ("bypassrls", "superuser"),
                superuser=True,
            )
        for stronger in (*STRONGER, *SERVICE, *PERSONAS):
            if stronger != role:
                yield _member(stronger, role, felt=stronger != "pg_write_all_data")
    for persona in PERSONAS:
        yield Mutant(
            "role not inheriting",
            f"authenticated to {persona}",
            f"grant authenticated to {persona} with inherit false granted by postgres",
            ROLES,
            (persona,),
            superuser=True,
        )
        yield Mutant(
            "role no longer a member",
            f"of authenticated: {persona}",
            f"revoke authenticated from {persona} granted by postgres",
            ROLES,
            (persona,),
            superuser=True,
        )
        yield Mutant(
            "login inheriting",
            f"{persona} to {LOGIN}",
            f"grant {persona} to {LOGIN} with inherit true",
            ROLES,
            felt=False,
            superuser=True,
        )
    for role in (*SERVICE, "postgres", "platform_tables", "supabase_read_only_user"):
        yield _member(role, LOGIN, felt=False)
    for role in ("service_role", *SERVICE):
        yield _member(role, "authenticated", felt=role in SERVICE)


def _member(group: str, member: str, *, felt: bool) -> Mutant:
    return Mutant(
        "role made a member",
        f"of {group}: {member}",
        f"grant {group} to {member}",
        ROLES,
        (group, member),
        felt=felt,
        either=(member,),
        superuser=True,
    )
