"""The words, names and categories that begin with what is typed, those of most papers first.

Only the words of titles, not all that abstracts hold: what somebody completes is the name of something. The dictionary
of terms is walked inside tantivy, which keeps no more than are wanted.
"""

import tantivy

from storage import categories
from storage.query import Field
from storage.search_index.shape import CATEGORIES, EXACT, NAMES
from storage.searchable import BREAK

_DICTIONARIES = {
    None: "title" + EXACT,
    Field.TITLE: "title" + EXACT,
    Field.ABSTRACT: "abstract" + EXACT,
    Field.ORGANIZATION: "organization" + EXACT,
    Field.AUTHOR: NAMES,
}
_TO_SPARE = 10
"""Terms that may be no words to offer."""


def beginning_with(searcher: tantivy.Searcher, field: Field | None, beginning: str, limit: int) -> tuple[str, ...]:
    """At most ``limit`` words (of ``field``; of titles where that is None) that begin with the folded ``beginning``.

    The words of a name are joined as in ``name_key``. An id has no words.
    """
    if field is Field.ID or not beginning:
        return ()
    if field is Field.CATEGORY:
        codes = categories.beginning_with(beginning)
        held = {code: searcher.doc_freq(CATEGORIES, code.lower()) for code in codes}
        return tuple(sorted(codes, key=lambda code: (-held[code], code))[:limit])
    found = searcher.terms_with_prefix(_DICTIONARIES[field], beginning, limit=limit + _TO_SPARE)
    return tuple(word for word, _ in found if word != BREAK)[:limit]
