"""ArXiv: its feed of the newest announcement, its OAI server for the days before, its API for papers by their ids.

All three count together (``bot.sources.arxiv_gate``); the client that asks them has that gate.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import structlog

from bot.core import calendar
from bot.core.period import Days, Period
from bot.errors import SourceChanged
from bot.ports import Clock, Fetched
from bot.sources.arxiv_api import MOST_IDS, id_params, read_entries
from bot.sources.arxiv_facts import NAME, moment
from bot.sources.arxiv_feed import MOST_LISTED, NEW_YORK, Announced, Feed, read_feed
from bot.sources.arxiv_gate import is_quiet
from bot.sources.arxiv_oai import Records, TokenRefused, list_params, read_records
from bot.sources.exchange import Ask
from bot.sources.http import Answer, PoliteClient
from bot.sources.items import LONGEST_MOMENT
from bot.sources.xml import child, name, read_xml, text
from storage.records import PaperId

log = structlog.get_logger(__name__)

MADE_WITHIN = timedelta(minutes=30)
"""The feeds are made anew at midnight in New York; so long after it they are there."""
PATIENCE = timedelta(seconds=15)
OAI_TAKES = timedelta(seconds=150)
"""A page took half a minute where it was measured, and a minute and a half at times."""
MOST_RESTARTS = 3
XML = "application/atom+xml, application/rss+xml, application/xml, text/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sites:
    """The addresses of arXiv's three servers; where one has no path, the site's own is put behind it."""

    rss: str
    api: str
    oai: str

    def feed(self, categories: Sequence[str]) -> str:
        return f"{_with_path(self.rss, '/rss')}/{'+'.join(categories)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """How far a list of records was read: the categories that are left, and the page of the first of them."""

    left: tuple[str, ...]
    token: str | None = None
    restarts: int = 0

    @classmethod
    def read(cls, said: str) -> "_Place":
        kept = json.loads(said)
        return cls(left=tuple(kept["left"]), token=kept["token"], restarts=kept["restarts"])

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    def after(self, token: str | None) -> "_Place | None":
        if token is not None:
            return replace(self, token=token)
        return _Place(left=self.left[1:]) if self.left[1:] else None


class ArXiv:
    """The source of that name, and the catalogue. ``followed`` says which categories are wanted now."""

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

    @property
    def name(self) -> str:
        return NAME

    @property
    def is_final(self) -> bool:
        return True

    most_ids = MOST_IDS
    knows_dois = False
    knows_after = timedelta()
    again_after = timedelta(hours=20)
    """Its records change once a day."""

    @property
    def is_daily(self) -> bool:
        return True

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
        place = _Place.read(after) if after is not None else _Place(left=tuple(categories))
        return await self._records(Days(period.first, period.last), place)

    async def look_up(self, ids: Sequence[PaperId]) -> Fetched:
        """What the API says of at most ``most_ids`` papers."""
        answer = await self._get(_with_path(self._sites.api, "/api/query"), id_params(ids))
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
        return _together(await self._feed(categories[:half]), await self._feed(categories[half:]))

    async def _records(self, days: Days, place: _Place) -> Fetched:
        """One page, and where the next one is."""
        try:
            page = await self._page(days, place)
        except TokenRefused:
            if place.restarts == MOST_RESTARTS:
                raise
            log.info("the list is begun anew", source=NAME, category=place.left[0], day=str(days.first))
            place = replace(place, token=None, restarts=place.restarts + 1)
            page = await self._page(days, place)
        following = place.after(page.token)
        return replace(page.fetched, rest=str(following) if following is not None else None)

    async def _page(self, days: Days, place: _Place) -> Records:
        params = list_params(place.left[0], days, place.token)
        answer = await self._get(_with_path(self._sites.oai, "/oai"), params, takes=OAI_TAKES)
        return await asyncio.to_thread(read_records, answer.body, seen_at=answer.at)

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


def read_recorded(body: bytes, *, kinds: AbstractSet[Announced], now: datetime) -> Fetched:
    """What a recorded answer says, seen at the moment that it names itself, so that reading it again adds nothing.

    Raises:
        SourceChanged: it is no answer of arXiv's, or does not say when it was given.
    """
    root = read_xml(body, NAME)
    places = (("responseDate",), ("channel", "lastBuildDate"), ("updated",))
    said = next((found for place in places if (found := text(child(root, *place), LONGEST_MOMENT))), "")
    seen_at = moment(said, latest=now)
    if seen_at is None:
        raise SourceChanged(NAME, "Nothing in it tells when it was given.")
    if name(root) == "OAI-PMH":
        return read_records(body, seen_at=seen_at).fetched
    if name(root) == "rss" or any(name(element) == "announce_type" for element in root.iter()):
        return read_feed(body, kinds=kinds, seen_at=seen_at).fetched
    return read_entries(body, seen_at=seen_at)


def _feed_day(now: datetime) -> date:
    return (now - MADE_WITHIN).astimezone(NEW_YORK).date()


def _together(one: Feed, other: Feed) -> Feed:
    a, b = one.fetched, other.fetched
    known = {paper.id for paper in a.papers}
    more = [pair for pair in zip(b.papers, b.sightings, strict=True) if pair[0].id not in known]
    fetched = Fetched(
        source=NAME,
        papers=(*a.papers, *(paper for paper, _ in more)),
        sightings=(*a.sightings, *(sighting for _, sighting in more)),
        rejected=(*a.rejected, *b.rejected),
    )
    return Feed(day=one.day or other.day, listed=one.listed + other.listed, fetched=fetched)


def _with_path(address: str, path: str) -> str:
    return address if urlsplit(address).path.strip("/") else f"{address.rstrip('/')}{path}"
