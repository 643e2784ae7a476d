"""Which sentences of papers are closest to a question. Nothing here can tell whether one answers it.

The order is BM25 over sentences (Robertson and Zaragoza 2009, with the smoothed idf that Lucene uses) as a share of its
best value, plus three bonuses: for the share of the question that the whole paper holds, its title included; for a
cue of the kind of question (a number for "how many"); for a place toward the end of the abstract, where results stand.
Only a sentence that holds a content word of the question is ever close to it.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.core.grounding import Passage
from bot.core.text import sentences
from storage import words
from storage.fulltext import FullText, PieceKind
from storage.query import Or, Query, Words
from storage.records import Paper, PaperId

K1 = 1.2
B = 0.75
PAPER = 1.0
CUE = 0.25
LATE = 0.2
"""Weights beside 1 for the best sentence, measured on 564 claims of SciFact with expert evidence: among the sentences
of 30 papers, the first is evidence for 46 % of the claims and one of the first three for 71 % (BM25 alone: 40 % and
61 %). Cues neither help nor hurt there, since claims are no questions; that is why they weigh little."""
SHORTEST = 8
"""Characters of a sentence of a whole text that can say anything."""
MOST_ASKED = 32
"""Words of a question that count."""

STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about all also an and any are as at be been being but by can could did do does doing for from get give had
        has have having her here him his how i if in into is it its itself just know like many me more most much my no
        not of on one only or other our out over own same she should so some such tell than that the their them then
        there these they this those through to too under up us very was we were what when where which while who whom
        use used uses using whose why will with would you your find found explain describe please there s t
        author authors paper papers work study article abstract question answer
        """,
    )
)
"""Words that nearly every question or abstract holds, folded: they tell nothing about what is asked."""

_CUES = tuple(
    (re.compile(rf"\b(?:{asked})", re.IGNORECASE), re.compile(told, re.IGNORECASE))
    for asked, told in (
        (r"how (?:many|much|large|big|long|fast|often)|number of|what (?:size|percentage|share)", r"\d"),
        (
            r"code\b|open.?sourc|implementation|repositor|github|available",
            r"\bcode\b|github|open.?sourc|\breleas|available",
        ),
        (r"data ?sets?\b|corpus|corpora|benchmark", r"\bdata ?sets?\b|\bcorp(?:us|ora)\b|\bbenchmark"),
        (
            r"result|improv|better|outperform|perform|accura|compar",
            r"\boutperform|\bimprov|\bachiev|state.of.the.art|\d%",
        ),
        (
            r"propos|contribut|main idea|about|summar|new\b|novel",
            r"\bwe (?:propose|introduce|present)\b|\bthis (?:paper|work)\b",
        ),
        (r"limit|fail|drawback|weakness|challeng", r"\bhowever\b|\blimit|\bfail|\bchalleng|\bremain"),
    )
)
"""What a kind of question asks with, and what a sentence of its kind of answer tends to hold."""


@dataclass(frozen=True, slots=True)
class Close:
    """A passage with its closeness (more is closer) and the question's words, as asked, that it holds."""

    passage: Passage
    score: float
    matched: tuple[str, ...]


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
    asked = tuple(Words(surface) for surface in _content(question).values())
    return Or(asked) if len(asked) > 1 else next(iter(asked), None)


def best(question: str, passages: Sequence[Passage], *, limit: int = 3) -> tuple[Close, ...]:
    """The passages that share content words with the question, closest first; empty where none does.

    The order does not depend on the order of ``passages``. A text that stands twice comes once.
    """
    asked = _content(question)
    texts = [Counter(_terms(passage.text)) for passage in passages]
    weights = _rarity(asked, texts)
    mean = sum(text.total() for text in texts) / max(1, len(texts))
    raw = [_bm25(text, weights, mean) for text in texts]
    most = max(raw, default=0.0)
    if most <= 0:
        return ()
    covered = _covered(weights, passages, texts)
    cue, late = _cue_of(question), _lateness(passages)
    found = [
        Close(
            passage,
            value / most + PAPER * covered[passage.paper_id] + CUE * cue(passage.text) + LATE * late(passage),
            tuple(surface for term, surface in asked.items() if text[term]),
        )
        for passage, text, value in zip(passages, texts, raw, strict=True)
        if value > 0
    ]
    return _first(found, limit)


def cued(question: str, passages: Sequence[Passage], *, limit: int = 3) -> tuple[Close, ...]:
    """The passages that only look like an answer to this kind of question, without sharing a word with it."""
    cue, late = _cue_of(question), _lateness(passages)
    found = [Close(passage, CUE + LATE * late(passage), ()) for passage in passages if cue(passage.text)]
    return _first(found, limit)


def _first(found: Iterable[Close], limit: int) -> tuple[Close, ...]:
    ordered = sorted(found, key=lambda close: (-close.score, close.passage.paper_id, close.passage.ordinal))
    distinct = {close.passage.text: close for close in reversed(ordered)}
    return tuple(close for close in ordered if distinct[close.passage.text] is close)[:limit]


def _covered(
    weights: dict[str, float], passages: Sequence[Passage], texts: Sequence[Counter[str]]
) -> dict[PaperId, float]:
    """The share of the question, by the rarity of its words, that each paper's title and passages hold together."""
    held: dict[PaperId, set[str]] = {}
    for passage, text in zip(passages, texts, strict=True):
        if passage.paper_id not in held:
            held[passage.paper_id] = set(_terms(passage.title))
        held[passage.paper_id].update(text)
    whole = sum(weights.values())
    return {
        paper_id: sum(weight for term, weight in weights.items() if term in terms) / whole
        for paper_id, terms in held.items()
    }


def _cue_of(question: str) -> Callable[[str], bool]:
    told = [told for asked, told in _CUES if asked.search(question)]
    return lambda text: any(pattern.search(text) for pattern in told)


def _lateness(passages: Iterable[Passage]) -> Callable[[Passage], float]:
    """How far down in its paper a passage stands: 0 for the first, 1 for the last."""
    last: dict[PaperId, int] = {}
    for passage in passages:
        last[passage.paper_id] = max(passage.ordinal, last.get(passage.paper_id, 0))
    return lambda passage: passage.ordinal / max(1, last[passage.paper_id])


def _content(question: str) -> dict[str, str]:
    """The stems of the question's content words → how each was asked, in order."""
    found: dict[str, str] = {}
    for span in words.spans(question):
        if span.exact not in STOP_WORDS:
            found.setdefault(span.stem, question[span.start : span.end])
        if len(found) == MOST_ASKED:
            break
    return found


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
