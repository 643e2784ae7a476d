"""Words and meaning in one order: what is asked for, and how the two scores become one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.hybrid import asked, fused
from bot.core.loosened import loosened
from bot.core.parse_query import parse_query


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("diffusion models", "diffusion models"),
        ('"in-context learning" OR title:prompting', "in-context learning prompting"),
        ("robots -cars", "robots"),
        ("robo* arm", "arm"),
        ("author:hinton cat:cs.LG after:2024-01-01 upvotes:>5", ""),
        ("author:hinton capsules", "capsules"),
        (
            "Does N-terminal cleavage,  or methylation, come first?",
            "Does N-terminal cleavage, or methylation, come first?",
        ),
        ("(attention OR transformers) is:withdrawn", "attention transformers"),
    ],
)
def test_what_is_asked_for_is_what_may_be_read_as_a_sentence(query: str, words: str) -> None:
    assert asked(parse_query(query), query) == words


def test_looser_words_are_read_as_the_sentence_in_which_they_were_asked() -> None:
    text = "What is the role of attention?"
    loose = loosened(parse_query(text), text)
    assert loose is not None
    assert asked(loose, text) == text


def test_what_is_near_in_meaning_rises_above_what_is_far() -> None:
    first, second, third = fused([10.0, 9.5, 9.0], [0.1, 0.2, 0.9])
    assert third > first
    assert third > second


def test_without_any_meaning_the_scores_stay() -> None:
    assert fused([3.0, 2.0], [None, None]) == [3.0, 2.0]
    assert fused([], []) == []


def test_where_all_are_equally_near_the_scores_stay() -> None:
    assert fused([3.0, 2.0], [0.5, 0.5]) == [3.0, 2.0]


def test_where_words_tell_nothing_meaning_decides() -> None:
    near, far = fused([2.0, 2.0], [0.9, 0.1])
    assert near > far


def test_what_has_no_meaning_yet_keeps_its_score() -> None:
    assert fused([3.0, 2.0, 1.0], [0.1, None, 0.9])[1] == 2.0


def test_a_standard_deviation_of_meaning_counts_a_share_of_the_best_score_by_words() -> None:
    assert fused([8.0, 6.0, 4.0, 2.0], [0.2, 0.4, 0.4, 0.2], weight=0.5) == pytest.approx([4.0, 10.0, 8.0, -2.0])


def test_a_hair_in_meaning_does_not_outweigh_words_however_few_were_found() -> None:
    first, second = fused([10.0, 9.0], [0.50, 0.52])
    assert first > second


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.none() | st.floats(-1, 1)), min_size=1, max_size=20),
    st.floats(0.1, 10),
)
def test_the_order_does_not_depend_on_the_scale_of_the_scores(
    found: list[tuple[float, float | None]], scale: float
) -> None:
    scores, near = [score for score, _ in found], [cosine for _, cosine in found]
    scaled = fused([score * scale for score in scores], near)
    assert scaled == pytest.approx([score * scale for score in fused(scores, near)], abs=1e-6)
