"""The whole platform above the test world, with canaries: a plugin that the tests of attacks name."""

import contextlib
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from local import scratch
from local.database import allow_service_logins
from tests.conftest import NewDatabase
from tests.py.attack_target import CANARIES, Target

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


@pytest.fixture(scope="session")
def target(new_database: NewDatabase) -> Iterator[Target]:
    """The platform that all the tests of attacks share."""
    with planted(new_database) as made:
        yield made
