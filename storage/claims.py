"""The claims that a model made of papers, so that it is not asked twice for the same. Only as many as are worth it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import storable
from storage.dialect import insert
from storage.records import PaperId
from storage.schema import kept_claims

MOST_KEPT = 5_000
"""Sets of claims; each takes a few KB. The oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClaim:
    text: str
    label: str
    quote: str
    section: str
    paper_id: PaperId


class KeptClaimsReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, name: str) -> tuple[KeptClaim, ...] | None:
        """What is kept under ``name``; None where nothing is."""
        found = await self._connection.scalar(select(kept_claims.c.claims).where(kept_claims.c.name == name))
        if found is None:
            return None
        return tuple(
            KeptClaim(text=text, label=label, quote=quote, section=section, paper_id=PaperId(paper_id))
            for text, label, quote, section, paper_id in json.loads(found)
        )


class KeptClaims(KeptClaimsReader):
    async def keep(self, name: str, claims: Sequence[KeptClaim], *, at: datetime) -> None:
        """Keep ``claims`` in the place of what ``name`` stood for."""
        rows = [(one.text, one.label, one.quote, one.section, one.paper_id) for one in claims]
        values = {"claims": storable(json.dumps(rows, ensure_ascii=False)), "kept_at": at}
        statement = insert(self._connection, kept_claims).values(name=name, **values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[kept_claims.c.name], set_=values)
        )
        too_many = select(kept_claims.c.name).order_by(kept_claims.c.kept_at.desc(), kept_claims.c.name)
        await self._connection.execute(delete(kept_claims).where(kept_claims.c.name.in_(too_many.offset(MOST_KEPT))))
