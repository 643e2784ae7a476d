"""Papers and sightings: what is kept, how it is found again, and when a paper gets a new revision."""

import asyncio
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

from storage.papers import INDEXED, Saved
from storage.records import Paper, PaperId, Said, Sighting
from storage.search_index.shape import document
from storage.store import Store
from tests.builders import BASE, DAY, make_id, make_paper, make_papers, make_sighting, sighting_of

CHANGES: dict[str, Any] = {
    "title": "Another title",
    "abstract": "Another abstract.",
    "authors": ("Emmy Noether", "Ada Lovelace"),
    "categories": ("cs.CL", "cs.LG"),
    "published_at": BASE,
    "version": 7,
    "daily_on": DAY + timedelta(days=1),
    "upvotes": 11,
    "comments": 2,
    "code_url": "https://example.org/code",
    "code_stars": 5,
    "project_url": "https://example.org",
    "organization": "Some Lab",
    "summary": "In short.",
    "keywords": ("speed",),
    "withdrawn_at": BASE,
    "citations": 12,
    "fields_of_study": ("Physics",),
}
"""One other value for every fact of a paper."""


async def save(store: Store, *papers: Paper, seen: tuple[Sighting, ...] = ()) -> Saved:
    async with store.write() as tx:
        return await tx.papers.save(papers, seen)


async def test_every_fact_of_a_paper_comes_back(each_store: Store) -> None:
    assert {"id", "said", *CHANGES} == {field.name for field in fields(Paper)}, "a new fact needs a line in CHANGES"
    said = (Said(source="arxiv", at=BASE, facts=("title",)), Said(source="huggingface", at=BASE, facts=("upvotes",)))
    full = replace(make_paper(), **CHANGES, said=said)
    bare = Paper(id=PaperId("hep-th/9901001"), title="Bare")
    await save(each_store, full, bare)
    async with each_store.read() as tx:
        found = await tx.papers.get_many([bare.id, full.id])
    assert found == {bare.id: bare, full.id: full}
    assert (found[bare.id].said, found[full.id].said) == ((), said)


async def test_the_index_is_given_all_that_it_holds_of_a_paper_and_no_more(each_store: Store) -> None:
    full = replace(make_paper(), **CHANGES)
    await save(each_store, full)
    async with each_store.read() as tx:
        [(revision, found)] = await tx.papers.indexed_since(0, 5)
        assert await tx.papers.indexed_since(revision, 5) == []
    assert document(found).to_dict() == document(full).to_dict()
    assert found == Paper(id=full.id, **{name: CHANGES[name] for name in INDEXED})


async def test_whose_word_a_fact_is_changes_without_a_new_revision(each_store: Store) -> None:
    paper = make_paper()
    await save(each_store, paper)
    said = (Said(source="arxiv", at=BASE, facts=("title",)),)
    assert await save(each_store, replace(paper, said=said)) == Saved(new=0, updated=0)
    async with each_store.read() as tx:
        found = await tx.papers.get(paper.id)
        assert (found.said if found else None, await tx.papers.revision()) == (said, 1)


async def test_what_the_index_holds_gives_a_new_revision_and_nothing_else_does(each_store: Store) -> None:
    for number, (name, value) in enumerate(CHANGES.items(), start=1):
        paper = make_paper(make_id(number))
        await save(each_store, paper)
        async with each_store.write() as tx:
            before = await tx.papers.revision()
            changed = replace(paper, **{name: value})
            assert await tx.papers.save([changed], []) == Saved(new=0, updated=1), name
            assert await tx.papers.get(paper.id) == changed, name
            assert await tx.papers.revision() == before + (name in INDEXED), name


def test_the_index_is_told_of_these_facts() -> None:
    assert set(CHANGES) - set(INDEXED) == {"version", "comments", "project_url", "citations", "fields_of_study"}


async def test_saving_the_same_again_changes_nothing(each_store: Store) -> None:
    papers = make_papers(5)
    seen = tuple(sighting_of(paper) for paper in papers)
    assert await save(each_store, *papers, seen=seen) == Saved(new=5, updated=0)
    assert await save(each_store, *papers, seen=seen) == Saved(new=0, updated=0)
    async with each_store.read() as tx:
        assert await tx.papers.revision() == 5
        assert {len(of_paper) for of_paper in (await tx.papers.sightings([p.id for p in papers])).values()} == {1}


async def test_of_a_paper_given_twice_at_once_the_last_counts(each_store: Store) -> None:
    assert await save(each_store, make_paper(upvotes=1), make_paper(upvotes=2)) == Saved(new=1, updated=0)
    async with each_store.read() as tx:
        stored = await tx.papers.get(make_paper().id)
        assert stored == make_paper(upvotes=2)


async def test_an_id_keeps_its_zeros(each_store: Store) -> None:
    ids = [PaperId(text) for text in ("2503.02130", "0704.0001", "hep-th/0001001", "2503.00000")]
    await save(each_store, *(make_paper(paper_id) for paper_id in ids))
    async with each_store.read() as tx:
        assert list(await tx.papers.get_many(ids)) == ids
        assert await tx.papers.get(PaperId("2503.2130")) is None


async def test_the_papers_whose_ids_begin_so_are_found_the_highest_first(each_store: Store) -> None:
    ids = ("2503.00001", "2503.00019", "2503.00020", "2509.00001", "2510.00001", "hep-th/9901001", "hep-th/9902001")
    await save(each_store, *(make_paper(paper_id) for paper_id in (*ids, "10.1101/2503.1")))

    async def found(beginning: str, limit: int = 9) -> list[str]:
        async with each_store.read() as tx:
            return [paper.id for paper in await tx.papers.beginning_with(beginning, limit)]

    assert await found("2503") == ["2503.00020", "2503.00019", "2503.00001"]
    assert await found("2503", 2) == ["2503.00020", "2503.00019"]
    assert await found("2503.0001") == ["2503.00019"]
    assert await found("2509") == ["2509.00001"]
    assert await found("hep-th/99") == ["hep-th/9902001", "hep-th/9901001"]
    assert await found("hep-th/9901001") == ["hep-th/9901001"]
    assert await found("2502") == await found("%") == await found("250_") == []


async def test_more_than_one_batch_is_saved_and_found(each_store: Store) -> None:
    papers = make_papers(2_345)
    assert await save(each_store, *papers) == Saved(new=2_345, updated=0)
    async with each_store.read() as tx:
        assert tuple((await tx.papers.get_many([paper.id for paper in papers])).values()) == papers
        assert await tx.papers.count() == 2_345


async def test_changes_are_read_in_pieces_without_a_gap(each_store: Store) -> None:
    await save(each_store, *make_papers(5))
    await save(each_store, make_paper(make_id(2), title="Changed"))
    seen: list[tuple[int, str]] = []
    watermark = 0
    async with each_store.read() as tx:
        while piece := await tx.papers.changed_since(watermark, 2):
            seen += [(revision, paper.id) for revision, paper in piece]
            watermark = piece[-1][0]
    assert [revision for revision, _ in seen] == [1, 3, 4, 5, 6]
    assert [paper_id for _, paper_id in seen] == [make_id(number) for number in (1, 3, 4, 5, 2)]


async def test_revisions_of_savings_at_once_never_collide(each_store: Store) -> None:
    await asyncio.gather(
        *(save(each_store, *(make_paper(make_id(n, f"24{n % 4:02}")) for n in range(40))) for _ in range(6))
    )
    async with each_store.read() as tx:
        revisions = [revision for revision, _ in await tx.papers.changed_since(0, 1_000)]
        assert await tx.papers.count() == 40
        assert revisions == sorted(set(revisions))
        assert revisions[-1] <= await tx.papers.revision()


async def test_a_paper_is_found_on_every_day_on_which_it_was_listed(each_store: Store) -> None:
    twice, once = make_papers(2)
    monday = date(2025, 3, 17)
    seen = (
        sighting_of(twice),
        make_sighting(twice.id, seen_at=BASE + timedelta(days=3), daily_on=monday),
        make_sighting(once.id, seen_at=BASE + timedelta(days=3), daily_on=monday),
        make_sighting(once.id, seen_at=BASE + timedelta(days=4), daily_on=monday),
    )
    await save(each_store, twice, once, make_paper("2503.00003"), seen=seen)
    async with each_store.read() as tx:
        assert await tx.papers.on_days(DAY, DAY) == [twice]
        assert await tx.papers.on_days(monday, monday) == [twice, once]
        assert await tx.papers.on_days(DAY, monday) == [twice, once]
        assert await tx.papers.on_days(monday + timedelta(days=1), date.max) == []
        assert await tx.papers.latest_day() == monday
        assert await tx.papers.days(10) == [(monday, 2), (DAY, 1)]
        assert await tx.papers.days(1) == [(monday, 2)]


async def test_sightings_are_a_history_oldest_first(each_store: Store) -> None:
    paper, other = make_papers(2)
    looks = [make_sighting(paper.id, seen_at=BASE + timedelta(hours=hour), upvotes=hour) for hour in (2, 0, 1)]
    unlisted = make_sighting(
        paper.id, source="arxiv", seen_at=BASE, daily_on=None, upvotes=None, comments=None, stars=3
    )
    await save(each_store, paper, other, seen=(*looks, unlisted))
    async with each_store.read() as tx:
        history = await tx.papers.sightings([paper.id, other.id, PaperId("2503.99999")])
        assert history == {paper.id: (unlisted, looks[1], looks[2], looks[0])}
        later = await tx.papers.sightings([paper.id], since=BASE + timedelta(hours=1))
        assert later == {paper.id: (looks[2], looks[0])}
        assert await tx.papers.newest_sighting() == BASE + timedelta(hours=2)


async def test_a_repeated_look_is_ignored_and_the_first_word_stays(each_store: Store) -> None:
    paper = make_paper()
    await save(each_store, paper, seen=(make_sighting(paper.id, upvotes=1),))
    await save(each_store, paper, seen=(make_sighting(paper.id, upvotes=2),))
    async with each_store.read() as tx:
        assert await tx.papers.sightings([paper.id]) == {paper.id: (make_sighting(paper.id, upvotes=1),)}


async def test_an_empty_store_answers_everything(each_store: Store) -> None:
    async with each_store.read() as tx:
        papers = tx.papers
        assert (await papers.count(), await papers.revision(), await papers.latest_day()) == (0, 0, None)
        assert (await papers.days(5), await papers.newest_sighting(), await papers.changed_since(0, 5)) == (
            [],
            None,
            [],
        )
        assert (await papers.get_many([]), await papers.sightings([]), await papers.on_days(DAY, DAY)) == ({}, {}, [])
    assert await save(each_store) == Saved(new=0, updated=0)
