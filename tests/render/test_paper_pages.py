"""Pages of search results and of a period: what was found, where one is, and how to go on."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.advice import Advice
from bot.core.pages import Engine, Found, Freshness, SearchPage, SimilarPage, Snippet, TrendingPage
from bot.core.period import Period, PeriodKind
from bot.core.ranking import Ranked
from bot.render import actions
from bot.render.actions import decode
from bot.render.highlight import marked, occurrences
from bot.render.paging import span
from bot.render.post import Style
from bot.render.search import search_page, similar_page
from bot.render.trending import trending_page
from storage.records import Sort
from tests.builders import BASE, DAY, make_paper, make_papers
from tests.render.reading import buttons, read


def make_search(count: int = 5, **facts: Any) -> SearchPage:
    found = tuple(
        Found(paper=paper, score=1.0, snippet=Snippet(text="We study diffusion.", marks=((9, 18),)))
        for paper in make_papers(count, title="Diffusion", upvotes=1, published_at=BASE)
    )
    defaults: dict[str, Any] = {
        "query": "diffusion",
        "token": "tok",
        "sort": "relevance",
        "results": found,
        "total": 42,
        "exact": True,
        "offset": 0,
        "limit": 5,
        "did_you_mean": None,
        "took_ms": 3.4,
        "freshness": Freshness(papers=1234),
    }
    return SearchPage(**(defaults | facts))


def make_trending(count: int = 5, **facts: Any) -> TrendingPage:
    defaults: dict[str, Any] = {
        "period": Period.day(DAY),
        "sort": Sort.TRENDING,
        "ranked": tuple(Ranked(paper, 1.0, ("126 upvotes", "new today")) for paper in make_papers(count)),
        "total": 12,
        "offset": 0,
        "limit": 5,
        "freshness": Freshness(papers=1234),
    }
    return TrendingPage(**(defaults | facts))


def test_a_result_shows_its_title_day_upvotes_and_the_hit_in_bold() -> None:
    lines = read(search_page(make_search(1))).splitlines()
    assert lines[:5] == [
        "### Search: “diffusion”",
        "**[Diffusion](https://arxiv.org/abs/2503.00001)**",
        "-# Ada Lovelace and Emmy Noether",
        "-# 14 March 2025 · 1 upvote",
        "We study **diffusion**.",
    ]
    assert lines[-1] == "-# 1 of 42 · best match first · found in 3 ms"


@pytest.mark.parametrize(
    ("offset", "total", "exact", "words", "previous", "following"),
    [
        (0, 42, True, "1–5 of 42", None, 5),
        (5, 42, True, "6–10 of 42", 0, 10),
        (3, 42, True, "4–8 of 42", 0, 8),
        (37, 42, True, "38–42 of 42", 32, None),
        (995, 1000, False, "996–1,000 of more than 1,000", 990, 1000),
    ],
)
def test_pages_say_where_one_is_and_end_where_the_results_do(
    offset: int, total: int, exact: bool, words: str, previous: int | None, following: int | None
) -> None:
    post = search_page(make_search(offset=offset, total=total, exact=exact))
    assert words in read(post)
    for label, to in (("Previous", previous), ("Next", following)):
        button = buttons(post)[label]
        assert button.disabled == (to is None)
        if to is not None:
            assert actions.decode(button.action or "") == actions.SearchPage("tok", to, "relevance")


def test_a_single_page_has_nothing_to_turn_but_other_orders_and_a_way_to_follow() -> None:
    found = buttons(search_page(make_search(2, total=2)))
    labels = [label for label in found if not label.startswith("Details")]
    assert labels == ["Newest first", "Most upvotes first", "Follow this"]
    assert actions.decode(found["Newest first"].action or "") == actions.SearchPage("tok", 0, "new")
    assert actions.decode(found["Follow this"].action or "") == actions.FollowTopic("tok")


def test_more_results_than_fit_are_left_to_the_next_page() -> None:
    post = search_page(make_search(25, limit=25))
    assert "1–10 of 42" in read(post)
    assert actions.decode(buttons(post)["Next"].action or "") == actions.SearchPage("tok", 10, "relevance")


def test_a_paper_of_which_only_the_title_holds_what_was_asked_shows_what_it_is_about_and_no_title_twice() -> None:
    paper = make_paper(title="Diffusion", abstract="We cook. It works.")
    page = make_search(0)
    found = Found(paper=paper, score=1.0, snippet=Snippet(text="Diffusion", marks=((0, 9),), of_title=True))
    words = read(search_page(replace(page, results=(found,))))
    assert words.count("Diffusion") == 1
    assert "\nWe cook." in words


NOTHING = "I looked through 1,234 papers and none matches."


@pytest.mark.parametrize(
    ("advice", "words"),
    [
        (Advice(), NOTHING),
        (Advice(beginning="quantisa*"), f"{NOTHING} You could look for a beginning, as in `quantisa*`."),
        (
            Advice(beginning="quantisa*", phrase=True, filters=True),
            f"""{NOTHING} You could:
- leave out the quotation marks, so that the words may stand apart
- look for a beginning, as in `quantisa*`
- leave out what limits the words, as `author:`, `after:` or a `-word`""",
        ),
    ],
)
def test_nothing_found_comes_with_advice_that_fits_the_query(advice: Advice, words: str) -> None:
    assert read(search_page(make_search(0, total=0, advice=advice))).split("\n", 1)[1] == words


def test_a_misspelt_category_is_named_once_with_what_was_probably_meant() -> None:
    page = make_search(0, query="cat:cs.CLL", total=0, did_you_mean="cat:cs.CL", unknown=("cs.cll",))
    assert read(search_page(replace(page, advice=Advice(filters=True)))).split("\n")[1::2] == [
        "Did you mean **cat:cs.CL**? Try `/papers search cat:cs.CL`.",
        "arXiv has no category `cat:cs.CLL`.",
        NOTHING,
    ]


def test_an_unknown_category_comes_with_one_that_is_known() -> None:
    words = read(search_page(make_search(0, query="cat:xx.YY", total=0, unknown=("xx.yy",))))
    assert "arXiv has no category `cat:xx.YY`; one that it has is `cat:cs.CL`." in words


def test_results_of_what_was_probably_meant_say_so_and_lead_on_from_there() -> None:
    post = search_page(make_search(query="difusion", did_you_mean="diffusion", corrected=True))
    assert "### Search: “difusion”" in read(post)
    assert "Nothing matches that as it is written, so I looked for **diffusion**." in read(post)
    assert buttons(post)["Follow this"].command == "/topics follow diffusion"
    assert buttons(post)["Newest first"].command == "/papers search diffusion --sort new"


def test_an_empty_store_is_not_blamed_on_the_query() -> None:
    page = make_search(0, total=0, freshness=Freshness(papers=0, note="No source was reached yet."))
    words = read(search_page(page))
    assert "the store holds no papers" in words
    assert "No source was reached yet." in words
    assert "fewer words" not in words


def test_a_page_behind_the_end_leads_back() -> None:
    post = search_page(make_search(0, offset=50, total=42))
    assert "it has 42 results" in read(post)
    assert actions.decode(buttons(post)["First page"].action or "") == actions.SearchPage("tok", 0, "relevance")


def test_a_withdrawn_paper_is_marked_in_every_list() -> None:
    paper = make_paper(withdrawn_at=BASE)
    page = make_trending(ranked=(Ranked(paper, 1.0, ("5 upvotes",)),))
    assert "\n**Withdrawn by its authors on 14 March 2025**\n-# Ada Lovelace and Emmy Noether\n-# 5 upvotes" in read(
        trending_page(page)
    )


def test_a_period_shows_each_paper_with_its_reasons() -> None:
    words = read(trending_page(make_trending()))
    assert words.startswith("### Trending papers · Friday, 14 March 2025")
    assert words.count("-# 126 upvotes · new today") == 5
    assert words.splitlines()[-1] == "-# 1–5 of 12 · by trend"


def test_a_period_can_be_turned_and_ordered_anew() -> None:
    found = buttons(trending_page(make_trending(sort=Sort.TOP, offset=5)))
    week = Period.day(DAY)
    assert actions.decode(found["Previous"].action or "") == actions.TrendingPage(week, Sort.TOP, 0)
    assert actions.decode(found["Next"].action or "") == actions.TrendingPage(week, Sort.TOP, 10)
    assert actions.decode(found["By trend"].action or "") == actions.TrendingPage(week, Sort.TRENDING, 0)
    assert "Most upvotes first" not in found


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"period": None, "freshness": Freshness(papers=0)}, "I have not seen any papers yet"),
        ({"period": None, "freshness": Freshness(papers=3)}, "I hold 3 papers to search in, and have not seen a day's"),
        ({"total": 0}, "I know no papers of Friday, 14 March 2025"),
        ({"total": 1}, "it has 1 paper."),
        ({"total": 0, "period": Period(PeriodKind.WEEK, DAY)}, "I know no papers of week 11 of 2025"),
        ({"total": 0, "period": Period(PeriodKind.MONTH, DAY.replace(day=1))}, "I know no papers of March 2025"),
    ],
)
def test_an_empty_page_says_why(facts: dict[str, Any], words: str) -> None:
    assert words in read(trending_page(make_trending(0, **facts)))


def test_where_one_is() -> None:
    assert span(0, 1, 1) == "1 of 1"
    assert span(999, 2, 5000) == "1,000–1,001 of 5,000"


@given(
    st.text("ab \n深é", max_size=60),
    st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=8),
    st.integers(0, 80),
)
def test_marks_change_no_word_whatever_they_are(text: str, marks: list[tuple[int, int]], limit: int) -> None:
    spans = marked(text, marks, limit)
    joined = "".join(span.text for span in spans)
    assert len(joined) <= limit
    assert joined.removesuffix("…") == text[: len(joined.removesuffix("…"))]
    bold = "".join(span.text for span in spans if span.style is Style.STRONG)
    assert "…" not in bold
    if len(text) <= limit:
        inside = {at for start, end in marks for at in range(max(start, 0), min(end, len(text)))}
        assert len(bold) == len(inside)


def test_words_are_found_in_whatever_form_they_stand() -> None:
    text = "A dataset of datasets; the Data set is new."
    found = [text[start:end] for start, end in occurrences(["Datasets"], text)]
    assert found[:2] == ["dataset", "datasets"]
    assert occurrences([" ", ""], text) == ()


def make_similar(count: int = 3, **facts: Any) -> SimilarPage:
    search = make_search(count)
    defaults: dict[str, Any] = {
        "paper": make_paper(title="Diffusion of *stars*"),
        "results": search.results,
        "total": count,
        "offset": 0,
        "limit": 5,
        "took_ms": 3.4,
        "freshness": search.freshness,
    }
    return SimilarPage(**(defaults | facts))


def test_what_holds_only_part_stands_behind_the_matches_and_is_not_counted() -> None:
    page = make_search(3, total=1)
    first, *others = page.results
    page = replace(page, results=(first, *(replace(found, partly=True) for found in others)))
    shown = read(search_page(page))
    before, _, behind = shown.partition("No other paper holds all of it. These come closest.")
    assert (before.count("Diffusion"), behind.count("Diffusion")) == (1, 2)
    assert "1 of 1 · best match first" in behind
    assert "These come closest" not in read(search_page(make_search(1, total=1)))


def test_papers_like_one_stand_below_its_title_with_what_they_share_in_bold() -> None:
    lines = read(similar_page(make_similar(engine=Engine.HYBRID))).splitlines()
    assert lines[0] == "### Like “Diffusion of \\*stars\\*”"
    assert any("**diffusion**" in line for line in lines)
    assert "-# 1–3 of 3 · nearest in words and meaning first · found in 3 ms" in lines
    assert "Next" not in buttons(similar_page(make_similar()))


def test_pages_of_papers_like_one_are_turned() -> None:
    first, last = make_similar(5, total=8), make_similar(3, total=8, offset=5)
    assert decode(buttons(similar_page(first))["Next"].action or "") == actions.SimilarPage(first.paper.id, 5)
    assert buttons(similar_page(first))["Previous"].disabled
    assert decode(buttons(similar_page(last))["Previous"].action or "") == actions.SimilarPage(first.paper.id, 0)
    assert buttons(similar_page(last))["Next"].disabled


def test_a_paper_that_nothing_is_like_says_so() -> None:
    assert "no other paper that is like this one" in read(similar_page(make_similar(0)))
    assert "ends before this page" in read(similar_page(make_similar(0, total=3, offset=5)))


def test_matches_of_a_part_are_said_to_be_so() -> None:
    assert "No paper holds all of it. These come closest." in read(search_page(make_search(partial=True)))
    assert "No paper holds all of it" not in read(search_page(make_search()))
