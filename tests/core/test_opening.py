"""How a discussion begins: figures that stand in the text, and questions that their kind of passage can answer."""

import pytest

from bot.core.opening import Topic, key_figures, question, worth_asking
from bot.core.passages import of_paper
from bot.core.questions import CODE, COMPARISON, DATA, LIMITATIONS, PARAMETERS, SUMMARY
from tests.builders import make_id, make_paper

ROUTES = {
    Topic.LIMITS: LIMITATIONS,
    Topic.COMPARISON: COMPARISON,
    Topic.DATA: DATA,
    Topic.SIZE: PARAMETERS,
    Topic.CODE: CODE,
    Topic.IDEA: SUMMARY,
}


def figures(abstract: str) -> list[list[str]]:
    passages = of_paper(make_paper(make_id(1), abstract=abstract))
    return [[one.passage.text[start:end] for start, end in one.numbers] for one in key_figures(passages)]


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("It is 12.5% better.", ["12.5%"]),
        ("It runs 3x faster on 8 GPUs.", ["3x", "8 GPUs"]),
        ("We train a model with 7B weights on 1.5 million images.", ["7B", "1.5 million"]),
        ("A 70-billion model wins.", ["70-billion"]),
        ("It gains 2 points.", ["2 points"]),
        ("It runs at 12.66 frames per second.", ["12.66 frames"]),
    ],
)
def test_a_figure_is_a_number_of_something(sentence: str, numbers: list[str]) -> None:
    assert figures(sentence) == [numbers]


@pytest.mark.parametrize(
    "sentence", ["We build on GPT-4.", "Since 2017 nothing changed.", "See Table 3.", "On v2.0 too."]
)
def test_other_numbers_are_none(sentence: str) -> None:
    assert figures(sentence) == []


def test_the_three_sentences_with_most_figures_are_shown_in_their_order() -> None:
    told = figures("One is 1%. Two is 2% of 20%. Three is 3% of 30%. Four is 4% of 40%.")
    assert told == [["2%", "20%"], ["3%", "30%"], ["4%", "40%"]]


def test_what_the_paper_tells_of_is_asked_first() -> None:
    passages = of_paper(make_paper(make_id(1), abstract="Our code is released. It has 7B parameters."))
    assert set(worth_asking(passages)[:2]) == {Topic.SIZE, Topic.CODE}
    assert len(worth_asking(passages)) == len(worth_asking(())) == 3


@pytest.mark.parametrize("topic", Topic)
def test_a_question_takes_the_way_of_its_topic(topic: Topic) -> None:
    asked = question(topic, make_paper(make_id(1), title="FlashAttention: Fast and exact"))
    assert "FlashAttention?" in asked or "FlashAttention " in asked
    assert ROUTES[topic].asked.search(asked)


@pytest.mark.parametrize("title", ["Attention is enough", "A long study of what is told in titles: nothing", ": x"])
def test_a_title_without_a_name_is_this_paper(title: str) -> None:
    assert "this paper" in question(Topic.IDEA, make_paper(make_id(1), title=title))
