"""A source and an outbox that do what a test tells them, and fail loudly where they were told nothing."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.core.period import Period
from bot.errors import SourceUnreachable
from bot.ports import Clock, Fetched
from bot.render.post import Post
from storage.records import Destination, Paper
from tests.builders import sighting_of


@dataclass
class FakeSource:
    """A site whose lists are set by day; ``down`` makes it unreachable."""

    clock: Clock
    name: str = "huggingface"
    lists: dict[date, tuple[Paper, ...]] = field(default_factory=dict)
    down: bool = False
    asked: list[Period | None] = field(default_factory=list)

    async def fetch(self, period: Period | None) -> Fetched:
        self.asked.append(period)
        if self.down:
            raise SourceUnreachable(self.name, "Hugging Face did not answer.")
        days = [day for day in self.lists if period is None or period.first <= day <= period.last]
        if period is None:
            days = days[-1:]
        papers = tuple(replace(paper, daily_on=day) for day in days for paper in self.lists[day])
        return self._fetched(papers)

    def read(self, body: bytes, *, day: date | None) -> Fetched:
        raise AssertionError("this test reads no file")

    def _fetched(self, papers: tuple[Paper, ...]) -> Fetched:
        sightings = tuple(sighting_of(paper, source=self.name, seen_at=self.clock()) for paper in papers)
        return Fetched(source=self.name, papers=papers, sightings=sightings)


@dataclass(frozen=True)
class SentPost:
    id: int
    destination: Destination
    post: Post
    token: str
    at: datetime


@dataclass
class FakeOutbox:
    """Keeps what it was sent. ``before`` and ``after`` are raised around the next send of a token or destination."""

    clock: Clock
    sent: list[SentPost] = field(default_factory=list)
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    missing: dict[Destination, tuple[str, ...]] = field(default_factory=dict)
    looked_for: list[str] = field(default_factory=list)

    async def send(self, destination: Destination, post: Post, *, token: str) -> int:
        if self.before:
            raise self.before.pop(0)
        message = SentPost(len(self.sent) + 1, destination, post, token, self.clock())
        self.sent.append(message)
        if self.after:
            raise self.after.pop(0)
        return message.id

    async def find(self, destination: Destination, token: str, *, since: datetime) -> int | None:
        self.looked_for.append(token)
        ids = [m.id for m in self.sent if m.destination == destination and m.token == token and m.at >= since]
        return ids[0] if ids else None

    async def missing_permissions(self, destination: Destination) -> tuple[str, ...]:
        return self.missing.get(destination, ())
