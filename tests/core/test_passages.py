from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.grounding import Passage
from bot.core.passages import Close, Tie, as_query, best, of_paper, spoken
from storage.fulltext import FullText, Origin, Piece, PieceKind
from storage.query import Or, Words
from storage.records import PaperId
from tests.builders import BASE, make_paper

ABSTRACT = (
    "Large models forget what they learned. We introduce Keepsake, a memory for language models. "
    "It is trained on the Recall corpus of 12,000 dialogues. Code is available at https://example.org. "
    "Fine-tuning with it improves accuracy by 4.2 points over strong baselines. Its cost remains high on long inputs."
)
PAPER = make_paper("2503.00001", title="Keepsake: a memory that lasts", abstract=ABSTRACT)
PASSAGES = of_paper(PAPER)


def passage(text: str, ordinal: int = 0, paper_id: str = "2503.00009", **facts: Any) -> Passage:
    return Passage(paper_id=PaperId(paper_id), ordinal=ordinal, section="Abstract", text=text, **facts)


def touching(question: str, passages: Sequence[Passage], near: Sequence[float | None] = ()) -> list[Close]:
    return [close for close in best(question, passages, near) if close.tie is Tie.TOUCHES]


class TestPassagesOfAPaper:
    def test_they_are_the_sentences_of_its_abstract_in_order(self) -> None:
        assert " ".join(each.text for each in PASSAGES) == ABSTRACT
        assert [each.ordinal for each in PASSAGES] == [0, 1, 2, 3, 4, 5]
        assert {(each.paper_id, each.section, each.title) for each in PASSAGES} == {(PAPER.id, "Abstract", PAPER.title)}

    def test_where_there_is_a_text_no_summary_by_others_counts_as_the_papers_words(self) -> None:
        paper = make_paper(abstract="", summary="It is short. It helps.")
        pieces = (Piece("2 Method", PieceKind.PROSE, "We cook noodles slowly."),)
        text = FullText(paper_id=paper.id, version=1, origin=Origin.HTML, read_at=BASE, pieces=pieces)
        assert [one.section for one in of_paper(paper, text)] == ["2 Method"]

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

    @pytest.mark.parametrize("question", ["Who won the football match?", "", "???", "the of and", "为什么"])
    def test_without_a_shared_content_word_nothing_touches(self, question: str) -> None:
        assert touching(question, PASSAGES) == []

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
        assert touching("Keepsake", [passage("Nothing of that name.", title="Keepsake")]) == []

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
        assert all(close.passage in PASSAGES for close in found)
        assert [close.tie for close in found] == sorted(close.tie for close in found)


class TestMeaning:
    TEXTS = (passage("Cars are fast.", 0), passage("Bread is baked.", 1), passage("Fish swim.", 2))

    def test_what_is_near_touches_without_a_word_in_common(self) -> None:
        (first,) = touching("automobile", self.TEXTS, [0.8, 0.0, 0.1])
        assert (first.passage, first.matched) == (self.TEXTS[0], ())

    def test_what_is_not_near_enough_is_only_alike(self) -> None:
        ties = {close.passage.text: close.tie for close in best("automobile", self.TEXTS, [0.8, 0.0, 0.15])}
        assert ties == {"Cars are fast.": Tie.TOUCHES, "Fish swim.": Tie.ALIKE, "Bread is baked.": Tie.NONE}

    def test_words_and_meaning_decide_together(self) -> None:
        near = passage("Vehicles with wheels.", 3)
        found = best("cars", (*self.TEXTS, near), [0.3, 0.0, 0.0, 0.5])
        assert [close.passage for close in found[:2]] == [self.TEXTS[0], near]

    def test_what_nobody_knows_the_meaning_of_goes_by_words(self) -> None:
        assert best("bread", self.TEXTS, [None] * 3)[0].passage == self.TEXTS[1]

    def test_in_a_whole_text_neighbours_of_what_is_near_are_nearer(self) -> None:
        def told(text: str, ordinal: int, section: str = "2 Method") -> Passage:
            return Passage(paper_id=PaperId("2503.00009"), ordinal=ordinal, section=section, text=text)

        texts = [told("One.", 0), told("Two.", 1), told("Three.", 2, "3 Results"), told("Four.", 3, "3 Results")]
        order = [close.passage.text for close in best("automobile", texts, [0.9, 0.3, 0.3, 0.3], limit=4)]
        assert order[:2] == ["One.", "Two."]


class TestAbbreviations:
    TEXTS = (
        passage("We use supervised fine-tuning (SFT) throughout.", 0),
        passage("With SFT the score is 71.", 1),
        passage("Bread is baked.", 2),
    )

    def test_one_form_finds_the_other(self) -> None:
        found = touching("What is the score of supervised finetuning?", self.TEXTS)
        assert "With SFT the score is 71." in [close.passage.text for close in found]
        found = touching("SFT?", self.TEXTS)
        assert {close.passage.ordinal for close in found} == {0, 1}

    def test_a_model_of_meaning_hears_both(self) -> None:
        assert spoken("Is SFT used?", self.TEXTS) == "Is SFT used? (supervised fine-tuning)"
        assert spoken("Is bread used?", self.TEXTS) == "Is bread used?"


class TestKindsOfQuestion:
    WHOLE = tuple(
        Passage(paper_id=PaperId("2503.00009"), ordinal=ordinal, section=section, text=text)
        for ordinal, (section, text) in enumerate(
            [
                ("Abstract", "We introduce Keepsake, which remembers."),
                ("2 Model", "The model has 7 billion weights in all."),
                ("4 Results", "Keepsake outperforms the strongest rival by 3 %."),
                ("6 Limitations", "It does not work for long inputs."),
                ("7 Conclusion", "We introduce a memory, and experiments show that it lasts."),
                ("A Availability", "Everything is released at https://example.org."),
            ]
        )
    )

    @pytest.mark.parametrize(
        ("question", "section"),
        [
            ("Summarise this paper", "Abstract"),
            ("tl;dr", "Abstract"),
            ("What are the limitations?", "6 Limitations"),
            ("Any drawbacks?", "6 Limitations"),
            ("How many parameters does it have?", "2 Model"),
            ("Is the code open source?", "A Availability"),
            ("How does it compare to other approaches?", "4 Results"),
        ],
    )
    def test_each_leads_to_its_passage(self, question: str, section: str) -> None:
        found = touching(question, self.WHOLE) or list(best(question, self.WHOLE))
        assert found[0].passage.section == section

    def test_what_only_looks_like_an_answer_is_only_alike(self) -> None:
        (first, *_) = best("How many sailors?", PASSAGES)
        assert (first.tie, first.matched) == (Tie.ALIKE, ())
        assert "4.2 points" in first.passage.text


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
