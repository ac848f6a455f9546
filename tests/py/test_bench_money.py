"""Is the ledger of `make bench-money` a ledger, and does the bench notice what is lost or missed?"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.rows import tuple_row

from bench.bench_money import CASE, FOLDER, PAGE, Report
from bench.money import ingest, world
from bench.rls_cases import act_as
from bench.rls_plans import explain, findings, large_tables
from local.cluster import SUPERUSER
from local.scratch import Database

ENTRIES = 45_000
INDEXES = """
    select indexdef from pg_indexes where schemaname = 'app' and tablename like 'ledger%'
    union all
    select pg_get_constraintdef(oid) from pg_constraint where conrelid::regclass::text like 'app.ledger%'
    order by 1
"""


@pytest.fixture
def owner(database: Database) -> Iterator[psycopg.Connection]:
    """The owner of the bench's ledger, with fewer entries; its indexes are seen to be what they were."""
    with psycopg.connect(database.dsn(SUPERUSER), autocommit=True) as connection:
        before = connection.execute(INDEXES).fetchall()
        for _ in world.fill(connection, ENTRIES):
            pass
        assert connection.execute(INDEXES).fetchall() == before
    with psycopg.connect(database.dsn()) as connection:
        yield connection


def test_the_ledger_that_is_read_adds_up(owner: psycopg.Connection) -> None:
    assert owner.execute("select count(*) from app.ledger_entries").fetchone() == (ENTRIES,)
    unbalanced = """
        select transaction_id from app.ledger_entries
        group by transaction_id having sum(amount_cents) <> 0
    """
    assert owner.execute(unbalanced).fetchall() == []
    differing = """
        select a.id
        from api.admin_ledger_accounts as a
        left join app.ledger_entries as e on a.id = e.account_id
        group by a.id, a.balance_cents
        having a.balance_cents is distinct from sum(e.amount_cents)
    """
    assert owner.execute(differing).fetchall() == []
    stray = """
        select from app.ledger_entries as e
        where not exists (select from app.ledger_transactions as t where t.id = e.transaction_id)
    """
    assert owner.execute(stray).fetchall() == []


def test_its_pages_are_read_by_an_index(owner: psycopg.Connection) -> None:
    _, *parts = CASE.split((FOLDER / "statements.sql").read_text())
    large = large_tables(owner)
    assert "app.ledger_entries" in large
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        about, query = (part.strip() for part in text.split(";") if part.strip())
        with owner.cursor(row_factory=tuple_row) as cursor:
            who = cursor.execute(about.encode()).fetchone()
        assert who is not None
        persona, me = who
        act_as(owner, persona, str(me))
        assert findings(explain(owner, query), large) == [], title
        if "ordinary" not in title:
            assert len(owner.execute(query.encode()).fetchall()) == PAGE, title
        owner.rollback()


def test_an_event_that_is_lost_is_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "SETTLE_S", 0)
    with psycopg.connect(database.dsn()) as connection:
        [kept] = connection.execute("select id from app.stripe_events limit 1").fetchone() or ()
    seen = ingest.Soak(acknowledged=[kept, "evt_lost"])
    ingest.examine(database, seen)
    assert (seen.missing, seen.posted, seen.trial_balance_cents) == (1, 0, 0)


def test_a_target_that_is_missed_is_told() -> None:
    report = Report("test")
    report.add("fast", "1", "≥ 1")
    assert report.missed == []
    report.add("slow", "1", "≥ 2", is_met=False)
    assert report.missed == ["slow"]
