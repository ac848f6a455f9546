"""Boolean expressions as PostgreSQL prints them: their terms, and how to turn them."""

import re
from collections.abc import Iterator, Sequence

LITERAL = re.compile(r"'((?:[^']|'')*)'(?=::text\b)")


def terms(expression: str) -> list[str]:
    """What the expression joins by AND on its outermost level."""
    inner = expression
    if inner.startswith("(") and _closing(inner) == len(inner) - 1:
        inner = inner[1:-1]
    cuts = [
        match.span()
        for match in re.finditer(" AND ", inner)
        if inner.count("(", 0, match.start()) == inner.count(")", 0, match.start())
    ]
    starts = [0, *(end for _, end in cuts)]
    ends = [*(start for start, _ in cuts), len(inner)]
    return [inner[start:end] for start, end in zip(starts, ends, strict=True)]


def turned(expression: str, statuses: Sequence[Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    """Each way to make it say something else: an operator, what changed, the whole afterwards."""
    parts = terms(expression)
    for number, part in enumerate(parts):
        shown = " ".join(part.split())
        before, after = parts[:number], parts[number + 1 :]
        if len(parts) > 1:
            yield "condition left out", f"without {shown}", " and ".join(before + after)
        inverted = f"(({part}) is not true)"
        yield "condition inverted", f"not {shown}", " and ".join([*before, inverted, *after])
    if len(parts) > 1:
        yield "AND becomes OR", "", " or ".join(parts)
    for match in LITERAL.finditer(expression):
        other = other_literal(match[1], statuses)
        changed = expression[: match.start(1)] + other + expression[match.end(1) :]
        yield "literal changed", f"{other} for {match[1]}", changed


def other_literal(literal: str, statuses: Sequence[Sequence[str]]) -> str:
    """The next status of its machine, or a word that nothing is called."""
    machine = next((m for m in statuses if literal in m), None)
    if machine is None:
        return f"{literal} no more"
    return machine[(machine.index(literal) + 1) % len(machine)]


def _closing(text: str) -> int:
    """Where the bracket that opens the text is closed."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return position
    raise ValueError(f"a bracket stays open: {text}")
