"""Every cell of spec/access.yaml is as promised in the database: a value, null, no row, or refused."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import yaml

from tools import access_matrix, access_spec
from tools.access_matrix import Matrix
from tools.access_scenes import Scene

SPEC = access_spec.load()
# Nobody of the persona has a row there: admins are told nothing, no customer is ever restricted.
EMPTY = {("platform_admin", "notices"), ("customer", "restrictions"), ("customer", "my_violations")}
# One row for any caller, which reads null for who may not know it.
ONE_ROW = {("platform_admin", "admin_topics")}

# A mistake, and a cell that has to go red for it.
INTAKE = '"mechanics see the intake of their active session" on app.session_intake'
CASES = '"workshops see a case as long as their offer lasts" on app.offer_cases'
DOWNLOADS = '"customers see the media they own" on storage.objects'
UPLOADS = '"customers add the media they registered" on storage.objects'
PLANTED = {
    "grant select (phone) on app.contact_releases to mechanic": (
        "mechanic: behind the walls",
        "mechanic / app.contact_releases / phone",
    ),
    "grant select on app.messages to workshop": (
        "workshop: behind the walls",
        "workshop / app.messages / sender_id",
    ),
    "grant update (first_name) on app.customers to customer": (
        "customer: behind the walls",
        "customer / app.customers / update first_name",
    ),
    "grant truncate on app.messages to authenticated": (
        "authenticated: behind the walls",
        "authenticated / app.messages / truncate",
    ),
    "grant usage on schema app to mechanic; grant select on app.raw_messages to mechanic": (
        "mechanic: tables",
        "mechanic / app.raw_messages / select",
    ),
    "grant select on api.admin_people to workshop": (
        "workshop: behind the walls",
        "workshop / api.admin_people",
    ),
    "grant execute on function api.read_contact to public": (
        "customer: functions",
        "customer / api.read_contact(null, null)",
    ),
    "revoke execute on function api.accept_offer from workshop": (
        "workshop: functions",
        "workshop / api.accept_offer(null)",
    ),
    "create or replace view api.my_violations with (security_invoker) as"
    " select id, severity, clause, facts, decided_at, overturned_at, null::uuid as decided_by"
    " from app.violations": (
        "workshop: views",
        "workshop / api.my_violations / decided_by",
    ),
    f"drop policy {INTAKE}": (
        "mechanic: active",
        "mechanic / active / mechanic_sessions / vin",
    ),
    f"alter policy {INTAKE} using (true)": (
        "mechanic: completed",
        "mechanic / completed / mechanic_sessions / vin",
    ),
    f"alter policy {CASES} using (visible_until > (select app.current_instant()))": (
        "workshop: rival",
        "workshop / rival / workshop_cases",
    ),
    f"alter policy {CASES} using (workshop_id = any((select app.current_workshop_ids())::uuid[]))": (
        "workshop: open, too late",
        "workshop / open, too late / workshop_cases",
    ),
    f"alter policy {CASES} using (workshop_id = any((select app.member_workshop_ids())::uuid[])"
    " and visible_until > (select app.current_instant()))": (
        "workshop: banned",
        "workshop / banned / workshop_cases",
    ),
    'alter policy "customers see the quotes sent to them" on app.repair_quotes'
    " using (customer_id = (select app.current_person_id()))": (
        "customer: own drafted",
        "customer / own drafted / customer_quotes",
    ),
    'alter policy "mechanics see the escalations they raised" on app.escalations'
    " using (mechanic_id = (select app.current_person_id()))": (
        "mechanic: suspended off platform",
        "mechanic / suspended off platform / mechanic_escalations",
    ),
    'alter policy "customers see their own refund requests" on app.refund_requests using (true)': (
        "customer: another's in work",
        "customer / another's in work / customer_refund_requests",
    ),
    'alter policy "customers see their own media" on app.media using (true)': (
        "customer: another's active",
        "customer / another's active / customer_media",
    ),
    'alter policy "people see the reports they made" on app.contact_flags using (true)': (
        "customer: another's quoted",
        "customer / another's quoted / my_reports",
    ),
    'alter policy "workshops see a telephone number while it is released" on app.contact_releases'
    " using (visible_until > (select app.current_instant()))": (
        "workshop: the winner's",
        "workshop / the winner's / workshop_released_contacts",
    ),
    'alter policy "admins see all standings" on app.standings using (true)': (
        "platform_admin: dismissed: behind the grants",
        "platform_admin / dismissed / app.standings",
    ),
    'alter policy "mechanics see the sessions they work on or ended" on app.diagnostic_sessions using (true)': (
        "mechanic: stranger, completed",
        "mechanic / stranger, completed / mechanic_sessions",
    ),
    "create policy loose on app.messages for all to customer"
    " using (customer_id = (select app.current_person_id()))": (
        "customer: behind the grants",
        "customer / app.messages / delete",
    ),
    "alter table app.limits disable row level security": (
        "anon: behind the grants",
        "anon / app.limits / rows",
    ),
    'alter policy "people receive on the topics they may join" on realtime.messages using (true)': (
        "mechanic: stranger, active",
        "mechanic / stranger, active / topic thread / receive",
    ),
    "create policy chatty on realtime.messages for insert to customer with check (true)": (
        "customer: own active",
        "customer / own active / topic person / send",
    ),
    f"alter policy {DOWNLOADS} using (path_tokens[1] = (select app.current_person_id())::text)": (
        "customer: own active",
        "customer / own active / downloads / quarantine / object.sign",
    ),
    f"alter policy {UPLOADS} with check (name = any((select app.current_upload_paths())::text[]))": (
        "customer: own, mechanic suspended",
        "customer / own, mechanic suspended / uploads / quarantine / object.sign_upload_url",
    ),
    "update app.session_intake set concern = 'Call 415-555-2671' where concern like 'Grinding%'": (
        "mechanic: active",
        "mechanic / active / mechanic_sessions / concern",
    ),
}


@pytest.fixture(scope="module")
def world(new_database: Any) -> Iterator[psycopg.Connection]:
    with new_database() as database, psycopg.connect(database.dsn()) as connection:
        access_matrix.add_further_world(connection)
        yield connection


@pytest.fixture(scope="module")
def matrix(world: psycopg.Connection) -> Matrix:
    return access_matrix.matrix(world)


@pytest.fixture(scope="module")
def scenes(matrix: Matrix) -> dict[str, Scene]:
    return {scene.name: scene for scene in matrix.scenes()}


@pytest.mark.parametrize("name", access_matrix.scene_names(SPEC))
def test_each_cell_is_as_promised(
    world: psycopg.Connection, scenes: dict[str, Scene], name: str
) -> None:
    wrong = {cell: problem for cell, problem in scenes[name].play(world) if problem}
    assert wrong == {}


@pytest.mark.parametrize("mistake", PLANTED)
def test_a_mistake_turns_a_named_cell_red(
    world: psycopg.Connection, scenes: dict[str, Scene], mistake: str
) -> None:
    scene, cell = PLANTED[mistake]
    with world.transaction(force_rollback=True):
        world.execute(mistake)
        wrong = {name for name, problem in scenes[scene].play(world) if problem}
    assert cell in wrong


def test_the_matrix_is_as_large_as_the_promise(
    world: psycopg.Connection, scenes: dict[str, Scene]
) -> None:
    rows = {situation.title for situation in SPEC.situations}
    cells = [cell for name in rows for cell, _ in scenes[name].play(world)]
    assert len(cells) == len(set(cells)) > 5_000
    assert sum(len(scenes[name].attempts) for name in scenes.keys() - rows) > 30_000


def test_each_view_is_seen_by_somebody_and_hidden_from_somebody(matrix: Matrix) -> None:
    """Of a view without both, any policy would pass."""
    seen: set[tuple[str, str]] = set()
    hidden: set[tuple[str, str]] = set()
    for situation in SPEC.situations:
        for view in matrix.shown(situation):
            found = hidden if view.withheld(situation) is None else seen
            found.add((situation.persona, view.name))
    readers = {(persona, view.name) for view in SPEC.views for persona in view.readers}
    always = {
        (persona, view.name)
        for view in SPEC.views
        for persona in view.readers
        if view.is_always_seen(persona)
    }
    assert readers - seen == EMPTY
    assert readers - hidden == always | ONE_ROW


def test_what_is_withheld_would_be_there_to_see(matrix: Matrix) -> None:
    """A null says nothing of a column that is empty anyway."""
    withheld, told = set(), set()
    for situation in SPEC.situations:
        for view in matrix.shown(situation):
            facts = matrix.facts(situation, view)
            for column in view.withheld(situation) or ():
                withheld.add((situation.persona, view.name, column))
                if facts.get(column) is not None:
                    told.add((situation.persona, view.name, column))
    assert withheld - told == set()


def test_what_the_world_does_not_have_is_declared(
    world: psycopg.Connection, matrix: Matrix
) -> None:
    """Of a row that is not there every cell would pass."""
    said = yaml.safe_load((access_spec.ROOT / "tests/world_lacks.yaml").read_text())
    declared = [blank.format(name) for blank, names in said.items() for name in names]
    assert sorted(matrix.lacking() | matrix.shown_to_nobody(world)) == sorted(declared)


def test_all_that_the_world_tells_is_compared(matrix: Matrix) -> None:
    used = {
        key
        for situation in SPEC.situations
        for view in matrix.shown(situation)
        for key in matrix.keys(situation, view)
    }
    assert set(matrix.world) - used == set()
