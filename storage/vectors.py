"""What papers are about, as vectors: one a paper, made by one model of one text.

A vector is bytes of which only its model knows the meaning. It is kept with the model's name, so that those of another
model are never compared with it, and with a digest of the text, so that a paper that changed is seen to need a new one.
Each save gives a number from one counter, as papers get their revisions: who has read up to a number missed none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar

from sqlalchemy import Column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import batches, insert
from storage.records import PaperId
from storage.schema import counters, paper_vectors

T = TypeVar("T")

_COLUMNS = ("paper_id", "model", "digest", "codes", "number")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperVector:
    """``codes`` as ``model`` made them of a text with that ``digest``."""

    paper_id: PaperId
    model: str
    digest: int
    codes: bytes


def digest(text: str) -> int:
    """64 bits, signed, that tell ``text`` from what it was before."""
    body = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(body, "big", signed=True)


class VectorsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, model: str, paper_ids: Iterable[PaperId]) -> dict[PaperId, bytes]:
        """The vectors that ``model`` made of some papers; those without one are left out."""
        return await self._by_paper(paper_vectors.c.codes, model, paper_ids)

    async def digests(self, model: str, paper_ids: Iterable[PaperId]) -> dict[PaperId, int]:
        """Of which texts ``model`` has made vectors of some papers."""
        return await self._by_paper(paper_vectors.c.digest, model, paper_ids)

    async def since(self, model: str, number: int, limit: int) -> list[tuple[int, PaperId, bytes]]:
        """The first ``limit`` vectors of ``model`` with a number above ``number``, ascending, each with its own."""
        query = (
            select(paper_vectors.c.number, paper_vectors.c.paper_id, paper_vectors.c.codes)
            .where(paper_vectors.c.number > number, paper_vectors.c.model == model)
            .order_by(paper_vectors.c.number)
            .limit(limit)
        )
        return [(row[0], row[1], row[2]) for row in await self._connection.execute(query)]

    async def numbered(self, model: str, numbers: Iterable[int]) -> dict[PaperId, bytes]:
        """The vectors of ``model`` with some numbers; one that was replaced meanwhile has another number, or none."""
        found: dict[PaperId, bytes] = {}
        for batch in batches(list(numbers)):
            query = select(paper_vectors.c.paper_id, paper_vectors.c.codes).where(
                paper_vectors.c.number.in_(batch), paper_vectors.c.model == model
            )
            found.update({row[0]: row[1] for row in await self._connection.execute(query)})
        return found

    async def newest(self) -> int:
        """The last number that was given to a vector; 0 while there is none."""
        return await self._connection.scalar(select(counters.c.value).where(counters.c.name == "vectors")) or 0

    async def _by_paper(self, column: Column[T], model: str, paper_ids: Iterable[PaperId]) -> dict[PaperId, T]:
        found: dict[PaperId, T] = {}
        for batch in batches(list(dict.fromkeys(paper_ids))):
            query = select(paper_vectors.c.paper_id, column).where(
                paper_vectors.c.paper_id.in_(batch), paper_vectors.c.model == model
            )
            found.update({row[0]: row[1] for row in await self._connection.execute(query)})
        return found


class Vectors(VectorsReader):
    async def save(self, made: Sequence[PaperVector]) -> None:
        """Keep vectors in the place of those that their papers had. The papers have to be in the store."""
        if not made:
            return
        # First of all, as for papers: two saves at once on PostgreSQL take turns, so numbers become visible in order.
        counter = select(counters.c.value).where(counters.c.name == "vectors").with_for_update()
        number: int = await self._connection.scalar(counter) or 0
        rows = [
            {
                "paper_id": one.paper_id,
                "model": one.model,
                "digest": one.digest,
                "codes": one.codes,
                "number": number + place,
            }
            for place, one in enumerate(made, start=1)
        ]
        statement = insert(self._connection, paper_vectors)
        replaced = {name: statement.excluded[name] for name in _COLUMNS[1:]}
        statement = statement.on_conflict_do_update(index_elements=[paper_vectors.c.paper_id], set_=replaced)
        for batch in batches(rows):
            await self._connection.execute(statement, list(batch))
        await self._connection.execute(
            update(counters).where(counters.c.name == "vectors").values(value=number + len(rows))
        )
