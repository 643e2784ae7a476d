"""Did you mean."""

from pathlib import Path

import pytest

from storage.search_index import SearchIndex
from storage.search_index.spelling import edit_distance
from storage.store import Store
from tests.builders import make_paper, make_papers, sighting_of


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("difusion", "diffusion"),
        ("diffusoin modle", "diffusion model"),
        ('"difusion models"', '"diffusion models"'),
        ("author:hintn difusion", "author:hinton diffusion"),
        ("difusion OR -langage since:7d", "diffusion OR -language since:7d"),
        ("fine-tunning", "fine-tuning"),
        ("cat:cs.LGG diffusion", "cat:cs.LG diffusion"),
        ("diffusion", None),
        ("qwertyuiop", None),
        ("dif*", None),
        ("id:2503.99999", None),
    ],
)
async def test_unknown_words_are_replaced_by_near_ones_that_papers_hold(
    tmp_path: Path, store: Store, text: str, better: str | None
) -> None:
    paper = make_paper(title="Diffusion models", abstract="Fine-tuning a language model.", authors=("Geoffrey Hinton",))
    async with store.write() as tx:
        await tx.papers.save([paper], [sighting_of(paper)])
    index = SearchIndex.open(tmp_path / "index")
    await index.catch_up(store)
    assert await index.suggest(text) == better


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("abc", "abc", 0),
        ("abc", "ab", 1),
        ("abc", "acb", 1),
        ("abc", "xbc", 1),
        ("kitten", "sitting", 3),
        ("ab", "wxyz", 3),
    ],
)
def test_the_distance_of_two_words_counts_edits_up_to_a_bound(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other, 2) == distance


async def test_a_slip_that_one_author_made_too_is_still_a_slip(tmp_path: Path, store: Store) -> None:
    papers = [make_paper("2503.09999", title="Diffusion modles"), *make_papers(60, title="Diffusion models")]
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper) for paper in papers])
    index = SearchIndex.open(tmp_path / "index")
    await index.catch_up(store)
    assert await index.suggest("modles nosuchword") == "models nosuchword"
