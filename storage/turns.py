"""A question in a thread and what was answered. Standard library only."""

from dataclasses import dataclass
from datetime import datetime

MOST_TURNS = 12
"""Of a thread; earlier ones are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A question, and the sentences or quotations that it was answered with."""

    question: str
    said: tuple[str, ...]
    at: datetime
