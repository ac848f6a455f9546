"""Does the local Data API answer as PostgREST on hosted Supabase does, and leave the grants as migrations made them?"""

import time
import tomllib
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import psycopg
import pytest
from psycopg.rows import dict_row
from supabase import Client, ClientOptions, create_client

from local import scratch
from local.home import CHECKOUT
from local.scratch import Database, Platform

PERSONAS = {
    "customer": "ana",
    "mechanic": "max",
    "workshop": "walt",
    "platform_admin": "ada",
    "media_worker": "mia",
}

# What the tests ask through HTTP beside the real views and functions.
PLANTED = """
    grant usage on schema api to anon, media_worker;

    create function api.current_settings()
        returns json
        language sql
        set search_path from current
    as $$
        select json_build_object(
            'role', current_user,
            'statement_timeout', current_setting('statement_timeout'),
            'claims', current_setting('request.jwt.claims')
        )
    $$;

    create function api.sleep(seconds double precision)
        returns void
        language sql
    as $$ select pg_catalog.pg_sleep(seconds) $$;

    create function api.fail(code text)
        returns void
        language plpgsql
    as $$
    begin
        raise exception 'a sentence' using errcode = code, hint = 'retry after 5 seconds';
    end;
    $$;

    create function api.at(instant timestamptz)
        returns timestamptz
        language sql
    as $$ select instant $$;

    create function api.post_short_by(cents integer)
        returns boolean
        language sql
        security definer
        set search_path = ''
    as $$
        select app.post_transaction(
            'planted:' || pg_catalog.gen_random_uuid(), 'Planted', null, null,
            pg_catalog.jsonb_build_array(
                pg_catalog.jsonb_build_object('account', 'bank', 'amount_cents', 100 - cents),
                pg_catalog.jsonb_build_object('account', 'stripe.balance', 'amount_cents', -100)
            ),
            'usd'
        )
    $$;

    create view api.numbers as select n from pg_catalog.generate_series(1, 1200) as n;

    grant execute on function api.current_settings(), api.sleep(double precision), api.fail(text),
        api.at(timestamptz), api.post_short_by(integer)
        to anon, customer, mechanic, workshop, platform_admin, media_worker;
    grant select on api.numbers to customer;
"""

# Every access privilege in the database, and who owns what.
PRIVILEGES = """
    select 'schema', nspname::text, nspowner, nspacl::text from pg_namespace
    union all select 'relation', oid::regclass::text, relowner, relacl::text from pg_class
    union all select 'column', attrelid::regclass || '.' || attname, 0, attacl::text from pg_attribute
    union all select 'function', oid::regprocedure::text, proowner, proacl::text from pg_proc
    union all select 'type', oid::regtype::text, typowner, typacl::text from pg_type
    union all select 'language', lanname::text, lanowner, lanacl::text from pg_language
    union all select 'database', datname::text, datdba, datacl::text from pg_database
    union all
    select 'default', concat(defaclrole::regrole, ' ', defaclnamespace, defaclobjtype), 0, defaclacl::text
    from pg_default_acl
    union all
    select 'member', concat(roleid::regrole, ' ', member::regrole), grantor, concat(admin_option, inherit_option, set_option)
    from pg_auth_members
    union all select 'role', rolname::text, oid, concat(rolsuper, rolbypassrls, rolinherit, rolconfig) from pg_roles
"""


@dataclass(frozen=True)
class Api:
    """The Data API above a world of its own, and tokens for the people in it."""

    platform: Platform
    people: dict[str, uuid.UUID]
    http: httpx.Client

    def token(self, persona: str) -> str:
        """What Auth would give to this persona's person of the test world."""
        claims = {
            "sub": str(self.people[PERSONAS[persona]]),
            "role": persona,
            "aud": "authenticated",
            "exp": datetime.now(UTC) + timedelta(minutes=10),
        }
        return jwt.encode(claims, self.platform.keys.jwt_secret, algorithm="HS256")

    def headers(self, persona: str | None, schema: str = "api") -> dict[str, str]:
        headers = {
            "apikey": self.platform.publishable_key,
            "Accept-Profile": schema,
            "Content-Profile": schema,
        }
        if persona:
            headers["Authorization"] = f"Bearer {self.token(persona)}"
        return headers

    def get(
        self, path: str, persona: str | None = "customer", schema: str = "api"
    ) -> httpx.Response:
        return self.http.get(f"/rest/v1/{path}", headers=self.headers(persona, schema))

    def call(
        self, function: str, persona: str | None = "customer", /, **arguments: Any
    ) -> httpx.Response:
        headers = self.headers(persona)
        return self.http.post(f"/rest/v1/rpc/{function}", headers=headers, json=arguments)

    def client(self) -> Client:
        options = ClientOptions(schema="api")
        return create_client(self.platform.url, self.platform.publishable_key, options)

    def rows(self, query: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.platform.dsn(), row_factory=dict_row) as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture(scope="module")
def api(new_database: Callable[[], AbstractContextManager[Database]]) -> Iterator[Api]:
    with new_database() as clone:
        with psycopg.connect(clone.dsn()) as connection:
            connection.execute(PLANTED.encode())
            people = connection.execute("select name, id from tests.names").fetchall()
        with (
            scratch.platform(clone) as platform,
            httpx.Client(base_url=platform.url, timeout=30) as http,
        ):
            yield Api(platform, dict(people), http)


def test_a_crawl_of_everything_as_everybody_leaves_every_grant_as_it_was(api: Api) -> None:
    views = api.rows("select viewname::text as name from pg_views where schemaname = 'api'")
    functions = api.rows("""
        select p.proname::text as name, coalesce(p.proargnames[:p.pronargs], '{}') as arguments
        from pg_proc as p
        where p.pronamespace = 'api'::regnamespace and p.proname not in ('sleep', 'fail')
    """)
    assert views and functions
    before = api.rows(PRIVILEGES)
    answers = set()
    for persona in (None, *PERSONAS):
        for view in views:
            answers.add(api.get(f"{view['name']}?limit=1", persona).status_code)
        for function in functions:
            nothing = dict.fromkeys(function["arguments"])
            answers.add(api.call(function["name"], persona, **nothing).status_code)
    assert {200, 403} <= answers
    assert answers <= {200, 204, 400, 401, 403, 404, 409, 422, 429}
    assert api.rows(PRIVILEGES) == before


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_request_runs_as_its_persona_with_the_persona_s_timeout(api: Api, persona: str) -> None:
    settings = api.call("current_settings", persona).json()
    configured = api.rows(f"select rolconfig from pg_roles where rolname = '{persona}'")
    assert settings["role"] == persona
    assert f"statement_timeout={settings['statement_timeout']}" in configured[0]["rolconfig"]
    assert str(api.people[PERSONAS[persona]]) in settings["claims"]


@pytest.mark.parametrize("persona", PERSONAS)
def test_a_transaction_that_does_not_balance_is_refused_at_commit(api: Api, persona: str) -> None:
    transactions = "select count(*) as n from app.ledger_transactions where description = 'Planted'"
    [before] = api.rows(transactions)
    short = api.call("post_short_by", persona, cents=1)
    assert (short.status_code, short.json()["code"]) == (400, "23514")
    assert api.rows(transactions) == [before]
    assert api.call("post_short_by", persona, cents=0).json() is True
    assert api.rows(transactions) == [{"n": before["n"] + 1}]


@pytest.mark.attack(37)
@pytest.mark.parametrize(("persona", "seconds"), [(None, 3), ("customer", 8)])
def test_a_slow_query_is_cancelled_by_the_timeout_of_its_role(
    api: Api, persona: str | None, seconds: int
) -> None:
    begin = time.monotonic()
    answer = api.call("sleep", persona, seconds=30)
    assert (answer.status_code, answer.json()["code"]) == (500, "57014")
    assert seconds - 0.5 < time.monotonic() - begin < seconds + 3


@pytest.mark.attack(33)
@pytest.mark.parametrize(
    "schema",
    [
        *("app", "auth", "backend", "extensions", "graphql_public", "information_schema"),
        *("pg_catalog", "procrastinate", "public", "realtime", "storage", "tests", "vault"),
    ],
)
@pytest.mark.parametrize("secret", [False, True])
def test_other_schemas_are_refused(api: Api, schema: str, secret: bool) -> None:
    headers = api.headers("customer", schema)
    if secret:
        headers = {**headers, "apikey": api.platform.secret_key}
        del headers["Authorization"]
    for answer in (
        api.http.get("/rest/v1/users", headers=headers),
        api.http.post("/rest/v1/users", headers=headers, json={}),
        api.http.post("/rest/v1/rpc/version", headers=headers, json={}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (406, "PGRST106")


def test_a_request_that_names_no_schema_gets_the_exposed_one(api: Api) -> None:
    headers = api.headers("customer")
    del headers["Accept-Profile"], headers["Content-Profile"]
    answer = api.http.get("/rest/v1/numbers?limit=1", headers=headers)
    assert answer.json() == [{"n": 1}]


@pytest.mark.parametrize("key", [{}, {"apikey": "sb_secret_guessed"}, {"apikey": "null"}])
@pytest.mark.parametrize("signed_in", [False, True])
def test_without_a_key_one_is_nobody(api: Api, key: dict[str, str], signed_in: bool) -> None:
    headers = {**key, "Origin": api.platform.url}
    if signed_in:
        headers["Authorization"] = f"Bearer {api.token('platform_admin')}"
    assert api.http.get("/rest/v1/numbers", headers=headers).status_code == 401
    signing_up = api.http.post("/auth/v1/signup", headers=headers, json={})
    assert signing_up.status_code == 401
    assert api.http.get("/storage/v1/bucket", headers=headers).json() == []


def test_a_forged_or_expired_token_is_refused(api: Api) -> None:
    claims = {"sub": str(uuid.uuid4()), "role": "platform_admin"}
    tomorrow, yesterday = (datetime.now(UTC) + timedelta(days=days) for days in (1, -1))
    secret = api.platform.keys.jwt_secret
    for token in (
        jwt.encode({**claims, "exp": tomorrow}, "x" * 40, algorithm="HS256"),
        jwt.encode({**claims, "exp": yesterday}, secret, algorithm="HS256"),
        jwt.encode({**claims, "exp": tomorrow}, "", algorithm="none"),
    ):
        headers = {**api.headers(None), "Authorization": f"Bearer {token}"}
        answer = api.http.get("/rest/v1/numbers", headers=headers)
        assert answer.status_code == 401


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("PT403", 403),
        ("PT404", 404),
        ("PT409", 409),
        ("PT422", 422),
        ("PT429", 429),
        ("42501", 403),
        ("P0001", 400),
        ("23514", 400),
        ("23505", 409),
        ("40001", 500),
        ("57014", 500),
    ],
)
def test_an_error_keeps_its_code_sentence_and_hint(api: Api, code: str, status: int) -> None:
    answer = api.call("fail", code=code)
    assert answer.status_code == status
    body = answer.json()
    assert (body["code"], body["message"]) == (code, "a sentence")
    assert code == "23505" or body["hint"] == "retry after 5 seconds"


def test_times_are_read_by_the_python_client(api: Api) -> None:
    client = api.client()
    signed_up = client.auth.sign_up(
        {"email": f"{uuid.uuid4()}@example.test", "password": "a long password"}
    )
    assert signed_up.user and signed_up.session
    assert abs(datetime.now(UTC) - signed_up.user.created_at) < timedelta(minutes=1)
    instant = client.rpc("at", {"instant": "2026-01-01 10:00:00.1+00"}).execute().data
    assert instant == "2026-01-01T10:00:00.1+00:00"
    assert datetime.fromisoformat(instant) == datetime(2026, 1, 1, 10, 0, 0, 100_000, UTC)


def test_the_api_is_configured_as_hosted_is(api: Api) -> None:
    config = tomllib.loads((CHECKOUT / "supabase/config.toml").read_text())
    refused = api.get("users", schema="auth").json()
    assert refused["hint"].endswith(f": {', '.join(config['api']['schemas'])}")
    assert len(api.get("numbers").json()) == config["api"]["max_rows"]
    signed_up = api.client().auth.sign_up(
        {"email": f"{uuid.uuid4()}@example.test", "password": "a long password"}
    )
    assert signed_up.session
    assert signed_up.session.expires_in == config["auth"]["jwt_expiry"]
    source = (CHECKOUT / "local/data_api.mjs").read_text()
    assert f'FILE_SIZE_LIMIT = "{config["storage"]["file_size_limit"]}"' in source


@pytest.mark.attack(35)
@pytest.mark.parametrize("asked", ["limit=100000", "limit=100000&offset=0", "select=n&n=gt.0"])
def test_one_request_gets_at_most_a_thousand_rows(api: Api, asked: str) -> None:
    assert len(api.get(f"numbers?{asked}").json()) == 1000


def test_a_new_function_is_served_without_a_restart(api: Api) -> None:
    with psycopg.connect(api.platform.dsn()) as connection:
        connection.execute("create function api.newborn() returns integer language sql return 1")
        connection.execute("grant execute on function api.newborn to customer")
    deadline = time.monotonic() + 10
    while (answer := api.call("newborn")).status_code == 404 and time.monotonic() < deadline:
        pass
    assert answer.json() == 1
