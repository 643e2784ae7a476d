"""The words, names and categories that begin with what is typed, those of most papers first.

Only the words of titles, not all that abstracts hold: what somebody completes is the name of something. tantivy walks
its dictionary and keeps no more than are wanted; where a beginning is so short that a good part of all words have it,
the dictionary of a sample of the papers is walked instead.
"""

import tantivy

from storage import categories
from storage.query import Field
from storage.search_index.shape import CATEGORIES, EXACT, NAMES, SAMPLE, TITLE_WORDS
from storage.searchable import BREAK

_DICTIONARIES = {
    None: TITLE_WORDS,
    Field.TITLE: TITLE_WORDS,
    Field.ABSTRACT: "abstract" + EXACT,
    Field.ORGANIZATION: "organization" + EXACT,
    Field.AUTHOR: NAMES,
}
_WITH_SAMPLE = (TITLE_WORDS, NAMES)
_SHORT = 5
"""Letters from which on beginnings are rare enough for the whole dictionary, however many papers there are.

A name stands in it once for each selection of its words, so of a million papers many thousand keys begin with the same
three letters; a walk takes 0.65 ms for a thousand of them."""
_TRUSTED = 3
"""Papers of the sample in which a word has to stand before it counts as a usual one."""


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
    name = _DICTIONARIES[field]
    if len(beginning) < _SHORT and name in _WITH_SAMPLE:
        usual = searcher.terms_with_prefix(name + SAMPLE, beginning, limit=limit)
        if len(usual) == limit and usual[-1][1] >= _TRUSTED:
            return tuple(word for word, _ in usual)
    found = searcher.terms_with_prefix(name, beginning, limit=limit + 1)
    return tuple(word for word, _ in found if word != BREAK)[:limit]
