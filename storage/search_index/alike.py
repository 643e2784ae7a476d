"""More like this: the words that tell a paper from others, as a query for the papers that share them."""

import math
from collections import Counter

import tantivy
from tantivy import Occur, Schema

from storage.records import Paper
from storage.search_index.shape import ID, WORDS
from storage.searchable import BREAK, searchable

MOST_WORDS = 25
_SHORTEST = 3
_USUAL = 0.2
"""A word that more than this share of all papers hold tells nothing."""


def alike(searcher: tantivy.Searcher, schema: Schema, paper: Paper) -> tantivy.Query | None:
    """The papers that share the most telling words of ``paper``, itself left out; None where it has no such words.

    A word tells as much as it stands often here and seldom elsewhere (tf·idf), a word of the title twice as much.
    """
    found = searchable(paper)
    counts = Counter(found.abstract.stems)
    counts.update(dict.fromkeys((*found.title.stems, *found.keywords.stems), 2))
    papers = max(searcher.num_docs, 1)
    weights: dict[str, float] = {}
    for word, count in counts.items():
        held = searcher.doc_freq(WORDS, word)
        if word != BREAK and len(word) >= _SHORTEST and 1 < held <= max(papers * _USUAL, 2):
            weights[word] = count * math.log(papers / held)
    telling = sorted(weights, key=lambda word: (-weights[word], word))[:MOST_WORDS]
    if not telling or not weights[telling[0]]:
        return None
    shared = [
        (Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, WORDS, word), weight))
        for word in telling
        for weight in [weights[word] / weights[telling[0]]]
        if weight
    ]
    itself = tantivy.Query.term_query(schema, ID, paper.id.lower())
    return tantivy.Query.boolean_query([(Occur.Must, tantivy.Query.boolean_query(shared)), (Occur.MustNot, itself)])
