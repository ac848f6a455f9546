"""Who a key or token speaks for, and the words in which Realtime refuses it."""

import json
import time
from collections.abc import Mapping
from typing import Any

import jwt

Claims = Mapping[str, Any]

ALGORITHMS = ["HS256", "HS384", "HS512"]
NEVER = 2**40  # seconds since 1970


class Refused(Exception):
    """A token that is not let in, and why. The reason of a join has `code` before the text, no other has."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Tokens:
    """The project's API keys and its JWT secret."""

    def __init__(self, secret: str, publishable_key: str, secret_key: str) -> None:
        self._secret = secret
        self._keys: dict[str, Claims] = {
            publishable_key: {"role": "anon", "exp": NEVER},
            secret_key: {"role": "service_role", "exp": NEVER},
        }

    def claims(self, token: str) -> Claims:
        """What an API key stands for, or what a JWT says that is signed, in time, and names a role.

        As in Realtime, no claim but `exp` is checked. Raises Refused.
        """
        if token in self._keys:
            return self._keys[token]
        try:
            claims = json.loads(jwt.PyJWS().decode(token, self._secret, ALGORITHMS))
        except jwt.InvalidSignatureError:
            raise Refused("JwtSignatureError", "Failed to validate JWT signature") from None
        except jwt.InvalidAlgorithmError:
            raise Refused("JwtSignerError", "Failed to generate JWT signer") from None
        except (jwt.InvalidTokenError, ValueError):
            raise Refused("MalformedJWT", "The token provided is not a valid JWT") from None
        if not isinstance(claims, dict):
            raise Refused("MalformedJWT", "The token provided is not a valid JWT")
        expiry = claims.get("exp")
        if not isinstance(claims.get("role"), str) or not isinstance(expiry, int | float):
            raise Refused("InvalidJWTToken", "Fields `role` and `exp` are required in JWT")
        overdue_s = time.time() - expiry
        if overdue_s >= 0:
            raise Refused("InvalidJWTToken", f"Token has expired {int(overdue_s)} seconds ago")
        return claims
