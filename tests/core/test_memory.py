"""What a thread remembers is bounded, and a question that says nothing by itself is understood from the one before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.memory import LONGEST_SENTENCE, MOST_CHARACTERS, WHOLE, condensed, in_full
from storage.turns import MOST_TURNS, Turn
from tests.builders import BASE


def turn(question: str, *said: str) -> Turn:
    return Turn(question=question, said=said, at=BASE)


def test_the_last_turns_are_kept_whole_and_of_earlier_ones_the_first_sentence() -> None:
    turns = [turn(f"Question {number}?", "First.", "Second.") for number in range(4)]
    assert condensed(turns) == (
        turn("Question 0?", "First."),
        turn("Question 1?", "First."),
        turn("Question 2?", "First.", "Second."),
        turn("Question 3?", "First.", "Second."),
    )


texts = st.text(max_size=2 * LONGEST_SENTENCE)


@given(st.lists(st.builds(lambda question, said: turn(question, *said), texts, st.lists(texts)), max_size=MOST_TURNS))
def test_however_much_was_said_what_is_kept_is_short_and_the_latest(turns: list[Turn]) -> None:
    kept = condensed(turns)
    assert sum(len(one.question) + sum(map(len, one.said)) for one in kept) <= MOST_CHARACTERS
    assert len(kept) <= len(turns)
    for short, long in zip(kept, turns[len(turns) - len(kept) :], strict=True):
        assert len(short.said) <= len(long.said)
    for short, long in zip(kept[-WHOLE:], turns[-WHOLE:], strict=False):
        assert kept != tuple(turns) or short == long


def test_what_says_much_leaves_room_for_itself_and_for_the_turn_before() -> None:
    compared = turn("How do they compare?", *("A sentence. " * 20 for _ in range(28)))
    answered = turn("And in words?", *("Answer. " * 30 for _ in range(5)))
    kept = condensed([answered, compared])
    assert [one.question for one in kept] == [answered.question, compared.question]
    assert kept[0].said == answered.said
    assert 0 < len(kept[1].said) < 28


def test_a_question_goes_on_from_what_was_asked_rather_than_from_a_summary() -> None:
    summed_up = turn("What are the key points of SoupNet?", "It stirs.")
    assert in_full("And on CIFAR?", (*BEFORE, summed_up)) == "How accurate is it on ImageNet? And on CIFAR?"
    assert in_full("And on CIFAR?", (summed_up,)) == "What are the key points of SoupNet? And on CIFAR?"


BEFORE = (turn("How accurate is it on ImageNet?", "It is."), turn("And on CIFAR?", "It is, too."))


@pytest.mark.parametrize("question", ["And on MNIST?", "and the second one?", "What about speech?", "Why?", "But why?"])
def test_a_question_that_only_goes_on_is_looked_for_with_the_one_that_it_goes_on_from(question: str) -> None:
    assert in_full(question, BEFORE) == f"How accurate is it on ImageNet? {question}"
    assert in_full(question, ()) == question


@pytest.mark.parametrize(
    "question",
    [
        "Und auf CIFAR?",
        "Und was ist mit CIFAR?",
        "Et sur CIFAR ?",
        "¿Y en CIFAR?",
        "E su CIFAR?",
        "E quanto ao CIFAR?",
        "En op CIFAR?",
        "А на CIFAR?",
        "А як щодо CIFAR?",
        "Peki ya CIFAR?",
        "Còn trên CIFAR?",
        "那在CIFAR上呢？",
        "ではCIFARは？",
        "그럼 CIFAR은?",
        "और CIFAR पर?",
    ],
)
def test_so_does_one_in_another_language(question: str) -> None:
    assert in_full(question, BEFORE) == f"How accurate is it on ImageNet? {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How accurate is it on MNIST?",
        "Wie genau ist es auf MNIST?",
        "Und wie viele Gewichte hat das kleinere Modell?",
        "这个模型在MNIST上有多准确？",
        "Orders of magnitude?",
        "Of what size is it?",
        "Co je to model?",
        "Co-training accuracy?",
        "E-commerce results?",
        "O(n) attention?",
        "Ensembles?",
        "And how many parameters does it have?",
        "What are the limitations?",
        "Summarise it.",
        "And do noodles from Rome cost more?",
        "Noodles?",
    ],
)
def test_a_question_that_says_what_it_asks_stands_alone(question: str) -> None:
    assert in_full(question, BEFORE) == question
