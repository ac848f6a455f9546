"""A gateway over a scratch database, and a client that shows every frame as it came."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
import psycopg
from aiohttp import web

from local.relay.gateway import Config, Gateway
from local.relay.tokens import Tokens
from local.scratch import Database

SECRET = "a secret that is long enough for every algorithm: 0123456789abcdef0123456789"
PUBLISHABLE, SECRET_KEY = "sb_publishable_scratch", "sb_secret_scratch"

# Who may do what is a row here, so that a test changes it with one statement.
POLICIES = """
    create table public.access (person text, topic text, extension text, command text);
    create policy "people receive what they have access to"
        on realtime.messages for select to authenticated
        using (
            exists (
                select
                from public.access
                where person = current_setting('request.jwt.claim.sub')
                    and access.topic = realtime.topic()
                    and access.extension = messages.extension
                    and command = 'read'
            )
        );
    create policy "people send what they have access to"
        on realtime.messages for insert to authenticated
        with check (
            exists (
                select
                from public.access
                where person = current_setting('request.jwt.claim.sub')
                    and access.topic = messages.topic
                    and access.extension = messages.extension
                    and command = 'write'
            )
        );
"""


def token(person: str = "ana", **claims: object) -> str:
    """A token for `person`, role authenticated, good for an hour unless `claims` say otherwise.

    A claim that is None is left out.
    """
    said = {"sub": person, "role": "authenticated", "exp": time.time() + 3600, **claims}
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said | {"jti": str(uuid.uuid4())}, SECRET, "HS256")


@dataclass
class Frame:
    """A frame from the server, in either version; `join_ref` is None in 1.0.0."""

    topic: str
    event: str
    payload: dict[str, Any]
    ref: str | None
    join_ref: str | None = None


class Wire:
    """One raw socket."""

    def __init__(self, websocket: aiohttp.ClientWebSocketResponse, version: str) -> None:
        self.websocket = websocket
        self.version = version
        self._ref = 0

    async def push(
        self, topic: str, event: str, payload: object, *, join_ref: str | None = None
    ) -> str:
        """Send a frame under a fresh ref, and return that."""
        self._ref += 1
        ref = str(self._ref)
        if self.version == "1.0.0":
            names = {"topic": topic, "event": event, "ref": ref, "join_ref": join_ref}
            await self.websocket.send_json(names | {"payload": payload})
        else:
            await self.websocket.send_json([join_ref, ref, topic, event, payload])
        return ref

    async def receive(self) -> Frame:
        """The next frame; fails after five seconds, or when the socket is closed."""
        message = await self.websocket.receive(timeout=5)
        if message.type == aiohttp.WSMsgType.BINARY:
            return _user_broadcast(message.data)
        assert message.type == aiohttp.WSMsgType.TEXT, message
        data = json.loads(message.data)
        if self.version == "1.0.0":
            assert set(data) == {"topic", "event", "payload", "ref"}
            return Frame(**data)
        join_ref, ref, topic, event, payload = data
        return Frame(topic, event, payload, ref, join_ref)

    async def join(
        self, topic: str, access_token: str | None = None, *, private: bool = True, **config: object
    ) -> Frame:
        """Join `topic`; returns the answer, which must be the next frame."""
        payload = {"config": {"private": private, **config}, "access_token": access_token}
        ref = await self.push(f"realtime:{topic}", "phx_join", payload, join_ref="j")
        answer = await self.receive()
        assert (answer.event, answer.ref) == ("phx_reply", ref)
        return answer

    async def nothing_more(self) -> None:
        """Fails if a frame was sent before now: the answer to a heartbeat has to be the next one."""
        ref = await self.push("phoenix", "heartbeat", {})
        answer = await self.receive()
        assert (answer.event, answer.ref) == ("phx_reply", ref), answer


def broadcast_push(topic: str, event: str, content: bytes, *, encoding: int) -> bytes:
    """A client's user broadcast as supabase-js frames it."""
    names = [name.encode() for name in ("j", "77", f"realtime:{topic}", event, "")]
    return bytes([3, *map(len, names), encoding]) + b"".join(names) + content


def _user_broadcast(data: bytes) -> Frame:
    kind, topic_size, event_size, meta_size, encoding = data[:5]
    assert kind == 4
    rest = data[5:]
    topic, rest = rest[:topic_size].decode(), rest[topic_size:]
    event, rest = rest[:event_size].decode(), rest[event_size:]
    meta, content = rest[:meta_size], rest[meta_size:]
    payload = {
        "type": "broadcast",
        "event": event,
        "payload": json.loads(content) if encoding == 1 else content,
        **({"meta": json.loads(meta)} if meta else {}),
    }
    return Frame(topic, "broadcast", payload, None)


class Relay:
    """A running gateway, its scratch database, and whoever connects."""

    def __init__(self, gateway: Gateway, database: Database, url: str) -> None:
        self.gateway = gateway
        self.url = url
        self.http = aiohttp.ClientSession(url)
        self._database = database

    async def connect(self, version: str = "2.0.0", key: str = PUBLISHABLE) -> Wire:
        """A new socket."""
        websocket = await self.http.ws_connect(
            "/realtime/v1/websocket", params={"apikey": key, "vsn": version}, max_msg_size=0
        )
        return Wire(websocket, version)

    async def database(self) -> psycopg.AsyncConnection[Any]:
        """A connection as `postgres`, which passes every policy; in autocommit."""
        return await psycopg.AsyncConnection.connect(self._database.dsn(), autocommit=True)

    async def execute(self, statement: str, *arguments: object) -> None:
        """Execute and commit one statement as `postgres`."""
        async with await self.database() as connection:
            await connection.execute(statement, arguments)

    async def allow(
        self, person: str, topic: str, *commands: str, extension: str = "broadcast"
    ) -> None:
        """Let `person` read, or write, on `topic`."""
        for command in commands:
            await self.execute(
                "insert into public.access values (%s, %s, %s, %s)",
                *(person, topic, extension, command),
            )

    async def send(self, topic: str, event: str = "said", **payload: object) -> None:
        """Broadcast from the database."""
        await self.execute("select realtime.send(%s, %s, %s)", json.dumps(payload), event, topic)

    async def until_healthy(self) -> Mapping[str, str]:
        """Wait, at most ten seconds, until the relay hears the database."""
        async with asyncio.timeout(10):
            while True:
                health = await (await self.http.get("/realtime/v1/health")).json()
                if health["database"] == "up":
                    return dict(health)
                await asyncio.sleep(0.02)


@asynccontextmanager
async def running(
    database: Database, *, private_only: bool = True, data_api_url: str = "http://127.0.0.1:9"
) -> AsyncIterator[Relay]:
    """A gateway on a free port, listening to `database`."""
    config = Config(
        port=0,
        data_api_url=data_api_url,
        database_url=database.dsn("realtime_relay"),
        tokens=Tokens(SECRET, PUBLISHABLE, SECRET_KEY),
        private_only=private_only,
    )
    gateway = Gateway(config)
    runner = web.AppRunner(gateway.application(), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    relay = Relay(gateway, database, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        await relay.until_healthy()
        yield relay
    finally:
        await runner.cleanup()
        await relay.http.close()
