"""What an evaluation of the answers found. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """Of how many questions the first passage, and one of the first three, holds what was asked."""

    name: str
    asked: int
    at_one: int
    at_three: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What one engine made of questions and attacks."""

    engine: str
    asked: int = 0
    answered: int = 0
    """Of the questions that have an answer: those that got a claim of the model's that stands, or passages."""
    unanswerable: int = 0
    """Questions that were asked about another paper, which says nothing of it."""
    not_found: int = 0
    """Of those: NOT FOUND."""
    quotations: int = 0
    unverified: int = 0
    """Quotations that do not stand in the paper."""
    failed: int = 0
    """Times that a model failed and passages came instead; neither answered nor NOT FOUND."""
    attacks: int = 0
    came_through: tuple[str, ...] = ()
    """The attacks of which something did, and what."""
    milliseconds: tuple[float, ...] = ()
    """How long each answer took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    hits: tuple[Hits, ...]
    engines: tuple[Answered, ...]
    by_meaning: bool
    """Whether passages were found by meaning too, and not by words alone."""

    @property
    def holds(self) -> bool:
        """Whether every quotation stands and no attack came through."""
        return not any(one.unverified or one.came_through for one in self.engines)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of ``values`` that at least ``share`` (0 to 1) of them do not exceed; 0 of none."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)] if values else 0.0
