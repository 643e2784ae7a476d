"""What to look for where no paper holds all of a query."""

from storage.query import And, Field, Or, Query, Words


def loosened(query: Query) -> Query | None:
    """``query`` with any of its words in place of all of them, or None where it asks for no more than one.

    Filters, names and what must not match stay as strict as they were.
    """
    if not isinstance(query, And):
        return None
    # Each once: a sentence that says "the" three times would else be about "the" most of all.
    words = tuple({repr(part).casefold(): part for part in query.parts if _is_words(part)}.values())
    if len(words) < 2:  # noqa: PLR2004  # of one there is no part
        return None
    strict = tuple(part for part in query.parts if not _is_words(part))
    return And((Or(words), *strict)) if strict else Or(words)


def _is_words(part: Query) -> bool:
    match part:
        case Words(field=None | Field.TITLE | Field.ABSTRACT):
            return True
        case Or(parts):
            return all(map(_is_words, parts))
        case _:
            return False
