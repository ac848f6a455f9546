"""Frames and tokens are read and written as supabase-js, supabase-py and Realtime read and write them."""

import json
import time

import jwt
import pytest

from local.relay.frames import Frame, FrameError, decode
from local.relay.tokens import Refused, Tokens

SECRET = "a secret that is long enough for every algorithm: 0123456789abcdef0123456789"
TOKENS = Tokens(SECRET, "sb_publishable_x", "sb_secret_x")


def test_version_1_frames_are_objects_without_a_join_ref() -> None:
    frame = decode(
        '{"topic":"realtime:a","event":"e","payload":{},"ref":"2","join_ref":"1"}', "1.0.0"
    )
    assert frame == Frame("1", "2", "realtime:a", "e", {})
    assert json.loads(frame.encoded("1.0.0") or "") == {
        "topic": "realtime:a",
        "event": "e",
        "payload": {},
        "ref": "2",
    }


def test_version_2_frames_are_arrays() -> None:
    frame = decode('["1",null,"realtime:a","e",{"x":"é"}]', "2.0.0")
    assert frame == Frame("1", None, "realtime:a", "e", {"x": "é"})
    assert json.loads(frame.encoded("2.0.0") or "") == ["1", None, "realtime:a", "e", {"x": "é"}]


def test_a_binary_push_carries_json_or_bytes() -> None:
    head = bytes([3, 1, 2, 2, 3, 0])
    names = b"1" + b"22" + "é".encode() + b"say"
    said = decode(head + b"\x01" + names + b'{"a":1}', "2.0.0")
    assert said == Frame(
        "1", "22", "é", "broadcast", {"type": "broadcast", "event": "say", "payload": {"a": 1}}
    )
    raw = decode(head + b"\x00" + names + b"\xff", "2.0.0")
    assert raw.payload["payload"] == b"\xff"


def test_a_broadcast_to_version_2_is_binary() -> None:
    payload = {"type": "broadcast", "event": "say", "payload": {"a": 1}, "meta": {"id": "x"}}
    frame = Frame(None, None, "t", "broadcast", payload)
    assert frame.encoded("2.0.0") == b'\x04\x01\x03\x0a\x01tsay{"id":"x"}{"a":1}'
    assert json.loads(frame.encoded("1.0.0") or "")["payload"] == payload


def test_a_broadcast_with_a_long_name_is_text() -> None:
    payload = {"type": "broadcast", "event": "e" * 256, "payload": {}}
    encoded = Frame(None, None, "t", "broadcast", payload).encoded("2.0.0")
    assert isinstance(encoded, str)
    assert json.loads(encoded) == [None, None, "t", "broadcast", payload]


def test_raw_bytes_cannot_be_said_in_version_1() -> None:
    frame = Frame(None, None, "t", "broadcast", {"event": "say", "payload": b"\xff"})
    assert frame.encoded("1.0.0") is None
    assert frame.encoded("2.0.0") == b"\x04\x01\x03\x00\x00tsay\xff"
    long = Frame(None, None, "t", "broadcast", {"event": "e" * 256, "payload": b"\xff"})
    assert long.encoded("2.0.0") is None


@pytest.mark.parametrize(
    "data",
    [
        "",
        "{",
        "null",
        "[]",
        '{"topic":"t"}',
        '["1","2","t","e"]',
        '["1","2",3,"e",{}]',
        '["1","2","t","e",[]]',
        '["1","2","a\\u0000b","e",{}]',
        '["1","2","\\ud800","e",{}]',
        "[" * 100_000,
        b"",
        b"\x03",
        b"\x03\x01\x01\xff\x01\x00\x01abc",
        b"\x04\x01\x01\x01\x01\x00\x01",
        b"\x03\x00\x00\x01\x01\x00\x01te{",
        b"\x03\x00\x00\x01\x01\x00\x01\xffe{}",
    ],
)
@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_what_is_no_frame_is_refused(data: str | bytes, version: str) -> None:
    with pytest.raises(FrameError):
        decode(data, version)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_token_of_the_project_is_good(algorithm: str) -> None:
    claims = {"role": "customer", "exp": int(time.time()) + 60, "aud": "whatever", "iss": "whoever"}
    assert TOKENS.claims(jwt.encode(claims, SECRET, algorithm)) == claims


def test_keys_stand_for_their_roles() -> None:
    assert TOKENS.claims("sb_publishable_x")["role"] == "anon"
    assert TOKENS.claims("sb_secret_x")["role"] == "service_role"


def _token(claims: object, secret: str = SECRET) -> str:
    return jwt.api_jws.encode(json.dumps(claims).encode(), secret, "HS256")


LATER = time.time() + 3600
REQUIRED = "InvalidJWTToken: Fields `role` and `exp` are required in JWT"
MALFORMED = "MalformedJWT: The token provided is not a valid JWT"


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", MALFORMED),
        ("sb_publishable_of_another_project", MALFORMED),
        ("a.b.c", MALFORMED),
        (_token([1]), MALFORMED),
        (_token({"exp": LATER}), REQUIRED),
        (_token({"role": "x"}), REQUIRED),
        (_token({"role": None, "exp": LATER}), REQUIRED),
        (_token({"role": "x", "exp": "soon"}), REQUIRED),
        (
            _token({"role": "x", "exp": LATER}, "b" * 40),
            "JwtSignatureError: Failed to validate JWT signature",
        ),
        (
            jwt.encode({"role": "x", "exp": LATER}, "", "none"),
            "JwtSignerError: Failed to generate JWT signer",
        ),
    ],
)
def test_a_bad_token_is_refused_in_realtimes_words(token: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        TOKENS.claims(token)
    assert f"{refused.value.code}: {refused.value}" == reason


def test_an_expired_token_says_since_when() -> None:
    with pytest.raises(Refused, match=r"^Token has expired 7[0-9] seconds ago$"):
        TOKENS.claims(_token({"role": "x", "exp": time.time() - 70}))
