from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.grounding import Passage
from bot.core.passages import as_query, best, cued, of_paper
from storage.query import Or, Words
from storage.records import PaperId
from tests.builders import make_paper

ABSTRACT = (
    "Large models forget what they learned. We introduce Keepsake, a memory for language models. "
    "It is trained on the Recall corpus of 12,000 dialogues. Code is available at https://example.org. "
    "Fine-tuning with it improves accuracy by 4.2 points over strong baselines. Its cost remains high on long inputs."
)
PAPER = make_paper("2503.00001", title="Keepsake: a memory that lasts", abstract=ABSTRACT)
PASSAGES = of_paper(PAPER)


def passage(text: str, ordinal: int = 0, paper_id: str = "2503.00009", **facts: Any) -> Passage:
    return Passage(paper_id=PaperId(paper_id), ordinal=ordinal, section="Abstract", text=text, **facts)


class TestPassagesOfAPaper:
    def test_they_are_the_sentences_of_its_abstract_in_order(self) -> None:
        assert " ".join(each.text for each in PASSAGES) == ABSTRACT
        assert [each.ordinal for each in PASSAGES] == [0, 1, 2, 3, 4, 5]
        assert {(each.paper_id, each.section, each.title) for each in PASSAGES} == {(PAPER.id, "Abstract", PAPER.title)}

    def test_without_an_abstract_they_are_those_of_the_summary_and_say_so(self) -> None:
        found = of_paper(make_paper(abstract="", summary="It is short. It helps."))
        assert [(each.section, each.text) for each in found] == [("Summary", "It is short."), ("Summary", "It helps.")]

    def test_a_paper_without_text_has_none(self) -> None:
        assert of_paper(make_paper(abstract="")) == ()


class TestTheClosest:
    @pytest.mark.parametrize(
        ("question", "begins"),
        [
            ("What is Keepsake?", "We introduce Keepsake"),
            ("How many dialogues does the corpus have?", "It is trained on"),
            ("Is the code available?", "Code is available"),
            ("Does finetuning help?", "Fine-tuning with it"),
            ("How much does ACCURACY improve over the baseline?", "Fine-tuning with it"),
            ("Is it costly? I mean the costs.", "Its cost remains"),
        ],
    )
    def test_one_comes_first(self, question: str, begins: str) -> None:
        assert best(question, PASSAGES)[0].passage.text.startswith(begins)

    def test_the_words_that_matched_are_named_as_they_were_asked(self) -> None:
        (first, *_) = best("Which corpora of dialogue is it trained on?", PASSAGES)
        assert first.matched == ("corpora", "dialogue", "trained")

    def test_at_most_three_are_given_and_the_first_is_the_closest(self) -> None:
        many = [passage(f"Memory number {n} is good.", n) for n in range(9)]
        found = best("memory", many)
        assert len(found) == 3
        assert [close.score for close in found] == sorted((close.score for close in found), reverse=True)

    @pytest.mark.parametrize(
        "question", ["Who won the football match?", "what is this paper about", "", "???", "the of and"]
    )
    def test_without_a_shared_content_word_nothing_is_close(self, question: str) -> None:
        assert best(question, PASSAGES) == ()

    def test_a_number_is_preferred_where_a_number_is_asked_for(self) -> None:
        texts = [
            passage("The dialogues are long and rich."),
            passage("The dialogues are 12 and rich.", 0, "2503.00010"),
        ]
        assert "12" in best("How many dialogues?", texts)[0].passage.text

    def test_the_paper_whose_title_is_asked_for_is_preferred(self) -> None:
        asked = passage("Accuracy rises.", 0, "2503.00002", title="Keepsake")
        other = passage("Accuracy rises!", 0, "2503.00001", title="Something else")
        assert best("accuracy of Keepsake", [other, asked])[0].passage == asked

    def test_a_title_alone_brings_no_passage(self) -> None:
        assert best("Keepsake", [passage("Nothing of that name.", title="Keepsake")]) == ()

    def test_the_same_sentence_comes_once(self) -> None:
        twice = [passage("Memory helps.", 0, "2503.00001"), passage("Memory helps.", 0, "2503.00002")]
        assert len(best("memory", twice)) == 1

    @given(st.text(max_size=40), st.randoms(use_true_random=False))
    def test_any_question_gets_an_order_that_does_not_depend_on_the_input(self, question: str, chance: Any) -> None:
        shuffled = list(PASSAGES)
        chance.shuffle(shuffled)
        found = best(question, shuffled)
        assert found == best(question, PASSAGES)
        assert len(found) <= 3
        assert all(close.matched and close.passage in PASSAGES for close in found)


class TestWhatOnlyLooksLikeAnAnswer:
    def test_it_is_found_by_the_kind_of_question(self) -> None:
        (first, *_) = cued("What is this about?", PASSAGES)
        assert first.passage.text.startswith("We introduce")
        assert first.matched == ()

    def test_a_question_of_no_known_kind_finds_nothing(self) -> None:
        assert cued("Why football?", PASSAGES) == ()


class TestAsAQuery:
    def test_any_content_word_may_match(self) -> None:
        assert as_query("How does fine-tuning help the models?") == Or(
            (Words("fine"), Words("tuning"), Words("help"), Words("models"))
        )

    def test_one_word_stands_alone(self) -> None:
        assert as_query("What is diffusion?") == Words("diffusion")

    def test_without_content_words_there_is_no_query(self) -> None:
        assert as_query("what is it about?") is None

    @given(st.text(max_size=400))
    def test_any_question_makes_a_query_of_bounded_size(self, question: str) -> None:
        query = as_query(question)
        assert query is None or isinstance(query, Words) or (isinstance(query, Or) and 2 <= len(query.parts) <= 32)
