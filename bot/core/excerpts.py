"""A quotation where it stands: what its section says before and behind it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.grounding import LEFT_OUT, Passage, located
from storage.fulltext import Origin
from storage.kept_answers import Quotation
from storage.records import Paper, PaperId

Mark = tuple[int, int]

MOST_AROUND = 30
"""Passages on each side that an excerpt may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The passages of one section, in order; that at ``at`` holds what is quoted, in its stretches ``marks``."""

    passages: tuple[Passage, ...]
    at: int
    marks: tuple[Mark, ...]

    @property
    def quoted(self) -> Passage:
        return self.passages[self.at]


@dataclass(frozen=True, slots=True, kw_only=True)
class InContext:
    """The quotations of an answer where they stand; ``lost`` is how many stand nowhere any more."""

    question: str
    excerpts: tuple[Excerpt, ...]
    lost: int
    papers: Mapping[PaperId, Paper]
    origins: Mapping[PaperId, Origin]
    """Where the whole texts of those papers were read that have one."""
    behind: int | None = None
    """How many quotations come before those that are not shown here; None where all behind are shown."""


def excerpts(quotations: Iterable[Quotation], passages: Sequence[Passage]) -> tuple[tuple[Excerpt, ...], int]:
    """Each passage that is quoted, once, in the order of ``quotations``; and how many of these stand nowhere."""
    found: dict[int, Excerpt] = {}
    lost = 0
    for quotation in quotations:
        standing = _standing(quotation, passages)
        if standing is None:
            lost += 1
            continue
        passage, quote = standing
        place = passages.index(passage)
        known = found.get(place) or _around(place, passages)
        found[place] = replace(known, marks=tuple(sorted({*known.marks, *_stretches(quote, passage.text)})))
    return tuple(found.values()), lost


def cuts(found: Iterable[Excerpt], room: int) -> list[tuple[Passage, str, tuple[Mark, ...]]]:
    """What ``cut`` makes of each, behind the passage that is quoted in it first.

    In a short section several come to the same words: those are there once, with all that is quoted in them.
    """
    once: dict[tuple[PaperId, str, str], tuple[Passage, tuple[Mark, ...]]] = {}
    for excerpt in found:
        words, marks = cut(excerpt, room)
        here = excerpt.quoted
        passage, known = once.get((here.paper_id, here.section, words), (here, ()))
        once[here.paper_id, here.section, words] = passage, tuple(sorted({*known, *marks}))
    return [(passage, words, marks) for (_, _, words), (passage, marks) in once.items()]


def cut(excerpt: Excerpt, room: int) -> tuple[str, tuple[Mark, ...]]:
    """What is quoted with as many passages around it as come to ``room`` code points, and where the quotations are.

    Passages of one paragraph follow one another, paragraphs begin on new lines. The passage that is quoted is always
    whole, however little room there is.
    """
    first = last = excerpt.at
    size = len(excerpt.quoted.text)
    open_ends = True
    while open_ends:
        open_ends = False
        for place in (last + 1, first - 1):  # what comes next explains more than what came before
            if 0 <= place < len(excerpt.passages) and size + 1 + len(excerpt.passages[place].text) <= room:
                size += 1 + len(excerpt.passages[place].text)
                first, last = min(first, place), max(last, place)
                open_ends = True
    before = _joined(excerpt.passages[first : excerpt.at + 1])
    shift = len(before) - len(excerpt.quoted.text)
    text = _joined(excerpt.passages[first : last + 1])
    return text, tuple((start + shift, end + shift) for start, end in excerpt.marks)


def _standing(quotation: Quotation, passages: Sequence[Passage]) -> tuple[Passage, str] | None:
    """The passage that a quotation stands in, that of its own section first, and its words there."""
    of_paper = [passage for passage in passages if passage.paper_id == quotation.paper_id]
    ordered = sorted(of_paper, key=lambda passage: passage.section != quotation.section)
    whole = next((passage for passage in ordered if passage.text == quotation.quote), None)
    return (whole, whole.text) if whole is not None else located(quotation.quote, ordered)


def _around(place: int, passages: Sequence[Passage]) -> Excerpt:
    """The stretch of passages around one that are of its section and paper."""
    here = passages[place]
    first = last = place
    while first > 0 and place - first < MOST_AROUND and _same_section(passages[first - 1], here):
        first -= 1
    while last + 1 < len(passages) and last - place < MOST_AROUND and _same_section(passages[last + 1], here):
        last += 1
    return Excerpt(passages=tuple(passages[first : last + 1]), at=place - first, marks=())


def _same_section(one: Passage, other: Passage) -> bool:
    return (one.paper_id, one.section) == (other.paper_id, other.section)


def _stretches(quote: str, text: str) -> list[Mark]:
    found: list[Mark] = []
    at = 0
    for part in quote.split(LEFT_OUT):
        start = text.find(part, at)
        if start >= 0:
            at = start + len(part)
            found.append((start, at))
    return found


def _joined(passages: Sequence[Passage]) -> str:
    text = ""
    for before, passage in zip((None, *passages), passages, strict=False):
        gap = "" if before is None else " " if before.paragraph == passage.paragraph else "\n"
        text += gap + passage.text
    return text
