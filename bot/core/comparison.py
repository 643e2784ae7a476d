"""Several papers side by side, aspect by aspect: every cell a quotation, or a claim that stands on one, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.aspect_signs import Aspect
from bot.core.grounding import Claim, Read
from bot.core.opening import called
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

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Each once, row by row."""
        ids = [paper.id for paper in self.papers]
        cells = (row.cells.get(paper_id) for row in self.rows for paper_id in ids)
        return tuple(dict.fromkeys(claim for claim in cells if claim is not None))


def question(found: Comparison) -> str:
    """What a comparison answers, in words."""
    *others, last = map(called, found.papers)
    return f"How do {', '.join(others)} and {last} compare?"


def said(found: Comparison) -> tuple[str, ...]:
    """What a comparison tells, each sentence with whose it is."""
    names = {paper.id: called(paper) for paper in found.papers}
    return tuple(f"{names[claim.paper_id]}: {claim.text}" for claim in found.claims)
