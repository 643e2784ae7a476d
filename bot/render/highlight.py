"""Hits in bold inside text from outside, whatever the marks are."""

from collections.abc import Iterable

from bot.core.text import clip
from bot.render.post import Span, Style
from storage import words


def marked(text: str, marks: Iterable[tuple[int, int]], limit: int) -> tuple[Span, ...]:
    """``text`` cut to ``limit`` code points, with the stretches of ``marks`` in bold; its line breaks are kept.

    Marks are (start, end) in ``text``, in any order; where they overlap or reach beyond the end they are mended.
    """
    shown = clip(text, limit)
    reach = len(shown) if len(text) <= limit else len(shown) - 1
    spans: list[Span] = []
    at = 0
    for mark_start, mark_end in sorted(marks):
        start, end = max(mark_start, at), min(mark_end, reach)
        if start < end:
            spans += [Span(shown[at:start]), Span(shown[start:end], Style.STRONG)]
            at = end
    return tuple(span for span in (*spans, Span(shown[at:])) if span.text)


def occurrences(wanted: Iterable[str], text: str) -> tuple[tuple[int, int], ...]:
    """Where the words of ``wanted`` stand in ``text``, in whatever form: asked for datasets, a dataset is marked."""
    stems = {span.stem for word in wanted for span in words.spans(word)}
    return tuple((span.start, span.end) for span in words.spans(text) if span.stem in stems)
