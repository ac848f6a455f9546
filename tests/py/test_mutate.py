"""`make mutate` finds the conditions of a function, makes real mutants of them, and sees one survive."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from local.scratch import Database
from tools import conditions, mutants, mutate
from tools.mutants import Mutant
from tools.mutate import Play, Stage, Trial

BODY = """\
begin
    perform app.lock_standing('may_take_work');
    select * into job
    from app.jobs as j
    where j.id = accept_job.job_id
        and j.owner_id = app.current_person_id()  -- theirs
        and (
            j.status = 'open'
            or j.status = 'reopened'
        )
        and exists (
            select
            from app.people as p
            where p.id = job.owner_id
                and p.status = 'trusted'
        );
    if not found then
        raise exception 'no such job' using errcode = 'PT404';
    end if;
    if job.kind = 'big' then
        job.kind := 'small';
    end if;
end;"""


def test_each_condition_of_a_function_is_left_out_once() -> None:
    labels = {(c.operator, c.label) for c in conditions.changes(BODY)}
    assert labels == {
        ("standing or limit not asked", "perform app.lock_standing('may_take_work');"),
        ("other standing asked", "'may_take_work'"),
        ("condition left out", "and j.owner_id = app.current_person_id()"),
        ("condition left out", "and ( j.status = 'open' or j.status = 'reopened' )"),
        (
            "condition left out",
            (
                "and exists ( select from app.people as p where p.id = job.owner_id"
                " and p.status = 'trusted' )"
            ),
        ),
        ("condition left out", "and p.status = 'trusted'"),
        (
            "refusal left out",
            "if not found then raise exception 'no such job' using errcode = 'PT404';",
        ),
    }


def test_what_is_left_out_is_all_that_changes() -> None:
    (change,) = (c for c in conditions.changes(BODY) if c.label.startswith("and ("))
    assert "reopened" not in change.apply(BODY)
    assert len(change.apply(BODY)) == len(BODY) - (change.end - change.start)


@pytest.fixture
def stage(new_database: Callable[[], AbstractContextManager[Database]]) -> Iterator[Stage]:
    """A database of its own to make mutants in."""
    with new_database() as database:
        yield Stage(database)


def trial_of(*names: str) -> Trial:
    """These plays alone, and every listing."""
    plays = mutate.read_plays()
    return Trial([play for play in plays if play.name in names], mutate.read_listings(plays))


def test_every_mutant_can_be_made_and_leaves_nothing(stage: Stage) -> None:
    made = mutants.all_mutants(stage.connection)
    stage.connection.rollback()
    assert len({(m.operator, m.name) for m in made}) == len(made)
    for mutant in (m for m in made if not m.listed):
        with stage.mutated(mutant):
            pass
    assert mutants.all_mutants(stage.connection) == made


def test_a_rule_that_no_play_asks_for_survives_and_one_that_a_play_asks_for_does_not(
    stage: Stage,
) -> None:
    dropped = Mutant(
        "policy dropped",
        "queue",
        'drop policy "mechanics see what waits in the queue" on app.queue_entries',
        (),
    )
    assert trial_of("test_ground_rules.sql").judge(stage, dropped).outcome == mutate.SURVIVED
    trial = trial_of("test_ground_rules.sql", "test_what_a_mechanic_sees.sql")
    trial.check(stage)
    assert trial.judge(stage, dropped).outcome == mutate.KILLED
    trial.check(stage)


def test_a_grant_is_noticed_by_the_list_of_what_its_persona_reaches(stage: Stage) -> None:
    granted = Mutant(
        "column granted", "vin", "grant select (vin) on app.offer_cases to anon", (), "anon"
    )
    assert trial_of().judge(stage, granted).outcome == mutate.LISTED


def test_a_mutant_that_cannot_be_made_or_makes_no_sense_is_no_kill(stage: Stage) -> None:
    missing = Mutant("policy dropped", "none", 'drop policy "none" on app.queue_entries', ())
    assert trial_of().judge(stage, missing).outcome == mutate.INVALID
    senseless = Mutant(
        "condition left out",
        "senseless",
        "create or replace function app.may_take_work() returns boolean language plpgsql"
        " as 'begin return no_such_column; end'",
        (),
    )
    verdict = trial_of("test_what_a_mechanic_sees.sql").judge(stage, senseless)
    assert verdict.outcome == mutate.INVALID


def test_a_play_that_fails_by_itself_judges_nothing(stage: Stage) -> None:
    broken = Play("broken", "select plan(1); select ok(false, 'never'); select * from finish();")
    with pytest.raises(mutate.BaselineError, match="never"):
        Trial([broken], {}).check(stage)


def test_what_is_declared_equivalent_has_a_reason() -> None:
    assert all(reason.strip() for reason in mutate.read_equivalent().values())


def test_the_database_is_as_before_when_a_play_breaks_off(stage: Stage) -> None:
    with stage.mutated(Mutant("none", "none", "select", ())):
        passed, said = stage.perform("delete from app.clock; select 1 / 0;")
        assert not passed
        assert said.startswith("22012: division by zero")
        assert stage.connection.execute("select count(*) from app.clock").fetchone() == (1,)
