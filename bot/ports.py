"""What the use cases need from outside, as protocols, and the bundle in which they get it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from bot.core.grounding import Answer, Passage
from bot.core.period import Period
from bot.render.post import Post
from storage.records import Destination, Paper, Sighting
from storage.search_index import SearchIndex
from storage.store import Store

Clock = Callable[[], datetime]
"""Now, aware and in UTC."""


def system_clock() -> datetime:
    """The real one; everything but ``bot.app`` gets its clock as an argument."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """One item of an answer that could not be used, so that it can be counted and named."""

    position: int
    paper_id: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a source said: one sighting for each paper, in the same order, and what it could not read."""

    source: str
    papers: tuple[Paper, ...]
    sightings: tuple[Sighting, ...]
    rejected: tuple[Rejected, ...] = ()


class Source(Protocol):
    """A site that lists papers."""

    @property
    def name(self) -> str: ...

    async def fetch(self, period: Period | None) -> Fetched:
        """The papers of ``period``; of the most recent day where it is None.

        Raises:
            SourceError: one of its kinds; nothing else leaves a source.
        """
        ...

    def read(self, body: bytes, *, day: date | None) -> Fetched:
        """A recorded answer of the site; ``day`` is its day where the items do not say.

        Raises:
            SourceChanged: it is not an answer of this site.
        """
        ...


class Outbox(Protocol):
    """Where posts go out."""

    def reaches(self, destination: Destination) -> bool:
        """Whether it serves such a destination at all.

        One store may be run at a terminal today and on Discord tomorrow: what is another outbox's waits for that.
        """
        ...

    async def send(self, destination: Destination, post: Post, *, token: str) -> int:
        """Send once; a repetition with the same token inside the site's window changes nothing. Gives the message's id.

        Raises:
            OutboxError: one of its kinds.
        """
        ...

    async def find(self, destination: Destination, token: str, *, since: datetime) -> int | None:
        """The id of the message that carries ``token`` among those sent after ``since``, or None.

        Raises:
            OutboxError: one of its kinds; an unreadable history is ``Unreachable``.
        """
        ...

    async def missing_permissions(self, destination: Destination) -> tuple[str, ...]:
        """The permissions, by their names in Discord, that a delivery there would need and does not have.

        Raises:
            OutboxError: one of its kinds.
        """
        ...


class Answerer(Protocol):
    """Turns a question and passages into an answer whose claims still have to be verified."""

    @property
    def name(self) -> str: ...

    async def draft(self, question: str, passages: Sequence[Passage]) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """All that a use case may need; made once, by ``bot.app``."""

    store: Store
    index: SearchIndex
    sources: tuple[Source, ...]
    answerer: Answerer
    clock: Clock = system_clock
    settle: timedelta = field(default=timedelta(minutes=25))
    """How old the newest look at a source may be before another one is made. Less than ``bot.app.REFRESH``: that beat
    comes by the clock, a look ends some time after it, and every second beat would find the last look too fresh."""
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)
    """Held while the sources are looked at: what needs fresh papers waits for the look that is under way."""
