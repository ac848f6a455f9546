"""One call of every function that a persona may execute, which succeeds in the test world: for tests that vary it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from tools import access_spec

SPEC = access_spec.load()
ROOT = access_spec.ROOT
PERSONAS = ("customer", "mechanic", "workshop", "platform_admin")

# What the person reads of the world in their own views, to name rows that have no name there.
MECHANIC_SAID = (
    "(select id from api.messages where sender = 'mechanic' order by sent_at, id limit 1)"
)
CUSTOMER_SAID = (
    "(select id from api.messages where sender = 'customer' order by sent_at, id limit 1)"
)
OF_NORTHSIDE = "tests.id('ana escalated offer to Northside Garage')"
NORTHSIDE_THREAD = f"(select id from api.workshop_threads where offer_id = {OF_NORTHSIDE})"
ITEMS = """'[{"kind": "part", "description": "Pads", "quantity": 1, "unit_cents": 9000}]'"""


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, with which arguments (SQL, evaluated as that person), after what has happened.

    `before` are statements of the owner, who steps into others' shoes.
    """

    name: str
    arguments: Mapping[str, str]
    before: tuple[str, ...] = field(default=())


def act(persona: str, name: str, statement: str) -> tuple[str, ...]:
    """Statements by which somebody else does something first."""
    return (f"select tests.act_as('{persona}', '{name}')", statement, "select tests.act_as_owner()")


LATER = ("select tests.move_clock(interval '1 hour')",)
DETAILS = {
    "full_name": "'Ana Alvarez'",
    "phone": "'+12175550199'",
    "street": "'4 Canary Street'",
    "postal_code": "'62702'",
}
INVITED = (
    "select tests.sign_up('nora')",
    *act(
        "platform_admin",
        "ada",
        "select set_config('tests.token', api.invite_person('nora@example.test', 'mechanic'), true)",
    ),
)
SECOND_ADMIN = ("select tests.invite('abe', 'platform_admin')",)
FLAGGED = act(
    "customer",
    "ana",
    "select api.send_message(tests.id('ana active thread'), 'Call 217 555 0101', gen_random_uuid())",
)
QUOTE_PAID = (
    *act(
        "customer",
        "ana",
        "select tests.named('repair', api.approve_quote("
        "tests.id('ana escalated quote of Northside Garage')))",
    ),
    "select tests.pay(tests.id('repair'))",
)
WORKSHOP_ASKED = act(
    "customer",
    "ana",
    "select api.send_message("
    f"(select id from api.customer_threads where offer_id = {OF_NORTHSIDE}), 'When?', gen_random_uuid())",
)
DRAFTED = act(
    "workshop", "walt", f"select tests.named('draft', api.draft_quote({OF_NORTHSIDE}, {ITEMS}))"
)
FLAGS = "select id from api.admin_flags"
PREVIEWED = (
    *act("mechanic", "max", "select api.preview_message('Call 217 555 0102')"),
    *act(
        "mechanic",
        "max",
        "select api.send_message("
        "tests.id('ana active thread'), 'Call 217 5550102', gen_random_uuid())",
    ),
)
RESTRICTED = act(
    "platform_admin",
    "ada",
    "select api.restrict(tests.id('Northside Garage'), 'suspended', false, '4.2', 'Gave a number.', 7)",
)
APPEALED = (
    *SECOND_ADMIN,
    *act(
        "mechanic",
        "sid",
        "select tests.named('appeal', api.appeal_restriction(id, 'Not me.')) from api.restrictions",
    ),
)
SUSPECTED = (
    "insert into app.fraud_warnings values ('issfr_1', tests.id('cleo repaired payment'))",
)
DISPUTED = (
    (
        "insert into app.disputes"
        " (id, payment_id, stripe_charge_id, amount_cents, status, opened_at, told_at)"
        " select 'dp_1', payment_id, id, 2500, 'needs_response', tests.instant(), tests.instant()"
        " from app.money_facts where payment_id = tests.id('cleo repaired payment')"
    ),
)
RELEASED = act(
    "customer",
    "cleo",
    "select api.release_contact(tests.id('cleo repaired offer to Northside Garage'))",
)


REFUND_ASKED = act(
    "customer",
    "ana",
    "select tests.named('request', api.request_refund("
    "tests.id('ana escalated payment'), 'poor_work', 'It squeals again.', 2000))",
)


def write(thread: str) -> dict[str, str]:
    return {"thread_id": thread, "body": "'All well.'", "client_message_id": "gen_random_uuid()"}


CALLS: dict[str, dict[str, Call]] = {
    "customer": {
        "accept_invitation": Call("nora", {"token": "current_setting('tests.token')"}, INVITED),
        "agree_to_monitoring": Call("ana", {"version": "1"}),
        "approve_quote": Call(
            "ana", {"quote_id": "tests.id('ana escalated quote of Northside Garage')"}
        ),
        "cancel_escalation": Call("ana", {"escalation_id": "tests.id('ana escalated escalation')"}),
        "cancel_session": Call("ben", {"session_id": "tests.id('ben queued')"}),
        "confirm_repair": Call("cleo", {"escalation_id": "tests.id('cleo repaired escalation')"}),
        "decline_quote": Call(
            "ana", {"quote_id": "tests.id('ana escalated quote of Northside Garage')"}
        ),
        "preview_message": Call(
            "ana", {"body": "'All well.'", "thread_id": "tests.id('ana active thread')"}
        ),
        "register_media": Call("ana", {"session_id": "tests.id('ana active')", "kind": "'photo'"}),
        "release_contact": Call(
            "cleo", {"offer_id": "tests.id('cleo repaired offer to Northside Garage')"}
        ),
        "report_absent_mechanic": Call("ana", {"session_id": "tests.id('ana active')"}, LATER),
        "report_message": Call("ana", {"message_id": MECHANIC_SAID, "note": "'Rude.'"}),
        "request_refund": Call(
            "ana",
            {
                "payment_id": "tests.id('ana escalated payment')",
                "category": "'poor_work'",
                "reason": "'It squeals again.'",
                "amount_cents": "2000",
            },
        ),
        "request_session": Call(
            "ana",
            {
                "category": "'brakes'",
                "concern": "'It squeaks.'",
                "vehicle_year": "2012",
                "vehicle_make": "'Honda'",
                "vehicle_model": "'Civic'",
                "vehicle_colour": "'grey'",
                "vin": "'1HGCM82633A004352'",
            },
        ),
        "send_message": Call("ana", write("tests.id('ana active thread')")),
        "set_contact_details": Call("ana", DETAILS),
        "set_customer_profile": Call(
            "ana",
            {
                "first_name": "'Ana'",
                "last_initial": "'A'",
                "city_id": "tests.id('Decatur')",
            },
        ),
        "withdraw_contact": Call(
            "cleo", {"offer_id": "tests.id('cleo repaired offer to Northside Garage')"}, RELEASED
        ),
        "withdraw_refund_request": Call(
            "ana", {"refund_request_id": "tests.id('request')"}, REFUND_ASKED
        ),
    },
    "mechanic": {
        "accept_session": Call("zoe", {"session_id": "tests.id('ben queued')"}),
        "agree_to_monitoring": Call("max", {"version": "1"}),
        "appeal_restriction": Call(
            "sid",
            {"restriction_id": "(select id from api.restrictions)", "statement": "'Not me.'"},
        ),
        "complete_session": Call(
            "max",
            {
                "session_id": "tests.id('ana active')",
                "summary": "'New pads.'",
                "diagnosis": "'Worn.'",
                "recommended_services": "'{brakes}'",
            },
        ),
        "escalate_session": Call(
            "max",
            {"session_id": "tests.id('ana active')"},
            ("select tests.complete('ana active', 'max')",),
        ),
        "hand_back_session": Call("max", {"session_id": "tests.id('ana active')"}),
        "preview_message": Call(
            "max", {"body": "'All well.'", "thread_id": "tests.id('ana active thread')"}
        ),
        "report_absent_customer": Call("max", {"session_id": "tests.id('ana active')"}, LATER),
        "report_message": Call("max", {"message_id": CUSTOMER_SAID, "note": "'Rude.'"}),
        "send_message": Call("max", write("tests.id('ana active thread')")),
        "set_contact_details": Call("max", DETAILS),
        "set_mechanic_profile": Call("max", {"display_name": "'Maximilian'"}),
    },
    "workshop": {
        "accept_offer": Call(
            "wanda", {"offer_id": "tests.id('ana escalated offer to Harbor Auto')"}
        ),
        "agree_to_monitoring": Call("wanda", {"version": "1"}),
        "appeal_restriction": Call(
            "walt",
            {"restriction_id": "(select id from api.restrictions)", "statement": "'Not us.'"},
            RESTRICTED,
        ),
        "decline_offer": Call(
            "wanda",
            {"offer_id": "tests.id('ana escalated offer to Harbor Auto')", "code": "'too_far'"},
        ),
        "draft_quote": Call(
            "walt",
            {
                "offer_id": OF_NORTHSIDE,
                "items": ITEMS,
                "notes": "'Ready on Monday.'",
                "warranty_months": "12",
                "tax_cents": "700",
            },
        ),
        "finish_repair": Call("walt", {"offer_id": OF_NORTHSIDE}, QUOTE_PAID),
        "preview_message": Call("walt", {"body": "'All well.'", "thread_id": NORTHSIDE_THREAD}),
        "report_message": Call(
            "walt", {"message_id": CUSTOMER_SAID, "note": "'Rude.'"}, WORKSHOP_ASKED
        ),
        "send_message": Call("walt", write(NORTHSIDE_THREAD)),
        "send_quote": Call("walt", {"quote_id": "tests.id('draft')"}, DRAFTED),
        "set_contact_details": Call("walt", DETAILS),
        "withdraw_quote": Call(
            "walt", {"quote_id": "tests.id('ana escalated quote of Northside Garage')"}
        ),
    },
    "platform_admin": {
        "announce_fee_schedule": Call(
            "ada",
            {
                "diagnostic_price_cents": "3000",
                "platform_fee_basis_points": "1000",
                "referral_basis_points": "400",
                "hold": "interval '7 days'",
                "reason": "'A new year.'",
                "effective_from": "tests.instant() + interval '30 days'",
            },
        ),
        "announce_refund_policy": Call(
            "ada",
            {
                "ask_within": "interval '60 days'",
                "decide_within": "interval '3 days'",
                "unstarted_within": "interval '12 hours'",
                "small_cents": "300",
                "small_once_within": "interval '1 year'",
                "reason": "'A new year.'",
                "effective_from": "tests.instant() + interval '30 days'",
            },
        ),
        "claim_flag": Call("ada", {"flag_id": f"({FLAGS} limit 1)"}, FLAGGED),
        "create_workshop": Call(
            "ada",
            {
                "name": "'Southside Garage'",
                "city_id": "tests.id('Springfield')",
                "services": "'{brakes}'",
                "open_bays": "2",
                "radius_m": "60000",
            },
        ),
        "decide_appeal": Call(
            "abe",
            {"appeal_id": "tests.id('appeal')", "outcome": "'upheld'", "reason": "'It was.'"},
            APPEALED,
        ),
        "decide_flag": Call(
            "ada",
            {
                "flag_id": "(select id from api.admin_flags order by created_at desc limit 1)",
                "decision": "'confirmed'",
                "reason": "'Asked for a number.'",
                "severity": "'S2'",
                "clause": "'4.2'",
            },
            act(
                "mechanic",
                "max",
                "select api.send_message("
                "tests.id('ana active thread'), 'Call 217 555 0102', gen_random_uuid())",
            ),
        ),
        "decide_refund_request": Call(
            "ada",
            {
                "refund_request_id": "tests.id('request')",
                "decision": "'granted'",
                "reason": "'It was.'",
                "amount_cents": "1000",
            },
            REFUND_ASKED,
        ),
        "decide_withheld": Call(
            "ada",
            {
                "payee_id": "tests.id('bart')",
                "decision": "'released'",
                "reason": "'An error.'",
            },
        ),
        "dismiss_admin": Call(
            "ada", {"person_id": "tests.id('abe')", "reason": "'Left.'"}, SECOND_ADMIN
        ),
        "dismiss_flags": Call(
            "ada", {"flag_ids": f"array({FLAGS})", "reason": "'Duplicates.'"}, FLAGGED
        ),
        "flag_context": Call("ada", {"flag_id": f"({FLAGS} limit 1)"}, FLAGGED),
        "gather_evidence": Call(
            "ada",
            {
                "payment_id": "tests.id('cleo repaired payment')",
                "purpose": "'The bank asks for it.'",
            },
            DISPUTED,
        ),
        "invite_person": Call(
            "ada",
            {
                "email": "'vera@example.test'",
                "persona": "'workshop'",
                "workshop_id": "tests.id('Harbor Auto')",
                "country": "null",
            },
        ),
        "lift_restriction": Call(
            "ada",
            {
                "restriction_id": "(select id from api.restrictions where holder_id = tests.id('sid'))",
                "reason": "'An error.'",
            },
        ),
        "read_contact": Call(
            "ada", {"person_id": "tests.id('ana')", "reason": "'A court has asked.'"}
        ),
        "read_previews": Call(
            "ada", {"flag_id": f"({FLAGS} limit 1)", "purpose": "'To judge the flag.'"}, PREVIEWED
        ),
        "read_raw_message": Call(
            "ada",
            {
                "message_id": "(select message_id from api.admin_flags limit 1)",
                "purpose": "'To judge the flag.'",
            },
            FLAGGED,
        ),
        "release_flag": Call(
            "ada",
            {"flag_id": f"({FLAGS} limit 1)"},
            (*FLAGGED, *act("platform_admin", "ada", "select api.claim_flag()")),
        ),
        "remove_workshop_member": Call(
            "ada",
            {
                "workshop_id": "tests.id('Harbor Auto')",
                "person_id": "tests.id('dora')",
                "reason": "'Left.'",
            },
        ),
        "resend_refunds": Call(
            "ada",
            {"payment_id": "tests.id('cleo repaired payment')", "reason": "'A card was mended.'"},
            (
                (
                    "insert into app.refunds (payment_id, customer_id, amount_cents, reason, status)"
                    " select id, customer_id, 100, 'Goodwill.', 'failed'"
                    " from app.payments where id = tests.id('cleo repaired payment')"
                ),
            ),
        ),
        "restrict": Call(
            "ada",
            {
                "holder_id": "tests.id('zoe')",
                "kind": "'suspended'",
                "off_platform": "false",
                "clause": "'4.2'",
                "facts": "'Shared a number.'",
                "days": "7",
                "evidence_ids": "'{}'",
                "notice_exception": "null",
            },
        ),
        "revoke_invitation": Call(
            "ada",
            {"invitation_id": "(select id from api.admin_invitations where accepted_at is null)"},
            INVITED,
        ),
        "set_contact_details": Call("ada", DETAILS),
        "settle_fraud_warning": Call(
            "ada", {"warning_id": "'issfr_1'", "reason": "'The customer was called.'"}, SUSPECTED
        ),
    },
}


def every_call() -> Iterator[tuple[str, str]]:
    """Persona and function of each call."""
    for persona, calls in CALLS.items():
        for function in calls:
            yield persona, function


@contextmanager
def before(world: psycopg.Connection, persona: str, function: str) -> Iterator[Call]:
    """A transaction, rolled back, in which what precedes the call has happened and its caller acts."""
    call = CALLS[persona][function]
    with world.transaction(force_rollback=True):
        for statement in call.before:
            world.execute(statement)
        world.execute("select tests.act_as(%s, %s)", (persona, call.name))
        yield call


def types(world: psycopg.Connection, function: str) -> dict[str, str]:
    """Type of each parameter of a function of schema api."""
    return dict(
        world.execute(
            "select p.name, format_type(t.oid, null) from pg_proc as f,"
            " unnest(f.proargtypes, f.proargnames[1:f.pronargs]) as p (type, name)"
            " inner join pg_type as t on p.type = t.oid"
            " where f.pronamespace = 'api'::regnamespace and f.proname = %s",
            [function],
        ).fetchall()
    )


def text(function: str, arguments: Mapping[str, str]) -> sql.Composed:
    """The statement that calls it with these arguments, each a piece of SQL."""
    return sql.SQL("select * from api.{}({})").format(
        sql.Identifier(function),
        sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.SQL(value))
            for name, value in arguments.items()
        ),
    )


def refusal(world: psycopg.Connection, statement: Any) -> psycopg.Error | None:
    """Run it in a transaction of its own, undone; the error if it was refused."""
    try:
        with world.transaction(force_rollback=True):
            world.execute(statement)
    except psycopg.Error as error:
        return error
    return None
