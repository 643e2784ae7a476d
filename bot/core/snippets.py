"""The piece of a paper that answers a query best, with the hits marked."""

from collections.abc import Iterable, Iterator, Sequence

from bot.core.matching import stands_in, vocabulary_of
from bot.core.pages import Snippet
from bot.core.text import ELLIPSIS, clip, readable, sentences, unbroken, whole_characters
from storage import words
from storage.query import And, Field, Or, Query, Words
from storage.records import Paper
from storage.searchable import Sought, sought
from storage.words import Span

LONGEST = 240
"""Characters; about two lines of a card."""
_BEFORE_A_HIT = 60
"""Characters that are shown before the first hit where a sentence is too long to be shown whole."""
_WEIGHTIEST = 12
"""Letters of a hit that count towards choosing a sentence: long words tell more than short ones, up to a point."""
_LONGEST_SIGN = 2
"""Characters of what may hold words together, as the two dashes of Navier--Stokes."""

_Mark = tuple[int, int]


def snippet(query: Query, paper: Paper) -> Snippet:
    """The sentence of the abstract that holds most of what was asked, else the title, else how the abstract begins.

    At most ``LONGEST`` characters, cut between words. Marks are in order and do not overlap.
    """
    leaves = tuple(dict.fromkeys(_wanted(query)))
    passages = sentences(paper.abstract or paper.summary or "") or ("",)
    inside = tuple(leaf for leaf in leaves if leaf.field is not Field.TITLE)
    best = max(passages, key=lambda passage: _worth(passage, inside))
    text = readable(best)
    marks = _marks(text, inside) if _worth(best, inside) else ()
    if not marks:
        title = readable(paper.title)
        in_title = _marks(title, tuple(leaf for leaf in leaves if leaf.field is not Field.ABSTRACT))
        if in_title or not text:
            return _clipped(title, in_title)
    return _clipped(text, marks)


def snippets(query: Query, papers: Iterable[Paper]) -> list[Snippet]:
    """That of each paper. For a page of papers it takes some milliseconds: not on an event loop."""
    return [snippet(query, paper) for paper in papers]


def _wanted(query: Query) -> Iterator[Words]:
    """The words that may be found in a text; what is not wanted is nowhere."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted(part)
        case Words(field=None | Field.TITLE | Field.ABSTRACT):
            yield query


def _worth(text: str, leaves: Iterable[Words]) -> int:
    """How much of what was asked stands in ``text``: each part counts once, long words for more than short ones."""
    vocabulary = vocabulary_of(words.analyse(text))
    return sum(min(len(leaf.text), _WEIGHTIEST) for leaf in leaves if stands_in(leaf, vocabulary))


def _marks(text: str, leaves: Sequence[Words]) -> tuple[_Mark, ...]:
    spans = tuple(words.spans(text))
    hits = (mark for leaf in leaves for mark in _hits(leaf, sought(leaf), spans))
    return _merged(text, (whole_characters(text, *mark) for mark in hits))


def _hits(leaf: Words, wanted: Sought, spans: Sequence[Span]) -> Iterator[_Mark]:
    length = len(wanted.exact)
    for start in range(len(spans) - length + 1 if length else 0):
        row = spans[start : start + length]
        if _is_row(leaf, wanted, row):
            yield row[0].start, row[-1].end
    for span in spans:
        if any(_is_joined(leaf, wanted, whole) for whole in _wholes(wanted, span)):
            yield span.start, span.end


def _is_row(leaf: Words, wanted: Sought, row: Sequence[Span]) -> bool:
    if leaf.prefix:
        *before, last = row
        return last.exact.startswith(wanted.exact[-1]) and all(
            span.exact == word for span, word in zip(before, wanted.exact, strict=False)
        )
    if leaf.phrase:
        return all(span.exact == word for span, word in zip(row, wanted.exact, strict=True))
    return all(span.stem == stem for span, stem in zip(row, wanted.stems, strict=True))


def _wholes(wanted: Sought, span: Span) -> Iterator[str]:
    """What may be all of a cluster as one word: the cluster that ``span`` is of, or ``span`` where one is asked for."""
    if span.joined is not None:
        yield span.joined
    if wanted.joined is not None:
        yield span.exact


def _is_joined(leaf: Words, wanted: Sought, joined: str) -> bool:
    whole = wanted.joined or (wanted.exact[0] if len(wanted.exact) == 1 else None)
    if whole is None:
        return False
    if leaf.prefix:
        return joined.startswith(whole)
    return joined == whole if leaf.phrase else words.stem(joined) == words.stem(whole)


def _merged(text: str, marks: Iterable[_Mark]) -> tuple[_Mark, ...]:
    """In order, and one where they overlap or only a sign stands between them: ``fine-tuning`` is one hit."""
    merged: list[_Mark] = []
    for start, end in sorted(marks):
        between = text[merged[-1][1] : start] if merged else " "
        if len(between) <= _LONGEST_SIGN and not any(sign.isspace() or sign.isalnum() for sign in between):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _clipped(text: str, marks: tuple[_Mark, ...]) -> Snippet:
    if len(text) <= LONGEST:
        return Snippet(text=text, marks=marks)
    start = _outside(text, _start(text, marks))
    opening = ELLIPSIS if start else ""
    piece = clip(text[start:], LONGEST - len(opening))
    closing = ELLIPSIS if piece != text[start:] else ""
    if closing:
        piece = _cut(text, start, start + len(piece) - len(ELLIPSIS)).rstrip(" ,;:")
    shift = len(opening) - start
    end = start + len(piece)
    # Of words side by side none is marked in part; of a script without spaces, what is seen.
    seen = tuple(
        (a + shift, min(b, end) + shift) for a, b in marks if start <= a < end and (b <= end or " " not in text[a:b])
    )
    return Snippet(text=opening + piece + closing, marks=seen)


def _cut(text: str, start: int, end: int) -> str:
    """``text`` from ``start`` to the last place before ``end`` that is between words and in no LaTeX."""
    between = end if text[end].isspace() else text.rfind(" ", start, end)
    outside = _outside(text, between if between > start else end)
    return text[start : outside if outside > start else end]


def _outside(text: str, cut: int) -> int:
    """``cut``, or in front of the LaTeX in which it stands."""
    return min((start for start, end in unbroken(text) if start < cut < end), default=cut)


def _start(text: str, marks: tuple[_Mark, ...]) -> int:
    """Where to begin so that most hits are seen, the first of them with some words before it."""
    if not marks:
        return 0
    room = LONGEST - _BEFORE_A_HIT - 2 * len(ELLIPSIS)

    def seen_from(mark: _Mark) -> int:
        return sum(mark[0] <= start and end <= mark[0] + room for start, end in marks)

    first = max(marks, key=seen_from)[0]
    if first <= _BEFORE_A_HIT:
        return 0
    space = text.find(" ", first - _BEFORE_A_HIT, first)
    return space + 1 if space >= 0 else first
