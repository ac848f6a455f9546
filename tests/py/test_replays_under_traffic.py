"""A replay disturbs nobody: requests wait for it, and none is lost."""

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import jwt
import psycopg
import pytest

from local import scratch
from local.cluster import SUPERUSER
from local.scratch import Database, Platform
from tests.py.small_projects import NewDatabase, Project
from tools import migrate

pytest_plugins = ["tests.py.small_project_fixtures"]

ROOT = Path(__file__).resolve().parent.parent.parent
ANA = "00000000-0000-4000-8000-00000000000a"
BEN = "00000000-0000-4000-8000-00000000000b"
PEOPLE = (ANA, BEN)  # each has one thread, with the same id
DISCUSS = f"""
    insert into app.people (id, name) values ('{ANA}', 'Ana'), ('{BEN}', 'Ben');
    insert into app.threads (id, customer_id) values ('{ANA}', '{ANA}'), ('{BEN}', '{BEN}');
"""
PATIENCE_S = 20  # for what takes milliseconds


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
