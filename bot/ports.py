"""What the use cases need from outside, as protocols, and the bundle in which they get it."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from weakref import WeakValueDictionary

from bot.core.allowance import Allowance, Asker
from bot.core.grounding import Answer, Heard
from bot.core.passages import Close
from bot.core.period import Period
from bot.core.tags import ForumTag
from bot.errors import Unreachable
from bot.render.post import Post
from storage.fulltext import FullText
from storage.records import ChannelSetup, Destination, Layout, Paper, PaperId, Sighting, TagRule
from storage.search_index import SearchIndex
from storage.store import Store
from storage.turns import Turn

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
    rest: str | None = None
    """Where the answer goes on, in the source's own words; None where this was all of it."""
    day: date | None = None
    """Of which day the list is, where the source says so: another one than was asked for may be there yet."""
    by_hand: bool = False
    """Whether people made it and no site: what of it cannot be read tells of no change."""


class Source(Protocol):
    """A site that lists papers."""

    @property
    def name(self) -> str: ...

    @property
    def is_final(self) -> bool:
        """Whether a day's list never changes: one look at it is enough."""
        ...

    @property
    def is_daily(self) -> bool:
        """Whether digests live on it: where it fails, that may be why one is empty."""
        ...

    def days_now(self, now: datetime) -> Sequence[date]:
        """The days whose lists are worth a look at ``now``, the newest last; none where nothing new is expected."""
        ...

    async def fetch(self, period: Period | None, *, after: str | None = None) -> Fetched:
        """The papers of ``period``; of the most recent day where it is None.

        Of a long answer that is one part: the next one begins ``after`` what the last one said in ``rest``.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What belongs to one message beside the post itself."""

    token: str
    """Names the message for ever: its nonce, and what its own button carries. At most 25 characters."""
    role_id: int | None = None
    """The one role that is notified; its mention is a line of its own above the post and takes
    ``bot.render.limits`` room: one component and at most 24 characters. A role that is gone is left out."""
    title: str = ""
    """Of a forum post: 1 to 100 characters. Elsewhere than in a forum or at a terminal it is not shown."""
    tags: tuple[TagRule, ...] = ()
    """Of a forum post, the most fitting first: at most five are given, one that the forum does not have is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a setup is going to do in its destination, so that somebody can be told beforehand what it lacks there."""

    layout: Layout = Layout.DIGEST
    publish: bool = False
    role_id: int | None = None
    tags: tuple[TagRule, ...] = ()
    guild_id: int | None = None

    @classmethod
    def of(cls, setup: ChannelSetup) -> "Needs":
        return cls(
            layout=setup.layout,
            publish=setup.publish,
            role_id=setup.role_id,
            tags=setup.tags,
            guild_id=setup.guild_id,
        )


DIGEST_ONLY = Needs()
"""One message that notifies nobody."""


class Outbox(Protocol):
    """Where posts go out. Whatever goes wrong leaves it as one of the kinds of ``OutboxError``."""

    def reaches(self, destination: Destination) -> bool:
        """Whether it serves such a destination at all.

        One store may be run at a terminal today and on Discord tomorrow: what is another outbox's waits for that.
        """
        ...

    async def send(self, destination: Destination, post: Post, envelope: Envelope) -> int:
        """Send once. Gives the message's id; in a forum that of the new post, which is also its thread's.

        A repetition with the same token inside the site's window changes nothing, except in a forum: there only
        ``find`` tells whether an uncertain send arrived.

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

    async def edit(self, destination: Destination, message_id: int, post: Post, *, role_id: int | None = None) -> bool:
        """Put ``post`` in the place of a sent message; False where that message is gone or cannot be changed any more.

        ``role_id`` keeps the line that mentioned a role; an edit notifies nobody. It may be repeated freely.

        Raises:
            OutboxError: one of its kinds, but never ``SendUncertain``.
        """
        ...

    async def publish(self, destination: Destination, message_id: int) -> bool:
        """Crosspost a sent message to the channels that follow this one; False where the message is gone.

        One that is published already stays so. It may be repeated freely.

        Raises:
            OutboxError: one of its kinds, but never ``SendUncertain``.
        """
        ...

    async def open_thread(self, destination: Destination, name: str, post: Post, *, token: str) -> int:
        """Open a public thread in a channel and send ``post`` as its first message. Gives the thread's id.

        ``name`` has 1 to 100 characters. Where an open thread of ours has that very name, that one is used, so a
        repetition after an uncertain end makes no second one.

        Raises:
            OutboxError: one of its kinds.
        """
        ...

    async def forum_tags(self, destination: Destination) -> Sequence[ForumTag]:
        """The tags that a forum has now, in its order.

        Raises:
            OutboxError: one of its kinds.
        """
        ...

    async def missing_permissions(self, destination: Destination, needs: Needs = DIGEST_ONLY) -> tuple[str, ...]:
        """The permissions, by their names in Discord, that ``needs`` take there and that we do not have.

        Raises:
            OutboxError: one of its kinds.
        """
        ...

    async def obstacle(self, destination: Destination, needs: Needs = DIGEST_ONLY) -> Unreachable | None:
        """What a person has to mend before ``needs`` can be met there, as far as it can be known without sending.

        Raises:
            OutboxError: whether there is one cannot be found out now.
        """
        ...


class PaperText(Protocol):
    """Where the whole texts of papers come from."""

    async def fetch(self, paper: Paper) -> FullText:
        """The text of ``paper`` from the best place that has it; one of ``Origin.NOWHERE`` where none has.

        Raises:
            SourceError: one of its kinds: a place could not be asked, so that nobody knows whether there is one.
        """
        ...


class Catalogue(Protocol):
    """A site that knows papers by their ids."""

    @property
    def name(self) -> str: ...

    @property
    def most_ids(self) -> int:
        """How many papers it tells of at once."""
        ...

    @property
    def knows_dois(self) -> bool:
        """Whether it knows papers beyond arXiv."""
        ...

    @property
    def knows_after(self) -> timedelta:
        """How long a new paper takes to come into it."""
        ...

    @property
    def again_after(self) -> timedelta:
        """How long what it said of a paper is worth no second question."""
        ...

    async def look_up(self, ids: Sequence[PaperId]) -> Fetched:
        """What it says of these papers; those that it does not know are left out.

        Raises:
            SourceError: one of its kinds; nothing else leaves it.
        """
        ...


class Answerer(Protocol):
    """Turns a question and passages into an answer whose claims still have to be verified."""

    @property
    def name(self) -> str: ...

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
        """An answer to ``asker``, or to whoever runs the bot, from nothing but ``closest``, the closest first.

        ``earlier`` is what was asked and answered before, the last turn last; nothing is quoted from it. Claims are in
        ``language``, by its English name, or in that of the question; quotations stay as they are. ``heard`` is told of
        the answer while it is written, if that takes its time. What comes of it in the end may differ: an answer that
        breaks off is none.
        """
        ...


class Neighbours(Protocol):
    """The vectors of all papers, as far as they were taken in, each by the number that the store gave it."""

    @property
    def newest(self) -> int:
        """The last number that was taken in; 0 while there is none."""
        ...

    def take_in(self, vectors: Sequence[tuple[int, bytes]]) -> None:
        """Further vectors with their numbers, ascending."""
        ...

    def nearest(self, wanted: bytes, count: int) -> list[int]:
        """About the ``count`` nearest ones, in no order. It takes milliseconds: call it in a thread."""
        ...


class Embedder(Protocol):
    """Reads what a text is about into a vector; near ones are about the same.

    Raises, wherever it reads or compares:
        MeaningUnavailable: it does not work on this machine.
    """

    @property
    def name(self) -> str:
        """The model and how it reads: vectors of another name are never compared with these."""
        ...

    async def load(self) -> None:
        """Do now what the first text would have to wait for."""
        ...

    async def of_query(self, text: str) -> bytes:
        """The vector of what somebody waits for."""
        ...

    async def of_papers(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of what nobody waits for: one after another, behind every query, at a low priority."""
        ...

    def nearness(self, wanted: bytes, vectors: Sequence[bytes]) -> list[float]:
        """The cosine of each of ``vectors`` with ``wanted``."""
        ...

    @property
    def neighbours(self) -> Neighbours: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """All that a use case may need; made once, by ``bot.app``."""

    store: Store
    index: SearchIndex
    sources: tuple[Source, ...]
    """The first one is asked where none is named: its lists are what digests are made of."""
    answerer: Answerer
    further_models: tuple[Answerer, ...] = ()
    """What a server may choose in the place of ``answerer``, if that is a model."""
    language: str | None = None
    """In which claims are worded, by its English name; None is that of the question."""
    allowance: Allowance | None = None
    """What the answerer may take in a day; None where it is no model."""
    catalogue: Catalogue | None = None
    """None where nobody is asked for what the lists leave out."""
    enrichment: Catalogue | None = None
    """None where nobody is asked for what is good to know beside: citations, fields of study."""
    embedder: Embedder | None = None
    """None where the semantic part is left out: everything goes by words then."""
    texts: PaperText | None = None
    """None where only abstracts are read."""
    clock: Clock = system_clock
    remembers: timedelta = timedelta(days=30)
    """How long the turns of a thread are remembered; not at all where it is nothing."""
    settle: timedelta = field(default=timedelta(minutes=25))
    """How old the newest look at a source may be before another one is made. Less than ``bot.app.REFRESH``: that beat
    comes by the clock, a look ends some time after it, and every second beat would find the last look too fresh."""
    refreshing: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)
    """Held while the sources are looked at: what needs fresh papers waits for the look that is under way."""
    reading: WeakValueDictionary[PaperId, asyncio.Lock] = field(
        default_factory=WeakValueDictionary, repr=False, compare=False
    )
    """Held while a paper's text is fetched and read: whoever asks about the same paper waits for it."""
    drafting: WeakValueDictionary[str, asyncio.Lock] = field(
        default_factory=WeakValueDictionary, repr=False, compare=False
    )
    """Held while a model is asked what is kept: whoever asks the same waits for that."""
