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
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

from bot.core.acronyms import introduced, other_forms
from bot.core.grounding import Passage
from bot.core.hybrid import fused
from bot.core.questions import Route, content, routes
from bot.core.text import sentences
from storage import words
from storage.fulltext import FullText, Piece, PieceKind
from storage.query import Or, Query, Words
from storage.records import Paper, PaperId

K1 = 1.2
B = 0.75
PAPER = 1.0
CUE = 0.4
SECTION = 0.3
LATE = 0.4
MEANING = 0.5
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


@lru_cache(maxsize=16)
def of_paper(paper: Paper, text: FullText | None = None) -> tuple[Passage, ...]:
    """The sentences of what there is to read, in order, each with its section; a row of a table is one, too.

    The abstract comes first, as the store has it; without one the summary, which is called one. Where there is a text,
    nobody needs what others say of it.
    """
    short = Piece(paper.text_section, PieceKind.PROSE, paper.text)
    told = [(0, short, sentence) for sentence in sentences(paper.text)] if paper.abstract or text is None else []
    for paragraph, piece in enumerate(text.pieces if text is not None else (), 1):
        if piece.section.lower() != "abstract" or not paper.abstract:
            parts = (piece.text,) if piece.kind is PieceKind.ROW else sentences(piece.text)
            told += [(paragraph, piece, part) for part in parts if len(part) >= SHORTEST]
    return tuple(
        Passage(
            paper_id=paper.id,
            ordinal=ordinal,
            section=piece.section,
            text=part,
            title=paper.title,
            paragraph=paragraph,
            place=piece.place,
        )
        for ordinal, (paragraph, piece, part) in enumerate(told)
    )


def as_query(question: str) -> Query | None:
    """The question as a query for its papers: any of its content words; None where it has none."""
    asked = tuple(Words(surface) for surface in content(question).values())
    return Or(asked) if len(asked) > 1 else next(iter(asked), None)


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What of passages does not depend on the question; each passage goes by its place."""

    postings: dict[str, dict[int, int]]
    """Term → the places that hold it, and how often."""
    norms: tuple[float, ...]
    """What BM25 sets against the number of a term in each passage: more for a long one."""
    titles: dict[PaperId, frozenset[str]]
    groups: tuple[object, ...]
    late: tuple[float, ...]
    acronyms: dict[str, str]
    looks: dict[Route, tuple[bool, ...]] = field(default_factory=dict)
    """Kind of question → whether each passage looks like an answer to it, for those kinds that were asked by now."""


@lru_cache(maxsize=16)
def _indexed(passages: tuple[Passage, ...]) -> _Indexed:
    postings: dict[str, dict[int, int]] = {}
    lengths: list[int] = []
    for place, passage in enumerate(passages):
        terms = _terms(passage.text)
        lengths.append(len(terms))
        for term, count in Counter(terms).items():
            postings.setdefault(term, {})[place] = count
    mean = sum(lengths) / max(1, len(lengths)) or 1.0
    titles = {passage.paper_id: passage.title for passage in passages}
    return _Indexed(
        postings=postings,
        norms=tuple(K1 * (1 - B + B * length / mean) for length in lengths),
        titles={paper_id: frozenset(_terms(title)) for paper_id, title in titles.items()},
        groups=_groups(passages),
        late=_lateness(passages),
        acronyms=introduced(passage.text for passage in passages),
    )


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
    weights = _rarity(asked, indexed)
    by_words = _bm25(weights, indexed)
    most = max(by_words, default=0.0) or 1.0
    shares = _with_neighbours([value / most for value in by_words], indexed.groups)
    scores = fused([share or 0.0 for share in shares], _with_neighbours(near, indexed.groups), weight=MEANING)
    covered, ways = _covered(weights, texts, indexed), routes(question)
    led_to = [(way, _looks(way, texts, indexed)) for way in ways]
    found = []
    for place, (passage, score) in enumerate(zip(texts, scores, strict=True)):
        looks = [way.alone for way, told in led_to if told[place]]
        kind = CUE * bool(looks) + SECTION * any(way.stands_in(passage.section) for way in ways)
        found.append(
            Close(
                passage,
                score + PAPER * covered[passage.paper_id] + kind + LATE * indexed.late[place],
                tuple(surface for term, surface in asked.items() if place in indexed.postings.get(term, ())),
                _tie(looks, touches=by_words[place] > 0, near=near[place]),
            )
        )
    return _first(found, limit)


def _looks(way: Route, texts: Sequence[Passage], indexed: _Indexed) -> tuple[bool, ...]:
    if way not in indexed.looks:
        indexed.looks[way] = tuple(way.leads_to(passage.text) for passage in texts)
    return indexed.looks[way]


def _tie(looks: Sequence[bool], *, touches: bool, near: float | None) -> Tie:
    """``looks``: for each kind of question that the passage looks like an answer to, whether that alone suffices."""
    if touches or any(looks) or (near is not None and near >= TOUCHES):
        return Tie.TOUCHES
    return Tie.ALIKE if looks or (near is not None and near >= NOT_QUITE) else Tie.NONE


def _groups(passages: Sequence[Passage]) -> tuple[object, ...]:
    """What is alike for neighbours that belong together: those of one section of a whole text."""
    return tuple(
        place if passage.section in SHORT_TEXTS else (passage.paper_id, passage.section)
        for place, passage in enumerate(passages)
    )


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


def _covered(weights: dict[str, float], passages: Sequence[Passage], indexed: _Indexed) -> dict[PaperId, float]:
    """The share of the question, by the rarity of its words, that each paper's title and passages hold together."""
    whole = sum(weights.values()) or 1.0
    shares = dict.fromkeys(indexed.titles, 0.0)
    for term, weight in weights.items():
        holding = {passages[place].paper_id for place in indexed.postings.get(term, ())}
        holding.update(paper_id for paper_id, title in indexed.titles.items() if term in title)
        for paper_id in holding:
            shares[paper_id] += weight / whole
    return shares


def _lateness(passages: Sequence[Passage]) -> tuple[float, ...]:
    """How far down in its abstract each passage stands: 0 for the first, 1 for the last; 0 for those of whole texts."""
    last: dict[PaperId, int] = {}
    whole = {passage.paper_id for passage in passages if passage.section not in SHORT_TEXTS}
    for passage in passages:
        last[passage.paper_id] = max(passage.ordinal, last.get(passage.paper_id, 0))
    return tuple(
        0.0 if passage.paper_id in whole else passage.ordinal / max(1, last[passage.paper_id]) for passage in passages
    )


def _terms(text: str) -> list[str]:
    read = words.analyse(text)
    return [*read.stems, *read.joined_stems]


def _rarity(asked: Iterable[str], indexed: _Indexed) -> dict[str, float]:
    count = len(indexed.norms)
    held = {term: len(indexed.postings.get(term, ())) for term in asked}
    return {term: math.log(1 + (count - number + 0.5) / (number + 0.5)) for term, number in held.items()}


def _bm25(weights: dict[str, float], indexed: _Indexed) -> list[float]:
    values = [0.0] * len(indexed.norms)
    for term, weight in weights.items():
        for place, number in indexed.postings.get(term, {}).items():
            values[place] += weight * number * (K1 + 1) / (number + indexed.norms[place])
    return values
