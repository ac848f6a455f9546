"""How well, and how fast, the contact filter finds what is hidden in a conversation.

Five folds over families of techniques, seed 1: what is learnt is learnt from four, and scored on the fifth; bodies
that differ in digits alone are in one fold. So the weights of wording and of places are fitted anew for each fold, as a
version of their own; the words and patterns are not fitted by a program, and those who wrote them had read the corpus.
The messages of tests/adversary.py were written afterwards. The fresh ones were written by others, who had seen neither;
FRESH says which of them the filter was improved by since. Exit code 1 when a target is missed.
"""

import argparse
import random
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from rich.console import Console
from rich.table import Table

from bench import baselines
from tests import adversary
from tools import scan, train_filter
from tools.score_chat_leaks import Figures, load, score

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests/data"
# Files of messages (fresh-NAME.jsonl) and, where there are any, of threads; a held-out one is read by nobody.
FRESH = {
    "a": "tuned on",
    "b": "tuned on",
    "c": "tuned on",
    "d": "held out",
    "e": "tuned on",
    "f": "tuned on",
    "g": "tuned on",
    "h": "tuned on",
    "l": "tuned on",
    "m": "held out",
    "n": "tuned on",
    "p": "held out",
    "q": "tuned on",
    "r": "tuned on",
    "s": "held out",
    "t": "tuned on",
    "u": "held out",
    "v": "held out",
    "w": "held out",
}
FOLDS, SEED = 5, 1
THROUGHPUT = Path(__file__).with_name("filter_throughput.sql")
LOOK_ALIKES = {
    "ids", "part-number", "vin", "obd-codes", "tyre-size", "torque", "mileage", "price", "measurement", "engine-firing",
    "voltage-readings", "temperature-pressure", "numbers-misc", "date-time", "fuse-pinout", "fluid-spec", "rpm-at",
}  # fmt: skip

Row = dict[str, Any]
Predictions = dict[str, Mapping[str, Any]]


def signature(body: str) -> str:
    """What near-duplicates have in common: their letters."""
    return re.sub(r"[\W\d_]+", " ", body.lower()).strip()


def folds(rows: Sequence[Row]) -> list[list[Row]]:
    """Five parts of the rows, no family and no near-duplicate in two of them."""
    kin: dict[str, str] = {row["family"]: row["family"] for row in rows}

    def root(family: str) -> str:
        while kin[family] != family:
            family = kin[family]
        return family

    first: dict[str, str] = {}
    for row in rows:
        mark = signature(row["body"])
        if len(mark) > 12:
            kin[root(row["family"])] = root(first.setdefault(mark, row["family"]))
    parts: list[list[Row]] = [[] for _ in range(FOLDS)]
    dice = random.Random(SEED)
    for leak in (True, False):
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            if row["leak"] is leak:
                groups[root(row["family"])].append(row)
        names = sorted(groups)
        dice.shuffle(names)
        for name in sorted(names, key=lambda name: -len(groups[name])):
            part = min(parts, key=lambda part: sum(row["leak"] is leak for row in part))
            part += groups[name]
    return parts


def found_by(finder: baselines.Finder, rows: Iterable[Row]) -> Predictions:
    """Predictions of a baseline."""
    found = {row["id"]: finder(row["body"]) for row in rows}
    return {id_: {"id": id_, "leak": bool(spans), "spans": spans} for id_, spans in found.items()}


def unseen_by_model(parts: Sequence[Sequence[Row]]) -> Predictions:
    """Each part predicted by a model that was fitted to the other four."""
    predictions: Predictions = {}
    for part in parts:
        others = [row for other in parts if other is not part for row in other]
        chances = baselines.learnt(others)([row["body"] for row in part])
        for row, chance in zip(part, chances, strict=True):
            predictions[row["id"]] = {"id": row["id"], "leak": chance >= 0.5, "spans": []}
    return predictions


def unseen_by_filter(connection: psycopg.Connection, parts: Sequence[Sequence[Row]]) -> Predictions:
    """Each part predicted by a version of the filter whose weights were fitted without it."""
    told = train_filter.told()
    predictions: Predictions = {}
    for version, part in enumerate(parts, 2):
        held_out = {row["id"] for row in part} | {signature(row["body"]) for row in part}
        others = [
            row
            for row in told
            if row["id"] not in held_out and signature(row["body"]) not in held_out
        ]
        connection.execute(
            "insert into app.filter_versions (version, summary) values (%s, 'A fold.')", (version,)
        )
        connection.execute(
            "insert into app.filter_words (version, word, reading, misspelt)"
            " select %s, word, reading, misspelt from app.filter_words where version = 1",
            (version,),
        )
        train_filter.insert(connection, version, train_filter.fit(connection, others))
        predictions |= {str(row["id"]): row for row in scan.scan(connection, part, version)}
    return predictions


def either(one: Predictions, other: Predictions) -> Predictions:
    """A leak where one of the two says so."""
    return {
        id_: dict(row) | {"leak": row["leak"] or other.get(id_, {}).get("leak", False)}
        for id_, row in one.items()
    }


def mean(
    parts: Sequence[Sequence[Row]], predictions: Predictions, figure: Callable[[Figures], Any]
) -> float:
    """The figure, over the folds that have it."""
    values = [figure(score(part, predictions)) for part in parts]
    return float(statistics.mean(value for value in values if value is not None))


def recall_by_family(rows: Sequence[Row], predictions: Predictions) -> float:
    """Mean recall over the families of leaks, each counting alike."""
    families = score(rows, predictions)["families"].values()
    return float(statistics.mean(family["recall"] for family in families if family["leak"]))


def speed(connection: psycopg.Connection, bodies: Sequence[str]) -> dict[str, float]:
    """Microseconds for a message with ten earlier ones in the thread, and milliseconds for 10 kB."""
    dice = random.Random(SEED)
    spent = []
    for body in bodies:
        spent.append(scan.find(connection, body, dice.sample(list(bodies), 10))[1])
    spent = sorted(spent[len(spent) // 5 :])  # the first fifth warms up
    long = (" ".join(dice.sample(list(bodies), 400)))[:10_000]
    ten = min(scan.find(connection, long, [])[1] for _ in range(3)) / 1000
    return {"p50": spent[len(spent) // 2], "p99": spent[len(spent) * 99 // 100], "10 kB": ten}


def throughput(
    connection: psycopg.Connection, bodies: Sequence[str], function: LiteralString
) -> float:
    """Messages a second with the trigger on, as a share of those with the trigger off: one transaction
    each, a hundred in turn, median of ten turns."""
    place, shares = 0, []
    for turn in range(11):
        seconds = {}
        for word in ("enable", "disable"):
            connection.execute(
                f"alter table app.messages {word} trigger contact_details_are_masked".encode()
            )
            begun = time.perf_counter()
            for body in bodies[turn * 40 : turn * 40 + 100]:
                place += 1
                connection.execute(f"select pg_temp.{function}(%s, %s)".encode(), (body, place))
            seconds[word] = time.perf_counter() - begun
        shares.append(seconds["disable"] / seconds["enable"])
    return statistics.median(shares[1:])  # the first turn warms up


class Report:
    """The closing table: figure, target, met."""

    def __init__(self) -> None:
        self.table = Table("figure", "in sample", "unseen folds", "target", "met")
        self.is_met = True

    def add(
        self, name: str, seen: float | None, unseen: float, target: float, most: bool = False
    ) -> None:
        met = unseen <= target if most else unseen >= target
        self.is_met &= met

        def shown(value: float | None) -> str:
            return "" if value is None else f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"

        self.table.add_row(
            name,
            shown(seen),
            shown(unseen),
            f"{'≤' if most else '≥'} {target:g}",
            "yes" if met else "NO",
        )


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=SEED, help="of the adversary's messages (default 1)"
    )
    options = parser.parse_args()
    console = Console(width=118)
    rows = [dict(row) for row in load(DATA / "chat-leaks.dev.jsonl")]
    threads = load(DATA / "chat-leaks.dev.threads.jsonl")
    foes = adversary.rows(options.seed, 2)
    splitting = adversary.threads(options.seed, 5)
    fresh = {name: load(DATA / f"fresh-{name}.jsonl") for name in FRESH}
    fresh_threads = {
        name: load(file)
        for name in FRESH
        if (file := DATA / f"fresh-{name}.threads.jsonl").exists()
    }
    parts = folds(rows)
    with scan.filter_database() as connection:
        ours = {row["id"]: row for row in scan.scan(connection, rows)}
        split = {row["id"]: row for row in scan.scan(connection, threads)}
        written = {str(row["id"]): row for row in scan.scan(connection, foes)}
        foes_split = {str(row["id"]): row for row in scan.scan(connection, splitting)}
        fresh_found = {
            name: {str(row["id"]): row for row in scan.scan(connection, rows_of_one)}
            for name, rows_of_one in fresh.items()
        }
        fresh_split = {
            name: {str(row["id"]): row for row in scan.scan(connection, rows_of_one)}
            for name, rows_of_one in fresh_threads.items()
        }
        took = speed(connection, [row["body"] for row in rows if not row["leak"]])
        benign = [row["body"] for row in rows if not row["leak"]]
        connection.execute((ROOT / "bench/chat.sql").read_bytes())
        connection.execute(THROUGHPUT.read_bytes())
        share = throughput(connection, benign, "send")
        sent_share = throughput(connection, benign, "send_as_customer")
        unseen = unseen_by_filter(connection, parts)

    model = unseen_by_model(parts)
    others = {
        "this filter": unseen,
        "regexes": found_by(baselines.regexes, rows),
        "phonenumbers": found_by(baselines.numbers, rows),
        "Presidio's patterns": found_by(baselines.presidio, rows),
        "learnt, letter groups": model,
        "this filter or learnt": either(unseen, model),
    }
    beside = Table(
        "messages, unseen folds", "precision", "recall", "F1", "false positives", "spans hidden"
    )
    for name, predictions in others.items():
        figures = [score(part, predictions)["overall"] for part in parts]
        beside.add_row(
            name,
            *(
                f"{statistics.mean(f[key] or 0 for f in figures):.3f}"
                for key in ("precision", "recall", "f1", "fpr", "span_hiding")
            ),
        )
    console.print(beside)

    seen, foe = score(rows, ours), score(foes, written)
    alike = [row for row in rows if row["family"] in LOOK_ALIKES]
    report = Report()
    report.add(
        "messages, F1",
        seen["overall"]["f1"],
        mean(parts, unseen, lambda f: f["overall"]["f1"]),
        0.95,
    )
    report.add(
        "benign messages flagged",
        seen["overall"]["fpr"],
        mean(parts, unseen, lambda f: f["overall"]["fpr"]),
        0.01,
        most=True,
    )
    report.add(
        "look-alike numbers flagged", None, score(alike, unseen)["overall"]["fpr"], 0.03, most=True
    )
    report.add(
        "spans hidden",
        seen["overall"]["span_hiding"],
        mean(parts, unseen, lambda f: f["overall"]["span_hiding"]),
        0.95,
    )
    report.add(
        "recall, mean of techniques",
        recall_by_family(rows, ours),
        mean(parts, unseen, lambda f: f["overall"]["recall"]),
        0.80,
    )
    report.add(
        "recall of soliciting",
        seen["groups"]["severity=solicitation"]["recall"],
        score(rows, unseen)["groups"]["severity=solicitation"]["recall"],
        0.90,
    )
    figures = score(threads, split)["overall"]
    report.add("threads, F1", figures["f1"], figures["f1"], 0.90)
    report.add("threads, caught in time", figures["in_time"], figures["in_time"], 0.85)
    report.add("adversary, F1", None, foe["overall"]["f1"], 0.95)
    report.add("adversary, recall of techniques", None, recall_by_family(foes, written), 0.80)
    report.add("adversary, benign flagged", None, foe["overall"]["fpr"], 0.01, most=True)
    figures = score(splitting, foes_split)["overall"]
    report.add("adversary, threads: F1", None, figures["f1"], 0.90)
    report.add("adversary, threads: caught in time", None, figures["in_time"], 0.85)
    for name, what in FRESH.items():
        scored = score(fresh[name], fresh_found[name])
        figures, asking = scored["overall"], scored["groups"]["severity=solicitation"]
        report.add(f"fresh-{name}, {what}: F1", None, figures["f1"], 0.95)
        report.add(f"fresh-{name}, {what}: benign flagged", None, figures["fpr"], 0.01, most=True)
        if figures["span_hiding"] is not None:
            report.add(f"fresh-{name}, {what}: spans hidden", None, figures["span_hiding"], 0.95)
        if asking["recall"] is not None:
            report.add(f"fresh-{name}, {what}: recall of soliciting", None, asking["recall"], 0.90)
        if name in fresh_threads:
            figures = score(fresh_threads[name], fresh_split[name])["overall"]
            report.add(f"fresh-{name}, {what}: threads, F1", None, figures["f1"], 0.90)
            report.add(f"fresh-{name}, {what}: threads in time", None, figures["in_time"], 0.85)
    report.add("µs a message, p50", None, took["p50"], 200, most=True)
    report.add("µs a message, p99", None, took["p99"], 1000, most=True)
    report.add("ms for 10 kB", None, took["10 kB"], 10, most=True)
    report.add("inserts a second, moderated / not", None, share, 0.60)
    report.add("api.send_message a second, moderated / not", None, sent_share, 0.60)
    console.print(report.table)
    return 0 if report.is_met else 1


if __name__ == "__main__":
    sys.exit(main())
