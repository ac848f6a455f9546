"""What does a hostile client get, list, sign, move or leave behind in Storage?"""

from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
import pytest

from tests.py.attack_target import CAST, Target

pytest_plugins = ["tests.py.attack_fixtures"]

OTHERS = [person for person in CAST if person != "ana"]
BUCKET = "quarantine"
# A photo's first bytes, and words that a camera or an owner wrote into it.
PHOTO = b"\xff\xd8\xff\xe1 Exif GPS 39.80 -89.65 John Smith 0501234567 \xff\xd9"


@dataclass(frozen=True)
class Store:
    """Storage with one photo of ana's in it."""

    target: Target
    path: str

    def ask(self, person: str | None, method: str, route: str, **sent: Any) -> httpx.Response:
        return self.target.http.request(
            method, f"/storage/v1/{route}", headers=self.target.headers(person), **sent
        )

    def put(self, person: str | None, path: str, method: str = "POST") -> httpx.Response:
        return self.ask(
            *(person, method, f"object/{BUCKET}/{path}"),
            files={"file": (path.rpartition("/")[2], PHOTO, "image/jpeg")},
        )


def stored(target: Target) -> Store:
    """A photo of ana's, uploaded."""
    answer = target.call("ana", "register_media", session_id=target.ids["ana active"], kind="photo")
    made = Store(target, answer.json())
    uploaded = made.put("ana", made.path)
    assert uploaded.status_code == 200, uploaded.text
    return made


@pytest.fixture(scope="module")
def store(target: Target) -> Store:
    return stored(target)


def empty(answer: httpx.Response) -> bool:
    """Refused, or a list of nothing; and without the photo's bytes or path."""
    said = answer.content
    assert b"John Smith" not in said
    return answer.status_code >= 400 or said in (b"[]", b"")


def signing(path: str) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        ("POST", f"object/sign/{BUCKET}/{path}", {"expiresIn": 315_360_000}),
        ("POST", f"object/sign/{BUCKET}", {"expiresIn": 60, "paths": [path]}),
        ("POST", f"object/upload/sign/{BUCKET}/{path}", {}),
    ]


@pytest.mark.attack(105)
@pytest.mark.parametrize("person", [*CAST, None])
def test_nobody_signs_an_address_not_even_the_owner(store: Store, person: str | None) -> None:
    for method, route, body in signing(store.path):
        answer = store.ask(person, method, route, json=body)
        said = answer.json()
        signed = [each.get("signedURL") for each in said] if isinstance(said, list) else []
        assert not any(signed), answer.text
        assert answer.status_code >= 400 or signed, answer.text
        assert "token=" not in answer.text


@pytest.mark.attack(105)
@pytest.mark.parametrize("token", ["", "x", "eyJhbGciOiJub25lIn0.e30."])
def test_a_guessed_signature_opens_nothing(store: Store, token: str) -> None:
    answer = store.ask(None, "GET", f"object/sign/{BUCKET}/{store.path}?token={token}")
    assert answer.status_code >= 400
    assert b"John Smith" not in answer.content


@pytest.mark.attack(106)
def test_the_owner_alone_reads_the_file(store: Store) -> None:
    own = store.ask("ana", "GET", f"object/{BUCKET}/{store.path}")
    assert own.content == PHOTO
    for person in (*OTHERS, None):
        for route in (
            "object/authenticated",
            "object",
            "object/public",
            "render/image/authenticated",
        ):
            assert empty(store.ask(person, "GET", f"{route}/{BUCKET}/{store.path}")), (
                person,
                route,
            )


@pytest.mark.attack(106)
@pytest.mark.parametrize("person", [*CAST, None])
def test_nobody_lists_describes_moves_or_removes_a_file(store: Store, person: str | None) -> None:
    path, folder = store.path, store.path.partition("/")[0]
    move = {"bucketId": BUCKET, "sourceKey": path, "destinationKey": f"{folder}/mine"}
    for method, route, body in (
        ("GET", "bucket", None),
        ("GET", f"bucket/{BUCKET}", None),
        ("POST", "bucket", {"id": "mine", "name": "mine", "public": True}),
        ("PUT", f"bucket/{BUCKET}", {"public": True}),
        ("POST", f"bucket/{BUCKET}/empty", {}),
        ("DELETE", f"bucket/{BUCKET}", None),
        ("POST", f"object/list/{BUCKET}", {"prefix": ""}),
        ("POST", f"object/list/{BUCKET}", {"prefix": folder, "search": ""}),
        ("POST", f"object/list-v2/{BUCKET}", {"prefix": folder, "with_delimiter": False}),
        ("GET", f"object/info/{BUCKET}/{path}", None),
        ("GET", f"object/info/authenticated/{BUCKET}/{path}", None),
        ("POST", "object/move", move),
        ("POST", "object/copy", move),
        ("DELETE", f"object/{BUCKET}/{path}", None),
        ("DELETE", f"object/{BUCKET}", {"prefixes": [path]}),
        ("GET", f"s3/{BUCKET}?list-type=2", None),
        ("POST", "upload/resumable", None),
    ):
        answer = store.ask(person, method, route, json=body)
        assert empty(answer) or "sent" in answer.text, (method, route, answer.text)
        assert path not in answer.text.replace(route, "")
    kept = store.target.rows("select name from storage.objects where bucket_id = %s", BUCKET)
    assert store.path in {row["name"] for row in kept}
    assert store.ask("ana", "GET", f"object/{BUCKET}/{path}").content == PHOTO


@pytest.mark.attack(106)
@pytest.mark.parametrize("person", ["ana", *OTHERS, None])
def test_a_file_is_put_only_where_the_server_said(store: Store, person: str | None) -> None:
    folder = store.path.partition("/")[0]
    for path in (f"{folder}/John_Smith_0501234567.jpg", "John_Smith_0501234567.jpg", store.path):
        for method in ("POST", "PUT"):
            assert store.put(person, path, method).status_code >= 400, (person, path, method)
    names = store.target.rows("select name, path_tokens from storage.objects")
    assert not [row for row in names if "John" in row["name"]]


@pytest.mark.attack(106)
def test_the_original_name_of_a_file_is_kept_nowhere(store: Store) -> None:
    answer = store.target.call(
        "ana", "register_media", session_id=store.target.ids["ana active"], kind="photo"
    )
    named = {"file": ("John_Smith_0501234567.jpg", PHOTO, "image/jpeg")}
    put = store.ask("ana", "POST", f"object/{BUCKET}/{answer.json()}", files=named)
    assert put.status_code == 200
    kept = store.target.rows("select o::text as said from storage.objects as o")
    kept += store.target.rows("select m::text as said from app.media as m")
    assert not [row for row in kept if "John" in row["said"]]


@pytest.mark.attack(107)
def test_a_photo_as_it_was_taken_is_given_to_no_provider(store: Store) -> None:
    [row] = store.target.rest(
        "max", f"mechanic_sessions?id=eq.{store.target.ids['ana active']}"
    ).json()
    assert row["photo_count"] >= 1
    for person in OTHERS:
        answer = store.ask(person, "GET", f"object/{BUCKET}/{store.path}")
        assert answer.status_code >= 400


@pytest.mark.attack(108)
@pytest.mark.parametrize("person", CAST)
def test_an_object_s_row_is_seen_by_its_owner_and_only_for_a_download(
    store: Store, person: str
) -> None:
    """Storage grants its tables to everybody: what is seen of them is what the policies show."""
    operations = (
        "object.list",
        "object.sign",
        "object.get_authenticated_info",
        "",
        "s3.object.list",
    )
    with psycopg.connect(store.target.platform.dsn()) as connection:
        connection.execute("select tests.act_as(%s, %s)", (CAST[person], person))
        for operation in (*operations, "object.get_authenticated"):
            connection.execute("select set_config('storage.operation', %s, true)", (operation,))
            seen = connection.execute(
                "select distinct owner_id, user_metadata from storage.objects"
            ).fetchall()
            own = person == "ana" and operation == "object.get_authenticated"
            assert seen == ([(store.target.ids["ana"], {})] if own else []), operation
            assert not connection.execute("select from storage.buckets").fetchall()
        connection.rollback()


@pytest.mark.attack(108)
def test_the_owner_of_an_object_is_told_to_nobody_over_http(store: Store) -> None:
    for person in (*OTHERS, None):
        for route in (f"object/info/{BUCKET}/{store.path}", f"object/{BUCKET}/{store.path}"):
            answer = store.ask(person, "GET", route)
            assert answer.status_code >= 400
            assert store.target.ids["ana"] not in f"{answer.text} {answer.headers}"
