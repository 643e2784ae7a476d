"""What an answer may claim: only what a quotation that stands in the text carries."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from storage.fulltext import Origin
from storage.records import PaperId


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a paper's text with the section that it stands in."""

    paper_id: PaperId
    ordinal: int
    section: str
    text: str
    title: str = ""
    """Of its paper: it helps to find the passage and is never quoted."""


class Label(StrEnum):
    STATED = "STATED"
    INFERRED = "INFERRED"
    QUOTED = "QUOTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of an answer with its quotation."""

    text: str
    label: Label
    quote: str
    section: str
    paper_id: PaperId
    matched: tuple[str, ...] = ()
    """The words of the question that the quotation holds."""


class AnswerStatus(StrEnum):
    ANSWERED = "answered"
    PASSAGES = "passages"
    NOT_FOUND = "not_found"


class Coverage(StrEnum):
    ABSTRACT = "abstract"
    FULL_TEXT = "full text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of one paper: its abstract, and its whole text where ``origin`` says from where."""

    paper_id: PaperId
    origin: Origin | None = None
    whole: bool = True
    """False where it is so long that only its beginning was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    question: str
    status: AnswerStatus
    engine: str
    claims: tuple[Claim, ...] = ()
    nearest: tuple[Claim, ...] = ()
    read: tuple[Read, ...] = ()
    """Whoever gathered the passages knows; whoever drafts the answer does not."""

    @property
    def coverage(self) -> Coverage:
        """The full text only where that of every paper was read."""
        full = bool(self.read) and all(one.origin is not None for one in self.read)
        return Coverage.FULL_TEXT if full else Coverage.ABSTRACT


def verify(claims: tuple[Claim, ...], passages: tuple[Passage, ...]) -> tuple[Claim, ...]:
    """The claims whose quotation stands, letter for letter (white space folded), in a passage of the same paper.

    What is labelled QUOTED says nothing but its quotation.
    """
    texts: dict[PaperId, list[str]] = {}
    for passage in passages:
        texts.setdefault(passage.paper_id, []).append(_folded(passage.text))
    return tuple(claim for claim in claims if _stands(claim, texts.get(claim.paper_id, ())))


def _stands(claim: Claim, texts: Sequence[str]) -> bool:
    quote = _folded(claim.quote)
    honest = claim.label is not Label.QUOTED or _folded(claim.text) == quote
    return bool(quote) and honest and any(quote in text for text in texts)


def _folded(text: str) -> str:
    return " ".join(text.split())
