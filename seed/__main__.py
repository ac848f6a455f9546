"""Signs the seed accounts up through Auth, makes them who they are, and prints one login a persona.

With --people-only there are no sessions; else Ana and Max are in the middle of one. Needs DATABASE_URL (the owner's), SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY and SEED_PASSWORD. An
account that exists is signed in instead; a second run changes nothing.
"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
from supabase import create_client
from supabase_auth.errors import AuthApiError

FOLDER = Path(__file__).parent
PEOPLE = ("ana", "ben", "max", "zoe", "walt", "wanda", "wes", "ada", "mia")
SHOWN = {
    "customer": "ana",
    "mechanic": "max",
    "workshop": "walt",
    "platform_admin": "ada",
    "media_worker": "mia",
}


def email(name: str) -> str:
    """The seed account's address, in a domain that no mail reaches."""
    return f"{name}@theautodoctor.test"


def sign_up(name: str) -> None:
    """Make the account, or see that the password opens it. Raises AuthApiError if it does not."""
    auth = create_client(os.environ["SUPABASE_URL"], os.environ["SUPABASE_PUBLISHABLE_KEY"]).auth
    password = os.environ["SEED_PASSWORD"]
    try:
        auth.sign_up({"email": email(name), "password": password})
    except AuthApiError:
        auth.sign_in_with_password({"email": email(name), "password": password})


def main() -> None:
    """Seed the accounts and print the logins as JSON."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(sign_up, PEOPLE))
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute((FOLDER / "people.sql").read_bytes())
        if "--people-only" not in sys.argv:
            connection.execute((FOLDER / "conversation.sql").read_bytes())
    password = os.environ["SEED_PASSWORD"]
    logins = {
        persona: {"email": email(name), "password": password} for persona, name in SHOWN.items()
    }
    print(json.dumps(logins))


if __name__ == "__main__":
    main()
