"""A source, an outbox and an answerer that do what a test tells them, and fail loudly where they were told nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from bot.core.allowance import Asker
from bot.core.grounding import Answer, AnswerStatus, Claim, Heard, Passage
from bot.core.passages import Close
from bot.core.period import Period
from bot.core.tags import ForumTag
from bot.errors import SourceError, SourceUnreachable, Unreachable
from bot.ports import DIGEST_ONLY, Clock, Envelope, Fetched, Needs, Rejected
from bot.render.post import Post
from storage.fulltext import FullText, Origin, Piece
from storage.records import Destination, Paper
from storage.turns import Turn
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

    is_final: bool = False
    is_daily: bool = True

    def days_now(self, now: datetime) -> tuple[date, ...]:
        return now.date() - timedelta(days=1), now.date()

    async def fetch(self, period: Period | None, *, after: str | None = None) -> Fetched:
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
    envelope: Envelope
    at: datetime

    @property
    def token(self) -> str:
        return self.envelope.token


@dataclass(frozen=True)
class EditedPost:
    destination: Destination
    message_id: int
    post: Post
    role_id: int | None


@dataclass
class FakeOutbox:
    """Keeps what it was sent. ``before`` and ``after`` are raised around the next send, thread or not.

    ``before_change`` is raised by the next edit or publication; messages in ``gone`` were deleted by somebody.
    """

    clock: Clock
    sent: list[SentPost] = field(default_factory=list)
    edited: list[EditedPost] = field(default_factory=list)
    published: list[int] = field(default_factory=list)
    threads: dict[str, int] = field(default_factory=dict)
    """Name → id of each thread that was opened; its first post is among ``sent``."""
    before: list[BaseException] = field(default_factory=list)
    after: list[BaseException] = field(default_factory=list)
    before_change: list[BaseException] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    missing: dict[Destination, tuple[str, ...]] = field(default_factory=dict)
    obstacles: dict[Destination, Unreachable] = field(default_factory=dict)
    foreign: set[Destination] = field(default_factory=set)
    tags: tuple[ForumTag, ...] = ()
    looked_for: list[str] = field(default_factory=list)

    def reaches(self, destination: Destination) -> bool:
        return destination not in self.foreign

    async def send(self, destination: Destination, post: Post, envelope: Envelope) -> int:
        if self.before:
            raise self.before.pop(0)
        message = SentPost(len(self.sent) + 1, destination, post, envelope, self.clock())
        self.sent.append(message)
        if self.after:
            raise self.after.pop(0)
        return message.id

    async def find(self, destination: Destination, token: str, *, since: datetime) -> int | None:
        self.looked_for.append(token)
        ids = [m.id for m in self.sent if m.destination == destination and m.token == token and m.at >= since]
        return ids[0] if ids else None

    async def edit(self, destination: Destination, message_id: int, post: Post, *, role_id: int | None = None) -> bool:
        if self.before_change:
            raise self.before_change.pop(0)
        if message_id in self.gone:
            return False
        self.edited.append(EditedPost(destination, message_id, post, role_id))
        return True

    async def publish(self, destination: Destination, message_id: int) -> bool:
        if self.before_change:
            raise self.before_change.pop(0)
        if message_id in self.gone:
            return False
        self.published.append(message_id)
        return True

    async def open_thread(self, destination: Destination, name: str, post: Post, *, token: str) -> int:
        if name not in self.threads:
            self.threads[name] = await self.send(destination, post, Envelope(token=token, title=name))
        return self.threads[name]

    async def forum_tags(self, destination: Destination) -> Sequence[ForumTag]:
        return self.tags

    async def missing_permissions(self, destination: Destination, needs: Needs = DIGEST_ONLY) -> tuple[str, ...]:
        return self.missing.get(destination, ())

    async def obstacle(self, destination: Destination, needs: Needs = DIGEST_ONLY) -> Unreachable | None:
        return self.obstacles.get(destination)


@dataclass
class FakeAnswerer:
    """Answers with the claims it was given, true or not, and keeps what it was given to read."""

    claims: tuple[Claim, ...] = ()
    nearest: tuple[Claim, ...] = ()
    status: AnswerStatus = AnswerStatus.ANSWERED
    name: str = "fake"
    read: list[Passage] = field(default_factory=list)
    earlier: list[tuple[Turn, ...]] = field(default_factory=list)
    languages: list[str | None] = field(default_factory=list)

    async def draft(
        self,
        question: str,
        closest: Sequence[Close],
        asker: Asker | None = None,
        *,
        earlier: Sequence[Turn] = (),
        language: str | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        self.read.extend(close.passage for close in closest)
        self.earlier.append(tuple(earlier))
        self.languages.append(language)
        if heard is not None:
            for count in range(len(self.claims) + 1):
                heard(self.claims[:count])
        return Answer(
            question=question,
            status=self.status,
            engine=self.name,
            claims=self.claims,
            nearest=self.nearest,
        )


@dataclass
class FakeTexts:
    """A ``PaperText`` whose texts are set by paper; a paper without one has none. ``down`` makes it unreachable."""

    clock: Clock
    texts: dict[str, tuple[Piece, ...]] = field(default_factory=dict)
    down: bool = False
    asked: list[str] = field(default_factory=list)

    async def fetch(self, paper: Paper) -> FullText:
        self.asked.append(paper.id)
        await asyncio.sleep(0)  # as somebody who is asked over a network
        if self.down:
            raise SourceUnreachable("arxiv", "arXiv did not answer.")
        pieces = self.texts.get(paper.id, ())
        origin = Origin.HTML if pieces else Origin.NOWHERE
        return FullText(paper_id=paper.id, version=paper.version, origin=origin, read_at=self.clock(), pieces=pieces)
