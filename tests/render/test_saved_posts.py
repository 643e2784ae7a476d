"""What is said of saved papers: of one, of all, and where there are news."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.pages import SavedPage
from bot.render import actions
from bot.render.actions import SavePaper, ShowSaved, UnsavePaper
from bot.render.limits import measure
from bot.render.saved import news_of_saved, saved, saved_page, unsaved
from storage.records import Paper
from tests.builders import BASE, make_change, make_id, make_paper, make_papers
from tests.render.hostile import changes_of, hostile_shelves, long_text
from tests.render.reading import acts, read

PAPER = make_paper(title="Learning to Read")
LATER = BASE + timedelta(days=7)


def make_page(*papers: Paper, **facts: Any) -> SavedPage:
    defaults: dict[str, Any] = {
        "query": "",
        "token": None,
        "papers": tuple((paper, BASE) for paper in papers),
        "changes": (),
        "total": len(papers),
        "saved": len(papers),
        "offset": 0,
        "limit": 5,
    }
    return SavedPage(**(defaults | facts))


def test_a_receipt_says_what_comes_of_it_and_takes_it_back() -> None:
    post = saved(PAPER, BASE, anew=True)
    assert read(post) == (
        "### Saved\n[Learning to Read](https://arxiv.org/abs/2503.01234)\n\n"
        "When it is withdrawn or a new version comes out, I write to you once."
    )
    assert acts(post) == {"Unsave": UnsavePaper(PAPER.id), "Your saved papers": actions.SavedPage(0)}


def test_what_was_saved_before_says_since_when() -> None:
    assert read(saved(PAPER, BASE, anew=False)).startswith("### Saved already, on 14 March 2025\n")


def test_what_was_taken_out_can_be_saved_again() -> None:
    post = unsaved(PAPER)
    assert "not among your saved papers any more, and I tell you no news of it." in read(post)
    assert acts(post)["Save"] == SavePaper(PAPER.id)


def test_a_page_says_of_each_when_it_was_saved_and_what_became_of_it_since() -> None:
    withdrawn = replace(make_paper(make_id(1)), withdrawn_at=LATER)
    post = saved_page(make_page(PAPER, withdrawn, changes=(make_change(at=LATER, version=3),)))
    words = read(post)
    assert words.startswith("### Your saved papers\n")
    assert "**[Learning to Read](https://arxiv.org/abs/2503.01234)**\n**Version 3 is out (21 March 2025)**" in words
    assert "**Withdrawn by its authors on 21 March 2025**" in words
    assert words.count("-# saved on 14 March 2025") == 2
    assert words.endswith("-# 1–2 of 2 · last saved first")


def test_pages_remember_the_query() -> None:
    post = saved_page(make_page(*make_papers(5), query="test", token="tok", total=12, saved=20, offset=5))
    assert read(post).startswith("### Your saved papers: “test”\n")
    found = acts(post)
    assert (found["Previous"], found["Next"]) == (actions.SavedPage(0, "tok"), actions.SavedPage(10, "tok"))


def test_an_empty_list_says_how_to_fill_it_and_one_without_a_match_how_large_it_is() -> None:
    assert "Press Save on a paper’s card, or type `/papers save" in read(saved_page(make_page()))
    assert "None of the 3 papers that you saved matches." in read(saved_page(make_page(query="zeolite", saved=3)))


def test_past_the_end_the_way_back_is_shown() -> None:
    post = saved_page(make_page(total=4, saved=4, offset=5))
    assert "it has 4 papers." in read(post)
    assert acts(post) == {"First page": actions.SavedPage(0)}


def test_news_of_one_say_why_they_come_and_how_to_stop_them() -> None:
    post = news_of_saved([PAPER], {PAPER.id: "Version 2 is out (20 March 2025)"}, "a-token")
    words = read(post)
    assert words.startswith("## News of a paper that you saved\n")
    assert "**Version 2 is out (20 March 2025)**" in words
    assert "I tell you because you saved it. To hear no more of it, take it out of your saved papers: " in words
    assert words.endswith(f"`/papers unsave {PAPER.id}`")
    assert acts(post)["Your saved papers"] == ShowSaved("a-token")
    assert acts(post)["Unsave"] == UnsavePaper(PAPER.id)


def test_of_a_withdrawal_it_is_said_what_that_means() -> None:
    gone = replace(PAPER, withdrawn_at=LATER)
    assert "no longer stand by it" in read(news_of_saved([gone], {gone.id: "Withdrawn"}, "a-token"))


def test_news_of_many_name_ten_and_count_the_rest() -> None:
    papers = make_papers(12)
    post = news_of_saved(papers, {paper.id: "Version 2 is out" for paper in papers}, "a-token")
    words = read(post)
    assert words.startswith("## News of 12 papers that you saved\n")
    assert words.count("Version 2 is out") == 10
    assert "and 2 more; all of yours: `/papers saved`" in words
    assert "Unsave" not in acts(post)


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(papers=hostile_shelves(12), query=long_text(500), news=long_text(300), squeeze=st.integers(0, 2), data=st.data())
def test_whatever_was_saved_fits(
    papers: tuple[Paper, ...], query: str, news: str, squeeze: int, data: st.DataObject
) -> None:
    page = make_page(*papers, query=query, token="tok", changes=tuple(data.draw(changes_of(papers))), total=99)
    posts = [saved_page(page), *(post for one in papers[:1] for post in (saved(one, BASE, anew=True), unsaved(one)))]
    if papers:
        posts.append(news_of_saved(papers, {one.id: news for one in papers}, "x" * 25, squeeze=squeeze))
    assert [measure(post).problems for post in posts] == [()] * len(posts)
