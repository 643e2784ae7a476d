"""What comes first: the title that was asked for, then what tells most, with a little for new and upvoted papers."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import tantivy

from bot.core.parse_query import parse_query
from storage.records import Paper
from storage.search_index import Hits, SearchIndex, SearchSort, pages
from storage.search_index.opening import opened
from storage.search_index.translate import titled, translate
from storage.store import Store
from tests.builders import make_paper, sighting_of

TODAY = date(2025, 3, 14)


@pytest.fixture
async def index(tmp_path: Path, store: Store) -> SearchIndex:
    return SearchIndex.open(tmp_path / "index")


class Counting:
    """A searcher, and how many papers each search of it was to give."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self.limits: list[int] = []

    def search(self, wanted: tantivy.Query, limit: int, *, count: bool = True) -> tantivy.SearchResult:
        self.limits.append(limit)
        return self._searcher.search(wanted, limit=limit, count=count)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._searcher, name)


async def fill(store: Store, index: SearchIndex, papers: Iterable[Paper]) -> None:
    papers = tuple(papers)
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper) for paper in papers])
    await index.catch_up(store)


async def search(
    index: SearchIndex, query: str, *, sort: SearchSort = "relevance", limit: int = 9, at: int = 0
) -> Hits:
    return await index.search(parse_query(query), limit=limit, offset=at, sort=sort, today=TODAY)


async def found(index: SearchIndex, query: str, *, sort: SearchSort = "relevance") -> list[str]:
    return [hit.paper_id for hit in (await search(index, query, sort=sort)).hits]


async def test_a_word_in_the_title_counts_more_than_one_in_the_abstract(index: SearchIndex, store: Store) -> None:
    other = "Nothing of the kind is said in this place at all"
    await fill(
        store,
        index,
        [
            make_paper("2503.00001", title=other, abstract="We mention diffusion once."),
            make_paper("2503.00002", title="Diffusion in practice and in theory", abstract=other),
            make_paper("2503.00003", title=other, abstract=other),
        ],
    )
    assert await found(index, "diffusion") == ["2503.00002", "2503.00001"]


async def test_what_is_newer_or_upvoted_gains_a_little_and_only_in_the_order_by_relevance(
    index: SearchIndex, store: Store
) -> None:
    old, new = datetime(2005, 3, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=UTC)
    await fill(
        store,
        index,
        [
            make_paper("2503.00001", title="Diffusion", abstract="It is old.", published_at=old, upvotes=0),
            make_paper("2503.00002", title="Diffusion", abstract="It is new, or so.", published_at=new, upvotes=0),
            make_paper("2503.00003", title="Diffusion", abstract="It is old, or so.", published_at=old, upvotes=900),
            make_paper("2503.00004", title="Music", abstract="No diffusion.", published_at=new, upvotes=900),
        ],
    )
    assert await found(index, "diffusion") == ["2503.00002", "2503.00003", "2503.00001", "2503.00004"]
    assert await found(index, "diffusion", sort="match") == ["2503.00001", "2503.00002", "2503.00003", "2503.00004"]


@pytest.mark.parametrize("sort", ["relevance", "match"])
@pytest.mark.parametrize("query", ["Folding: the folding of a protein", '"folding the folding of a protein"'])
async def test_the_paper_with_exactly_that_title_comes_first(
    index: SearchIndex, store: Store, sort: SearchSort, query: str
) -> None:
    title = "Folding: the folding of a protein"
    await fill(
        store,
        index,
        [
            make_paper("2503.00001", title=title, abstract="Nothing more. " * 50, upvotes=0),
            make_paper("2503.00002", title=f"{title} and {title}", abstract=f"{title}. " * 3, upvotes=5000),
            make_paper("2503.00003", title=f"On {title}", upvotes=5000),
        ],
    )
    hits = await search(index, query, sort=sort, limit=2)
    assert (hits.hits[0].paper_id, hits.hits[0].titled, hits.total) == ("2503.00001", True, 3)
    rest = await search(index, query, sort=sort, limit=2, at=2)
    assert {hit.paper_id for hit in (*hits.hits, *rest.hits)} == {f"2503.0000{number}" for number in (1, 2, 3)}


async def test_a_page_full_of_whole_titles_only_counts_the_others(
    index: SearchIndex, store: Store, tmp_path: Path
) -> None:
    """Three million papers with a common word were ranked to show none of them."""
    those = [make_paper(f"2503.{number:05}", title="Diffusion") for number in range(3)]
    others = [make_paper(f"2504.{number:05}", title=f"Diffusion and {number}") for number in range(9)]
    await fill(store, index, [*those, *others])
    asked = opened(tmp_path / "index")
    query = parse_query("diffusion")
    whole_title = titled(query, asked.schema)
    assert whole_title is not None
    searcher = Counting(asked.searcher())
    wanted = translate(query, asked.schema, TODAY)
    hits = pages.titled_first(searcher, wanted, whole_title, 3, 0, weighed=True)  # type: ignore[arg-type]  # all that is used of one
    assert (hits.total, len(hits.hits)) == (12, 3)
    assert searcher.limits == [pages.MOST_COUNTED, pages.WEIGHED + 1, 1]


@pytest.mark.parametrize("most_counted", [2, 1_000])
@pytest.mark.parametrize("sort", ["relevance", "match"])
async def test_pages_fit_together_where_several_have_the_whole_title(
    index: SearchIndex, store: Store, monkeypatch: pytest.MonkeyPatch, sort: SearchSort, most_counted: int
) -> None:
    those = [make_paper(f"2503.{number:05}", title="Diffusion", upvotes=number) for number in range(5)]
    others = [make_paper(f"2504.{number:05}", title=f"Diffusion {'more ' * (number // 4)}on") for number in range(16)]
    await fill(store, index, [*those, *others])
    monkeypatch.setattr(pages, "WEIGHED", 3)
    monkeypatch.setattr(pages, "MOST_COUNTED", most_counted)
    whole = await search(index, "diffusion", sort=sort, limit=30)
    assert {hit.paper_id for hit in whole.hits if hit.titled} == {paper.id for paper in those}
    assert (len({hit.paper_id for hit in whole.hits}), whole.total) == (21, min(21, most_counted))
    assert [hit.titled for hit in whole.hits] == [True] * 5 + [False] * 16
    paged = [await search(index, "diffusion", sort=sort, limit=4, at=at) for at in range(0, 21, 4)]
    assert tuple(hit for page in paged for hit in page.hits) == whole.hits


async def test_words_count_alike_wherever_they_stand_in_the_abstract_and_keywords(
    index: SearchIndex, store: Store
) -> None:
    """A sum over fields would put the paper first that says the same word in both."""
    other = "Nothing of the kind is said here at all"
    await fill(
        store,
        index,
        [
            make_paper("2503.00001", title=other, abstract="Folding.", keywords=("folding",), upvotes=0),
            make_paper("2503.00002", title=other, abstract="Folding.", keywords=("protein",), upvotes=0),
        ],
    )
    assert await found(index, "folding OR protein") == ["2503.00002", "2503.00001"]


@pytest.mark.parametrize("weighed", [1, 3, 10, 23, 24])
async def test_only_the_best_by_their_words_are_weighed_and_pages_fit_together_at_any_border(
    index: SearchIndex, store: Store, monkeypatch: pytest.MonkeyPatch, weighed: int
) -> None:
    papers = [
        make_paper(
            f"2503.{number:05}",
            title=f"Diffusion today{' and more' * (number // 4)}",  # at least four are equally good
            upvotes=number * 7 % 24,
            authors=(),
        )
        for number in range(24)
    ]
    await fill(store, index, papers)
    monkeypatch.setattr(pages, "WEIGHED", weighed)
    by_words = (await search(index, "diffusion", sort="match", limit=24)).hits
    whole = (await search(index, "diffusion", limit=24)).hits
    assert [hit.score for hit in whole] == sorted((hit.score for hit in whole), reverse=True)
    # Whoever is as good as the first one behind the border waits with it.
    least = by_words[weighed].score if weighed < len(by_words) else 0.0
    settled = sum(hit.score > least for hit in by_words)
    assert {hit.paper_id for hit in whole[:settled]} == {hit.paper_id for hit in by_words[:settled]}
    assert whole[settled:] == by_words[settled:]
    for size in (1, 5, 7):
        paged = [await search(index, "diffusion", limit=size, at=at) for at in range(0, 24, size)]
        assert [hit for page in paged for hit in page.hits] == list(whole)
        assert {page.total for page in paged} == {24}
