"""Of two decisions on one case that meet, one wins and the other is refused, in whichever order.

Each round opens two connections. Either the first decides and holds its transaction open, and the
second is seen to wait for it before the first commits or rolls back; or both are seen to wait for a
third, which holds the case, and are let go together. Nothing sleeps.
"""

import concurrent.futures
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from local.scratch import Database

PATIENCE = 20  # seconds until a wait that never begins fails the test
TOO_LATE = "PT409"

Quoted = tuple[str, str]  # workshop, advisor
LAKEVIEW: Quoted = ("Lakeview Repairs", "lena")
EASTGATE: Quoted = ("Eastgate Motors", "wes")


@dataclass(frozen=True, slots=True)
class Decision:
    """A statement, as a person of the test world."""

    persona: str
    name: str
    statement: str
    about: str


class Cases:
    """Makes cases in a clone of the test world, each with a customer of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.owner = psycopg.connect(database.dsn(), autocommit=True)
        self.numbers = itertools.count()

    def value(self, query: str, *parameters: object) -> Any:
        row = self.owner.execute(query, parameters).fetchone()
        return row[0] if row else None

    def offered(self) -> str:
        """Name of a case that Lakeview and Eastgate are invited to; its customer has the same name."""
        case = f"case{next(self.numbers)}"
        with self.owner.transaction():
            self.value("select tests.sign_up(%s)", case)
            self.value("select tests.act_as('customer', %s)", case)
            self.value("select api.set_customer_profile('Race', 'R', tests.id('Springfield'))")
            self.value("select tests.act_as_owner()")
            self.value(
                "select tests.open_session(%s, %s || ' session', 'brakes', 'Noise', 'Kia', 'Rio')",
                case,
                case,
            )
            self.value("select tests.work_through(%s || ' session', 'zoe')", case)
            self.value("select tests.complete(%s || ' session', 'zoe')", case)
            self.value(
                "select tests.escalate(%s || ' session', 'zoe', %s)",
                case,
                [LAKEVIEW[0], EASTGATE[0]],
            )
        return case

    def accepted(self) -> str:
        """A case that both workshops have accepted."""
        case = self.offered()
        for workshop, advisor in (LAKEVIEW, EASTGATE):
            with self.owner.transaction():
                self.value("select tests.act_as('workshop', %s)", advisor)
                self.value(
                    "select api.accept_offer(tests.id(%s))", f"{case} session offer to {workshop}"
                )
        return case

    def quoted(self) -> str:
        """A case that both workshops have quoted."""
        case = self.accepted()
        for workshop, advisor in (LAKEVIEW, EASTGATE):
            with self.owner.transaction():
                self.value(
                    "select tests.quote(%s, %s, %s, 10000, 5000)",
                    f"{case} session",
                    workshop,
                    advisor,
                )
        return case


def approve(case: str, quoted: Quoted) -> Decision:
    about = f"{case} session quote of {quoted[0]}"
    return Decision("customer", case, "select api.approve_quote(tests.id(%s))", about)


def withdraw(case: str, quoted: Quoted) -> Decision:
    about = f"{case} session quote of {quoted[0]}"
    return Decision("workshop", quoted[1], "select api.withdraw_quote(tests.id(%s))", about)


def cancel(case: str, _: Quoted) -> Decision:
    about = f"{case} session escalation"
    return Decision("customer", case, "select api.cancel_escalation(tests.id(%s))", about)


def accept(case: str, quoted: Quoted) -> Decision:
    about = f"{case} session offer to {quoted[0]}"
    return Decision("workshop", quoted[1], "select api.accept_offer(tests.id(%s))", about)


Decide = Callable[[str, Quoted], Decision]


def decide(connection: psycopg.Connection[Any], decision: Decision) -> str | None:
    """Decide, uncommitted; the error's code if it was refused."""
    try:
        connection.execute("select tests.act_as(%s, %s)", (decision.persona, decision.name))
        connection.execute(decision.statement, (decision.about,))
    except psycopg.Error as error:
        connection.rollback()
        return error.sqlstate
    return None


def until_waiting(cases: Cases, connection: psycopg.Connection[Any]) -> None:
    """Return once the connection waits for a lock that another holds."""
    deadline = time.monotonic() + PATIENCE
    while not cases.value("select pg_blocking_pids(%s)", connection.info.backend_pid):
        assert time.monotonic() < deadline, "one decision never waited for the other"


def meet(
    cases: Cases, first: Decision, second: Decision, *, first_commits: bool = True
) -> tuple[str | None, str | None]:
    """Both answers, when the second decides while the first has not ended its transaction."""
    with (
        psycopg.connect(cases.database.dsn()) as one,
        psycopg.connect(cases.database.dsn()) as two,
        concurrent.futures.ThreadPoolExecutor(1) as pool,
    ):
        early = decide(one, first)
        late = pool.submit(decide, two, second)
        until_waiting(cases, two)
        if first_commits:
            one.commit()
        else:
            one.rollback()
        return early, late.result(PATIENCE)


def start_together(
    cases: Cases, case: str, decisions: tuple[Decision, Decision]
) -> list[str | None]:
    """Both answers, when both have begun and neither has the case yet; each commits when it is done."""

    def decide_and_commit(connection: psycopg.Connection[Any], decision: Decision) -> str | None:
        answer = decide(connection, decision)
        connection.commit()
        return answer

    with (
        psycopg.connect(cases.database.dsn()) as holder,
        psycopg.connect(cases.database.dsn()) as one,
        psycopg.connect(cases.database.dsn()) as two,
        concurrent.futures.ThreadPoolExecutor(2) as pool,
    ):
        holder.execute(
            "select from app.escalations where id = tests.id(%s) for update",
            (f"{case} session escalation",),
        )
        answers = []
        for connection, decision in zip((one, two), decisions, strict=True):
            answers.append(pool.submit(decide_and_commit, connection, decision))
            until_waiting(cases, connection)
        holder.commit()
        return [answer.result(PATIENCE) for answer in answers]


@pytest.fixture(scope="module")
def cases(new_database: Callable[[], Any]) -> Iterator[Cases]:
    with new_database() as database:
        made = Cases(database)
        # Every round uses the same workshops: their bays must not run out.
        made.owner.execute("update app.workshops set open_bays = 100000")
        yield made
        made.owner.close()


def statuses(cases: Cases, case: str) -> dict[str, str]:
    """The case's quotes by workshop."""
    return dict(
        cases.owner.execute(
            "select w.name, q.status from app.repair_quotes as q"
            " inner join app.workshops as w on q.workshop_id = w.id"
            " where q.escalation_id = tests.id(%s)",
            (f"{case} session escalation",),
        ).fetchall()
    )


@pytest.mark.parametrize("winner, loser", [(LAKEVIEW, EASTGATE), (EASTGATE, LAKEVIEW)])
def test_one_of_two_approvals_wins(
    cases: Cases, scale: dict[str, Any], winner: Quoted, loser: Quoted
) -> None:
    for _ in range(scale["race_rounds"]):
        case = cases.quoted()

        answers = meet(cases, approve(case, winner), approve(case, loser))

        assert answers == (None, TOO_LATE)
        assert statuses(cases, case) == {winner[0]: "approved", loser[0]: "declined"}
        payments = cases.value(
            "select count(*) from app.payments as p"
            " inner join app.repair_quotes as q on p.quote_id = q.id"
            " where q.escalation_id = tests.id(%s)",
            f"{case} session escalation",
        )
        assert payments == 1


@pytest.mark.parametrize(
    "first, second",
    [
        ((approve, LAKEVIEW), (approve, EASTGATE)),
        ((approve, LAKEVIEW), (withdraw, LAKEVIEW)),
        ((withdraw, LAKEVIEW), (approve, LAKEVIEW)),
        ((cancel, LAKEVIEW), (approve, LAKEVIEW)),
    ],
)
@pytest.mark.attack(87)
def test_of_two_that_start_together_one_wins(
    cases: Cases, first: tuple[Decide, Quoted], second: tuple[Decide, Quoted]
) -> None:
    case = cases.quoted()
    (decide_first, one), (decide_second, other) = first, second

    answers = start_together(cases, case, (decide_first(case, one), decide_second(case, other)))

    assert set(answers) == {None, TOO_LATE}


def test_an_approval_that_is_rolled_back_leaves_the_other_to_win(cases: Cases) -> None:
    case = cases.quoted()
    answers = meet(cases, approve(case, LAKEVIEW), approve(case, EASTGATE), first_commits=False)
    assert answers == (None, None)
    assert statuses(cases, case) == {LAKEVIEW[0]: "declined", EASTGATE[0]: "approved"}


@pytest.mark.parametrize(
    "first, second, answer, left",
    [
        (approve, cancel, None, "cancelled"),  # until it is paid
        (cancel, approve, TOO_LATE, "cancelled"),
        (approve, withdraw, TOO_LATE, "approved"),
        (withdraw, approve, TOO_LATE, "quoted"),
    ],
)
def test_decisions_on_one_case_follow_each_other(
    cases: Cases, first: Decide, second: Decide, answer: str | None, left: str
) -> None:
    case = cases.quoted()
    assert meet(cases, first(case, LAKEVIEW), second(case, LAKEVIEW)) == (None, answer)
    status = cases.value(
        "select status from app.escalations where id = tests.id(%s)", f"{case} session escalation"
    )
    assert status == left


@pytest.mark.attack(87)
def test_a_workshop_takes_its_last_bay_once(cases: Cases) -> None:
    one, other = cases.offered(), cases.offered()
    taken = (
        "(select count(*) from app.offers as o inner join app.escalations as e"
        " on o.escalation_id = e.id where o.workshop_id = w.id and o.status = 'accepted'"
        " and e.status not in ('done', 'closed'))"
    )
    cases.owner.execute(
        f"update app.workshops as w set open_bays = {taken} + 1 where w.name = %s", (LAKEVIEW[0],)
    )
    answers = meet(cases, accept(one, LAKEVIEW), accept(other, LAKEVIEW))
    cases.owner.execute("update app.workshops set open_bays = 100000")
    assert answers == (None, TOO_LATE)
