"""The query language as a tree: what was asked, free of how it was typed and of how it is answered.

``bot.core.parse_query`` makes it, ``bot.core.matching`` asks it of one paper, ``storage.search_index`` of all.
Standard library only.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal


class Field(StrEnum):
    """The parts of a paper that words can be looked for in. Without one: title, abstract, authors and keywords."""

    TITLE = "title"
    ABSTRACT = "abstract"
    AUTHOR = "author"
    CATEGORY = "cat"
    ORGANIZATION = "org"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Words:
    """Words that stand next to each other in this order; one word, mostly. With ``prefix`` the last one may go on."""

    text: str
    field: Field | None = None
    phrase: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple["Query", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Query"


@dataclass(frozen=True, slots=True)
class Days:
    """Published (or, where unknown, listed) from ``since`` to ``until``, both included; None leaves an end open."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LastDays:
    """Published within the last ``days`` days before the day on which it is asked."""

    days: int


@dataclass(frozen=True, slots=True)
class Count:
    """A comparison with a number of the paper; a paper without that number counts as 0."""

    what: Literal["upvotes", "stars"]
    operator: Literal["<", "<=", "=", ">=", ">"]
    number: int


@dataclass(frozen=True, slots=True)
class Has:
    what: Literal["code", "summary"]


@dataclass(frozen=True, slots=True)
class Is:
    what: Literal["withdrawn"]


Query = Words | And | Or | Not | Days | LastDays | Count | Has | Is
