"""Names of people as publishers write them, several in one text or one in each, the family name first or last. Pure."""

import re
from collections.abc import Iterable, Iterator

import regex

from bot.core.text import clean
from bot.sources.items import LONGEST_NAME, MOST_AUTHORS

_BRACKETS = re.compile(r"[^()]*@[^()]*\(([^()]*)\)")
"""``mail@example.org (Name)``, as RSS 2.0 wants it."""
_LAST = re.compile(r"\s*(?:,\s*)?(?:\band\b|&)\s+|\s*;\s*")
_INITIALS = regex.compile(r"(?:\p{Lu}\.?[\s-]?){1,4}")
_SUFFIX = re.compile(r",\s*(?=(?:jr|sr|ii|iii|iv)\b)", re.IGNORECASE)


def named_people(said: Iterable[str]) -> tuple[str, ...]:
    """The names in ``said``, each the given name first; addresses are left out."""
    texts = [text for text in map(clean, said) if text]
    found = (clean(each, LONGEST_NAME) for text in texts for each in _of_one(text, alone=len(texts) == 1))
    return tuple(dict.fromkeys(name for name in found if name and "@" not in name))[:MOST_AUTHORS]


def _of_one(text: str, *, alone: bool) -> Iterator[str]:
    """The names in one text; where it is not ``alone`` it is of one person."""
    if bracketed := _BRACKETS.fullmatch(text):
        text = bracketed.group(1)
    for group in _LAST.split(text):
        parts = [part.strip() for part in _SUFFIX.sub(" ", group).split(",") if part.strip()]
        yield from _turned(parts) if _is_turned(parts, alone=alone) else parts


def _is_turned(parts: list[str], *, alone: bool) -> bool:
    """Whether every family name is followed by the given one: ``Doe, Jane``, ``Doe, J., Roe, R. M.``."""
    if all(_INITIALS.fullmatch(given) for given in parts[1::2]):
        return len(parts) > 1
    return len(parts) == 2 and (not alone or any(" " not in part for part in parts))  # noqa: PLR2004  # family and given


def _turned(parts: list[str]) -> Iterator[str]:
    for place in range(0, len(parts), 2):
        yield " ".join(reversed(parts[place : place + 2]))
