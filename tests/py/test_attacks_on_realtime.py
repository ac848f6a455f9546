"""What does a hostile client hear, or say, on Realtime's sockets?"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.py.attack_target import CAST, Target, random_id
from tests.py.relay_wire import Frame, Wire

pytest_plugins = ["tests.py.attack_fixtures"]


@asynccontextmanager
async def socket(target: Target) -> AsyncIterator[Wire]:
    """A socket of nobody yet: who somebody is, they say when they join."""
    async with aiohttp.ClientSession(target.platform.url) as http:
        websocket = await http.ws_connect(
            "/realtime/v1/websocket",
            params={"apikey": target.platform.publishable_key, "vsn": "2.0.0"},
        )
        yield Wire(websocket, "2.0.0")


async def join(target: Target, wire: Wire, person: str | None, topic: str, **config: Any) -> Frame:
    """The answer to a person who wants to join; with no canary in it."""
    token = target.token(person) if person else None
    answer = await wire.join(topic, token, **config)
    target.search(person, json.dumps(answer.payload))
    return answer


def joined(answer: Frame) -> bool:
    return bool(answer.payload["status"] == "ok")


@pytest.fixture(scope="module")
def topics(target: Target) -> dict[str, set[str]]:
    """Every pattern of topic, and who may join it."""
    ids = target.ids
    [active, over, case, lost] = [
        target.one(f"select topic from app.threads where {condition} = %s", ids[name])
        for condition, name in (
            ("id", "ana active thread"),
            ("id", "ana escalated thread"),
            ("offer_id", "ana escalated offer to Northside Garage"),
            ("offer_id", "cleo repaired offer to Harbor Auto"),
        )
    ]
    desk = target.one("select name || ':' || epoch from app.topic_epochs")
    head = active.rpartition(":")[0]
    nobody: tuple[str, ...] = (
        "",
        "*",
        "%",
        "thread:%",
        "thread:*",
        "person:*",
        "admin:*",
        "admin:moderation",
    )
    nobody += (
        head,
        f"{head}:0",
        f"{head}:",
        f"{head}:1 ",
        f"{head}:01",
        f"{head}:1:1",
        f" {active}",
    )
    nobody += (
        active.upper(),
        f"realtime:{active}",
        f"{active}' or true --",
        f"thread:{random_id()}:1",
    )
    nobody += ("session:" + ids["ana active"], "messages", "public:messages", "app:messages")
    return {
        active: {"ana", "max"},
        over: {"ana"},
        case: {"ana", "walt", "dora"},
        lost: {"cleo"},
        desk: {"ada"},
        **{f"person:{ids[person]}": {person} for person in ("ana", "max", "walt", "ada", "bart")},
        **{topic: set[str]() for topic in nobody},
    }


@pytest.mark.attack(101)
@pytest.mark.parametrize("person", [*CAST, None])
async def test_a_topic_is_joined_by_those_it_is_for(
    target: Target, topics: dict[str, set[str]], person: str | None
) -> None:
    async with socket(target) as wire:
        for number, (topic, welcome) in enumerate(topics.items()):
            if number % 4 == 0:
                assert not joined(await join(target, wire, person, topic, private=False)), topic
            assert joined(await join(target, wire, person, topic)) == (person in welcome), topic


@pytest.mark.attack(101)
async def test_nobody_says_anything_on_a_topic(target: Target, topics: dict[str, set[str]]) -> None:
    topic = next(topic for topic, welcome in topics.items() if welcome == {"ana", "max"})
    async with socket(target) as hers, socket(target) as his:
        assert joined(await join(target, hers, "ana", topic, broadcast={"self": True}))
        assert joined(await join(target, his, "max", topic))
        said = {"type": "broadcast", "event": "said", "payload": {"body": "call me"}}
        await his.push(f"realtime:{topic}", "broadcast", said, join_ref="j")
        for private in (True, False):
            answer = target.ask(
                "max",
                "/realtime/v1/api/broadcast",
                "POST",
                json={"messages": [{"topic": topic, **said, "private": private}]},
            )
            assert answer.status_code == 202  # as from Realtime, whatever becomes of it
        await his.nothing_more()
        await hers.nothing_more()


@pytest.mark.attack(102)
async def test_a_socket_that_joined_in_time_hears_nothing_after_the_session(target: Target) -> None:
    customer, _, thread = target.open_session("fred", "max")
    hers_is = target.token(None, sub=customer, role="customer")
    moved = "select topic from app.threads where id = %s"
    topic = target.one(moved, thread)
    say = "select app.post_message(%s, 'system', null, 'notice', 'after the end')"
    async with socket(target) as his, socket(target) as hers:
        assert joined(await join(target, his, "max", topic))
        target.set_up(say, thread)
        assert (await his.receive()).payload["payload"]["body"] == "after the end"

        target.set_up("select tests.complete('fred active', 'max')")
        assert joined(await hers.join(target.one(moved, thread), hers_is))
        target.set_up(say, thread)
        assert (await hers.receive()).payload["payload"]["body"] == "after the end"
        await his.nothing_more()
    async with socket(target) as his:
        for name in (topic, target.one(moved, thread)):
            assert not joined(await join(target, his, "max", name))


@pytest.mark.attack(103)
async def test_nobody_is_present(target: Target, topics: dict[str, set[str]]) -> None:
    topic = next(topic for topic, welcome in topics.items() if welcome == {"ana", "max"})
    asked = {"presence": {"enabled": True, "key": "ana@example.test"}}
    async with socket(target) as hers, socket(target) as his:
        assert joined(await join(target, hers, "ana", topic, **asked))
        assert joined(await join(target, his, "max", topic, **asked))
        tracked = {"type": "presence", "event": "track", "payload": {"name": "Ana Alvarez"}}
        ref = await hers.push(f"realtime:{topic}", "presence", tracked, join_ref="j")
        answer = await hers.receive()
        assert (answer.ref, answer.payload.get("status")) == (ref, "error")
        await his.nothing_more()


# Changes of tables: the local relay serves none, whoever asks. What keeps hosted Realtime from telling them is
# that nothing of ours is published: tests/sql/test_what_realtime_publishes.sql.

EVERYTHING = [
    {"event": "*", "schema": "*"},
    {"event": "*", "schema": "app"},
    {"event": "*", "schema": "public", "table": "messages"},
    {"event": "*", "schema": "app", "table": "contact_details"},
]


async def hears_of(
    target: Target, changes: list[dict[str, str]], change: Callable[[], object]
) -> Any:
    """The answer to a join that asks for changes; fails if the change is then heard of."""
    async with socket(target) as wire:
        topic = f"person:{target.ids['zoe']}"
        answer = await join(target, wire, "zoe", topic, postgres_changes=changes)
        assert joined(answer)
        change()
        await wire.nothing_more()
        return answer.payload["response"]


async def test_an_inserted_row_is_told_to_nobody(target: Target) -> None:
    insert = "insert into app.audit_log (action, subject) values ('tried', 'nothing') returning id"
    heard = await hears_of(target, EVERYTHING, lambda: target.rows(insert))
    assert heard == {"postgres_changes": []}


async def test_a_deleted_row_is_told_to_nobody(target: Target) -> None:
    delete = "delete from app.session_intake where session_id = tests.id('ben with bart')"
    heard = await hears_of(target, EVERYTHING, lambda: target.rows(delete))
    assert heard == {"postgres_changes": []}


async def test_an_updated_row_is_told_to_nobody(target: Target) -> None:
    update = (
        "update app.contact_details set street = '1 New Street' where person_id = tests.id('ben')"
    )
    heard = await hears_of(target, EVERYTHING, lambda: target.rows(update))
    assert heard == {"postgres_changes": []}
