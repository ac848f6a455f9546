"""The people of the story: each one a client with their own token, and what they were answered."""

import asyncio
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from postgrest.exceptions import APIError
from realtime.types import BroadcastPayload, RealtimeChannelConfig
from supabase import Client, ClientOptions, acreate_client, create_client
from supabase.lib.client_options import AsyncClientOptions

from demo import stripe_events
from demo.stage import PASSWORD
from local.scratch import Platform

PATIENCE_S = 20  # until something that another process does has not happened

Row = dict[str, Any]

PRIVATE: RealtimeChannelConfig = {
    "broadcast": {"ack": False, "self": False},
    "presence": {"key": "", "enabled": False},
    "private": True,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One request of one person: rows, or a refusal with its code."""

    who: str
    asks: str
    rows: list[Row] = field(default_factory=list)
    refused: str | None = None
    says: str | None = None


@dataclass(slots=True)
class Chapter:
    """A numbered part of the story."""

    number: int
    title: str
    scenes: list[Scene] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Person:
    """A signed-in persona. Every question and answer is a scene of the current chapter."""

    def __init__(self, platform: Platform, name: str, tell: Callable[[Scene], None]) -> None:
        self.platform = platform
        self.name = name
        self.tell = tell
        self.client: Client = create_client(
            platform.url, platform.publishable_key, ClientOptions(schema="api")
        )
        signed_in = self.client.auth.sign_in_with_password(
            {"email": f"{name}@theautodoctor.test", "password": PASSWORD}
        )
        assert signed_in.session and signed_in.user
        self.token = signed_in.session.access_token
        self.id = signed_in.user.id
        self.persona = str(signed_in.user.role)

    @property
    def who(self) -> str:
        return f"{self.name}, {self.persona.replace('_', ' ')}"

    def read(
        self, view: str, columns: str = "*", show: bool = True, order: str = "", **equal: Any
    ) -> list[Row]:
        """Rows of a view, by equality filters. Raises APIError when refused."""
        query = self.client.table(view).select(columns)
        for column, value in equal.items():
            query = query.eq(column, value)
        if order:
            query = query.order(order)
        rows: list[Row] = query.execute().data  # type: ignore[assignment]
        if show:
            self.tell(Scene(self.who, asked(view, columns, equal), rows))
        return rows

    def do(self, function: str, show: bool = True, **arguments: Any) -> Any:
        """What a function returns. Raises APIError when refused."""
        result = self.client.rpc(function, arguments).execute().data
        if show:
            shown = result if isinstance(result, dict) else {"result": result}
            self.tell(Scene(self.who, f"{function}({spelled(arguments)})", [shown]))
        return result

    def is_refused(self, asks: str, request: Callable[[], object]) -> None:
        """Make a request that must fail, and tell with which code. AssertionError if it does not."""
        try:
            answer = request()
        except APIError as error:
            self.tell(Scene(self.who, asks, refused=error.code, says=error.message))
        else:
            raise AssertionError(f"{self.who} was answered: {answer}")

    def post(self, path: str, body: Row) -> tuple[int, Row]:
        """The service's answer to a request with this person's token: status and JSON."""
        return post(
            self.platform.service_url + path,
            json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )

    def listen(self, topic: str, meanwhile: Callable[[], object], until: str) -> Row:
        """What arrives on a private topic while something happens: the first payload of that event."""
        return asyncio.run(self._listen(topic, meanwhile, until))

    async def _listen(self, topic: str, meanwhile: Callable[[], object], until: str) -> Row:
        client = await acreate_client(
            self.platform.url, self.platform.publishable_key, AsyncClientOptions(schema="api")
        )
        await client.realtime.set_auth(self.token)
        joined: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        heard: asyncio.Future[Row] = asyncio.get_running_loop().create_future()
        channel = client.channel(topic, {"config": PRIVATE})

        def hear(message: BroadcastPayload) -> None:
            if not heard.done():
                heard.set_result(dict(message["payload"]))

        def answered(state: Any, error: Exception | None) -> None:
            if not joined.done():
                joined.set_result(str(error) if error else str(state))

        channel.on_broadcast(until, hear)
        await channel.subscribe(answered)
        try:
            answer = await asyncio.wait_for(joined, PATIENCE_S)
            if "SUBSCRIBED" not in answer:
                raise PermissionError(answer)
            await asyncio.to_thread(meanwhile)
            return await asyncio.wait_for(heard, PATIENCE_S)
        finally:
            await client.realtime.close()


def forge(platform: Platform, tell: Callable[[Scene], None]) -> None:
    """A stranger says that something was paid; the service's answer is told."""
    event = stripe_events.event("charge.succeeded", {}, id="evt_forged")
    body = stripe_events.body(event)
    header = stripe_events.signature(body, "whsec_guessed", time.time())
    status, answer = post(
        f"{platform.service_url}/stripe/webhook", body, {"Stripe-Signature": header}
    )
    if status == 200:
        raise AssertionError("a forged event was taken")
    asks = f"POST /stripe/webhook  {event['type']}"
    tell(Scene("a stranger", asks, refused=str(status), says=answer["code"]))


def press_pay(page: str) -> tuple[str, str]:
    """What a browser does on the payment page: the warning that stands there, and where it leads."""
    with urllib.request.urlopen(page, timeout=PATIENCE_S) as answer:
        [warning] = re.findall(r"<strong>(.+?)</strong>", answer.read().decode())
    pressed = urllib.parse.urlencode({"do": "pay"}).encode()
    with urllib.request.urlopen(page, pressed, timeout=PATIENCE_S) as answer:
        return warning, answer.url


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[int, Row]:
    """Status and JSON of an answer, whatever the status."""
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            text = answer.read()
            return answer.status, json.loads(text or b"{}")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


def eventually(ready: Callable[[], Any]) -> Any:
    """The first true answer; TimeoutError when there is none in time."""
    deadline = time.monotonic() + PATIENCE_S
    while not (answer := ready()):
        if time.monotonic() > deadline:
            raise TimeoutError("what was waited for did not happen")
        time.sleep(0.05)
    return answer


def asked(view: str, columns: str, equal: Row) -> str:
    """The request as a reader of PostgREST would write it, ids shortened."""
    filters = "".join(f"&{column}=eq.{short(value)}" for column, value in equal.items())
    return f"GET {view}?select={columns}{filters}"


def spelled(arguments: Row) -> str:
    """Arguments of a call, ids shortened."""
    return ", ".join(f"{name} => {short(value)}" for name, value in arguments.items())


def short(value: object) -> str:
    """The value; of an id the first group, of a list its length."""
    text = str(value)
    try:
        return f"{uuid.UUID(text).hex[:8]}…"
    except ValueError:
        return (
            f"[{len(value)}]"
            if isinstance(value, list) and value and isinstance(value[0], dict)
            else text
        )
