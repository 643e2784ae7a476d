"""The nouns of Paperboy, as frozen values.

Standard library only, so that every layer may speak of them. All moments are aware and in UTC; a naive one is
refused where it would be stored.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType

from storage.naming import address_of, is_doi

PaperId = NewType("PaperId", str)
"""What a paper is called: its arXiv id without version (``2503.01234``, ``hep-th/9901001``), else its DOI in small
letters (``10.1101/2025.03.14.643210``). Made only by ``bot.core.identity``."""


def utc(moment: datetime) -> datetime:
    """``moment`` in UTC.

    Raises:
        ValueError: it carries no time zone, so nobody can know which moment is meant.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a moment without time zone: {moment!r}")
    return moment.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who said some facts of a paper, and when."""

    source: str
    at: datetime
    facts: tuple[str, ...]
    """Names of fields of ``Paper``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """All that is known of one paper, merged over every source. An unknown fact is None or empty."""

    id: PaperId
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    published_at: datetime | None = None
    version: int | None = None
    """The newest version seen. It is no part of the identity."""
    daily_on: date | None = None
    """The first day on which Hugging Face's daily list named it."""
    upvotes: int | None = None
    comments: int | None = None
    code_url: str | None = None
    code_stars: int | None = None
    project_url: str | None = None
    organization: str | None = None
    summary: str | None = None
    keywords: tuple[str, ...] = ()
    withdrawn_at: datetime | None = None
    citations: int | None = None
    fields_of_study: tuple[str, ...] = ()
    """As Semantic Scholar classifies it: ``Computer Science``."""
    said: tuple[Said, ...] = field(default=(), compare=False, repr=False)
    """Whose word each fact is; two papers are equal where their facts are, whoever says them."""

    def word_on(self, fact: str) -> Said | None:
        """Who said a fact, and when; None where it is not known, or nobody noted it."""
        return next((one for one in self.said if fact in one.facts), None)

    @property
    def text(self) -> str:
        """What there is to read and to search: the abstract, else the summary."""
        return self.abstract or self.summary or ""

    @property
    def text_section(self) -> str:
        """What ``text`` is, so that nobody takes a summary for the authors' own words."""
        return "Abstract" if self.abstract else "Summary"

    @property
    def url(self) -> str:
        return address_of(self.id)

    @property
    def pdf_url(self) -> str | None:
        """None where nobody knows it, which is so beyond arXiv."""
        return None if is_doi(self.id) else f"https://arxiv.org/pdf/{self.id}"

    @property
    def discussion_url(self) -> str | None:
        """Hugging Face's page of it, which papers beyond arXiv do not have."""
        return None if is_doi(self.id) else f"https://huggingface.co/papers/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What one source said of a paper at one moment. Appended, never changed; unique by (paper, source, moment)."""

    paper_id: PaperId
    source: str
    seen_at: datetime
    daily_on: date | None = None
    """The day on whose list of trending papers it stood."""
    announced_on: date | None = None
    """The day whose announcement of new papers named it."""
    upvotes: int | None = None
    comments: int | None = None
    stars: int | None = None


class Sort(StrEnum):
    """In which order papers are shown."""

    TRENDING = "trending"
    RISING = "rising"
    TOP = "top"
    NEW = "new"


class DestinationKind(StrEnum):
    CHANNEL = "channel"
    FORUM = "forum"
    """Takes no messages of its own: each post is a thread."""
    THREAD = "thread"
    PERSON = "person"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a delivery goes: a kind and Discord's id (0 for the terminal)."""

    kind: DestinationKind
    id: int

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Destination":
        """The inverse of ``str``. Raises ValueError."""
        kind, _, number = text.partition(":")
        return cls(kind=DestinationKind(kind), id=int(number))


EVERY_DAY = frozenset(range(7))
WORKING_DAYS = frozenset(range(5))
DEFAULT_GRACE = timedelta(hours=6)
"""How late a digest may still come after downtime, before it is recorded as skipped (design promise 2)."""


class Cadence(StrEnum):
    """How often a digest comes, and of how many days its papers are."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A local hour in an IANA zone, on some weekdays (Monday is 0).

    A weekly one comes on the first of its weekdays in each week, a monthly one on the first of them in each month.
    """

    at: time
    zone: str
    weekdays: frozenset[int] = EVERY_DAY
    grace: timedelta = DEFAULT_GRACE
    cadence: Cadence = Cadence.DAILY


class Layout(StrEnum):
    """In which messages a digest comes."""

    DIGEST = "digest"
    """One message."""
    THREADS = "threads"
    """One message, in which each paper can be given a thread."""
    CARDS = "cards"
    """One message a paper."""
    FORUM = "forum"
    """One forum post a paper."""


class Settle(StrEnum):
    """Which state of a day's list a daily digest takes: lists fill for a day, and votes come for longer."""

    NOW = "now"
    """At the hour, whatever is there."""
    SETTLED = "settled"
    """At the hour, the list of the day before."""
    COMPLETED = "completed"
    """At the hour, whatever is there; then the same message is kept up to date until the next one."""


class Obstacle(StrEnum):
    """Why a destination cannot be reached until a person acts."""

    PERMISSION = "permission"
    GONE = "gone"
    WRONG_KIND = "wrong kind"
    TAG_NEEDED = "tag needed"
    DM_CLOSED = "direct messages closed"
    BLOCKED = "blocked"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    """A forum tag and the query of the papers that get it; with an empty query those that get no other.

    ``tag_id`` is Discord's, so that a renamed tag is still the same one; 0 where only the name is known (yet).
    """

    name: str
    query: str = ""
    tag_id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSetup:
    """How one channel gets its digests. ``id`` is 0 until stored."""

    id: int = 0
    guild_id: int
    destination: Destination
    schedule: Schedule
    limit: int = 5
    sort: Sort = Sort.TRENDING
    query: str | None = None
    min_upvotes: int = 0
    layout: Layout = Layout.DIGEST
    settle: Settle = Settle.NOW
    publish: bool = False
    """Whether each message is crossposted to the channels that follow this one (announcement channels only)."""
    quiet: bool = False
    """Whether a day without papers passes in silence, instead of with a line that says why."""
    role_id: int | None = None
    """The role that is mentioned with a digest; None mentions nobody."""
    tags: tuple[TagRule, ...] = ()
    paused_because: str | None = None
    """Why nothing is sent: an admin's pause or a problem, in words; None while it runs."""
    obstacle: Obstacle | None = None
    """What kind of problem paused it; None where it runs or an admin paused it."""
    paused_at: datetime | None = None
    created_by: int
    created_at: datetime

    @property
    def slot(self) -> str:
        """This setup's part of its deliveries' keys."""
        return f"setup-{self.id}"

    def made(self, key: "DeliveryKey") -> bool:
        """Whether a delivery with ``key`` is one of this setup's, by its schedule or beside it."""
        return key.destination == self.destination and (key.slot == self.slot or key.slot.startswith(f"{self.slot}-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who follows topics. Only what delivery needs is kept."""

    id: int
    schedule: Schedule
    dm_closed_at: datetime | None = None
    """Since when Discord refuses our direct messages to them; None while it does not."""

    @property
    def destination(self) -> Destination:
        return Destination(kind=DestinationKind.PERSON, id=self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A query that a person follows. ``id`` is 0 until stored; (person, query) is unique."""

    id: int = 0
    person_id: int
    query: str
    created_at: datetime


class DeliveryState(StrEnum):
    """planned → sending → sent, or one of the ends without a message."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryKey:
    """What makes a delivery the same delivery, whoever plans it and however often."""

    destination: Destination
    local_date: date
    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a delivery. A digest is one message; cards and forum posts are one for each paper."""

    part: int
    """Its place among the delivery's messages, from 0: they go out in this order."""
    token: str
    """Names it in the outside world: its nonce, and the marker in its button."""
    paper_id: PaperId | None = None
    """The one paper that it is about; None for all of the delivery's."""
    message_id: int | None = None
    """Discord's id, once it is there; of a forum post it is also the thread's."""
    sent_at: datetime | None = None
    problem: str | None = None
    """Why it will never be sent, while the others were."""

    @property
    def is_open(self) -> bool:
        """Whether it has still to be sent."""
        return self.message_id is None and self.problem is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One digest on its way to one destination. ``id`` is 0 until the ledger has it."""

    id: int = 0
    key: DeliveryKey
    cadence: Cadence = Cadence.DAILY
    due_at: datetime
    expires_at: datetime
    """The end of the grace window: later it is skipped, not sent."""
    token: str
    """The token of its first message."""
    messages: tuple[Message, ...] = ()
    """At least one where it was ever meant to be sent."""
    paper_ids: tuple[PaperId, ...] = ()
    considered: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    """Reason → how many papers; with the picked ones they sum to ``considered``."""
    notes: dict[str, str] = field(default_factory=dict)
    """Paper id → why it was picked, as it is shown (reasons, or the topic it matched); frozen with the choice."""
    empty_because: str | None = None
    """Why it holds no papers, where it says so instead."""
    added: tuple[PaperId, ...] = ()
    """Those of its papers that came into its message after it was sent."""
    also: tuple[PaperId, ...] = ()
    """Papers that the digest before this one gained after it was sent: named once more, for whoever read it early."""
    revise_until: datetime | None = None
    """Until when its message is kept up to date with the day's list."""
    state: DeliveryState = DeliveryState.PLANNED
    attempts: int = 0
    not_before: datetime | None = None
    lease_until: datetime | None = None
    problem: str | None = None
    planned_at: datetime
    ended_at: datetime | None = None

    @property
    def is_held(self) -> bool:
        """Whether it waits for somebody to mend something, for as long as it may come at all."""
        return (
            self.state is DeliveryState.PLANNED and self.not_before is not None and self.not_before >= self.expires_at
        )

    @property
    def message_id(self) -> int | None:
        """Discord's id of the first message that is there."""
        return next((message.message_id for message in self.messages if message.message_id is not None), None)


class ChangeKind(StrEnum):
    """What can happen to a paper after it was posted."""

    WITHDRAWN = "withdrawn"
    VERSION = "version"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperChange:
    """A new version of a paper, or its withdrawal. ``id`` is 0 until stored."""

    id: int = 0
    paper_id: PaperId
    kind: ChangeKind
    version: int | None = None
    at: datetime
