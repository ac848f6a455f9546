"""An escalation finds its workshops: eligible by the database, ranked by the published rule."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from backend import escalations
from backend.db import Database as Service
from backend.matching import MatchingConfig, rank
from local.bootstrap import give_passwords
from local.scratch import Database
from tests.py.service_fakes import until

ROOT = Path(__file__).resolve().parents[2]
World = psycopg.Connection[dict[str, Any]]


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """The owner's view of a clone of the test world, with ben's session completed by zoe."""
    give_passwords(database.cluster, ("worker",))
    with psycopg.connect(database.dsn(), autocommit=True, row_factory=dict_row) as connection:
        connection.execute("select tests.work_through('ben requested', 'zoe')")
        connection.execute("select tests.complete('ben requested', 'zoe')")
        yield connection


@pytest.fixture
def worker(database: Database, world: World) -> Iterator[Service]:
    service = Service(database.dsn("worker"), name="worker")
    yield service
    service.close()


def escalate(world: World) -> str:
    """zoe sends ben's case to the workshops; gives the escalation."""
    with world.transaction():
        world.execute("select tests.act_as('mechanic', 'zoe')")
        row = world.execute("select api.escalate_session(tests.id('ben requested')) as id")
        return str(row.fetchall()[0]["id"])


def offers(world: World, escalation_id: str) -> list[dict[str, Any]]:
    return world.execute(
        """
        select o.workshop_id::text, w.name, o.wave, o.rank, o.score, o.terms, o.eligible_count,
            o.config_version, o.status
        from app.offers as o
        inner join app.workshops as w on o.workshop_id = w.id
        where o.escalation_id = %s
        order by o.wave, o.rank
        """,
        [escalation_id],
    ).fetchall()


def status(world: World, escalation_id: str) -> str:
    query = "select status from app.escalations where id = %s"
    return str(world.execute(query, [escalation_id]).fetchall()[0]["status"])


def jobs(world: World, escalation_id: str) -> int:
    query = """
        select from procrastinate.procrastinate_jobs
        where task_name = 'match_escalation' and args = jsonb_build_object('escalation_id', %s::text)
    """
    return len(world.execute(query, [escalation_id]).fetchall())


def test_the_three_best_are_invited_and_every_term_is_kept(world: World, worker: Service) -> None:
    escalation_id = escalate(world)
    assert jobs(world, escalation_id) == 1
    [settings] = worker.call("matching_settings")
    eligible = worker.call("candidate_workshops", escalation_id=escalation_id)
    assert {row["fit"] for row in eligible} == {"exact"}
    expected = rank(
        map(escalations.candidate, eligible),
        MatchingConfig(**{name: settings[name] for name in escalations.CONFIG_FIELDS}),
        escalation_id,
    )

    escalations.invite(worker, escalation_id)

    assert len(expected) == 4
    assert [
        (offer["workshop_id"], offer["rank"], offer["score"], offer["terms"])
        for offer in offers(world, escalation_id)
    ] == [(s.workshop_id, s.rank, s.score, asdict(s.terms)) for s in expected[:3]]
    for offer in offers(world, escalation_id):
        assert (offer["eligible_count"], offer["config_version"]) == (4, 1)
        assert (offer["wave"], offer["status"]) == (1, "open")
    assert status(world, escalation_id) == "offered"


def test_the_worker_invites_as_soon_as_a_case_is_escalated(
    database: Database, world: World
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "backend.worker"],
        cwd=ROOT,
        env=os.environ | {"WORKER_DATABASE_URL": database.dsn("worker")},
    )
    try:
        escalation_id = escalate(world)
        until(lambda: status(world, escalation_id) == "offered")
        assert len(offers(world, escalation_id)) == 3
        until(lambda: jobs(world, escalation_id) == 0)
    finally:
        process.terminate()
        assert process.wait(15) == 0


def test_inviting_again_changes_nothing(world: World, worker: Service) -> None:
    escalation_id = escalate(world)
    escalations.invite(worker, escalation_id)
    before = offers(world, escalation_id)
    escalations.invite(worker, escalation_id)
    assert offers(world, escalation_id) == before
    assert status(world, escalation_id) == "offered"


def test_newer_weights_are_used_and_named(world: World, worker: Service) -> None:
    world.execute(
        """
        insert into app.matching_configs
        select 2, app.current_instant(), 0, 0, 1, 0, 0, 0, proximity_scale_km, rating_prior_mean,
            0.001, accept_prior_yes, accept_prior_no
        from app.matching_configs
        """
    )
    world.execute(
        "update app.workshops set rating_sum = 500, rating_count = 100"
        " where name = 'Lakeview Repairs'"
    )
    escalation_id = escalate(world)
    escalations.invite(worker, escalation_id)
    first = offers(world, escalation_id)[0]
    assert (first["name"], first["config_version"]) == ("Lakeview Repairs", 2)
    assert first["score"] == pytest.approx(1, abs=1e-4)


LAKEVIEW = "tests.id('Lakeview Repairs')"
REASONS = {
    "takes no cases": f"update app.workshops set takes_escalations = false where id = {LAKEVIEW}",
    "is not paid out": f"update app.workshops set payouts_enabled = false where id = {LAKEVIEW}",
    "has no bay": f"update app.workshops set open_bays = 0 where id = {LAKEVIEW}",
    "is far away": f"update app.workshops set city_id = tests.id('Decatur') where id = {LAKEVIEW}",
    "serves few miles": f"""
        update app.workshops set radius_m = 1, city_id = tests.id('Decatur') where id = {LAKEVIEW}
    """,
    "does other work": f"delete from app.workshop_services where workshop_id = {LAKEVIEW}",
    "is the mechanic's": f"""
        insert into app.conflicts_of_interest (mechanic_id, workshop_id, reason)
        values (tests.id('zoe'), {LAKEVIEW}, 'owner')
    """,
    "is suspended": f"""
        update app.standings set suspended_until = 'infinity' where workshop_id = {LAKEVIEW}
    """,
    "is banned": f"""
        update app.standings set barred_until = 'infinity' where workshop_id = {LAKEVIEW}
    """,
}


@pytest.mark.parametrize("reason", REASONS)
def test_a_workshop_is_not_asked_that(world: World, worker: Service, reason: str) -> None:
    escalation_id = escalate(world)
    before = worker.call("candidate_workshops", escalation_id=escalation_id)
    world.execute(REASONS[reason].encode())
    after = worker.call("candidate_workshops", escalation_id=escalation_id)
    assert (len(before), len(after)) == (4, 3)


def test_a_case_that_nobody_may_take_ends_unfilled(world: World, worker: Service) -> None:
    world.execute("update app.workshops set takes_escalations = false")
    escalation_id = escalate(world)
    for wave in (1, 2, 3):
        assert status(world, escalation_id) == "matching"
        assert jobs(world, escalation_id) == wave
        escalations.invite(worker, escalation_id)
    assert status(world, escalation_id) == "unfilled"
    assert offers(world, escalation_id) == []
