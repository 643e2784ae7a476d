"""A paper's whole text is fetched once and kept; an older one is better than none."""

import asyncio
from dataclasses import replace

import pytest

from bot.ports import Resources
from bot.services import reading
from storage.fulltext import FullText, Origin, Piece, PieceKind
from tests.builders import BASE, FakeClock, make_paper
from tests.services.doubles import FakeTexts
from tests.services.seeding import keep

PAPER = make_paper(version=1)
TEXT = (Piece("1 Introduction", PieceKind.PROSE, "Noodles are 42 cm long."), Piece("2", PieceKind.ROW, "a | ü"))


@pytest.fixture
def texts(clock: FakeClock) -> FakeTexts:
    return FakeTexts(clock, {PAPER.id: TEXT})


@pytest.fixture
async def r(r: Resources, texts: FakeTexts) -> Resources:
    await keep(r, PAPER)
    return replace(r, texts=texts)


async def test_it_is_fetched_once_and_kept(r: Resources, texts: FakeTexts) -> None:
    first = await reading.full_text(r, PAPER)
    assert first == FullText(paper_id=PAPER.id, version=1, origin=Origin.HTML, read_at=BASE, pieces=TEXT)
    assert await reading.full_text(r, PAPER) == first
    assert texts.asked == [PAPER.id]


async def test_those_who_ask_at_once_wait_for_one_fetch(r: Resources, texts: FakeTexts) -> None:
    found = await asyncio.gather(*(reading.full_text(r, PAPER) for _ in range(5)))
    assert len(set(found)) == 1
    assert texts.asked == [PAPER.id]
    assert not r.reading


async def test_a_newer_version_is_fetched_a_day_later_at_the_latest(
    r: Resources, texts: FakeTexts, clock: FakeClock
) -> None:
    await reading.full_text(r, PAPER)
    newer = replace(PAPER, version=2)
    assert (await reading.full_text(r, newer) or PAPER).version == 1
    clock.advance(days=1)
    assert (await reading.full_text(r, newer) or PAPER).version == 2


@pytest.mark.parametrize("down", [True, False])
async def test_an_older_version_serves_where_the_newer_one_cannot_be_had(
    down: bool, r: Resources, texts: FakeTexts, clock: FakeClock
) -> None:
    await reading.full_text(r, PAPER)
    clock.advance(days=1)
    texts.texts, texts.down = {}, down
    for _ in range(2):
        kept = await reading.full_text(r, replace(PAPER, version=2))
        assert kept is not None
        assert (kept.version, kept.pieces) == (1, TEXT)
    assert len(texts.asked) == (3 if down else 2), "that there is none is remembered for a day"


async def test_what_was_not_there_is_looked_for_again_after_a_day(
    r: Resources, texts: FakeTexts, clock: FakeClock
) -> None:
    texts.texts = {}
    assert await reading.full_text(r, PAPER) is None
    assert await reading.full_text(r, PAPER) is None
    assert len(texts.asked) == 1
    texts.texts = {PAPER.id: TEXT}
    clock.advance(days=1)
    assert await reading.full_text(r, PAPER) is not None


async def test_where_nobody_answers_there_is_none_for_now(r: Resources, texts: FakeTexts) -> None:
    texts.down = True
    assert await reading.full_text(r, PAPER) is None
    texts.down = False
    assert await reading.full_text(r, PAPER) is not None


async def test_a_withdrawn_paper_is_not_fetched(r: Resources, texts: FakeTexts) -> None:
    assert await reading.full_text(r, replace(PAPER, withdrawn_at=BASE)) is None
    assert texts.asked == []


async def test_without_a_place_to_ask_only_abstracts_are_read(r: Resources) -> None:
    assert await reading.full_text(replace(r, texts=None), PAPER) is None
