"""What others would find: ordinary patterns, phonenumbers, the patterns of Presidio, and a model learnt from the corpus.

Each takes a message and says which places hold a contact detail. Presidio's recognisers are followed in what
they match (an e-mail address, a link, and a number that phonenumbers finds for its default regions), not run:
the package would bring a language model with it.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

import phonenumbers
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]

Spans = list[list[int]]
Finder = Callable[[str], Spans]

PHONE = re.compile(r"(?<!\d)(?:\+?1[-. ]?)?\(?[2-9]\d{2}\)?[-. ]?\d{3}[-. ]?\d{4}(?!\d)")
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
LINK = re.compile(r"https?://\S+|www\.\S+")
HANDLE = re.compile(r"(?<!\w)@\w{3,}")
PRESIDIO_EMAIL = re.compile(
    r"\b[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[a-z0-9-]+\.)+[a-z]{2,}\b",
    re.IGNORECASE,
)
PRESIDIO_LINK = re.compile(
    r"(?:https?://|www\.)\S+|\b[a-z0-9-]+\.(?:com|net|org|io|co)\b\S*", re.IGNORECASE
)
PRESIDIO_REGIONS = ("US", "GB", "DE", "FR", "IL", "IN", "CA", "BR")


def _places(body: str, *patterns: re.Pattern[str]) -> Spans:
    return [list(match.span()) for pattern in patterns for match in pattern.finditer(body)]


def _numbers(body: str, regions: Sequence[str], leniency: int) -> Spans:
    return [
        [match.start, match.end]
        for region in regions
        for match in phonenumbers.PhoneNumberMatcher(body, region, leniency=leniency)
    ]


def regexes(body: str) -> Spans:
    """What one writes in an afternoon."""
    return _places(body, PHONE, EMAIL, LINK, HANDLE)


def numbers(body: str) -> Spans:
    """phonenumbers, for a number of the United States or one with its country."""
    return _numbers(body, ("US",), phonenumbers.Leniency.VALID)


def presidio(body: str) -> Spans:
    """What Presidio's recognisers of telephone numbers, e-mail addresses and links match."""
    return _places(body, PRESIDIO_EMAIL, PRESIDIO_LINK) + _numbers(
        body, PRESIDIO_REGIONS, phonenumbers.Leniency.VALID
    )


def learnt(rows: Sequence[dict[str, Any]]) -> Callable[[Sequence[str]], list[float]]:
    """A model of letter groups, fitted to the rows; it gives the chance that each body is a leak."""
    model = make_pipeline(
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2),
        LogisticRegression(C=10, max_iter=1000),
    )
    model.fit([row["body"] for row in rows], [row["leak"] for row in rows])

    def chances(bodies: Sequence[str]) -> list[float]:
        return [float(chance) for chance in model.predict_proba(list(bodies))[:, 1]]

    return chances
