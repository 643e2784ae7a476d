"""The best matches by words brought into the order of words and meaning together."""

from collections.abc import Sequence
from statistics import fmean, pstdev

from storage.query import And, Field, Or, Query, Words

DEPTH = 100
"""How many of the best matches by words are looked at again."""
WEIGHT = 1.5
"""How much meaning counts beside words, both measured in their own standard deviations."""


def asked(query: Query) -> str:
    """What ``query`` asks for in words, for a model that reads sentences; empty where it only filters.

    What must not match, beginnings of words, names and filters are left out.
    """
    match query:
        case And(parts) | Or(parts):
            return " ".join(filter(None, map(asked, parts)))
        case Words(field=None | Field.TITLE | Field.ABSTRACT, prefix=False):
            return query.text
        case _:
            return ""


def fused(scores: Sequence[float], nearness: Sequence[float | None], *, weight: float = WEIGHT) -> list[float]:
    """The scores by words, each raised or lowered by how near it is in meaning compared with the others.

    The sum of both z-scores, on the scale of ``scores``. Where nothing is known (None), the score by words stays.
    """
    known = [near for near in nearness if near is not None]
    spread = pstdev(known) if known else 0.0
    if not spread:
        return list(scores)
    middle = fmean(known)
    step = weight * (pstdev(scores) or 1.0) / spread  # by words all are alike: any scale will do
    return [
        score if near is None else score + step * (near - middle) for score, near in zip(scores, nearness, strict=True)
    ]
