"""What one wants to know of every paper, and the sentence of its own that tells it best. No model, no question.

A sentence tells an aspect only where it holds words that tell it ("we propose", "remains challenging"). Of several, the
one is taken that holds more such words, stands where that aspect is told, and can be understood alone.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.core.aspect_signs import SIGNS, Aspect, Signs
from bot.core.grounding import Passage
from bot.core.passages import SHORT_TEXTS

MOST_OF_ABSTRACT = 15
"""Sentences; nearly every abstract has fewer."""
LONGEST = 420
"""Characters of a sentence: a longer one is a list, or no sentence."""
SHORTEST = 20
EASY = 240
IN_SECTION = 1.2
IN_ABSTRACT = 1.5
PLACE = 1.0
FARTHEST = 0.6
AGAINST = 1.5
DANGLING = 0.9
LONG = 0.5
TAKEN = 1.2
NAMED = 0.8
"""Weights beside 1 for each kind of words."""

_DANGLING = re.compile(
    r"(?:this|these|those|it|its|they|their|such|moreover|furthermore|additionally|also|then|thus|hence|therefore|"
    r"consequently|as a result|in addition|besides|specifically|concretely|both)\b(?! (?:paper|work|report|study)\b)",
    re.IGNORECASE,
)
"""How a sentence begins that needs the one before it."""
_NOT_PROSE = re.compile(r" \| |^\W*\d+\W|\b(?:et al\b.*){3}|(?:^|\s)(?:Figure|Table|Fig\.|Algorithm) \d+[:.]|^\(?\d+\)")
_FAR_OFF = re.compile(r"relat|background|preliminar|append|acknowl|referenc|ethic|supplement|prompt", re.IGNORECASE)
_BACK = re.compile(r"\b(?:section|appendix|sec\.|table|figure|fig\.|eq\.)\s?\d", re.IGNORECASE)
"""Of a sentence that only points to where something is told."""
_NAME = re.compile(r"\b(?=[\w-]*[A-Z][\w-]*[A-Z\d]|[\w-]*\d[\w-]*[A-Z])\w[\w-]+|^\w[\w-]*(?=:)")
"""What a title calls the thing: a word with several capitals, or with one and a number, or alone before the colon."""


def told(passages: Sequence[Passage]) -> dict[Aspect, Passage]:
    """Of one paper's passages the one that tells each aspect best, aspects in order; one that none tells is left out.

    One sentence tells two aspects only where no other one tells the second nearly as well.
    """
    places = _places(passages)
    found: dict[Aspect, Passage] = {}
    for aspect in Aspect:
        scored = [
            (score - TAKEN * (passage in found.values()), passage)
            for score, passage in _telling(aspect, passages, places)
        ]
        if scored:
            found[aspect] = max(scored, key=_better)[1]
    return found


def telling(aspect: Aspect, passages: Sequence[Passage], *, limit: int) -> tuple[Passage, ...]:
    """Of one paper's passages those that tell an aspect best, the best first."""
    found = sorted(_telling(aspect, passages, _places(passages)), key=_better, reverse=True)
    return tuple(passage for _, passage in found[:limit])


def essence(passages: Sequence[Passage], *, to_an_aspect: int) -> tuple[Passage, ...]:
    """Of one paper's passages the abstract, and of the whole text those that tell each aspect best, in order."""
    abstract = [passage for passage in passages if passage.section in SHORT_TEXTS][:MOST_OF_ABSTRACT]
    best = [passage for aspect in Aspect for passage in telling(aspect, passages, limit=to_an_aspect)]
    return tuple(sorted({*abstract, *best}, key=lambda passage: passage.ordinal))


def _telling(
    aspect: Aspect, passages: Sequence[Passage], places: Mapping[int, float]
) -> Iterator[tuple[float, Passage]]:
    for passage in passages:
        score = _score(SIGNS[aspect], passage, places)
        if score is not None:
            yield score, passage


def _better(scored: tuple[float, Passage]) -> tuple[float, int]:
    score, passage = scored
    return score, -passage.ordinal


def _places(passages: Sequence[Passage]) -> Mapping[int, float]:
    """How far down in its abstract each sentence of one stands, from 0 to 1."""
    short = [passage.ordinal for passage in passages if passage.section in SHORT_TEXTS]
    return {ordinal: (at + 0.5) / len(short) for at, ordinal in enumerate(short)}


def _score(signs: Signs, passage: Passage, places: Mapping[int, float]) -> float | None:
    """How well a sentence tells an aspect; None where it does not."""
    text, section, place = passage.text, passage.section, places.get(passage.ordinal)
    if not SHORTEST <= len(text) <= LONGEST or _NOT_PROSE.search(text):
        return None
    in_section = signs.sections is not None and signs.sections.search(section) is not None
    is_about = signs.by_section is not None and signs.by_section.search(section) is not None
    if place is None and signs.only_there and not in_section:
        return None
    if place is not None and signs.place is not None and abs(place - signs.place) > FARTHEST:
        return None
    if not is_about and signs.words[0].search(text) is None:
        return None
    score = IN_SECTION * (in_section + is_about) + sum(pattern.search(text) is not None for pattern in signs.words)
    if signs.against is not None and signs.against.search(text):
        score -= AGAINST
    if score < signs.least:
        return None
    if place is not None:
        score += IN_ABSTRACT + (PLACE * (FARTHEST - abs(place - signs.place)) if signs.place is not None else 0.0)
    score += NAMED * (signs.named and _names(passage)) - AGAINST * (_FAR_OFF.search(section) is not None)
    return score - DANGLING * sum(map(bool, (_DANGLING.match(text), _BACK.search(text)))) - LONG * (len(text) > EASY)


def _names(passage: Passage) -> bool:
    """Whether it holds the name that its paper's title gives to what it is about."""
    return any(name in passage.text for name in _NAME.findall(passage.title))
