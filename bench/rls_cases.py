"""What the personas' screens ask of the database, beside an owner's hand-written query: bench/rls/*.sql.

A case is three statements: whom it is asked for and about what, the persona's query, the owner's. A report
is a case that adds up a whole table, so that it takes longer with more of it, whoever asks.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.string import TextLoader

FOLDER = Path(__file__).parent / "rls"
PERSONAS = ("customer", "mechanic", "workshop", "platform_admin")
TITLE = re.compile(r"^-- (case|report): (.+)$", re.MULTILINE)
WORD = re.compile(r":'(\w+)'")


@dataclass(frozen=True, slots=True)
class Question:
    """One person's question, with every word filled in."""

    person_id: str
    asked: str
    by_hand: str


@dataclass(frozen=True, slots=True)
class Case:
    persona: str
    title: str
    about: str
    asked: str
    by_hand: str
    is_report: bool

    @property
    def name(self) -> str:
        return f"{self.persona.removeprefix('platform_')}: {self.title}"

    def questions(self, connection: psycopg.Connection) -> list[Question]:
        """Whom and what the case is about in this database: a row each. Asked as the owner."""

        def fill(query: str, row: dict[str, object]) -> str:
            return WORD.sub(lambda m: sql.Literal(str(row[m[1]])).as_string(connection), query)

        with connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute(self.about.encode()).fetchall()
        return [Question(str(r["me"]), fill(self.asked, r), fill(self.by_hand, r)) for r in rows]


def cases() -> list[Case]:
    """Every case of every persona."""
    found = []
    for persona in PERSONAS:
        _, *parts = TITLE.split((FOLDER / f"{persona}.sql").read_text())
        for kind, title, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            about, asked, by_hand = (part.strip() for part in text.split(";") if part.strip())
            found.append(Case(persona, title, about, asked, by_hand, kind == "report"))
    return found


def act_as(connection: psycopg.Connection, role: str, person_id: str) -> None:
    """Be `role` with the person's token until the transaction ends; `none` is the owner."""
    connection.execute(
        "select set_config('role', 'none', true), set_config('request.jwt.claims',"
        " json_build_object('sub', %s::text, 'role', %s::text)::text, true),"
        " set_config('role', %s, true)",
        (person_id, role, role),
    )


def answer_problem(connection: psycopg.Connection, case: Case, question: Question) -> str | None:
    """What is wrong if the persona is not answered the owner's rows, whole, in their order, and some.

    The transaction is rolled back.
    """
    connection.adapters.register_loader("timestamptz", TextLoader)  # for infinity
    answers = []
    with connection.cursor(row_factory=dict_row) as cursor:
        for role, query in ((case.persona, question.asked), ("none", question.by_hand)):
            act_as(connection, role, question.person_id)
            answers.append(cursor.execute(query.encode()).fetchall())
    connection.rollback()
    theirs, ours = answers
    if not ours or len(theirs) != len(ours):
        return f"{len(theirs)} rows, where the owner finds {len(ours)}"
    if list(theirs[0]) != list(ours[0]):
        return f"the columns {', '.join(theirs[0])}, where the owner finds {', '.join(ours[0])}"
    return None if theirs == ours else "other rows than the owner's"
