"""Inviting workshops to an escalation: ask who is eligible, rank them, offer to the best."""

from dataclasses import asdict, fields

from backend.db import Calls, Row
from backend.matching import Candidate, MatchingConfig, Scored, rank

CANDIDATE_FIELDS = tuple(field.name for field in fields(Candidate))
CONFIG_FIELDS = tuple(field.name for field in fields(MatchingConfig))


def invite(database: Calls, escalation_id: str) -> None:
    """Offer the escalation to the best eligible workshops.

    Nobody eligible is told to the database too: it knows whether a wider search follows. An
    escalation that needs no offers any more is left alone by the database.
    """
    [settings] = database.call("matching_settings")
    config = MatchingConfig(**{name: settings[name] for name in CONFIG_FIELDS})
    rows = database.call("candidate_workshops", escalation_id=escalation_id)
    ranked = rank(map(candidate, rows), config, escalation_id)
    database.call(
        "offer_escalation",
        escalation_id=escalation_id,
        config_version=config.version,
        choices=[choice(each, len(ranked)) for each in ranked[: settings["offers_per_wave"]]],
    )


def candidate(row: Row) -> Candidate:
    """A row of backend.candidate_workshops."""
    values = {name: row[name] for name in CANDIDATE_FIELDS}
    return Candidate(**values | {"workshop_id": str(row["workshop_id"])})


def choice(scored: Scored, eligible_count: int) -> Row:
    """What is stored with an offer: why this workshop, and among how many."""
    return {
        "workshop_id": scored.workshop_id,
        "rank": scored.rank,
        "score": scored.score,
        "terms": asdict(scored.terms),
        "eligible_count": eligible_count,
    }
