"""Vectors are made bit by bit, the newest papers first, and bring what words found into a better order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.pages import Engine
from bot.ports import Resources
from bot.services import meaning, search
from storage.records import Paper, PaperId
from tests.builders import DAY, make_id, make_paper
from tests.services.meanings import FakeEmbedder
from tests.services.seeding import keep

OLD = DAY - timedelta(days=30)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def r(r: Resources, embedder: FakeEmbedder) -> Resources:
    return replace(r, embedder=embedder)


def about(number: int, text: str, **facts: object) -> Paper:
    return make_paper(make_id(number), title=f"Study {number}", abstract=text, **facts)


async def vectors(r: Resources, *numbers: int) -> dict[PaperId, bytes]:
    assert r.embedder is not None
    async with r.store.read() as tx:
        return await tx.vectors.of(r.embedder.name, [make_id(number) for number in numbers])


class TestMaking:
    async def test_each_paper_gets_one_and_nothing_is_made_twice(self, r: Resources, embedder: FakeEmbedder) -> None:
        await keep(r, *(about(number, "A car.") for number in range(1, 41)))
        assert await meaning.behind(r) == 40
        assert await meaning.catch_up(r) == 40
        assert len(await vectors(r, *range(1, 41))) == 40
        assert await meaning.behind(r) == 0
        assert await meaning.catch_up(r) == 0
        assert len(embedder.read) == 40

    async def test_the_newest_days_come_before_what_was_kept_earlier(
        self, r: Resources, embedder: FakeEmbedder
    ) -> None:
        await keep(r, *(about(number, "An old car.", daily_on=OLD) for number in range(1, 31)))
        await keep(r, about(31, "A new car."))
        await meaning.catch_up(r)
        assert embedder.read[0] == "Study 31. A new car."
        assert len(embedder.read) == 31

    async def test_only_another_text_makes_another_vector(self, r: Resources, embedder: FakeEmbedder) -> None:
        await keep(r, about(1, "A car.", upvotes=1), about(2, "A car.", upvotes=1))
        await meaning.catch_up(r)
        before = await vectors(r, 1, 2)
        await keep(r, about(1, "A car.", upvotes=99), about(2, "A protein.", upvotes=1))
        assert await meaning.catch_up(r) == 1
        after = await vectors(r, 1, 2)
        assert after[make_id(1)] == before[make_id(1)]
        assert after[make_id(2)] != before[make_id(2)]

    async def test_another_model_makes_all_of_them_anew(self, r: Resources, embedder: FakeEmbedder) -> None:
        await keep(r, *(about(number, "A car.") for number in (1, 2, 3)))
        await meaning.catch_up(r)
        embedder.name = "concepts/2"
        assert await vectors(r, 1, 2, 3) == {}
        assert await meaning.catch_up(r) == 3
        assert len(await vectors(r, 1, 2, 3)) == 3

    async def test_it_goes_on_where_it_was_stopped(self, r: Resources, embedder: FakeEmbedder) -> None:
        await keep(r, *(about(number, "A car.", daily_on=OLD) for number in range(1, 101)), about(101, "Music."))
        made = await meaning.catch_up(r, within=timedelta())
        assert made < 101
        assert made + await meaning.catch_up(r) == 101
        assert len(embedder.read) == 101

    async def test_progress_tells_of_every_paper_that_was_looked_at(self, r: Resources) -> None:
        await keep(r, *(about(number, "A car.") for number in range(1, 41)))
        told: list[int] = []
        await meaning.catch_up(r, progress=told.append)
        assert told[-1] == 40
        assert told == sorted(told)

    async def test_without_an_embedder_there_is_nothing_to_do(self, r: Resources) -> None:
        r = replace(r, embedder=None)
        await keep(r, about(1, "A car."))
        assert (await meaning.catch_up(r), await meaning.behind(r)) == (0, 0)


class TestSearching:
    @pytest.fixture
    async def cars(self, r: Resources) -> None:
        """The second shares a word with the query, and so does the first; only the first is about the same."""
        await keep(
            r,
            about(1, "How to steer a vehicle. Its driver looks ahead, and steers the automobile along a long road."),
            about(2, "How music and melody help an enzyme. A driver of protein folding."),
            about(3, "A protein without any of it."),
        )

    @pytest.mark.usefixtures("cars")
    async def test_what_is_near_in_meaning_comes_before_what_only_shares_the_word(self, r: Resources) -> None:
        by_words = await search.search(replace(r, embedder=None), "driver")
        assert [found.paper.id for found in by_words.results] == [make_id(2), make_id(1)]
        assert by_words.engine is Engine.WORDS
        await meaning.catch_up(r)
        page = await search.search(r, "driver")
        assert [found.paper.id for found in page.results] == [make_id(1), make_id(2)]
        assert page.engine is Engine.HYBRID
        assert page.results[0].score > page.results[1].score
        assert page.total == 2

    @pytest.mark.usefixtures("cars")
    async def test_before_any_vector_is_made_words_decide_and_no_query_is_read(
        self, r: Resources, embedder: FakeEmbedder
    ) -> None:
        page = await search.search(r, "driver")
        assert page.engine is Engine.WORDS
        assert embedder.read == []

    @pytest.mark.usefixtures("cars")
    @pytest.mark.parametrize("sort", ["new", "top"])
    async def test_another_order_than_relevance_is_left_as_it_is(self, r: Resources, sort: str) -> None:
        await meaning.catch_up(r)
        page = await search.search(r, "driver", sort=sort)  # type: ignore[arg-type]  # one of them
        assert page.engine is Engine.WORDS

    @pytest.mark.usefixtures("cars")
    async def test_a_query_of_filters_has_no_meaning(self, r: Resources) -> None:
        await meaning.catch_up(r)
        assert (await search.search(r, "author:lovelace")).engine is Engine.WORDS

    @pytest.mark.usefixtures("cars")
    async def test_a_model_that_breaks_leaves_the_search_to_words(self, r: Resources, embedder: FakeEmbedder) -> None:
        await meaning.catch_up(r)
        embedder.broken = True
        page = await search.search(r, "driver")
        assert [found.paper.id for found in page.results] == [make_id(2), make_id(1)]
        assert page.engine is Engine.WORDS

    async def test_pages_are_together_the_whole_list(self, r: Resources) -> None:
        words = ("a car", "a protein", "a melody", "to steer", "nothing")
        await keep(r, *(about(number, f"The driver of {words[number % 5]}.") for number in range(1, 151)))
        await meaning.catch_up(r)
        whole = await search.search(r, "driver", limit=100)
        ids = [found.paper.id for found in whole.results]
        rest = await search.search(r, "driver", limit=100, offset=100)
        ids += [found.paper.id for found in rest.results]
        assert len(set(ids)) == 150
        for offset in (0, 30, 90, 98, 120):
            page = await search.search(r, "driver", limit=15, offset=offset)
            assert [found.paper.id for found in page.results] == ids[offset : offset + 15]
