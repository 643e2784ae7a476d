"""The records that arXiv changed on some days, read part by part: a page, and the place where the next one is."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace

import structlog

from bot.core.period import Days
from bot.ports import Fetched
from bot.sources.arxiv_facts import NAME
from bot.sources.arxiv_oai import Records, TokenRefused, list_params, read_records
from bot.sources.http import Answer

log = structlog.get_logger(__name__)

MOST_RESTARTS = 3

Get = Callable[[dict[str, str]], Awaitable[Answer]]
"""Asks the OAI server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How far a list of records was read: the categories that are left, and the page of the first of them."""

    left: tuple[str, ...]
    token: str | None = None
    restarts: int = 0

    @classmethod
    def read(cls, said: str) -> "Place":
        """The place that ``str`` wrote down."""
        kept = json.loads(said)
        return cls(left=tuple(kept["left"]), token=kept["token"], restarts=kept["restarts"])

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    def after(self, token: str | None) -> "Place | None":
        """The next one, behind a page that named ``token``; None behind the last page of all."""
        if token is not None:
            return replace(self, token=token)
        return Place(left=self.left[1:]) if self.left[1:] else None


async def read_part(get: Get, days: Days, place: Place) -> Fetched:
    """The page at ``place``; of a list whose token the server has forgotten the first one, a few times.

    Raises:
        SourceError: one of its kinds.
    """
    try:
        page = await _page(get, days, place)
    except TokenRefused:
        if place.restarts == MOST_RESTARTS:
            raise
        log.info("the list is begun anew", source=NAME, category=place.left[0], day=str(days.first))
        place = replace(place, token=None, restarts=place.restarts + 1)
        page = await _page(get, days, place)
    following = place.after(page.token)
    return replace(page.fetched, rest=str(following) if following is not None else None)


async def _page(get: Get, days: Days, place: Place) -> Records:
    answer = await get(list_params(place.left[0], days, place.token))
    return await asyncio.to_thread(read_records, answer.body, seen_at=answer.at)
