"""Would the tests of attacks see an attack succeed? Each is run once on a platform with the weakness it is about.

`make mutate` asks the same of every policy, grant and function by itself; this asks it of what is tried over HTTP.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.conftest import NewDatabase
from tests.py import test_attacks_on_functions as functions
from tests.py import test_attacks_on_sign_in as sign_in
from tests.py import test_attacks_on_storage as storage
from tests.py import test_attacks_on_the_data_api as data_api
from tests.py.attack_target import planted

PATIENCE_S = 20  # the Data API reads a changed catalog when it is told of it


@dataclass(frozen=True, slots=True)
class Weakness:
    """What an owner might do by mistake, how it is undone, and the attack that then succeeds."""

    title: str
    made: str
    undone: str
    attack: Callable[[storage.Store], None]  # on the platform, and on a photo in its Storage


def on(attack: Callable[..., None], *about: object) -> Callable[[storage.Store], None]:
    """The attack on the platform."""
    return lambda store: attack(store.target, *about)


WRITABLE = """
    grant insert (id, name), update (id, name) on app.cities to workshop;
    grant insert, update on api.cities to workshop;
    create policy planted on app.cities for insert to workshop with check (true);
    create policy planted_too on app.cities for update to workshop using (true);
"""
NOT_WRITABLE = """
    revoke insert (id, name), update (id, name) on app.cities from workshop;
    revoke insert, update on api.cities from workshop;
    drop policy planted on app.cities;
    drop policy planted_too on app.cities;
"""
UPSERT = ("walt", "cities", {"name": "changed"})
PROFILE = """
    create or replace view api.customer_profile with (security_invoker = true) as
        select c.first_name, c.last_initial, c.city_id, t.name as city{}
        from app.customers as c
        left join app.cities as t on c.city_id = t.id;
"""
LARGER = "grant select (person_id) on app.customers to customer;" + PROFILE.format(
    ", c.person_id as customer_id"
)
NOT_LARGER = f"""
    revoke select (person_id) on app.customers from customer;
    drop view api.customer_profile;
    {PROFILE.format("")}
    grant select on api.customer_profile to customer;
"""
LENT = """
    grant select (display_name) on app.mechanics to customer;
    grant select on api.mechanic_profile to customer;
"""
NOT_LENT = """
    revoke select (display_name) on app.mechanics from customer;
    revoke select on api.mechanic_profile from customer;
"""
# Of a view the tables behind it are asked too: alone it opens nothing.
CITIES = """
    grant usage on schema api to {0};
    grant select on app.cities, api.cities to {0};
"""
NO_CITIES = """
    revoke usage on schema api from {0};
    revoke select on app.cities, api.cities from {0};
"""
OPEN_BUCKET = "create policy planted on storage.objects for select to customer using (true)"
CLOSED_BUCKET = "drop policy planted on storage.objects"
WEAKNESSES = [
    Weakness(
        "a view is granted to another persona",
        LENT,
        NOT_LENT,
        on(data_api.test_a_whole_row_is_what_the_specification_promises, "ana"),
    ),
    Weakness(
        "and described to it",
        LENT,
        NOT_LENT,
        on(functions.test_what_hosted_supabase_would_describe_is_what_the_role_may_use, "customer"),
    ),
    Weakness(
        "a view has a column that nobody promised",
        LARGER,
        NOT_LARGER,
        on(data_api.test_a_hidden_column_asked_for_by_name_is_unknown, "ana"),
    ),
    Weakness(
        "by which it is filtered",
        LARGER,
        NOT_LARGER,
        on(
            data_api.test_a_filter_on_a_hidden_column_answers_alike_whatever_the_value,
            *("ana", "customer_profile", "customer_id", None),
        ),
    ),
    Weakness(
        "and ordered",
        LARGER,
        NOT_LARGER,
        on(data_api.test_rows_are_not_ordered_by_a_hidden_column, "ana"),
    ),
    Weakness(
        "a view is written through, so that a key that is known answers otherwise",
        WRITABLE,
        NOT_WRITABLE,
        on(data_api.test_an_upsert_answers_alike_whether_or_not_it_knows_the_key, *UPSERT),
    ),
    Weakness(
        "and somebody else's row may be changed",
        WRITABLE,
        NOT_WRITABLE,
        on(data_api.test_an_upsert_changes_no_row_of_somebody_else, *UPSERT),
    ),
    Weakness(
        "the secret key's role holds a view",
        CITIES.format("service_role"),
        NO_CITIES.format("service_role"),
        on(sign_in.test_the_secret_key_s_role_reads_no_row_of_ours),
    ),
    Weakness(
        "anon may execute a function",
        "grant usage on schema api to anon; grant execute on function api.request_refund to anon",
        "revoke usage on schema api from anon;"
        "revoke execute on function api.request_refund from anon",
        on(sign_in.test_without_a_token_nothing_opens),
    ),
    Weakness(
        "authenticated holds a view, and with it whoever signed in without a name",
        CITIES.format("authenticated"),
        NO_CITIES.format("authenticated"),
        on(sign_in.test_an_anonymous_token_would_open_nothing),
    ),
    Weakness(
        "a policy of Storage does not ask which operation it is",
        OPEN_BUCKET,
        CLOSED_BUCKET,
        lambda store: storage.test_nobody_signs_an_address_not_even_the_owner(store, "ana"),
    ),
    Weakness(
        "nor whose file it is",
        OPEN_BUCKET,
        CLOSED_BUCKET,
        storage.test_the_owner_alone_reads_the_file,
    ),
]


@pytest.fixture(scope="module")
def weakened(new_database: NewDatabase) -> Iterator[storage.Store]:
    with planted(new_database) as target:
        yield storage.stored(target)


def succeeds(attack: Callable[[storage.Store], None], store: storage.Store) -> bool:
    """Whether the attack's own test says that it does."""
    try:
        attack(store)
    except AssertionError:
        return True
    return False


def comes_true(
    attack: Callable[[storage.Store], None], store: storage.Store, expected: bool
) -> bool:
    """Whether the attack succeeds, or fails, once the Data API has heard of the change."""
    until = time.monotonic() + PATIENCE_S
    while succeeds(attack, store) is not expected:
        if time.monotonic() > until:
            return False
    return True


@pytest.mark.parametrize("weakness", WEAKNESSES, ids=lambda weakness: weakness.title)
def test_a_weakness_is_seen(weakened: storage.Store, weakness: Weakness) -> None:
    assert not succeeds(weakness.attack, weakened)
    try:
        weakened.target.set_up(weakness.made)
        assert comes_true(weakness.attack, weakened, True)
    finally:
        weakened.target.set_up(weakness.undone)
    assert comes_true(weakness.attack, weakened, False)
