"""What does a hostile client learn or change through the Data API's views?"""

import csv
import io
import time
from typing import Any
from urllib.parse import quote

import pytest
from httpx import Response

from tests.py.attack_target import CAST, ROLES, SEEING, SPEC, Target, random_id, readable

pytest_plugins = ["tests.py.attack_fixtures"]

VIEWS = sorted({view for role in ROLES.values() for view in role.reads})
# What a wall answers to those who ask for what is not there, or not theirs.
UNKNOWN_COLUMN, DENIED = "42703", "42501"
NO_AGGREGATE = "42809"  # v.rank is tried as the aggregate rank(v)
UNRELATED = ("PGRST200", "PGRST205")  # the second where a view has the name of the table behind it
AMBIGUOUS = "PGRST201"
# A view of several tables, a generated column, a computed one: PostgreSQL writes through none of them.
UNWRITABLE = ("55000", "428C9", "0A000")
# Tables behind views that are not named after them.
TABLES_BEHIND = {
    "my_account": ("people", "contact_details"),
    "customer_profile": ("customers",),
    "customer_sessions": ("diagnostic_sessions", "session_intake"),
    "customer_quotes": ("repair_quotes",),
    "customer_quote_items": ("repair_quote_items",),
    "customer_refund_requests": ("refund_requests",),
    "mechanic_profile": ("mechanics",),
    "mechanic_queue": ("queue_entries",),
    "mechanic_sessions": ("diagnostic_sessions", "session_intake"),
    "mechanic_earnings": ("payables",),
    "mechanic_statement": ("ledger_entries", "ledger_transactions"),
    "mechanic_escalations": ("escalations", "referrals"),
    "workshop_memberships": ("workshop_members",),
    "workshop_offers": ("offers",),
    "workshop_cases": ("offer_cases",),
    "workshop_quotes": ("repair_quotes",),
    "workshop_quote_items": ("repair_quote_items",),
    "workshop_earnings": ("payables",),
    "workshop_statement": ("ledger_entries", "ledger_transactions"),
    "workshop_released_contacts": ("contact_releases", "contact_details"),
    "my_reports": ("contact_flags",),
    "my_violations": ("violations",),
    "my_appeals": ("appeals",),
    "payout_account": ("connected_accounts",),
}
# What an upsert would write to, and whose its rows are.
TABLES_OF = {
    "notices": "notices",
    "customer_threads": "threads",
    "messages": "messages",
    "cities": "cities",
}
OWNERS = {"notices": "person_id", "customer_threads": "customer_id", "messages": "sender_id"}
RETURNED = ("representation", "headers-only", "minimal")
OPERATORS = (
    *("eq.{}", "neq.{}", "gt.{}", "lte.{}", "like.{}*", "ilike.{}*", "match.^{}", "imatch.^{}"),
    *("in.({})", "fts.{}", "plfts.{}", "cs.%7B{}%7D", "cd.%7B{}%7D", "ov.%7B{}%7D"),
    *("not.eq.{}", "isdistinct.{}", "is.null", "not.is.null"),
)
SEEN_BY = [(person, view) for person, role in SEEING.items() for view in readable(role)]

people_and_views = pytest.mark.parametrize("person", SEEING)


def hidden_from(person: str, view: str) -> list[str]:
    """Columns of a table that the view is named after, and those that the persona never reads."""
    role = CAST[person]
    named = TABLES_BEHIND.get(view) or {view, view.partition("_")[2]} & SPEC.tables.keys()
    behind = {column for table in named for column in SPEC.tables[table]}
    never = SPEC.never[role]
    if view not in never.get("but_in", ()):
        behind |= set(never["columns"])
    return sorted((behind | {"email", "customer_id"}) - set(ROLES[role].reads[view]))


def refused(target: Target, person: str, path: str, *codes: str) -> dict[str, Any]:
    """The error that the request gets, which has one of these codes."""
    answer = target.rest(person, path)
    assert answer.status_code // 100 == 4 and answer.json()["code"] in codes, (path, answer.text)
    return dict(answer.json())


@pytest.mark.attack(1)
@pytest.mark.parametrize("person", [*CAST, None])
def test_a_whole_row_is_what_the_specification_promises(target: Target, person: str | None) -> None:
    promised = readable(CAST[person]) if person else {}
    # What is refused to a role is refused to all who have it: one of each asks for everything.
    for view in VIEWS if person in (*SEEING, None) else promised:
        answer = target.rest(person, view)
        if view not in promised:
            assert answer.status_code == (403 if person else 401), (view, answer.text)
            assert answer.json()["code"] == DENIED
            continue
        assert answer.status_code == 200, (view, answer.text)
        for row in answer.json():
            assert sorted(row) == sorted(promised[view])


@pytest.mark.attack(2)
@people_and_views
def test_a_hidden_column_asked_for_by_name_is_unknown(target: Target, person: str) -> None:
    for view in readable(CAST[person]):
        for column in hidden_from(person, view):
            refused(target, person, f"{view}?select={column}&limit=1", UNKNOWN_COLUMN, NO_AGGREGATE)


@pytest.mark.attack(3)
@pytest.mark.parametrize(
    ("person", "view", "column", "hit"),
    [
        ("ana", "customer_quotes", "customer_id", None),
        ("max", "mechanic_sessions", "customer_id", None),
        ("max", "my_account", "raw_user_meta_data", "metadata-canary"),
        ("walt", "workshop_cases", "email", "ana@example.test"),
        ("ada", "admin_invitations", "email", "invited.canary@example.test"),
    ],
)
def test_a_filter_on_a_hidden_column_answers_alike_whatever_the_value(
    target: Target, person: str, view: str, column: str, hit: str | None
) -> None:
    for operator in OPERATORS:
        errors = [
            refused(target, person, f"{view}?{column}={operator.format(value)}", UNKNOWN_COLUMN)
            for value in (hit or target.ids["ana"], "nothing")
        ]
        assert errors[0] == errors[1]


@pytest.mark.attack(4)
@people_and_views
def test_rows_are_not_ordered_by_a_hidden_column(target: Target, person: str) -> None:
    for view in readable(CAST[person]):
        for column in hidden_from(person, view):
            refused(
                target,
                person,
                f"{view}?order={column}&limit=1&offset=1",
                *(UNKNOWN_COLUMN, NO_AGGREGATE),
            )


@pytest.mark.attack(5)
@pytest.mark.parametrize(("person", "view"), SEEN_BY)
def test_a_view_embeds_no_table_behind_it(target: Target, person: str, view: str) -> None:
    for table in ("contact_details", "people!people_id_fkey"):
        refused(target, person, f"{view}?select=*,{table}(*)", *UNRELATED)


@pytest.mark.attack(5)
@pytest.mark.parametrize("outer", ["mechanic_threads", "messages", "mechanic_sessions"])
def test_a_view_embeds_another_at_most_as_the_caller_reads_it(target: Target, outer: str) -> None:
    views = readable("mechanic")
    for inner, columns in views.items():
        answer = target.rest("max", f"{outer}?select=*,{inner}(*)")
        if answer.status_code != 200:
            assert answer.json()["code"] in (*UNRELATED, AMBIGUOUS, DENIED, UNKNOWN_COLUMN)
            continue
        for row in answer.json():
            found = row[inner] if isinstance(row[inner], list) else [row[inner] or {}]
            assert all(set(each) <= set(columns) for each in found)


@pytest.mark.attack(6)
@pytest.mark.parametrize(
    ("person", "view", "child"),
    [
        ("ana", "customer_threads", "raw_messages"),
        ("max", "mechanic_sessions", "contact_details"),
        ("walt", "workshop_cases", "contact_releases"),
    ],
)
def test_an_embedded_filter_answers_alike_whether_or_not_the_hidden_row_exists(
    target: Target, person: str, view: str, child: str
) -> None:
    exists = target.one(f"select count(*) from app.{child}")
    for query in (f"{child}=not.is.null", f"{child}=is.null"):
        refused(target, person, f"{view}?{query}", UNKNOWN_COLUMN)
    for value in ("ana@example.test", "nothing"):
        query = f"select=*,{child}!inner(email)&{child}.email=eq.{value}"
        error = refused(target, person, f"{view}?{query}", *UNRELATED)
        assert value not in str(error)
    assert exists or child == "contact_releases"


@pytest.mark.attack(6)
def test_a_declared_embed_answers_alike_whatever_stands_in_the_hidden_row(target: Target) -> None:
    """A report outlives its mechanic's access to the message, which the message's key still names."""
    target.set_up("""
        select tests.invite('umar', 'mechanic');
        select tests.act_as('mechanic', 'umar');
        select api.set_mechanic_profile('Umar');
        select tests.act_as_owner();
    """)
    _, _, thread = target.open_session("vera", "umar")
    target.set_up(
        """
        select tests.act_as('customer', 'vera');
        select api.send_message(%(thread)s, 'It whistles uphill', gen_random_uuid());
        select tests.act_as('mechanic', 'umar');
        select api.report_message(id, 'odd') from api.messages where thread_id = %(thread)s;
        select tests.act_as('platform_admin', 'ada');
        select api.restrict(tests.id('umar'), 'banned', true, '4.4', 'Took money.');
        select tests.act_as_owner();
        """.replace("%(thread)s", f"'{thread}'")
    )
    umar = target.one("select tests.id('umar')::text")
    headers = target.headers(None, target.token(None, sub=umar, role="mechanic"))

    def reports(query: str) -> Any:
        answer = target.http.get(f"/rest/v1/my_reports?select=id,{query}", headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    [report] = reports("messages(body)")
    assert report["messages"] is None
    message = target.one("select id from app.messages where thread_id = %s", thread)
    for column, value in (("body", "It whistles uphill"), ("id", message), ("position", 1)):
        for operator in ("eq", "neq"):
            assert reports(f"messages!inner({column})&messages.{column}={operator}.{value}") == []
    assert reports("messages(id)&messages=not.is.null") == []


@pytest.mark.attack(37)
def test_a_pattern_that_could_take_forever_ends_with_its_statement(target: Target) -> None:
    """Eight seconds at most, as the role has it; PostgreSQL needs some milliseconds."""
    begin = time.monotonic()
    for pattern in ("(a*)*b", "((a+)+)+$", r"(a|aa)+\1b"):
        answer = target.rest("ana", f"messages?body=match.{quote(pattern)}")
        assert answer.status_code == 200 or answer.json()["code"] == "57014", answer.text
    assert time.monotonic() - begin < 3 * 9


@pytest.mark.attack(9)
@people_and_views
def test_aggregates_are_off(target: Target, person: str) -> None:
    for number, (view, columns) in enumerate(readable(CAST[person]).items()):
        aggregate = "count()" if number % 2 else f"{columns[0]}.max()"
        refused(target, person, f"{view}?select={aggregate}", "PGRST123")


@pytest.mark.attack(10)
@people_and_views
def test_an_exact_count_counts_the_rows_that_one_sees(target: Target, person: str) -> None:
    for view in readable(CAST[person]):
        seen = len(target.rest(person, view).json())
        answer = target.rest(person, f"{view}?limit=0", "HEAD", Prefer="count=exact")
        assert answer.headers["content-range"].partition("/")[2] == str(seen), view


@pytest.mark.attack(12)
@pytest.mark.parametrize(
    "media", ["plan", "plan+json", "plan+text; options=analyze|verbose|buffers"]
)
def test_the_plan_of_a_request_is_not_told(target: Target, media: str) -> None:
    for person, view in SEEN_BY[::10]:
        answer = target.rest(person, view, Accept=f"application/vnd.pgrst.{media}")
        assert answer.status_code == 406


@pytest.mark.attack(13)
@people_and_views
def test_no_view_is_written_through_so_none_gives_anything_back(
    target: Target, person: str
) -> None:
    for number, (view, columns) in enumerate(readable(CAST[person]).items()):
        for place, method in enumerate(("POST", "PATCH", "DELETE")):
            sent = None if method == "DELETE" else {columns[0]: None}
            prefer = f"return={RETURNED[(number + place) % len(RETURNED)]}"
            answer = target.rest(person, f"{view}?select=*", method, json=sent, Prefer=prefer)
            assert answer.status_code in (400, 403, 500), (view, method, answer.text)
            assert answer.json()["code"] in (DENIED, *UNWRITABLE)


@pytest.mark.attack(14)
@people_and_views
def test_no_row_is_made_so_none_is_located(target: Target, person: str) -> None:
    """With a row that would be taken if any were: one that is there, under a key of its own."""
    located = {}
    for view, columns in readable(CAST[person]).items():
        for row in target.rest(person, f"{view}?limit=1").json() or [dict.fromkeys(columns)]:
            sent = {column: value for column, value in row.items() if value is not None}
            sent |= {"id": random_id()} if "id" in columns else {}
            answer = target.rest(person, view, "POST", json=sent, Prefer="return=headers-only")
            located[view] = answer.headers.get("location")
    assert located
    assert {view: place for view, place in located.items() if place} == {}


upserts = pytest.mark.parametrize(
    ("person", "view", "row"),
    [
        ("ana", "notices", {"kind": "changed"}),
        ("ben", "customer_threads", {"provider_name": "changed"}),
        ("max", "messages", {"body": "changed"}),
        ("walt", "cities", {"name": "changed"}),
    ],
)


def upserted(
    target: Target, person: str, view: str, row: dict[str, str], resolution: str
) -> list[Response]:
    """Two answers: to the key of a row, of somebody else wherever rows are anybody's, and to one that nobody has."""
    theirs = "" if view == "cities" else f"where {OWNERS[view]} <> tests.id('{person}')"
    held = target.one(f"select id::text from app.{TABLES_OF[view]} {theirs} limit 1")
    prefer = f"resolution={resolution},return=representation"
    return [
        target.rest(person, f"{view}?on_conflict=id", "POST", json=row | {"id": key}, Prefer=prefer)
        for key in (held, random_id())
    ]


@pytest.mark.attack(15)
@upserts
def test_an_upsert_answers_alike_whether_or_not_it_knows_the_key(
    target: Target, person: str, view: str, row: dict[str, str]
) -> None:
    known, unknown = upserted(target, person, view, row, "ignore-duplicates")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert known.status_code == 403


@pytest.mark.attack(16)
@upserts
def test_an_upsert_changes_no_row_of_somebody_else(
    target: Target, person: str, view: str, row: dict[str, str]
) -> None:
    answers = upserted(target, person, view, row, "merge-duplicates")
    changed = f"select count(*) from app.{TABLES_OF[view]} as t where t::text like %s"
    assert target.one(changed, "%changed%") == 0
    assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.attack(23)
def test_the_verbs_of_a_view_are_the_same_to_everybody(target: Target) -> None:
    told = {
        (answer.status_code, answer.headers["allow"], answer.text)
        for person in (*SEEING, "mia")
        for view in VIEWS[::8]
        for answer in [target.rest(person, view, "OPTIONS")]
    }
    assert told == {(200, "OPTIONS,GET,HEAD", "")}


@pytest.mark.attack(38)
@people_and_views
def test_csv_has_the_columns_and_rows_that_json_has(target: Target, person: str) -> None:
    for view in readable(CAST[person]):
        rows = target.rest(person, view).json()
        answer = target.rest(person, view, Accept="text/csv")
        assert answer.status_code == 200
        table = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(table) == len(rows)
        assert all(sorted(line) == sorted(row) for line, row in zip(table, rows, strict=True))


@pytest.mark.attack(38)
@pytest.mark.parametrize(
    "media", ["application/geo+json", "application/xml", "text/html", "text/plain", "image/png"]
)
def test_other_media_types_are_refused(target: Target, media: str) -> None:
    for person, view in SEEN_BY[::10]:
        assert target.rest(person, view, Accept=media).status_code == 406
