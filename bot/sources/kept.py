"""Answers that a site may let us use again: a few, in memory, for conditional requests."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_ANSWERS = 64
MOST_BYTES = 8 * 2**20
LONGEST_MARK = 500
"""Characters of an ``ETag`` or a date; a longer one is not worth sending back."""
WORTH_KEEPING = ("etag", "last-modified", "link")
"""What an answer says about itself. What it said about the site, its rate limit say, is stale by the next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A body and what was said about it. The names in ``headers`` are in small letters."""

    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, headers: Mapping[str, str], body: bytes) -> "Kept":
        return cls(headers={name: headers[name] for name in WORTH_KEEPING if name in headers}, body=body)

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for it only if it has changed; empty where the site gave no mark to ask with."""
        marks = {"If-None-Match": self.headers.get("etag"), "If-Modified-Since": self.headers.get("last-modified")}
        return {name: mark for name, mark in marks.items() if mark and len(mark) <= LONGEST_MARK and mark.isascii()}


class KeptAnswers:
    """The answers that were used last, by address; the longest unused go first."""

    def __init__(self, *, most_answers: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self._most_answers = most_answers
        self._most_bytes = most_bytes
        self._bytes = 0
        self._answers: OrderedDict[str, Kept] = OrderedDict()

    def get(self, url: str) -> Kept | None:
        kept = self._answers.get(url)
        if kept is not None:
            self._answers.move_to_end(url)
        return kept

    def put(self, url: str, kept: Kept) -> None:
        """Keep it in place of an older one, if the site gave a mark for it and it is not too large."""
        if (old := self._answers.pop(url, None)) is not None:
            self._bytes -= len(old.body)
        if not kept.conditions or len(kept.body) > self._most_bytes:
            return
        self._answers[url] = kept
        self._bytes += len(kept.body)
        while self._bytes > self._most_bytes or len(self._answers) > self._most_answers:
            _, dropped = self._answers.popitem(last=False)
            self._bytes -= len(dropped.body)
