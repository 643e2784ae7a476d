"""What may be changed of a query that found nothing, not even in part. Pure.

Papers that hold only some of its words would have been shown, so none of them is to blame alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from storage.query import And, Field, Or, Query, Words

_SHORTEST_WORD = 5
"""Letters; of a shorter one the beginning is that of too many."""
_TEXT = {None, Field.TITLE, Field.ABSTRACT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    beginning: str = ""
    """Of its longest word, as it would be typed."""
    phrase: bool = False
    """It has words that have to stand side by side."""
    filters: bool = False
    """It asks for words and for something else, too, or for words only where they stand in one place."""


def advice(query: Query) -> Advice:
    """Which changes of ``query`` may find something."""
    parts = [*_parts(query)]
    wanted = [part for part in parts if isinstance(part, Words) and part.field in _TEXT]
    single = [part.text for part in wanted if not part.phrase and not part.prefix and part.text.isalpha()]
    longest = max(single, key=len, default="")
    return Advice(
        beginning=f"{longest[: len(longest) * 2 // 3]}*" if len(longest) >= _SHORTEST_WORD else "",
        phrase=any(part.phrase for part in wanted),
        filters=len(parts) > 1 and any(part not in wanted or part.field is not None for part in parts),
    )


def _parts(query: Query) -> Iterator[Query]:
    match query:
        case And(parts) | Or(parts):
            for part in parts:
                yield from _parts(part)
        case _:
            yield query
