"""One origin serves every client: handshake, HTTP sends, the way to the Data API, and the process itself."""

import asyncio
import gzip
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import jwt
import psycopg
import pytest
from aiohttp import web
from yarl import URL

from local import scratch
from local.cluster import SUPERUSER, Cluster, free_port
from local.scratch import Database
from tests.py.relay_wire import PUBLISHABLE, SECRET, SECRET_KEY, Relay, Wire, running, token

pytest_plugins = ["tests.py.relay_fixtures"]

ROOT = Path(__file__).resolve().parents[2]

# the handshake


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (None, "API key is missing"),
        ("nonsense", "The token provided is not a valid JWT"),
        (token(exp=time.time() - 9), "Token has expired"),
        (token(role=None), "Fields `role` and `exp` are required in JWT"),
        (
            jwt.encode({"role": "anon", "exp": 2**33}, "b" * 40, "HS256"),
            "Failed to validate JWT signature",
        ),
    ],
)
async def test_a_bad_key_opens_no_websocket(relay: Relay, key: str | None, reason: str) -> None:
    params = {"vsn": "2.0.0"} | ({"apikey": key} if key else {})
    answer = await relay.http.get("/realtime/v1/websocket", params=params)
    assert (answer.status, await answer.json()) == (401, {"error": reason})


async def test_the_version_is_the_first_unless_the_client_names_one(relay: Relay) -> None:
    websocket = await relay.http.ws_connect(f"/realtime/v1/websocket?apikey={PUBLISHABLE}")
    await Wire(websocket, "1.0.0").nothing_more()


async def test_frames_are_not_compressed(relay: Relay) -> None:
    websocket = await relay.http.ws_connect(
        f"/realtime/v1/websocket?apikey={PUBLISHABLE}", compress=15
    )
    assert not websocket.compress


# sending over HTTP


async def listener(relay: Relay, version: str = "2.0.0") -> Wire:
    """A socket that reads `room/1`."""
    await relay.allow("ben", "room/1", "read")
    wire = await relay.connect(version)
    assert (await wire.join("room/1", token("ben"))).payload["status"] == "ok"
    return wire


def message(**changes: object) -> dict[str, object]:
    """One private message to `room/1`."""
    said = {"topic": "room/1", "event": "said", "payload": {"n": 1}, "private": True}
    return {"messages": [said | changes]}


@pytest.mark.parametrize("path", ["", "/room%2F1/events/said?private=true"])
async def test_an_authorised_http_send_is_delivered(relay: Relay, path: str) -> None:
    wire = await listener(relay)
    await relay.allow("ana", "room/1", "write")
    answer = await relay.http.post(
        f"/realtime/v1/api/broadcast{path}",
        json={"n": 1} if path else message(),
        headers={"Authorization": f"Bearer {token('ana')}", "apikey": PUBLISHABLE},
    )
    assert (answer.status, await answer.read()) == (202, b"")
    assert (await wire.receive()).payload == {
        "type": "broadcast",
        "event": "said",
        "payload": {"n": 1},
    }


async def test_the_secret_key_may_send_bytes(relay: Relay) -> None:
    new, old = await listener(relay), await listener(relay, "1.0.0")
    answer = await relay.http.post(
        "/realtime/v1/api/broadcast/room%2F1/events/raw?private=true",
        data=b"\xff",
        headers={"apikey": SECRET_KEY, "Content-Type": "application/octet-stream"},
    )
    assert answer.status == 202
    assert (await new.receive()).payload["payload"] == b"\xff"
    await old.nothing_more()


@pytest.mark.parametrize("private", [True, False])
async def test_an_unauthorised_http_send_is_dropped_without_a_word(
    relay: Relay, private: bool
) -> None:
    wire = await listener(relay)
    for headers in ({"Authorization": f"Bearer {token('ana')}"}, {"apikey": PUBLISHABLE}):
        answer = await relay.http.post(
            "/realtime/v1/api/broadcast", json=message(private=private), headers=headers
        )
        assert answer.status == 202
    await wire.nothing_more()


async def test_an_http_send_needs_a_good_token(relay: Relay) -> None:
    for headers in ({}, {"apikey": "x"}, {"Authorization": f"Bearer {token(exp=1)}"}):
        for path in ("", "/room/events/said"):
            answer = await relay.http.post(
                f"/realtime/v1/api/broadcast{path}", json=message(), headers=headers
            )
            assert (answer.status, await answer.json()) == (401, {"message": "Unauthorized"})


@pytest.mark.parametrize(
    "body",
    ["{", "[]", "{}", '{"messages": [{}]}', '{"messages": 1}']
    + [json.dumps(message(**change)) for change in ({"topic": 1}, {"event": "\0"})],
)
async def test_an_http_send_that_is_no_message_is_refused(relay: Relay, body: str) -> None:
    answer = await relay.http.post(
        "/realtime/v1/api/broadcast", data=body, headers={"apikey": SECRET_KEY}
    )
    assert answer.status == 422
    assert (await answer.json())["message"]


# the way to the Data API


async def echo(request: web.Request) -> web.StreamResponse:
    """Says what arrived; a HEAD request gets the length of a body."""
    if request.path.endswith("/broken"):
        assert request.transport
        request.transport.abort()
    if request.path.endswith("/moved"):
        return web.Response(status=302, headers={"Location": "/auth/v1/elsewhere"})
    said = {
        "method": request.method,
        "path": request.raw_path,
        "headers": [[name, value] for name, value in request.headers.items()],
        "body": (await request.read()).decode(),
    }
    answer = web.json_response(said, status=206, headers={"Content-Range": "0-0/7"})
    if request.headers.get("Accept-Encoding") == "gzip":
        answer.enable_compression()
    answer.headers.add("Set-Cookie", "a=1")
    answer.headers.add("Set-Cookie", "b=2")
    return answer


async def half(request: web.Request) -> web.StreamResponse:
    """Promises ten bytes, gives five and breaks off."""
    response = web.StreamResponse(headers={"Content-Length": "10"})
    await response.prepare(request)
    await response.write(b"12345")
    assert request.transport
    request.transport.abort()
    return response


async def both_ways(request: web.Request) -> web.StreamResponse:
    """Answers each line while it still reads the next."""
    response = web.StreamResponse()
    await response.prepare(request)
    async for line in request.content:
        await response.write(line.upper())
    return response


@pytest.fixture
async def proxied(relay_database: Database) -> AsyncIterator[Relay]:
    """A gateway before a Data API that says what it was asked."""
    application = web.Application(client_max_size=10**8)
    application.router.add_post("/storage/v1/both-ways", both_ways)
    application.router.add_get("/storage/v1/half", half)
    application.router.add_route("*", "/{tail:.*}", echo)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with running(relay_database, data_api_url=url) as relay:
        yield relay
    await runner.cleanup()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_a_request_passes_as_it_was_made(proxied: Relay, method: str) -> None:
    path = "/rest/v1/%61%20b%2Fc?x=eq.%C3%A9&x=in.(1,2)&or=(a.eq.1,b.eq.2)"
    answer = await proxied.http.request(
        method,
        URL(proxied.url + path, encoded=True),
        data="grüezi",
        headers={"Accept-Profile": "api", "Prefer": "count=planned", "Keep-Alive": "x=1"},
    )
    said = await answer.json()
    assert (answer.status, answer.headers["Content-Range"]) == (206, "0-0/7")
    assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]
    assert (said["method"], said["path"], said["body"]) == (method, path, "grüezi")
    headers = dict(said["headers"])
    assert (headers["Accept-Profile"], headers["Prefer"]) == ("api", "count=planned")
    assert headers["Host"] == proxied.url.removeprefix("http://")
    assert "Keep-Alive" not in headers


async def test_a_head_request_gets_headers_only(proxied: Relay) -> None:
    answer = await proxied.http.head("/rest/v1/messages")
    assert (answer.status, answer.headers["Content-Range"]) == (206, "0-0/7")
    assert int(answer.headers["Content-Length"]) > 0
    assert await answer.read() == b""


async def test_a_compressed_answer_stays_compressed(proxied: Relay) -> None:
    session = aiohttp.ClientSession(proxied.url, auto_decompress=False)
    async with session, session.get("/rest/v1/", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        assert json.loads(gzip.decompress(await answer.read()))["method"] == "GET"


async def test_a_redirection_is_the_clients_to_follow(proxied: Relay) -> None:
    answer = await proxied.http.get("/auth/v1/moved", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, "/auth/v1/elsewhere")


async def test_bodies_are_streamed_both_ways(proxied: Relay) -> None:
    lines: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def body() -> AsyncIterator[bytes]:
        while line := await lines.get():
            yield line

    await lines.put(b"one\n")
    async with asyncio.timeout(5):
        answer = await proxied.http.post("/storage/v1/both-ways", data=body())
        assert await answer.content.readline() == b"ONE\n"
        await lines.put(b"two\n")
        assert await answer.content.readline() == b"TWO\n"
        await lines.put(None)
        assert await answer.content.read() == b""


async def test_half_an_answer_does_not_look_like_a_whole_one(proxied: Relay) -> None:
    answer = await proxied.http.get("/storage/v1/half")
    with pytest.raises(aiohttp.ClientPayloadError):
        await answer.read()


async def test_what_belongs_to_nobody_is_not_found(proxied: Relay) -> None:
    for path in ("/", "/graphql/v1", "/realtime/v1/", "/realtime/v1/elsewhere", "/rest"):
        answer = await proxied.http.get(path)
        assert (answer.status, await answer.json()) == (404, {"message": "Not Found"})


async def test_a_data_api_that_is_not_running_is_503_and_one_that_breaks_off_502(
    relay: Relay, proxied: Relay
) -> None:
    answer = await relay.http.get("/rest/v1/messages")
    assert (answer.status, (await answer.json())["code"]) == (503, "data_api_down")
    answer = await proxied.http.post("/rest/v1/broken")
    assert (answer.status, (await answer.json())["code"]) == (502, "data_api_failed")


async def test_health_names_who_is_down(relay: Relay, proxied: Relay) -> None:
    answer = await proxied.http.get("/realtime/v1/health")
    everything = {"relay": "up", "database": "up", "data_api": "up"}
    assert (answer.status, await answer.json()) == (200, everything)
    answer = await relay.http.get("/realtime/v1/health")
    assert (answer.status, await answer.json()) == (503, everything | {"data_api": "down"})


async def test_browsers_of_any_origin_may_ask(proxied: Relay) -> None:
    preflight = await proxied.http.options(
        "/rest/v1/messages",
        headers={
            "Origin": "http://example.test",
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "apikey,x-client-info",
        },
    )
    assert preflight.status == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert preflight.headers["Access-Control-Allow-Headers"] == "apikey,x-client-info"
    assert "PATCH" in preflight.headers["Access-Control-Allow-Methods"]
    answer = await proxied.http.get("/rest/v1/messages", headers={"Origin": "http://example.test"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Access-Control-Expose-Headers"] == "*"


# the process


def environment(database: Database, port: int) -> dict[str, str]:
    """What the relay is told."""
    return {
        "GATEWAY_PORT": str(port),
        "DATA_API_URL": "http://127.0.0.1:9",
        "DATABASE_URL": database.dsn("realtime_relay"),
        "JWT_SECRET": SECRET,
        "PUBLISHABLE_KEY": PUBLISHABLE,
        "SECRET_KEY": SECRET_KEY,
    }


async def start(variables: dict[str, str]) -> asyncio.subprocess.Process:
    """`python -m local.relay`."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.relay"),
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_names_everything_that_is_missing(relay_database: Database) -> None:
    variables = environment(relay_database, 1)
    del variables["JWT_SECRET"]
    process = await start(variables | {"SECRET_KEY": ""})
    _, said = await process.communicate()
    assert process.returncode != 0
    assert said.decode() == "relay: missing in the environment: JWT_SECRET, SECRET_KEY\n"


async def test_it_closes_its_sockets_when_it_is_ended(relay_database: Database) -> None:
    port = free_port()
    process = await start(environment(relay_database, port))
    assert process.stdout and process.stderr
    line = await process.stdout.readline()
    assert line.decode() == f"The gateway listens on http://127.0.0.1:{port}\n"
    async with aiohttp.ClientSession() as session:
        websocket = await session.ws_connect(
            f"http://127.0.0.1:{port}/realtime/v1/websocket?apikey={PUBLISHABLE}"
        )
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        message = await websocket.receive(timeout=5)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)
    assert await process.wait() == 0
    assert time.monotonic() - begin < 3
    assert await process.stderr.read() == b""


# the database's side


def test_it_refuses_a_project_that_has_a_realtime_server(cluster: Cluster) -> None:
    source = (ROOT / "local/bootstrap/60_realtime.sql").read_bytes()
    made = scratch.create_database(cluster, "relay_hosted")
    with psycopg.connect(made.dsn(SUPERUSER)) as connection:
        connection.execute("alter table realtime.messages owner to supabase_realtime_admin")
        with pytest.raises(psycopg.errors.RaiseException, match="this is a Supabase project"):
            connection.execute(source)


def test_message_partitions_are_made_ahead_and_dropped_after_three_days(
    relay_database: Database,
) -> None:
    days = """
        select to_date(substr(relname, 10), 'YYYY_MM_DD') - timezone('utc', now())::date
        from pg_class
        where relname like 'messages\\_2%%' and relkind = 'r'
        order by 1
    """
    with (
        psycopg.connect(relay_database.dsn(SUPERUSER)) as connection,
        connection.transaction(force_rollback=True),
    ):
        assert [day for (day,) in connection.execute(days)] == [-1, 0, 1, 2, 3]
        connection.execute("drop table realtime.messages_" + _day(connection, 3))
        for day in (-4, -3):
            connection.execute(
                f"create table realtime.messages_{_day(connection, day)} partition of"
                f" realtime.messages for values from (date '{_day(connection, day).replace('_', '-')}')"
                f" to (date '{_day(connection, day + 1).replace('_', '-')}')"
            )
        connection.execute("set role realtime_relay")
        connection.execute("select development.keep_message_partitions()")
        assert [day for (day,) in connection.execute(days)] == [-3, -1, 0, 1, 2, 3]


def _day(connection: psycopg.Connection, ahead: int) -> str:
    found = connection.execute(
        "select to_char(timezone('utc', now())::date + %s, 'YYYY_MM_DD')", [ahead]
    ).fetchone()
    assert found
    return str(found[0])


def test_a_send_that_fails_is_a_warning(relay_database: Database) -> None:
    heard: list[str | None] = []
    with psycopg.connect(relay_database.dsn()) as connection:
        connection.add_notice_handler(lambda notice: heard.append(notice.message_primary))
        connection.execute("""select realtime.send('[1]', 'said', 'room')""")
        connection.execute("set role authenticated")
        connection.execute("""select realtime.send('{}', 'said', 'room')""")
        connection.execute("reset role")
        assert [str(said).partition(":")[0] for said in heard] == [
            "WarnSendingBroadcastMessage"
        ] * 2
        assert connection.execute("select from realtime.messages").fetchall() == []


def test_a_changed_row_is_sent_whole(relay_database: Database) -> None:
    with (
        psycopg.connect(relay_database.dsn()) as connection,
        connection.transaction(force_rollback=True),
    ):
        connection.execute(
            """
            create table public.cars (id int, colour text);
            create function public.tell() returns trigger language plpgsql as $$
            begin
                perform realtime.broadcast_changes(
                    'room', tg_op, tg_op, tg_table_name, tg_table_schema, new, old
                );
                return null;
            end;
            $$;
            create trigger tell after update on public.cars for each row execute function public.tell();
            insert into public.cars values (1, 'red');
            update public.cars set colour = 'blue';
            """
        )
        found = connection.execute("select private, event, payload - 'id' from realtime.messages")
        assert found.fetchall() == [
            (
                True,
                "UPDATE",
                {
                    "schema": "public",
                    "table": "cars",
                    "operation": "UPDATE",
                    "record": {"id": 1, "colour": "blue"},
                    "old_record": {"id": 1, "colour": "red"},
                },
            )
        ]
