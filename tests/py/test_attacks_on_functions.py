"""What does a hostile client learn or change by calling the API's functions, and from the API's own words?

Hidden ids and refused values are tried in the database itself, by test_refusals.py.
"""

import re
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.py.attack_target import CAST, EVERY_FUNCTION, FUNCTIONS, ROLES, SEEING, SPEC, Target

pytest_plugins = ["tests.py.attack_fixtures"]

# Values


@pytest.mark.attack(17)
def test_a_value_that_another_has_answers_as_one_that_is_new(target: Target) -> None:
    def told(person: str, function: str, **arguments: Any) -> tuple[int, object]:
        """The status, and the whole error; of what was done, only of which kind the answer is."""
        answer = target.call(person, function, **arguments)
        body = answer.json() if answer.text else ""
        return answer.status_code, body if answer.status_code >= 400 else type(body)

    phone = target.one(
        "select phone from app.contact_details where person_id = %s", target.ids["ana"]
    )
    contact = {"full_name": "Lena", "street": "x", "postal_code": "62701"}
    car = {"category": "brakes", "concern": "x", "vehicle_year": 2016, "vehicle_make": "Honda"}
    car |= {"vehicle_model": "Civic", "vehicle_colour": "grey"}
    for person, function, arguments, taken, fresh in (
        ("lena", "set_contact_details", contact, {"phone": phone}, {"phone": "+12175550777"}),
        ("zoe", "set_mechanic_profile", {}, {"display_name": "Max"}, {"display_name": "Zoe"}),
        (
            *("cleo", "request_session", car),
            *({"vin": "1FAHP3F20CL100001"}, {"vin": "1FAHP3F20CL100002"}),
        ),
        (
            *("ada", "invite_person", {"persona": "mechanic", "workshop_id": None}),
            *({"email": "ana@example.test"}, {"email": "new@example.test"}),
        ),
        ("ben", "accept_invitation", {}, {"token": other_token(target)}, {"token": "unknown"}),
    ):
        assert told(person, function, **arguments, **taken) == told(
            person, function, **arguments, **fresh
        )


def other_token(target: Target) -> str:
    """The token of an invitation to somebody else."""
    answer = target.call(
        "ada", "invite_person", email="other@example.test", persona="mechanic", workshop_id=None
    )
    return str(answer.json())


# Words


SENTENCES = {
    sentence.replace("''", "'")
    for file in (ROOT / "supabase").rglob("*.sql")
    for sentence in re.findall(r"raise exception\s+'((?:[^'%]|'')*)'", file.read_text())
}
# PostgreSQL's own: they name types and functions, and repeat what the caller wrote.
TEMPLATES = {
    "22P02": r"(invalid input syntax for type \w+|malformed array literal): \".*\"",
    "22007": r"invalid input syntax for type [\w ]+: \".*\"",
    "42501": r"permission denied for function \w+",
}
DETAILS = (None, 'Array value must start with "{" or dimension information.')
HOSTILE = (None, "' or 1=1 --", "00000000-0000-0000-0000-0")


@pytest.mark.attack(20)
@pytest.mark.parametrize("person", ["ben", "zoe", "lena", "ada"])
def test_an_error_answer_is_a_sentence_that_was_written_beforehand(
    target: Target, person: str
) -> None:
    refused = 0
    for function, parameters in EVERY_FUNCTION.items():
        for value in HOSTILE if function in FUNCTIONS[CAST[person]] else HOSTILE[:1]:
            answer = target.call(person, function, **dict.fromkeys(parameters, value))
            if answer.status_code < 400:
                continue
            error = answer.json()
            refused += 1
            assert error["details"] in DETAILS, (function, value, error)
            assert error["hint"] is None, (function, value, error)
            if error["code"].startswith("PT"):
                assert error["message"] in SENTENCES, (function, value, error)
            else:
                sentence = TEMPLATES[error["code"]]
                assert re.fullmatch(sentence, error["message"]), (function, value, error)
    assert refused > len(EVERY_FUNCTION)


# By a letter less than something hidden, exposed to another persona, or exposed to all.
NEARLY = (
    "contact_detail",
    "raw_message",
    "diagnostic_session",
    "admin_flag",
    "messag",
    "stripe_event",
)
NEARLY_CALLED = (
    "record_stripe_even",
    "mask_contact",
    "read_contac",
    "approve_quot",
    "may_join_topi",
)


@pytest.mark.attack(21)
@pytest.mark.parametrize("person", [None, "ana", "zoe"])
def test_a_hint_names_at_most_what_the_api_exposes(target: Target, person: str | None) -> None:
    views = {view for spec in ROLES.values() for view in spec.reads}
    errors = [
        *(target.rest(person, name).json() for name in NEARLY),
        *(target.rest(person, f"messages?select=id,{name}(id)").json() for name in NEARLY),
        *(target.call(person, name, x=1).json() for name in NEARLY_CALLED),
    ]
    for error in errors:
        words = f"{error['message']} {error['details']} {error['hint'] or ''}"
        named = set(re.findall(r"\b(?:app|backend|procrastinate|auth|storage)\.\w+", words))
        assert not named, error
        assert not set(re.findall(r"\w+", words)) & (SPEC.tables.keys() - views), error
        hinted = re.findall(r"'?api\.(\w+)", error["hint"] or "")
        assert set(hinted) <= views | set(EVERY_FUNCTION), error


@pytest.mark.attack(22)
@pytest.mark.parametrize("person", [*SEEING, "mia", None])
def test_the_root_describes_nothing(target: Target, person: str | None) -> None:
    answer = target.rest(person, "")
    assert (answer.status_code, answer.json()) == (
        403,
        {"message": "You cannot consume this service"},
    )


@pytest.mark.attack(22)
@pytest.mark.parametrize("role", [*ROLES])
def test_what_hosted_supabase_would_describe_is_what_the_role_may_use(
    target: Target, role: str
) -> None:
    """PostgREST's query for the description that follows privileges, over the exposed schema."""
    described = target.rows(
        """
        select c.relname::text as name
        from pg_class as c
        where c.relnamespace = 'api'::regnamespace
            and c.relkind in ('r', 'v', 'm', 'f', 'p')
            and has_schema_privilege(%(role)s, c.relnamespace, 'USAGE')
            and (
                has_table_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
                or has_any_column_privilege(%(role)s, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
            )
        union all
        select f.proname
        from pg_proc as f
        where f.pronamespace = 'api'::regnamespace
            and has_schema_privilege(%(role)s, f.pronamespace, 'USAGE')
            and has_function_privilege(%(role)s, f.oid, 'EXECUTE')
        """,
        role=role,
    )
    spec = ROLES[role]
    mine = FUNCTIONS[role] if role not in ("backend", "worker") else {}
    assert {row["name"] for row in described} == {*spec.reads, *mine}


@pytest.mark.attack(27)
def test_a_function_that_writes_is_not_called_by_get(target: Target) -> None:
    answer = target.rest("ben", "rpc/preview_message?body=hello")
    assert (answer.status_code, answer.json()["code"]) == (405, "25006")


@pytest.mark.attack(36)
def test_nobody_has_their_transaction_rolled_back(target: Target) -> None:
    read = "select count(*) from app.audit_log where action = 'read_contact'"
    before = target.one(read)
    answer = target.http.post(
        "/rest/v1/rpc/read_contact",
        headers=target.headers("ada") | {"Prefer": "tx=rollback"},
        json={"person_id": target.ids["ana"], "reason": "a dispute about a payment"},
    )
    assert answer.status_code == 200
    assert target.one(read) == before + 1
