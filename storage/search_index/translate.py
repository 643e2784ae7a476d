"""A query tree as tantivy's own. What each leaf means is said in ``storage.searchable``; here parts are combined."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial, reduce

import tantivy
from tantivy import FieldType, Occur, Schema

from storage.query import And, Count, Days, Field, Has, Is, LastDays, Not, Or, Query, Words
from storage.search_index.shape import (
    ASIDE,
    CATEGORIES,
    DAY,
    EXACT,
    FACTS,
    ID,
    NAME_WEIGHT,
    NAMES,
    STARS,
    TEXTS,
    TITLED,
    UPVOTES,
    WORDS,
    row_key,
    title_key,
)
from storage.searchable import Sought, keys_of, sought

_SCORED = frozenset({None, Field.TITLE, Field.ABSTRACT})
_EXACT_TEXTS = ("title", "abstract", "keywords")
"""Where phrases and beginnings without a field are looked for: there words keep their endings."""


def scores(query: Query) -> bool:
    """Does the query tell better matches from worse ones? Filters and names do not."""
    match query:
        case Words(field=field):
            return field in _SCORED
        case And(parts) | Or(parts):
            return any(map(scores, parts))
        case _:
            return False


def translate(query: Query, schema: Schema, today: date) -> tantivy.Query:
    """``query`` in tantivy's terms; ``today`` is the day from which ``since:7d`` counts."""
    match query:
        case Words():
            found = _words(query, schema)
            return found if query.field in _SCORED else _unscored(found)
        case And(parts):
            return _all_of(parts, schema, today)
        case Or(parts):
            return _any_of(translate(part, schema, today) for part in parts)
        case Not():
            return _all_of((query,), schema, today)
        case Days(since, until):
            return _days(since, until, schema)
        case LastDays(days):
            return _days(_before(today, days), None, schema)
        case Count(what, operator, number):
            return _number(UPVOTES if what == "upvotes" else STARS, operator, number, schema)
        case Has(what):
            return _fact(f"has:{what}", schema)
        case Is(what):
            return _fact(f"is:{what}", schema)


def titled(query: Query, schema: Schema) -> tantivy.Query | None:
    """The papers whose whole title is what ``query`` asks for, or None where it asks for more than words."""
    stems: list[str] = []
    for part in query.parts if isinstance(query, And) else (query,):
        if not isinstance(part, Words) or part.prefix or part.field not in {None, Field.TITLE}:
            return None
        stems += sought(part).stems
    return _unscored(_term(schema, TITLED, title_key(stems)))


def _all_of(parts: Sequence[Query], schema: Schema, today: date) -> tantivy.Query:
    wanted = [(Occur.Must, translate(part, schema, today)) for part in parts if not isinstance(part, Not)]
    unwanted = [(Occur.MustNot, translate(part.part, schema, today)) for part in parts if isinstance(part, Not)]
    # tantivy finds nothing where only something unwanted is named.
    return tantivy.Query.boolean_query([*(wanted or [(Occur.Must, everything())]), *unwanted])


def everything() -> tantivy.Query:
    """All papers, none better than another."""
    return _unscored(tantivy.Query.all_query())


def _any_of(queries: Iterable[tantivy.Query]) -> tantivy.Query:
    found = list(queries)
    return found[0] if len(found) == 1 else tantivy.Query.boolean_query([(Occur.Should, query) for query in found])


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)


# --- words ---


def _words(leaf: Words, schema: Schema) -> tantivy.Query:
    match leaf.field:
        case Field.ID:
            return _term_or_start(schema, ID, leaf.text.lower(), leaf.prefix)
        case Field.CATEGORY:
            return _term_or_start(schema, CATEGORIES, leaf.text.lower(), leaf.prefix)
    wanted = sought(leaf)
    if not wanted.exact:
        return tantivy.Query.empty_query()
    if leaf.field is Field.AUTHOR:
        return _name(leaf, wanted, schema)
    if leaf.field is not None:
        return _text(TEXTS[leaf.field], leaf, wanted, schema)
    names = tantivy.Query.boost_query(_name(leaf, wanted, schema), NAME_WEIGHT)
    texts = _EXACT_TEXTS if leaf.prefix or leaf.phrase else (WORDS,)
    return _any_of((*(_text(name, leaf, wanted, schema) for name in texts), names))


def _name(leaf: Words, wanted: Sought, schema: Schema) -> tantivy.Query:
    return _any_of(_term_or_start(schema, NAMES, key, leaf.prefix) for key in keys_of(wanted, unfinished=leaf.prefix))


def _text(name: str, leaf: Words, wanted: Sought, schema: Schema) -> tantivy.Query:
    whole = [wanted.joined] if wanted.joined else []
    if leaf.prefix:
        return _any_of(
            (_phrase_start(schema, name + EXACT, wanted.exact), *(_start(schema, name + EXACT, word) for word in whole))
        )
    if leaf.phrase or leaf.field is Field.ORGANIZATION:
        return _any_of(
            (_phrase(schema, name + EXACT, wanted.exact), *(_term(schema, name + EXACT, word) for word in whole))
        )
    row = _row_of_abstract if leaf.field is Field.ABSTRACT else partial(_phrase, name=name)
    rows = [wanted.stems, *([(wanted.joined_stem,)] if wanted.joined_stem else [])]
    return _any_of(row(schema, words=words) for words in rows)


def _row_of_abstract(schema: Schema, words: tuple[str, ...]) -> tantivy.Query:
    """Only title or keywords hold a row of which some beginning is ASIDE."""
    aside = (_term(schema, ASIDE, row_key(words[:end])) for end in range(1, len(words) + 1))
    return tantivy.Query.boolean_query(
        [(Occur.Must, _phrase(schema, WORDS, words)), *((Occur.MustNot, only) for only in aside)]
    )


def _term(schema: Schema, name: str, word: str) -> tantivy.Query:
    return tantivy.Query.term_query(schema, name, word)


def _term_or_start(schema: Schema, name: str, word: str, prefix: bool) -> tantivy.Query:  # noqa: FBT001  # a leaf's own flag
    return _start(schema, name, word) if prefix else _term(schema, name, word)


def _phrase(schema: Schema, name: str, words: tuple[str, ...]) -> tantivy.Query:
    if len(words) == 1:
        return _term(schema, name, words[0])
    return tantivy.Query.phrase_query(schema, name, list(words))


def _start(schema: Schema, name: str, word: str) -> tantivy.Query:
    return tantivy.Query.regex_query(schema, name, _literal(word) + ".*")


def _phrase_start(schema: Schema, name: str, words: tuple[str, ...]) -> tantivy.Query:
    # tantivy's own prefix queries look at no more than fifty continuations, its patterns at all.
    if len(words) == 1:
        return _start(schema, name, words[0])
    *before, last = map(_literal, words)
    return tantivy.Query.regex_phrase_query(schema, name, [*before, last + ".*"])


def _literal(word: str) -> str:
    return reduce(lambda text, sign: text.replace(sign, f"\\{sign}"), "\\+#.-*?()[]{}|^$", word)


# --- facts and numbers ---


def _fact(name: str, schema: Schema) -> tantivy.Query:
    return _unscored(_term(schema, FACTS, name))


def _before(today: date, days: int) -> date:
    return date.fromordinal(max(1, (today.toordinal() - days)))


def _days(since: date | None, until: date | None, schema: Schema) -> tantivy.Query:
    return _between(DAY, since.toordinal() if since else None, until.toordinal() if until else None, schema)


def _number(name: str, operator: str, number: int, schema: Schema) -> tantivy.Query:
    match operator:
        case ">":
            return _between(name, number + 1, None, schema)
        case ">=":
            return _between(name, number, None, schema)
        case "<":
            return _between(name, None, number - 1, schema)
        case "<=":
            return _between(name, None, number, schema)
        case _:
            return _between(name, number, number, schema)


def _between(name: str, lowest: int | None, highest: int | None, schema: Schema) -> tantivy.Query:
    """Both ends included; a paper without the number is outside."""
    if lowest is None and highest is None:
        return _unscored(tantivy.Query.exists_query(name))
    if lowest is not None and highest is not None and lowest > highest:
        return tantivy.Query.empty_query()
    return _unscored(
        tantivy.Query.range_query(schema, name, FieldType.Integer, lower_bound=lowest, upper_bound=highest)
    )
