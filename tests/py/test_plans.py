"""How the database finds what a persona asks for: by an index, and calling no function of ours for each row.

A few thousand rows of the world of `make bench-rls`, which measures at a hundred thousand sessions.
Sequential scans are forbidden to the planner here, so that one in a plan means there was no other way.
"""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from bench.rls_cases import PERSONAS, Case, act_as, answer_problem, cases
from bench.rls_plans import Node, explain, findings, large_tables
from bench.rls_world import fill
from local import scratch
from local.cluster import SUPERUSER, Cluster
from tools import migrate

SESSIONS = 3000
LARGE = 1000  # rows: beyond the queue, the directory and the cities
# Words of a list, and what everybody reads of workshops and cities; a path is two random ids.
OPEN = ("category", "status", "kind", "workshop_name", "city", "path")
ACTORS = {
    "customer": "customer 1",
    "mechanic": "mechanic 1",
    "workshop": "advisor 1",
    "platform_admin": "admin 1",
}


@pytest.fixture(scope="module")
def made(cluster: Cluster) -> Iterator[psycopg.Connection]:
    """A connection to the world, as the owner."""
    database = scratch.create_database(cluster, "plans")
    migrate.apply(database.dsn(), migrate.migrations(migrate.ROOT))
    with psycopg.connect(database.dsn(SUPERUSER), autocommit=True) as connection:
        for _ in fill(connection, SESSIONS):
            pass
    with psycopg.connect(database.dsn()) as connection:
        yield connection


@pytest.fixture
def world(made: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The same, as it was."""
    yield made
    made.rollback()


def plan(world: psycopg.Connection, persona: str, person_id: str, query: str) -> Node:
    """How the planner would answer a persona, were sequential scans the last resort."""
    world.execute("set local enable_seqscan = off")
    act_as(world, persona, person_id)
    root = explain(world, query)
    world.execute("set local role none")
    return root


def views(world: psycopg.Connection, persona: str) -> list[str]:
    """The views that a persona may read."""
    rows = world.execute(
        "select relname from pg_catalog.pg_class where relnamespace = 'api'::regnamespace"
        " and relkind = 'v' and has_table_privilege(%s, oid, 'select') order by relname",
        (persona,),
    ).fetchall()
    assert len(rows) > 10
    return [name for (name,) in rows]


def actor(world: psycopg.Connection, persona: str) -> str:
    row = world.execute("select md5(%s)::uuid::text", (ACTORS[persona],)).fetchone()
    assert row is not None
    return str(row[0])


def test_the_planner_knows_the_disks(world: psycopg.Connection) -> None:
    assert world.execute("show random_page_cost").fetchone() == ("1.1",)


SCREENS = [case for case in cases() if not case.is_report]


@pytest.mark.parametrize("case", SCREENS, ids=lambda case: case.name)
def test_what_a_screen_asks_is_found_by_an_index(world: psycopg.Connection, case: Case) -> None:
    large = large_tables(world, LARGE)
    assert "app.messages" in large
    questions = case.questions(world)
    assert questions
    root = plan(world, case.persona, questions[0].person_id, questions[0].asked)
    assert findings(root, large) == []


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_screen_is_answered_what_the_owner_finds_by_hand(
    world: psycopg.Connection, case: Case
) -> None:
    for question in case.questions(world)[:3]:
        assert answer_problem(world, case, question) is None


@pytest.mark.parametrize("persona", [p for p in PERSONAS if p != "platform_admin"])
def test_whoever_asks_for_everything_reads_only_their_own(
    world: psycopg.Connection, persona: str
) -> None:
    large = large_tables(world, LARGE)
    for view in views(world, persona):
        root = plan(world, persona, actor(world, persona), f"select * from api.{view}")
        assert findings(root, large) == [], view


def test_an_admin_who_asks_for_everything_pays_for_no_function(world: psycopg.Connection) -> None:
    for view in views(world, "platform_admin"):
        root = plan(world, "platform_admin", actor(world, "platform_admin"), f"table api.{view}")
        assert findings(root, ()) == [], view


def work(world: psycopg.Connection, view: str, column: str, value: str) -> str:
    """What each node of the plan read and found, to the row and the page."""
    query = sql.SQL(
        "explain (analyze, buffers, timing off, costs off, summary off)"
        " select * from api.{} where {} = {}"
    ).format(sql.Identifier(view), sql.Identifier(column), sql.Literal(value))
    said: list[str] = []
    for _ in range(2):  # the second time nothing is read for the first
        said = [line for (line,) in world.execute(query)]
    end = next((n for n, line in enumerate(said) if line.startswith("Planning:")), len(said))
    return "\n".join(said[:end]).replace(sql.Literal(value).as_string(world), "?")


def told_apart(world: psycopg.Connection, persona: str) -> Iterator[tuple[str, str, str]]:
    """Each text column of a view in which work tells a hidden value from one that nobody has.

    With both plans.
    """
    world.execute("set local enable_seqscan = off")
    columns = world.execute(
        "select c.relname, a.attname from pg_class as c"
        " inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0"
        " where c.relnamespace = 'api'::regnamespace and c.relkind = 'v'"
        " and a.atttypid = 'text'::regtype and has_table_privilege(%s, c.oid, 'select')"
        " and a.attname <> all(%s)"
        " order by 1, 2",
        (persona, [*OPEN]),
    ).fetchall()
    person_id = actor(world, persona)
    for view, column in columns:
        query = sql.SQL("select distinct {} from api.{} where {} is not null").format(
            *map(sql.Identifier, (column, view, column))
        )
        everybody = {value for (value,) in world.execute(query)}
        act_as(world, persona, person_id)
        hidden = everybody - {value for (value,) in world.execute(query)}
        if hidden:
            value = max(hidden)
            there, absent = (work(world, view, column, each) for each in (value, value[::-1] + "~"))
            if there != absent:
                yield view, column, there + "\n----\n" + absent
        world.execute("set local role none")


@pytest.mark.attack(83)
@pytest.mark.parametrize("persona", [p for p in PERSONAS if p != "platform_admin"])
def test_to_look_for_a_hidden_value_is_the_same_work_as_for_one_that_nobody_has(
    world: psycopg.Connection, persona: str
) -> None:
    assert [place for *place, _ in told_apart(world, persona)] == []


@pytest.mark.attack(83, "an index on plates would tell them apart")
def test_an_index_by_which_a_hidden_value_is_found_sooner_is_noticed(
    world: psycopg.Connection,
) -> None:
    world.execute("create index on app.offer_cases (vin)")
    assert ("workshop_cases", "vin") in [(v, c) for v, c, _ in told_apart(world, "workshop")]


def test_a_policy_that_calls_a_function_for_each_row_is_noticed(world: psycopg.Connection) -> None:
    case = case_named("customer: a session")
    world.execute(
        """
        create function app.is_mine(customer uuid) returns boolean
            language plpgsql stable set search_path = ''
            as 'begin return customer = app.current_person_id(); end';
        grant execute on function app.is_mine to customer;
        drop policy "customers see their own sessions" on app.diagnostic_sessions;
        create policy "customers see their own sessions" on app.diagnostic_sessions
            for select to customer using (app.is_mine(customer_id));
        """
    )
    [question, *_] = case.questions(world)
    root = plan(world, case.persona, question.person_id, question.asked)
    assert findings(root, ()) == ["app.is_mine(…) in Filter of Index Scan"]


def test_a_view_that_reads_the_clock_for_each_row_is_noticed(world: psycopg.Connection) -> None:
    world.execute(
        "create or replace view api.customer_escalations with (security_invoker = true) as"
        " select id, session_id, status, category, wave, created_at,"
        " nullif(ended_at, app.current_instant()) as ended_at from app.escalations"
    )
    root = plan(world, "customer", actor(world, "customer"), "table api.customer_escalations")
    assert findings(root, ()) == ["app.current_instant(…) in Output of Index Scan"]


def test_a_subselect_with_a_row_s_id_is_noticed(world: psycopg.Connection) -> None:
    world.execute(
        """
        create function app.is_mine(customer uuid) returns boolean
            language plpgsql stable set search_path = ''
            as 'begin return customer = app.current_person_id(); end';
        grant execute on function app.is_mine to customer;
        alter policy "customers see their own escalations" on app.escalations
            using ((select app.is_mine(customer_id)));
        """
    )
    root = plan(world, "customer", actor(world, "customer"), "table api.customer_escalations")
    assert findings(root, ()) == ["app.is_mine(…) in Output of Result"]


def test_a_missing_index_is_noticed(world: psycopg.Connection) -> None:
    case = case_named("admin: sessions, newest page")
    world.execute("drop index app.sessions_in_order")
    [question, *_] = case.questions(world)
    root = plan(world, case.persona, question.person_id, question.asked)
    assert any(
        "app.diagnostic_sessions" in what for what in findings(root, {"app.diagnostic_sessions"})
    )


def test_a_policy_s_missing_index_is_noticed(world: psycopg.Connection) -> None:
    world.execute("drop index app.messages_by_customer")
    root = plan(world, "customer", actor(world, "customer"), "table api.messages")
    assert findings(root, {"app.messages"}) == ["sequential scan of app.messages"]


def case_named(name: str) -> Case:
    [found] = [case for case in cases() if case.name == name]
    return found
