"""Which passages of papers are closest to a question. Nothing here can tell whether one answers it.

Words: BM25 over passages (Robertson and Zaragoza 2009, with the smoothed idf that Lucene uses) as a share of its best
value, the question's abbreviations in both their forms. Meaning, where it is known: the cosines to the question, put on
the scale of the words (``hybrid.fused``). In a whole text both look at the neighbouring sentences too. Then bonuses:
for the share of the question that the whole paper holds, its title included; for what this kind of question asks for,
and for the section in which that stands; for a place toward the end of an abstract, where results stand.

A passage that shares no content word with the question, is not near to it in meaning and is not of the kind that a
question such as "summarise" asks for never touches it, however high it stands.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from bot.core.acronyms import introduced, other_forms
from bot.core.grounding import Passage
from bot.core.hybrid import fused
from bot.core.questions import Route, content, routes
from bot.core.text import sentences
from storage import words
from storage.fulltext import FullText, PieceKind
from storage.query import Or, Query, Words
from storage.records import Paper, PaperId

K1 = 1.2
B = 0.75
PAPER = 1.0
CUE = 0.4
SECTION = 0.3
LATE = 0.4
MEANING = 1.3
NEIGHBOURS = 0.25
"""Weights beside 1 for the best passage by words; measured by ``benchmarks/passages.py``."""
TOUCHES = 0.2
"""The cosine from which on a passage is near: of ten questions about everyday things none comes to it in 20 abstracts,
of those that were asked about the abstract itself three in four do."""
NOT_QUITE = 0.1
SHORT_TEXTS = frozenset({"Abstract", "Summary"})
"""The sections of ``Paper.text``."""
SHORTEST = 8
"""Characters of a sentence of a whole text that can say anything."""


class Tie(IntEnum):
    """What ties a passage to a question; less is closer."""

    TOUCHES = 0
    """It shares a content word, is near in meaning, or is what a question such as "summarise" asks for."""
    ALIKE = 1
    """It only looks like an answer to this kind of question, or is not quite near."""
    NONE = 2


@dataclass(frozen=True, slots=True)
class Close:
    """A passage with its closeness (more is closer) and the question's words, as asked, that it holds."""

    passage: Passage
    score: float
    matched: tuple[str, ...]
    tie: Tie


def of_paper(paper: Paper, text: FullText | None = None) -> tuple[Passage, ...]:
    """The sentences of what there is to read, in order, each with its section; a row of a table is one, too.

    The abstract comes first, as the store has it; without one the summary, which is called one.
    """
    told = [(paper.text_section, sentence) for sentence in sentences(paper.text)]
    for piece in text.pieces if text is not None else ():
        if piece.section.lower() != "abstract" or not paper.abstract:
            parts = (piece.text,) if piece.kind is PieceKind.ROW else sentences(piece.text)
            told += [(piece.section, part) for part in parts if len(part) >= SHORTEST]
    return tuple(
        Passage(paper_id=paper.id, ordinal=ordinal, section=section, text=part, title=paper.title)
        for ordinal, (section, part) in enumerate(told)
    )


def as_query(question: str) -> Query | None:
    """The question as a query for its papers: any of its content words; None where it has none."""
    asked = tuple(Words(surface) for surface in content(question).values())
    return Or(asked) if len(asked) > 1 else next(iter(asked), None)


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What of passages does not depend on the question."""

    terms: tuple[Counter[str], ...]
    mean: float
    """Terms a passage."""
    acronyms: dict[str, str]


@lru_cache(maxsize=16)
def _indexed(passages: tuple[Passage, ...]) -> _Indexed:
    terms = tuple(Counter(_terms(passage.text)) for passage in passages)
    mean = sum(text.total() for text in terms) / max(1, len(terms))
    return _Indexed(terms, mean, introduced(passage.text for passage in passages))


def spoken(question: str, passages: Sequence[Passage]) -> str:
    """``question`` as a model of meaning should read it: abbreviations of the papers' own with what they stand for."""
    more = other_forms(question, _indexed(tuple(passages)).acronyms)
    return f"{question} ({'; '.join(more)})" if more else question


def best(
    question: str, passages: Sequence[Passage], nearness: Sequence[float | None] = (), *, limit: int = 3
) -> tuple[Close, ...]:
    """The passages closest to ``question``: those that touch it first, and among them the closest first.

    ``nearness`` are the cosines of the passages to the question, None where one is not known; empty where none is. The
    order does not depend on the order of ``passages``. A text that stands twice comes once.
    """
    known = tuple(nearness) or (None,) * len(passages)
    pairs = sorted(zip(passages, known, strict=True), key=lambda pair: (_place(pair[0]), pair[0].text))
    texts, near = tuple(pair[0] for pair in pairs), [pair[1] for pair in pairs]
    indexed = _indexed(texts)
    asked = content(question, other_forms(question, indexed.acronyms))
    weights = _rarity(asked, indexed.terms)
    by_words = [_bm25(text, weights, indexed.mean) for text in indexed.terms]
    most = max(by_words, default=0.0) or 1.0
    ways, groups = routes(question), _groups(texts)
    shares = [value or 0.0 for value in _with_neighbours([value / most for value in by_words], groups)]
    scores = fused(shares, _with_neighbours(near, groups), weight=MEANING)
    covered, late = _covered(weights, texts, indexed.terms), _lateness(texts)
    found = [
        Close(
            passage,
            score + PAPER * covered[passage.paper_id] + _kind(ways, passage) + LATE * late[place],
            tuple(surface for term, surface in asked.items() if indexed.terms[place][term]),
            _tie(ways, passage, touches=by_words[place] > 0, near=near[place]),
        )
        for place, (passage, score) in enumerate(zip(texts, scores, strict=True))
    ]
    return _first(found, limit)


def _tie(ways: Iterable[Route], passage: Passage, *, touches: bool, near: float | None) -> Tie:
    looks = [way.alone for way in ways if way.leads_to(passage.text)]
    if touches or any(looks) or (near is not None and near >= TOUCHES):
        return Tie.TOUCHES
    return Tie.ALIKE if looks or (near is not None and near >= NOT_QUITE) else Tie.NONE


def _kind(ways: Iterable[Route], passage: Passage) -> float:
    """The bonus for looking like an answer of this kind, and for standing where such ones stand."""
    looks = any(way.leads_to(passage.text) for way in ways)
    stands = any(way.stands_in(passage.section) for way in ways)
    return CUE * looks + SECTION * stands


def _groups(passages: Sequence[Passage]) -> list[object]:
    """What is alike for neighbours that belong together: those of one section of a whole text."""
    return [
        place if passage.section in SHORT_TEXTS else (passage.paper_id, passage.section)
        for place, passage in enumerate(passages)
    ]


def _with_neighbours(values: Sequence[float | None], groups: Sequence[object]) -> list[float | None]:
    """The mean of each value and, weighing less, those before and behind it in its section; unknown ones stay so."""

    def mean(place: int, value: float) -> float:
        around = [
            known
            for other in (place - 1, place + 1)
            if 0 <= other < len(values) and groups[other] == groups[place] and (known := values[other]) is not None
        ]
        return (value + NEIGHBOURS * sum(around)) / (1 + NEIGHBOURS * len(around))

    return [None if value is None else mean(place, value) for place, value in enumerate(values)]


def _first(found: Iterable[Close], limit: int) -> tuple[Close, ...]:
    ordered = sorted(found, key=lambda close: (close.tie, -close.score, _place(close.passage)))
    distinct = {close.passage.text: close for close in reversed(ordered)}
    return tuple(close for close in ordered if distinct[close.passage.text] is close)[:limit]


def _place(passage: Passage) -> tuple[PaperId, int]:
    return passage.paper_id, passage.ordinal


def _covered(
    weights: dict[str, float], passages: Sequence[Passage], texts: Sequence[Counter[str]]
) -> dict[PaperId, float]:
    """The share of the question, by the rarity of its words, that each paper's title and passages hold together."""
    held: dict[PaperId, set[str]] = {}
    for passage, text in zip(passages, texts, strict=True):
        if passage.paper_id not in held:
            held[passage.paper_id] = set(_terms(passage.title))
        held[passage.paper_id].update(text)
    whole = sum(weights.values()) or 1.0
    return {
        paper_id: sum(weight for term, weight in weights.items() if term in terms) / whole
        for paper_id, terms in held.items()
    }


def _lateness(passages: Sequence[Passage]) -> list[float]:
    """How far down in its abstract each passage stands: 0 for the first, 1 for the last; 0 for those of whole texts."""
    last: dict[PaperId, int] = {}
    whole = {passage.paper_id for passage in passages if passage.section not in SHORT_TEXTS}
    for passage in passages:
        last[passage.paper_id] = max(passage.ordinal, last.get(passage.paper_id, 0))
    return [
        0.0 if passage.paper_id in whole else passage.ordinal / max(1, last[passage.paper_id]) for passage in passages
    ]


def _terms(text: str) -> list[str]:
    read = words.analyse(text)
    return [*read.stems, *read.joined_stems]


def _rarity(asked: Iterable[str], texts: Sequence[Counter[str]]) -> dict[str, float]:
    held = {term: sum(term in text for text in texts) for term in asked}
    return {term: math.log(1 + (len(texts) - count + 0.5) / (count + 0.5)) for term, count in held.items()}


def _bm25(text: Counter[str], weights: dict[str, float], mean: float) -> float:
    if not text:
        return 0.0
    norm = K1 * (1 - B + B * text.total() / mean)
    return sum(weight * text[term] * (K1 + 1) / (text[term] + norm) for term, weight in weights.items() if text[term])
