"""The words that begin with what is typed, the most usual first."""

from pathlib import Path

import pytest

from storage.query import Field
from storage.search_index import SearchIndex
from storage.store import Store
from tests.builders import make_id, make_paper, sighting_of

PAPERS = (
    make_paper(make_id(1), title="Diffusion models for fine-tuning", categories=("cs.LG",), organization="DeepMind"),
    make_paper(make_id(2), title="Diffusion of heat", authors=("Geoffrey E. Hinton",), categories=("cs.LG", "cs.CL")),
    make_paper(make_id(3), title="Different models", abstract="Diffraction.", authors=("Geoffrey Hinton", "A. Hill")),
    make_paper(make_id(4), title="A diffusion | 机器 C++", authors=("Jean-Pierre Serre",), categories=("hep-th",)),
)


@pytest.fixture
async def index(tmp_path: Path, store: Store) -> SearchIndex:
    async with store.write() as tx:
        await tx.papers.save(PAPERS, [sighting_of(paper) for paper in PAPERS])
    index = SearchIndex.open(tmp_path / "index")
    await index.catch_up(store)
    return index


async def test_words_names_and_categories_come_by_how_many_papers_have_them(index: SearchIndex) -> None:
    asked = {
        (None, "di"): ("diffusion", "different"),
        (Field.TITLE, "d"): ("diffusion", "different"),
        (None, "diffr"): (),
        (Field.ABSTRACT, "diffr"): ("diffraction",),
        (None, "finet"): ("finetuning",),
        (None, "机"): ("机",),
        (None, "c+"): ("c++",),
        (None, "|"): (),
        (None, ""): (),
        (Field.AUTHOR, "geoffrey_h"): ("geoffrey_hinton",),
        (Field.AUTHOR, "hi"): ("hinton", "hill"),
        (Field.AUTHOR, "jeanp"): ("jeanpierre", "jeanpierre_serre"),
        (Field.ORGANIZATION, "deep"): ("deepmind",),
        (Field.CATEGORY, "cs.l"): ("cs.LG", "cs.LO"),
        (Field.CATEGORY, "hep-t"): ("hep-th",),
        (Field.ID, "2503"): (),
    }
    found = {key: await index.beginning_with(*key, limit=10) for key in asked}
    assert found == asked
    assert await index.beginning_with(None, "di", limit=1) == ("diffusion",)


async def test_the_usual_words_of_many_papers_are_told_from_a_sample_of_them(tmp_path: Path, store: Store) -> None:
    """However large the store: with one letter typed, the dictionary of every 64th paper is walked."""
    usual, seldom = ("speech", "signal", "sparse"), ("spline",)
    papers = [make_paper(make_id(number), title=" ".join(usual[: 1 + number % 3])) for number in range(1, 900)]
    papers.append(make_paper(make_id(999), title=seldom[0]))
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper) for paper in papers])
    index = SearchIndex.open(tmp_path / "index")
    await index.catch_up(store)
    assert await index.beginning_with(None, "s", limit=3) == usual
    assert await index.beginning_with(None, "s", limit=4) == (*usual, *seldom)
    assert await index.beginning_with(None, "spl", limit=3) == seldom


async def test_what_came_since_a_beginning_was_completed_is_offered_when_it_is_typed_again(
    index: SearchIndex, store: Store
) -> None:
    assert await index.beginning_with(None, "di", limit=3) == ("diffusion", "different")
    async with store.write() as tx:
        await tx.papers.save([make_paper(make_id(5), title="Distillation")], ())
    await index.catch_up(store)
    assert await index.beginning_with(None, "di", limit=3) == ("diffusion", "different", "distillation")
