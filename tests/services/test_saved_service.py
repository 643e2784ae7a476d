"""Saving papers, taking them out, and finding them again; each person for themselves."""

import pytest

from bot.errors import InvalidInput, QuerySyntaxError, UnknownPaper
from bot.ports import Resources
from bot.services import saved
from tests.builders import BASE, PERSON_ID, FakeClock, make_id, make_paper, make_papers
from tests.services.seeding import keep_unindexed

SOMEBODY_ELSE = PERSON_ID + 1


@pytest.fixture
async def r(r: Resources) -> Resources:
    await keep_unindexed(r, *make_papers(7), make_paper(make_id(8), title="Zeolites"))
    return r


async def save(r: Resources, clock: FakeClock, *numbers: int) -> None:
    """One after the other, a minute apart."""
    for number in numbers:
        await saved.save(r, PERSON_ID, make_id(number))
        clock.advance(minutes=1)


async def ids(r: Resources, text: str = "", **page: int) -> list[str]:
    return [paper.id for paper, _ in (await saved.page(r, PERSON_ID, text, **page)).papers]


@pytest.mark.parametrize("named", [make_id(1), f"https://arxiv.org/abs/{make_id(1)}v2", f"arXiv:{make_id(1)}"])
async def test_a_paper_is_saved_however_it_is_named(r: Resources, named: str) -> None:
    done = await saved.save(r, PERSON_ID, named)
    assert (done.paper.id, done.saved_at, done.anew) == (make_id(1), BASE, True)
    assert await saved.since(r, PERSON_ID, done.paper) == BASE
    assert await saved.since(r, SOMEBODY_ELSE, done.paper) is None


async def test_saved_twice_it_stays_saved_since_the_first_time(r: Resources, clock: FakeClock) -> None:
    await save(r, clock, 1)
    done = await saved.save(r, PERSON_ID, make_id(1))
    assert (done.saved_at, done.anew) == (BASE, False)


async def test_what_is_not_here_cannot_be_saved_and_what_is_not_saved_not_taken_out(r: Resources) -> None:
    with pytest.raises(UnknownPaper):
        await saved.save(r, PERSON_ID, "2503.99999")
    with pytest.raises(InvalidInput, match=f"not saved {make_id(1)}.*/papers saved"):
        await saved.unsave(r, PERSON_ID, make_id(1))


async def test_what_was_taken_out_is_gone(r: Resources, clock: FakeClock) -> None:
    await save(r, clock, 1, 2)
    assert (await saved.unsave(r, PERSON_ID, make_id(1))).id == make_id(1)
    assert await ids(r) == [make_id(2)]


async def test_there_is_room_for_so_many_and_a_full_shelf_says_how_to_make_some(
    r: Resources, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "MOST_SAVED", 2)
    await save(r, clock, 1, 2)
    with pytest.raises(InvalidInput, match=r"You have saved 2 papers.*/papers unsave"):
        await saved.save(r, PERSON_ID, make_id(3))
    assert not (await saved.save(r, PERSON_ID, make_id(2))).anew
    await saved.unsave(r, PERSON_ID, make_id(1))
    await save(r, clock, 3)
    assert [paper.id for paper in await saved.mine(r, PERSON_ID)] == [make_id(3), make_id(2)]


async def test_pages_hold_the_last_saved_first(r: Resources, clock: FakeClock) -> None:
    await save(r, clock, 3, 1, 2)
    first = await saved.page(r, PERSON_ID, limit=2)
    assert [paper.id for paper, _ in first.papers] == [make_id(2), make_id(1)]
    assert (first.total, first.saved, first.query, first.token) == (3, 3, "", None)
    again = await saved.page_again(r, PERSON_ID, None, limit=2, offset=2)
    assert [paper.id for paper, _ in again.papers] == [make_id(3)]


async def test_a_query_narrows_them_on_every_page(r: Resources, clock: FakeClock) -> None:
    await save(r, clock, 1, 8, 2, 3)
    assert await ids(r, "zeolite") == [make_id(8)]
    first = await saved.page(r, PERSON_ID, "paper -zeolites", limit=2)
    assert (first.total, first.saved) == (3, 4)
    second = await saved.page_again(r, PERSON_ID, first.token, limit=2, offset=2)
    assert [paper.id for paper, _ in second.papers] == [make_id(1)]
    assert second.query == "paper -zeolites"


async def test_a_query_that_cannot_be_read_or_is_forgotten_says_so(r: Resources) -> None:
    with pytest.raises(QuerySyntaxError):
        await saved.page(r, PERSON_ID, '"open')
    with pytest.raises(InvalidInput, match="not remembered any more"):
        await saved.page_again(r, PERSON_ID, "unknown", limit=5, offset=5)


async def test_only_what_happened_since_a_paper_was_saved_is_news_of_it(r: Resources, clock: FakeClock) -> None:
    await keep_unindexed(r, *make_papers(2, version=1))
    clock.advance(minutes=1)
    await keep_unindexed(r, *make_papers(1, version=2))
    clock.advance(minutes=1)
    await save(r, clock, 1, 2)
    await keep_unindexed(r, *make_papers(2, version=3))
    changes = (await saved.page(r, PERSON_ID)).changes
    assert sorted((one.paper_id, one.version) for one in changes) == [(make_id(1), 3), (make_id(2), 3)]
