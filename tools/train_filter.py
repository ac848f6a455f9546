"""Fits the weights of app.hear_message and app.weigh_places: python -m tools.train_filter

Two logistic regressions, by scikit-learn, on the messages of tests/data that nobody holds out. One, of words and of
two beside each other or with one between, tells messages that solicit, or tell a detail of contact, from harmless ones. The other tells the words of a
detail from all others, by themselves and their neighbours: for details of shapes that nobody thought of.
Writes supabase/migrations/20261122000656_filter_model.sql, the same for the same messages.
"""

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from scipy.sparse import diags  # type: ignore[import-untyped]
from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from tools import scan
from tools.score_chat_leaks import load, places

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/data"
MIGRATION = ROOT / "supabase/migrations/20261122000656_filter_model.sql"
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
    "fresh-n",
    "fresh-q",
    "fresh-r",
    "fresh-t",
    "learn",
)
TOLD_THREADS = (
    "chat-leaks.dev",
    "fresh-b",
    "fresh-c",
    "fresh-f",
    "fresh-n",
    "fresh-q",
    "fresh-r",
    "fresh-t",
)
PIECE_WORDS = 4  # of a message with a piece of a detail, for its wording to say so

SEEN_AT_LEAST = 2  # messages with a gram that is weighed
INVERSE_REGULARISATION = 1.0
SCALING = 0.7  # the power to which it counts how much more often a gram is met in leaks
MOST_WEIGHT = 2.0  # that a word is known from a few messages makes nobody that sure
KNOWN_AT_LEAST = 4  # messages with a word that is not rare
PLACED_AT_LEAST = 3  # places of a feature that is weighed
PLACES_INVERSE_REGULARISATION = 3.0
MOSTLY = 0.5  # of what a gram is about, for it to say so: "the" is about nothing
LEAST_WEIGHT = 0.05  # what weighs less is left out
LETTER = "[a-z\u00aa-\u1fff\u2c00-\u2dff\u3040-\udfff\uf900-\ufdff]"  # as in app.weigh_places

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
    """One row of app.filter_weights (about) or app.filter_places (kind); the name '' is what everything weighs."""

    name: str
    weight: float
    sort: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """What a version of the filter has learnt."""

    wording: Sequence[Weight]
    places: Sequence[Weight]


@dataclass(frozen=True, slots=True)
class Text:
    """A message in tokens, as app.detail_tokens gives them."""

    tokens: Sequence[str]
    apart: Sequence[bool]
    of_detail: Sequence[bool]
    kind: str | None  # of its details; None if they are of several


def asked_for(family: str) -> str | None:
    """What the messages of a family solicit; None where its name does not say."""
    return next(
        (about for about, words in ABOUT.items() if any(word in family for word in words.split())),
        None,
    )


def grams(words: Sequence[str]) -> list[str]:
    """Words, each two in a row, and each two with one between, from the beginning (<) on, of what app.hear_message heard."""
    said = ["<", *words]
    return [
        *words,
        *(f"{one} {two}" for one, two in pairwise(said)),
        *(f"{one} _ {two}" for one, two in zip(said, said[2:], strict=False)),
    ]


def learn(
    said: Sequence[Sequence[str]],
    is_so: Sequence[bool],
    sorts: Sequence[str | None],
    at_least: int,
    inverse_regularisation: float,
    scaling: float = 0.0,
    heaviest: float = math.inf,
) -> list[Weight]:
    """What each name weighs for it to be so, no more than heaviest, and the sort that most of those have that are so.

    A count is scaled by how much more often its name is met where it is so, to the power of scaling, before the regression: a
    rare name that only one side has may weigh much, a common one little. (S. Wang, C. Manning: Baselines and Bigrams, ACL 2012;
    there the power is 1.)
    """
    counting = CountVectorizer(analyzer=list, min_df=at_least)
    counts = counting.fit_transform(said)
    so = np.asarray(is_so)
    met, not_met = (1 + np.asarray(counts[side].sum(axis=0)).ravel() for side in (so, ~so))
    ratios = np.log(met / met.sum()) - np.log(not_met / not_met.sum())
    ratios = np.where(ratios < 0, -1, 1) * np.abs(ratios) ** scaling
    model = LogisticRegression(C=inverse_regularisation, max_iter=3000)
    model.fit(counts @ diags(ratios), so)
    weighed = np.clip(model.coef_[0] * ratios, -heaviest, heaviest)
    total = Counter(sort for sort in sorts if sort)
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for names, sort in zip(said, sorts, strict=True):
        if sort:
            for name in set(names):
                seen[name][sort] += 1
    weights = [Weight("", round(float(model.intercept_[0]), 2), None)]
    for name, weight in zip(counting.get_feature_names_out(), weighed, strict=True):
        shares = {sort: count / total[sort] for sort, count in seen[name].items()}
        most = max(sorted(shares), key=lambda sort: shares[sort], default=None)
        if most and (weight < 0 or shares[most] < MOSTLY * sum(shares.values())):
            most = None
        weights.append(Weight(str(name), round(float(weight), 2), most))
    return sorted(weights, key=lambda weight: weight.name)


def fit_wording(connection: psycopg.Connection, rows: Iterable[Row]) -> list[Weight]:
    """The weights that tell those of the rows that leak, and those that are harmless, apart."""
    said: list[list[str]] = []
    leaks: list[bool] = []
    abouts: list[str | None] = []
    for row in rows:
        found = connection.execute(
            "select h.words from app.hear_message(%s, null) as h", (row["body"],)
        ).fetchone()
        assert found is not None
        said.append(grams(found[0]))
        leaks.append(row["severity"] != "none")
        abouts.append(asked_for(row["family"]) if row["severity"] == "solicitation" else None)
    weights = learn(
        said, leaks, abouts, SEEN_AT_LEAST, INVERSE_REGULARISATION, SCALING, MOST_WEIGHT
    )
    return [each for each in weights if not each.name or abs(each.weight) >= LEAST_WEIGHT]


def read(connection: psycopg.Connection, row: Row) -> Text:
    """The tokens of a message, and which of them are of a detail."""
    found = connection.execute(
        "select t.tokens, t.begins, t.apart, f.origins"
        " from app.fold_text(%s) as f cross join lateral app.detail_tokens(f.folded) as t",
        (row["body"],),
    ).fetchone()
    assert found is not None
    tokens, begins, apart, origins = found
    hidden = places(row["spans"], len(row["body"]))
    written = [(origins[begin - 1] if origins else begin) - 1 for begin in begins or []]
    kinds = {kind for kind in row["kinds"] if kind != "solicitation"}
    kind = kinds.pop() if len(kinds) == 1 else None
    return Text(tokens or [], apart or [], [place in hidden for place in written], kind)


def shape(token: str, known: AbstractSet[str]) -> str:
    """What stands for a token: as many zeroes as it has figures; of a rare word, its length."""
    if token.isascii() and token.isdigit():
        return "0" * min(len(token), 11)
    if token in known or not re.match(LETTER, token):
        return token
    return f"X{min(len(token) // 4, 3)}"


def features(text: Text, known: AbstractSet[str]) -> Iterator[list[str]]:
    """Of each token what app.weigh_places weighs."""
    shapes = ["<<", "<", *(shape(token, known) for token in text.tokens), ">", ">>"]
    next_apart = [*text.apart[1:], True]
    for place, own in enumerate(shapes[2:-2]):
        second_before, before, _, after, second_after = shapes[place : place + 5]
        sort = "w" if re.match(LETTER, own) else own[0]
        yield [
            f"={own}",
            f"<{before}",
            f">{after}",
            f"<<{second_before}",
            f">>{second_after}",
            f"<={before} {own}",
            f"=>{own} {after}",
            f"|{'_' if text.apart[place] else ''}{sort}{'_' if next_apart[place] else ''}",
        ]


def fit_places(connection: psycopg.Connection, rows: Sequence[Row]) -> list[Weight]:
    """The weights that tell the words of details from all others, in the files that hold details."""
    files = {row["file"] for row in rows if row["severity"] == "contact"}
    texts = [read(connection, row) for row in rows if row["file"] in files]
    seen = Counter(token for text in texts for token in set(text.tokens))
    known = {token for token, count in seen.items() if count >= KNOWN_AT_LEAST}
    weights = learn(
        [each for text in texts for each in features(text, known)],
        [is_one for text in texts for is_one in text.of_detail],
        [text.kind if is_one else None for text in texts for is_one in text.of_detail],
        PLACED_AT_LEAST,
        PLACES_INVERSE_REGULARISATION,
    )
    # a word is known by its being there
    return [
        each
        for each in weights
        if not each.name or each.name.startswith("=") or abs(each.weight) >= LEAST_WEIGHT
    ]


def fit(connection: psycopg.Connection, rows: Sequence[Row]) -> Model:
    """What is to be learnt of the rows."""
    return Model(fit_wording(connection, rows), fit_places(connection, rows))


def told() -> list[Row]:
    """Every message that may be learnt from: those of harmless conversations, and pieces of a detail, too."""
    messages: list[Row] = [
        {"file": name, **row} for name in TOLD for row in load(DATA / f"{name}.jsonl")
    ]
    for name in TOLD_THREADS:
        for thread in load(DATA / f"{name}.threads.jsonl"):
            pieces: dict[int, list[tuple[int, int]]] = defaultdict(list)
            for place, begin, end in thread["parts"] if thread["leak"] else []:
                pieces[place].append((begin, end))
            messages += [
                {
                    "file": name,
                    "id": f"{thread['id']}/{place}",
                    "family": "thread",
                    "severity": "contact" if thread["leak"] else "none",
                    "kinds": thread["kinds"],
                    "spans": pieces[place],
                    **message,
                }
                for place, message in enumerate(thread["messages"])
                # what else is said in a conversation that leaks may be either
                if not thread["leak"]
                or (place in pieces and len(message["body"].split()) >= PIECE_WORDS)
            ]
    return messages


def insert(connection: psycopg.Connection, version: int, model: Model) -> None:
    """Put what a version has learnt into the database."""
    for table, weights in (
        (b"filter_weights (version, gram, weight, about)", model.wording),
        (b"filter_places (version, feature, weight, kind)", model.places),
    ):
        with (
            connection.cursor() as cursor,
            cursor.copy(b"copy app." + table + b" from stdin") as copy,
        ):
            for each in weights:
                copy.write_row((version, each.name, each.weight, each.sort))


def listed(weights: Iterable[Weight]) -> str:
    """Rows of VALUES: the weights of a sort that begin with the same letter."""
    lists: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in weights:
        begins = each.name.lstrip("<=>|_")[:1]
        lists[each.sort or "", begins].append(f"{each.name}\t{each.weight:g}")
    rows = []
    for (sort, _), entries in sorted(lists.items()):
        text = "\n".join(entries).replace("\\", "\\\\").replace("'", "''")
        text = text.replace("\t", "\\t").replace("\n", "\\n")
        value = f"'{sort}'" if sort else "null"
        rows.append(f"    ({value}, E'{text}')")
    return ",\n".join(rows)


def statement(table: str, name: str, sort: str, weights: Iterable[Weight]) -> str:
    """The INSERT of a table's first version."""
    return (
        f"insert into app.{table} (version, {name}, weight, {sort})\n"
        f"select 1, split_part(e.entry, E'\\t', 1), split_part(e.entry, E'\\t', 2)::real, l.{sort}\n"
        f"from (values\n{listed(weights)}\n) as l ({sort}, entries)\n"
        "cross join string_to_table(l.entries, E'\\n') as e (entry);\n\n"
        f"analyze app.{table};\n"
    )


def migration(model: Model) -> str:
    """The file: the weights of version 1 by what they are about."""
    return (
        "-- What the contact filter's first version has learnt: "
        f"{len(model.wording)} weights of wording, {len(model.places)} of places.\n"
        "-- Written by python -m tools.train_filter; app.filter_weights and app.filter_places say what they mean.\n\n"
        + statement("filter_weights", "gram", "about", model.wording)
        + "\n"
        + statement("filter_places", "feature", "kind", model.places)
    )


def main() -> int:
    """Fit, and write the migration."""
    with scan.filter_database() as connection:
        model = fit(connection, told())
    MIGRATION.write_text(migration(model))
    sys.stdout.write(
        f"{len(model.wording)} and {len(model.places)} weights: {MIGRATION.relative_to(ROOT)}\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
