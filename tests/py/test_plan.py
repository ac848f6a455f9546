"""Does the ledger reproduce the business plan, and follow when an assumption changes?"""

import random
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from demo.plan import Assumptions, Month, figures, one_repair
from local import scratch
from local.cluster import Cluster
from local.database import allow_service_logins
from tools import migrate


@pytest.fixture
def month(cluster: Cluster) -> Any:
    """Makes a month in an empty database of its own, by the assumptions."""
    made = scratch.create_database(cluster, "plan")
    migrate.apply(made.dsn(), migrate.migrations(migrate.ROOT))
    allow_service_logins(cluster)
    with psycopg.connect(made.dsn()) as connection:

        def run(assumptions: Assumptions) -> dict[str, Decimal]:
            played = Month(connection, assumptions)
            played.run(random.Random(1))
            found = figures(played) + one_repair(played, 120000)
            assert [each.name for each in found if not each.met] == []
            return {each.name: each.read for each in found}

        yield run
    with psycopg.connect(cluster.dsn("supabase_admin"), autocommit=True) as connection:
        connection.execute("drop database plan with (force)")


def test_the_ledger_reproduces_the_plan(month: Any, mode: str) -> None:
    # A fiftieth of it is 20 diagnostics, 6 cases and 3 repairs: not 3.6, so the share is a half.
    quick = Assumptions(diagnostics=20, approved=Decimal("0.50"))
    read = month(Assumptions() if mode == "long" else quick)
    plan = {
        "diagnostic fees": (Decimal("2500.00"), Decimal("50.00")),
        "repair fees": (Decimal("14400.00"), Decimal("240.00")),
        "referrals": (Decimal("7200.00"), Decimal("120.00")),
        "net": (Decimal("9700.00"), Decimal("170.00")),
        "more than without repairs, a month": (Decimal("7200.00"), Decimal("120.00")),
        "the same, a year": (Decimal("86400.00"), Decimal("1440.00")),
        "a year, after the card costs of repairs": (Decimal("35640.00"), Decimal("594.00")),
    }
    assert {name: read[name] for name in plan} == {
        name: both[mode != "long"] for name, both in plan.items()
    }


def test_a_repair_is_worth_many_diagnostics(month: Any) -> None:
    read = month(Assumptions(diagnostics=0))
    name = "a 1,200.00 repair and its diagnostic"
    assert read[f"{name}, gross"] == Decimal("122.50")
    assert read[f"{name}, net"] == Decimal("62.50")
    assert read["  gross over the diagnostic alone"] == 4800
    assert read["  net over it"] == 2400


def test_another_assumption_gives_another_table(month: Any) -> None:
    read = month(
        Assumptions(
            diagnostics=4,
            escalated=Decimal("0.50"),
            approved=Decimal(1),
            average_repair_cents=200000,
        )
    )
    assert read["repairs"] == 2
    assert read["repair fees"] == Decimal("400.00")
    assert read["net"] == Decimal("10.00") + Decimal("400.00") - Decimal("200.00")
