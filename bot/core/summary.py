"""A paper in a few lines, each on a quotation: by a model, or else made of nothing but the paper's own sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.aspect_signs import Aspect
from bot.core.aspects import told
from bot.core.grounding import Claim, Passage, Read, quotation
from bot.core.opening import called
from bot.core.passages import SHORT_TEXTS
from bot.core.style import Style
from storage.records import Paper

QUESTIONS: Mapping[Style, str] = {
    Style.TLDR: "In one or two sentences: what does this paper do, and what comes of it?",
    Style.POINTS: "What are the key points of this paper: its problem, its approach, its results and its limits?",
    Style.NEWCOMER: (
        "Explain this paper to a newcomer, in plain words and without jargon: what is the problem, what is the idea, "
        "and why does it matter?"
    ),
}
"""What a model is asked for each style. No numbers: what stands in the question need not stand in a quotation."""

_ASKED: Mapping[Style, str] = {
    Style.TLDR: "What does {} do, in short?",
    Style.POINTS: "What are the key points of {}?",
    Style.NEWCOMER: "What is the main idea of {}, for a newcomer?",
}
_SHOWN: Mapping[Style, Sequence[Aspect]] = {
    Style.TLDR: (Aspect.APPROACH, Aspect.RESULTS),
    Style.POINTS: tuple(Aspect),
    Style.NEWCOMER: (Aspect.PROBLEM, Aspect.APPROACH, Aspect.RESULTS),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a summary; ``aspect`` is what a sentence of the paper's own tells, where that is known."""

    claim: Claim
    aspect: Aspect | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    paper: Paper
    style: Style
    engine: str
    lines: tuple[Line, ...]
    read: Read
    note: str = ""
    """Why it is not what was asked for: that a model failed, say."""


def question(summary: Summary) -> str:
    """What a summary answers, in words."""
    return _ASKED[summary.style].format(called(summary.paper))


def in_own_words(passages: Sequence[Passage], style: Style) -> tuple[Line, ...]:
    """A paper's sentences that tell what ``style`` shows; where none tells its approach, how the abstract opens."""
    found = told(passages)
    chosen: dict[Passage, Aspect | None] = {}
    if Aspect.APPROACH not in found:
        chosen |= {passage: None for passage in passages[:1] if passage.section in SHORT_TEXTS}
    for aspect in _SHOWN[style]:
        if aspect in found:
            chosen.setdefault(found[aspect], aspect)
    return tuple(Line(quotation(passage), aspect) for passage, aspect in chosen.items())
