"""The demo's story is true: every figure in it is a row's, and follows the fee schedule."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from demo import __main__ as demo_main
from demo import stage
from demo.cast import Chapter, Row
from demo.story import Story, tell
from local.cluster import Cluster


@pytest.fixture(scope="module")
def story(cluster: Cluster) -> Iterator[Story]:
    """The story under the fees that the migrations bring."""
    with stage.set_up(stage.build(cluster, "demo_as_is")) as platform:
        yield tell(platform)


def refusals(story: Story) -> dict[str, str | None]:
    return {
        scene.asks: scene.refused
        for chapter in story.chapters
        for scene in chapter.scenes
        if scene.refused
    }


def test_every_cent_is_where_it_belongs(story: Story) -> None:
    assert [line["amount_cents"] for line in story.statement] == [2250, 6000]
    assert story.books["trial_balance_cents"] == 0
    assert story.books["gross_income_cents"] == 12250
    assert story.books["net_of_referral_cents"] == 6250
    fees = [e["amount_cents"] for e in story.entries if e["account"] == "platform.fee"]
    assert fees == [-250, -12000]
    assert [
        entry["amount_cents"] for entry in story.entries if entry["account"] == "referral.expense"
    ] == [6000]


def test_each_payment_is_made_on_a_page_that_says_what_it_is(story: Story) -> None:
    pressed = [
        scene.rows
        for chapter in story.chapters
        for scene in chapter.scenes
        if scene.asks == "presses Pay"
    ]
    assert pressed == [[{"page": "This is not Stripe.", "came_back_with": "checkout=done"}]] * 2
    # 2.9 % and 30 cents of 25.00 and of 1,200.00, as the stand-in tells it.
    fees = [e["amount_cents"] for e in story.entries if e["account"] == "stripe.fee"]
    assert sorted(fees) == [103, 3510]


def test_each_refusal_has_its_code(story: Story) -> None:
    assert refusals(story) == {
        "POST /stripe/webhook  charge.succeeded": "400",
        "GET mechanic_sessions?select=phone": "42703",
        "GET mechanic_sessions?last_name=eq.Alvarez": "42703",
        "GET customer_profile": "42501",
        "GET contact_details  (schema app)": "PGRST106",
        "send_message to Max's thread": "PT404",
        "joins Max's topic": "Unauthorized",
        "send_message": "PT409",
        "accept_offer again": "PT409",
        "GET admin_books": "42501",
    }


def test_the_number_is_typed_and_never_delivered(story: Story) -> None:
    asked, answered = [], []
    for chapter in story.chapters:
        for scene in chapter.scenes:
            asked.append(scene.asks)
            answered.append(json.dumps(scene.rows))
    assert any("415-555-2671" in asks for asks in asked)
    assert not any("415-555-2671" in rows for rows in answered)
    assert any("[phone hidden]" in rows for rows in answered)


def seen(story: Story, who: str, view: str) -> list[list[Row]]:
    """What a person was answered by a view, each time that they asked."""
    return [
        scene.rows
        for chapter in story.chapters
        for scene in chapter.scenes
        if scene.who.startswith(who) and scene.asks.startswith(f"GET {view}") and not scene.refused
    ]


def test_a_mechanic_loses_the_customer_when_the_session_is_over(story: Story) -> None:
    before, after = seen(story, "max", "mechanic_sessions")
    assert before == [
        {
            "status": "active",
            "customer_first_name": "Ana",
            "concern": "Grinding noise when braking",
            "vehicle_make": "Honda",
            "vehicle_model": "Civic",
            "vin": "1HGCM82633A004352",
        }
    ]
    [over] = after
    assert over["status"] == "completed"
    assert {over["customer_first_name"], over["concern"], over["vehicle_make"], over["vin"]} == {
        None
    }
    assert over["summary"] and over["diagnosis"]
    assert seen(story, "zoe", "mechanic_sessions") == [[]]


def test_a_workshop_sees_the_case_while_its_offer_lives(story: Story) -> None:
    before, during = seen(story, "walt", "workshop_cases")
    assert before == []
    assert [row["customer_first_name"] for row in during] == ["Ana"]
    assert seen(story, "wes", "workshop_cases") == [[]]  # after declining
    assert seen(story, "wanda", "workshop_cases") == [[]]  # after losing
    assert [rows[0]["outcome"] for rows in seen(story, "wes", "workshop_offers")] == ["declined"]


def test_two_competing_workshops_see_nothing_of_each_other(story: Story) -> None:
    own = {"walt": 120000, "wanda": 133000}
    for who, cents in own.items():
        mine, others = seen(story, who, "workshop_quotes")
        assert [row["total_cents"] for row in mine] == [cents]
        assert others == []
    [quotes] = seen(story, "ana", "customer_quotes")
    assert sorted(row["total_cents"] for row in quotes) == sorted(own.values())


def test_the_tables_and_the_document_tell_the_same(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `make demo` and its --json print, of the story that was just told."""

    @contextmanager
    def no_stage(_: object) -> Iterator[None]:
        yield

    def retell(_: None, chapter_told: Callable[[Chapter], None]) -> Story:
        for chapter in story.chapters:
            chapter_told(chapter)
        return story

    monkeypatch.setattr(demo_main, "open_stage", no_stage)
    monkeypatch.setattr(demo_main, "tell", retell)
    monkeypatch.setattr("sys.argv", ["demo", "--json"])
    assert demo_main.main() == 0
    assert json.loads(capsys.readouterr().out) == json.loads(
        json.dumps(story.as_json(), default=str)
    )

    monkeypatch.setattr("sys.argv", ["demo"])
    assert demo_main.main() == 0
    printed = capsys.readouterr().out
    assert "12250 (122.50) gross, 6250 (62.50) net of the referral" in " ".join(printed.split())
    assert "refused 42703" in printed
    for chapter in story.chapters:
        assert f"{chapter.number}. {chapter.title}" in printed


def test_other_fees_give_other_figures(cluster: Cluster) -> None:
    database = stage.build(cluster, "demo_other_fees")
    with psycopg.connect(database.dsn()) as connection:
        connection.execute(
            "insert into app.fee_schedule (version, diagnostic_price_cents,"
            " platform_fee_basis_points, referral_basis_points, hold)"
            " values (2, 4000, 2000, 250, interval '1 day')"
        )
    with stage.set_up(database) as platform:
        story = tell(platform)

    # 20 % of $40 and of $1,200; 2.5 % of $1,200 to the mechanic.
    assert [line["amount_cents"] for line in story.statement] == [3200, 3000]
    assert story.books["gross_income_cents"] == 800 + 24000
    assert story.books["net_of_referral_cents"] == 800 + 24000 - 3000
    assert story.books["trial_balance_cents"] == 0
