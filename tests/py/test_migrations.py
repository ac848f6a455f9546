"""Migrations build exactly what the sources say, and replaying them disturbs nobody."""

import os
import re
import shutil
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
import jwt
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from local import scratch
from local.cluster import SUPERUSER, Cluster
from local.scratch import Database, Platform
from local.services import SUPABASE
from tools import catalog, migrate

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ANA = "00000000-0000-4000-8000-00000000000a"
BEN = "00000000-0000-4000-8000-00000000000b"
PEOPLE = (ANA, BEN)  # each has one thread, with the same id
DISCUSS = f"""
    insert into app.people (id, name) values ('{ANA}', 'Ana'), ('{BEN}', 'Ben');
    insert into app.threads (id, customer_id) values ('{ANA}', '{ANA}'), ('{BEN}', '{BEN}');
"""
PATIENCE_S = 20  # for what takes milliseconds


@dataclass(frozen=True, slots=True)
class Project:
    """A copy of small_project whose files a test may change."""

    root: Path

    def file(self, path: str) -> Path:
        return self.root / "supabase" / path

    def replay(self, dsn: str) -> None:
        """Write a migration of the sources as they are now, and apply it."""
        migration, _ = migrate.write(self.root, "access")
        migrate.apply(dsn, [migration])


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The small project, with its migration written."""
    project = Project(tmp_path / "project")
    shutil.copytree(HERE / "small_project", project.root)
    migrate.write(project.root, "access")
    return project


NewDatabase = Callable[[], AbstractContextManager[Database]]


@pytest.fixture(scope="module")
def small_cluster(new_cluster: Callable[[], Cluster]) -> Cluster:
    """A cluster of its own, since the small project has roles of its own."""
    return new_cluster()


@pytest.fixture(scope="module")
def new_hosted(small_cluster: Cluster) -> NewDatabase:
    """Gives a database as a hosted project has it before its first migration."""
    hosted = scratch.create_database(small_cluster, "hosted")
    return lambda: scratch.clone(small_cluster, hosted.name, _next_name())


@pytest.fixture(scope="module")
def new_small(
    small_cluster: Cluster, new_hosted: NewDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewDatabase]:
    """Gives a database to which the small project's migrations were applied."""
    project = Project(tmp_path_factory.mktemp("small") / "project")
    shutil.copytree(HERE / "small_project", project.root)
    migrate.write(project.root, "access")
    with new_hosted() as built:
        migrate.apply(built.dsn(), migrate.migrations(project.root))
        yield lambda: scratch.clone(small_cluster, built.name, _next_name())


@pytest.fixture
def small(new_small: NewDatabase) -> Iterator[Database]:
    """A database to which the small project's migrations were applied, for this test alone."""
    with new_small() as database:
        yield database


@pytest.fixture(scope="module")
def small_catalog(new_small: NewDatabase) -> catalog.Catalog:
    """What such a database is made of."""
    with new_small() as database:
        return catalog.read(database.dsn())


@pytest.fixture
def check(new_hosted: NewDatabase) -> Iterator[Callable[[Project], list[str]]]:
    """`migrate.check` on two new databases."""

    def check(project: Project) -> list[str]:
        with new_hosted() as history, new_hosted() as today:
            return migrate.check(project.root, history.dsn(), today.dsn())

    yield check


_numbers = count()


def _next_name() -> str:
    return f"small_{next(_numbers)}"


# What check sees


def test_migrations_of_this_repository_build_what_its_sources_say(cluster: Cluster) -> None:
    history = scratch.create_database(cluster, "history")
    with scratch.clone(cluster, history.name, "today") as today:
        assert migrate.check(ROOT, history.dsn(), today.dsn()) == []


def test_a_written_migration_says_what_the_sources_say(
    project: Project, check: Callable[[Project], list[str]]
) -> None:
    assert check(project) == []


# What is planted, and the whole of what check then says of it, but for the lines that differ.
PLANTED = {
    "schema": (
        "create schema extra",
        ["grant on schema extra to postgres", "schema extra"],
    ),
    "table": (
        "create table app.notes ()",
        ["grant on relation app.notes to postgres", "table app.notes"],
    ),
    "row level security": (
        "alter table app.people disable row level security",
        ["table app.people"],
    ),
    "forced row level security": (
        "alter table app.people no force row level security",
        ["table app.people"],
    ),
    "owner": (
        "set role supabase_admin; alter view api.messages owner to supabase_admin",
        [
            "grant on relation api.messages to postgres",
            "grant on relation api.messages to supabase_admin",
            "view api.messages",
        ],
    ),
    "column": ("alter table app.people add nick text", ["column app.people.nick"]),
    "column type": (
        "alter table app.people alter name type varchar(9)",
        ["column app.people.name"],
    ),
    "not null": (
        "alter table app.people alter name drop not null",
        ["column app.people.name"],
    ),
    "default": (
        "alter table app.people alter tone set default 'loud'",
        ["default app.people.tone"],
    ),
    "constraint": (
        "alter table app.messages drop constraint messages_are_polite",
        ["constraint messages_are_polite on app.messages"],
    ),
    "constraint of a domain": (
        "alter domain app.short_text drop constraint short_text_is_short",
        ["constraint short_text_is_short on app.short_text"],
    ),
    "index": (
        "drop index app.messages_by_folded_body",
        ["index messages_by_folded_body on app.messages"],
    ),
    "statistics": (
        "create statistics app.odd on name, tone from app.people",
        ["statistics app.odd"],
    ),
    "sequence": ("alter sequence app.ticket_numbers cycle", ["sequence app.ticket_numbers"]),
    "type": ("alter type app.tone add value 'shrill'", ["type app.tone"]),
    "policy": (
        'drop policy "mechanics see threads" on app.threads',
        ['policy "mechanics see threads" on app.threads'],
    ),
    "roles of a policy": (
        'alter policy "mechanics see threads" on app.threads to public',
        ['policy "mechanics see threads" on app.threads'],
    ),
    "expression of a policy": (
        'alter policy "customers see their messages" on app.messages using (true)',
        ['policy "customers see their messages" on app.messages'],
    ),
    "policy of the platform's table": (
        'drop policy "customers read their uploads" on storage.objects',
        ['policy "customers read their uploads" on storage.objects'],
    ),
    "grant on a relation": (
        "grant delete on app.messages to mechanic",
        ["grant on relation app.messages to mechanic"],
    ),
    "grant on a column": (
        "grant select (name) on app.people to mechanic with grant option",
        ["grant on column app.people.name to mechanic"],
    ),
    "grant on a function": (
        "grant execute on function api.send_message to public",
        [
            (
                "grant on function api.send_message(thread_id uuid, body text,"
                ' OUT "position" bigint, OUT delivered text) to public'
            )
        ],
    ),
    "grant on a schema": (
        "grant usage on schema app to customer",
        ["grant on schema app to customer"],
    ),
    "grant on a type": (
        "revoke usage on type app.tone from public",
        ["grant on type app.tone to public"],
    ),
    "default privilege": (
        "alter default privileges in schema api grant select on tables to mechanic",
        ["default privilege on tables that postgres makes in schema api to mechanic"],
    ),
    "definition of a view": (
        (
            "create or replace view api.messages with (security_invoker = true) as"
            " select thread_id, position, customer_id, ''::app.short_text as body from app.messages"
        ),
        ["view api.messages"],
    ),
    "option of a view": (
        "alter view api.messages reset (security_invoker)",
        ["view api.messages"],
    ),
    "rule": (
        "create rule ignored as on delete to app.people do instead nothing",
        ["rule ignored on app.people"],
    ),
    "body of a function": (
        (
            "create or replace function api.messages_to_skip() returns integer"
            " language sql stable set search_path = '' as 'select 99'"
        ),
        ["function api.messages_to_skip()"],
    ),
    "setting of a function": (
        "alter function api.messages_to_skip() set search_path = app",
        ["function api.messages_to_skip()"],
    ),
    "rights of a function": (
        "alter function api.messages_to_skip() security definer",
        ["function api.messages_to_skip()"],
    ),
    "trigger": (
        "alter table app.messages disable trigger announce_message",
        ["trigger announce_message on app.messages"],
    ),
    "trigger on the platform's table": (
        "drop trigger copy_account on auth.users",
        ["trigger copy_account on auth.users"],
    ),
    "comment": (
        "comment on view api.messages is 'Everybody''s messages.'",
        ["comment view api.messages"],
    ),
    "publication": (
        "alter publication chat drop table app.messages",
        ["publication chat"],
    ),
    "extension": (
        "set role supabase_admin; create extension hstore schema extensions",
        ["extension hstore"],
    ),
}


@pytest.mark.parametrize(("statement", "names"), PLANTED.values(), ids=PLANTED)
def test_a_planted_difference_is_named(
    small: Database, small_catalog: catalog.Catalog, statement: str, names: list[str]
) -> None:
    with psycopg.connect(small.dsn(SUPERUSER), options="-c role=postgres") as connection:
        connection.execute(statement.encode())
    found = catalog.differences(catalog.read(small.dsn()), small_catalog, "those", "these")
    assert len(found) == len(names)
    for sentence, name in zip(found, names, strict=True):
        assert sentence.startswith((f"{name}: ", f"{name} ("))


def test_a_changed_source_is_a_difference_until_it_is_written(
    project: Project, check: Callable[[Project], list[str]]
) -> None:
    source = project.file("policies/10_chat.sql")
    source.write_text(source.read_text().replace("using (true)", "using (last_position > 0)"))
    assert check(project) == [
        (
            'policy "mechanics see threads" on app.threads:'
            " the migrations (-) and the sources (+) differ.\n"
            "    - using true\n"
            "    + using (last_position > 0)"
        )
    ]
    migrate.write(project.root, "access")
    assert check(project) == []


def test_what_a_replay_would_drop_for_good_is_named(
    project: Project, check: Callable[[Project], list[str]]
) -> None:
    by_hand = project.file("migrations/20260101000001_by_hand.sql")
    by_hand.write_text("grant select on app.people to mechanic;")
    assert check(project)[-1] == (
        "grant on relation app.people to mechanic (select):"
        " hand-written migrations make it, replays do not."
    )


def test_the_supabase_cli_builds_the_same(
    project: Project, small_catalog: catalog.Catalog, new_hosted: NewDatabase
) -> None:
    migrate.write(project.root, "access")
    with new_hosted() as database:
        subprocess.run(
            [
                *SUPABASE,
                *("migration", "up", "--yes", "--workdir", str(project.root)),
                f"--remote={database.dsn()}?sslmode=disable",
            ],
            cwd=ROOT,
            env={**os.environ, "DO_NOT_TRACK": "1"},
            stdin=subprocess.DEVNULL,
            check=True,
        )
        assert catalog.read(database.dsn()) == small_catalog
        migrate.apply(database.dsn(), migrate.migrations(project.root))  # knows that all is done


# What write does


def test_functions_come_by_name_after_policies_by_number(project: Project) -> None:
    project.file("policies/100_last.sql").touch()
    assert [file.name for file in migrate.sources(project.root)] == [
        "10_chat.sql",
        "100_last.sql",
        "announce_message.sql",
        "copy_account.sql",
        "get_newest_messages.sql",
        "messages_to_skip.sql",
        "send_message.sql",
    ]


def test_only_generated_migrations_that_nobody_else_has_are_replaced(project: Project) -> None:
    def git(*arguments: str) -> None:
        author = ("-c", "user.name=Ada", "-c", "user.email=ada@localhost")
        subprocess.run(["git", *author, *arguments], cwd=project.root, check=True)

    by_hand, first = migrate.migrations(project.root)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message=shared")

    second, replaced = migrate.write(project.root, "second")
    assert replaced == []
    third, replaced = migrate.write(project.root, "third")
    assert replaced == [second]
    assert migrate.migrations(project.root) == [by_hand, first, third]

    git("add", ".")
    git("commit", "--quiet", "--message=not pushed")
    git("update-ref", "refs/remotes/origin/main", "HEAD^")
    fourth, replaced = migrate.write(project.root, "fourth")
    assert replaced == [third]
    fifth, replaced = migrate.write(project.root, "fifth", base="HEAD")
    assert replaced == [fourth]
    with pytest.raises(ValueError, match="no commit nowhere"):
        migrate.write(project.root, "sixth", base="nowhere")
    assert migrate.migrations(project.root) == [by_hand, first, fifth]


# What a replay clears and keeps


def test_a_replay_of_the_same_sources_changes_nothing(project: Project, small: Database) -> None:
    before = catalog.read(small.dsn())
    project.replay(small.dsn())
    assert catalog.read(small.dsn()) == before


def test_what_leaves_the_sources_leaves_the_database(project: Project, small: Database) -> None:
    for source in migrate.sources(project.root):
        source.unlink()
    project.replay(small.dsn())
    left = catalog.read(small.dsn())
    by_sources = {"function", "policy", "trigger", "view"}
    assert {
        key for key in left if key[0] in by_sources and re.search(r"\b(app|api)\.", key[1])
    } == {
        ("function", "app.folded(body text)"),  # an index needs it
        ("function", "app.is_polite(body text)"),  # a check
        ("function", "app.length_of(body text)"),  # a generated column
        ("function", "app.new_ticket()"),  # a default
    }
    assert ("trigger", "copy_account on auth.users") not in left
    assert not any("uploads" in name for kind, name in left if kind == "policy")
    assert not any(
        name.endswith((" to customer", " to mechanic"))
        for kind, name in left
        if kind.startswith("grant")
    )


def test_what_was_made_by_hand_in_our_schemas_is_cleared(project: Project, small: Database) -> None:
    before = catalog.read(small.dsn())
    with psycopg.connect(small.dsn()) as connection:
        connection.execute(
            """
            create type api.odd_type as (number integer);
            create view backend.odd_view as select id from app.people;
            create function app.odd_function() returns api.odd_type language sql as 'select row(1)';
            create function api.odd_function() returns integer language sql as 'select 1';
            create policy "odd policy" on app.people to public using (true);
            create trigger odd_trigger before update on app.people
                for each row execute function suppress_redundant_updates_trigger();
            grant select (name), delete on app.people to anon;
            grant usage on sequence app.ticket_numbers to anon;
            grant create on schema api to authenticated;
            comment on function api.messages_to_skip is 'odd';
            """
        )
    project.replay(small.dsn())
    assert catalog.read(small.dsn()) == before


@pytest.mark.parametrize(
    ("old", "new", "definition"),
    [
        ("returns integer", "returns bigint", "RETURNS bigint"),
        ("messages_to_skip()\n", "messages_to_skip(most integer default 9)\n", "most integer"),
        ("select 100", "select 99", "select 99"),
        ("    stable\n", "", "api.messages_to_skip()\n RETURNS integer\n LANGUAGE sql\n SET"),
    ],
    ids=["result", "arguments", "body", "volatility"],
)
def test_a_changed_function_takes_the_place_of_the_old(
    project: Project, small: Database, old: str, new: str, definition: str
) -> None:
    source = project.file("functions/messages_to_skip.sql")
    source.write_text(source.read_text().replace(old, new, 1))
    project.replay(small.dsn())
    (now,) = (
        text
        for (kind, name), text in catalog.read(small.dsn()).items()
        if kind == "function" and name.startswith("api.messages_to_skip")
    )
    assert definition in now


def test_what_is_not_ours_stays_on_the_platforms_tables(project: Project, small: Database) -> None:
    with psycopg.connect(small.dsn()) as connection:
        connection.execute(
            'create policy "by hand" on storage.objects for select to authenticated using (false)'
        )
    project.replay(small.dsn())
    left = catalog.read(small.dsn())
    assert ("policy", '"by hand" on storage.objects') in left
    assert ("policy", '"customers read their uploads" on storage.objects') in left
    assert ("trigger", "announce_message on realtime.messages") in left  # the local stack's


def test_what_needs_an_object_of_ours_stops_the_replay(project: Project, small: Database) -> None:
    with psycopg.connect(small.dsn()) as connection:
        connection.execute("create view public.copies as select body from api.messages")
    before = catalog.read(small.dsn())
    with pytest.raises(psycopg.errors.DependentObjectsStillExist) as refusal:
        project.replay(small.dsn())
    assert refusal.value.diag.message_primary == (
        "nothing has changed: cannot drop view api.messages because other objects depend on it"
    )
    assert refusal.value.diag.message_detail == "view copies depends on view api.messages"
    assert catalog.read(small.dsn()) == before


# A replay that fails


@pytest.mark.parametrize(
    "broken",
    [
        "create policy nonsense on app.people for select to customer using (no_such_column);",
        (
            "create function app.nonsense() returns integer language sql set search_path = ''"
            " as 'select app.no_such_function()';"
        ),
        (
            "create function app.nonsense() returns integer language plpgsql set search_path = ''"
            " as 'begin return 1';"
        ),
        "select 1 / 0;",
    ],
    ids=["policy", "SQL function", "PL/pgSQL function", "statement"],
)
def test_a_failed_replay_leaves_the_database_as_it_was(
    project: Project, small: Database, broken: str
) -> None:
    history = "select * from supabase_migrations.schema_migrations"
    project.file("functions/zz_broken.sql").write_text(broken)
    with psycopg.connect(small.dsn(), autocommit=True) as connection:
        versions = connection.execute(history).fetchall()
        before = catalog.read(small.dsn())
        with pytest.raises(psycopg.Error) as failure:
            project.replay(small.dsn())
        assert "_access.sql" in failure.value.__notes__[0]
        assert catalog.read(small.dsn()) == before
        assert connection.execute(history).fetchall() == versions


def test_without_a_lock_nothing_changes_and_the_holder_is_named(
    project: Project, small: Database
) -> None:
    before = catalog.read(small.dsn())
    impatient = make_conninfo(small.dsn(), options="-c lock_timeout=200ms")
    with psycopg.connect(small.dsn(), application_name="ada's console") as holder:
        holder.execute("select name from app.people")
        with pytest.raises(psycopg.errors.LockNotAvailable) as failure:
            project.replay(impatient)
        assert re.fullmatch(
            r"nothing has changed: no lock on app\.people within 0\.2 s, held by process"
            rf" {holder.info.backend_pid} \(role postgres, application \"ada's console\","
            r" idle in transaction, last query began 20\d\d-.*\)",
            failure.value.diag.message_primary or "",
        )
    assert catalog.read(small.dsn()) == before


# A replay under traffic


class Persona:
    """One person's connection, used as the Data API uses its own: a role and an id per request."""

    def __init__(self, database: Database, person: str) -> None:
        self.person = person
        self.connection = psycopg.connect(database.dsn(SUPERUSER), autocommit=True)

    def request(self, query: str, **arguments: str) -> list[tuple[object, ...]]:
        """The rows that a customer gets. Raises psycopg.Error."""
        with self.connection.transaction():
            self.connection.execute("set local role customer")
            self.connection.execute("select set_config('app.person_id', %s, true)", [self.person])
            return self.connection.execute(query.encode(), arguments).fetchall()

    def send(self) -> int:
        ((position,),) = self.request(
            "select position from api.send_message(%(me)s, 'hello')", me=self.person
        )
        assert isinstance(position, int)
        return position

    def read(self) -> list[tuple[object, ...]]:
        return self.request(
            "select customer_id::text, position from api.messages order by position"
        )


def wait_until(database: Database, condition: str, *arguments: object) -> None:
    """Return when the query gives a row. Raises TimeoutError."""
    with psycopg.connect(database.dsn(SUPERUSER), autocommit=True) as observer:
        deadline = time.monotonic() + PATIENCE_S
        while observer.execute(condition.encode(), arguments).fetchone() is None:
            if time.monotonic() > deadline:
                raise TimeoutError(condition)
            time.sleep(0.005)


WAITS_FOR_TABLE = """
    select from pg_locks where not granted and pid = coalesce(%s, pid) and relation = %s::regclass
"""
WAITS_FOR_TEST = "select from pg_locks where not granted and locktype = 'advisory'"


@pytest.fixture
def chat(small: Database) -> Database:
    """The small project's database, with two people and a thread each."""
    with psycopg.connect(small.dsn()) as connection:
        connection.execute(DISCUSS.encode())
    return small


def test_requests_in_the_middle_of_a_replay_wait_and_succeed(
    project: Project, chat: Database
) -> None:
    halfway = project.file("policies/05_halfway.sql")  # the stage is clear, nothing is back yet
    halfway.write_text("select pg_advisory_xact_lock(1);")
    ana, ben = (Persona(chat, person) for person in PEOPLE)
    assert (ana.send(), ben.send()) == (1, 1)

    with ThreadPoolExecutor() as pool, psycopg.connect(chat.dsn()) as gate:
        gate.execute("select pg_advisory_xact_lock(1)")
        replay = pool.submit(project.replay, chat.dsn())
        wait_until(chat, WAITS_FOR_TEST)
        sent, read = pool.submit(ana.send), pool.submit(ben.read)
        wait_until(chat, WAITS_FOR_TABLE, ana.connection.info.backend_pid, "app.threads")
        wait_until(chat, WAITS_FOR_TABLE, ben.connection.info.backend_pid, "api.messages")
        gate.rollback()
        replay.result(PATIENCE_S)
        assert sent.result(PATIENCE_S) == 2
        assert read.result(PATIENCE_S) == [(BEN, 1)]


def test_a_request_that_stands_in_the_way_is_let_through(project: Project, chat: Database) -> None:
    ana = Persona(chat, ANA)
    with ThreadPoolExecutor() as pool:
        with ana.connection.transaction():
            ana.connection.execute("select id from app.threads for share")
            replay = pool.submit(project.replay, chat.dsn())
            wait_until(chat, WAITS_FOR_TABLE, None, "app.threads")
            # The replay holds messages and wants threads; now this waits for messages.
            assert ana.send() == 1
        replay.result(PATIENCE_S)


def test_a_replay_under_traffic_loses_nothing(project: Project, chat: Database) -> None:
    replays_over = threading.Event()

    def write(person: str) -> int:
        persona = Persona(chat, person)
        positions = []
        while not replays_over.is_set():
            positions.append(persona.send())
        assert positions == list(range(1, len(positions) + 1))
        return len(positions)

    def read(person: str) -> int:
        persona = Persona(chat, person)
        seen = 0
        while not replays_over.is_set():
            rows = persona.read()
            assert rows == [(person, position) for position in range(1, len(rows) + 1)]
            assert len(rows) >= seen
            seen = len(rows)
        return seen

    with ThreadPoolExecutor() as pool:
        writers = [pool.submit(write, person) for person in PEOPLE]
        readers = [pool.submit(read, person) for person in PEOPLE]
        try:
            for _ in range(5):
                project.replay(chat.dsn())
        finally:
            replays_over.set()
        sent = {person: writer.result() for person, writer in zip(PEOPLE, writers, strict=True)}
        assert all(reader.result() > 0 for reader in readers)
    for person in PEOPLE:
        assert len(Persona(chat, person).read()) == sent[person] > 0


class Caller:
    """Somebody of the test world who calls the Data API."""

    def __init__(self, platform: Platform, persona: str, name: str, thread: str) -> None:
        with psycopg.connect(platform.dsn()) as connection:
            rows = connection.execute("select tests.id(%s), tests.id(%s)", [name, thread])
            person, self.thread = (str(value) for value in rows.fetchone() or ())
        claims = {"sub": person, "role": persona, "aud": "authenticated", "exp": time.time() + 600}
        token = jwt.encode(claims, platform.keys.jwt_secret)
        self.client = httpx.Client(
            base_url=f"{platform.url}/rest/v1",
            headers={
                "apikey": platform.publishable_key,
                "Authorization": f"Bearer {token}",
                "Accept-Profile": "api",
                "Content-Profile": "api",
            },
            timeout=PATIENCE_S,
        )

    def send(self, number: int) -> None:
        message = {"thread_id": self.thread, "body": f"number {number}"}
        message["client_message_id"] = str(uuid.uuid4())
        answer = self.client.post("/rpc/send_message", json=message)
        assert answer.status_code == 200, answer.text

    def read(self) -> list[str]:
        query = {"select": "body", "thread_id": f"eq.{self.thread}", "order": "position.desc"}
        answer = self.client.get("/messages", params=query)
        assert answer.status_code == 200, answer.text
        return [row["body"] for row in answer.json()]


def test_chat_over_http_loses_nothing_under_replays(new_database: NewDatabase) -> None:
    replays_over = threading.Event()
    replay = migrate.replay_text(ROOT).encode()

    def talk(caller: Caller) -> int:
        number = 0
        while not replays_over.is_set():
            number += 1
            caller.send(number)
            assert f"number {number}" in caller.read()
        return number

    def pry(caller: Caller) -> int:
        number = 0
        while not replays_over.is_set():
            number += 1
            assert caller.read() == []
        return number

    with (
        new_database() as clone,
        scratch.platform(clone) as platform,
        psycopg.connect(clone.dsn(), autocommit=True) as owner,
        ThreadPoolExecutor() as pool,
    ):
        owner.execute("update app.limits set most = 1000000")
        ana, max_, zoe, ben = (
            Caller(platform, persona, name, "ana active thread")
            for persona, name in (
                ("customer", "ana"),
                ("mechanic", "max"),
                ("mechanic", "zoe"),
                ("customer", "ben"),
            )
        )
        before = len(ana.read())
        talks = [pool.submit(talk, caller) for caller in (ana, max_)]
        pries = [pool.submit(pry, caller) for caller in (zoe, ben)]
        try:
            for _ in range(5):
                owner.execute(replay)
        finally:
            replays_over.set()
        sent = [done.result(PATIENCE_S) for done in talks]
        assert min(sent) > 0
        assert all(done.result(PATIENCE_S) > 0 for done in pries)
        assert len(ana.read()) == len(max_.read()) == before + sum(sent)
