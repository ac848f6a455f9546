"""The demo's story is true: every figure in it is a row's, and follows the fee schedule."""

import json
from collections.abc import Iterator

import psycopg
import pytest

from demo import stage
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


def test_each_refusal_has_its_code(story: Story) -> None:
    assert refusals(story) == {
        "POST /checkout": "503",
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
