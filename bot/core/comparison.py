"""Several papers side by side, aspect by aspect: every cell a quotation, or a claim that stands on one, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.aspect_signs import Aspect
from bot.core.grounding import Claim, Read
from storage.records import Paper, PaperId

FEWEST, MOST = 2, 4
"""Papers that are compared."""

QUESTIONS: Mapping[Aspect, str] = {
    Aspect.PROBLEM: "Which problem does each of these papers work on?",
    Aspect.APPROACH: "What is the approach of each of these papers?",
    Aspect.RESULTS: "What is the main result of each of these papers?",
    Aspect.DATA: "Which data does each of these papers rest on?",
    Aspect.SIZE: "How large are the models of each of these papers?",
    Aspect.CODE: "Is the code of each of these papers available, and where?",
    Aspect.LIMITS: "Which limits of its own does each of these papers name?",
}
"""What a model is asked for each aspect."""


@dataclass(frozen=True, slots=True)
class Row:
    """One aspect; a paper of which nothing was found that tells it has no cell."""

    aspect: Aspect
    cells: Mapping[PaperId, Claim]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    papers: Sequence[Paper]
    engine: str
    rows: Sequence[Row]
    """One for each aspect, in order."""
    read: tuple[Read, ...]
    note: str = ""
    """Why it is not what was asked for: that a model failed, say."""
