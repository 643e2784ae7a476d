"""The piece of a paper that answers a query best, with the hits marked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from operator import eq

from bot.core.matching import stands_in, vocabulary_of
from bot.core.pages import Snippet
from bot.core.text import ELLIPSIS, clean, clip, each_sentence, readable, unbroken, whole_characters
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


@dataclass(frozen=True, slots=True)
class _Leaf:
    """Words that were asked for, made ready once for all papers of a page."""

    words: Words
    sought: Sought
    is_exact: bool
    """Whether a word counts only in the form in which it was asked for."""
    weight: int
    """How much they count in choosing a sentence: long words for more than short ones."""
    beginning: str
    """Where this stands nowhere in small letters, they stand nowhere."""

    @classmethod
    def of(cls, leaf: Words) -> "_Leaf":
        wanted = sought(leaf)
        is_exact = leaf.phrase or leaf.prefix
        beginning = ""
        if wanted.exact:
            beginning = wanted.exact[0] if is_exact else words.beginning(wanted.stems[0])
        weight = min(len(leaf.text), _WEIGHTIEST)
        return cls(words=leaf, sought=wanted, is_exact=is_exact, weight=weight, beginning=beginning)


def snippet(query: Query, paper: Paper) -> Snippet:
    """The sentence of the abstract that holds most of what was asked, else the title, else how the abstract begins.

    At most ``LONGEST`` characters, cut between words. Marks are in order and do not overlap.
    """
    return _snippet(tuple(_wanted(query)), paper)


def snippets(query: Query, papers: Iterable[Paper]) -> list[Snippet]:
    """That of each paper. For a page of papers it takes a few milliseconds: not on an event loop."""
    leaves = tuple(_wanted(query))
    return [_snippet(leaves, paper) for paper in papers]


def _snippet(leaves: Sequence[_Leaf], paper: Paper) -> Snippet:
    whole = clean(paper.abstract or paper.summary or "")
    passages = each_sentence(whole)
    opening = next(passages, "")
    # Once a sentence holds all that the whole text may hold, no other one has to be looked for.
    inside = _likely(whole, [leaf for leaf in leaves if leaf.words.field is not Field.TITLE])
    best = _best(chain((opening,), passages), inside)
    text = readable(opening if best is None else best)
    marks = () if best is None else _marks(text, inside)
    if not marks:
        title = readable(paper.title)
        in_title = _marks(title, tuple(leaf for leaf in leaves if leaf.words.field is not Field.ABSTRACT))
        if in_title or not text:
            return replace(_clipped(title, in_title), of_title=True)
    return _clipped(text, marks)


def _wanted(query: Query) -> Iterator[_Leaf]:
    """The words that may be found in a text, each once; what is not wanted is nowhere."""
    return map(_Leaf.of, dict.fromkeys(_words(query)))


def _words(query: Query) -> Iterator[Words]:
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _words(part)
        case Words(field=None | Field.TITLE | Field.ABSTRACT):
            yield query


def _best(passages: Iterable[str], leaves: Sequence[_Leaf]) -> str | None:
    """The first passage that holds most of what was asked; None where none holds any of it."""
    all_of_it = sum(leaf.weight for leaf in leaves)
    best, most = None, 0
    for passage in passages if all_of_it else ():
        likely = _likely(passage, leaves)
        if sum(leaf.weight for leaf in likely) <= most:
            continue
        vocabulary = vocabulary_of(words.analyse(passage))
        worth = sum(leaf.weight for leaf in likely if stands_in(leaf.words, leaf.sought, vocabulary))
        if worth > most:
            best, most = passage, worth
            if worth == all_of_it:
                break
    return best


def _likely(passage: str, leaves: Sequence[_Leaf]) -> Sequence[_Leaf]:
    """Those of ``leaves`` that ``passage`` may hold: reading its words takes ten times longer than looking for that."""
    squeezed = words.squeezed(passage)
    return leaves if squeezed is None else [leaf for leaf in leaves if leaf.beginning in squeezed]


def _marks(text: str, leaves: Sequence[_Leaf]) -> tuple[_Mark, ...]:
    spans = tuple(_spans(text, leaves))
    hits = (mark for leaf in leaves for mark in _hits(leaf, spans))
    return _merged(text, (whole_characters(text, *mark) for mark in hits))


def _spans(text: str, leaves: Sequence[_Leaf]) -> Iterator[Span]:
    """The words of ``text`` of which some may be hits; those between them only where rows of words are asked for."""
    wanted = [leaf for leaf in leaves if leaf.sought.exact]
    if any(len(leaf.sought.exact) > 1 for leaf in wanted):
        return words.spans(text)
    return words.likely_spans(text, [leaf.beginning for leaf in wanted])


def _hits(leaf: _Leaf, spans: Sequence[Span]) -> Iterator[_Mark]:
    wanted = leaf.sought.exact if leaf.is_exact else leaf.sought.stems
    length = len(wanted)
    if not length:
        return
    among = [span.exact for span in spans] if leaf.is_exact else [span.stem for span in spans]
    for start, word in enumerate(among[: len(among) - length + 1]):
        first = word.startswith(wanted[0]) if leaf.words.prefix and length == 1 else word == wanted[0]
        if first and _is_row(leaf, wanted, among[start : start + length]):
            yield spans[start].start, spans[start + length - 1].end
    for span in spans:
        if (span.joined or leaf.sought.joined) and any(_is_joined(leaf, whole) for whole in _wholes(leaf, span)):
            yield span.start, span.end


def _is_row(leaf: _Leaf, wanted: Sequence[str], row: Sequence[str]) -> bool:
    last_fits = row[-1].startswith(wanted[-1]) if leaf.words.prefix else row[-1] == wanted[-1]
    return last_fits and all(map(eq, row[:-1], wanted))


def _wholes(leaf: _Leaf, span: Span) -> Iterator[str]:
    """What may be all of a cluster as one word: the cluster that ``span`` is of, or ``span`` where one is asked for."""
    if span.joined is not None:
        yield span.joined
    if leaf.sought.joined is not None:
        yield span.exact


def _is_joined(leaf: _Leaf, joined: str) -> bool:
    wanted = leaf.sought
    whole = wanted.joined or (wanted.exact[0] if len(wanted.exact) == 1 else None)
    if whole is None:
        return False
    if leaf.words.prefix:
        return joined.startswith(whole)
    return joined == whole if leaf.words.phrase else words.stem(joined) == words.stem(whole)


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
