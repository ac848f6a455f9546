"""What a changed filter or ladder would have done, before it goes live.

python -m tools.replay_policy --database-url URL [--ladder 7,30,ban] [--filter-version 2]

The messages of the database at URL are judged once more, as they were typed, by the filter of this
checkout, in a scratch database, with the version of its words that is named or else live; its decisions are graded once more by the ladder given, or else by the
checkout's. The database at URL is only read, by an owner who may read raw text. Ids and kinds are
printed, never a text.
"""

import argparse
import itertools
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psycopg

from local import scratch
from local.home import Home
from tools import migrate

TOOLS = Path(__file__).resolve().parent
MOST_EARLIER, MOST_BYTES = 20, 2048  # of a sender's messages, as app.mask_message passes them
BAN = "ban"
MOST_LISTED = 50  # messages of a kind


T = TypeVar("T")

PREVIEWED = {"S1": "S2"}  # of a sender who was shown what would be hidden: app.attach_previews


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message: what was typed, what was hidden of it, and how the filter flagged it."""

    id: str
    thread: str
    sender: str
    typed: str
    was_hidden: bool
    kinds: list[str]
    solicits: str | None
    severity: str | None  # as it was raised; None once an admin may have changed it
    previewed: bool
    violation: str | None  # that an admin made of the filter's flag, and that counts


@dataclass(slots=True)
class Judged:
    """A message as the candidate's filter judges it."""

    message: Message
    delivered: str
    kinds: list[str]
    solicits: str | None
    severity: str
    hides: bool  # a piece of it too, when a later message completes a detail


@dataclass(slots=True)
class Outcome:
    """What would have been different."""

    messages: int = 0
    newly_hidden: list[Message] = field(default_factory=list)
    no_longer_hidden: list[Message] = field(default_factory=list)
    other_kinds: list[Message] = field(default_factory=list)
    newly_soliciting: list[Message] = field(default_factory=list)
    no_longer_soliciting: list[Message] = field(default_factory=list)
    other_reasons: list[Message] = field(default_factory=list)
    unseen: list[tuple[str, Message]] = field(default_factory=list)
    decisions: int = 0
    other_steps: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def same(self) -> bool:
        return not (
            self.newly_hidden
            or self.no_longer_hidden
            or self.other_kinds
            or self.newly_soliciting
            or self.no_longer_soliciting
            or self.other_reasons
            or self.unseen
            or self.other_steps
        )

    def add(self, judged: Judged) -> None:
        """Count a message, and note in what it would be judged otherwise than it was."""
        message = judged.message
        self.messages += 1
        if judged.hides and not message.was_hidden:
            self.newly_hidden.append(message)
        elif message.was_hidden and not judged.hides:
            self.no_longer_hidden.append(message)
        elif judged.kinds != message.kinds:
            self.other_kinds.append(message)

        severity = judged.severity
        if message.previewed:
            severity = PREVIEWED.get(severity, severity)
        if judged.solicits and not message.solicits:
            self.newly_soliciting.append(message)
        elif message.solicits and not judged.solicits:
            self.no_longer_soliciting.append(message)
        elif judged.solicits != message.solicits or (
            judged.solicits and message.severity and severity != message.severity
        ):
            self.other_reasons.append(message)

        if message.violation and not judged.hides and not judged.solicits:
            self.unseen.append((message.violation, message))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--ladder", type=ladder, help="days of each step, or ban: 7,30,ban")
    parser.add_argument(
        "--filter-version", type=int, help="of app.filter_words; default: the live one"
    )
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
    version: int | None = None,
) -> Outcome:
    """Judge the messages and grade the decisions of `live` by the sources that `candidate` holds.

    Raises psycopg.errors.RaiseException (PT404) if the candidate's filter has no such version.
    """
    outcome = Outcome()
    row = live.execute("select count(*) from app.messages where kind = 'text'").fetchone()
    total = row[0] if row else 0
    for message in judged(candidate, progress(stored(live), total, sys.stderr.isatty()), version):
        outcome.add(message)

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
) -> Iterator[Judged]:
    """Each message as the candidate's filter judges it, thread by thread."""
    for _, thread in itertools.groupby(messages, key=lambda message: message.thread):
        yield from judged_thread(candidate, thread, version)


def judged_thread(
    candidate: psycopg.Connection, messages: Iterable[Message], version: int | None
) -> list[Judged]:
    """The messages of one thread: what completes a detail hides the pieces that came before, too."""
    everything = []
    sent: dict[str, list[Judged]] = defaultdict(list)
    for message in messages:
        mine = sent[message.sender]
        count = len(last([one.delivered for one in mine]))
        earlier = mine[len(mine) - count :]
        row = candidate.execute(
            "select delivered, hidden, solicits, earlier_delivered, app.flag_severity(solicits)"
            " from app.mask_contacts(%s, %s, %s::smallint)",
            (message.typed, [one.delivered for one in earlier], version),
        ).fetchone()
        assert row is not None
        delivered, hidden, solicits, earlier_delivered, severity = row
        for one, body in zip(earlier, earlier_delivered or [], strict=bool(earlier_delivered)):
            if body != one.delivered:
                one.delivered, one.hides = body, True
        kinds = sorted({finding["kind"] for finding in hidden})
        mine.append(Judged(message, delivered, kinds, solicits, severity, hides=bool(kinds)))
        everything.append(mine[-1])
    return everything


def last(bodies: list[str]) -> list[str]:
    """The newest of a sender's messages, oldest first, as many as the filter is given."""
    size, chosen = 0, []
    for body in reversed(bodies[-MOST_EARLIER:]):
        size += len(body.encode())
        if size > MOST_BYTES:
            break
        chosen.append(body)
    return chosen[::-1]


def progress(
    messages: Iterable[T],
    total: int,
    terminal: bool,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[T]:
    """The same messages, with how far it has come on standard error.

    A terminal shows one line, twice a second; a log gets a line every five seconds, and the last.
    """
    pause = 0.5 if terminal else 5
    said = clock()
    count = 0
    for count, message in enumerate(messages, 1):
        yield message
        now = clock()
        if now - said >= pause or count == total:
            said = now
            line = f"{count:>9} of {total} messages"
            print(f"\r{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr)
            sys.stderr.flush()
    if terminal and count:
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
        (outcome.newly_soliciting, "would be flagged as soliciting, and were not"),
        (outcome.no_longer_soliciting, "would not be flagged as soliciting, and were"),
        (outcome.other_reasons, "would be flagged as soliciting for another reason or severity"),
    ):
        yield f"{len(messages):>9}  {what}"
        for message in messages[:MOST_LISTED]:
            yield f"           message {message.id} of thread {message.thread}"
        if len(messages) > MOST_LISTED:
            yield f"           and {len(messages) - MOST_LISTED} more"
    yield f"{len(outcome.unseen):>9}  confirmed violations rest on a message that would pass unseen"
    for violation, message in outcome.unseen:
        yield f"           violation {violation} by message {message.id} of thread {message.thread}"
    yield f"{outcome.decisions:>9}  confirmed violations graded once more"
    yield f"{len(outcome.other_steps):>9}  would have brought something else"
    for violation, holder, severity, brought, would in outcome.other_steps:
        yield f"           violation {violation} of {holder} ({severity}): {would} instead of {brought}"
    if outcome.same:
        yield "Nothing would have been different."


if __name__ == "__main__":
    sys.exit(main())
