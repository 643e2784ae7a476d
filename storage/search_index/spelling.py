"""Did you mean: words of a query that papers hardly hold, replaced by near ones that they do hold.

What one slip of the fingers makes of a word (a letter too many, too few, another one, two in the wrong order: Damerau
1964) is made here in reverse and looked up, so the time depends on the word and not on how many words papers hold.
"""

import re
import string
from collections.abc import Iterable, Iterator
from itertools import islice, product

import tantivy

from storage import categories, words
from storage.search_index.shape import EXACT, NAMES, WORDS

MOST_READINGS = 8
"""Ways to read one query that are proposed."""
_MOST_MENDED = 4
"""Words of one query that are replaced: where more are unknown, it is no matter of slips."""
_CHUNK = re.compile(r"[^\s()\"“”„«»]+")
_LEFT_ALONE = frozenset({"OR", "AND", "NOT"})
_NO_WORDS = frozenset({"after", "before", "since", "upvotes", "stars", "has", "is", "id"})
_TEXTS = ("title", "abstract", "keywords")
_SHORTEST = 3
_LONGEST = 30
"""Letters of a word that somebody types by hand."""
_LONG = 6
"""From so many letters on, two of them may be wrong."""
_LOOKED_AT = 2_000
"""The most usual words with the same first two letters: among them two slips are looked for."""
_ALTERNATIVES = 4
_RARE = 5
"""A word in no more papers than this may be a slip that authors made too ..."""
_MORE_USUAL = 50
"""... where a near one stands in so many times as many."""
_OTHER_START = 10
"""The first letter is seldom the wrong one: a word that begins otherwise has to be so much more usual."""

_Choices = tuple[int, int, tuple[str, ...]]
"""From where to where something in the text may be replaced, and by what, the likeliest first."""


def readings(searcher: tantivy.Searcher, text: str) -> tuple[str, ...]:
    """What may be meant by ``text``, the likeliest first; nothing where its words are known, or none is near."""
    slots = tuple(islice(_slots(searcher, text), _MOST_MENDED))
    # Each word's likelier readings come first, whichever the word: by the sum of their places.
    ranked = product(*(tuple(enumerate(choices)) for _, _, choices in slots))
    likeliest = sorted(ranked, key=lambda picked: sum(place for place, _ in picked))
    made = (_replaced(text, slots, [word for _, word in picked]) for picked in islice(likeliest, MOST_READINGS))
    return tuple(made) if slots else ()


def _replaced(text: str, slots: Iterable[_Choices], chosen: Iterable[str]) -> str:
    pieces: list[str] = []
    done = 0
    for (start, end, _), word in zip(slots, chosen, strict=True):
        pieces += (text[done:start], word)
        done = end
    return "".join((*pieces, text[done:]))


def _slots(searcher: tantivy.Searcher, text: str) -> Iterator[_Choices]:
    for chunk in _CHUNK.finditer(text):
        field, colon, value = chunk.group().lstrip("-").lower().partition(":")
        if chunk.group() in _LEFT_ALONE or "*" in chunk.group() or (colon and field in _NO_WORDS):
            continue
        if field == "cat" and value:
            if codes := categories.nearest(value):
                yield chunk.end() - len(value), chunk.end(), codes
            continue
        for span in list(words.spans(chunk.group()))[1 if colon and value else 0 :]:
            near = _near(searcher, span.exact, field if colon and value else "")
            if near:
                yield chunk.start() + span.start, chunk.start() + span.end, near


def _near(searcher: tantivy.Searcher, word: str, field: str) -> tuple[str, ...]:
    """The words that were probably meant by ``word`` in ``field``."""
    if not _SHORTEST <= len(word) <= _LONGEST or word.isdigit():
        return ()
    texts = () if field in {"author", "org"} else (field,) if field in _TEXTS else _TEXTS
    vocabularies = [name + EXACT for name in texts] + ["organization" + EXACT] * (field == "org")
    if not field or field == "author":
        vocabularies.append(NAMES)

    def held(other: str) -> int:
        return max(searcher.doc_freq(name, other) for name in vocabularies)

    stems = {name if name == "title" else WORDS for name in texts}
    stands_in = max([held(word), *(searcher.doc_freq(name, words.stem(word)) for name in stems)])
    if stands_in > _RARE or (stands_in and len(word) == _SHORTEST):
        return ()

    def usual(other: str) -> float:
        return held(other) / (1 if other[0] == word[0] else _OTHER_START)

    found = {other: count for other in one_slip_from(word) if (count := usual(other)) > stands_in * _MORE_USUAL}
    if not found and not stands_in and len(word) >= _LONG:
        found = {
            other: count
            for name in vocabularies
            for other, count in searcher.terms_with_prefix(name, word[:2], limit=_LOOKED_AT)
            if "_" not in other and edit_distance(word, other, 2) <= 2  # noqa: PLR2004  # two slips
        }
    return tuple(sorted(found, key=lambda other: (-found[other], other))[:_ALTERNATIVES])


def one_slip_from(word: str) -> frozenset[str]:
    """All that one slip makes of ``word``, with the letters of English and its own."""
    letters = sorted({*string.ascii_lowercase, *word})
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    missing = {a + b[1:] for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    other = {a + letter + b[1:] for a, b in cuts if b for letter in letters}
    more = {a + letter + b for a, b in cuts for letter in letters}
    return frozenset((missing | swapped | other | more) - {word})


def edit_distance(one: str, other: str, most: int) -> int:
    """How many letters were inserted, left out, replaced or swapped with their neighbour; ``most`` + 1 for more.

    The optimal string alignment distance (Damerau 1964).
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
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
