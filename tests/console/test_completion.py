"""What is offered while somebody types: a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.completion import Choices, complete

CHOICES = Choices(
    topics=(("1", "diffusion"), ("2", "cat:cs.CL")),
    setups=(("1", "every day at 09:00"),),
    papers=(("1", "Transformers without Normalization"), ("2", "Another")),
    saved=(("2503.00001", "Kept"),),
)


def offered(line: str) -> list[str]:
    return [found.text for found in complete(line, CHOICES)]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("/pap", ["/papers today", "/papers search", "/papers show"]),
        ("/papers ", ["/papers today", "/papers search", "/papers show"]),
        ("/papers se", ["/papers search"]),
        ("/st", ["/status"]),
        ("/papers today ", ["--sort", "--limit", "--page"]),
        ("/papers today --s", ["--sort"]),
        ("/papers today --sort ", ["trending", "rising", "top"]),
        ("/papers today --sort=t", ["trending", "top"]),
        ("/papers search x --sort n", ["new"]),
        ("/papers search x --sort new --", ["--limit", "--page"]),
        ("/papers show ", ["1", "2"]),
        ("/papers save ", ["1", "2"]),
        ("/papers unsave ", ["2503.00001"]),
        ("/ask what? --paper ", ["1", "2"]),
        ("/ask what? --paper 1 --p", ["--paper"]),
        ("/topics unfollow ", ["1", "2"]),
        ("/channels pause ", ["1"]),
        ("/setup --zone europe/berl", ["Europe/Berlin"]),
        ("/setup --days w", ["weekdays"]),
        ("/help papers s", ["papers search", "papers show"]),
        ("/sort t", ["trending", "top"]),
        ("/status ", []),
        ("diffusion", []),
        ("", []),
        ("/papers search diff", []),
    ],
)
def test_what_fits_is_offered(line: str, first: list[str]) -> None:
    assert offered(line)[: len(first) or None] == first


def test_everything_is_offered_after_a_bare_slash_with_what_it_does() -> None:
    found = complete("/", CHOICES)
    assert len(found) > 10
    assert all(one.about and one.replaces == 1 for one in found)


@given(st.text(max_size=40))
def test_a_suggestion_never_replaces_more_than_was_typed(line: str) -> None:
    typed = f"/{line}"
    assert all(0 <= found.replaces <= len(typed) for found in complete(typed, CHOICES))
