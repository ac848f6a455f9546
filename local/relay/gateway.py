"""One origin for the clients: Realtime's websocket and HTTP routes here, REST, Auth and Storage from the Data API."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp import hdrs, web
from psycopg_pool import AsyncConnectionPool

from local.relay.authorization import Authorization
from local.relay.channels import Project, Socket
from local.relay.feed import Feed
from local.relay.frames import is_name
from local.relay.proxy import DataApi
from local.relay.tokens import Claims, Refused, Tokens

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

FRAME_BYTES = 5_000_000
PAYLOAD_BYTES = 3_000_500
VARIABLES = (
    "GATEWAY_PORT",
    "DATA_API_URL",
    "DATABASE_URL",
    "JWT_SECRET",
    "PUBLISHABLE_KEY",
    "SECRET_KEY",
)


@dataclass(frozen=True, slots=True)
class Config:
    """Where the gateway stands, and between whom."""

    port: int
    data_api_url: str
    database_url: str  # for role realtime_relay
    tokens: Tokens
    private_only: bool

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Raises ValueError naming every variable that is missing."""
        if missing := [name for name in VARIABLES if not environment.get(name)]:
            raise ValueError(f"missing in the environment: {', '.join(missing)}")
        port, data_api_url, database_url, *secrets = (environment[name] for name in VARIABLES)
        return cls(
            int(port),
            data_api_url,
            database_url,
            Tokens(*secrets),
            environment.get("PRIVATE_ONLY", "1") != "0",
        )


class Gateway:
    """The handlers, and what they share while the application runs."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._pool = AsyncConnectionPool(
            config.database_url,
            min_size=1,
            max_size=8,
            timeout=5,  # seconds a join waits for a connection
            kwargs={"autocommit": True},
            check=AsyncConnectionPool.check_connection,
            open=False,
        )
        self._project = Project(config.tokens, Authorization(self._pool), config.private_only)
        self._feed = Feed(config.database_url, self._project.rooms)
        self._data_api = DataApi(config.data_api_url)
        self._websockets: set[web.WebSocketResponse] = set()

    def application(self) -> web.Application:
        """The application to run."""
        application = web.Application(client_max_size=PAYLOAD_BYTES, middlewares=[answer_preflight])
        application.on_response_prepare.append(allow_every_origin)
        application.on_shutdown.append(self._close_websockets)
        application.cleanup_ctx.append(self._running)
        realtime = "/realtime/v1"
        application.add_routes(
            [
                web.get(f"{realtime}/health", self.health),
                web.get(f"{realtime}/websocket", self.websocket),
                web.post(f"{realtime}/api/broadcast", self.send_messages),
                web.post(f"{realtime}/api/broadcast/{{topic}}/events/{{event}}", self.send_event),
                *(
                    web.route("*", f"/{api}/v1{{tail:(/.*)?}}", self._data_api.forward)
                    for api in ("rest", "auth", "storage")
                ),
                web.route("*", "/{tail:.*}", not_found),
            ]
        )
        return application

    async def _running(self, _: web.Application) -> AsyncIterator[None]:
        """Connections to the database and to the Data API, from start to end."""
        async with self._pool, self._data_api:
            feed = asyncio.create_task(self._feed.run())
            yield
            feed.cancel()

    async def _close_websockets(self, _: web.Application) -> None:
        going = [w.close(code=aiohttp.WSCloseCode.GOING_AWAY) for w in self._websockets]
        await asyncio.gather(*going, return_exceptions=True)

    async def health(self, _: web.Request) -> web.Response:
        """200 when database and Data API are within reach, else 503; either way who is up."""
        parts = {
            "relay": True,
            "database": self._feed.is_listening,
            "data_api": await self._data_api.is_up(),
        }
        return web.json_response(
            {part: "up" if is_up else "down" for part, is_up in parts.items()},
            status=200 if all(parts.values()) else 503,
        )

    async def websocket(self, request: web.Request) -> web.StreamResponse:
        """One client's socket; 401 and the reason where its key is refused."""
        key = request.headers.get("x-api-key") or request.query.get("apikey")
        if not key:
            return web.json_response({"error": "API key is missing"}, status=401)
        try:
            self._config.tokens.claims(key)
        except Refused as refusal:
            expired = "Token has expired"
            reason = expired if str(refusal).startswith(expired) else str(refusal)
            return web.json_response({"error": reason}, status=401)

        websocket = web.WebSocketResponse(max_msg_size=FRAME_BYTES, compress=False, timeout=1)
        await websocket.prepare(request)
        assert request.transport is not None  # prepared just now
        version = request.query.get("vsn", "1.0.0")
        socket = Socket(self._project, version, key, _x_headers(request), request.transport.abort)
        self._websockets.add(websocket)
        writer = asyncio.create_task(_write(socket, websocket))
        try:
            async for message in websocket:
                if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                    await socket.receive(message.data)
        finally:
            writer.cancel()
            socket.gone()
            self._websockets.discard(websocket)
        return websocket

    async def send_messages(self, request: web.Request) -> web.Response:
        """202 for a list of messages, whether or not the policies let the caller send them."""
        claims = self._caller(request)
        try:
            messages = [
                (m["topic"], m["event"], m["payload"], m.get("private", False))
                for m in (await request.json())["messages"]
            ]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise _error(
                web.HTTPUnprocessableEntity, "messages need a topic, an event and a payload"
            ) from None
        for message in messages:
            await self._send(request, claims, *message)
        return web.Response(status=202)

    async def send_event(self, request: web.Request) -> web.Response:
        """202 for one event whose payload is the body: JSON, or bytes as application/octet-stream."""
        claims = self._caller(request)
        content: object = await request.read()
        if request.content_type != "application/octet-stream":
            try:
                content = await request.json()
            except ValueError:
                raise _error(web.HTTPUnprocessableEntity, "the body is not JSON") from None
        topic, event = request.match_info["topic"], request.match_info["event"]
        await self._send(request, claims, topic, event, content, request.query.get("private"))
        return web.Response(status=202)

    def _caller(self, request: web.Request) -> Claims:
        """Who is asking, by bearer token or else by API key. Raises 401."""
        scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
        key = token.strip() if scheme.lower() == "bearer" else request.headers.get("apikey", "")
        try:
            return self._config.tokens.claims(key)
        except Refused:
            raise _error(web.HTTPUnauthorized, "Unauthorized") from None

    async def _send(
        self,
        request: web.Request,
        claims: Claims,
        topic: str,
        event: str,
        content: object,
        private: object,
    ) -> None:
        """Send one message, or drop it without a word where the policies refuse it."""
        if not is_name(topic) or not is_name(event):
            raise _error(web.HTTPUnprocessableEntity, "topic and event are text")
        is_private = private in (True, "true")
        if not is_private or await self._project.authorization.writable(
            topic, "broadcast", claims, _x_headers(request)
        ):
            self._project.rooms.broadcast(is_private, topic, event, content)


@web.middleware
async def answer_preflight(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let browsers of any origin use any method and header: what counts is the key and the token."""
    if (
        request.method != hdrs.METH_OPTIONS
        or hdrs.ACCESS_CONTROL_REQUEST_METHOD not in request.headers
    ):
        return await handler(request)
    return web.Response(
        status=204,
        headers={
            hdrs.ACCESS_CONTROL_ALLOW_METHODS: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
            hdrs.ACCESS_CONTROL_ALLOW_HEADERS: request.headers.get(
                hdrs.ACCESS_CONTROL_REQUEST_HEADERS, "*"
            ),
            hdrs.ACCESS_CONTROL_MAX_AGE: "3600",  # seconds
        },
    )


async def allow_every_origin(_: web.Request, response: web.StreamResponse) -> None:
    """Let pages of any origin read the answer and its headers."""
    response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = "*"
    response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = "*"


async def not_found(_: web.Request) -> web.StreamResponse:
    """404: the Data API would answer with a web page."""
    raise _error(web.HTTPNotFound, "Not Found")


async def _write(socket: Socket, websocket: web.WebSocketResponse) -> None:
    """Empty the socket's queue into the wire, as fast as the client reads."""
    with contextlib.suppress(ConnectionError):
        while True:
            data = await socket.outgoing.get()
            if isinstance(data, bytes):
                await websocket.send_bytes(data)
            else:
                await websocket.send_str(data)


def _x_headers(request: web.Request) -> dict[str, str]:
    return {
        name.lower(): value
        for name, value in request.headers.items()
        if name.lower().startswith("x-")
    }


def _error(kind: type[web.HTTPError], message: str) -> web.HTTPError:
    return kind(text=json.dumps({"message": message}), content_type="application/json")
