"""The filter knows words, not the corpus; an adversary with a seed says whether a change helps or harms."""

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from tests import adversary
from tests.conftest import ROOT, NewDatabase
from tools import scan
from tools.score_chat_leaks import Figures, load, score

DATA = ROOT / "tests/data"
# What those who write the filter have read; a held-out file cannot have been copied from.
CORPUS = [
    row["body"]
    for name in (
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
    for row in load(DATA / f"{name}.jsonl")
] + [
    message["body"]
    for name in (
        "chat-leaks.dev",
        "fresh-b",
        "fresh-c",
        "fresh-f",
        "fresh-n",
        "fresh-q",
        "fresh-r",
        "fresh-t",
    )
    for thread in load(DATA / f"{name}.threads.jsonl")
    for message in thread["messages"]
]
WHOLE_PHRASE = 4  # words: fewer are a collocation, such as "call me" or "off the books"

# Shares of the adversary's messages that were reached when they were written down, less a little for its dice.
FOE_RECALL_FLOOR = 0.95
FOE_TECHNIQUES_FLOOR = 0.95
FOE_SPANS_FLOOR = 0.95
FOE_BENIGN_CEILING = 0.01


@pytest.fixture(scope="module")
def connection(new_database: NewDatabase) -> Iterator[psycopg.Connection]:
    with new_database() as clone, psycopg.connect(clone.dsn(), autocommit=True) as opened:
        scan.prepare(opened)
        yield opened


@pytest.fixture(scope="module")
def splitting_foe(connection: psycopg.Connection) -> Figures:
    """The same of the adversary's conversations."""
    threads = adversary.threads(seed=1, rounds=3)
    return score(threads, {str(row["id"]): row for row in scan.scan(connection, threads)})


@pytest.fixture(scope="module")
def foe(connection: psycopg.Connection) -> Figures:
    """What the scorer says of the filter on the adversary's messages."""
    rows = adversary.rows(seed=1, rounds=2)
    return score(rows, {str(row["id"]): row for row in scan.scan(connection, rows)})


def filter_sources() -> list[Path]:
    """Every file that the filter consists of."""
    names = (
        "fold_text",
        "read_text",
        "read_unlisted",
        "compose_",
        "find_",
        "judge_",
        "weigh_",
        "hear_",
        "wording_",
        "mask_",
        "explain_",
        "place_",
        "detail_",
        "gather_",
        "keep_likely",
        "locate",
    )
    functions = [
        file
        for file in sorted((ROOT / "supabase/functions").glob("*.sql"))
        if file.name.startswith(names)
    ]
    migrations = sorted((ROOT / "supabase/migrations").glob("*_filter_*.sql"))
    return [*functions, *migrations]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower())


def phrases(text: str) -> set[str]:
    """Each four words in a row, one of which at least is no number."""
    said = words(text)
    found = (said[place : place + WHOLE_PHRASE] for place in range(len(said) - WHOLE_PHRASE + 1))
    return {" ".join(each) for each in found if not "".join(each).isdigit()}


def code(file: Path) -> str:
    """The file without what is said about it, which finds nothing."""
    text = re.sub(r"(?ms)^comment on .*?;$", "", file.read_text())
    return re.sub(r"(?m)^\s*-- .*$|\s-- .*$", "", text)


def test_no_whole_phrase_of_the_corpus_is_in_the_filter() -> None:
    said = set().union(*map(phrases, CORPUS))
    for file in filter_sources():
        text = code(file)
        # inside one literal: the lists of words are sorted by sense, not by any sentence
        for literal in re.findall(r"'((?:[^']|'')*)'", text):
            if "migrations" not in file.parts:
                assert not phrases(literal) & said, file.name


def test_no_body_of_the_corpus_or_its_hash_is_in_the_filter(connection: psycopg.Connection) -> None:
    text = " ".join(code(file).lower() for file in filter_sources())
    said = text.split()
    beside = set(pairwise(said))
    digits = " ".join(re.findall(r"[0-9a-f]{32,}", text))
    for body in CORPUS:
        # Where a body stands, so do any two of its words beside each other: the text is searched for few of them.
        inner = body.lower().split()[1:-1]
        if len(words(body)) > 2 and beside.issuperset(pairwise(inner)):
            assert body.lower() not in text
        for kind in (hashlib.md5, hashlib.sha1, hashlib.sha256):
            assert kind(body.encode()).hexdigest() not in digits
    entries = connection.execute(
        "select word from app.filter_words where word ~ '[a-z] [a-z]'"
    ).fetchall()
    assert entries == []


def test_no_word_is_listed_twice() -> None:
    text = (ROOT / "supabase/migrations/20261122000650_filter_words.sql").read_text()
    lists = re.findall(r"\('\w{1,2}', '([^']*)'\)", text)
    listed = [word for words_of_one in lists for word in words_of_one.split()]
    assert sorted(listed) == sorted(set(listed))


def test_an_adversary_is_found(foe: Figures) -> None:
    assert foe["overall"]["recall"] >= FOE_RECALL_FLOOR
    techniques = [family["recall"] for family in foe["families"].values() if family["leak"]]
    assert sum(techniques) / len(techniques) >= FOE_TECHNIQUES_FLOOR
    assert foe["overall"]["span_hiding"] >= FOE_SPANS_FLOOR


def test_an_adversary_s_decoys_pass(foe: Figures) -> None:
    assert foe["overall"]["fpr"] <= FOE_BENIGN_CEILING


def test_an_adversary_who_splits_is_caught_in_time(splitting_foe: Figures) -> None:
    assert splitting_foe["overall"]["in_time"] >= FOE_RECALL_FLOOR
    assert splitting_foe["overall"]["fpr"] <= FOE_BENIGN_CEILING


def test_an_adversary_says_the_same_for_the_same_seed() -> None:
    assert adversary.rows(seed=3) == adversary.rows(seed=3)
    assert adversary.rows(seed=3) != adversary.rows(seed=4)
    assert adversary.threads(seed=3) == adversary.threads(seed=3)
    assert adversary.threads(seed=3) != adversary.threads(seed=4)


def test_a_scan_reads_messages_and_threads_without_labels(connection: psycopg.Connection) -> None:
    rows: list[scan.Row] = [
        {"id": "m", "body": "jo@example.com, pay me cash"},
        {
            "id": "t",
            "messages": [
                {"sender": "customer", "body": "415"},
                {"sender": "mechanic", "body": "which side?"},
                {"sender": "customer", "body": "555"},
                {"sender": "customer", "body": "2671"},
            ],
        },
        {"id": "b", "body": "P0300 at 120,000 miles"},
    ]
    message, thread, benign = scan.scan(connection, rows)
    assert message["leak"] and message["spans"] == [[0, 14]]
    assert message["kinds"] == ["email", "solicitation"]
    assert thread["leak"] and thread["leak_at"] == 3
    assert not benign["leak"] and benign["spans"] == []
    assert all(row["us"] > 0 for row in (message, thread, benign))
    json.dumps([message, thread, benign])
