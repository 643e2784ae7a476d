"""At a terminal a list is as long as it was asked for, where Discord's limits would cut it."""

from bot.core.pages import Found, Freshness, SearchPage, Snippet, TrendingPage
from bot.core.period import Period
from bot.core.ranking import Ranked
from bot.render.paper_lines import MOST_IN_A_MESSAGE
from bot.render.post import Post, Section
from bot.render.search import search_page
from bot.render.trending import trending_page
from storage.records import Sort
from tests.builders import DAY, make_papers

PAPERS = make_papers(30)
FRESH = Freshness(papers=30)


def a_search() -> SearchPage:
    found = tuple(Found(paper=paper, score=1.0, snippet=Snippet(text=paper.abstract)) for paper in PAPERS)
    return SearchPage(
        query="test", token="token", sort="new", results=found, total=30, exact=True, offset=0, limit=30,
        did_you_mean=None, took_ms=1.0, freshness=FRESH,
    )  # fmt: skip


def a_day() -> TrendingPage:
    ranked = tuple(Ranked(paper=paper, score=1.0, reasons=()) for paper in PAPERS)
    return TrendingPage(
        period=Period.day(DAY), sort=Sort.TOP, ranked=ranked, total=30, offset=0, limit=30, freshness=FRESH
    )


def papers_of(post: Post) -> int:
    return sum(isinstance(block, Section) for block in post.blocks)


def test_a_whole_search_page_holds_every_result() -> None:
    assert papers_of(search_page(a_search(), whole=True)) == len(PAPERS)
    assert papers_of(search_page(a_search())) == MOST_IN_A_MESSAGE


def test_a_whole_trending_page_holds_every_paper() -> None:
    assert papers_of(trending_page(a_day(), whole=True)) == len(PAPERS)
    assert papers_of(trending_page(a_day())) == MOST_IN_A_MESSAGE
