"""What a mutant is, and how the rest of the package names it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

PERSONAS = ("customer", "mechanic", "workshop", "platform_admin", "media_worker")
NOBODY = ("anon", "authenticated")
SERVICE = ("backend", "worker")


@dataclass(frozen=True, slots=True)
class Probe:
    """The one thing whose answer a grant could change: what `role` gets from `relation` or `function`.

    With a relation: its `column`, or, without one, which columns there are.
    """

    role: str
    relation: str = ""
    column: str = ""
    function: str = ""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`statement` makes it; `words` are what a play that notices is likely to say.

    `probe`, where there is one, is all that could be felt of it. `felt` is false where nobody could
    feel anything, since who is let in stands before another wall: the catalog alone can tell.
    A play that says none of `either`, or none of `also`, cannot feel it.
    What changes inside a function is felt only where that is entered: `inside` is its name.
    `raced` is a lock: it is felt where two meet, and nowhere else.
    `superuser` has to make it where what it changes is not the owner's.
    `listed` is the role whose list of all that it reaches (tests.reaches_exactly) would change.
    """

    operator: str
    name: str
    statement: str
    area: str
    words: tuple[str, ...] = ()
    probe: Probe | None = None
    felt: bool = True
    listed: str | None = None
    either: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    inside: str = ""
    raced: bool = False
    superuser: bool = False


def numbered(mutants: Iterable[Mutant]) -> Iterator[Mutant]:
    """The same, a name that its operator used before followed by its number."""
    seen: Counter[tuple[str, str]] = Counter()
    for mutant in mutants:
        key = (mutant.operator, mutant.name)
        seen[key] += 1
        yield replace(mutant, name=f"{mutant.name} ({seen[key]})") if seen[key] > 1 else mutant
