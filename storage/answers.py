"""Answers, for a while: what they quoted, so that it can be shown where it stands, and who found them helpful."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.columns import storable
from storage.dialect import insert
from storage.facts import query_token
from storage.kept_answers import KeptAnswer, Quotation, Vote
from storage.schema import answer_votes, answers


class AnswersReader:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, token: str) -> KeptAnswer | None:
        """The answer that ``token`` stands for, while it is kept."""
        row = (await self._connection.execute(select(answers).where(answers.c.token == token))).one_or_none()
        if row is None:
            return None
        quotations = tuple(Quotation(**told) for told in json.loads(row.quotations))
        return KeptAnswer(question=row.question, quotations=quotations, guild_id=row.guild_id, kept_at=row.kept_at)

    async def counts(self, guild_id: int | None = None) -> tuple[int, int]:
        """How many votes are for an answer, and how many against; of one server, or of all."""
        query = select(answer_votes.c.is_good, func.count()).join(answers).group_by(answer_votes.c.is_good)
        found = {row[0]: row[1] for row in await self._connection.execute(_of_server(query, guild_id))}
        return found.get(True, 0), found.get(False, 0)

    async def disliked(self, guild_id: int | None = None, *, limit: int) -> Sequence[str]:
        """The questions whose answers somebody voted against, the last one first; of one server, or of all."""
        newest = func.max(answer_votes.c.voted_at)
        query = select(answers.c.question).join(answer_votes).where(answer_votes.c.is_good.is_(False))
        query = query.group_by(answers.c.token, answers.c.question).order_by(newest.desc(), answers.c.token)
        return list((await self._connection.execute(_of_server(query, guild_id).limit(limit))).scalars())

    async def votes_of(self, person_id: int) -> Sequence[Vote]:
        """The votes of one person, the last one first."""
        query = (
            select(answers.c.question, answer_votes.c.is_good, answer_votes.c.voted_at)
            .join(answers)
            .where(answer_votes.c.person_id == person_id)
            .order_by(answer_votes.c.voted_at.desc(), answer_votes.c.token)
        )
        return [Vote(**row) for row in (await self._connection.execute(query)).mappings()]


class Answers(AnswersReader):
    async def keep(self, answer: KeptAnswer) -> str:
        """Keep an answer; gives its token, the same one for the same answer in the same server."""
        quotations = storable(json.dumps([asdict(one) for one in answer.quotations], ensure_ascii=False))
        token = query_token(json.dumps([answer.guild_id, answer.question, quotations]))
        row = {
            "token": token,
            "guild_id": answer.guild_id,
            "question": answer.question,
            "quotations": quotations,
            "kept_at": answer.kept_at,
        }
        statement = insert(self._connection, answers).values(row)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[answers.c.token], set_={"kept_at": answer.kept_at})
        )
        return token

    async def vote(self, token: str, person_id: int, *, is_good: bool, at: datetime) -> bool:
        """Keep what a person thinks of an answer, in the place of what they thought; False where it is not kept."""
        if await self.get(token) is None:
            return False
        row = {"token": token, "person_id": person_id, "is_good": is_good, "voted_at": at}
        statement = insert(self._connection, answer_votes).values(row)
        keys = [answer_votes.c.token, answer_votes.c.person_id]
        changed = {"is_good": is_good, "voted_at": at}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
        return True

    async def forget_votes_of(self, person_id: int) -> None:
        await self._connection.execute(delete(answer_votes).where(answer_votes.c.person_id == person_id))

    async def forget_before(self, moment: datetime) -> None:
        """Delete the answers that were kept before ``moment``, with their votes."""
        await self._connection.execute(delete(answers).where(answers.c.kept_at < moment))


def _of_server(query: Select[Any], guild_id: int | None) -> Select[Any]:
    return query if guild_id is None else query.where(answers.c.guild_id == guild_id)
