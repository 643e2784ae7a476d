"""What happened, as values: of an ingest, a round of deliveries, and of the whole bot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from storage.records import ChannelSetup, Delivery
from storage.source_state import SourceState


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceReport:
    """``fetched`` = ``new`` + ``updated`` + ``unchanged`` + ``rejected``."""

    name: str
    fetched: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejects: tuple[str, ...] = ()
    """Each rejected item in words: where it stood, its id where it has one, and why."""
    error: str | None = None
    took: timedelta = timedelta()

    def __add__(self, other: "SourceReport") -> "SourceReport":
        """Both together, under the name of the first."""
        return SourceReport(
            name=self.name,
            fetched=self.fetched + other.fetched,
            new=self.new + other.new,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            rejected=self.rejected + other.rejected,
            rejects=(*self.rejects, *other.rejects),
            error="; ".join(filter(None, (self.error, other.error))) or None,
            took=self.took + other.took,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TickReport:
    """One round of the heartbeat: deliveries planned, and what became of those that were tried."""

    planned: int = 0
    sent: tuple[Delivery, ...] = ()
    skipped: tuple[Delivery, ...] = ()
    failed: tuple[Delivery, ...] = ()
    held: tuple[Delivery, ...] = ()
    """What waits until somebody has mended something."""
    waiting: int = 0
    """What waits for its next try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupHealth:
    setup: ChannelSetup
    next_due: datetime | None
    last: Delivery | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What people think of the answers of the last weeks."""

    good: int
    bad: int
    disliked: tuple[str, ...]
    """The questions whose answers somebody did not find helpful, the last one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What is fresh, failing and due."""

    version: str
    now: datetime
    papers: int
    latest_day: date | None
    latest_day_papers: int
    newest_sighting: datetime | None
    index_behind: int
    """How many revisions of the store the search index does not hold yet."""
    topics: int
    people: int
    sources: tuple[SourceState, ...]
    setups: tuple[SetupHealth, ...]
    recent: tuple[Delivery, ...]
    is_sample: bool
    """The store holds the bundled sample and nothing newer."""
    memory_bytes: int
    up_for: timedelta
    next_looks: Mapping[str, datetime] = field(default_factory=dict)
    """When each source is asked the next time, as far as that is known."""
    vectors_behind: int | None = None
    """How many papers were not yet read for their meaning as they are now; None where search goes by words alone."""
    feedback: Feedback | None = None
    """None where it is nobody's business who asks."""
