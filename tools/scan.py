"""What the database's own contact filter finds in a file: python -m tools.scan IN.jsonl OUT.jsonl

IN holds messages or threads in the form of tests/data/README.md; labels may be absent. OUT holds one
prediction a row, in the form that tools.score_chat_leaks reads, `us` (microseconds in the database)
included. The filter is that of this checkout's migrations, in a scratch database.
"""

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from local import scratch
from local.cluster import Home
from tools import migrate
from tools.score_chat_leaks import load

Row = Mapping[str, Any]

QUERY = Path(__file__).with_suffix(".sql")
EARLIER_MESSAGES, EARLIER_BYTES = 20, 2048  # what app.mask_message hands over


@contextlib.contextmanager
def filter_database() -> Iterator[psycopg.Connection]:
    """A connection, as the owner, to a scratch database with today's migrations."""
    with scratch.clusters(Home.open()) as make:
        database = scratch.create_database(make(), "filter")
        migrate.apply(database.dsn(), migrate.migrations(migrate.ROOT))
        with psycopg.connect(database.dsn(), autocommit=True) as connection:
            prepare(connection)
            yield connection


def prepare(connection: psycopg.Connection) -> None:
    """Make the scanning function, and let the session compile what it will use."""
    connection.execute(QUERY.read_bytes())
    for body in ("call me on 415-555-2671", "jo at example dot com", "ok", "2 miles down the road"):
        find(connection, body, [])


def find(
    connection: psycopg.Connection, body: str, earlier: Sequence[str], version: int | None = None
) -> tuple[list[Row], float]:
    """What a version of the filter finds, as rows of app.find_contacts, and the microseconds that it took."""
    row = connection.execute(
        "select * from pg_temp.scan(%s, %s, %s::smallint)", (body, list(earlier), version)
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def last_said(said: Sequence[str]) -> list[str]:
    """The most recent messages that the filter is given, oldest first."""
    chosen: list[str] = []
    size = 0
    for body in reversed(said[-EARLIER_MESSAGES:]):
        size += len(body.encode())
        if size > EARLIER_BYTES:
            break
        chosen.insert(0, body)
    return chosen


def scan_message(connection: psycopg.Connection, row: Row, version: int | None) -> Row:
    """The prediction for one message."""
    found, us = find(connection, row["body"], [], version)
    return {
        "id": row["id"],
        "leak": bool(found),
        "kinds": sorted({detail["kind"] for detail in found}),
        "reasons": sorted({detail["reason"] for detail in found}),
        "spans": [
            [detail["first_character"] - 1, detail["last_character"]]
            for detail in found
            if detail["first_character"] is not None
        ],
        "us": round(us, 1),
    }


def scan_thread(connection: psycopg.Connection, row: Row, version: int | None) -> Row:
    """The prediction for one thread; `us` is the mean of its messages."""
    said: dict[str, list[str]] = {}
    leak_at, kinds, spent = None, set[str](), 0.0
    for index, message in enumerate(row["messages"]):
        earlier = said.setdefault(message["sender"], [])
        found, us = find(connection, message["body"], last_said(earlier), version)
        spent += us
        kinds |= {detail["kind"] for detail in found}
        if found and leak_at is None:
            leak_at = index
        earlier.append(message["body"])
    return {
        "id": row["id"],
        "leak": leak_at is not None,
        "leak_at": leak_at,
        "kinds": sorted(kinds),
        "us": round(spent / max(1, len(row["messages"])), 1),
    }


def scan(
    connection: psycopg.Connection, rows: Iterable[Row], version: int | None = None
) -> Iterator[Row]:
    """A prediction for each row, in order, by a version of the filter; None is the live one."""
    for row in rows:
        yield (scan_thread if "messages" in row else scan_message)(connection, row, version)


def main(arguments: Sequence[str] | None = None) -> int:
    """Scans the file; 0 whatever it finds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", metavar="IN", type=Path)
    parser.add_argument("target", metavar="OUT", type=Path)
    options = parser.parse_args(arguments)
    rows = load(options.source)
    with filter_database() as connection, options.target.open("w") as out:
        for prediction in scan(connection, rows):
            out.write(json.dumps(prediction, ensure_ascii=False) + "\n")
    print(f"{len(rows)} rows scanned; {options.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
