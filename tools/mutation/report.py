"""What became of the mutants: on the screen, in docs/mutants.md, and against the targets."""

import os
import platform
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.mutation.functions import DEFINER
from tools.mutation.mutant import Mutant
from tools.mutation.trial import BAD, DECLARED, INVALID, KILLED, OUTCOMES, SURVIVED, Verdict

FILE = Path(__file__).resolve().parents[2] / "docs/mutants.md"

FEWEST = 300
FEWEST_INSIDE = 1 / 3
MOST_DECLARED = 0.02
MOST_MINUTES = 25

Judged = tuple[Mutant, Verdict]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table at the end."""

    name: str
    value: str
    target: str
    met: bool


def figures(judged: Sequence[Judged], minutes: float) -> list[Figure]:
    """What a whole run is measured by."""
    total = Counter(verdict.outcome for _, verdict in judged)
    killed = [mutant for mutant, verdict in judged if verdict.outcome == KILLED]
    inside = sum(mutant.area == DEFINER for mutant in killed)
    share = inside / len(killed) if killed else 0
    behavioural = len(killed) + total[DECLARED]
    declared = total[DECLARED] / behavioural if behavioural else 0
    return [
        Figure("killed by behaviour", str(len(killed)), f"≥ {FEWEST}", len(killed) >= FEWEST),
        Figure(
            "of these inside definer functions",
            f"{inside} ({share:.0%})",
            "≥ a third",
            share >= FEWEST_INSIDE,
        ),
        Figure("survived", str(total[SURVIVED]), "0", not total[SURVIVED]),
        Figure("invalid", str(total[INVALID]), "0", not total[INVALID]),
        Figure(
            "declared equivalent",
            f"{total[DECLARED]} ({declared:.1%})",
            f"≤ {MOST_DECLARED:.0%} of the behavioural",
            declared <= MOST_DECLARED,
        ),
        Figure("minutes", f"{minutes:.1f}", f"≤ {MOST_MINUTES}", minutes <= MOST_MINUTES),
    ]


def explain(mutant: Mutant, verdict: Verdict, console: Console) -> None:
    """Print what became of one mutant, and what said so."""
    line = f"{verdict.outcome}  {mutant.operator}: {mutant.name}"
    style = "bold red" if verdict.outcome in BAD else None
    console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
    if verdict.reason:
        console.print(f"    {verdict.reason}", markup=False, highlight=False, soft_wrap=True)


def show(judged: Sequence[Judged], console: Console) -> None:
    """Print a line for each operator."""
    table = Table(title="Mutants", show_footer=True)
    counts = _counts(judged, lambda mutant: mutant.operator)
    total: Counter[str] = sum(counts.values(), Counter())
    table.add_column("operator", footer="together", no_wrap=True)
    for outcome in OUTCOMES:
        table.add_column(outcome, justify="right", footer=str(total[outcome]))
    for operator, count in counts.items():
        table.add_row(operator, *(str(count[outcome] or "") for outcome in OUTCOMES))
    console.print(table)


def show_figures(found: Sequence[Figure], console: Console) -> None:
    """Print each figure beside its target."""
    table = Table()
    for head in ("figure", "value", "target", "met"):
        table.add_column(head)
    for figure in found:
        table.add_row(figure.name, figure.value, figure.target, "yes" if figure.met else "NO")
    console.print(table)


def write(judged: Sequence[Judged], found: Sequence[Figure], minutes: float) -> None:
    """Leave docs/mutants.md."""
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(text(judged, found))


def text(judged: Sequence[Judged], found: Sequence[Figure]) -> str:
    """The report, without a date: it changes only with its figures."""
    lines = [
        "# Mutants of the access rules",
        "",
        "Written by `make mutate`, whole. Do not edit. Each mutant is one access rule taken away or",
        "turned round in a database of today's sources; a test must notice. *By behaviour*: somebody",
        "acted, in a play of `tests/sql` or as `spec/access.yaml` has it, and saw another outcome. *By",
        "the catalog alone*: nobody could feel the difference (a grant on a table whose schema is",
        "closed, say), or only an assertion about grants, policies or functions as PostgreSQL records",
        "them tells; these do not count towards the targets. *Invalid*: it cannot be made, or what",
        "failed is no rule, such as a name that is not there.",
        "",
        f"PostgreSQL 17, Python {platform.python_version()}, {os.cpu_count()} cores.",
        "",
        *_table(("figure", "value", "target", "met"), [_cells(figure) for figure in found]),
        "",
        "## By area",
        "",
        *_outcomes("area", _counts(judged, lambda mutant: mutant.area)),
        "",
        "## By operator",
        "",
        *_outcomes("operator", _counts(judged, lambda mutant: mutant.operator)),
        "",
        "## By the play that noticed",
        "",
        *_table(
            ("noticed by", "mutants"),
            [(name, str(count)) for name, count in _noticed(judged).most_common()],
        ),
        "",
        "## Declared equivalent",
        "",
        *(
            f"- {mutant.operator}: `{mutant.name}`. {verdict.reason}"
            for mutant, verdict in judged
            if verdict.outcome == DECLARED
        ),
    ]
    return "\n".join(lines) + "\n"


def _cells(figure: Figure) -> tuple[str, ...]:
    return figure.name, figure.value, figure.target, "yes" if figure.met else "no"


def _counts(judged: Sequence[Judged], key: Callable[[Mutant], str]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for mutant, verdict in judged:
        counts[key(mutant)][verdict.outcome] += 1
    return counts


def _noticed(judged: Sequence[Judged]) -> Counter[str]:
    return Counter(
        verdict.reason.partition(":")[0] for _, verdict in judged if verdict.outcome == KILLED
    )


def _outcomes(head: str, counts: dict[str, Counter[str]]) -> list[str]:
    rows = [
        (name, *(str(count[outcome] or "") for outcome in OUTCOMES))
        for name, count in counts.items()
    ]
    return _table((head, *OUTCOMES), rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"| {' | '.join('---' for _ in head)} |",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
