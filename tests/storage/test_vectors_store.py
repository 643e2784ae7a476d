"""Vectors of papers: kept with the model and the text that they are of, and read on from a number."""

from storage.records import PaperId
from storage.store import Store
from storage.vectors import PaperVector, digest
from tests.builders import make_id, make_papers

MODEL = "a-model/1"


def vector(number: int, codes: bytes = b"\x01\xff\x00", *, model: str = MODEL, of: str = "text") -> PaperVector:
    return PaperVector(paper_id=make_id(number), model=model, digest=digest(of), codes=codes)


async def with_papers(store: Store, count: int) -> None:
    async with store.write() as tx:
        await tx.papers.save(make_papers(count), [])


async def save(store: Store, *vectors: PaperVector) -> None:
    async with store.write() as tx:
        await tx.vectors.save(vectors)


async def test_a_vector_comes_back_byte_for_byte(each_store: Store) -> None:
    await with_papers(each_store, 2)
    codes = bytes(range(256))
    await save(each_store, vector(1, codes))
    async with each_store.read() as tx:
        assert await tx.vectors.of(MODEL, [make_id(1), make_id(2)]) == {make_id(1): codes}


async def test_a_vector_of_another_model_is_none(each_store: Store) -> None:
    await with_papers(each_store, 1)
    await save(each_store, vector(1))
    async with each_store.read() as tx:
        assert await tx.vectors.of("a-model/2", [make_id(1)]) == {}
        assert await tx.vectors.digests("a-model/2", [make_id(1)]) == {}
        assert await tx.vectors.since("a-model/2", 0, 10) == []


async def test_a_new_vector_takes_the_place_of_the_old_one_and_a_new_number(each_store: Store) -> None:
    await with_papers(each_store, 2)
    await save(each_store, vector(1, b"old", of="before"), vector(2, b"two"))
    await save(each_store, vector(1, b"new", of="after"))
    async with each_store.read() as tx:
        assert await tx.vectors.since(MODEL, 0, 10) == [(2, make_id(2), b"two"), (3, make_id(1), b"new")]
        assert await tx.vectors.since(MODEL, 2, 10) == [(3, make_id(1), b"new")]
        assert await tx.vectors.since(MODEL, 0, 1) == [(2, make_id(2), b"two")]
        assert await tx.vectors.newest() == 3
        assert await tx.vectors.digests(MODEL, [make_id(1)]) == {make_id(1): digest("after")}


async def test_more_than_one_statement_holds_is_kept_and_found(each_store: Store) -> None:
    await with_papers(each_store, 2_100)
    await save(each_store, *(vector(number) for number in range(1, 2_101)))
    async with each_store.read() as tx:
        assert len(await tx.vectors.of(MODEL, [make_id(number) for number in range(2_101)])) == 2_100


def test_a_digest_tells_texts_apart_whatever_they_hold() -> None:
    assert digest("a") != digest("b")
    assert digest("a") == digest("a")
    assert -(2**63) <= digest("\ud800 half a pair") < 2**63


async def test_nothing_is_saved_of_nothing(each_store: Store) -> None:
    await save(each_store)
    async with each_store.read() as tx:
        assert await tx.vectors.newest() == 0
        assert await tx.vectors.of(MODEL, [PaperId("2503.09999")]) == {}
