"""The matching rule: which workshops suit an escalation best. Pure, and published.

The score is a weighted sum of six terms, each in [0, 1]. It knows nothing of fees, referrals,
people, or exact places.
"""

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Fit = Literal["exact", "service", "general"]

# exact: the service and the make; service: the service, any make; general: neither by name.
FIT_TERM: dict[Fit, float] = {"exact": 1.0, "service": 0.85, "general": 0.6}

LOWEST_RATING, HIGHEST_RATING = 1.0, 5.0  # stars
CHEAPEST, DEAREST = 0.7, 1.5  # price index: past quotes over the regional median


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible workshop, as far as the score looks at it."""

    workshop_id: str
    fit: Fit
    distance_m: float  # between coarse places
    rating_sum: int  # stars
    rating_count: int
    offers: int  # decided ones that count for willingness
    accepted_offers: int  # of those, accepted in time
    open_bays: int
    free_bays: int
    price_index: float
    recent_offers: int  # in the last 90 days


@dataclass(frozen=True, slots=True)
class MatchingConfig:
    """One published version of the weights and priors. Weights add up to 1."""

    version: int
    fit_weight: float
    proximity_weight: float
    rating_weight: float
    accept_weight: float
    capacity_weight: float
    price_weight: float
    proximity_scale_km: float
    rating_prior_mean: float  # stars
    rating_prior_count: float  # as many ratings as the prior weighs
    accept_prior_yes: float
    accept_prior_no: float

    def __post_init__(self) -> None:
        weights = (
            self.fit_weight,
            self.proximity_weight,
            self.rating_weight,
            self.accept_weight,
            self.capacity_weight,
            self.price_weight,
        )
        if min(weights) < 0 or not math.isclose(math.fsum(weights), 1.0, abs_tol=1e-9):
            raise ValueError(f"the weights of version {self.version} do not add up to 1")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the score is made of, each in [0, 1]; more is better."""

    fit: float
    proximity: float
    rating: float
    accept: float
    capacity: float
    price: float


@dataclass(frozen=True, slots=True)
class Scored:
    """A candidate with its place (1 is best), its score in [0, 1] and the terms of it."""

    workshop_id: str
    rank: int
    score: float
    terms: Terms


def rank(
    candidates: Iterable[Candidate], config: MatchingConfig, escalation_id: str
) -> list[Scored]:
    """All candidates, best first.

    Equal scores go to whoever had fewer offers of late, then by a hash of both ids: the same input
    gives the same answer in any order, and no workshop wins every tie. Raises ValueError if a
    workshop is given twice.
    """
    found = []
    for candidate in candidates:
        terms = terms_of(candidate, config)
        found.append((candidate, score_of(terms, config), terms))
    if len({candidate.workshop_id for candidate, _, _ in found}) != len(found):
        raise ValueError("a workshop is a candidate twice")
    found.sort(
        key=lambda each: (
            -each[1],
            each[0].recent_offers,
            _lot(escalation_id, each[0].workshop_id),
        )
    )
    return [
        Scored(candidate.workshop_id, place, score, terms)
        for place, (candidate, score, terms) in enumerate(found, start=1)
    ]


def terms_of(candidate: Candidate, config: MatchingConfig) -> Terms:
    """The candidate's terms. Rating and acceptance are drawn to their priors while history is short."""
    rating = (candidate.rating_sum + config.rating_prior_count * config.rating_prior_mean) / (
        candidate.rating_count + config.rating_prior_count
    )
    accept = (candidate.accepted_offers + config.accept_prior_yes) / (
        candidate.offers + config.accept_prior_yes + config.accept_prior_no
    )
    return Terms(
        fit=FIT_TERM[candidate.fit],
        proximity=math.exp(-candidate.distance_m / 1000 / config.proximity_scale_km),
        rating=_share(rating - LOWEST_RATING, HIGHEST_RATING - LOWEST_RATING),
        accept=_share(accept, 1),
        capacity=_share(candidate.free_bays, candidate.open_bays),
        price=_share(DEAREST - candidate.price_index, DEAREST - CHEAPEST),
    )


def score_of(terms: Terms, config: MatchingConfig) -> float:
    """The weighted sum, to six decimals: what is stored is what was compared."""
    return round(
        math.fsum(
            (
                config.fit_weight * terms.fit,
                config.proximity_weight * terms.proximity,
                config.rating_weight * terms.rating,
                config.accept_weight * terms.accept,
                config.capacity_weight * terms.capacity,
                config.price_weight * terms.price,
            )
        ),
        6,
    )


def _share(part: float, whole: float) -> float:
    """part / whole within [0, 1]; nothing of nothing is 0."""
    return min(max(part / whole, 0.0), 1.0) if whole > 0 else 0.0


def _lot(escalation_id: str, workshop_id: str) -> bytes:
    return hashlib.sha256(f"{escalation_id}/{workshop_id}".encode()).digest()
