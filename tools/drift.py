"""What a live database has that the sources do not make, or lacks, and what to do about it.

The sources are built in a cluster of their own, and both catalogs are compared: everything in our
schemas and in any that the platform does not know; on the platform's own tables the policies, whether
they hold, what runs our functions, and what our roles and those they inherit from hold; functions of
the platform's that anybody may execute as their owner; roles, memberships, extensions, publications,
default privileges, settings of the database, our buckets and the history of migrations. Other data,
passwords and what the platform keeps for itself are not compared.
"""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from local import scratch
from local.cluster import Cluster
from tools import advice, catalog, migrate
from tools.catalog import Catalog

CLUSTER = Path(__file__).with_suffix(".sql").read_bytes()

# What a hosted project keeps for itself, beside what the local bootstrap copies of it.
PLATFORM_SCHEMAS = {
    *("_analytics", "_realtime", "_supavisor", "auth", "cron", "development", "extensions"),
    *("graphql", "graphql_public", "net", "pgbouncer", "pgmq", "pgsodium", "pgsodium_masks"),
    *("realtime", "storage", "supabase_functions", "vault"),
}
PLATFORM_EXTENSIONS = {
    *("pg_net", "pg_stat_statements", "pgcrypto", "pgjwt", "pgsodium", "plpgsql"),
    *("supabase_vault", "uuid-ossp"),
}
PLATFORM_ROLES = re.compile(
    r"(supabase_|cli_login_|pgsodium_).*|dashboard_user|pgbouncer|pgtle_admin|postgres"
)
PLATFORM_PUBLICATION = re.compile(r"supabase_realtime_messages_publication.*")
API_ROLES = {"anon", "authenticated"}  # every persona is one of the second
# Where the platform grants these two no table; elsewhere it may have tables that the bootstrap does not copy.
CLOSED = {"auth", "extensions", "vault"}
# Where the platform has no function of its own that runs as its owner, but for triggers.
WITHOUT_DEFINERS = {"auth", "extensions"}
PLATFORM_SETTING = re.compile(r"app\.settings\..*")
WITHIN = {"constraint", "index", "policy", "rule", "trigger"}  # named as "… on schema.table"


class NotReadOnly(Exception):
    """The server would let this connection write."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a database and its cluster are made of, and which migrations it has."""

    catalog: Catalog
    history: dict[str, str]  # name by version
    server: int  # PostgreSQL's major version


@dataclass(frozen=True, slots=True)
class Reference:
    """A project before its first migration, and after its last."""

    before: Snapshot
    after: Snapshot

    @property
    def roles(self) -> set[str]:
        """The roles that migrations make."""
        made = self.after.catalog.keys() - self.before.catalog.keys()
        return {name for kind, name in made if kind == "role"}


@contextlib.contextmanager
def reading(dsn: str) -> Iterator[psycopg.Connection]:
    """A connection in which PostgreSQL refuses every write, with one view of the database.

    Raises psycopg.Error where it cannot connect, NotReadOnly where the server ignores what it asks.
    """
    given = conninfo_to_dict(dsn).get("options") or ""
    options = f"{given} -c default_transaction_read_only=on".strip()
    with psycopg.connect(make_conninfo(dsn, options=options), connect_timeout=10) as connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        settings = connection.execute(
            "select current_setting('transaction_read_only'),"
            " current_setting('default_transaction_read_only')"
        )
        if settings.fetchone() != ("on", "on"):
            raise NotReadOnly("the server did not make the connection read-only")
        yield connection
        connection.rollback()


def snapshot(dsn: str) -> Snapshot:
    """What a live database is made of. Raises psycopg.Error, NotReadOnly."""
    with reading(dsn) as connection:
        everything = {**catalog.read_in(connection), **catalog.read_in(connection, CLUSTER)}
        everything |= _buckets(connection)
        return Snapshot(
            {key: _comparable(key[0], text) for key, text in everything.items()},
            _history(connection),
            connection.info.server_version // 10000,
        )


def _comparable(kind: str, definition: str) -> str:
    """A platform updates its extensions when it likes."""
    return re.sub(r"^version \S+ ", "", definition) if kind == "extension" else definition


def _buckets(connection: psycopg.Connection) -> dict[tuple[str, str], str]:
    """Who may read a file at all is a row of data: a public bucket asks no policy."""
    if connection.execute("select to_regclass('storage.buckets')").fetchone() == (None,):
        return {}
    rows = connection.execute("""
        select id, format(
            'public = %s, file_size_limit = %s, allowed_mime_types = %s',
            public::text, coalesce(file_size_limit::text, 'null'), quote_nullable(allowed_mime_types::text)
        )
        from storage.buckets
    """)
    return {("bucket", name): text for name, text in rows}


def _history(connection: psycopg.Connection) -> dict[str, str]:
    table = "supabase_migrations.schema_migrations"
    if connection.execute("select to_regclass(%s)", [table]).fetchone() == (None,):
        return {}
    rows = connection.execute("select version, name from supabase_migrations.schema_migrations")
    return {version: name or "" for version, name in rows}


def reference(cluster: Cluster, root: Path) -> Reference:
    """What the migrations of `root` make, in a cluster that has not seen them. Raises psycopg.Error."""
    database = scratch.create_database(cluster, "reference")
    before = snapshot(database.dsn())
    migrate.apply(database.dsn(), migrate.migrations(root))
    return Reference(before, snapshot(database.dsn()))


def compare(sources: Reference, live: Snapshot) -> list[str]:
    """A finding for each object that differs: what differs, and on the next line what to do."""
    secured = {
        name.rpartition(" on ")[2]
        for kind, name in sources.after.catalog.keys() - sources.before.catalog.keys()
        if kind == "policy" and _of_platform(kind, name)
    }
    want = {**sources.after.catalog, **_row_level_security(sources.after.catalog, secured)}
    have = {**live.catalog, **_row_level_security(live.catalog, secured)}
    ours = {key for key, text in want.items() if sources.before.catalog.get(key) != text}
    ours.add(("publication", "supabase_realtime"))  # the platform makes it; nothing is in it
    ours = {key for key in ours if not _is_platforms_own_grant(key)}
    extra = {
        key
        for key in have.keys() - want.keys()
        if key in sources.before.catalog
        or _concerns_us(key, have[key], sources.roles)
        or _opens_platform(key, have, sources.before.catalog)
    }
    differing = {key for key in ours if have.get(key) != want[key]}
    found = list(_of_history(sources.after.history, live.history))
    for key in sorted(extra | differing):
        if not _follows(key, extra | differing, want, have):
            found.append(advice.finding(key, want.get(key), have.get(key)))
    return found


def _row_level_security(catalog: Catalog, tables: set[str]) -> dict[tuple[str, str], str]:
    """Whether tables of the platform that carry policies of ours ask them."""
    return {
        ("row level security", table): (
            "disabled" if "row level security disabled" in definition else "enabled"
        )
        for table in tables
        if (definition := catalog.get(("table", table))) is not None
    }


def _opens_platform(key: tuple[str, str], have: Catalog, before: Catalog) -> bool:
    """Whether by something in a platform's schema everybody, so every persona, gets at what is in it."""
    kind, name = key
    schema = schema_of(kind, name)
    if kind in ("grant on relation", "grant on column"):
        relation, _, grantee = name.rpartition(" to ")
        table = relation if kind == "grant on relation" else relation.rpartition(".")[0]
        known = schema in PLATFORM_SCHEMAS and ("table", table) in before
        return grantee in API_ROLES | {"public"} and (known or schema in CLOSED)
    if kind == "function" and schema in WITHOUT_DEFINERS:
        header = have[key].partition("\nAS ")[0]
        is_open = any(
            ("grant on function", f"{name} to {role}") in have for role in API_ROLES | {"public"}
        )
        is_trigger = re.search(r"\n RETURNS (event_)?trigger\n", header) is not None
        return "SECURITY DEFINER" in header and is_open and not is_trigger
    return False


def _is_platforms_own_grant(key: tuple[str, str]) -> bool:
    """On a database: which roles the platform has depends on where it runs."""
    grantee = key[1].removeprefix("to ")
    return key[0] == "grant on database" and PLATFORM_ROLES.fullmatch(grantee) is not None


def _of_history(want: dict[str, str], have: dict[str, str]) -> Iterator[str]:
    for version in sorted(want.keys() - have.keys()):
        yield (
            f"migration {version}_{want[version]}: the sources have it, the database's history does"
            " not.\n    To do: supabase db push. What follows may come of it alone."
        )
    for version in sorted(have.keys() - want.keys()):
        yield (
            f"migration {version}_{have[version]}: the database's history has it, the sources do"
            " not.\n    To do: bring its file here if it was meant; else undo what it made, then"
            f" supabase migration repair --status reverted {version}."
        )


def _concerns_us(key: tuple[str, str], definition: str, roles: set[str]) -> bool:
    """Whether something that no migration makes is for us to judge, not the platform's own."""
    kind, name = key
    if kind == "role":
        return PLATFORM_ROLES.fullmatch(name) is None
    if kind == "membership":
        member, _, role = name.partition(" in ")
        if role in roles or member in roles | API_ROLES:
            return True
        return PLATFORM_ROLES.fullmatch(member) is None and member != "authenticator"
    if kind == "extension":
        return name not in PLATFORM_EXTENSIONS
    if kind == "setting of the database":
        return PLATFORM_SETTING.fullmatch(name) is None
    if kind == "bucket":
        return False  # which is empty to whom no policy of ours lets in
    if kind == "publication":
        return PLATFORM_PUBLICATION.fullmatch(name) is None
    if kind == "default privilege on":
        maker = name.partition(" that ")[2].partition(" makes")[0]
        if maker != "postgres" and PLATFORM_ROLES.fullmatch(maker):
            return False
    if kind == "comment" and not schema_of(kind, name):
        return False  # event triggers and the like, which are not compared
    if kind.startswith(("grant on", "default privilege")):
        grantee = name.rpartition("to ")[2]
        if grantee in roles:
            return True
        if kind in ("grant on database", "default privilege on"):
            return grantee in API_ROLES | {"public"} and not _of_platform(kind, name)
    if kind == "policy":
        return True
    if kind == "trigger" and _of_platform(kind, name):
        function = definition.rpartition("EXECUTE FUNCTION ")[2]
        return not _of_platform("function", function)
    return not _of_platform(kind, name)


def _of_platform(kind: str, name: str) -> bool:
    schema = schema_of(kind, name)
    if kind in ("schema", "grant on schema") or (kind, name) == ("comment", "schema public"):
        return schema in PLATFORM_SCHEMAS | {"public"}
    return schema in PLATFORM_SCHEMAS


def schema_of(kind: str, name: str) -> str:
    """The schema that an object of the catalog stands in; empty for one that stands in none."""
    if kind == "schema":
        return name
    if kind == "grant on schema":
        return name.rpartition(" to ")[0]
    if kind == "default privilege on":
        return name.rpartition(" to ")[0].partition(" in schema ")[2]
    if kind == "comment" and name.startswith("schema "):
        return name.removeprefix("schema ")
    place = name.rpartition(" on ")[2] if kind in WITHIN or kind == "comment" else name
    schema = re.search(r'("(?:[^"]|"")+"|\w+)\.', place)
    return schema[1].strip('"') if schema else ""


def _follows(
    key: tuple[str, str], every: set[tuple[str, str]], want: Catalog, have: Catalog
) -> bool:
    """Whether a difference is only that what it belongs to, or belongs for, is there or not."""
    kind, name = key
    if kind.startswith("grant on"):
        object_name, _, grantee = name.rpartition(" to ")
        owners = [
            (whole, object_name)
            for whole in ("table", "view", "sequence", "function", "schema", "type")
        ]
        owners += [("table", object_name.rpartition(".")[0]), ("role", grantee)]
    elif kind in ("column", "default", "statistics target"):
        owners = [("table", name.rpartition(".")[0]), ("column", name)]
    elif kind == "attribute":
        owners = [("type", name.rpartition(".")[0])]
    elif kind in WITHIN:
        owners = [(whole, name.rpartition(" on ")[2]) for whole in ("table", "view", "type")]
    elif kind == "comment":
        whole, _, rest = name.partition(" ")
        if whole == "function":  # by its types here, by its arguments there
            owners = [
                other for other in every if other[1].partition("(")[0] == rest.partition("(")[0]
            ]
        else:
            owners = [(whole, rest), ("table", name.rpartition(" on ")[2])]
            owners += [("column", rest.removeprefix("column "))]
            owners += [("table", rest.removeprefix("column ").rpartition(".")[0])]
    elif kind == "membership":
        owners = [("role", name.rpartition(" in ")[2])]
    else:
        return False
    return any(
        owner in every and owner != key and (owner in want) != (owner in have) for owner in owners
    )
