"""Each linter of `make check` fires at a planted defect, and nothing is accepted beyond its reason."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from local import scratch
from local.cluster import Cluster
from local.scratch import Database
from tools import check, linters, migrate, plpgsql_check
from tools.linters import Acceptance, Finding

# Told apart by their names, so that one run of a linter is enough.
PLANTED = """
    create table api.leaky (person_id uuid, email text);
    comment on table api.leaky is 'Planted.';
    create view api.owners_view as select id, persona from app.people;
    grant select on api.owners_view to mechanic;
    create view api.accounts as select id, email from auth.users;
    grant select on api.accounts to workshop;
    create table app.for_everybody (person_id uuid);
    alter table app.for_everybody enable row level security;
    create policy "everybody sees everything" on app.for_everybody for select to anon using (true);
    create table app.of_others (person_id uuid not null, is_open boolean not null);
    alter table app.of_others enable row level security;
    create policy "customers see what is open" on app.of_others for select to customer
        using (is_open or person_id = (select app.current_person_id()));
    create table app.for_others (person_id uuid not null);
    alter table app.for_others enable row level security;
    create policy "customers give theirs away" on app.for_others for update to customer
        using (person_id = (select app.current_person_id())) with check (true);
    create function api.path_of_the_caller() returns bigint language sql security definer
        as 'select count(*) from app.people';
"""


@pytest.fixture(scope="module")
def linted(new_cluster: Callable[[], Cluster]) -> Database:
    """A database that the migrations made, in a cluster of its own: linters rename its roles."""
    made = scratch.create_database(new_cluster(), "linted")
    migrate.apply(made.dsn(), migrate.migrations(migrate.ROOT))
    return made


@pytest.fixture(scope="module")
def planted(linted: Database) -> Iterator[Database]:
    """The same with every defect, and with the privileges of a database, which are not cloned."""
    with scratch.clone(linted.cluster, linted.name, "planted") as database:
        with psycopg.connect(database.dsn()) as connection:
            connection.execute("revoke temporary on database planted from public")
            connection.execute(PLANTED)
            for persona in linters.ROLES:
                connection.execute(
                    sql.SQL(
                        "create table api.{0} (note text); grant select on api.{0} to {1}"
                    ).format(sql.Identifier(f"open_to_{persona}"), sql.Identifier(persona))
                )
        yield database


def objects(findings: list[Finding], rule: str) -> set[str]:
    return {finding.object for finding in findings if finding.rule == rule}


def test_the_advisors_are_asked_about_every_persona(planted: Database) -> None:
    found = linters.advisors(planted)
    unprotected = objects(found, "rls_disabled_in_public")
    assert unprotected >= {f"api.open_to_{role}" for role in linters.ROLES}
    assert "api.owners_view" in objects(found, "security_definer_view")
    assert "api.accounts" in objects(found, "auth_users_exposed")


def test_pgrls_sees_rules_broken_and_a_leak(planted: Database) -> None:
    found = linters.pgrls(planted)
    assert "api.leaky" in objects(found, "SEC001")
    assert "app.for_everybody" in objects(found, "SEC002")
    assert "app.for_everybody.everybody sees everything" in objects(found, "SEC008")
    assert objects(found, "anon leak") == {"app.for_everybody"}
    assert "app.of_others" in objects(found, "cross-tenant leak")
    assert "app.for_others" in objects(found, "write leak")
    assert objects(found, "SEC015") == {"api.path_of_the_caller"}


def test_pgspot_sees_a_definer_function_without_a_path(planted: Database) -> None:
    assert objects(linters.pgspot(planted), "PS003") == {"api.path_of_the_caller"}


def test_an_empty_path_is_safe_only_where_nobody_makes_temporary_objects(linted: Database) -> None:
    with scratch.clone(linted.cluster, linted.name, "lax") as lax:  # everybody may, in a clone
        assert "api.accept_offer" in objects(linters.pgspot(lax), "PS004")


def test_squawk_sees_what_would_stop_a_table_in_use(tmp_path: Path) -> None:
    migration = tmp_path / "20270101000000_haste.sql"
    migration.write_text(
        "set local lock_timeout = '2s';\n"
        "set local statement_timeout = '5s';\n"
        "create index people_by_persona on app.people (persona);\n"
        "create table app.counts (\n    count_of_all integer\n);\n"
    )
    more = tmp_path / "20270101000001_more_haste.sql"
    haste = "create index {} on app.people (created_at);\n"
    more.write_text(
        "set local lock_timeout = '2s';\nset local statement_timeout = '5s';\n"
        + haste.format("one")
        + haste.format("two")
    )
    found = linters.squawk([migration, more])
    # Of which one that is accepted does not stand for the next.
    assert objects(found, "require-concurrent-index-creation") == {"haste", "more_haste, 2 times"}
    assert objects(found, "prefer-bigint-over-int") == {"app.counts.count_of_all"}


def test_sqlfluff_sees_what_is_laid_out_otherwise() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sqlfluff", "lint", "--disable-progress-bar", "-"],
        cwd=migrate.ROOT,  # where its configuration is
        input="SELECT id from app.people;\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "CP01" in done.stdout  # capitalisation of keywords


def test_plpgsql_check_sees_a_column_that_is_not_there_or_is_named_as_absent() -> None:
    server = plpgsql_check.server()
    if server is None:
        assert check.plpgsql() == check.Verdict(True, check.ABSENT)
        return
    found = plpgsql_check.findings(
        server,
        "create function app.planted() returns void language plpgsql"
        " as 'begin perform no_such_column from app.people; end'",
    )
    assert "app.planted" in objects(found, "error")


def test_what_pgspot_cannot_read_is_named_where_nothing_else_reads_it() -> None:
    found = [
        Finding("pgspot", "unread", "app.odd", "?"),
        Finding("pgspot", "PS003", "app.even", "no path"),
    ]
    passed = check.Verdict(True, "ok, 1 findings accepted")
    assert check.with_unread(passed, found, read_elsewhere=True) == passed
    assert check.with_unread(passed, found[1:], read_elsewhere=False) == passed
    word = check.with_unread(passed, found, read_elsewhere=False).word
    assert word == "ok, 1 findings accepted; read by nothing here: app.odd"


def test_a_machine_without_plpgsql_check_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plpgsql_check, "INSTALLED", Path("/nowhere"))
    assert check.plpgsql().word.startswith("ABSENT")


def test_what_nobody_accepted_and_what_nothing_needs_are_both_said() -> None:
    found = [Finding("pgrls", "SEC001", "app.new", "no row level security")]
    accepted = [
        Acceptance("pgrls", "SEC001", "app.old", "was the queue's"),
        Acceptance("splinter", "SEC001", "app.new", "another linter's"),
    ]
    assert linters.judge("pgrls", found, accepted) == (
        [
            "pgrls SEC001: app.new: no row level security",
            "pgrls SEC001: app.old: accepted in tools/accepted.toml, and not found any more",
        ],
        0,
    )
    assert linters.judge("splinter", found, accepted) == ([], 1)


def test_every_acceptance_has_a_reason_of_its_own() -> None:
    accepted = linters.acceptances()
    assert len({(a.linter, a.rule, a.object) for a in accepted}) == len(accepted)
    assert all(len(a.reason.split()) >= 4 for a in accepted)


def test_what_is_accepted_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = tmp_path / "accepted.toml"
    entry = '[[accepted]]\nlinter = "squawk"\nrule = "r"\nreason = "so it is"\nobjects = ["o"]\n'
    twice.write_text(entry * 2)
    monkeypatch.setattr(linters, "ACCEPTED", twice)
    with pytest.raises(ValueError, match="accepted twice"):
        linters.acceptances()
