"""What a model wrote, turned into claims that stand on quotations; whatever does not is dropped. Pure."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.grounding import Claim, Label, Passage, located
from bot.core.questions import content
from bot.core.text import clean
from storage import words

MOST_CLAIMS = 5
LONGEST_CLAIM = 400
LONGEST_QUOTE = 1_000
STATED_SHARE = 0.5
"""The share of a claim's content words that its quotation, or the question, has to hold for it to be stated there."""

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ACTS = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|org|net|io|gg|ru|cn|app|dev|xyz)\b|<[@#:/]|@(?:everyone|here)\b|"
    r"!?\[[^\]]*\]\(|```",
    re.IGNORECASE,
)
"""What is a link, a mention, an image or a block where it is shown: no claim needs one."""
_NEGATIONS = frozenset(
    ["not", "no", "never", "none", "neither", "nor", "without", "cannot", "n't", "fails", "failed", "lacks"]
)


@dataclass(frozen=True, slots=True)
class Drafted:
    """The claims that stand, and how many did not."""

    claims: tuple[Claim, ...]
    dropped: int


def read_claims(text: str, question: str, passages: Sequence[Passage]) -> Drafted:
    """The claims in a model's answer that stand on a quotation from ``passages``.

    A quotation that belongs to another passage than the one that was named is put where it belongs. STATED is only what
    the quotation says in much the same words; a claim with a number that stands neither there nor in the question is
    dropped, as is one that holds a link, a mention or an image.
    """
    claims: list[Claim] = []
    dropped = 0
    for told in _objects(_THOUGHT.sub(" ", text)):
        if "claim" not in told and "quote" not in told:
            continue
        claim = _claim(told, question, passages)
        if claim is None:
            dropped += 1
        elif claim.text not in {one.text for one in claims}:
            claims.append(claim)
    return Drafted(tuple(claims[:MOST_CLAIMS]), dropped)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Every JSON object in ``text``, alone on its line, in a list, in a fence or inside another one's list."""
    decoder = json.JSONDecoder()
    at = 0
    while (at := text.find("{", at)) >= 0:
        try:
            told, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
            continue
        yield told
        for value in told.values():
            if isinstance(value, list):
                yield from (one for one in value if isinstance(one, dict))


def _claim(told: dict[str, Any], question: str, passages: Sequence[Passage]) -> Claim | None:
    said, quote = told.get("claim"), told.get("quote")
    if not isinstance(said, str) or not isinstance(quote, str) or len(quote) > LONGEST_QUOTE:
        return None
    sentence = clean(said)
    if not sentence or len(sentence) > LONGEST_CLAIM or _ACTS.search(sentence):
        return None
    found = located(quote, _named_first(told.get("passage"), passages))
    if found is None:
        return None
    passage, standing = found
    known = set(_NUMBER.findall(standing)) | set(_NUMBER.findall(question))
    if not set(_NUMBER.findall(sentence)) <= known:
        return None
    is_stated = told.get("kind") != "inferred" and _says(standing, sentence, question)
    return Claim(
        text=sentence,
        label=Label.STATED if is_stated else Label.INFERRED,
        quote=standing,
        section=passage.section,
        paper_id=passage.paper_id,
        matched=tuple(surface for stem, surface in content(question).items() if stem in _stems(standing)),
    )


def _named_first(number: object, passages: Sequence[Passage]) -> list[Passage]:
    is_place = isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= len(passages)
    named = [passages[number - 1]] if is_place and isinstance(number, int) else []
    return [*named, *passages]


def _says(quote: str, sentence: str, question: str) -> bool:
    """Whether ``quote`` says much the same as ``sentence``, and neither denies what the other one holds."""
    asked, said = set(content(question)), set(content(sentence))
    told = _stems(quote)
    if _denies(quote) != _denies(sentence):
        return False
    new = said - asked
    return bool(said & told) and len(new & told) >= STATED_SHARE * len(new)


def _denies(text: str) -> bool:
    return not _NEGATIONS.isdisjoint(re.findall(r"n't|[a-z]+(?=n't)|[a-z]+", text.casefold().replace("’", "'")))


def _stems(text: str) -> set[str]:
    read = words.analyse(text)
    return {*read.stems, *read.joined_stems}
