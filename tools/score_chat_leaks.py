"""How well predictions find the contact leaks of a labelled chat corpus.

python -m tools.score_chat_leaks PREDICTIONS.jsonl GOLD.jsonl [--families] [--by FIELD] [--json OUT]

Both files hold one JSON object a line; tests/data/README.md says what GOLD holds.
PREDICTIONS: for messages {"id", "leak", "spans": [[start, end], ...]} and optionally "us",
microseconds spent; for threads {"id", "leak", "leak_at"}: the first message flagged, or null.
An id without a prediction counts as no leak.
"""

import argparse
import json
import string
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]
Predictions = Mapping[str, Row]
Figures = dict[str, Any]


def load(path: Path) -> list[Row]:
    """The rows of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text().split("\n") if line.strip()]


def share(part: float, whole: float) -> float | None:
    """None when there is nothing to be a share of."""
    return part / whole if whole else None


def counts(rows: Iterable[Row], predictions: Predictions) -> Figures:
    """True and false positives and negatives, and precision, recall, F1, false positive rate."""
    tally = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for row in rows:
        tally[bool(row["leak"]), bool(predictions.get(row["id"], {}).get("leak"))] += 1
    tp, fn, fp, tn = tally.values()
    return {
        "n": tp + fn + fp + tn,
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "tn": tn,
        "precision": share(tp, tp + fp),
        "recall": share(tp, tp + fn),
        "f1": share(2 * tp, 2 * tp + fp + fn),
        "fpr": share(fp, fp + tn),
    }


def must_hide(body: str, start: int, end: int) -> set[int]:
    """Places of a span that say something: no spaces, ASCII punctuation, unseen or combining marks."""
    return {
        place
        for place in range(start, end)
        if not body[place].isspace()
        and body[place] not in string.punctuation
        and unicodedata.category(body[place]) not in ("Cf", "Mn", "Me")
    }


def places(spans: Iterable[Sequence[int]], length: int) -> set[int]:
    """Every place inside a span, and inside the body."""
    return {place for start, end in spans for place in range(max(0, start), min(length, end))}


def hiding(rows: Iterable[Row], predictions: Predictions) -> Figures:
    """Shares of gold spans, and of messages with spans, that are wholly inside predicted spans."""
    spans: list[bool] = []
    messages: list[bool] = []
    for row in rows:
        if not row.get("spans"):
            continue
        hidden = places(predictions.get(row["id"], {}).get("spans") or [], len(row["body"]))
        found = [must_hide(row["body"], start, end) <= hidden for start, end in row["spans"]]
        spans += found
        messages.append(all(found))
    return {
        "spans": len(spans),
        "span_hiding": share(sum(spans), len(spans)),
        "messages_fully_hidden": share(sum(messages), len(messages)),
    }


def over_masking(rows: Iterable[Row], predictions: Predictions) -> float | None:
    """Share of the characters outside gold spans that are hidden: hiding all is not free."""
    free = extra = 0
    for row in rows:
        length = len(row["body"])
        outside = set(range(length)) - places(row.get("spans") or [], length)
        free += len(outside)
        extra += len(outside & places(predictions.get(row["id"], {}).get("spans") or [], length))
    return share(extra, free)


def in_time(rows: Iterable[Row], predictions: Predictions) -> float | None:
    """Share of leaking threads flagged no later than at the message that completes the leak."""
    leaks = [row for row in rows if row["leak"]]
    flagged = [(row, predictions.get(row["id"], {}).get("leak_at")) for row in leaks]
    return share(sum(at is not None and at <= row["leak_at"] for row, at in flagged), len(leaks))


def groups(gold: Sequence[Row], by: str | None) -> dict[str, list[Row]]:
    """Parts of a message corpus worth a figure: leaks of one sort beside all benign rows, or a kind."""

    def part(wanted: Callable[[Row], bool]) -> list[Row]:
        return [row for row in gold if not row["leak"] or wanted(row)]

    parts = {
        "severity=contact": part(lambda row: row.get("severity") == "contact"),
        "severity=solicitation": part(lambda row: row.get("severity") == "solicitation"),
        "lang=en": [row for row in gold if row.get("lang", "en") == "en"],
        "lang=not en": [row for row in gold if row.get("lang", "en") != "en"],
        "without unsolvable": part(lambda row: not row["family"].startswith("unsolvable")),
    }
    for kind in sorted({kind for row in gold for kind in row["kinds"]}):
        parts[f"kind={kind}"] = [row for row in gold if kind in row["kinds"]]
    return parts | by_field(gold, by)


def by_field(gold: Sequence[Row], field: str | None) -> dict[str, list[Row]]:
    """Leaks with each value of one field, each part beside all benign rows."""
    if field is None:
        return {}
    values = sorted({str(row.get(field)) for row in gold if row["leak"]})
    return {
        f"{field}={value}": [row for row in gold if not row["leak"] or str(row.get(field)) == value]
        for value in values
    }


def families(gold: Iterable[Row], predictions: Predictions) -> dict[str, Figures]:
    """Recall of each leak family, false positive rate of each benign one."""
    members: dict[str, list[Row]] = defaultdict(list)
    for row in gold:
        members[row["family"]].append(row)
    return {
        family: {"leak": rows[0]["leak"]} | counts(rows, predictions) | hiding(rows, predictions)
        for family, rows in sorted(members.items())
    }


def score(gold: Sequence[Row], predictions: Predictions, by: str | None = None) -> Figures:
    """Figures of the whole file ("overall"), of its "groups" and of its "families"."""
    overall = counts(gold, predictions)
    if "messages" in gold[0]:
        overall["in_time"] = in_time(gold, predictions)
        parts = by_field(gold, by)
    else:
        spent = [row["us"] for row in predictions.values() if "us" in row]
        overall |= hiding(gold, predictions)
        overall["over_masking"] = over_masking(gold, predictions)
        overall["us_per_message"] = share(sum(spent), len(spent))
        parts = groups(gold, by)
    return {
        "overall": overall,
        "groups": {
            name: counts(rows, predictions) | hiding(rows, predictions)
            for name, rows in parts.items()
        },
        "families": families(gold, predictions),
    }


def table(rows: Mapping[str, Figures], columns: Sequence[str]) -> str:
    """Aligned lines, a dash where there is no figure."""

    def cell(figure: float | None) -> str:
        if figure is None:
            return "-"
        return f"{figure:.3f}" if isinstance(figure, float) else str(figure)

    lines = [" " * 26 + "".join(f"{column:>14}" for column in columns)]
    lines += [
        f"{name:<26}" + "".join(f"{cell(row.get(column)):>14}" for column in columns)
        for name, row in rows.items()
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 0 whatever they are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--families", action="store_true", help="also print every family")
    parser.add_argument("--by", metavar="FIELD", help="split the leaks by this field, e.g. lang")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures to this file")
    options = parser.parse_args(arguments)

    gold = load(options.gold)
    ids = {row["id"] for row in gold}
    loaded = {row["id"]: row for row in load(options.predictions)}
    predictions = {id_: row for id_, row in loaded.items() if id_ in ids}
    print(
        f"{len(ids - loaded.keys())} rows without prediction, {len(loaded.keys() - ids)} unknown ids"
    )

    figures = score(gold, predictions, options.by)
    for name, figure in figures["overall"].items():
        print(f"{name:<26}{'-' if figure is None else round(figure, 3):>14}")
    columns = ("n", "precision", "recall", "f1", "span_hiding")
    if figures["groups"]:
        print(table(figures["groups"], columns))
    if options.families:
        print(table(figures["families"], ("n", "recall", "fpr", "span_hiding")))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
