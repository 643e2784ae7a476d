"""How a discussion of a paper begins: its key figures, and questions worth asking. Made of the text, by no model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.grounding import Passage
from bot.core.passages import SHORT_TEXTS
from bot.core.questions import CODE, COMPARISON, DATA, LIMITATIONS, PARAMETERS, SUMMARY, Route
from bot.core.text import clip, readable
from storage.records import Paper

MOST_FIGURES = 3
MOST_QUESTIONS = 3
LONGEST_FIGURE = 400
"""Characters of a sentence: a longer one is a list, or no sentence."""
LONGEST_NAME = 40
LONGEST_TITLE = 120
MOST_WORDS_OF_A_NAME = 3

_NUMBER = r"(?<![\w.,])(?<!\w-)[+-]?\d+(?:[.,]\d+)*"
_MEASURED = re.compile(
    rf"{_NUMBER}(?:\s?(?:%|[x×](?!\w)|[BMKTk](?![\w]))|[\s-](?:percent|points?|times|fold|(?:b|m|tr)illion|thousand|"
    r"hours?|days?|minutes?|seconds?|frames?|parameters?|tokens?|images?|videos?|GPUs?|samples?|examples?|tasks?|"
    r"languages?|datasets?|benchmarks?|questions?)\b)"
)
"""A number of something."""
_FAR_OFF = re.compile(r"relat|background|introduc|append|acknowl|referenc|ethic|broader", re.IGNORECASE)
"""Sections whose figures are somebody else's, or of no great matter."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A sentence with the numbers that make it worth a look, as (start, end) in its text."""

    passage: Passage
    numbers: tuple[tuple[int, int], ...]


class Topic(StrEnum):
    """What a question is about; a button keeps it for years, so a value never changes its meaning."""

    LIMITS = "limits"
    COMPARISON = "compare"
    DATA = "data"
    SIZE = "size"
    CODE = "code"
    IDEA = "idea"


_ASKED: dict[Topic, tuple[Route, str]] = {
    Topic.LIMITS: (LIMITATIONS, "What are the limitations of {}?"),
    Topic.COMPARISON: (COMPARISON, "How does {} compare with earlier work?"),
    Topic.DATA: (DATA, "Which datasets and benchmarks does {} rest on?"),
    Topic.SIZE: (PARAMETERS, "How many parameters does {} have?"),
    Topic.CODE: (CODE, "Is the code of {} available?"),
    Topic.IDEA: (SUMMARY, "What is the main idea of {}?"),
}
"""The most telling first."""


def key_figures(passages: Sequence[Passage]) -> tuple[Figure, ...]:
    """The sentences with measured numbers, at most three: those of the abstract, then those with the most of them."""
    found = [
        Figure(passage, numbers)
        for passage in passages
        if len(passage.text) <= LONGEST_FIGURE and not _FAR_OFF.search(passage.section)
        if (numbers := figures_in(passage.text))
    ]
    found.sort(key=lambda one: (one.passage.section not in SHORT_TEXTS, -len(one.numbers), one.passage.ordinal))
    return tuple(sorted(found[:MOST_FIGURES], key=lambda one: one.passage.ordinal))


def worth_asking(passages: Sequence[Passage]) -> tuple[Topic, ...]:
    """Three topics: first those of which a passage looks as if it told something, or for which there is a section."""

    def is_told(topic: Topic) -> bool:
        route, _ = _ASKED[topic]
        return any(route.leads_to(one.text) or route.stands_in(one.section) for one in passages)

    return tuple(sorted(_ASKED, key=lambda topic: not is_told(topic))[:MOST_QUESTIONS])


def figures_in(text: str) -> tuple[tuple[int, int], ...]:
    """Where measured numbers stand in ``text``."""
    return tuple(number.span() for number in _MEASURED.finditer(text))


def question(topic: Topic, paper: Paper) -> str:
    """The question in words, with the paper's own name for what it is about where its title gives one."""
    return _ASKED[topic][1].format(own_name(paper) or "this paper")


def called(paper: Paper) -> str:
    """The paper's own name for what it is about, else its title between quotation marks."""
    return own_name(paper) or f"“{clip(readable(paper.title), LONGEST_TITLE)}”"


def own_name(paper: Paper) -> str | None:
    """What stands before the colon of ``FlashAttention: Fast and …``, where that is short enough to be a name."""
    name, colon, _ = readable(paper.title).partition(":")
    is_name = colon and name.strip() and len(name) <= LONGEST_NAME and len(name.split()) <= MOST_WORDS_OF_A_NAME
    return name.strip() if is_name else None
