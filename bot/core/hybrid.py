"""The best matches by words brought into the order of words and meaning together."""

from collections.abc import Sequence
from statistics import fmean, pstdev

from bot.core.text import clean
from storage.query import And, Field, Or, Query, Words

DEPTH = 100
"""How many of the best matches by words are looked at again."""
WEIGHT = 0.2
"""What a standard deviation of nearness in meaning counts, as a share of the best score by words."""
SMALLEST_SPREAD = 0.1
"""Cosines that differ by less are about the same: of two papers, which always stand one deviation from their mean, the
nearer one would gain as much by a hair as by a mile. Of the hundred best matches they spread by 0.08 to 0.15."""


def asked(query: Query, text: str) -> str:
    """What ``query``, typed as ``text``, asks for, for a model that reads sentences; empty where it only filters.

    Bare words are such a sentence, with their function words and marks. Of another query, what must not match,
    beginnings of words, names and filters are left out.
    """
    return clean(text) if _is_bare(query) else _said(query)


def _is_bare(query: Query) -> bool:
    match query:
        case And(parts) | Or(parts):
            return all(map(_is_bare, parts))
        case Words(field=None, phrase=False, prefix=False):
            return True
        case _:
            return False


def _said(query: Query) -> str:
    match query:
        case And(parts) | Or(parts):
            return " ".join(filter(None, map(_said, parts)))
        case Words(field=None | Field.TITLE | Field.ABSTRACT, prefix=False):
            return query.text
        case _:
            return ""


def fused(scores: Sequence[float], nearness: Sequence[float | None], *, weight: float = WEIGHT) -> list[float]:
    """The scores by words, each raised or lowered by how near it is in meaning compared with the others.

    A convex sum of normalised scores (Bruch, Gai and Ingber 2023), words as shares of the best, meaning as z-scores, on
    the scale of ``scores``: what is far ahead by words stays ahead, as it would not in a sum of z-scores. Where nothing
    is known (None), the score by words stays.
    """
    known = [near for near in nearness if near is not None]
    spread = pstdev(known) if known else 0.0
    if not spread:
        return list(scores)
    middle = fmean(known)
    step = weight * (max(scores) or 1.0) / max(spread, SMALLEST_SPREAD)  # by words none matches: any scale will do
    return [
        score if near is None else score + step * (near - middle) for score, near in zip(scores, nearness, strict=True)
    ]
