"""A publisher's feed, RSS or Atom, of new papers: one source for each that the operator names."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.core.period import Period
from bot.ports import Clock, Fetched
from bot.sources.exchange import Ask
from bot.sources.http import PoliteClient
from bot.sources.syndication import read_feed
from storage.records import Paper, PaperId, Sighting

MOST_BYTES = 4 * 2**20
"""The ACL Anthology's feed of a thousand papers is half a megabyte."""
PATIENCE = timedelta(seconds=15)
XML = "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"


class Feed:
    """The source ``name``. ``client`` is one that asks public hosts only."""

    is_final = False
    is_daily = False

    def __init__(
        self, client: PoliteClient, *, name: str, url: str, clock: Clock, patience: timedelta = PATIENCE
    ) -> None:
        self._client = client
        self.name = name
        self._url = url
        self._clock = clock
        self._patience = patience
        self._listed: dict[PaperId, tuple[Paper, Sighting]] | None = None

    def days_now(self, now: datetime) -> tuple[date, ...]:
        return (now.date(),)

    async def fetch(self, period: Period | None, *, after: str | None = None) -> Fetched:  # noqa: ARG002  # a feed has no past
        """What the feed lists now.

        Raises:
            SourceError: one of its kinds.
        """
        answer = await self._client.get(
            Ask(source=self.name, url=self._url, accept=XML, patience=self._patience, most_bytes=MOST_BYTES)
        )
        fetched = await asyncio.to_thread(read_feed, answer.body, source=self.name, seen_at=answer.at)
        return replace(self._as_seen(fetched), day=answer.at.date())

    def read(self, body: bytes, *, day: date | None) -> Fetched:
        """A recorded answer, seen when ``day`` began, so that reading it again adds nothing."""
        seen_at = datetime.combine(day or self._clock().astimezone(UTC).date(), time.min, UTC)
        return read_feed(body, source=self.name, seen_at=seen_at)

    def _as_seen(self, fetched: Fetched) -> Fetched:
        """What is listed as before was seen before; what the feed did not list at our last look is new, however old.

        So a look at a feed that has not changed adds nothing, and an Anthology's volume is announced when it comes in.
        """
        before = self._listed
        listed: dict[PaperId, tuple[Paper, Sighting]] = {}
        for paper, sighting in zip(fetched.papers, fetched.sightings, strict=True):
            seen = sighting
            if before is not None:
                earlier = before.get(paper.id)
                if earlier is None:
                    seen = replace(sighting, announced_on=sighting.seen_at.date())
                elif earlier[0] == paper:
                    seen = earlier[1]
            listed[paper.id] = (paper, seen)
        self._listed = listed
        return replace(fetched, sightings=tuple(seen for _, seen in listed.values()))
