"""Fits the weights of app.weigh_wording: python -m tools.train_filter

A logistic regression of words and pairs of words, by scikit-learn, on the messages of tests/data that nobody holds
out. Details of contact are found by shape, so messages that hold one are left out: soliciting is learnt from the
others. Writes supabase/migrations/20261122000655_filter_weights.sql, the same for the same messages.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from tools import scan
from tools.score_chat_leaks import load

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/data"
MIGRATION = ROOT / "supabase/migrations/20261122000655_filter_weights.sql"
TOLD = (
    "chat-leaks.dev",
    "fresh-a",
    "fresh-b",
    "fresh-c",
    "fresh-e",
    "fresh-f",
    "fresh-g",
    "fresh-h",
    "fresh-l",
    "learn",
)
TOLD_THREADS = ("chat-leaks.dev", "fresh-b", "fresh-c", "fresh-f")
SEEN_AT_LEAST = 2  # messages with a word or pair that is weighed
INVERSE_REGULARISATION = 10.0
MOSTLY = 0.5  # of what a gram is about, for it to say so: "the" is about nothing
LEAST_WEIGHT = 0.05  # what weighs less is left out

# What a technique solicits, by words of its name; the first that is there.
ABOUT = {
    "solicits_payment": "pay cash price",
    "solicits_leaving": "leav skip fee offplatform bypass evade",
    "solicits_contact": "number mail contact find where shop-name qr photo sign",
    "solicits_app": "app",
    "solicits_meeting": "meet visit bring",
    "solicits_call": "call text",
}

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Weight:
    """One row of app.filter_weights; the gram '' is what every message weighs."""

    gram: str
    weight: float
    about: str | None


def asked_for(family: str) -> str | None:
    """What the messages of a family solicit; None where its name does not say."""
    return next(
        (about for about, words in ABOUT.items() if any(word in family for word in words.split())),
        None,
    )


def grams(words: Sequence[str]) -> list[str]:
    """Words, and each two in a row, of what app.wording_words gives."""
    return [*words[1:], *(f"{one} {two}" for one, two in pairwise(words))]


def fit(connection: psycopg.Connection, rows: Iterable[Row]) -> list[Weight]:
    """The weights that tell those of the rows apart that solicit and those that are harmless."""
    said: list[list[str]] = []
    solicits: list[bool] = []
    abouts: list[str | None] = []
    for row in rows:
        if row["severity"] == "contact":
            continue
        found = connection.execute(
            "select app.wording_words(f.folded) from app.fold_text(%s) as f", (row["body"],)
        ).fetchone()
        assert found is not None
        said.append(grams(found[0]))
        solicits.append(row["severity"] == "solicitation")
        abouts.append(asked_for(row["family"]) if solicits[-1] else None)
    counting = CountVectorizer(analyzer=list, min_df=SEEN_AT_LEAST)
    counts = counting.fit_transform(said)
    model = LogisticRegression(C=INVERSE_REGULARISATION, max_iter=1000)
    model.fit(counts, solicits)

    total = Counter(about for about in abouts if about)
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for each, about in zip(said, abouts, strict=True):
        if about:
            for gram in set(each):
                seen[gram][about] += 1
    weights = [Weight("", round(float(model.intercept_[0]), 2), None)]
    for gram, weight in zip(counting.get_feature_names_out(), model.coef_[0], strict=True):
        if abs(weight) >= LEAST_WEIGHT:
            shares = {about: count / total[about] for about, count in seen[gram].items()}
            about = max(sorted(shares), key=lambda name: shares[name], default=None)
            if about and shares[about] < MOSTLY * sum(shares.values()):
                about = None
            weights.append(
                Weight(str(gram), round(float(weight), 2), about if weight > 0 else None)
            )
    return sorted(weights, key=lambda weight: weight.gram)


def told() -> list[Row]:
    """Every message that may be learnt from; those of harmless conversations, too."""
    messages = [row for name in TOLD for row in load(DATA / f"{name}.jsonl")]
    return messages + [
        {"id": f"{thread['id']}/{place}", "severity": "none", "family": "thread", **message}
        for name in TOLD_THREADS
        for thread in load(DATA / f"{name}.threads.jsonl")
        if not thread["leak"]
        for place, message in enumerate(thread["messages"])
    ]


def insert(connection: psycopg.Connection, version: int, weights: Iterable[Weight]) -> None:
    """Put the weights of a version into the database."""
    with (
        connection.cursor() as cursor,
        cursor.copy("copy app.filter_weights (version, gram, weight, about) from stdin") as copy,
    ):
        for each in weights:
            copy.write_row((version, each.gram, each.weight, each.about))


def migration(weights: Sequence[Weight]) -> str:
    """The file: the weights by what they are about, a line for each letter that they begin with."""
    head = MIGRATION.read_text().split("-- Fitted by")[0]
    lists: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in weights:
        lists[each.about or ""][each.gram[:1]].append(f"{each.gram}={each.weight:g}")
    lines = []
    for about in sorted(lists):
        value = f"'{about}'" if about else "null"
        for letter in sorted(lists[about]):
            text = "|".join(lists[about][letter]).replace("'", "''")
            lines.append(f"    ({value}, '{text}')")
    return (
        f"{head}-- Fitted by python -m tools.train_filter: {len(weights)} weights.\n"
        "insert into app.filter_weights (version, gram, weight, about)\n"
        "select 1, split_part(e.entry, '=', 1), split_part(e.entry, '=', 2)::real, l.about\n"
        "from (values\n" + ",\n".join(lines) + "\n) as l (about, entries)\n"
        "cross join string_to_table(l.entries, '|') as e (entry);\n\nanalyze app.filter_weights;\n"
    )


def main() -> int:
    """Fit, and write the migration."""
    with scan.filter_database() as connection:
        weights = fit(connection, told())
    MIGRATION.write_text(migration(weights))
    sys.stdout.write(f"{len(weights)} weights: {MIGRATION.relative_to(ROOT)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
