"""An answer is worded as what it is."""

import re

import pytest

from bot.core.grounding import Answer, AnswerStatus, Label, Read
from bot.render.actions import ShowPaper, VoteOn, decode
from bot.render.answer import answer_post, further_claims, growing_post
from storage.fulltext import Origin
from storage.records import PaperId
from tests.builders import BASE, make_answer, make_claim, make_id, make_paper
from tests.render.reading import buttons, read

PAPER = make_paper(title="A Big Dataset")


def shown(answer: Answer) -> str:
    return read(answer_post(answer, {PAPER.id: PAPER}))


def test_passages_are_called_passages_and_quoted_with_their_source() -> None:
    assert shown(make_answer(make_claim())).splitlines() == [
        "### “How large is the dataset?”",
        "The closest passages I found; read them in context, since they need not hold the answer.",
        "> Our **dataset** holds 3 million pairs.",
        "-# \\[1\\] [A Big Dataset](https://arxiv.org/abs/2503.01234) · Abstract",
        "",
        "-# Read: abstracts only, not the whole papers.",
    ]


def test_sources_are_numbered_and_what_stands_in_the_same_section_has_the_same_number() -> None:
    other = make_id(2)
    places = ((PAPER.id, "2 Method"), (other, "2 Method"), (PAPER.id, "2 Method"), (PAPER.id, "3 Results"))
    answer = make_answer(*(make_claim(paper_id=paper_id, section=section) for paper_id, section in places))
    numbers = re.findall(r"^-# \\\[(\d)\\\]", shown(answer), re.MULTILINE)
    assert numbers == ["1", "2", "1", "3"]
    held = {PAPER.id: PAPER}
    assert read(further_claims(answer, held, after=3)).splitlines()[-1].startswith(r"-# \[3\] [A Big Dataset]")


def test_a_models_sentence_stands_above_its_quotation_and_an_inference_is_called_one() -> None:
    claims = (make_claim(label=Label.STATED), make_claim(label=Label.INFERRED))
    words = shown(make_answer(*claims, status=AnswerStatus.ANSWERED))
    assert "It has 3 million pairs.\n> Our **dataset** holds" in words
    assert "It has 3 million pairs. (my conclusion from this passage, not its words)\n> Our" in words
    assert "closest passages" not in words


@pytest.mark.parametrize(
    ("read", "words"),
    [
        ((Read(paper_id=PAPER.id),), "the abstract only, not the whole paper."),
        ((Read(paper_id=PAPER.id), Read(paper_id=make_id(2))), "abstracts only, not the whole papers."),
        ((), "nothing, since I have no text to read for this."),
        ((Read(paper_id=PAPER.id, has_abstract=False),), "a summary by others only, not the whole paper."),
        (
            (Read(paper_id=PAPER.id), Read(paper_id=make_id(2), has_abstract=False)),
            "abstracts and summaries by others only, not the whole papers.",
        ),
        ((Read(paper_id=PAPER.id, origin=Origin.MARKDOWN),), "the full text, from Hugging Face."),
        ((Read(paper_id=PAPER.id, origin=Origin.HTML),), "the full text, from arXiv's HTML."),
        ((Read(paper_id=PAPER.id, origin=Origin.PDF),), "the full text, from the PDF, where tables and formulas are"),
        (
            (Read(paper_id=PAPER.id, origin=Origin.HTML, whole=False),),
            "HTML. It is so long that only its beginning was",
        ),
        (
            (Read(paper_id=PAPER.id, origin=Origin.HTML), Read(paper_id=make_id(2))),
            "the full text of 1 of 2 papers; of the others the abstract only.",
        ),
    ],
)
def test_what_was_read_is_said(read: tuple[Read, ...], words: str) -> None:
    assert words in shown(make_answer(make_claim(), read=read)).partition("Read: ")[2]


def test_while_an_answer_is_written_what_stands_is_shown_and_that_more_may_come() -> None:
    read_so_far = (Read(paper_id=PAPER.id, origin=Origin.HTML),)
    none, one = (
        growing_post(make_answer(*claims, status=AnswerStatus.ANSWERED, read=read_so_far), {PAPER.id: PAPER})
        for claims in ((), (make_claim(label=Label.STATED),))
    )
    assert read(none).splitlines() == [
        "### “How large is the dataset?”",
        "-# Looking for an answer in 1 paper …",
        "-# Read: the full text, from arXiv's HTML.",
    ]
    assert "It has 3 million pairs.\n> Our **dataset** holds" in read(one)
    assert "-# Still writing …\n-# Read: the full text" in read(one)
    assert buttons(none) == buttons(one) == {}


def test_not_found_says_so_and_never_shows_claims() -> None:
    words = shown(make_answer(make_claim(), status=AnswerStatus.NOT_FOUND))
    assert "I found no passage that touches this question." in words
    assert "3 million" not in words


def test_the_nearest_are_shown_as_perhaps_about_something_else() -> None:
    words = shown(make_answer(status=AnswerStatus.NOT_FOUND, nearest=(make_claim(matched=()),)))
    assert "which may be about something else" in words
    assert "> Our dataset holds" in words


def test_each_paper_can_be_opened_once() -> None:
    claims = (make_claim(), make_claim(), make_claim(paper_id=PaperId("hep-th/9901001")))
    found = buttons(answer_post(make_answer(*claims), {PAPER.id: PAPER}))
    assert list(found) == ["About 2503.01234", "About hep-th/9901001"]
    assert decode(found["About 2503.01234"].action or "") == ShowPaper(PAPER.id)
    assert list(buttons(answer_post(make_answer(make_claim()), {}))) == ["About this paper"]


def test_an_answer_that_is_kept_can_be_gone_back_to_and_voted_on() -> None:
    found = buttons(answer_post(make_answer(make_claim()), {}, "token"))
    assert list(found) == ["About this paper", "Show more context", "👍", "👎"]
    assert decode(found["👎"].action or "") == VoteOn("token", is_good=False)
    nothing = make_answer(status=AnswerStatus.NOT_FOUND)
    assert list(buttons(answer_post(nothing, {}, "token"))) == ["👍", "👎"], "there is nothing to show more of"


def test_a_question_in_another_script_is_told_what_helps_without_a_model() -> None:
    unread = make_answer(status=AnswerStatus.NOT_FOUND, question="有多少个数据集？")
    assert "ask in the paper's language" in shown(unread)
    assert "Try the words that a paper would use" in shown(make_answer(status=AnswerStatus.NOT_FOUND))
    by_model = make_answer(status=AnswerStatus.NOT_FOUND, question="有多少个数据集？", engine="small-1")
    assert "ask in the paper's language" not in shown(by_model)


def test_a_quotation_of_a_withdrawn_paper_says_so() -> None:
    gone = make_paper(title="A Big Dataset", withdrawn_at=BASE)
    words = read(answer_post(make_answer(make_claim()), {PAPER.id: gone}))
    assert "· Abstract · Withdrawn by its authors on 14 March 2025" in words
