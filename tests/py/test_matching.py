"""The matching rule keeps its published promises, on examples and on random workshops."""

import math
import random
from dataclasses import asdict, replace
from typing import Any

import pytest

from backend import escalations
from backend.matching import Candidate, MatchingConfig, Scored, rank
from tests.py.service_fakes import RecordingDatabase

CONFIG = MatchingConfig(
    version=1,
    fit_weight=0.30,
    proximity_weight=0.20,
    rating_weight=0.20,
    accept_weight=0.15,
    capacity_weight=0.10,
    price_weight=0.05,
    proximity_scale_km=20.0,
    rating_prior_mean=4.2,
    rating_prior_count=10.0,
    accept_prior_yes=6.0,
    accept_prior_no=4.0,
)

PLAIN = Candidate(
    workshop_id="00000000-0000-0000-0000-000000000001",
    fit="service",
    distance_m=10_000,
    rating_sum=0,
    rating_count=0,
    offers=0,
    accepted_offers=0,
    open_bays=4,
    free_bays=2,
    price_index=1.0,
    recent_offers=0,
)

# Each makes a workshop better in one respect, and in no other.
BETTER: dict[str, dict[str, Any]] = {
    "fit": {"fit": "exact"},
    "proximity": {"distance_m": 2_000},
    "rating": {"rating_sum": 50, "rating_count": 10},
    "accept": {"offers": 10, "accepted_offers": 10},
    "capacity": {"free_bays": 3},
    "price": {"price_index": 0.9},
}
CASE = "11111111-1111-1111-1111-111111111111"


def some_workshops(dice: random.Random, count: int) -> list[Candidate]:
    """Random workshops, with values beyond what is sensible too."""

    def one() -> Candidate:
        ratings, offers, bays = dice.randrange(200), dice.randrange(50), dice.randrange(6)
        return Candidate(
            workshop_id=f"{dice.getrandbits(128):032x}",
            fit=dice.choice(("exact", "service", "general")),
            distance_m=dice.choice((0.0, dice.uniform(0, 100_000))),
            rating_sum=sum(dice.randint(1, 5) for _ in range(ratings)),
            rating_count=ratings,
            offers=offers,
            accepted_offers=dice.randint(0, offers),
            open_bays=bays,
            free_bays=dice.randint(-1, bays + 1),
            price_index=dice.uniform(0.5, 2.0),
            recent_offers=dice.randrange(4),
        )

    return [one() for _ in range(count)]


def order(ranked: list[Scored]) -> list[str]:
    return [scored.workshop_id for scored in ranked]


def test_the_score_is_the_published_sum() -> None:
    [scored] = rank(
        [
            replace(
                PLAIN,
                rating_sum=48,
                rating_count=10,
                offers=10,
                accepted_offers=9,
                price_index=0.9,
            )
        ],
        CONFIG,
        CASE,
    )
    terms = {
        "fit": 0.85,
        "proximity": math.exp(-0.5),
        "rating": (4.5 - 1) / 4,  # (48 + 42) / 20 stars
        "accept": 15 / 20,
        "capacity": 2 / 4,
        "price": 0.75,
    }
    assert asdict(scored.terms) == pytest.approx(terms)
    weights = (0.30, 0.20, 0.20, 0.15, 0.10, 0.05)
    assert scored.score == pytest.approx(
        sum(weight * term for weight, term in zip(weights, terms.values(), strict=True)), abs=1e-6
    )


@pytest.mark.parametrize("term", BETTER)
def test_a_workshop_that_is_better_in_one_respect_wins(term: str) -> None:
    better = replace(PLAIN, workshop_id="better", recent_offers=99, **BETTER[term])
    first, second = rank([PLAIN, better], CONFIG, CASE)
    assert first.workshop_id == "better"
    now, before = asdict(first.terms), asdict(second.terms)
    assert {name for name in now if now[name] != before[name]} == {term}


def test_a_newcomer_is_judged_by_the_priors() -> None:
    [scored] = rank([PLAIN], CONFIG, CASE)
    assert scored.terms.rating == pytest.approx((4.2 - 1) / 4)
    assert scored.terms.accept == pytest.approx(0.6)


def test_three_lone_stars_weigh_less_than_many_good_ones() -> None:
    lucky = replace(PLAIN, workshop_id="lucky", rating_sum=15, rating_count=3)
    proven = replace(PLAIN, workshop_id="proven", rating_sum=470, rating_count=100)
    assert order(rank([lucky, proven], CONFIG, CASE)) == ["proven", "lucky"]


def test_a_tie_goes_to_whoever_had_fewer_offers() -> None:
    busy = replace(PLAIN, workshop_id="busy", recent_offers=3)
    idle = replace(PLAIN, workshop_id="idle", recent_offers=2)
    for number in range(20):
        assert order(rank([busy, idle], CONFIG, f"case {number}")) == ["idle", "busy"]


def test_no_workshop_wins_every_remaining_tie() -> None:
    twins = [replace(PLAIN, workshop_id=name) for name in ("a", "b")]
    winners = [rank(twins, CONFIG, f"case {number}")[0].workshop_id for number in range(100)]
    assert 25 < winners.count("a") < 75
    assert winners == [rank(twins, CONFIG, f"case {n}")[0].workshop_id for n in range(100)]


def test_the_order_of_the_input_decides_nothing(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(50):
        workshops = some_workshops(dice, dice.randrange(1, 30))
        # Ties must be broken too: doubles that differ in their id alone.
        workshops += [replace(w, workshop_id=f"twin of {w.workshop_id}") for w in workshops[:5]]
        expected = rank(workshops, CONFIG, CASE)
        for _ in range(5):
            dice.shuffle(workshops)
            assert rank(workshops, CONFIG, CASE) == expected


def test_every_term_and_score_lies_between_0_and_1(seed: int) -> None:
    for scored in rank(some_workshops(random.Random(seed), 1000), CONFIG, CASE):
        for value in (scored.score, *asdict(scored.terms).values()):
            assert 0 <= value <= 1


def test_ranks_count_from_one_and_follow_the_score(seed: int) -> None:
    ranked = rank(some_workshops(random.Random(seed), 200), CONFIG, CASE)
    assert [scored.rank for scored in ranked] == list(range(1, 201))
    assert [scored.score for scored in ranked] == sorted((s.score for s in ranked), reverse=True)


def test_nobody_eligible_is_an_empty_list() -> None:
    assert rank([], CONFIG, CASE) == []


def test_a_workshop_given_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="twice"):
        rank([PLAIN, PLAIN], CONFIG, CASE)


@pytest.mark.parametrize(
    "weights", [{"fit_weight": 0.4}, {"fit_weight": 0.7, "rating_weight": -0.2}]
)
def test_weights_that_do_not_add_up_are_an_error(weights: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="version 1"):
        replace(CONFIG, **weights)


def offered(workshops: list[Candidate]) -> dict[str, Any]:
    """What the database is told when these workshops are eligible."""
    database = RecordingDatabase(
        {
            "matching_settings": [asdict(CONFIG) | {"offers_per_wave": 3}],
            "candidate_workshops": [asdict(workshop) for workshop in workshops],
        }
    )
    escalations.invite(database, CASE)
    function, arguments = database.calls[-1]
    assert function == "offer_escalation"
    assert arguments["escalation_id"] == CASE
    assert arguments["config_version"] == CONFIG.version
    return arguments


def test_the_best_three_are_invited_with_their_reasons(seed: int) -> None:
    workshops = some_workshops(random.Random(seed), 12)
    best = rank(workshops, CONFIG, CASE)[:3]
    assert offered(workshops)["choices"] == [
        {
            "workshop_id": scored.workshop_id,
            "rank": place,
            "score": scored.score,
            "terms": asdict(scored.terms),
            "eligible_count": 12,
        }
        for place, scored in enumerate(best, start=1)
    ]


def test_the_database_is_told_when_nobody_is_eligible() -> None:
    assert offered([])["choices"] == []
