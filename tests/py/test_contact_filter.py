"""The contact filter over the whole corpus, over random text, and over text made to hurt it."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import NewDatabase
from tools.score_chat_leaks import Figures, Row, load, score

DATA = Path(__file__).parent.parent / "data"
MESSAGES = load(DATA / "chat-leaks.dev.jsonl")
THREADS = load(DATA / "chat-leaks.dev.threads.jsonl")

# Found without exception. What is missing here needs more than an ordinary reading: see the floors.
ORDINARY = {
    *("phone-us-plain", "phone-e164", "phone-uk", "phone-fr", "phone-in", "phone-mx", "phone-pk"),
    *("phone-spaced-digits", "phone-odd-separators", "phone-as-price", "phone-zero-width"),
    *("phone-circled", "phone-fullwidth", "phone-keycap", "phone-superscript"),
    *("phone-native-digits", "phone-digit-words", "phone-es-words", "phone-fr-words"),
    *("phone-hi-words", "phone-ur-words", "unsolvable-arith"),
    *("email-plain", "email-at-dot-words", "email-brackets", "email-es", "email-homoglyph"),
    *("email-invisible", "email-spaced", "handle-at"),
    *("url-plain", "url-bare-domain", "url-dot-words", "url-messenger-link", "url-shortener"),
    *("address-us", "address-uk", "address-plus-code"),
}
# Shares that the filter reached on its own corpus when they were written down.
CONTACT_RECALL_FLOOR = 0.97
SOLICITING_RECALL_FLOOR = 0.96
SPANS_HIDDEN_FLOOR = 0.96
OVER_MASKING_CEILING = 0.012
BENIGN_FLAGGED_CEILING = 0.003
THREADS_IN_TIME_FLOOR = 0.85
# What sounds as harmless as can be; a detail stands in it.
CAR_TALK = (
    "torque is 85 Nm on the caliper bolts {} and replace the gasket",
    "the spark plugs are worn {} check the coil too",
    "oil pressure reads low at idle {} so test the sender before replacing the pump",
)

Found = dict[int, list[tuple[str, int, int]]]


@pytest.fixture(scope="module")
def connection(new_database: NewDatabase) -> Iterator[psycopg.Connection]:
    """As the owner: nobody else may run the filter itself."""
    with new_database() as clone, psycopg.connect(clone.dsn(), autocommit=True) as opened:
        yield opened


def find(
    connection: psycopg.Connection, bodies: Sequence[str], earlier: Sequence[str] = ()
) -> Found:
    """Kind, start and end (from 0, half-open) of what is found, by the body's index; soliciting has no
    place, and is found from 0 to 0."""
    rows = connection.execute(
        "select b.place, c.kind, coalesce(c.first_character, 1), coalesce(c.last_character, 0)"
        " from unnest(%s::text[]) with ordinality as b (body, place)"
        " cross join lateral unnest(app.find_contacts(b.body, %s::text[])) as c where c.piece = 0",
        (list(bodies), list(earlier)),
    )
    found: Found = {}
    for place, kind, first, last in rows:
        found.setdefault(place - 1, []).append((kind, first - 1, last))
    return found


def mask(connection: psycopg.Connection, bodies: Sequence[str]) -> list[tuple[str, list[Any]]]:
    """What is delivered and what is told, of each body."""
    return connection.execute(
        "select m.delivered, m.hidden"
        " from unnest(%s::text[]) with ordinality as b (body, place)"
        " cross join lateral app.mask_contacts(b.body) as m order by b.place",
        (list(bodies),),
    ).fetchall()


@pytest.fixture(scope="module")
def figures(connection: psycopg.Connection) -> Figures:
    """What the scorer says of the filter on the corpus of messages."""
    found = find(connection, [row["body"] for row in MESSAGES])
    predictions: dict[str, Row] = {
        MESSAGES[index]["id"]: {"leak": True, "spans": [span[1:] for span in spans if span[2]]}
        for index, spans in found.items()
    }
    return score(MESSAGES, predictions)


def test_ordinary_contact_details_are_found(figures: Figures) -> None:
    recall = {family: figures["families"][family]["recall"] for family in ORDINARY}
    assert {family: share for family, share in recall.items() if share < 1} == {}


def test_what_a_car_conversation_needs_is_left_alone(figures: Figures) -> None:
    assert figures["overall"]["fpr"] <= BENIGN_FLAGGED_CEILING


@pytest.mark.attack(111)
def test_contact_details_in_disguise_are_found_as_often_as_before(figures: Figures) -> None:
    assert figures["groups"]["severity=contact"]["recall"] >= CONTACT_RECALL_FLOOR
    assert figures["groups"]["severity=solicitation"]["recall"] >= SOLICITING_RECALL_FLOOR
    assert figures["overall"]["span_hiding"] >= SPANS_HIDDEN_FLOOR


@pytest.mark.attack(111)
@pytest.mark.parametrize(
    "shape",
    [
        "jo.smith@example.com",
        "jo@xyzzy.example",
        "@jo_fixes",
        "u/jofixes",
        "www.example.com",
        "https://example.com/jo",
        "t.me/jofixes",
        "moc.liamg@jofixes",
        "868r6fcp+cw springfield",
        "///apple.wheel.river",
        "36.73781, -119.78712",
        "1-800-fix-cars",
        "....- .---- ..... ..... ..... ..... ..--- -.... --... .----",
        "nelja yksi viisi viisi viisi viisi kaksi kuusi seitseman yksi",
        "1400 Oak Ave",
        "+44 7700 900 123",
        "(415) 555-2671",
        "+1 415 555 2671",
        "four one five five five five two six seven one",
    ],
)
def test_no_talk_of_cars_makes_a_shape_harmless(connection: psycopg.Connection, shape: str) -> None:
    bodies = [talk.format(shape) for talk in CAR_TALK]
    assert [delivered for delivered, _ in mask(connection, bodies) if shape in delivered] == []


def test_little_is_hidden_beside_a_contact_detail(figures: Figures) -> None:
    assert figures["overall"]["over_masking"] <= OVER_MASKING_CEILING


def test_details_in_pieces_are_found_when_they_are_complete(connection: psycopg.Connection) -> None:
    predictions: dict[str, Row] = {}
    for thread in THREADS:
        said: dict[str, list[str]] = {}
        for index, message in enumerate(thread["messages"]):
            earlier = said.setdefault(message["sender"], [])
            if find(connection, [message["body"]], earlier):
                predictions.setdefault(thread["id"], {"leak": True, "leak_at": index})
            earlier.append(message["body"])
    overall = score(THREADS, predictions)["overall"]
    assert overall["fp"] == 0
    assert overall["in_time"] >= THREADS_IN_TIME_FLOOR


@pytest.mark.parametrize("word", ["Note", "Item", "Photo", "Step", "Code", "Cylinder", ""])
def test_a_list_that_somebody_counts_is_no_number(
    connection: psycopg.Connection, word: str
) -> None:
    counted = [f"{word} {number}".strip() for number in range(1, 21)]
    for place, body in enumerate(counted):
        assert not find(connection, [body], counted[:place]), body


def test_a_masked_text_holds_nothing_more_to_hide(connection: psycopg.Connection) -> None:
    once = [delivered for delivered, _ in mask(connection, [row["body"] for row in MESSAGES])]
    assert [
        body for body, (_, hidden) in zip(once, mask(connection, once), strict=True) if hidden
    ] == []


def test_what_is_told_repeats_nothing_of_what_was_hidden(connection: psycopg.Connection) -> None:
    for _, hidden in mask(connection, [row["body"] for row in MESSAGES]):
        for note in hidden:
            assert note.keys() == {"kind", "code", "reason"}
            assert not any(letter.isdigit() for letter in note["reason"])


@pytest.mark.parametrize("ahead", [" ", "  ", "   ", "\t", "\n", " . ", "\u200b "])
def test_what_stands_before_a_message_moves_no_place_in_it(
    connection: psycopg.Connection, ahead: str
) -> None:
    bodies = [row["body"] for row in MESSAGES if row["leak"] and row["body"][0].isalnum()]
    alone = [delivered for delivered, _ in mask(connection, bodies)]
    behind = [delivered for delivered, _ in mask(connection, [ahead + body for body in bodies])]
    assert [text for text in behind if not text.startswith(ahead)] == []
    assert [text.removeprefix(ahead) for text in behind] == alone


def odd_text(dice: random.Random) -> str:
    """Any characters that PostgreSQL stores, ordinary and contact-like ones more often."""
    alphabets = (
        lambda: chr(dice.choice((dice.randrange(1, 0xD800), dice.randrange(0xE000, 0x110000)))),
        lambda: dice.choice("0123456789"),
        lambda: dice.choice(" .-@/:()+$#_,\n\x01\x02\u200b\u0301\ufe0f\u20e3\u202e"),
        lambda: dice.choice("④４٤४⁴❹½㊿ﷺǆéаео가각"),
        lambda: dice.choice(
            ("call ", "gmail.com", "at", "dot", "www.", "insta: ", "five ", "Elm St")
        ),
    )
    return "".join(dice.choice(alphabets)() for _ in range(dice.randrange(60)))


def test_any_text_is_masked_and_every_place_lies_in_it(
    connection: psycopg.Connection, seed: int, scale: dict[str, Any]
) -> None:
    dice = random.Random(seed)
    bodies = [odd_text(dice) for _ in range(scale["filter_texts"])]
    found = find(connection, bodies)
    for index, (delivered, hidden) in enumerate(mask(connection, bodies)):
        body, expected, end = bodies[index], "", 0
        spans = [span for span in found.get(index, []) if span[2]]
        for kind, first, last in spans:
            assert end <= first < last <= len(body)
            name = "link" if kind == "url" else kind
            expected, end = f"{expected}{body[end:first]}[{name} hidden]", last
        assert delivered == expected + body[end:]
        assert len(hidden) == len(spans)


def least_seconds(connection: psycopg.Connection, body: str) -> float:
    """Of three readings: the processor's time for them, which other work on the machine does not lengthen."""
    account = Path(f"/proc/{connection.info.backend_pid}/schedstat")  # nanoseconds first
    spent = []
    for _ in range(3):
        begun = int(account.read_text().split()[0])
        find(connection, [body])
        spent.append((int(account.read_text().split()[0]) - begun) / 1e9)
    return min(spent)


REPEATED = (
    *(
        "a",
        "7",
        "7 ",
        "a.",
        "a@",
        "a@b.",
        "a-",
        "@",
        "www.",
        "a.bc/",
        "dot ",
        "a at ",
        "one ",
        "1-",
        "1,",
        "(1",
    ),
    *(
        "415-555-2671 ",
        "jo@example.com ",
        "1 a st ",
        "insta is ",
        "4\u200b",
        "a_",
        "x.y_",
        "moc.",
        "p o ",
        "é",
    ),
    *(
        "😀",
        "ا",
        "four, ",
        "last 55 ",
        "garage behind x ",
        "a'b",
        "unit 3 ",
        "&#52;",
        "%34",
        "l i ",
        "come me ",
    ),
    *(
        "12.34567, ",
        "call ",
        "don't ",
        "twenty one ",
        "1G1JC524917418958 ",
        "\n",
        "+",
        "$a",
        "@a ",
        "www ",
        "a+b,",
    ),
)


@pytest.mark.parametrize("piece", REPEATED)
def test_reading_takes_as_long_as_the_text_is(connection: psycopg.Connection, piece: str) -> None:
    # Four times the text takes four times as long; where a pattern goes back over what it has read, sixteen.
    tail = " jo@example.com 4155552671 12 elm st"
    short, long = ((piece * 10_000)[:size] + tail for size in (2_500, 10_000))
    assert least_seconds(connection, long) < 9 * least_seconds(connection, short) + 0.01


def test_a_long_conversation_is_read_in_proportion(connection: psycopg.Connection) -> None:
    text = " ".join(row["body"] for row in MESSAGES)
    assert least_seconds(connection, text[:10_000]) < 9 * least_seconds(connection, text[:2_500])


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "7", "7 ", "a.", "a@", "a@b.", "a-", "@", "www.", "a.bc/", "dot ", "a at ", "one "),
        *("1-", "1,", "(1", "415-555-2671 ", "jo@example.com ", "1 a st ", "insta is ", "4\u200b"),
    ],
)
def test_no_text_keeps_the_filter_busy(connection: psycopg.Connection, piece: str) -> None:
    # More than twice a message, read within milliseconds, or not within a second if a pattern goes back
    # over what it has read.
    body = (piece * 10_000)[:10_000] + " jo@example.com 4155552671 12 elm st"
    with connection.transaction():
        connection.execute("set local statement_timeout = '2s'")
        assert find(connection, [body])[0] != []


@pytest.mark.parametrize(
    "words",
    [
        *("Dodge Dart grey", "Ford F-150 red", "Fiat 500 white", "Ram 1500 black", "Mazda 3 blue"),
        *(
            "Seat Leon green",
            "Tesla Model 3 white",
            "Chevrolet Express 3500 white",
            "Saab 9-3 grey",
        ),
        *("Mark", "Cash", "Dot", "Mary Ann", "Jean-Luc", "A1 Auto Care", "Route 66 Garage"),
    ],
)
def test_a_car_or_a_name_is_not_refused(connection: psycopg.Connection, words: str) -> None:
    connection.execute("select app.refuse_contacts(%s)", (words,))


@pytest.mark.parametrize(
    "words", ["Nora 217 555 0142", "Nora gmail dot com", "WhatsApp me", "@nora_fixes"]
)
def test_a_name_by_which_somebody_is_reached_is_refused(
    connection: psycopg.Connection, words: str
) -> None:
    with pytest.raises(psycopg.Error) as refused, connection.transaction():
        connection.execute("select app.refuse_contacts(%s)", (words,))
    assert refused.value.sqlstate == "PT422"
