"""What to look for where too few papers hold all of a query."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from storage import words
from storage.query import And, Field, Or, Query, Words

FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above after again against all also am an and any are as at be because been before being below between
        both but by can could did do does doing down during each few for from further had has have having he her here
        hers herself him himself his how i if in into is it its itself just may me might more most must my myself no
        nor not now of off on once only or other our ours ourselves out over own s same shall she should so some such
        t than that the their theirs them themselves then there these they this those through to too under until up
        very was we were what when where which while who whom why will with would you your yours yourself yourselves
        """,
    )
)
"""English words that hold a sentence together and say nothing of what it is about, folded."""


def loosened(query: Query, asked: str, *, least: int = 2) -> Query | None:
    """``query`` with any of its words in place of all of them, or None where it asks for fewer than ``least``.

    Words that hang together (``N-terminal``) are looked for one by one, and function words only where there are no
    others. What the text ``asked`` says twice counts twice, as in BM25. Filters, names, phrases and what must not match
    stay as strict as they were.
    """
    parts = query.parts if isinstance(query, And) else (query,)
    strict = tuple(part for part in parts if not _is_words(part))
    pieces = tuple(piece for part in parts if _is_words(part) for piece in _pieces(part))
    telling = tuple(piece for piece in pieces if not _is_function_word(piece)) or pieces
    said = Counter(words.analyse(asked).stems)
    each = {_stem(piece): piece for piece in reversed(telling)}
    if len(each) < least:
        return None
    loose = Or(tuple(piece for stem, piece in reversed(each.items()) for _ in range(max(said[stem], 1))))
    return And((loose, *strict)) if strict else loose


def _is_words(part: Query) -> bool:
    match part:
        case Words(field=None | Field.TITLE | Field.ABSTRACT):
            return True
        case Or(parts):
            return all(map(_is_words, parts))
        case _:
            return False


def _pieces(part: Query) -> Iterator[Query]:
    match part:
        case Words(text=text, phrase=False, prefix=False):
            yield from (replace(part, text=word) for word in words.analyse(text).exact)
        case _:
            yield part


def _is_function_word(piece: Query) -> bool:
    return isinstance(piece, Words) and piece.text in FUNCTION_WORDS


def _stem(piece: Query) -> str:
    """What is the same word but for its ending, or exactly the same part."""
    match piece:
        case Words(text=text, field=None, phrase=False, prefix=False):
            return words.stem(text)
        case _:
            return repr(piece).casefold()
