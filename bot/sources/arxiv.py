"""ArXiv: its feed of the newest announcement, its OAI server for the days before, its API for papers by their ids.

All three count together (``bot.sources.arxiv_gate``); the client that asks them has that gate.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, datetime, timedelta

import structlog

from bot.core import calendar
from bot.core.period import Days, Period
from bot.ports import Clock, Fetched
from bot.sources.arxiv_api import MOST_IDS, id_params, read_entries
from bot.sources.arxiv_facts import NAME
from bot.sources.arxiv_feed import MOST_LISTED, NEW_YORK, Announced, Feed, read_feed, together
from bot.sources.arxiv_gate import is_quiet
from bot.sources.arxiv_recorded import read_recorded
from bot.sources.arxiv_records import Place, read_part
from bot.sources.arxiv_sites import Sites
from bot.sources.exchange import Ask
from bot.sources.http import Answer, PoliteClient
from storage.records import PaperId

log = structlog.get_logger(__name__)

MADE_WITHIN = timedelta(minutes=30)
"""The feeds are made anew at midnight in New York; so long after it they are there."""
PATIENCE = timedelta(seconds=15)
OAI_TAKES = timedelta(seconds=150)
"""A page took half a minute where it was measured, and a minute and a half at times."""
XML = "application/atom+xml, application/rss+xml, application/xml, text/xml"


class ArXiv:
    """The source of that name, and the catalogue. ``followed`` says which categories are wanted now."""

    name = NAME
    is_final = True
    is_daily = True
    most_ids = MOST_IDS
    knows_dois = False
    knows_after = timedelta()
    again_after = timedelta(hours=20)
    """Its records change once a day."""

    def __init__(
        self,
        client: PoliteClient,
        *,
        sites: Sites,
        clock: Clock,
        followed: Callable[[], Awaitable[Sequence[str]]],
        kinds: AbstractSet[Announced] = frozenset({Announced.NEW}),
        patience: timedelta = PATIENCE,
    ) -> None:
        self._client = client
        self._sites = sites
        self._clock = clock
        self._followed = followed
        self._kinds = kinds
        self._patience = patience

    def days_now(self, now: datetime) -> tuple[date, ...]:
        """The day of the newest announcement; none at the weekend, on a holiday and while arXiv is left alone."""
        day = _feed_day(now)
        return (day,) if calendar.is_announced(day) and not is_quiet(now) else ()

    async def fetch(self, period: Period | None, *, after: str | None = None) -> Fetched:
        """What was announced today in the followed categories; of other days the records that arXiv changed on them.

        Raises:
            SourceError: one of its kinds.
        """
        categories = await self._followed()
        if not categories:
            return Fetched(source=NAME, papers=(), sightings=())
        if period is None or period.first == period.last == _feed_day(self._clock()):
            feed = await self._feed(categories)
            return replace(feed.fetched, day=feed.day)
        place = Place.read(after) if after is not None else Place(left=tuple(categories))
        return await read_part(self._list, Days(period.first, period.last), place)

    async def look_up(self, ids: Sequence[PaperId]) -> Fetched:
        """What the API says of at most ``most_ids`` papers."""
        answer = await self._get(self._sites.papers, id_params(ids))
        return await asyncio.to_thread(read_entries, answer.body, seen_at=answer.at)

    def read(self, body: bytes, *, day: date | None) -> Fetched:  # noqa: ARG002  # the answers say it themselves
        """A recorded answer of any of the three.

        Raises:
            SourceChanged: it is of none of them.
        """
        return read_recorded(body, kinds=self._kinds, now=self._clock())

    async def _feed(self, categories: Sequence[str]) -> Feed:
        """One request for all; where that is more than one feed holds, one for each half of them."""
        answer = await self._get(self._sites.feed(categories), {}, attempts=1)
        feed = await asyncio.to_thread(read_feed, answer.body, kinds=self._kinds, seen_at=answer.at)
        if feed.listed < MOST_LISTED:
            return feed
        if len(categories) == 1:
            log.warning("the feed is full; some of its papers may be missing", category=categories[0])
            return feed
        half = len(categories) // 2
        return together(await self._feed(categories[:half]), await self._feed(categories[half:]))

    async def _list(self, params: dict[str, str]) -> Answer:
        return await self._get(self._sites.records, params, takes=OAI_TAKES)

    async def _get(
        self, url: str, params: dict[str, str], *, attempts: int = 3, takes: timedelta = timedelta(seconds=60)
    ) -> Answer:
        ask = Ask(
            source=NAME,
            url=url,
            params=params,
            accept=XML,
            patience=self._patience,
            deadline=takes,
            silence=takes,
            attempts=attempts,
            redirects=0,  # a second request that nobody waited with
        )
        return await self._client.get(ask)


def _feed_day(now: datetime) -> date:
    return (now - MADE_WITHIN).astimezone(NEW_YORK).date()
