"""The platform as a hostile client meets it: everybody's token, and a search of every answer for what they may not know."""

import base64
import contextlib
import json
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import jwt
import psycopg
from psycopg.rows import dict_row

from local import scratch
from local.database import allow_service_logins
from local.scratch import Platform
from tests.conftest import NewDatabase
from tools import access_spec

SPEC = access_spec.load()
ROLES = {role: SPEC.role(role) for role in SPEC.roles}

# One of each persona who sees much of it, and strangers, the restricted and the removed.
SEEING = {"ana": "customer", "max": "mechanic", "walt": "workshop", "ada": "platform_admin"}
CAST = SEEING | {
    "ben": "customer",
    "cleo": "customer",
    "zoe": "mechanic",
    "sid": "mechanic",
    "bart": "mechanic",
    "wanda": "workshop",
    "dora": "workshop",
    "wes": "workshop",
    "lena": "workshop",
    "rex": "workshop",
    "mia": "media_worker",
}

FUNCTIONS = {
    role: {
        name: [parameter for parameter in parameters.split(", ") if parameter]
        for name, parameters in re.findall(r"(\w+)\((.*)\)", "\n".join(spec.may))
    }
    for role, spec in ROLES.items()
}
EVERY_FUNCTION = {
    name: parameters for role in SEEING.values() for name, parameters in FUNCTIONS[role].items()
}

# Beside contact data: what the test world says, and who may read it.
CANARIES = {
    "Grinding noise when braking": {"ana", "max", "ada"},
    "1HGCM82633A004352": {"ana", "max", "ada"},
    "Hello, it grinds.": {"ana", "max", "ada"},  # the thread is flagged
    "Soft pedal": {"ana", "ada"},
    "2T1BURHE5JC034461": {"ana", "walt", "wanda", "dora", "ada"},
    "Rough idle": {"ben", "ada"},
    "Squeal": {"cleo", "ada"},
    "No start": {"ben", "ada"},
    "Shared a number.": {"sid", "ada"},
    "Took cash.": {"bart", "ada"},
    # attack_fixtures.py plants these
    "217-555-0199": set[str](),
    "billing.canary@example.test": set(),
    "+12175550998": set(),
    "invited.canary@example.test": set(),
    "metadata-canary": set(),
}


def spellings(canary: str) -> set[str]:
    """What a canary looks like on a wire: as it is, escaped, in base64, a telephone number without its marks."""
    found = {canary, quote(canary), quote(canary, safe=""), json.dumps(canary)[1:-1]}
    for shift in range(3):
        encoded = base64.b64encode(b"_" * shift + canary.encode()).decode().rstrip("=")
        found.add(encoded[(0, 2, 3)[shift] : -2])
    digits = re.sub(r"[+\- ]", "", canary)
    if digits.isdigit():
        found.add(digits.removeprefix("1"))
    return {spelling.lower() for spelling in found}


@dataclass(frozen=True)
class Target:
    """The platform, everybody's token, and what each may not find in an answer."""

    platform: Platform
    ids: dict[str, str]
    canaries: dict[str, set[str]]
    http: httpx.Client
    _spelt: dict[str, set[str]] = field(default_factory=dict)

    def token(self, person: str | None, **claims: Any) -> str:
        """What Auth would sign for a person of the test world; a claim of None is left out."""
        said = {"aud": "authenticated", "exp": datetime.now(UTC) + timedelta(minutes=10)}
        if person:
            said |= {"sub": self.ids[person], "role": CAST[person]}
        said = {name: value for name, value in (said | claims).items() if value is not None}
        return jwt.encode(said, self.platform.keys.jwt_secret, algorithm="HS256")

    def ask(
        self,
        person: str | None,
        path: str,
        method: str = "GET",
        *,
        json: Any = None,
        **headers: str,
    ) -> httpx.Response:
        """An answer of the platform to a person, or to nobody, in which they found no canary."""
        answer = self.http.request(
            method, path, json=json, headers=self.headers(person) | _names(headers)
        )
        self.search(person, f"{answer.status_code} {answer.headers} {answer.text}")
        return answer

    def rest(
        self, person: str | None, path: str, method: str = "GET", **rest: Any
    ) -> httpx.Response:
        """As `ask`, of the Data API."""
        return self.ask(person, f"/rest/v1/{path}", method, **rest)

    def call(self, person: str | None, function: str, /, **arguments: Any) -> httpx.Response:
        """As `rest`, of a function."""
        return self.rest(person, f"rpc/{function}", "POST", json=arguments)

    def headers(self, person: str | None, token: str | None = None) -> dict[str, str]:
        headers = {"apikey": self.platform.publishable_key}
        if person or token:
            headers["Authorization"] = f"Bearer {token or self.token(person)}"
        return headers

    def search(self, person: str | None, text: str) -> None:
        """Fails if the text holds a canary that this person may not see."""
        text = text.lower()
        found = {
            canary
            for canary, seen_by in self.canaries.items()
            if person not in seen_by
            and any(spelling in text for spelling in self._spellings(canary))
        }
        assert not found, f"{person} was given {found}"

    def _spellings(self, canary: str) -> set[str]:
        if canary not in self._spelt:
            self._spelt[canary] = spellings(canary)
        return self._spelt[canary]

    def rows(self, query: str, *values: object, **named: object) -> list[dict[str, Any]]:
        """What the database's owner reads, or does."""
        with psycopg.connect(self.platform.dsn(), row_factory=dict_row) as connection:
            cursor = connection.execute(query.encode(), named or values)
            return cursor.fetchall() if cursor.description else []

    def one(self, query: str, *values: object) -> Any:
        """The one value of the one row."""
        [row] = self.rows(query, *values)
        [value] = row.values()
        return value

    def set_up(self, statement: str, *values: object) -> None:
        """Let the test world go on: the owner's statement, which may act as anybody."""
        self.rows(statement, *values)

    def open_session(self, customer: str, mechanic: str) -> tuple[str, str, str]:
        """A new customer's session with a mechanic; ids of the customer, the session and its thread."""
        session = f"{customer} active"
        with psycopg.connect(self.platform.dsn()) as connection:
            for statement, *values in (
                ("select tests.sign_up(%s)", customer),
                ("select tests.act_as('customer', %s)", customer),
                (
                    "select api.set_customer_profile(%s, %s, tests.id('Springfield'))",
                    *(customer.title(), customer[0]),
                ),
                ("select tests.act_as_owner()",),
                (
                    "select tests.open_session(%s, %s, 'engine', 'Ticks', 'Ford', 'Focus')",
                    *(customer, session),
                ),
                ("select tests.work_through(%s, %s)", session, mechanic),
            ):
                connection.execute(statement.encode(), values)
            found = connection.execute(
                "select tests.id(%s)::text, tests.id(%s)::text, tests.id(%s)::text",
                (customer, session, f"{session} thread"),
            ).fetchone()
        assert found
        return found


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def random_id() -> str:
    """An id that nothing has."""
    return str(uuid.uuid4())


def readable(role: str) -> Mapping[str, tuple[str, ...]]:
    """The views that a role is promised, with their columns."""
    return ROLES[role].reads


PLANTED = """
    update app.contact_details as d
    set full_name = n.name || ' Surname' || n.name,
        phone = '+1217558' || to_char(n.number, 'fm0000'),
        street = n.number || ' Quay of ' || n.name
    from (select id, name, row_number() over (order by name) as number from tests.names) as n
    where d.person_id = n.id;
    update auth.users as u
    set phone = d.phone, raw_user_meta_data = '{"nickname": "metadata-canary"}'
    from app.contact_details as d
    where u.id = d.person_id;

    update app.session_intake set vin = '1FAHP3F20CL100001'
    where session_id = tests.id('ben queued');

    select tests.act_as('customer', 'ana');
    select api.send_message(
        tests.id('ana active thread'), 'Call me at 217-555-0199 tonight', gen_random_uuid()
    );
    select tests.act_as('platform_admin', 'ada');
    select api.invite_person('invited.canary@example.test', 'mechanic');
    select tests.act_as_owner();
    select tests.stripe_event(
        'evt_canary',
        'charge.updated',
        '{"billing_details": {"email": "billing.canary@example.test", "phone": "+12175550998"}}'
    );
"""


@contextlib.contextmanager
def planted(new_database: NewDatabase) -> Iterator[Target]:
    """The platform with its service above a world with canaries of its own."""
    with new_database() as clone:
        allow_service_logins(clone.cluster)
        with psycopg.connect(clone.dsn()) as connection:
            connection.execute(PLANTED.encode())
            names = connection.execute("select name, id::text from tests.names").fetchall()
            contacts = connection.execute(
                "select n.name, d.email, d.phone, d.street, 'Surname' || n.name"
                " from app.contact_details as d inner join tests.names as n on d.person_id = n.id"
            ).fetchall()
        canaries = {**CANARIES, **{value: {name} for name, *own in contacts for value in own}}
        with (
            scratch.platform(clone, with_service=True) as platform,
            httpx.Client(base_url=platform.url, timeout=30) as http,
        ):
            yield Target(platform, dict(names), canaries, http)
