"""Whatever a client asks of Auth, a token's role is the persona in the database.

What hosted Auth writes for its administrator, whose requests the local Auth does not serve, is played in
tests/sql/test_who_may_become_what.sql.
"""

import uuid
from typing import Any

import jwt
import pytest
from supabase import Client, create_client

from local.scratch import Platform

PASSWORD = "correct-horse-battery"
PROMOTION = {"role": "platform_admin", "persona": "platform_admin"}


@pytest.fixture
def email() -> str:
    return f"{uuid.uuid4().hex}@example.test"


def client(stack: Platform) -> Client:
    return create_client(stack.url, stack.publishable_key)


def role_of(session: Any) -> str:
    claims = jwt.decode(session.access_token, options={"verify_signature": False})
    return str(claims["role"])


@pytest.mark.attack(29)
def test_metadata_at_sign_up_promotes_nobody(stack: Platform, email: str) -> None:
    signed_up = client(stack).auth.sign_up(
        {"email": email, "password": PASSWORD, "options": {"data": PROMOTION}}
    )

    assert role_of(signed_up.session) == "customer"


@pytest.mark.attack(29)
def test_metadata_written_later_promotes_nobody(stack: Platform, email: str) -> None:
    mine = client(stack)
    mine.auth.sign_up({"email": email, "password": PASSWORD})
    mine.auth.update_user({"data": PROMOTION})

    assert role_of(mine.auth.refresh_session().session) == "customer"
