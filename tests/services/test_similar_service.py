"""More like this: by shared words, and by meaning where it is known."""

from dataclasses import replace

import pytest

from bot.core.pages import Engine, SimilarPage
from bot.errors import InvalidInput, UnknownPaper
from bot.ports import Resources
from bot.services import meaning
from bot.services.similar import similar
from storage.records import Paper
from tests.builders import make_id, make_paper
from tests.services.meanings import FakeEmbedder
from tests.services.seeding import keep


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def r(r: Resources, embedder: FakeEmbedder) -> Resources:
    return replace(r, embedder=embedder)


def about(number: int, title: str, text: str) -> Paper:
    return make_paper(make_id(number), title=title, abstract=text)


@pytest.fixture
async def papers(r: Resources) -> None:
    await keep(
        r,
        about(1, "Steering a car", "We steer a car along winding mountain roads with lidar."),
        about(2, "Lidar on winding mountain roads", "Mountain roads are winding; lidar sees them."),
        about(3, "How to drive", "An automobile is a vehicle that people drive."),
        about(4, "Enzymes", "A protein folds."),
        *(about(number, "Melody", "Music of all kinds.") for number in range(5, 12)),
    )


def numbers(page: SimilarPage) -> list[int]:
    return [int(found.paper.id[-5:]) for found in page.results]


@pytest.mark.usefixtures("papers")
class TestByWords:
    async def test_those_that_share_its_telling_words_come_first_and_itself_never(self, r: Resources) -> None:
        page = await similar(replace(r, embedder=None), make_id(1))
        assert numbers(page) == [2]
        assert page.paper.id == make_id(1)
        assert page.engine is Engine.WORDS

    async def test_it_is_named_as_anywhere_else(self, r: Resources) -> None:
        page = await similar(r, f"https://arxiv.org/pdf/{make_id(1)}v2")
        assert page.paper.id == make_id(1)
        with pytest.raises(UnknownPaper):
            await similar(r, "2503.09999")
        with pytest.raises(InvalidInput):
            await similar(r, "no paper at all")
        with pytest.raises(InvalidInput):
            await similar(r, make_id(1), limit=0)


@pytest.mark.usefixtures("papers")
class TestByMeaningToo:
    async def test_one_without_a_common_word_is_found(self, r: Resources) -> None:
        await meaning.catch_up(r)
        page = await similar(r, make_id(1))
        assert set(numbers(page)[:2]) == {2, 3}
        assert 1 not in numbers(page)
        assert page.engine is Engine.HYBRID

    async def test_a_paper_that_was_not_read_yet_is_read_at_once(self, r: Resources) -> None:
        await meaning.catch_up(r)
        await keep(r, about(20, "Vehicles", "A vehicle to drive."))
        page = await similar(r, make_id(20))
        assert numbers(page)[:2] == [3, 1]

    async def test_what_was_read_since_is_found_too(self, r: Resources) -> None:
        await meaning.catch_up(r)
        await similar(r, make_id(1))
        await keep(r, about(20, "Vehicles", "A vehicle to drive."))
        await meaning.catch_up(r)
        assert numbers(await similar(r, make_id(3)))[0] == 20

    async def test_pages_are_together_the_whole_list(self, r: Resources) -> None:
        await meaning.catch_up(r)
        whole = numbers(await similar(r, make_id(1), limit=50))
        assert len(whole) == 10
        paged = [await similar(r, make_id(1), limit=3, offset=offset) for offset in range(0, 12, 3)]
        assert [number for page in paged for number in numbers(page)] == whole

    async def test_a_model_that_breaks_leaves_it_to_words(self, r: Resources, embedder: FakeEmbedder) -> None:
        embedder.broken = True
        page = await similar(r, make_id(1))
        assert numbers(page) == [2]
        assert page.engine is Engine.WORDS


async def test_a_paper_that_nothing_is_like_has_an_empty_page(r: Resources) -> None:
    await keep(r, about(1, "Alone", "Nobody else says zyzzyva."))
    page = await similar(r, make_id(1))
    assert (page.results, page.total) == ((), 0)
