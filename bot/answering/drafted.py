"""What a model wrote, turned into claims that stand on quotations; whatever does not is dropped. Pure."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.answering.stated import is_stated, numbers, stems, turns
from bot.core.grounding import LEFT_OUT, Claim, Label, Passage, located
from bot.core.questions import content
from bot.core.text import clean

MOST_CLAIMS = 5
LONGEST_CLAIM = 400
LONGEST_QUOTE = 1_000
LONGEST_OBJECT = 8_000
"""Characters of one claim as it is written, with all that may be escaped in it."""
MOST_OPEN = 8
"""How many opening braces before a closing one are tried: a quotation may hold some of its own."""
MOST_READ = 40
"""Claims that are held against the passages; of what never ends the rest is dropped unread."""
_SIGN = re.compile(r"<think>|</think>|\}", re.IGNORECASE)
"""Where a thought begins or ends, and where an object may."""
_ACTS = re.compile(
    r"[a-z][a-z0-9+.-]{1,20}:/|\b(?:javascript|data|mailto|tel|file):|www\.|[\w-]\.[a-z]{2,24}/|"
    r"\b[\w-]+\.(?:com|org|net|io|gg|ru|cn|app|dev|xyz|info|link|click|top|site|online|example)\b|"
    r"<[^\s<>]*[@#:/]|</?[a-z]|@(?:everyone|here)\b|!?\[[^\]]*\][(\[]|```",
    re.IGNORECASE,
)
"""What is a link, a mention, an image or a block where it is shown, in whichever letters: no claim needs one."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """The claims that stand, and how many did not."""

    claims: tuple[Claim, ...]
    dropped: int


class Drafting:
    """Reads what a model writes while it writes. A claim counts once it is complete and its quotation was found.

    Claims are JSON objects, each alone on its line, in a list, in a fence or inside another object; what stands between
    ``<think>`` and its end is no answer. In which pieces the text comes makes no difference.
    """

    def __init__(self, question: str, passages: Sequence[Passage]) -> None:
        self._question = question
        self._passages = passages
        self._text = ""
        self._read_to = 0
        self._begin = 0
        """Behind the last claim or thought: there the next claim may begin."""
        self._thinks = False
        self._read = 0
        self._claims: list[Claim] = []
        self._dropped = 0

    @property
    def so_far(self) -> Drafted:
        """What stands by now."""
        return Drafted(tuple(self._claims), self._dropped)

    def read(self, text: str) -> bool:
        """Take in what comes next; gives whether a further claim stands now."""
        before = len(self._claims)
        self._text += text
        for sign in _SIGN.finditer(self._text, self._read_to):
            self._read_to = sign.end()
            match sign[0].lower():
                case "<think>":
                    self._thinks = True
                case "</think>":
                    self._thinks, self._begin = False, sign.end()
                case _ if not self._thinks:
                    self._close(sign.end())
        self._read_to = max(self._read_to, len(self._text) - len("</think"))
        return len(self._claims) > before

    def _close(self, end: int) -> None:
        """Take in the claim that ends here, if one does."""
        at = end
        for _ in range(MOST_OPEN):
            at = self._text.rfind("{", max(self._begin, end - LONGEST_OBJECT), at)
            if at < 0:
                return
            told = _object(self._text[at:end])
            if told is not None and ("claim" in told or "quote" in told):
                self._begin = end
                self._take_in(told)
                return

    def _take_in(self, told: dict[str, Any]) -> None:
        self._read += 1
        claim = _claim(told, self._question, self._passages) if self._read <= MOST_READ else None
        if claim is None:
            self._dropped += 1
        elif len(self._claims) < MOST_CLAIMS and claim.text not in {one.text for one in self._claims}:
            self._claims.append(claim)


def read_claims(text: str, question: str, passages: Sequence[Passage]) -> Drafted:
    """The claims in a model's answer that stand on a quotation from ``passages``.

    A quotation that belongs to another passage than the one that was named is put where it belongs. STATED is only what
    the quotation says in much the same words; a claim with a number that stands neither there nor in the question is
    dropped, as is one that holds a link, a mention or an image.
    """
    drafting = Drafting(question, passages)
    drafting.read(text)
    return drafting.so_far


def _object(text: str) -> dict[str, Any] | None:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _claim(told: dict[str, Any], question: str, passages: Sequence[Passage]) -> Claim | None:
    said, quote = told.get("claim"), told.get("quote")
    if not isinstance(said, str) or not isinstance(quote, str) or len(quote) > LONGEST_QUOTE:
        return None
    sentence = clean(said)
    if not sentence or len(sentence) > LONGEST_CLAIM or _ACTS.search(unicodedata.normalize("NFKC", sentence)):
        return None
    found = located(quote, _named_first(told.get("passage"), passages))
    if found is None:
        return None
    passage, standing = found
    if not numbers(sentence) <= numbers(standing) | numbers(question):
        return None
    before = passage.text[: passage.text.find(standing.split(LEFT_OUT)[0])]
    stated = is_stated(sentence, quote=standing, before=before, question=question)
    if turns(before, standing) and len(passage.text) <= LONGEST_QUOTE:
        standing = passage.text  # cut out of its sentence it would seem to say something else
    return Claim(
        text=sentence,
        label=Label.STATED if stated and told.get("kind") != "inferred" else Label.INFERRED,
        quote=standing,
        section=passage.section,
        paper_id=passage.paper_id,
        matched=tuple(surface for stem, surface in content(question).items() if stem in stems(standing)),
    )


def _named_first(number: object, passages: Sequence[Passage]) -> list[Passage]:
    is_place = isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= len(passages)
    named = [passages[number - 1]] if is_place and isinstance(number, int) else []
    return [*named, *passages]
