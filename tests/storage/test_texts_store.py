"""Whole texts and their passages' vectors come out as they went in, on both databases."""

import pytest

from storage.fulltext import FullText, Origin, Piece, PieceKind
from storage.store import Store
from tests.builders import BASE, make_paper

PAPER = make_paper()
TEXT = FullText(
    paper_id=PAPER.id,
    version=None,
    origin=Origin.PDF,
    read_at=BASE,
    pieces=(Piece("", PieceKind.PROSE, "𝒪(n²) “long”", "1"), Piece("2, Table 1", PieceKind.ROW, "a: 1 | b: 2", "2")),
    whole=False,
)


@pytest.fixture
async def store(each_store: Store) -> Store:
    async with each_store.write() as tx:
        await tx.papers.save([PAPER], [])
    return each_store


async def test_a_text_comes_out_as_it_went_in(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.texts.get(PAPER.id) is None
        await tx.texts.save(TEXT)
    async with store.read() as tx:
        text = await tx.texts.get(PAPER.id)
    assert text == TEXT
    assert [piece.place for piece in text.pieces] == ["1", "2"]


async def test_vectors_belong_to_one_model_and_one_text(store: Store) -> None:
    async with store.write() as tx:
        await tx.texts.save(TEXT)
        await tx.texts.save_vectors(PAPER.id, "m", 7, b"one")
        await tx.texts.save_vectors(PAPER.id, "m", 8, b"two")
        assert await tx.texts.vectors(PAPER.id, "m", 8) == b"two"
        assert await tx.texts.vectors(PAPER.id, "m", 7) is None
        assert await tx.texts.vectors(PAPER.id, "other", 8) is None


async def test_a_new_text_takes_the_old_ones_place_and_its_vectors_go(store: Store) -> None:
    nothing = FullText(paper_id=PAPER.id, version=2, origin=Origin.NOWHERE, read_at=BASE)
    async with store.write() as tx:
        await tx.texts.save(TEXT)
        await tx.texts.save_vectors(PAPER.id, "m", 7, b"one")
        await tx.texts.save(nothing)
        assert await tx.texts.get(PAPER.id) == nothing
        assert await tx.texts.vectors(PAPER.id, "m", 7) is None
