"""Did you mean: words of a query that no paper holds, replaced by the nearest ones that papers do hold."""

import re
from collections.abc import Iterator

import tantivy

from storage import categories, words
from storage.search_index.shape import EXACT, NAMES

_CHUNK = re.compile(r"[^\s()\"“”„«»]+")
_LEFT_ALONE = frozenset({"OR", "AND", "NOT"})
_NO_WORDS = frozenset({"after", "before", "since", "upvotes", "stars", "has", "is", "id"})
_TEXTS = ("title", "abstract", "keywords")
_SHORTEST = 3
_LENIENT_FROM = 6
"""From so many letters on, two of them may be wrong."""
_RARE = 5
"""A word in no more papers than this may be a slip that authors made too ..."""
_MORE_USUAL = 50
"""... where a near one stands in so many times as many."""


def nearest_query(searcher: tantivy.Searcher, text: str) -> str | None:
    """``text`` with its unknown words replaced, or None where there is nothing to replace or nothing near."""
    pieces: list[str] = []
    done = 0
    for start, end, word in _replaced(searcher, text):
        pieces += (text[done:start], word)
        done = end
    return "".join((*pieces, text[done:])) if pieces else None


def _replaced(searcher: tantivy.Searcher, text: str) -> Iterator[tuple[int, int, str]]:
    for chunk in _CHUNK.finditer(text):
        field, colon, value = chunk.group().lstrip("-").lower().partition(":")
        if chunk.group() in _LEFT_ALONE or "*" in chunk.group() or (colon and field in _NO_WORDS):
            continue
        if field == "cat" and value:
            if (code := categories.nearest(value)) is not None:
                yield chunk.end() - len(value), chunk.end(), code
            continue
        for span in list(words.spans(chunk.group()))[1 if colon and value else 0 :]:
            known = _nearest(searcher, span.exact, field if colon and value else "")
            if known is not None:
                yield chunk.start() + span.start, chunk.start() + span.end, known


def _nearest(searcher: tantivy.Searcher, word: str, field: str) -> str | None:
    texts = () if field in {"author", "org"} else (field,) if field in _TEXTS else _TEXTS
    vocabularies = [name + EXACT for name in texts] + ["organization" + EXACT] * (field == "org")
    if not field or field == "author":
        vocabularies.append(NAMES)
    stands_in = max([searcher.doc_freq(name, words.stem(word)) for name in texts], default=0)
    stands_in = max(stands_in, *(searcher.doc_freq(name, word) for name in vocabularies))
    if len(word) < _SHORTEST or stands_in > _RARE:
        return None
    most = 1 if len(word) < _LENIENT_FROM else 2
    for shared in (2, 1):
        found = [
            (distance, -count, other)
            for name in vocabularies
            for other, count in searcher.terms_with_prefix(name, word[:shared])
            if count > stands_in * _MORE_USUAL
            and abs(len(other) - len(word)) <= most
            and "_" not in other
            and (distance := edit_distance(word, other, most)) <= most
        ]
        if found:
            return min(found)[2]
    return None


def edit_distance(one: str, other: str, most: int) -> int:
    """How many letters were inserted, left out, replaced or swapped with their neighbour; ``most`` + 1 for more.

    The optimal string alignment distance (Damerau 1964).
    """
    older: list[int] = []
    old = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        new = [i]
        for j, b in enumerate(other, 1):
            best = min(old[j] + 1, new[j - 1] + 1, old[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            new.append(best)
        if min(new) > most:
            return most + 1
        older, old = old, new
    return min(old[-1], most + 1)
