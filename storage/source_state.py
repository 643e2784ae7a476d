"""How a source of papers has been doing, as a frozen value. Standard library only, as ``storage.records``."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """How a source has been doing, for freshness and health."""

    name: str
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    problem: str | None = None
    retry_at: datetime | None = None
    fetched: int = 0
    rejected: int = 0
    """Of the last answer that could be read: how many items it held, and how many of them were no papers."""
    rejects: tuple[str, ...] = ()
    """Of each kind of those the first, in words."""
    usual_share: float | None = None
    """How much of an answer can usually be read, from 0 to 1."""

    def waits(self, now: datetime) -> bool:
        """Whether it failed and is not to be tried yet.

        A failure in the future is one from before this machine's clock was put back: it says nothing.
        """
        return self.retry_at is not None and self.failed_at is not None and self.failed_at <= now < self.retry_at
