"""`make mutate` finds every rule of a database, breaks each, and tells how that was noticed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import psycopg
import pytest

from local.cluster import SUPERUSER, Cluster
from local.scratch import Database
from tools import mutate
from tools.mutation import bodies, expressions, plays, races, report, surface, surroundings
from tools.mutation.mutant import Mutant, Probe, numbered
from tools.mutation.plays import Play
from tools.mutation.probes import Promise
from tools.mutation.races import Arena
from tools.mutation.trial import (
    DECLARED,
    INVALID,
    KILLED,
    LISTED,
    SURVIVED,
    BaselineError,
    Stage,
    Trial,
    Verdict,
)

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


# What is found in a body and in an expression


def test_each_condition_of_a_function_is_left_out_once() -> None:
    labels = {
        (c.operator, c.label)
        for c in bodies.changes(BODY)
        if c.operator not in ("condition inverted", "AND becomes OR")
    }
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


def test_each_is_inverted_too_but_a_join_key_is_no_condition() -> None:
    inverted = [c.text for c in bodies.changes(BODY) if c.operator == "condition inverted"]
    assert "((j.owner_id = app.current_person_id()) is not true)" in inverted
    assert "((job.kind = 'big') is not true)" in inverted
    assert not any("accept_job.job_id" in text for text in inverted)
    assert sum(c.operator == "AND becomes OR" for c in bodies.changes(BODY)) == 4


def test_what_is_left_out_is_all_that_changes() -> None:
    (change,) = (
        c
        for c in bodies.changes(BODY)
        if c.operator == "condition left out" and c.label.startswith("and (")
    )
    assert "reopened" not in change.apply(BODY)
    assert len(change.apply(BODY).rstrip()) == len(BODY) - (change.end - change.start) + len("\n")


def test_what_follows_a_condition_is_not_taken_into_the_comment_before_it() -> None:
    body = """\
begin
    return query select from app.jobs as j
    where j.id = job.id
        -- Theirs.
        and j.is_open;
end;"""
    (left_out,) = (c for c in bodies.changes(body) if c.operator == "condition left out")
    assert left_out.apply(body).endswith("-- Theirs.\n;\nend;")


def test_a_status_becomes_the_next_of_its_machine() -> None:
    changed = {
        c.apply(BODY)[c.start : c.start + len(c.text)]
        for c in bodies.changes(BODY, (("open", "closed", "reopened"), ("trusted", "barred")))
        if c.operator == "status changed"
    }
    assert changed == {"closed", "open", "barred"}


def test_locks_calls_topics_and_redactions_are_left_out() -> None:
    body = """\
begin
    perform from app.jobs as j where j.id = job.id for update;
    select * into job from app.jobs as j
    where j.id = job.id
    for no key update of j skip locked;
    update app.threads as t
    set epoch = epoch + 1
    where t.id = thread.id;
    perform app.tell(job.owner_id, 'done');
    perform app.log_action('do', 'job', job.id, reason);
    insert into app.jobs (words) values (app.clean_text(left(typed, 9), array[before]));
end;"""
    found = {c.operator: c.apply(body) for c in bodies.changes(body)}
    assert found["lock left out"].count("update") == 2  # the other lock, and the statement
    assert "epoch = epoch\n" in found["topic not moved"]
    assert "app.tell" in found["call left out"]
    assert "app.log_action" not in found["call left out"]
    assert "values ((left(typed, 9)));" in found["redaction off"]


def test_an_expression_is_turned_in_each_of_its_terms() -> None:
    text = "((a = b) AND (status <> 'draft'::text))"
    assert set(expressions.turned(text, [["draft", "sent"]])) == {
        ("condition left out", "without (a = b)", "(status <> 'draft'::text)"),
        ("condition left out", "without (status <> 'draft'::text)", "(a = b)"),
        (
            "condition inverted",
            "not (a = b)",
            "(((a = b)) is not true) and (status <> 'draft'::text)",
        ),
        (
            "condition inverted",
            "not (status <> 'draft'::text)",
            "(a = b) and (((status <> 'draft'::text)) is not true)",
        ),
        ("AND becomes OR", "", "(a = b) or (status <> 'draft'::text)"),
        ("literal changed", "sent for draft", "((a = b) AND (status <> 'sent'::text))"),
    }


# Behaviour and catalog


def test_an_assertion_about_the_catalog_is_not_run_with_those_about_behaviour() -> None:
    play = plays.parse(
        "both",
        """
        begin;
        select plan(4);
        create temporary view persona as select rolname from pg_catalog.pg_roles;
        select is_empty('select from api.jobs', 'nobody sees; a job');
        select isnt_empty('select from persona', 'there are roles');
        select tests.reaches_exactly('anon', '');
        select hasnt_column('api', 'jobs', 'email', 'no address');
        select * from finish();
        rollback;
        """,
    )
    assert "select plan(1);" in play.acts
    assert "nobody sees; a job" in play.acts
    assert not any(word in play.acts for word in ("there are roles", "reaches_exactly", "hasnt"))
    assert "select plan(4);" in play.reads


def test_what_holds_for_every_object_is_read_in_the_catalog_alone() -> None:
    read = {play.name: play for play in plays.read()}
    assert read["test_ground_rules.sql"].acts == ""
    assert set(plays.listings(list(read.values()))) == set(Promise.read().roles)
    assert sum(bool(play.acts) for play in read.values()) > len(read) * 0.9
    assert "reaches_exactly" not in "".join(play.acts for play in read.values())


# Mutants made in a database


@pytest.fixture
def stage(new_database: Callable[[], AbstractContextManager[Database]]) -> Iterator[Stage]:
    """A database of its own to make mutants in."""
    with new_database() as database:
        yield Stage(database)


def trial_of(*names: str) -> Trial:
    """These plays alone, and every listing."""
    read = plays.read()
    return Trial(
        [play for play in read if play.name in names], plays.listings(read), Promise.read()
    )


def test_every_mutant_can_be_made_and_leaves_nothing(stage: Stage) -> None:
    made = surface.all_mutants(stage.connection)
    stage.connection.rollback()
    assert len({mutate.full_name(m) for m in made}) == len(made)
    for mutant in mutate.sampled([m for m in made if not (m.listed or m.superuser)], 300, seed=1):
        with stage.mutated(mutant):
            pass
    assert surface.all_mutants(stage.connection) == made


def test_a_rule_that_no_play_asks_for_survives_and_one_that_a_play_asks_for_does_not(
    stage: Stage,
) -> None:
    dropped = Mutant(
        "policy dropped",
        "queue",
        'drop policy "mechanics see what waits in the queue" on app.queue_entries',
        "policies",
    )
    assert trial_of("test_ground_rules.sql").judge(stage, dropped).outcome == SURVIVED
    trial = trial_of("test_ground_rules.sql", "test_what_a_mechanic_sees.sql")
    trial.check(stage)
    assert trial.judge(stage, dropped).outcome == KILLED
    trial.check(stage)


def test_what_only_the_catalog_tells_is_not_killed_by_behaviour(stage: Stage) -> None:
    forced = Mutant(
        "row level security not forced",
        "jobs",
        "alter table app.queue_entries no force row level security",
        "tables",
    )
    trial = trial_of("test_ground_rules.sql", "test_what_a_mechanic_sees.sql")
    assert trial.judge(stage, forced).outcome == LISTED


def test_a_grant_counts_as_felt_only_where_somebody_gets_in(stage: Stage) -> None:
    behind_a_wall = Mutant(
        "column granted",
        "vin",
        "grant select (vin) on app.offer_cases to mechanic",
        "column grants",
        probe=Probe("mechanic", "app.offer_cases", "vin"),
        listed="mechanic",
    )
    assert trial_of().judge(stage, behind_a_wall).outcome == LISTED
    function = "api.accept_offer(uuid)"
    callable_by_all = Mutant(
        "EXECUTE granted",
        function,
        f"grant execute on function {function} to mechanic",
        "EXECUTE grants",
        probe=Probe("mechanic", function=function),
        listed="mechanic",
    )
    verdict = trial_of().judge(stage, callable_by_all)
    assert (verdict.outcome, verdict.reason) == (
        KILLED,
        "spec/access.yaml: mechanic is answered PT404",
    )


def test_a_column_shown_to_those_who_may_not_see_it_is_felt(stage: Stage) -> None:
    made = surface.all_mutants(stage.connection)
    stage.connection.rollback()
    (shown,) = (
        m
        for m in made
        if m.name == "api.mechanic_queue: queue_entries.queued_at"
        or (
            m.operator == "hidden column shown" and m.name == "api.mechanic_sessions: s.customer_id"
        )
    )
    verdict = trial_of().judge(stage, shown)
    assert verdict.outcome == KILLED
    assert "shown_s_customer_id" in verdict.reason


def test_a_play_is_spared_a_mutant_inside_a_function_that_it_never_enters(stage: Stage) -> None:
    refused, elsewhere = (
        Play(
            name,
            f"""
            select plan(1);
            select tests.act_as('platform_admin', 'ada');
            select throws_ok('select api.{call}', 'PT404');
            select * from finish();
            """,
            "",
        )
        for name, call in (
            ("refused", "release_flag(gen_random_uuid())"),
            ("elsewhere", "claim_flag()"),
        )
    )
    trial = Trial([refused, elsewhere], {}, Promise.read())

    def tried(inside: str) -> set[str]:
        return {
            play.name
            for play in trial.likeliest(Mutant("any", "any", "select", "any", inside=inside))
        }

    assert tried("api.release_flag") == {"refused", "elsewhere"}
    trial.listen(stage)
    assert tried("api.release_flag") == {"refused"}
    assert tried("app.lock_standing") == {"refused", "elsewhere"}
    assert tried("api.accept_session") == set()
    assert tried("api.flag_context") == set()  # in SQL


def test_a_play_is_spared_a_widened_policy_unless_it_names_table_and_new_reader() -> None:
    said = {
        "both": "select tests.act_as('mechanic', 'max'); select * from api.notices;",
        "table": "select tests.act_as('customer', 'ana'); select * from api.notices;",
        "reader": "select tests.act_as('mechanic', 'max'); select * from api.services;",
    }
    trial = Trial([Play(name, acts, "") for name, acts in said.items()], {}, Promise.read())
    widened = Mutant(
        "policy widened",
        "any",
        "select",
        "policies",
        either=("api.notices", "app.notices"),
        also=("'mechanic'", "'workshop'"),
    )
    assert [play.name for play in trial.likeliest(widened)] == ["both"]


@pytest.mark.parametrize(
    "statement",
    [
        'drop policy "none" on app.queue_entries',
        (
            "create or replace function app.may_take_work() returns boolean language plpgsql"
            " as 'begin return no_such_column; end'"
        ),
        (
            "create or replace function app.may_take_work() returns boolean language plpgsql"
            " security definer as 'begin return app.no_such_function(); end'"
        ),
        (
            "create or replace function app.may_take_work() returns boolean language plpgsql"
            " as 'begin return not; end'"
        ),
    ],
)
def test_a_mutant_that_cannot_be_made_or_makes_no_sense_is_no_kill(
    stage: Stage, statement: str
) -> None:
    mutant = Mutant("any", "senseless", statement, "any")
    assert trial_of("test_what_a_mechanic_sees.sql").judge(stage, mutant).outcome == INVALID


def test_a_play_that_fails_by_itself_judges_nothing(stage: Stage) -> None:
    text = "select plan(1); select ok(false, 'never'); select * from finish();"
    with pytest.raises(BaselineError, match="never"):
        Trial([Play("broken", text, "")], {}, Promise.read()).check(stage)


def test_the_database_is_as_before_when_a_play_breaks_off(stage: Stage) -> None:
    with stage.mutated(Mutant("none", "none", "select", "none")):
        passed, said = stage.perform("delete from app.clock; select 1 / 0;")
        assert not passed
        assert said.startswith("22012: division by zero")
        assert stage.connection.execute("select count(*) from app.clock").fetchone() == (1,)


def test_mutants_of_roles_are_made_by_a_superuser_and_felt_by_everybody_else(
    database: Database,
) -> None:
    made = {mutate.full_name(m): m for m in numbered(surroundings.role_mutants())}
    stage = Stage(database, SUPERUSER)
    trial = trial_of("test_ground_rules.sql", "test_what_a_mechanic_sees.sql")
    trial.check(stage)
    for name, outcome in (
        ("role given a power: bypassrls to mechanic", KILLED),
        ("role given a power: createdb to mechanic", LISTED),
        ("role made a member: of service_role: authenticator", SURVIVED),
    ):
        mutant = made.get(name) or Mutant("as it is", name, "select", "roles", superuser=True)
        assert trial.judge(stage, mutant).outcome == outcome
    trial.check(stage)


def test_a_lock_is_missed_only_where_two_meet(cluster: Cluster, template: str) -> None:
    world = Database(cluster, template)
    with psycopg.connect(world.dsn()) as connection:
        made = surface.all_mutants(connection)
    (lock,) = (m for m in made if m.raced and m.name.startswith("api.accept_session:"))
    held = [race for race in races.read() if "accept_session" in race.first[2]]
    arena = Arena(world, held)
    assert arena.judge(lock).outcome == KILLED
    assert arena.judge(Mutant("none", "none", "select", "none")).outcome == SURVIVED


def test_where_two_meet_a_deadlock_is_felt_and_an_unknown_name_makes_no_sense(
    cluster: Cluster, template: str
) -> None:
    world = Database(cluster, template)
    with psycopg.connect(world.dsn()) as connection:
        made = surface.all_mutants(connection)
    (lock,) = (
        m
        for m in made
        if m.raced and m.name.startswith("api.approve_quote:") and "escalations" in m.name
    )
    held = [race for race in races.read() if race.name.startswith("an approval waits for the case")]
    verdict = Arena(world, held).judge(lock)
    assert verdict.outcome == KILLED
    assert "40P01" in verdict.reason
    senseless = Mutant(
        "none", "none", lock.statement.replace("app.open_payment(", "app.no_such(", 1), "none"
    )
    assert senseless.statement != lock.statement
    by_itself = [race for race in races.read() if race.name == "of two quotes one is approved"]
    assert Arena(world, by_itself).judge(senseless).outcome == INVALID


# What is made of it


def test_a_sample_is_the_same_each_time_and_of_every_operator() -> None:
    many = [Mutant("grant", str(n), "select", "any") for n in range(100)]
    few = [Mutant("policy", str(n), "select", "any") for n in range(2)]
    chosen = mutate.sampled([*many, *few], 10, seed=7)
    assert chosen == mutate.sampled([*many, *few], 10, seed=7)
    assert len(chosen) == 10
    assert sum(mutant.operator == "policy" for mutant in chosen) == 2


def judged(outcome: str, count: int, area: str = "policies") -> list[tuple[Mutant, Verdict]]:
    return [(Mutant("any", str(n), "select", area), Verdict(outcome)) for n in range(count)]


def missed(found: list[tuple[Mutant, Verdict]], minutes: float = 1) -> list[str]:
    return [figure.name for figure in report.figures(found, minutes) if not figure.met]


def test_each_target_can_be_missed() -> None:
    enough = judged(KILLED, 200) + judged(KILLED, 100, "definer functions")
    assert missed(enough) == []
    assert missed(enough[1:]) == ["killed by behaviour"]
    assert missed(enough[:-1] + judged(KILLED, 1)) == ["of these inside definer functions"]
    assert missed(enough + judged(LISTED, 900)) == []
    assert missed(enough + judged(SURVIVED, 1)) == ["survived"]
    assert missed(enough + judged(INVALID, 1)) == ["invalid"]
    assert missed(enough + judged(DECLARED, 6)) == []
    assert missed(enough + judged(DECLARED, 7)) == ["declared equivalent"]
    assert missed(enough, minutes=25.1) == ["minutes"]


def test_what_is_declared_equivalent_has_a_reason() -> None:
    assert all(reason.strip() for reason in mutate.read_equivalent().values())


def test_the_report_says_each_area_and_each_reason() -> None:
    found = [
        *judged(KILLED, 3, "definer functions"),
        (Mutant("lock left out", "app.f: for update", "select", "any"), Verdict(DECLARED, "So.")),
    ]
    text = report.text(found, report.figures(found, 1))
    assert "| definer functions | 3 |" in text
    assert "- lock left out: `app.f: for update`. So." in text
