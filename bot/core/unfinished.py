"""The end of a query that somebody is still typing: which word goes on, and how it is written once it is whole."""

import re
from dataclasses import dataclass

from bot.core.query_tokens import QUOTES
from storage import words
from storage.query import Field
from storage.searchable import name_key

_MARK = re.compile(f"[{QUOTES}]")
_FIELD = re.compile(r"(?:^|(?<=[\s(−–-]))([a-z]+):\Z", re.IGNORECASE)
_LAST_CHUNK = re.compile(rf"[-−–]*([^\s(){QUOTES}]*)\Z")


@dataclass(frozen=True, slots=True)
class Unfinished:
    """``before`` is what stands in front, ``beginning`` what is typed of a word of ``field`` (None: of any).

    In a phrase that is not closed yet (``opened``) the beginning is all of that phrase.
    """

    before: str
    field: Field | None
    beginning: str
    opened: bool = False

    def sought(self, field: Field | None) -> str:
        """The beginning as the words of ``field`` are kept; empty where no word has begun."""
        if field in {Field.CATEGORY, Field.ID}:
            return self.beginning.lower()
        found = list(words.spans(self.beginning))
        if not found:
            return ""
        if field is Field.AUTHOR:
            return name_key(span.exact for span in found) + "_" * self.beginning[-1].isspace()
        return found[-1].exact if found[-1].end == len(self.beginning) else ""

    def written(self, word: str, field: Field | None) -> str:
        """What to write behind ``before`` when the beginning becomes ``word`` of ``field``."""
        named = f"{field}:" if field else ""
        if field is Field.AUTHOR:
            name = word.replace("_", " ")
            return f'{named}"{name}"' if " " in name else named + name
        if field in {Field.CATEGORY, Field.ID}:
            return named + word
        whole = self.beginning[: list(words.spans(self.beginning))[-1].start] + word
        return f'{named}"{whole}"' if self.opened else named + whole


def unfinished(typed: str) -> Unfinished | None:
    """What ``typed`` ends in; None where no word has begun, or where it is a filter's value."""
    marks = list(_MARK.finditer(typed))
    opened = len(marks) % 2 == 1
    if opened:
        at = marks[-1].start()
        before, beginning = typed[:at], typed[at + 1 :]
    else:
        chunk = _LAST_CHUNK.search(typed)
        at = chunk.start(1) if chunk else len(typed)
        colon = typed.find(":", at) + 1
        at = colon if colon and _FIELD.search(typed[:colon]) else at
        before, beginning = typed[:at], typed[at:]
    if not beginning.strip():
        return None
    named = _FIELD.search(before)
    if named is None:
        return Unfinished(before, None, beginning, opened)
    try:
        field = Field(named.group(1).lower())
    except ValueError:  # a filter, or no field at all: the parser says so
        return None
    return Unfinished(before[: named.start()], field, beginning, opened)
