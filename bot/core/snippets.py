"""The piece of a paper's text that answers a query best, with the hits marked."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.pages import Snippet
from bot.core.text import clip, readable, sentences
from storage.query import And, Field, Or, Query, Words
from storage.records import Paper
from storage.words import Span, fold, spans, stem

LONGEST = 240
"""Characters: two lines of a card."""
LEAD = 60
"""How much of a long sentence is kept before its first hit."""
IN_TEXT = frozenset({None, Field.TITLE, Field.ABSTRACT})


@dataclass(frozen=True, slots=True)
class _Wanted:
    stems: frozenset[str]
    beginnings: tuple[str, ...]

    def is_hit(self, span: Span) -> bool:
        return (
            span.stem in self.stems
            or (span.joined is not None and stem(span.joined) in self.stems)
            or any(span.exact.startswith(beginning) for beginning in self.beginnings)
        )


def snippet(query: Query, paper: Paper) -> Snippet:
    """The sentence that holds most of the query's words, clipped at word borders; the first one where none does."""
    wanted = _wanted(query)
    best, most = "", -1
    at: tuple[Span, ...] = ()
    for sentence in sentences(readable(paper.text)):
        hits = tuple(span for span in spans(sentence) if wanted.is_hit(span))
        worth = len({span.stem for span in hits}) * 100 + len(hits)
        if worth > most:
            best, most, at = sentence, worth, hits
    return _clipped(best, tuple((span.start, span.end) for span in at))


def _wanted(query: Query) -> _Wanted:
    stems: set[str] = set()
    beginnings: list[str] = []
    for leaf in _leaves(query):
        words = list(spans(leaf.text))
        if leaf.prefix and words:
            beginnings.append(words.pop().exact)
        stems |= {span.stem for span in words} | {stem(span.joined) for span in words if span.joined}
    return _Wanted(frozenset(stems), tuple(fold(beginning) for beginning in beginnings))


def _leaves(query: Query) -> Iterator[Words]:
    """The words that are wanted in title or text; what is excluded is nothing to mark."""
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part)
        case Words() if query.field in IN_TEXT:
            yield query
        case _:
            return


def _clipped(text: str, marks: tuple[tuple[int, int], ...]) -> Snippet:
    if len(text) <= LONGEST:
        return Snippet(text=text, marks=marks)
    start = 0
    if marks and marks[0][1] > LONGEST:  # the first hit would be cut off: begin a little before it, at a word
        start = text.rfind(" ", 0, max(0, marks[0][0] - LEAD)) + 1
    lead = "…" if start else ""
    shown = lead + clip(text[start:], LONGEST - len(lead))
    shift = len(lead) - start
    moved = ((first + shift, last + shift) for first, last in marks)
    return Snippet(text=shown, marks=tuple(mark for mark in moved if mark[1] < len(shown)))
