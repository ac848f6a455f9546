"""What a changed filter or ladder would have done, before it goes live.

python -m tools.replay_policy --database-url URL [--ladder 7,30,ban] [--filter-version 2]

The messages of the database at URL are judged once more, as they were typed, by the filter of this
checkout, in a scratch database, with the version of its words that is named or else live; its decisions are graded once more by the ladder given, or else by the
checkout's. The database at URL is only read, by an owner who may read raw text. Ids and kinds are
printed, never a text.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from local import scratch
from local.home import Home
from tools import migrate

TOOLS = Path(__file__).resolve().parent
MOST_EARLIER, MOST_BYTES = 20, 2048  # of a sender's messages, as app.mask_message passes them
BAN = "ban"
MOST_LISTED = 50  # messages of a kind


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message: what was typed, and what was hidden of it."""

    id: str
    thread: str
    sender: str
    typed: str
    was_hidden: bool
    kinds: list[str]


@dataclass(slots=True)
class Outcome:
    """What would have been different."""

    messages: int = 0
    newly_hidden: list[Message] = field(default_factory=list)
    no_longer_hidden: list[Message] = field(default_factory=list)
    other_kinds: list[Message] = field(default_factory=list)
    decisions: int = 0
    other_steps: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return not (
            self.newly_hidden or self.no_longer_hidden or self.other_kinds or self.other_steps
        )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--ladder", type=ladder, help="days of each step, or ban: 7,30,ban")
    parser.add_argument("--filter-version", type=int, help="of app.filter_words; default: the live one")
    options = parser.parse_args()
    try:
        live = psycopg.connect(options.database_url)
    except psycopg.OperationalError as error:
        print(f"The database does not answer: {error}", file=sys.stderr)
        return 2
    with live, scratch.clusters(Home.open()) as make:
        live.read_only = True
        database = scratch.create_database(make(), "replayed")
        migrate.apply(database.dsn(), migrate.migrations(migrate.ROOT))
        with psycopg.connect(database.dsn()) as candidate:
            outcome = replay(live, candidate, options.ladder, version=options.filter_version)
    print("\n".join(report(outcome)))
    return 0


def ladder(text: str) -> list[int | None]:
    """The days of each step, None for a ban. Raises ArgumentTypeError for anything else."""
    steps = [None if step == BAN else step for step in text.split(",")]
    if not all(step is None or (step.isdigit() and int(step) > 0) for step in steps):
        raise argparse.ArgumentTypeError("days of each step, or ban: 7,30,ban")
    return [None if step is None else int(step) for step in steps]


def replay(
    live: psycopg.Connection,
    candidate: psycopg.Connection,
    steps: list[int | None] | None = None,
    tell: bool = sys.stderr.isatty(),
    version: int | None = None,
) -> Outcome:
    """Judge the messages and grade the decisions of `live` by the sources that `candidate` holds.

    Raises psycopg.errors.RaiseException (PT404) if the candidate's filter has no such version.
    """
    outcome = Outcome()
    row = live.execute("select count(*) from app.messages where kind = 'text'").fetchone()
    total = row[0] if row else 0
    for message, kinds in judged(candidate, progress(stored(live), total, tell), version):
        outcome.messages += 1
        if kinds and not message.was_hidden:
            outcome.newly_hidden.append(message)
        elif message.was_hidden and not kinds:
            outcome.no_longer_hidden.append(message)
        elif kinds != message.kinds:
            outcome.other_kinds.append(message)

    if steps is None:
        steps = [
            days
            for (days,) in candidate.execute("select days from app.conduct_steps order by step")
        ]
    rungs = json.dumps([{"days": days} for days in steps])
    for decision in live.execute((TOOLS / "replay_ladder.sql").read_bytes(), {"ladder": rungs}):
        outcome.decisions += 1
        if decision[-2] != decision[-1]:
            outcome.other_steps.append(decision)
    return outcome


def stored(live: psycopg.Connection) -> Iterator[Message]:
    """All messages, fetched as they are needed."""
    with live.cursor("messages") as cursor:
        cursor.execute((TOOLS / "replay_policy.sql").read_bytes())
        for row in cursor:
            yield Message(*row)


def judged(
    candidate: psycopg.Connection, messages: Iterable[Message], version: int | None = None
) -> Iterator[tuple[Message, list[str]]]:
    """Each message with the kinds that the candidate's filter hides of it."""
    thread = None
    earlier: dict[str, list[str]] = defaultdict(list)
    for message in messages:
        if message.thread != thread:
            thread = message.thread
            earlier.clear()
        row = candidate.execute(
            "select delivered, hidden from app.mask_contacts(%s, %s, %s::smallint)",
            (message.typed, last(earlier[message.sender]), version),
        ).fetchone()
        assert row is not None
        delivered, hidden = row
        earlier[message.sender].append(delivered)
        yield message, sorted({finding["kind"] for finding in hidden})


def last(bodies: list[str]) -> list[str]:
    """The newest of a sender's messages, oldest first, as many as the filter is given."""
    size, chosen = 0, []
    for body in reversed(bodies[-MOST_EARLIER:]):
        size += len(body.encode())
        if size > MOST_BYTES:
            break
        chosen.append(body)
    return chosen[::-1]


def progress(messages: Iterable[Message], total: int, tell: bool) -> Iterator[Message]:
    """The same messages, with how far it has come on standard error twice a second."""
    said = time.monotonic()
    for count, message in enumerate(messages, 1):
        yield message
        if tell and (time.monotonic() - said > 0.5 or count == total):
            said = time.monotonic()
            print(f"\r{count:>9} of {total} messages", end="", file=sys.stderr, flush=True)
    if tell:
        print(file=sys.stderr)


def report(outcome: Outcome) -> Iterator[str]:
    """The lines that say what would have been different."""
    if outcome.messages == 0:
        yield "No message is stored."
    yield f"{outcome.messages:>9}  messages judged once more"
    for messages, what in (
        (outcome.newly_hidden, "would be hidden in part, and were delivered as typed"),
        (outcome.no_longer_hidden, "would be delivered as typed, and were hidden in part"),
        (outcome.other_kinds, "would be hidden for other kinds of details"),
    ):
        yield f"{len(messages):>9}  {what}"
        for message in messages[:MOST_LISTED]:
            yield f"           message {message.id} of thread {message.thread}"
        if len(messages) > MOST_LISTED:
            yield f"           and {len(messages) - MOST_LISTED} more"
    yield f"{outcome.decisions:>9}  confirmed violations graded once more"
    yield f"{len(outcome.other_steps):>9}  would have brought something else"
    for violation, holder, severity, brought, would in outcome.other_steps:
        yield f"           violation {violation} of {holder} ({severity}): {would} instead of {brought}"
    if outcome.same:
        yield "Nothing would have been different."


if __name__ == "__main__":
    sys.exit(main())
