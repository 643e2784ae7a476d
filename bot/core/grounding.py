"""What an answer may claim: only what a quotation that stands in the text carries."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from storage.fulltext import Origin
from storage.records import PaperId

EXTRACTIVE = "extractive"
"""The engine that only quotes."""
LEFT_OUT = " … "
"""What stands in a quotation between two parts of a passage."""
LEAST_WORDS = 3
"""Words of a quotation; fewer stand somewhere in every paper."""

_ELLIPSIS = re.compile(r"\s*(?:\[\s*(?:…|\.{3,})\s*\]|…|\.{3,}|\(\s*\.{3}\s*\))\s*")
_MARKS = " \t\r\n\"'“”‘’«»"
_ALIKE = dict.fromkeys("“”„«»", '"') | dict.fromkeys("‘’`", "'") | dict.fromkeys("–—−‐‑", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of a paper's text with the section that it stands in."""

    paper_id: PaperId
    ordinal: int
    section: str
    text: str
    title: str = ""
    """Of its paper: it helps to find the passage and is never quoted."""
    paragraph: int = 0
    """Which of the pieces of its text it stands in."""
    place: str = ""
    """Where that piece can be found again, see ``storage.fulltext.Piece``."""


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


Heard = Callable[[Sequence[Claim]], None]
"""Is told all claims that stand by now: first none, when a model begins to write, then whenever there is one more."""


def quotation(passage: Passage, matched: tuple[str, ...] = ()) -> Claim:
    """A passage as a claim that says nothing but its quotation."""
    return Claim(
        text=passage.text,
        label=Label.QUOTED,
        quote=passage.text,
        section=passage.section,
        paper_id=passage.paper_id,
        matched=matched,
    )


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
    has_abstract: bool = True
    """False where only a summary that is not by its authors is known."""
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
    note: str = ""
    """Why it is not what was asked for: that a model failed, say."""
    read: tuple[Read, ...] = ()
    """Whoever gathered the passages knows; whoever drafts the answer does not."""

    @property
    def coverage(self) -> Coverage:
        """The full text only where that of every paper was read."""
        full = bool(self.read) and all(one.origin is not None for one in self.read)
        return Coverage.FULL_TEXT if full else Coverage.ABSTRACT


def verify(claims: tuple[Claim, ...], passages: tuple[Passage, ...]) -> tuple[Claim, ...]:
    """The claims whose quotation stands, letter for letter (white space folded), in a passage of the same paper.

    An ellipsis may stand between parts that do, in their order. What is labelled QUOTED says nothing but its quotation.
    """
    texts: dict[PaperId, list[str]] = {}
    for passage in passages:
        texts.setdefault(passage.paper_id, []).append(_folded(passage.text))
    return tuple(claim for claim in claims if _stands(claim, texts.get(claim.paper_id, ())))


def _stands(claim: Claim, texts: Sequence[str]) -> bool:
    quote = _folded(claim.quote)
    honest = claim.label is not Label.QUOTED or _folded(claim.text) == quote
    parts = [part.strip() for part in quote.split(LEFT_OUT.strip())]
    may_leave_out = all(len(part.split()) >= LEAST_WORDS for part in parts)
    return honest and bool(quote) and any(quote in text or (may_leave_out and _in_order(parts, text)) for text in texts)


def _in_order(parts: Sequence[str], text: str) -> bool:
    at = 0
    for part in parts:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True


def _folded(text: str) -> str:
    return " ".join(text.split())


# --- quotations as others write them ---


def located(quote: str, passages: Sequence[Passage]) -> tuple[Passage, str] | None:
    """The first of ``passages`` that holds ``quote``, and the quotation as it stands there; None where none does.

    Quotation marks, dashes, capitals, compatibility characters (as ligatures) and white space make no difference. An
    ellipsis may stand between verbatim parts of one passage, each of ``LEAST_WORDS`` words.
    """
    parts = [_plain(part)[0] for part in _ELLIPSIS.split(quote.strip(_MARKS))]
    parts = [part for part in parts if part]
    if not parts or any(part.count(" ") + 1 < LEAST_WORDS for part in parts):
        return None
    for passage in passages:
        plain, places = _plain(passage.text)
        found: list[str] = []
        at = 0
        for part in parts:
            at = _whole_words(part, plain, at)
            if at < 0:
                break
            found.append(passage.text[places[at] : places[at + len(part) - 1] + 1])
            at += len(part)
        else:
            return passage, LEFT_OUT.join(found)
    return None


def _whole_words(part: str, plain: str, at: int) -> int:
    """Where ``part`` stands in ``plain`` from ``at`` on without cutting a word or a number; -1 where it does not."""
    while (at := plain.find(part, at)) >= 0:
        end = at + len(part)
        before, behind = plain[at - 1 : at], plain[end : end + 1]
        if not (before.isalnum() and part[0].isalnum()) and not (behind.isalnum() and part[-1].isalnum()):
            return at
        at += 1
    return -1


@lru_cache(maxsize=64)  # the passages of an answer are compared with each of its quotations
def _plain(text: str) -> tuple[str, tuple[int, ...]]:
    """``text`` as it is compared, and for each of its characters where in ``text`` it comes from."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for plain in unicodedata.normalize("NFKC", _ALIKE.get(sign, sign)).casefold():
            shown = " " if plain.isspace() else plain
            if shown != " " or (signs and signs[-1] != " "):
                signs.append(shown)
                places.append(place)
    if signs and signs[-1] == " ":
        signs.pop()
        places.pop()
    return "".join(signs), tuple(places)
