"""What PostgREST would embed or compute beside a view's own columns is what spec/access.yaml declares.

It finds relationships by the foreign keys of the columns that a view shows, and fields by functions that
take a row: https://docs.postgrest.org/en/v13/references/api/resource_embedding.html
"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.py.calls import PERSONAS, SPEC

# A view's columns and where they come from stand in its rule, as PostgREST reads them too.
EMBEDS = r"""
    with shown as (
        select distinct
            c.relname::text as view, c.oid, found[1] as name, found[2]::oid as source,
            found[3]::smallint as number
        from pg_class as c
        inner join pg_rewrite as r on c.oid = r.ev_class
        cross join lateral regexp_matches(
            r.ev_action::text,
            ':resname (\S+) :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (\d+)',
            'g'
        ) as found
        -- and not those of a sub-select
        inner join pg_attribute as a on a.attrelid = c.oid and a.attname = found[1]
        where c.relnamespace = 'api'::regnamespace
    )
    select string_agg(a.view || '.' || a.name, ', ' order by k.place) || ' -> ' || b.view
    from pg_constraint as f
    cross join lateral unnest(f.conkey, f.confkey) with ordinality as k (number, referred, place)
    inner join shown as a on a.source = f.conrelid and a.number = k.number
    inner join shown as b on b.source = f.confrelid and b.number = k.referred
    where f.contype = 'f'
        and has_any_column_privilege(%(role)s, a.oid, 'SELECT')
        and has_any_column_privilege(%(role)s, b.oid, 'SELECT')
    group by f.oid, f.conkey, a.view, b.view
    having count(*) = cardinality(f.conkey)
"""

# Functions of a row are columns, functions that give rows are relationships; some come with extensions.
COMPUTED = """
    select f.oid::regprocedure::text
    from pg_proc as f
    inner join pg_type as t on t.oid = any (array_append(f.proargtypes::oid[], f.prorettype))
    inner join pg_class as c on t.typrelid = c.oid
    where c.relkind in ('r', 'v', 'm', 'f', 'p')
        and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
        and has_function_privilege(%(role)s, f.oid, 'EXECUTE')
        and has_schema_privilege(%(role)s, f.pronamespace, 'USAGE')
        and f.pronamespace in ('api'::regnamespace, 'public'::regnamespace, 'extensions'::regnamespace)
"""


@pytest.fixture(scope="module")
def world(new_database: Any) -> Iterator[psycopg.Connection]:
    with new_database() as database, psycopg.connect(database.dsn()) as connection:
        yield connection


@pytest.fixture
def catalog(world: psycopg.Connection) -> Iterator[psycopg.Connection]:
    with world.transaction(force_rollback=True):
        yield world


def asked(catalog: psycopg.Connection, query: str, role: str) -> list[str]:
    return sorted(line for (line,) in catalog.execute(query, {"role": role}))


@pytest.mark.parametrize("role", PERSONAS)
def test_what_may_be_embedded_is_declared(catalog: psycopg.Connection, role: str) -> None:
    declared = [
        f"{view}.{column} -> {other}"
        for view, columns in SPEC.embeds[role].items()
        for column, others in columns.items()
        for other in others
    ]
    assert asked(catalog, EMBEDS, role) == sorted(declared)


@pytest.mark.parametrize("role", [*PERSONAS, "anon", "authenticated"])
def test_no_field_or_relationship_is_computed(catalog: psycopg.Connection, role: str) -> None:
    assert asked(catalog, COMPUTED, role) == []


def test_a_planted_field_and_relationship_are_noticed(catalog: psycopg.Connection) -> None:
    catalog.execute(
        "create function api.age(row_of api.mechanic_queue) returns integer"
        " language sql set search_path = '' as 'select 1';"
        "grant execute on function api.age to mechanic;"
        "create function api.customers_of() returns setof app.customers"
        " language sql set search_path = '' as 'select * from app.customers';"
        "grant execute on function api.customers_of to mechanic;"
        "create view api.more_sessions with (security_invoker = true) as"
        " select id, customer_id from app.diagnostic_sessions;"
        "grant select on api.more_sessions to mechanic"
    )
    assert asked(catalog, COMPUTED, "mechanic") == [
        "api.age(api.mechanic_queue)",
        "api.customers_of()",
    ]
    assert "mechanic_threads.session_id -> more_sessions" in asked(catalog, EMBEDS, "mechanic")
