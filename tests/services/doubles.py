"""A source, an outbox and an answerer that do what a test tells them, and fail loudly where they were told nothing."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.core.grounding import Answer, AnswerStatus, Claim, Coverage, Passage
from bot.core.period import Period
from bot.errors import SourceError, SourceUnreachable
from bot.ports import Clock, Fetched, Rejected
from bot.render.post import Post
from storage.records import Destination, Paper
from tests.builders import sighting_of


@dataclass
class FakeSource:
    """A site whose lists are set by day; ``down`` makes it unreachable, ``problems`` are raised by the next looks.

    ``rejects`` come with every look. ``meanwhile`` is what happens elsewhere while the site is asked.
    """

    clock: Clock
    name: str = "huggingface"
    lists: dict[date, tuple[Paper, ...]] = field(default_factory=dict)
    rejects: tuple[Rejected, ...] = ()
    down: bool = False
    problems: list[SourceError] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[object]] | None = None
    asked: list[Period | None] = field(default_factory=list)

    async def fetch(self, period: Period | None) -> Fetched:
        self.asked.append(period)
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.down:
            raise SourceUnreachable(self.name, "Hugging Face did not answer.")
        if self.problems:
            raise self.problems.pop(0)
        days = [day for day in self.lists if period is None or period.first <= day <= period.last]
        if period is None:
            days = days[-1:]
        listed: dict[str, Paper] = {}
        for day in days:
            for paper in self.lists[day]:
                listed.setdefault(paper.id, replace(paper, daily_on=day))
        return self._fetched(tuple(listed.values()))

    def read(self, body: bytes, *, day: date | None) -> Fetched:
        raise AssertionError("this test reads no file")

    def _fetched(self, papers: tuple[Paper, ...]) -> Fetched:
        sightings = tuple(sighting_of(paper, source=self.name, seen_at=self.clock()) for paper in papers)
        return Fetched(source=self.name, papers=papers, sightings=sightings, rejected=self.rejects)


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
    foreign: set[Destination] = field(default_factory=set)
    looked_for: list[str] = field(default_factory=list)

    def reaches(self, destination: Destination) -> bool:
        return destination not in self.foreign

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


@dataclass
class FakeAnswerer:
    """Answers with the claims it was given, true or not, and keeps what it was given to read."""

    claims: tuple[Claim, ...] = ()
    nearest: tuple[Claim, ...] = ()
    status: AnswerStatus = AnswerStatus.ANSWERED
    name: str = "fake"
    read: list[Passage] = field(default_factory=list)

    async def draft(self, question: str, passages: Sequence[Passage]) -> Answer:
        self.read.extend(passages)
        return Answer(
            question=question,
            status=self.status,
            coverage=Coverage.ABSTRACT,
            engine=self.name,
            claims=self.claims,
            nearest=self.nearest,
        )
