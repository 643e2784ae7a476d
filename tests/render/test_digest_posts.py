"""What arrives by itself reads well, carries its marker and says why it is as it is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.core.pages import Freshness
from bot.render.actions import ShowPaper, TrendingPage, Why, decode
from bot.render.digest import channel_digest, topic_digest
from bot.render.limits import measure
from bot.render.markdown import Side, layout
from bot.render.why import why
from storage.records import Destination, DestinationKind, PaperId, Sort
from tests.builders import make_delivery, make_key, make_paper, make_papers, make_setup
from tests.render.hostile import DEAREST
from tests.render.reading import buttons, read

FRESH = Freshness(papers=100)
TUESDAY = date(2026, 11, 24)
PERSON = make_key(destination=Destination(kind=DestinationKind.PERSON, id=7), local_date=TUESDAY)


def test_a_digest_reads_like_a_page_of_a_magazine() -> None:
    paper = make_paper(
        title="Learning to Read",
        authors=("Ada", "Emmy", "Mary", *(f"N{n}" for n in range(12))),
        organization="A Lab",
        summary="Reading can be learned. By doing it.",
        daily_on=TUESDAY,
    )
    delivery = make_delivery(
        paper.id,
        key=make_key(local_date=TUESDAY),
        id=1,
        considered=50,
        left_out={"over the limit": 49},
        notes={paper.id: "126 upvotes · +38 upvotes since yesterday · code with 1.2k stars"},
    )
    assert read(channel_digest(delivery, [paper], FRESH)).splitlines() == [
        "## Trending papers · Tuesday, 24 November 2026",
        "**[Learning to Read](https://arxiv.org/abs/2503.01234)**",
        "-# Ada, Emmy, Mary and 12 more · A Lab",
        "-# 126 upvotes · +38 upvotes since yesterday · code with 1.2k stars",
        "Reading can be learned. By doing it.",
        "-# Picked 1 of 50 considered.",
    ]


def test_a_digest_of_an_older_list_says_so() -> None:
    paper = make_paper(daily_on=TUESDAY - timedelta(days=4))
    delivery = make_delivery(paper.id, key=make_key(local_date=TUESDAY), id=1)
    assert "Of Friday, 20 November 2026, the newest list that I have." in read(channel_digest(delivery, [paper], FRESH))
    recent = make_paper(daily_on=TUESDAY - timedelta(days=1))
    assert "newest list" not in read(channel_digest(delivery, [recent], FRESH))


def test_without_a_summary_the_first_sentence_of_the_abstract_stands_in() -> None:
    paper = make_paper(abstract="We study tests. They are good.", summary=None)
    post = channel_digest(make_delivery(paper.id, id=1), [paper], FRESH)
    assert read(post).splitlines()[-2] == "We study tests."


def test_its_buttons_explain_go_on_and_lead_out() -> None:
    papers = make_papers(2, daily_on=date(2026, 11, 23))
    delivery = make_delivery(*(paper.id for paper in papers), key=make_key(local_date=TUESDAY), id=1)
    found = buttons(channel_digest(delivery, papers, FRESH))
    assert decode(found["Why these?"].action or "") == Why(delivery.token)
    assert delivery.token in (found["Why these?"].action or "")
    action = decode(found["All of this day"].action or "")
    assert isinstance(action, TrendingPage)
    assert action.period.first == date(2026, 11, 23)
    assert found["Open on Hugging Face"].url == "https://huggingface.co/papers/date/2026-11-23"
    details = [decode(button.action or "") for label, button in found.items() if label.startswith("Details")]
    assert details == [ShowPaper(paper.id) for paper in papers]


def test_a_preview_keeps_its_marker_but_has_nothing_to_explain() -> None:
    paper = make_paper()
    assert buttons(channel_digest(make_delivery(paper.id), [paper], FRESH))["Why these?"].disabled
    assert not buttons(channel_digest(make_delivery(paper.id, id=1), [paper], FRESH))["Why these?"].disabled


def test_the_setup_gives_the_title_its_order_and_its_query() -> None:
    paper = make_paper()
    setup = make_setup(sort=Sort.NEW, query="diffusion", min_upvotes=5)
    words = read(channel_digest(make_delivery(paper.id, id=1), [paper], FRESH, setup=setup))
    assert words.startswith("## New papers ·")
    assert "Only papers matching “diffusion” and with 5 upvotes or more." in words


def test_stale_knowledge_and_lost_papers_are_said() -> None:
    papers = make_papers(2)
    delivery = make_delivery(*(paper.id for paper in papers), id=1)
    words = read(channel_digest(delivery, papers[:1], Freshness(papers=1, note="The last look was 3 days ago.")))
    assert "The store no longer holds 1 of them." in words
    assert "-# The last look was 3 days ago." in words


def test_an_empty_day_says_why() -> None:
    delivery = make_delivery(id=1, problem="nothing was listed: it is Saturday")
    post = channel_digest(delivery, [], FRESH)
    assert read(post) == "**No papers on Friday, 14 March 2025.** Nothing was listed: it is Saturday."
    assert decode(buttons(post)["Why none?"].action or "") == Why(delivery.token)


def test_a_topic_message_names_the_topic_and_the_words_that_matched() -> None:
    paper = make_paper()
    delivery = make_delivery(
        paper.id, key=PERSON, id=1, considered=7, notes={paper.id: "diffusion OR flow (diffusion)"}
    )
    words = read(topic_digest(delivery, [paper], FRESH))
    assert words.startswith("## Your topics · Tuesday, 24 November 2026")
    assert "-# Matches your topic: diffusion OR flow (diffusion)" in words
    assert "Picked 1 of 7 considered." in words
    assert "/topics list" in words


@pytest.mark.parametrize("dear", DEAREST)
def test_ten_papers_of_the_dearest_text_fit_and_keep_their_titles(dear: str) -> None:
    text = dear * 1000
    papers = make_papers(10, title=text, summary=text, authors=(text,) * 664, organization=text)
    delivery = make_delivery(
        *(paper.id for paper in papers), id=1, notes={paper.id: text for paper in papers}, left_out={text: 5}
    )
    for post in (
        channel_digest(delivery, papers, Freshness(papers=1, note=text), setup=make_setup(query=text, min_upvotes=9)),
        topic_digest(delivery, papers, Freshness(papers=1, note=text)),
    ):
        assert measure(post).problems == ()
        assert sum(isinstance(piece, Side) for piece in layout(post)) == 10


def test_space_is_shared_fairly_and_summaries_go_before_titles() -> None:
    title = "A title of a usual length that nobody should have to guess at, whatever else is in the message"
    long = make_papers(10, title=title, summary="So much to say. " * 60)
    papers = (replace(long[0], summary="Brief."), *long[1:])
    delivery = make_delivery(*(paper.id for paper in papers), id=1)
    pieces = [piece.markdown for piece in layout(channel_digest(delivery, papers, FRESH)) if isinstance(piece, Side)]
    assert all(title in piece for piece in pieces)
    assert pieces[0].endswith("Brief.")
    summaries = {len(piece.splitlines()[-1]) for piece in pieces[1:]}
    assert len(summaries) == 1
    assert min(summaries) > 100


def test_the_account_of_a_digest_holds_its_sums_and_reasons() -> None:
    papers = make_papers(2, title="T")
    delivery = make_delivery(
        *(paper.id for paper in papers),
        considered=50,
        left_out={"over the limit": 43, "already posted here": 5},
        notes={papers[0].id: "126 upvotes"},
    )
    words = read(why(delivery, {papers[0].id: papers[0]}, sort=Sort.TOP))
    assert "50 considered = 2 picked + 43 over the limit + 5 already posted here." in words
    assert "1. **[T](https://arxiv.org/abs/2503.00001)**: 126 upvotes" in words
    assert "2. **[arXiv 2503.00002](https://arxiv.org/abs/2503.00002)**: no reason was recorded" in words
    assert "Ordered by upvotes" in words


def test_the_account_of_an_empty_digest_holds_its_reason() -> None:
    delivery = make_delivery(considered=5, left_out={"filtered by the query": 5}, problem="5 filtered by the query")
    words = read(why(delivery, {}))
    assert "Why no papers?" in words
    assert "5 filtered by the query.\n5 considered = 0 picked + 5 filtered by the query." in words


def test_sums_that_do_not_hold_are_not_hidden() -> None:
    delivery = make_delivery("2503.00001", considered=9, left_out={"over the limit": 3})
    assert "+ 5 unaccounted for" in read(why(delivery, {PaperId("2503.00001"): make_paper()}))


def test_one_paper_of_a_digest_can_be_asked_about_alone() -> None:
    papers = {paper.id: paper for paper in make_papers(2)}
    first, second = papers
    delivery = make_delivery(first, second, notes={second: "+38 upvotes"}, considered=9, left_out={"over the limit": 7})
    words = read(why(delivery, papers, about=second))
    assert words.startswith("### Why this paper?")
    assert "9 considered = 2 picked + 7 over the limit." in words
    assert "+38 upvotes" in words
    assert papers[first].title not in words
    assert "### Why these papers?" in read(why(delivery, papers, about=PaperId("2503.00099")))


def test_an_empty_digest_says_why_it_is_empty() -> None:
    words = read(why(make_delivery(empty_because="nothing was listed yet", problem="sent late"), {}))
    assert "Nothing was listed yet." in words
