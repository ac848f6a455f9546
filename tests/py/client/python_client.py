"""What supabase-py sees: each function plays one scene and returns it. javascript_client.mjs plays the same."""

import asyncio
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from postgrest import CountMethod
from postgrest.exceptions import APIError
from realtime import AsyncRealtimeChannel, RealtimeSubscribeStates
from storage3.exceptions import StorageApiError
from supabase import AsyncClient, AsyncClientOptions, acreate_client
from supabase_auth.errors import AuthApiError

Login = Mapping[str, str]  # email, password
Scene = dict[str, Any]

PATIENCE_S = 20


async def _client(url: str, key: str, login: Login | None = None) -> AsyncClient:
    client = await acreate_client(url, key, AsyncClientOptions(schema="api"))
    if login:
        await client.auth.sign_in_with_password(dict(login))  # type: ignore[arg-type]
    return client


def _data(response: Any) -> Any:
    return response.data


def _role(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})["role"]


async def _code(call: Any) -> str | None:
    """The code of the error that a call ends with; None if it succeeds."""
    try:
        await call
    except (APIError, AuthApiError, StorageApiError) as error:
        return str(error.code)
    return None


async def _new_token(client: AsyncClient) -> str:
    """Refresh until the token is another: within a second Auth may give the same again."""
    session = await client.auth.get_session()
    assert session
    while True:
        renewed = (await client.auth.refresh_session()).session
        assert renewed
        if renewed.access_token != session.access_token:
            return renewed.access_token
        await asyncio.sleep(0.2)


async def account(url: str, key: str, login: Login) -> Scene:
    """Sign up, use the account, refresh, sign out, sign in; a wrong password."""
    client = await _client(url, key)
    signed_up = await client.auth.sign_up(dict(login))  # type: ignore[arg-type]
    assert signed_up.session, "sign-ups must not wait for e-mail confirmation here"
    own = await client.table("my_account").select("persona, email").execute()
    renewed = await _new_token(client)
    again = await client.table("my_account").select("persona, email").execute()
    await client.auth.sign_out()
    signed_out = await _code(client.table("my_account").select("persona").execute())
    signed_in = await client.auth.sign_in_with_password(dict(login))  # type: ignore[arg-type]
    assert signed_in.session
    tokens = (signed_up.session.access_token, renewed, signed_in.session.access_token)
    return {
        "roles": [_role(token) for token in tokens],
        "own": own.data,
        "after_refresh": again.data,
        "signed_out": signed_out,
        "wrong_password": await _code(
            client.auth.sign_in_with_password({"email": login["email"], "password": "wrong"})
        ),
    }


async def data(url: str, key: str, customer: Login, thread_id: str) -> Scene:
    """Select, filter, count, call; and what is refused."""
    client = await _client(url, key, customer)
    threads = client.table("customer_threads")
    found = await threads.select("id, party, is_open").eq("id", thread_id).execute()
    message = {
        "thread_id": thread_id,
        "body": "It grinds. Call me at 217-555-0100!",
        "client_message_id": str(uuid.uuid4()),
    }
    sent = _data(await client.rpc("send_message", message).execute())
    stored = (
        await client.table("messages")
        .select("body, sender", count=CountMethod.exact)
        .eq("thread_id", thread_id)
        .eq("position", sent["position"])
        .execute()
    )
    return {
        "threads": found.data,
        "sent": sent,
        "stored": stored.data,
        "count": stored.count,
        "sent_again": (await client.rpc("send_message", message).execute()).data,
        "no_such_thread": await _code(
            client.rpc("send_message", message | {"thread_id": str(uuid.uuid4())}).execute()
        ),
        "hidden_column": await _code(threads.select("customer_id").execute()),
        "other_schema": await _code(client.schema("app").table("threads").select("id").execute()),
    }


async def media(url: str, key: str, customer: Login, stranger: Login, session_id: str) -> Scene:
    """A registered photo is uploaded and read back by its owner; nothing else is."""
    client, other = await _client(url, key, customer), await _client(url, key, stranger)
    registered = await client.rpc(
        "register_media", {"session_id": session_id, "kind": "photo"}
    ).execute()
    another = await client.rpc(
        "register_media", {"session_id": session_id, "kind": "photo"}
    ).execute()
    path, photo = str(registered.data), bytes(range(256)) * 40
    bucket = client.storage.from_("quarantine")
    image = {"content-type": "image/png"}
    await bucket.upload(path, photo, image)  # type: ignore[arg-type]
    return {
        "same": await bucket.download(path) == photo,
        "unregistered": await _refused(bucket.upload(path + "x", photo, image)),  # type: ignore[arg-type]
        "twice": await _refused(bucket.upload(path, photo, image)),  # type: ignore[arg-type]
        "stranger": await _refused(other.storage.from_("quarantine").download(path)),
        "signed": [
            await _refused(bucket.create_signed_url(path, 60)),
            await _refused(bucket.create_signed_upload_url(str(another.data))),
        ],
    }


async def _refused(call: Any) -> bool:
    return await _code(call) is not None


class Listener:
    """One channel, everything it heard, and what became of it."""

    def __init__(self, client: AsyncClient, topic: str) -> None:
        self.broadcasts: list[Scene] = []
        self.refusal: str | None = None
        self._client = client
        self._status: str | None = None
        self._is_ready = False
        self._change = asyncio.Condition()
        self._notifying: set[asyncio.Task[None]] = set()
        self.channel: AsyncRealtimeChannel = client.channel(
            topic,
            {
                "config": {
                    "private": True,
                    "broadcast": {"ack": True, "replication_ready": True},
                    "presence": None,
                }
            },
        )
        self.channel.on_broadcast("*", self._on_broadcast)
        self.channel.on_system(self._on_system)

    async def join(self) -> str:
        """`SUBSCRIBED` once broadcasts flow, or the reason of the refusal."""
        await self.channel.subscribe(self._on_status)
        await self.until(lambda: self._is_ready or self.refusal is not None)
        if self.refusal:
            await self._client.remove_channel(self.channel)  # it would try again
        return self.refusal or str(self._status)

    async def until_closed(self) -> str:
        """What the server said before it closed the channel."""
        await self.until(lambda: self._status == "CLOSED")
        return str(self.refusal)

    async def until(self, fulfilled: Callable[[], bool]) -> None:
        """Wait for something to become true; fails after twenty seconds."""
        async with asyncio.timeout(PATIENCE_S), self._change:
            await self._change.wait_for(fulfilled)

    def _on_broadcast(self, payload: Any) -> None:
        self.broadcasts.append({"event": payload["event"], "payload": payload["payload"]})
        self._notify()

    def _on_system(self, payload: Any) -> None:
        self._is_ready = payload.message == "Replication connection established"
        self._notify()

    def _on_status(self, status: RealtimeSubscribeStates, error: Exception | None) -> None:
        self._status = status.value
        if error:
            said = json.loads(str(error))
            self.refusal = said.get("reason") or said.get("message")
        self._notify()

    def _notify(self) -> None:
        async def notify() -> None:
            async with self._change:
                self._change.notify_all()

        task = asyncio.create_task(notify())
        self._notifying.add(task)
        task.add_done_callback(self._notifying.discard)


async def chat(
    url: str,
    key: str,
    customer: Login,
    mechanic: Login,
    stranger: Login,
    thread: Mapping[str, str],
    session_id: str,
) -> Scene:
    """Both parties hear a message, a stranger may not join, and who loses the session is cut off."""
    clients = [await _client(url, key, login) for login in (customer, mechanic, stranger)]
    ana, max_, other = clients
    of_ana, of_max = Listener(ana, thread["topic"]), Listener(max_, thread["topic"])
    own = _data(await ana.table("my_account").select("id").execute())[0]["id"]
    person = Listener(ana, f"person:{own}")
    joined = [await listener.join() for listener in (of_ana, of_max, person)]
    denied = await Listener(other, thread["topic"]).join()

    # A client's own broadcast goes nowhere; a message goes to both, its author included.
    await of_ana.channel.send_broadcast("message", {"body": "217-555-0100", "id": "forged"})
    message = {
        "thread_id": thread["id"],
        "body": "Since when does it grind?",
        "client_message_id": str(uuid.uuid4()),
    }
    await max_.rpc("send_message", message).execute()
    for listener in (of_ana, of_max):
        await listener.until(lambda listener=listener: bool(listener.broadcasts))  # type: ignore[misc]

    await max_.rpc("hand_back_session", {"session_id": session_id}).execute()
    await person.until(lambda: any(b["event"] == "thread_changed" for b in person.broadcasts))
    await max_.realtime.set_auth(await _new_token(max_))
    scene = {
        "joined": joined,
        "denied": denied,
        "heard": [listener.broadcasts for listener in (of_ana, of_max)],
        "told": [
            b["payload"]["thread_id"] for b in person.broadcasts if b["event"] == "thread_changed"
        ],
        "revoked": await of_max.until_closed(),
        "denied_again": await Listener(max_, thread["topic"]).join(),
    }
    for client in clients:
        await client.remove_all_channels()
    return scene
