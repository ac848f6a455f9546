"""What does a hostile client reach with a token that is forged, foreign, stale or missing, or by asking Auth?"""

import asyncio
import base64
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.py.attack_target import (
    CAST,
    EVERY_FUNCTION,
    FUNCTIONS,
    ROLES,
    SEEING,
    Target,
    readable,
)
from tests.py.relay_wire import Wire

pytest_plugins = ["tests.py.attack_fixtures"]

PASSWORD = "correct-horse-battery"


def opened(target: Target, token: str | None, person: str = "ada") -> dict[str, object]:
    """What a token opens: rows of the API, buckets of Storage, a topic of Realtime, the service."""
    headers = target.headers(None, token) if token else target.headers(None)
    rest = target.http.get("/rest/v1/my_account", headers=headers)
    buckets = target.http.get("/storage/v1/bucket", headers=headers)
    paid = target.http.post(
        f"{target.platform.service_url}/checkout",
        headers=headers,
        json={"payment_id": target.ids["ben requested payment"]},
    )
    return {
        "rows": rest.json() if rest.status_code == 200 else [],
        "buckets": buckets.json() if buckets.status_code == 200 else [],
        "topic": asyncio.run(_joins(target, token, f"person:{target.ids[person]}")),
        "service": paid.status_code,
    }


async def _joins(target: Target, token: str | None, topic: str) -> bool:
    async with aiohttp.ClientSession(target.platform.url) as http:
        key = {"apikey": target.platform.publishable_key, "vsn": "2.0.0"}
        wire = Wire(await http.ws_connect("/realtime/v1/websocket", params=key), "2.0.0")
        return bool((await wire.join(topic, token)).payload["status"] == "ok")


NOTHING = {"rows": [], "buckets": [], "topic": False, "service": 401}


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


FORGERIES = (
    *("wrong key", "wrong key under a known name", "no algorithm", "no signature"),
    *("another algorithm named", "a key of its own", "a claim changed"),
)


@pytest.fixture(scope="module")
def forged(target: Target) -> dict[str, str]:
    """Tokens of an admin that Auth has not signed."""
    claims = jwt.decode(target.token("ada"), options={"verify_signature": False})
    head, body, signature = target.token("ada").split(".")
    key = ec.generate_private_key(ec.SECP256R1())
    public = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    _, customer, theirs = target.token("ben").split(".")
    assert customer != body
    return {
        "wrong key": jwt.encode(claims, "x" * 40, "HS256"),
        "wrong key under a known name": jwt.encode(claims, "x" * 40, "HS256", {"kid": "key-1"}),
        "no algorithm": jwt.encode(claims, "", "none"),
        "no signature": f"{head}.{body}.",
        "another algorithm named": f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{body}.{signature}",
        "a key of its own": jwt.encode(claims, key, "ES256", {"jwk": public}),
        "a claim changed": f"{head}.{body}.{theirs}",
    }


@pytest.mark.attack(28)
def test_a_signed_token_opens_what_it_should(target: Target) -> None:
    found = opened(target, target.token("ada"))
    assert found["rows"] and found["topic"]
    assert found["service"] == 403  # only customers pay


@pytest.mark.attack(28)
@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_opens_nothing(target: Target, forged: dict[str, str], forgery: str) -> None:
    assert opened(target, forged[forgery]) == NOTHING


@pytest.mark.attack(28)
@pytest.mark.parametrize(
    "role",
    [
        *("postgres", "supabase_admin", "supabase_lite", "supabase_read_only_user"),
        *("pg_read_all_data", "realtime_relay", "platform_tables", "authenticator"),
        *("backend", "worker", "none", "nobody", "anon", "authenticated", ""),
    ],
)
def test_a_role_that_is_no_persona_opens_nothing(target: Target, role: str) -> None:
    """Even signed: as if Auth, or the trigger that writes its role, were fooled."""
    found = opened(target, target.token("ada", role=role))
    assert found == NOTHING | {"service": 403}
    for relation in ("admin_people", "messages"):
        headers = target.headers(None, target.token("ada", role=role))
        assert target.http.get(f"/rest/v1/{relation}", headers=headers).status_code in (401, 403)


# What says nothing of anybody, to whom it is shown.
# One's own record, of which the policies ask only whose it is.
OWN = {"my_account", "notices", "my_reports", "my_violations", "my_appeals", "restrictions"}
OWN |= {"payout_account"}
COMMON = {"cities", "services", "workshops", "prices", "refund_policy", "monitoring_notice"}
# What asks for the caller's standing before anything else.
ASKS_STANDING_FIRST = {
    "read_contact",
    "restrict",
    "invite_person",
    "accept_session",
    "request_session",
}
PAIRS = [
    (person, role)
    for person in (*SEEING, "mia")
    for role in SEEING.values()
    if role != CAST[person]
]


@pytest.mark.attack(28)
@pytest.mark.parametrize(("person", "role"), PAIRS)
def test_a_persona_that_the_account_does_not_have_opens_nothing_of_anybody_else_s(
    target: Target, person: str, role: str
) -> None:
    """Even signed: a token for somebody's account with another persona's role."""
    token = target.token(person, role=role)
    headers = target.headers(None, token)
    for view in readable(role):
        answer = target.http.get(f"/rest/v1/{view}", headers=headers)
        assert answer.status_code == 200, answer.text
        if view in OWN:
            mine = target.rest(person, view).json() if view in readable(CAST[person]) else []
            assert all(
                row in mine or row.get("id") == target.ids[person] for row in answer.json()
            ), (view, answer.text)
        elif view not in COMMON:
            assert not any(value for row in answer.json() for value in row.values()), view
    for function, parameters in FUNCTIONS[role].items():
        if function == "set_contact_details":  # one's own
            continue
        answer = target.http.post(
            f"/rest/v1/rpc/{function}", headers=headers, json=dict.fromkeys(parameters)
        )
        assert answer.status_code >= 400 or answer.json() == [], (function, answer.text)
        if function in ASKS_STANDING_FIRST:
            assert answer.json()["code"] == "PT403", (function, answer.text)
    desk = target.one("select name || ':' || epoch from app.topic_epochs")
    assert not asyncio.run(_joins(target, token, desk)) or CAST[person] == "platform_admin"


@pytest.mark.attack(28)
def test_the_secret_key_s_role_reads_no_row_of_ours(target: Target) -> None:
    headers = target.headers(None, target.token("ada", role="service_role"))
    for view in ROLES["platform_admin"].reads:
        assert target.http.get(f"/rest/v1/{view}", headers=headers).status_code == 403


@pytest.mark.attack(29)
def test_nothing_sent_to_auth_makes_a_role(target: Target) -> None:
    wish = {"role": "platform_admin", "app_metadata": {"role": "platform_admin"}}
    wish |= {"data": {"role": "platform_admin"}, "aud": "platform_admin"}
    account = {"email": f"{uuid.uuid4().hex}@example.test", "password": PASSWORD}
    session = target.ask(None, "/auth/v1/signup", "POST", json=account | wish).json()
    headers = target.headers(None, session["access_token"])
    target.http.put("/auth/v1/user", headers=headers, json=wish)
    again = target.ask(
        *(None, "/auth/v1/token?grant_type=refresh_token", "POST"),
        json={"refresh_token": session["refresh_token"]} | wish,
    ).json()
    for token in (session["access_token"], again["access_token"]):
        assert jwt.decode(token, options={"verify_signature": False})["role"] == "customer"


@pytest.mark.attack(30)
@pytest.mark.parametrize(
    "audience", ["another project", "", None, ["a", "b"], "platform_admin", "service_role"]
)
def test_another_audience_opens_no_more_than_its_role_and_id(
    target: Target, audience: object
) -> None:
    """Also one that is called as a role is: Auth's own is `authenticated`."""
    token = target.token("ben", aud=audience)
    headers = target.headers(None, token)
    [account] = target.http.get("/rest/v1/my_account", headers=headers).json()
    assert account["id"] == target.ids["ben"]
    for view in ("admin_people", "mechanic_queue", "workshop_cases"):
        assert target.http.get(f"/rest/v1/{view}", headers=headers).status_code == 403, view
    desk = target.one("select name || ':' || epoch from app.topic_epochs")
    assert not asyncio.run(_joins(target, token, desk))
    foreign = jwt.decode(token, options={"verify_signature": False})
    forged = jwt.encode(foreign, "another project's key " * 3, "HS256")
    assert opened(target, forged, "ben") == NOTHING


@pytest.mark.attack(31)
@pytest.mark.parametrize("ago_s", [31, 3600])
def test_an_expired_token_opens_nothing(target: Target, ago_s: int) -> None:
    past = datetime.now(UTC) - timedelta(seconds=ago_s)
    assert opened(target, target.token("ada", exp=past)) == NOTHING


@pytest.mark.attack(32)
def test_without_a_token_nothing_opens(target: Target) -> None:
    assert opened(target, None) == NOTHING
    for function, parameters in EVERY_FUNCTION.items():
        answer = target.call(None, function, **dict.fromkeys(parameters))
        assert (answer.status_code, answer.json()["code"]) == (401, "42501"), (
            function,
            answer.text,
        )
    for path in ("object/list/quarantine", "object/quarantine/x", "object/sign/quarantine/x"):
        answer = target.ask(
            None, f"/storage/v1/{path}", "POST", json={"prefix": "", "expiresIn": 9}
        )
        assert answer.status_code >= 400 or answer.json() == []


# Standing


@pytest.mark.attack(90)
def test_a_token_from_before_a_ban_opens_only_one_s_own_record(target: Target) -> None:
    target.set_up("""
        select tests.invite('tess', 'mechanic');
        select tests.act_as('mechanic', 'tess');
        select api.set_mechanic_profile('Tess');
        select tests.act_as_owner();
    """)
    person = target.one("select tests.id('tess')::text")
    _, session, thread = target.open_session("dina", "tess")
    topic = target.one("select topic from app.threads where id = %s", thread)
    token = target.token(None, sub=person, role="mechanic")
    headers = target.headers(None, token)

    def get(view: str) -> list[Any]:
        return list(target.http.get(f"/rest/v1/{view}", headers=headers).json())

    work = ("mechanic_sessions", "mechanic_threads", "mechanic_queue")
    assert all(get(view) for view in work)
    assert asyncio.run(_joins(target, token, topic))

    answer = target.call(
        *("ada", "restrict"),
        holder_id=person, kind="banned", off_platform=True, clause="4.4", facts="Took money.",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert [get(view) for view in (*work, "messages")] == [[]] * 4
    assert [row["id"] for row in get("my_account")] == [person]
    moved = target.one("select topic from app.threads where id = %s", thread)
    assert not any(asyncio.run(_joins(target, token, name)) for name in (topic, moved))
    for function, arguments in (
        ("send_message", {"thread_id": thread, "body": "x", "client_message_id": person}),
        ("hand_back_session", {"session_id": session}),
        ("accept_session", {"session_id": target.ids["ben queued"]}),
    ):
        called = target.http.post(f"/rest/v1/rpc/{function}", headers=headers, json=arguments)
        assert called.json()["code"] in ("PT403", "PT404"), called.text
    assert target.http.get("/storage/v1/bucket", headers=headers).json() == []
    paid = target.http.post(f"{target.platform.service_url}/checkout", headers=headers, json={})
    assert paid.status_code == 403


@pytest.mark.attack(90)
def test_a_token_from_before_a_dismissal_opens_no_admin_s_view(target: Target) -> None:
    target.set_up("select tests.invite('abe', 'platform_admin')")
    person = target.one("select tests.id('abe')::text")
    token = target.token(None, sub=person, role="platform_admin")
    headers = target.headers(None, token)
    desk = "select name || ':' || epoch from app.topic_epochs"
    assert target.http.get("/rest/v1/admin_people", headers=headers).json()
    assert asyncio.run(_joins(target, token, target.one(desk)))

    answer = target.call("ada", "dismiss_admin", person_id=person, reason="left the company")
    assert answer.status_code == 204, answer.text
    for view in readable("platform_admin"):
        if view.startswith("admin_") and view not in ("admin_topics", "admin_workshops"):
            assert target.http.get(f"/rest/v1/{view}", headers=headers).json() == [], view
    assert not asyncio.run(_joins(target, token, target.one(desk)))
    called = target.http.post(
        "/rest/v1/rpc/read_contact",
        headers=headers,
        json={"person_id": target.ids["ana"], "reason": "a dispute about a payment"},
    )
    assert called.json()["code"] == "PT403"


@pytest.mark.attack(90)
def test_a_token_from_before_a_suspension_takes_no_new_work(target: Target) -> None:
    target.set_up("""
        select tests.invite('theo', 'mechanic');
        select tests.act_as('mechanic', 'theo');
        select api.set_mechanic_profile('Theo');
        select tests.act_as_owner();
    """)
    person = target.one("select tests.id('theo')::text")
    _, session, _ = target.open_session("tina", "theo")
    headers = target.headers(None, nearly_over(target, sub=person, role="mechanic"))

    def get(view: str) -> list[Any]:
        return list(target.http.get(f"/rest/v1/{view}", headers=headers).json())

    assert get("mechanic_queue") and get("mechanic_sessions")
    answer = target.call(
        *("ada", "restrict"),
        holder_id=person, kind="suspended", off_platform=False, clause="4.1", facts="Rude.", days=7,
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    assert get("mechanic_queue") == []
    assert [row["id"] for row in get("mechanic_sessions")] == [session], "paid work goes on"
    called = target.http.post(
        "/rest/v1/rpc/accept_session",
        headers=headers,
        json={"session_id": target.ids["ben queued"]},
    )
    assert called.json()["code"] == "PT403"


def nearly_over(target: Target, **claims: Any) -> str:
    """A token that Auth signed nine minutes ago."""
    now = datetime.now(UTC)
    iat, exp = now - timedelta(minutes=9), now + timedelta(minutes=1)
    return target.token(None, iat=iat, exp=exp, **claims)


@pytest.mark.attack(90)
def test_a_token_from_before_a_removal_opens_no_case_of_the_workshop(target: Target) -> None:
    target.set_up("select tests.invite('rory', 'workshop', tests.id('Northside Garage'))")
    person = target.one("select tests.id('rory')::text")
    headers = target.headers(None, nearly_over(target, sub=person, role="workshop"))
    views = ("workshop_cases", "workshop_offers", "workshop_threads", "messages")

    def opened(view: str) -> list[Any]:
        return list(target.http.get(f"/rest/v1/{view}", headers=headers).json())

    assert all(opened(view) for view in views)
    answer = target.call(
        *("ada", "remove_workshop_member"),
        workshop_id=target.ids["Northside Garage"], person_id=person, reason="left the workshop",
    )  # fmt: skip
    assert answer.status_code == 204, answer.text
    assert not any(opened(view) for view in views)


@pytest.mark.attack(95)
def test_an_account_that_became_a_mechanic_is_no_customer_any_more(target: Target) -> None:
    email = f"{uuid.uuid4().hex}@example.test"
    session = target.ask(
        None, "/auth/v1/signup", "POST", json={"email": email, "password": PASSWORD}
    ).json()
    headers = target.headers(None, session["access_token"])

    def call(function: str, **arguments: Any) -> Any:
        return target.http.post(f"/rest/v1/rpc/{function}", headers=headers, json=arguments)

    token = target.call(
        "ada", "invite_person", email=email, persona="mechanic", workshop_id=None
    ).json()
    assert call("accept_invitation", token=token).status_code == 200
    profile = {"first_name": "Nora", "last_initial": "n", "city_id": target.ids["Springfield"]}
    assert call("set_customer_profile", **profile).json()["code"] == "PT404"
    assert call("accept_invitation", token=token).json()["code"] == "PT403"
    again = target.ask(
        *(None, "/auth/v1/token?grant_type=refresh_token", "POST"),
        json={"refresh_token": session["refresh_token"]},
    ).json()
    claims = jwt.decode(again["access_token"], options={"verify_signature": False})
    assert claims["role"] == "mechanic"
    headers = target.headers(None, again["access_token"])
    assert call("set_customer_profile", **profile).status_code == 403


# Accounts


@pytest.mark.attack(91)
@pytest.mark.parametrize("body", [{}, {"data": {}}, {"email": "", "password": ""}])
def test_nobody_signs_in_without_a_name(target: Target, body: dict[str, Any]) -> None:
    answer = target.ask(None, "/auth/v1/signup", "POST", json=body)
    assert answer.status_code == 422
    assert "access_token" not in answer.text


@pytest.mark.attack(91)
def test_an_anonymous_token_would_open_nothing(target: Target) -> None:
    token = target.token("ana", role="authenticated", is_anonymous=True)
    headers = target.headers(None, token)
    for view in readable("customer"):
        assert target.http.get(f"/rest/v1/{view}", headers=headers).status_code == 403


@pytest.mark.attack(93)
@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("recover", {}),
        ("otp", {}),
        ("magiclink", {}),
        ("resend", {"type": "signup"}),
        ("token?grant_type=password", {"password": "a wrong password"}),
        ("verify", {"type": "recovery", "token": "123456"}),
    ],
)
def test_auth_answers_alike_whether_or_not_there_is_an_account(
    target: Target, path: str, rest: dict[str, Any]
) -> None:
    known, unknown = (
        target.http.post(
            f"/auth/v1/{path}",
            headers=target.headers(None),
            json={"email": email} | rest,
        )
        for email in ("ana@example.test", "nobody@example.test")
    )
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)


@pytest.fixture
def interleaved() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as threads:
        yield threads


@pytest.mark.attack(96)
def test_a_pooled_connection_carries_nobody_on_to_the_next(
    target: Target, interleaved: ThreadPoolExecutor
) -> None:
    people = [*CAST, None] * 8

    def who(person: str | None) -> list[str]:
        answer = target.rest(person, "my_account")
        return [row["id"] for row in answer.json()] if answer.status_code == 200 else []

    found = list(interleaved.map(who, people))
    mine = [
        [target.ids[person]] if person and "my_account" in readable(CAST[person]) else []
        for person in people
    ]
    assert found == mine
