"""Finds what a function's body asks before it acts, and says how to leave each question out.

It reads house style: a condition on a line of its own, led by `where` or `and`, or an `if … then
raise …`. Ownership, state, standing and amounts are conditions; a join key is not.
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
PERFORM = re.compile(r"^ *perform app\.(lock_standing|take_limit)\([^;]*;\n", re.MULTILINE)
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


def changes(body: str) -> Iterator[Change]:
    """Every way to leave one condition out of a body, or to ask for the other standing."""
    bare = HIDDEN.sub(_blank, body)

    def change(operator: str, start: int, end: int, text: str, shown: int | None = None) -> Change:
        label = " ".join(body[start if shown is None else shown : end].split())
        return Change(operator, label, start, end, text)

    headers = []
    for match in IF.finditer(bare):
        end = _end(bare, match.end(), None)
        headers.append((match.start(), end, len(match[1]) + 4))
        leaving = LEAVES.search(bare, end)
        if leaving and not bare[end : leaving.start()].strip():
            label = " ".join(body[match.start() : leaving.end()].split())
            yield Change("refusal left out", label, match.end(), end, "false")
    for match in WHERE.finditer(bare):
        end = _end(bare, match.end(), len(match[1]) + 4)
        if not JOIN_KEY.fullmatch(bare[match.end() : end]):
            yield change("condition left out", match.end(), end, "true", match.start())
    for match in AND.finditer(bare):
        indent = len(match[1])
        end = _end(bare, match.end(), indent)
        of_header = any(s < match.start() < e and indent == i for s, e, i in headers)
        if not of_header and not JOIN_KEY.fullmatch(bare[match.end() : end]):
            yield change("condition left out", match.start(), end, "")
    for pattern in FIRST_OF_MANY:
        for match in pattern.finditer(bare):
            end = _end(bare, match.end(), LINE)
            yield change("condition left out", match.end(), end, "true", match.start())
    for match in PERFORM.finditer(bare):
        yield change("standing or limit not asked", match.start(), match.end(), "")
    for match in STANDING.finditer(body):
        other = f"'may_{OTHER[match[1]]}_work'"
        yield change("other standing asked", match.start(), match.end(), other)


def _blank(match: re.Match[str]) -> str:
    """As many characters that look like nothing else."""
    if match[0].startswith("--"):
        return " " * len(match[0])
    return "'" + "x" * (len(match[0]) - 2) + "'"


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
