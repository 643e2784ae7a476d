"""What a paper tells of itself is found by its words; what no sentence tells is left out, however likely it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.aspect_signs import Aspect
from bot.core.aspects import essence, telling, told
from bot.core.grounding import Passage
from bot.core.passages import of_paper
from storage.fulltext import FullText, Origin, Piece, PieceKind
from tests.builders import BASE, make_paper

PROBLEM = "However, existing decoders struggle to keep long texts in memory."
APPROACH = "In this paper, we propose LongKeeper, a memory that forgets what nobody asks for."
RESULTS = "Experiments show that LongKeeper outperforms three baselines by 4.2 points."
DATA = "We evaluate it on 12 datasets, LongBench and a corpus of court records among them."
SIZE = "Our largest model has 7B parameters and was trained for two days."
CODE = "Our code and weights are available at https://github.com/someone/longkeeper."
LIMITS = "Our memory cannot hold pictures, which we leave for future work."
TELLING = {
    Aspect.PROBLEM: PROBLEM,
    Aspect.APPROACH: APPROACH,
    Aspect.RESULTS: RESULTS,
    Aspect.DATA: DATA,
    Aspect.SIZE: SIZE,
    Aspect.CODE: CODE,
    Aspect.LIMITS: LIMITS,
}
IDLE = "Language models are used by many people all over the world today."


def passages(abstract: str, *pieces: Piece) -> tuple[Passage, ...]:
    paper = make_paper(title="LongKeeper: A Memory", abstract=abstract)
    return of_paper(paper, FullText(paper_id=paper.id, version=1, origin=Origin.HTML, read_at=BASE, pieces=pieces))


def prose(section: str, text: str) -> Piece:
    return Piece(section, PieceKind.PROSE, text)


def texts(abstract: str, *pieces: Piece) -> dict[Aspect, str]:
    return {aspect: passage.text for aspect, passage in told(passages(abstract, *pieces)).items()}


def test_each_aspect_is_told_by_its_own_sentence() -> None:
    assert texts(" ".join([IDLE, *TELLING.values()])) == TELLING


@pytest.mark.parametrize("aspect", Aspect)
def test_what_no_sentence_tells_is_left_out(aspect: Aspect) -> None:
    others = [sentence for other, sentence in TELLING.items() if other is not aspect]
    assert TELLING[aspect] not in texts(" ".join([IDLE, *others])).values()
    assert told(passages(" ".join([IDLE] * 3))) == {}


@pytest.mark.parametrize(
    ("aspect", "sentence"),
    [
        (Aspect.PROBLEM, "We propose a method to overcome the limitations of existing decoders, which lack memory."),
        (Aspect.RESULTS, "Recent language models have achieved state-of-the-art results on many tasks of this kind."),
        (Aspect.SIZE, "Table 4b shows the learning rate and the other parameters of our model, 12 in all."),
        (Aspect.CODE, "We record public professional matches, whose videos anybody in the world may watch."),
        (Aspect.LIMITS, "Existing methods cannot do that, and only few of them are still limited by memory."),
    ],
)
def test_what_only_looks_alike_tells_nothing(aspect: Aspect, sentence: str) -> None:
    assert aspect not in texts(f"{IDLE} {IDLE} {sentence} {IDLE} {IDLE}")


def test_the_abstract_goes_before_the_sections_and_a_section_of_limitations_needs_no_sign() -> None:
    plain = "Pictures are beyond this kind of memory, as are sounds and maps."
    found = texts(
        f"{IDLE} {APPROACH} {IDLE}",
        prose("1 Introduction", "In this paper, we introduce a new memory for language models."),
        prose("6 Limitations", plain),
    )
    assert found == {Aspect.APPROACH: APPROACH, Aspect.LIMITS: plain}


def test_related_work_and_rows_of_tables_tell_nothing_of_this_paper() -> None:
    found = texts(
        IDLE,
        prose("2 Related work", "In this paper, we propose a novel framework for long texts and for their readers."),
        Piece("4 Results", PieceKind.ROW, "We outperform | by 4.2 points | on all the datasets | 12"),
    )
    assert found == {}


def test_one_sentence_tells_two_aspects_only_where_no_other_does() -> None:
    both = "We evaluate on LongBench and 12 datasets, where LongKeeper outperforms all baselines by 4 points."
    assert texts(f"{IDLE} {APPROACH} {both}")[Aspect.DATA] == both
    assert texts(f"{IDLE} {APPROACH} {both} {DATA}")[Aspect.DATA] == DATA


def test_a_model_is_given_the_abstract_and_what_tells_each_aspect_in_order() -> None:
    given_passages = passages(f"{IDLE} {APPROACH}", prose("5 Conclusion", f"{IDLE[:-1]} now. {LIMITS}"))
    chosen = essence(given_passages, to_an_aspect=1)
    assert [one.text for one in chosen] == [IDLE, APPROACH, LIMITS]
    assert telling(Aspect.LIMITS, given_passages, limit=3) == (given_passages[-1],)


words = st.sampled_from(
    ["we", "propose", "However,", "our", "7B", "code", "http://", "|", "(", "limitations", "的", "."]
)
anything = st.lists(words | st.text(max_size=12), max_size=40).map(" ".join)


@given(anything, anything)
def test_whatever_the_text_only_its_own_sentences_are_chosen(abstract: str, section: str) -> None:
    own = passages(abstract, prose("Limitations", section))
    assert set(told(own).values()) <= set(own)
    assert told(own) == told(own[::-1])
