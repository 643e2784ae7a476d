"""The whole texts of papers: fetched once, kept packed; and what each of their passages is about, as vectors."""

import json
import zlib

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import storable
from storage.dialect import insert
from storage.fulltext import FullText, Origin, Piece, PieceKind
from storage.records import PaperId
from storage.schema import paper_texts, passage_vectors

_LEVEL = 6
"""A paper of 20 pages takes about 25 KB."""


class FullTextsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, paper_id: PaperId) -> FullText | None:
        """What was read of a paper, or that nothing was found; None where nobody has looked yet."""
        query = select(paper_texts).where(paper_texts.c.paper_id == paper_id)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return None
        return FullText(
            paper_id=paper_id,
            version=row.version,
            origin=Origin(row.origin),
            read_at=row.read_at,
            pieces=_unpacked(row.pieces),
            whole=row.whole,
        )

    async def vectors(self, paper_id: PaperId, model: str, digest: int) -> bytes | None:
        """The vectors that ``model`` made of the passages with that ``digest``, one behind the other."""
        query = select(passage_vectors.c.codes).where(
            passage_vectors.c.paper_id == paper_id,
            passage_vectors.c.model == model,
            passage_vectors.c.digest == digest,
        )
        codes: bytes | None = await self._connection.scalar(query)
        return codes


class FullTexts(FullTextsReader):
    async def save(self, text: FullText) -> None:
        """Keep a text in the place of the one that its paper had. The paper has to be in the store."""
        values = {
            "paper_id": text.paper_id,
            "version": text.version,
            "origin": text.origin.value,
            "read_at": text.read_at,
            "pieces": _packed(text.pieces),
            "whole": text.whole,
        }
        statement = insert(self._connection, paper_texts).values(values)
        replaced = {name: statement.excluded[name] for name in values if name != "paper_id"}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[paper_texts.c.paper_id], set_=replaced)
        )
        await self._connection.execute(delete(passage_vectors).where(passage_vectors.c.paper_id == text.paper_id))

    async def save_vectors(self, paper_id: PaperId, model: str, digest: int, codes: bytes) -> None:
        """Keep the vectors of a paper's passages in the place of those that it had."""
        values = {"paper_id": paper_id, "model": model, "digest": digest, "codes": codes}
        statement = insert(self._connection, passage_vectors).values(values)
        replaced = {name: statement.excluded[name] for name in values if name != "paper_id"}
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[passage_vectors.c.paper_id], set_=replaced)
        )


def _packed(pieces: tuple[Piece, ...]) -> bytes:
    rows = [(piece.section, piece.kind.value, piece.text, piece.place) for piece in pieces]
    return zlib.compress(storable(json.dumps(rows, ensure_ascii=False)).encode(), _LEVEL)


def _unpacked(packed: bytes) -> tuple[Piece, ...]:
    rows = json.loads(zlib.decompress(packed))  # older ones have no place
    return tuple(Piece(section, PieceKind(kind), text, *place) for section, kind, text, *place in rows)
