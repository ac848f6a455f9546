"""Finds what a function's body asks before it acts, and says how to ask it wrongly.

It reads house style: a condition on a line of its own, led by `where` or `and`, or an `if … then`.
Ownership, state, standing and amounts are conditions; a join key is not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# The equal of a parameter's or another row's column says which row is meant, not whether it may be
# touched; a status does not.
JOIN_KEY = re.compile(r"(?!\S*status)[\w.]+ = \w+\.\w+")

HIDDEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
WHERE = re.compile(r"^( *)where (?!true\b)", re.MULTILINE)
AND = re.compile(r"\n( *)and ")
IF = re.compile(r"^( *)(?:els)?if ", re.MULTILINE)
LEAVES = re.compile(r"then\s+(?:raise|return)\b[^\n]*")
FIRST_OF_MANY = (
    re.compile(r"\bwhen 'x+' then\s+(?=\S+ = )"),
    re.compile(r"\belse (?=false\b)"),
    re.compile(r"\breturn (?=[^;\n]+\n *and )"),
)
ASKS = re.compile(r"^ *perform app\.(lock_standing|take_limit)\([^;]*;\n", re.MULTILINE)
# Telling somebody what happened gives nobody access.
CALL = re.compile(
    r"^ *perform (?!from\b|app\.(?:lock_|take_limit|tell\(|tell_workshop|enqueue_job))[^;]*;\n",
    re.MULTILINE,
)
LOCKING = re.compile(r"^ *perform app\.lock_(?!standing)[^;]*;\n", re.MULTILINE)
LOCK = re.compile(r"\s+for (?:no key )?(?:update|share)(?: of [\w, ]+)?(?: skip locked)?(?=;|\n)")
EPOCH = re.compile(r"\bepoch = (?:\w+\.)?epoch \+ 1\b")
REDACTED = re.compile(r"\bapp\.clean_text\(")
STATUS = re.compile(r"(?:\w+\.|\b(?:where|and|or|if) )status (?:=|<>) '(\w+)'")
STATUSES = re.compile(r"\bstatus (?:not )?in \(([^()]*)\)")
WORD = re.compile(r"'(\w+)'")
TOKEN = re.compile(r"[();]|\b(?:case|when|then|else|end|loop)\b|\n *")
LINE = 999  # deeper than any line
STANDING = re.compile(r"'may_(take|continue)_work'")
OTHER = {"take": "continue", "continue": "take"}


@dataclass(frozen=True, slots=True)
class Change:
    """The body between `start` and `end` becomes `text`; `operator` and `label` say what that is."""

    operator: str
    label: str
    start: int
    end: int
    text: str

    def apply(self, body: str) -> str:
        """The body with this one change."""
        return body[: self.start] + self.text + body[self.end :]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a body, between `start` and `end`; its line, with the word that leads it, is
    `shown`. Without it the body between `start` and `end`, or from `lead`, is `without`."""

    start: int
    end: int
    shown: int
    lead: int
    without: str
    operator: str = "condition left out"


def changes(body: str, statuses: tuple[tuple[str, ...], ...] = ()) -> Iterator[Change]:
    """Every way to ask one thing less, or the opposite, or about another of the `statuses`."""
    bare = HIDDEN.sub(_blank, body)

    def label(start: int, end: int) -> str:
        return " ".join(body[start:end].split())

    for found in _conditions(bare):
        shown = label(found.shown, found.end)
        if found.operator == "refusal left out":
            shown = label(found.shown, LEAVES.search(bare, found.end).end())  # type: ignore[union-attr]
        if found.operator:
            yield Change(found.operator, shown, found.lead, found.end, found.without)
        # A comment inside would hide the bracket.
        if "--" not in body[found.start : found.end]:
            opposite = f"(({body[found.start : found.end]}) is not true)"
            yield Change("condition inverted", shown, found.start, found.end, opposite)
    for match in AND.finditer(bare):
        start = match.end() - len("and ")
        line = label(start, _end(bare, match.end(), len(match[1])))
        yield Change("AND becomes OR", line, start, match.end(), "or ")
    for match in ASKS.finditer(bare):
        shown = label(match.start(), match.end())
        yield Change("standing or limit not asked", shown, match.start(), match.end(), "")
    for match in STANDING.finditer(body):
        other = f"'may_{OTHER[match[1]]}_work'"
        yield Change("other standing asked", match[0], match.start(), match.end(), other)
    for match in CALL.finditer(bare):
        if not LOCK.search(match[0]):
            shown = label(match.start(), match.end())
            yield Change("call left out", shown, match.start(), match.end(), "null;\n")
    for match in EPOCH.finditer(bare):
        yield Change("topic not moved", match[0], match.start(), match.end(), "epoch = epoch")
    for match in LOCKING.finditer(bare):
        shown = label(match.start(), match.end())
        yield Change("lock left out", shown, match.start(), match.end(), "null;\n")
    for match in LOCK.finditer(bare):
        line = label(bare.rfind("\n", 0, bare.rfind(" from ", 0, match.start())), match.end())
        yield Change("lock left out", line, match.start(), match.end(), "")
    for match in REDACTED.finditer(bare):
        first, end = _arguments(bare, match.end())
        shown = label(match.start(), end)
        yield Change("redaction off", shown, match.start(), end, f"({body[match.end() : first]})")
    yield from _other_statuses(body, bare, statuses)


def _conditions(bare: str) -> Iterator[Condition]:
    headers = []
    for match in IF.finditer(bare):
        end = _end(bare, match.end(), None)
        headers.append((match.start(), end, len(match[1]) + 4))
        leaving = LEAVES.search(bare, end)
        leaves = leaving and not bare[end : leaving.start()].strip()
        operator = "refusal left out" if leaves else ""
        yield Condition(match.end(), end, match.start(), match.end(), "false", operator)
    for match in WHERE.finditer(bare):
        end = _end(bare, match.end(), len(match[1]) + 4)
        if not JOIN_KEY.fullmatch(bare[match.end() : end]):
            yield Condition(match.end(), end, match.start(), match.end(), "true")
    for match in AND.finditer(bare):
        indent = len(match[1])
        end = _end(bare, match.end(), indent)
        of_header = any(s < match.start() < e and indent == i for s, e, i in headers)
        if not of_header and not JOIN_KEY.fullmatch(bare[match.end() : end]):
            # After a comment, which is blank here, what follows needs a line of its own.
            without = "\n" if bare[: match.start()].endswith(" ") else ""
            yield Condition(match.end(), end, match.start(), match.start(), without)
    for pattern in FIRST_OF_MANY:
        for match in pattern.finditer(bare):
            end = _end(bare, match.end(), LINE)
            yield Condition(match.end(), end, match.start(), match.end(), "true")


def _other_statuses(
    body: str, bare: str, machines: tuple[tuple[str, ...], ...]
) -> Iterator[Change]:
    """Each status that a condition names, replaced by the next one of its machine."""
    places = [(match.start(), match.end(), match.span(1)) for match in STATUS.finditer(body)]
    for match in STATUSES.finditer(body):
        words = WORD.finditer(body, match.start(1), match.end(1))
        places += [(match.start(), match.end(), word.span(1)) for word in words]
    for shown, shown_end, (start, end) in places:
        word = body[start:end]
        commented = bare[start:end].isspace()
        machine = next((m for m in machines if word in m), ())
        if machine and not commented:
            other = machine[(machine.index(word) + 1) % len(machine)]
            label = f"{' '.join(body[shown:shown_end].split())}: {other} for {word}"
            yield Change("status changed", label, start, end, other)


def _blank(match: re.Match[str]) -> str:
    """As many characters that look like nothing else."""
    if match[0].startswith("--"):
        return " " * len(match[0])
    return "'" + "x" * (len(match[0]) - 2) + "'"


def _arguments(bare: str, start: int) -> tuple[int, int]:
    """Where the first argument from `start` ends, and where the bracket after the last is closed."""
    depth, first = 0, 0
    for position in range(start, len(bare)):
        character = bare[position]
        if depth == 0 and character in ",)":
            first = first or position
            if character == ")":
                return first, position + 1
        depth += (character in "([") - (character in ")]")
    raise ValueError("a bracket stays open")


def _end(bare: str, start: int, indent: int | None) -> int:
    """Where the condition from `start` ends: with its bracket, its statement, its branch, or the
    last line that is indented deeper than `indent`; whatever the lines without one."""
    depth = 0
    for token in TOKEN.finditer(bare, start):
        word = token[0]
        if word in ("(", "case"):
            depth += 1
        elif word in (")", "end"):
            depth -= 1
        elif depth == 0 and (
            not word.startswith("\n") or indent is not None and len(word) - 1 <= indent
        ):
            return len(bare[: token.start()].rstrip())
        if depth < 0:
            return len(bare[: token.start()].rstrip())
    return len(bare.rstrip())
