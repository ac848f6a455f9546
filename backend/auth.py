"""Who is calling: a user's access token, checked without any secret key."""

import uuid
from dataclasses import dataclass

import httpx
from jwt.exceptions import PyJWTError
from supabase_auth import SyncGoTrueClient
from supabase_auth.errors import AuthApiError, AuthError, AuthInvalidJwtError

from backend.http import Problem, unavailable


@dataclass(frozen=True, slots=True)
class Caller:
    """An account and the persona that its token carries."""

    person_id: str
    persona: str


class Auth:
    """Supabase Auth, as its public keys or, for tokens signed otherwise, its own answer show it."""

    def __init__(self, supabase_url: str, publishable_key: str) -> None:
        self._client = SyncGoTrueClient(
            url=f"{supabase_url}/auth/v1",
            headers={"apikey": publishable_key},
            auto_refresh_token=False,
            persist_session=False,
            http_client=httpx.Client(timeout=5.0),
        )

    def caller(self, authorization: str) -> Caller:
        """The caller that an Authorization header proves; 401 if it does not, 503 without Auth."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unauthorized()
        try:
            found = self._client.get_claims(jwt=token)
        except (AuthInvalidJwtError, PyJWTError):
            raise _unauthorized() from None
        except AuthApiError as error:
            if error.status == 429 or error.status >= 500:
                raise _auth_unavailable() from None
            raise _unauthorized() from None
        except (AuthError, ValueError):  # no answer, or one that is not Auth's
            raise _auth_unavailable() from None
        claims = found["claims"] if found else {}
        try:
            return Caller(str(uuid.UUID(claims["sub"])), claims["role"])
        except (KeyError, ValueError):
            raise _unauthorized() from None


def _unauthorized() -> Problem:
    return Problem(
        401, "unauthorized", "Sign in and send the access token.", {"WWW-Authenticate": "Bearer"}
    )


def _auth_unavailable() -> Problem:
    return unavailable("auth_unavailable", "Sign-in cannot be checked just now. Try again.")
