"""What may be changed of a query that found nothing: only what is in it."""

import pytest

from bot.core.advice import Advice, advice
from bot.core.parse_query import parse_query


@pytest.mark.parametrize(
    ("query", "given"),
    [
        ("quantisation", Advice(beginning="quantisa*")),
        ("noodle quantisation", Advice(beginning="quantisa*")),
        ("(noodles OR quantisation)", Advice(beginning="quantisa*")),
        ("soup", Advice()),
        ("noodl*", Advice()),
        ("🍜", Advice()),
        ("cat:cs.CL", Advice()),
        ("author:lovelace", Advice()),
        ('"noodle soup"', Advice(phrase=True)),
        ("soup cat:cs.CL", Advice(filters=True)),
        ("soup -bowl", Advice(filters=True)),
        ("soup upvotes:>5", Advice(filters=True)),
        ("title:soup bowl", Advice(filters=True)),
        ("cat:cs.CL since:7d", Advice(filters=True)),
        ('"noodle soup" noodles since:7d', Advice(beginning="nood*", phrase=True, filters=True)),
    ],
)
def test_advice(query: str, given: Advice) -> None:
    assert advice(parse_query(query)) == given
