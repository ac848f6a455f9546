"""Both official clients see the same project, unmodified: Auth, data, Storage and Realtime at one address."""

from typing import Any

import pytest

from tests.py.client.conftest import Conversation, Login, Project, Tell

# What supabase-py says to itself about its own constructors.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The '(timeout|verify)' parameter:DeprecationWarning"
)


def test_a_sign_up_is_a_customer_and_stays_one(tell: Tell, newcomer: Login) -> None:
    own = [{"persona": "customer", "email": newcomer["email"]}]
    assert tell("account", login=newcomer) == {
        "roles": ["customer"] * 3,
        "own": own,
        "after_refresh": own,
        "signed_out": "42501",
        "wrong_password": "invalid_credentials",
    }


def test_data_are_read_and_functions_called(
    tell: Tell, project: Project, conversation: Conversation
) -> None:
    told = tell("data", customer=project.logins["customer"], thread_id=conversation.thread_id)
    sent = told.pop("sent")
    assert told == {
        "threads": [{"id": conversation.thread_id, "party": "mechanic", "is_open": True}],
        "stored": [{"body": sent["delivered"], "sender": "customer"}],
        "count": 1,
        "sent_again": sent,
        "no_such_thread": "PT404",
        "hidden_column": "42703",
        "other_schema": "PGRST106",
    }
    assert "555" not in sent["delivered"]
    assert "grinds" in sent["delivered"]
    assert sent["hidden"]


def test_a_photo_is_its_owners_alone(
    tell: Tell, project: Project, conversation: Conversation, stranger: Login
) -> None:
    told = tell(
        "media",
        customer=project.logins["customer"],
        stranger=stranger,
        session_id=conversation.session_id,
    )
    assert told == {
        "same": True,
        "unregistered": True,
        "twice": True,
        "stranger": True,
        "signed": [True, True],
    }


def test_who_is_in_a_conversation_hears_it_as_long_as_they_are(
    tell: Tell, project: Project, conversation: Conversation, stranger: Login
) -> None:
    told = tell(
        "chat",
        **{persona: project.logins[persona] for persona in ("customer", "mechanic")},
        stranger=stranger,
        thread={"id": conversation.thread_id, "topic": conversation.topic},
        session_id=conversation.session_id,
    )
    refusal = f"You do not have permissions to read from this Channel topic: {conversation.topic}"
    of_customer, of_mechanic = told.pop("heard")
    assert told == {
        "joined": ["SUBSCRIBED"] * 3,
        "denied": f"Unauthorized: {refusal}",
        "told": [conversation.thread_id],
        "revoked": refusal,
        "denied_again": f"Unauthorized: {refusal}",
    }
    assert [said["event"] for said in of_mechanic] == ["message"]
    assert of_customer == of_mechanic
    payload: dict[str, Any] = of_mechanic[0]["payload"]
    assert (payload["body"], payload["sender"]) == ("Since when does it grind?", "mechanic")
    assert set(payload) == {
        "id",
        "thread_id",
        "position",
        "sender",
        "kind",
        "quote_id",
        "body",
        "sent_at",
    }
