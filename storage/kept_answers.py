"""What is kept of an answer, and what people think of it. Standard library only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records import PaperId

KEPT = timedelta(days=30)
"""For how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """Words of a paper as an answer quoted them."""

    paper_id: PaperId
    section: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """``guild_id`` is the server in which it was given; None in a direct message. Who asked is not kept."""

    question: str
    quotations: tuple[Quotation, ...]
    guild_id: int | None
    kept_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What somebody thinks of an answer."""

    question: str
    is_good: bool
    voted_at: datetime
