"""What stands in for the world outside the service when a test asks only about the service."""

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from werkzeug import Request, Response
from werkzeug.serving import make_server

from backend.config import Config
from backend.db import Row

SECRET = "whsec_new"
OLD_SECRET = "whsec_old"

ANA = str(uuid.uuid4())
EXPIRES_AT = 4_000_000_000  # of a payment page
KEY = ec.generate_private_key(ec.SECP256R1())
SHARED_SECRET = "the secret that only Auth knows, thirty-two bytes"

CONFIG = Config(
    database_url="postgresql://127.0.0.1:1/nowhere",
    supabase_url="http://127.0.0.1:1",
    supabase_publishable_key="sb_publishable_test",
    stripe_webhook_secrets=(SECRET, OLD_SECRET),
    public_url="https://console.example",
)


class RecordingDatabase:
    """Keeps every call, and answers with what the test laid out for the function."""

    def __init__(self, answers: dict[str, list[Row] | Exception] | None = None) -> None:
        self.answers = answers or {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, function: str, /, **arguments: object) -> list[Row]:
        self.calls.append((function, arguments))
        answer = self.answers.get(function, [])
        if isinstance(answer, Exception):
            raise answer
        return answer


@contextlib.contextmanager
def serve(answer: Callable[[Request], Response]) -> Iterator[str]:
    """A server on loopback that answers by `answer`; gives its address."""
    server = make_server("127.0.0.1", 0, Request.application(answer), threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def token(
    key: Any = KEY, algorithm: str = "ES256", kid: str | None = "key-1", **claims: Any
) -> str:
    """An access token as Auth signs it; a claim of None is left out."""
    payload = {
        "sub": ANA,
        "role": "customer",
        "aud": "authenticated",
        "exp": int(time.time()) + 60,
        "iat": int(time.time()),
    }
    headers = {} if kid is None else {"kid": kid}
    payload = {name: value for name, value in (payload | claims).items() if value is not None}
    return jwt.encode(payload, key, algorithm=algorithm, headers=headers)


@dataclass
class Outside:
    """Auth and Stripe as the service sees them; tests change how they answer."""

    url: str = ""
    auth_status: int = 200
    auth_failure: Response | None = None
    stripe_status: int = 200
    asked_of_stripe: list[Request] = field(default_factory=list)
    pages: dict[str, int] = field(default_factory=dict)

    def config(self) -> Config:
        """A service that finds its Auth and Stripe here."""
        return replace(
            CONFIG, supabase_url=self.url, stripe_secret_key="sk_test_1", stripe_api_base=self.url
        )

    def answer(self, request: Request) -> Response:
        if request.path.startswith("/auth/v1/"):
            assert request.headers["apikey"] == CONFIG.supabase_publishable_key
            return self._auth(request)
        request.get_data()
        self.asked_of_stripe.append(request)
        if self.stripe_status != 200:
            return _json({"error": {"message": "no", "type": "api_error"}}, self.stripe_status)
        # The same key gets the same page, as from Stripe.
        key = request.headers["Idempotency-Key"]
        number = self.pages.setdefault(key, len(self.pages) + 1)
        return _json(
            {
                "id": f"cs_test_{number}",
                "object": "checkout.session",
                "status": "open",
                "url": f"https://checkout.stripe.example/c/{number}",
                "expires_at": EXPIRES_AT,
            }
        )

    def _auth(self, request: Request) -> Response:
        if self.auth_status != 200:
            return self.auth_failure or _json({"msg": "no"}, self.auth_status)
        if request.path.endswith("/.well-known/jwks.json"):
            public = jwt.algorithms.ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
            return _json({"keys": [public | {"kid": "key-1", "alg": "ES256", "use": "sig"}]})
        sent = request.headers["Authorization"].removeprefix("Bearer ")
        try:
            claims = jwt.decode(sent, SHARED_SECRET, ["HS256"], audience="authenticated")
        except jwt.PyJWTError:
            return _json({"code": 403, "error_code": "bad_jwt", "msg": "invalid JWT"}, 403)
        return _json(
            {
                "id": claims["sub"],
                "aud": "authenticated",
                "app_metadata": {},
                "user_metadata": {},
                "created_at": "2026-01-01T00:00:00Z",
            }
        )


def _json(value: object, status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")


def until(true: Callable[[], object], within_s: float = 20) -> None:
    """Return when the condition holds; fail if it does not in time."""
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)
