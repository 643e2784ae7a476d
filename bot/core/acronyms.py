"""The abbreviations that a text makes up for itself, found where it introduces them: "supervised fine-tuning (SFT)".

After Schwartz and Hearst (2003), "A simple algorithm for identifying abbreviation definitions in biomedical text": the
letters of the short form occur in the words before it, in order, the first one at the beginning of a word.
"""

import re
from collections.abc import Iterable

SHORTEST, LONGEST = 2, 10
MOST_FOUND = 300
LONGEST_LONG_FORM = 100

_IN_BRACKETS = re.compile(r"\(\s*([A-Za-z][\w\-/&.]{1,11}?)(?:s)?\s*(?:[;,][^()]{0,80})?\)")
_WORD = re.compile(r"\w+")


def introduced(texts: Iterable[str]) -> dict[str, str]:
    """Each short form, in capitals as the text writes it, with the words that it stands for."""
    found: dict[str, str] = {}
    for text in texts:
        for bracket in _IN_BRACKETS.finditer(text):
            short = bracket.group(1)
            if short in found or not SHORTEST <= len(short) <= LONGEST or sum(map(str.isupper, short)) < SHORTEST:
                continue
            words = text[max(0, bracket.start() - LONGEST_LONG_FORM) : bracket.start()].split()
            most = min(len(short) + 5, len(short) * 2)
            if long := _long_form(short, " ".join(words[-most:])):
                found[short] = long
            if len(found) >= MOST_FOUND:
                return found
    return found


def other_forms(question: str, known: dict[str, str]) -> tuple[str, ...]:
    """The other form of each abbreviation in ``question``, and of the words that one stands for."""
    words = {word.casefold().removesuffix("s") for word in _WORD.findall(question)}
    spoken = _plain(question)
    more = []
    for short, long in known.items():
        has_short = all(part.casefold().removesuffix("s") in words for part in _WORD.findall(short))
        has_long = _plain(long) in spoken
        if has_short != has_long:
            more.append(long if has_short else short)
    return tuple(more)


def _plain(text: str) -> str:
    """Words in small letters between single spaces, so that a hyphen or a plural makes no difference."""
    return " ".join(word.casefold().removesuffix("s") for word in _WORD.findall(text))


def _long_form(short: str, before: str) -> str | None:
    """The end of ``before`` whose words begin with the letters of ``short``, else the shortest one that spells it."""
    place = len(before)
    signs = [sign.casefold() for sign in short if sign.isalnum()]
    last = list(_WORD.finditer(before))[-len(signs) :]
    if [word.group()[0].casefold() for word in last] == signs:
        return before[last[0].start() :].strip(" ,;:")
    for number, sign in enumerate(reversed(signs), 1):
        is_first = number == len(signs)
        place -= 1
        while place >= 0 and (
            before[place].casefold() != sign or (is_first and place > 0 and before[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return None
    long = before[place:].strip(" ,;:-–\"'“”")
    words = [word.casefold() for word in _WORD.findall(long)]
    return long if len(words) > 1 and short.casefold() not in words else None
