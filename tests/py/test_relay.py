"""The relay keeps the contract of Supabase Realtime: who may join, what they hear, and when they are cut off."""

import asyncio
import json
import re
import time
from typing import Any

import aiohttp
import jwt
import psycopg
import pytest

from local.scratch import Database
from tests.py.relay_wire import (
    PUBLISHABLE,
    Frame,
    Relay,
    Wire,
    broadcast_push,
    running,
    token,
)

VERSIONS = pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
pytest_plugins = ["tests.py.relay_fixtures"]
REFUSED = "Unauthorized: You do not have permissions to read from this Channel topic: "


async def joined(relay: Relay, person: str, version: str = "2.0.0", **config: Any) -> Wire:
    """A socket of `person` that has joined `room`."""
    wire = await relay.connect(version)
    answer = await wire.join("room", token(person), **config)
    assert answer.payload["status"] == "ok", answer
    return wire


# joining


@VERSIONS
async def test_who_may_read_may_join(relay: Relay, version: str) -> None:
    await relay.allow("ana", "room", "read")
    wire = await relay.connect(version)
    answer = await wire.join("room", token("ana"))
    assert answer == Frame(
        "realtime:room",
        "phx_reply",
        {"status": "ok", "response": {"postgres_changes": []}},
        "1",
        "j" if version == "2.0.0" else None,
    )
    await wire.nothing_more()


@VERSIONS
async def test_who_may_not_read_is_refused_by_name_of_the_topic(relay: Relay, version: str) -> None:
    await relay.allow("ana", "room", "read", "write")
    await relay.allow("ben", "room", "write")
    wire = await relay.connect(version)
    for topic, person in (("room", "ben"), ("attic", "ana"), ("Room", "ana"), ("", "ana")):
        answer = await wire.join(topic, token(person))
        assert answer.payload == {"status": "error", "response": {"reason": REFUSED + topic}}
    await wire.push("realtime:room", "broadcast", {})
    assert (await wire.receive()).payload["response"] == {"reason": "unmatched topic"}


@pytest.mark.parametrize(
    "role",
    [
        "anon",
        "authenticator",
        "none",
        "nobody has this role",
        "postgres",
        "realtime_relay",
        "supabase_admin",
        "supabase_realtime_admin",
    ],
)
async def test_no_role_but_an_api_callers_is_taken_on(relay: Relay, role: str) -> None:
    await relay.allow("ana", "room", "read", "write")
    wire = await relay.connect()
    answer = await wire.join("room", token("ana", role=role))
    assert answer.payload["response"] == {"reason": REFUSED + "room"}


async def test_a_policy_that_raises_denies(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    await relay.execute(
        "create policy extra on realtime.messages for select to authenticated using (1 / length('') = 1)"
    )
    wire = await relay.connect()
    assert (await wire.join("room", token("ana"))).payload["response"] == {
        "reason": REFUSED + "room"
    }


async def test_policies_see_topic_claims_and_headers(relay: Relay) -> None:
    await relay.execute(
        """
        create policy extra on realtime.messages for select to authenticated
            using (
                realtime.topic() = 'seen'
                and messages.topic = 'seen'
                and extension in ('broadcast', 'presence')
                and event is null
                and payload is null
                and not private
                and current_setting('request.jwt.claims')::jsonb ->> 'city' = 'Zürich'
                and current_setting('request.jwt.claim.sub') = 'ana'
                and current_setting('request.jwt.claim.role') = 'authenticated'
                and current_setting('request.headers')::jsonb ->> 'x-client-info' = 'test'
            )
        """
    )
    websocket = await relay.http.ws_connect(
        "/realtime/v1/websocket",
        params={"vsn": "2.0.0"},
        headers={"x-api-key": PUBLISHABLE, "X-Client-Info": "test"},
    )
    answer = await Wire(websocket, "2.0.0").join("seen", token("ana", city="Zürich"))
    assert answer.payload["status"] == "ok"


@pytest.mark.parametrize(
    ("access_token", "reason"),
    [
        ("nonsense", "MalformedJWT: The token provided is not a valid JWT"),
        (token(role=None), "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
        (token(exp=None), "InvalidJWTToken: Fields `role` and `exp` are required in JWT"),
        (
            jwt.encode({"role": "authenticated", "exp": 2**33}, "b" * 40, "HS256"),
            "JwtSignatureError: Failed to validate JWT signature",
        ),
    ],
)
async def test_a_join_with_a_bad_token_says_what_is_wrong(
    relay: Relay, access_token: str, reason: str
) -> None:
    wire = await relay.connect()
    answer = await wire.join("room", access_token)
    assert answer.payload == {"status": "error", "response": {"reason": reason}}


async def test_a_join_with_an_expired_token_says_since_when(relay: Relay) -> None:
    wire = await relay.connect()
    answer = await wire.join("room", token(exp=time.time() - 90))
    assert answer.payload["response"]["reason"] in {
        f"InvalidJWTToken: Token has expired {n} seconds ago" for n in range(90, 96)
    }


async def test_without_a_token_the_connections_key_counts(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    for access_token in (None, "sb_publishable_of_another"):
        wire = await relay.connect(key=token("ana"))
        assert (await wire.join("room", access_token)).payload["status"] == "ok"


async def test_public_channels_are_refused_unless_the_project_allows_them(
    relay_database: Database, relay: Relay
) -> None:
    wire = await relay.connect()
    assert (await wire.join("room", token(), private=False)).payload["response"] == {
        "reason": "PrivateOnly: This project only allows private channels"
    }
    async with running(relay_database, private_only=False) as liberal:
        wire = await liberal.connect()
        assert (await wire.join("room", token(), private=False)).payload["status"] == "ok"


async def test_a_second_join_takes_the_place_of_the_first(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana")
    ref = await wire.push(
        "realtime:room",
        "phx_join",
        {"config": {"private": True}, "access_token": token("ana")},
        join_ref="k",
    )
    assert await wire.receive() == Frame("realtime:room", "phx_close", {}, "1", "j")
    answer = await wire.receive()
    assert (answer.event, answer.ref, answer.join_ref) == ("phx_reply", ref, "k")
    await relay.send("room", a=1)
    assert (await wire.receive()).event == "broadcast"
    await wire.nothing_more()


@VERSIONS
async def test_leaving_is_answered_and_closes_the_channel(relay: Relay, version: str) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana", version)
    ref = await wire.push("realtime:room", "phx_leave", {}, join_ref="j")
    answer = await wire.receive()
    assert (answer.ref, answer.payload) == (ref, {"status": "ok", "response": {}})
    closed = await wire.receive()
    assert (closed.event, closed.ref, closed.payload) == ("phx_close", "1", {})
    await relay.send("room", a=1)
    await wire.nothing_more()
    ref = await wire.push("realtime:room", "phx_leave", {})
    assert (await wire.receive()).payload["status"] == "ok"


async def test_heartbeats_are_answered_with_their_ref(relay: Relay) -> None:
    wire = await relay.connect("1.0.0")
    await wire.nothing_more()
    beat: dict[str, object] = {
        "topic": "phoenix",
        "event": "heartbeat",
        "payload": {},
        "ref": None,
        "join_ref": None,
    }
    await wire.websocket.send_json(beat)
    answer = await wire.receive()
    assert answer == Frame("phoenix", "phx_reply", {"status": "ok", "response": {}}, None)


async def test_what_is_no_frame_is_ignored(relay: Relay) -> None:
    wire = await relay.connect()
    await wire.websocket.send_str("{")
    await wire.websocket.send_bytes(b"\x03\x00")
    await wire.websocket.send_str('["1","2","realtime:a\\u0000b","phx_join",{}]')
    await wire.websocket.send_str("[" * 100_000)
    await wire.nothing_more()


# what the database sends


@VERSIONS
async def test_a_database_broadcast_reaches_every_reader(relay: Relay, version: str) -> None:
    for person in ("ana", "ben"):
        await relay.allow(person, "room", "read")
    wires = [await joined(relay, person, version) for person in ("ana", "ben")]
    await relay.send("room", "said", body="grüezi", id="m1")
    for wire in wires:
        frame = await wire.receive()
        meta = frame.payload.pop("meta")
        assert frame == Frame(
            "realtime:room",
            "broadcast",
            {"type": "broadcast", "event": "said", "payload": {"body": "grüezi", "id": "m1"}},
            None,
        )
        assert set(meta) == {"id"}


async def test_a_broadcast_stays_in_its_room(relay_database: Database) -> None:
    async with running(relay_database, private_only=False) as relay:
        await relay.allow("ana", "room", "read")
        await relay.allow("ana", "attic", "read")
        private, public = await joined(relay, "ana"), await relay.connect()
        await public.join("room", token("ana"), private=False)
        await relay.execute("""select realtime.send('{"to": "public"}', 'said', 'room', false)""")
        await relay.send("attic", to="attic")
        await relay.send("room", to="private")
        for wire, name in ((private, "private"), (public, "public")):
            assert (await wire.receive()).payload["payload"]["to"] == name
            await wire.nothing_more()


async def test_what_is_rolled_back_is_never_sent(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana")
    async with (
        await relay.database() as connection,
        connection.transaction(force_rollback=True),
    ):
        await connection.execute("""select realtime.send('{"n": 1}', 'said', 'room')""")
    await relay.send("room", n=2)
    assert (await wire.receive()).payload["payload"]["n"] == 2
    await wire.nothing_more()


async def test_messages_arrive_in_the_order_of_their_commits(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana")
    async with await relay.database() as early, await relay.database() as late:
        async with early.transaction():
            await early.execute("""select realtime.send('{"n": 1}', 'said', 'room')""")
            await late.execute("""select realtime.send('{"n": 2}', 'said', 'room')""")
        async with early.transaction():
            for n in (3, 4, 5):
                await early.execute(
                    "select realtime.send(%s, 'said', 'room')", [json.dumps({"n": n})]
                )
    said = [(await wire.receive()).payload["payload"]["n"] for _ in range(5)]
    assert said == [2, 1, 3, 4, 5]


async def test_a_message_larger_than_a_notification_arrives(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana")
    await relay.send("room", body="x" * 1_000_000)
    assert len((await wire.receive()).payload["payload"]["body"]) == 1_000_000


async def test_what_is_sent_while_away_is_not_sent_later(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    first = await joined(relay, "ana")
    await first.websocket.close()
    await relay.send("room", n=1)
    second = await joined(relay, "ana")
    await second.nothing_more()


async def test_the_feed_comes_back_after_the_database_was_away(
    relay: Relay, relay_database: Database
) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana")
    async with await psycopg.AsyncConnection.connect(
        relay_database.dsn("supabase_admin"), autocommit=True
    ) as admin:
        await admin.execute(
            """
            select pg_terminate_backend(pid, 5000)
            from pg_stat_activity
            where usename = 'realtime_relay' and datname = current_database()
            """
        )
        await admin.execute("""select realtime.send('{"n": 1}', 'said', 'room')""")
    async with asyncio.timeout(5):
        while (await (await relay.http.get("/realtime/v1/health")).json())["database"] == "up":
            await asyncio.sleep(0.01)
    await relay.until_healthy()
    await relay.send("room", n=2)
    assert (await wire.receive()).payload["payload"]["n"] == 2
    await wire.nothing_more()
    await joined(relay, "ana")


async def test_replication_ready_is_said_when_asked_for(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana", broadcast={"replication_ready": True})
    frame = await wire.receive()
    assert (frame.event, frame.ref) == ("system", None)
    assert frame.payload == {
        "extension": "system",
        "status": "ok",
        "message": "Replication connection established",
        "channel": "room",
    }


# what clients send


def say(**content: object) -> dict[str, object]:
    """The payload of a client's broadcast."""
    return {"type": "broadcast", "event": "said", "payload": content}


async def test_an_unauthorised_broadcast_is_dropped_without_a_word(relay: Relay) -> None:
    for person in ("ana", "ben"):
        await relay.allow(person, "room", "read")
    ana = await joined(relay, "ana", broadcast={"ack": True, "self": True})
    ben = await joined(relay, "ben")
    await ana.push("realtime:room", "broadcast", say(n=1), join_ref="j")
    await ana.websocket.send_bytes(broadcast_push("room", "said", b'{"n":1}', encoding=1))
    await ana.nothing_more()
    await ben.nothing_more()


@VERSIONS
async def test_an_authorised_broadcast_reaches_the_others(relay: Relay, version: str) -> None:
    await relay.allow("ana", "room", "read", "write")
    await relay.allow("ben", "room", "read")
    ana, ben = await joined(relay, "ana", version), await joined(relay, "ben", version)
    await ana.push("realtime:room", "broadcast", say(n=1), join_ref="j")
    assert (await ben.receive()).payload == say(n=1)
    await ana.nothing_more()


async def test_the_sender_hears_itself_and_an_answer_where_it_asked_for_them(relay: Relay) -> None:
    await relay.allow("ana", "room", "read", "write")
    ana = await joined(relay, "ana", broadcast={"ack": "true", "self": True})
    ref = await ana.push("realtime:room", "broadcast", say(n=1), join_ref="j")
    assert (await ana.receive()).payload == say(n=1)
    answer = await ana.receive()
    assert (answer.event, answer.ref, answer.payload["status"]) == ("phx_reply", ref, "ok")


async def test_binary_pushes_reach_who_can_hear_them(relay: Relay) -> None:
    await relay.allow("ana", "room", "read", "write")
    ana, old, new = [await joined(relay, "ana", v) for v in ("2.0.0", "1.0.0", "2.0.0")]
    await ana.websocket.send_bytes(broadcast_push("room", "raw", b"\xff\x00", encoding=0))
    await ana.websocket.send_bytes(broadcast_push("room", "said", b'{"n":1}', encoding=1))
    assert (await new.receive()).payload["payload"] == b"\xff\x00"
    for wire in (old, new):
        assert (await wire.receive()).payload == say(n=1)
    await old.nothing_more()


# new tokens


def system_error(frame: Frame) -> str:
    """The message of a system error."""
    assert (frame.event, frame.ref) == ("system", None)
    assert frame.payload["status"] == "error"
    assert (frame.payload["extension"], frame.payload["channel"]) == ("system", "room")
    return str(frame.payload["message"])


@VERSIONS
async def test_access_that_is_gone_ends_with_the_next_token(relay: Relay, version: str) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana", version)
    await relay.execute("delete from public.access")
    await relay.send("room", n=1)
    assert (await wire.receive()).payload["payload"]["n"] == 1  # as on hosted

    await wire.push("realtime:room", "access_token", {"access_token": token("ana")})
    message = "You do not have permissions to read from this Channel topic: room"
    assert system_error(await wire.receive()) == message
    closed = await wire.receive()
    assert (closed.event, closed.ref, closed.payload) == ("phx_close", "1", {})
    await relay.send("room", n=2)
    await wire.nothing_more()
    answer = await wire.join("room", token("ana"))
    assert answer.payload["response"] == {"reason": f"Unauthorized: {message}"}


async def test_a_good_new_token_is_taken_in_silence(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    await relay.allow("ben", "room", "read", "write")
    wire = await joined(relay, "ana", broadcast={"self": True})
    await wire.push("realtime:room", "broadcast", say(n=1))
    await wire.push("realtime:room", "access_token", {"access_token": token("ben")})
    await wire.push("realtime:room", "broadcast", say(n=2))
    assert (await wire.receive()).payload == say(n=2)
    await wire.nothing_more()


async def test_no_new_token_changes_nothing(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire, same = await relay.connect(), token("ana")
    await wire.join("room", same)
    await relay.execute("delete from public.access")
    for given in (same, None, "sb_publishable_of_another"):
        await wire.push("realtime:room", "access_token", {"access_token": given})
    await wire.nothing_more()


async def test_losing_one_of_two_reads_closes_too(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    await relay.allow("ana", "room", "read", extension="presence")
    wire = await joined(relay, "ana", presence={"enabled": True})
    assert (await wire.receive()).event == "presence_state"
    await relay.execute("delete from public.access where extension = 'presence'")
    await wire.push("realtime:room", "access_token", {"access_token": token("ana")})
    assert system_error(await wire.receive()) == (
        "You no longer have permission to read from this Channel topic: room"
    )
    assert (await wire.receive()).event == "phx_close"


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"exp": 1}, r"Token has expired \d+ seconds ago"),
        ({"role": None}, "Fields `role` and `exp` are required in JWT"),
    ],
)
async def test_a_bad_new_token_closes(
    relay: Relay, claims: dict[str, object], message: str
) -> None:
    await relay.allow("ana", "room", "read")
    wire = await joined(relay, "ana")
    await wire.push("realtime:room", "access_token", {"access_token": token("ana", **claims)})
    said = system_error(await wire.receive())
    assert re.fullmatch(message, said), said
    assert (await wire.receive()).event == "phx_close"


async def test_a_channel_closes_when_its_token_expires(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire = await relay.connect()
    answer = await wire.join("room", token("ana", exp=time.time() + 0.5))
    assert answer.payload["status"] == "ok"
    assert system_error(await wire.receive()) == "Token has expired 0 seconds ago"
    assert (await wire.receive()).event == "phx_close"
    await relay.send("room", n=1)
    await wire.nothing_more()


async def test_a_renewed_token_keeps_the_channel_past_the_old_ones_end(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire = await relay.connect()
    expiry = time.time() + 0.5
    await wire.join("room", token("ana", exp=expiry))
    await wire.push("realtime:room", "access_token", {"access_token": token("ana")})
    other = await relay.connect()
    await other.join("room", token("ana", exp=expiry + 0.1))
    assert (await other.receive()).event == "system"  # by now the first would have ended
    await relay.send("room", n=1)
    assert (await wire.receive()).payload["payload"]["n"] == 1


async def test_a_channel_that_was_left_is_silent_when_its_tokens_expire(relay: Relay) -> None:
    await relay.allow("ana", "room", "read")
    wire, expiry = await relay.connect(), time.time() + 0.3
    await wire.join("room", token("ana", exp=expiry))
    await wire.push(
        "realtime:room", "access_token", {"access_token": token("ana", exp=expiry + 0.3)}
    )
    await wire.push("realtime:room", "phx_leave", {})
    assert [(await wire.receive()).event for _ in range(2)] == ["phx_reply", "phx_close"]
    other = await relay.connect()
    await other.join("room", token("ana", exp=expiry + 0.5))
    assert (await other.receive()).event == "system"  # by now both had expired
    await wire.nothing_more()


# presence


async def test_who_is_present_is_told_and_kept_up_to_date(relay: Relay) -> None:
    for person in ("ana", "ben"):
        await relay.allow(person, "room", "read", "write", extension="presence")
    ben = await joined(relay, "ben", presence={"enabled": True})
    assert (await ben.receive()).payload == {}
    ana = await joined(relay, "ana", presence={"enabled": True, "key": "a"})
    assert (await ana.receive()).payload == {}

    ref = await ana.push("realtime:room", "presence", {"event": "track", "payload": {"x": 1}})
    refs = {frame.event: frame for frame in (await ana.receive(), await ana.receive())}
    assert (refs["phx_reply"].ref, refs["phx_reply"].payload["status"]) == (ref, "ok")
    diff = (await ben.receive()).payload
    assert refs["presence_diff"].payload == diff
    (meta,) = diff["joins"]["a"]["metas"]
    assert (meta["x"], diff["leaves"]) == (1, {})

    await ana.push("realtime:room", "presence", {"event": "track", "payload": {"x": 2}})
    diff = (await ben.receive()).payload
    assert diff["leaves"] == {"a": {"metas": [meta]}}
    (new,) = diff["joins"]["a"]["metas"]
    assert (new["x"], new["phx_ref_prev"]) == (2, meta["phx_ref"])

    late = await joined(relay, "ben", presence={"enabled": True})
    state = await late.receive()
    assert (state.event, state.payload) == ("presence_state", {"a": {"metas": [new]}})

    await ana.websocket.close()
    assert (await ben.receive()).payload == {"joins": {}, "leaves": {"a": {"metas": [new]}}}


async def test_untracking_is_a_leave(relay: Relay) -> None:
    await relay.allow("ana", "room", "read", "write", extension="presence")
    ana = await joined(relay, "ana", presence={"enabled": True, "key": "a"})
    for event in ("track", "untrack", "untrack"):
        await ana.push("realtime:room", "presence", {"event": event})
    events = [(await ana.receive()).event for _ in range(6)]
    assert sorted(events) == ["phx_reply"] * 3 + ["presence_diff"] * 2 + ["presence_state"]


async def test_an_unauthorised_track_is_an_error(relay: Relay) -> None:
    await relay.allow("ana", "room", "read", extension="presence")
    ana = await joined(relay, "ana", presence={"enabled": True})
    await ana.receive()
    await ana.push("realtime:room", "presence", {"event": "track", "payload": {}})
    assert (await ana.receive()).payload["status"] == "error"
    await ana.nothing_more()


async def test_who_did_not_ask_for_presence_is_not_told(relay: Relay) -> None:
    await relay.allow("ana", "room", "read", "write", extension="presence")
    await relay.allow("ana", "room", "read")
    ana, present = (
        await joined(relay, "ana"),
        await joined(relay, "ana", presence={"enabled": True}),
    )
    await present.receive()
    await ana.push("realtime:room", "presence", {"event": "track", "payload": {}})
    assert (await present.receive()).event == "presence_diff"
    assert (await ana.receive()).event == "phx_reply"
    await ana.nothing_more()


async def test_broadcasts_are_withheld_from_who_may_read_presence_only(relay: Relay) -> None:
    await relay.allow("ana", "room", "read", extension="presence")
    ana = await joined(relay, "ana", presence={"enabled": "true"})
    assert (await ana.receive()).event == "presence_state"
    await relay.send("room", n=1)
    await relay.allow("ben", "room", "read")
    ben = await joined(relay, "ben")
    await relay.send("room", n=2)
    assert (await ben.receive()).payload["payload"]["n"] == 2
    await ana.nothing_more()
    await ben.nothing_more()


# limits


async def test_a_client_that_does_not_read_is_cut_off_and_stalls_nobody(relay: Relay) -> None:
    for person in ("ana", "ben"):
        await relay.allow(person, "room", "read", "write")
    slow, quick, author = [await joined(relay, person) for person in ("ana", "ben", "ben")]
    slow.websocket._reader._protocol.pause_reading()
    said = say(body="x" * 20_000)
    count = 1_500
    for _ in range(count):
        await author.push("realtime:room", "broadcast", said)
        assert (await quick.receive()).payload == said
    slow.websocket._reader._protocol.resume_reading()
    with pytest.raises(AssertionError, match="WSMsgType.CLOSED"):
        for _ in range(count):
            await slow.receive()


async def test_a_frame_beyond_five_megabytes_closes_the_socket(relay: Relay) -> None:
    wire = await relay.connect()
    await wire.push("phoenix", "heartbeat", {"x": "x" * 4_900_000})
    assert (await wire.receive()).event == "phx_reply"
    await wire.push("phoenix", "heartbeat", {"x": "x" * 5_000_000})
    message = await wire.websocket.receive(timeout=5)
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1009)
