"""What a search or a ranking found, one page of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.advice import Advice
from bot.core.period import Period
from bot.core.ranking import Ranked
from storage.records import Paper, PaperChange, Sort


class Engine(StrEnum):
    """By what papers were found and put in order."""

    WORDS = "words"
    HYBRID = "words and meaning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """The piece of a paper's text that answers a query best; ``marks`` are the hits as (start, end) in ``text``."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    of_title: bool = False
    """Whether it is the title: nothing else holds what was asked, or there is nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    paper: Paper
    score: float
    snippet: Snippet
    partly: bool = False
    """It holds only part of what was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """``total`` is exact where ``exact`` says so, else a lower bound (counting stops at 1,000).

    Where few papers match a query of several words, those that hold part of it stand behind them; they are not counted.
    """

    query: str
    token: str
    """A short name of the query under which the store keeps it, for buttons that turn pages."""
    sort: str
    results: tuple[Found, ...]
    total: int
    exact: bool
    offset: int
    limit: int
    did_you_mean: str | None
    took_ms: float
    freshness: "Freshness"
    engine: Engine = Engine.WORDS
    partial: bool = False
    """No paper holds all that was asked for; these hold part of it."""
    corrected: bool = False
    """Nothing matches the query as it was typed; these are the results of what was probably meant."""
    unknown: tuple[str, ...] = ()
    """Where nothing was found: categories that the query names and arXiv does not have."""
    advice: Advice | None = None
    """Where nothing was found: what may be changed."""

    @property
    def counted(self) -> int:
        """How many of the results ``total`` counts."""
        return len(self.results) if self.partial else sum(not found.partly for found in self.results)

    @property
    def asked(self) -> str:
        """What the results answer: the query as it was typed, or as it was probably meant."""
        return self.did_you_mean if self.corrected and self.did_you_mean else self.query


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarPage:
    """One page of the papers most like ``paper``; ``total`` is how many were compared closely."""

    paper: Paper
    results: tuple[Found, ...]
    total: int
    offset: int
    limit: int
    took_ms: float
    freshness: "Freshness"
    engine: Engine = Engine.WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPage:
    """One page of what a person saved, each paper with when that was; ``changes`` are those that came later.

    ``total`` counts what matches ``query``, ``saved`` all of it.
    """

    query: str
    """Empty where all is shown."""
    token: str | None
    """A short name of the query where there are further pages; see ``SearchPage``."""
    papers: tuple[tuple[Paper, datetime], ...]
    changes: tuple[PaperChange, ...]
    total: int
    saved: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How current the store is, in words that can stand under any answer; empty where all is well."""

    papers: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendingPage:
    """One page of the papers of a period in an order. ``period`` is None where no list was seen yet."""

    period: Period | None
    sort: Sort
    ranked: tuple[Ranked, ...]
    total: int
    offset: int
    limit: int
    freshness: Freshness
