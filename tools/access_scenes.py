"""Attempts of one role in a database, undone afterwards, and how their answers are judged, cell by cell.

An error is not an empty answer: a refusal has to be a missing privilege (42501), an absent column 42703, a
hidden row no error at all.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg

Answer = dict[str, Any]  # of tests.attempt
Judged = Iterator[tuple[str, str | None]]  # a cell, and what is wrong with it
Judge = Callable[[Answer], Judged]

COMMANDS = {
    "insert": "insert into {} select from (select 1) as x where false",
    "delete": "delete from {} where false",
    "truncate": "truncate {}",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A statement and how to judge its answer, cell by cell."""

    statement: str
    judge: Judge
    reads: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scene:
    """Attempts by one role, in one transaction that is rolled back."""

    name: str
    role: str
    who: str | None
    attempts: tuple[Attempt, ...]
    after: str | None = None
    opened: str = ""  # what is granted for the moment: our `schemas`, or also their `tables`
    before: tuple[str, ...] = ()  # statements of the owner

    def play(self, connection: psycopg.Connection) -> Judged:
        """Each cell with what is wrong with it, or None."""
        with connection.transaction(force_rollback=True):
            if self.opened:
                connection.execute(
                    f"grant usage on schema app, api, backend, procrastinate to {self.role}"
                )
            # What the last broadcast of the world was about is no topic that anybody asks for.
            connection.execute("select set_config('realtime.topic', '', true)")
            if self.opened == "tables":
                connection.execute(
                    f"grant select, insert, update, delete on all tables in schema app to {self.role}"
                )
            for statement in self.before:
                connection.execute(statement)
            if self.after:
                connection.execute("select tests.move_clock(%s)", [self.after])
            if self.who:
                connection.execute("select tests.act_as(%s, %s)", [self.role, self.who])
            else:
                connection.execute("select tests.act_as_service(%s)", [self.role])
            answers = connection.execute(
                "select tests.attempt(a.statement, a.reads, a.settings)"
                " from unnest(%s::text[], %s::boolean[], %s::jsonb[])"
                " with ordinality as a (statement, reads, settings, n)"
                " order by a.n",
                [
                    [a.statement for a in self.attempts],
                    [a.reads for a in self.attempts],
                    [json.dumps(a.settings) for a in self.attempts],
                ],
            ).fetchall()
        for attempt, (answer,) in zip(self.attempts, answers, strict=True):
            yield from attempt.judge(answer)


def every_command(
    role: str, name: str, judge: Callable[[str, str], Judge], but: str = ""
) -> Iterator[Attempt]:
    for command, text in {"select": "select from {}", **COMMANDS}.items():
        if command != but:
            yield Attempt(text.format(name), judge(role, f"{name} / {command}"))


def _denied(answer: Answer, name: str) -> bool:
    """Whether a privilege was missing on schema.object itself or on its schema.

    A policy's refusal has the same code, and so has that of a table behind a view: their words differ.
    """
    schema, _, rest = name.partition(".")
    objects = {schema, re.split(r"\W", rest)[0]}
    return (
        answer.get("code") == "42501"
        and answer["message"].startswith("permission denied for")
        and answer["message"].split()[-1] in objects
    )


def refused(role: str, cell: str, *besides: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        is_refused = _denied(answer, cell) or answer.get("code") in besides
        yield f"{role} / {cell}", None if is_refused else f"not refused: {answer}"

    return judge


def allowed(role: str, cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        broken = answer.get("code", "").startswith(("42", "3F"))
        yield f"{role} / {cell}", f"not allowed: {answer}" if broken else None

    return judge


def found(cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        yield cell, None if answer.get("count") else f"not there: {answer}"

    return judge


def nothing(cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        yield cell, None if answer.get("count") == 0 else f"a row, or an error: {answer}"

    return judge


def unchanged(cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        # 23001: the ledger's trigger refuses whoever comes, before it is asked which rows.
        same = answer.get("count") == 0 or answer.get("code") == "23001"
        yield cell, None if same else f"changed, or an error: {answer}"

    return judge


def barred(cell: str) -> Judge:
    """By a policy: the platform grants the table to everybody."""

    def judge(answer: Answer) -> Judged:
        by_policy = answer.get("message", "").startswith("new row violates row-level security")
        yield cell, None if by_policy else f"not barred: {answer}"

    return judge


def no_row(role: str, cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        empty = answer.get("count") == 0 or _denied(answer, cell)
        yield f"{role} / {cell}", None if empty else f"rows: {answer}"

    return judge


def absent(role: str, cell: str) -> Judge:
    def judge(answer: Answer) -> Judged:
        # 42809: v.rank is tried as the aggregate rank(v).
        is_absent = answer.get("code") in ("42703", "42809")
        yield f"{role} / {cell}", None if is_absent else f"there: {answer}"

    return judge


def difference(promised: set[str], found: set[str]) -> str | None:
    if promised == found:
        return None
    return f"more: {sorted(found - promised)}, less: {sorted(promised - found)}"
