"""Where no paper holds all of a query, those that hold part of it are looked for."""

import pytest

from bot.core.loosened import loosened
from bot.core.parse_query import canonical, parse_query
from storage.query import Or


@pytest.mark.parametrize(
    ("query", "loose"),
    [
        ("diffusion protein folding", "diffusion OR protein OR folding"),
        ('"protein folding" title:speed', '"protein folding" OR title:speed'),
        ("diffusion protein -survey after:2025-01-01", "(diffusion OR protein) -survey after:2025-01-01"),
        ("robot arm author:hinton cat:cs.RO", "(robot OR arm) author:hinton cat:cs.RO"),
        ("(cat OR dog) fish", "cat OR dog OR fish"),
        ("the house and The garden", "house OR garden"),
        ("to be or not to be", "to OR be OR or OR not"),
        ("the N-terminal domains of a domain", "n OR terminal OR domains"),
    ],
)
def test_any_of_its_words_will_do_and_all_else_stays_strict(query: str, loose: str) -> None:
    found = loosened(parse_query(query), asked="")
    assert found is not None
    assert canonical(found) == canonical(parse_query(loose))


@pytest.mark.parametrize("query", ["diffusion", "diffusion author:hinton", "cat OR dog", "author:hinton has:code"])
def test_one_word_has_no_part(query: str) -> None:
    assert loosened(parse_query(query), query) is None


def test_what_is_said_twice_counts_twice() -> None:
    asked = "Information systems: a system for the retrieval of information"
    found = loosened(parse_query(asked.replace(":", "")), asked)
    assert isinstance(found, Or)
    assert [canonical(part) for part in found.parts] == [
        *["information"] * 2,
        *["systems"] * 2,
        "retrieval",
    ]
