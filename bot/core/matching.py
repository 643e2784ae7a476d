"""One query asked of one paper. The search index answers the same for all papers; tests hold the two together."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from bot.core.parse_query import canonical
from storage.query import And, Count, Days, Field, Has, Is, LastDays, Not, Or, Query, Words
from storage.records import Paper
from storage.searchable import Searchable, Sought, keys_of, searchable, sought
from storage.words import Text

_REMEMBERED_PAPERS = 2_048
"""Two days' announcements: thousands of topics are asked of the same papers. A paper takes 40 kB and a third of a
millisecond to be made ready, a topic less than a hundredth of one for each that is."""


def matches(query: Query, paper: Paper, *, today: date) -> bool:
    """Does ``paper`` match? ``today`` is the day from which ``since:7d`` counts."""
    return _holds(query, _known(paper), today)


def _holds(query: Query, known: "_Known", today: date) -> bool:
    match query:
        case Words():
            return _has_words(query, known)
        case And(parts):
            return all(_holds(part, known, today) for part in parts)
        case Or(parts):
            return any(_holds(part, known, today) for part in parts)
        case Not(part):
            return not _holds(part, known, today)
        case Days(since, until):
            return _within(known.found.day, since, until)
        case LastDays(days):
            return _within(known.found.day, today - timedelta(days=days), None)
        case Count():
            return _compares(query, known.paper)
        case Has(what):
            return known.paper.code_url is not None if what == "code" else bool(known.paper.summary)
        case Is():
            return known.paper.withdrawn_at is not None


def reasons(query: Query, paper: Paper, today: date) -> tuple[str, ...]:
    """The parts of ``query`` that ``paper`` matches, as they are typed, each once; what was not wanted is no reason."""
    found: dict[str, None] = {}
    known = _known(paper)

    def collect(part: Query) -> None:
        match part:
            case And(parts) | Or(parts):
                for inner in parts:
                    collect(inner)
            case Not():
                return
            case _ if _holds(part, known, today):
                found[canonical(part)] = None

    collect(query)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A text with its words as sets, so that most questions are answered without walking through it."""

    text: Text
    exact: frozenset[str]
    stems: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Known:
    paper: Paper
    found: Searchable
    names: frozenset[str]
    title: Vocabulary
    abstract: Vocabulary
    keywords: Vocabulary
    organization: Vocabulary


@lru_cache(maxsize=_REMEMBERED_PAPERS)
def _known(paper: Paper) -> _Known:
    found = searchable(paper)
    return _Known(
        paper=paper,
        found=found,
        names=frozenset(found.names),
        title=vocabulary_of(found.title),
        abstract=vocabulary_of(found.abstract),
        keywords=vocabulary_of(found.keywords),
        organization=vocabulary_of(found.organization),
    )


def vocabulary_of(text: Text) -> Vocabulary:
    """``text`` made ready for ``stands_in``."""
    return Vocabulary(text, frozenset((*text.exact, *text.joined)), frozenset((*text.stems, *text.joined_stems)))


def stands_in(leaf: Words, wanted: Sought, vocabulary: Vocabulary) -> bool:
    """Do the words of ``leaf``, which are ``wanted``, stand in this text? Its field is not looked at."""
    return bool(wanted.exact) and _in_text(leaf, wanted, vocabulary)


def _has_words(leaf: Words, known: _Known) -> bool:
    match leaf.field:
        case Field.ID:
            return _is_or_begins((known.found.id,), leaf.text.lower(), leaf)
        case Field.CATEGORY:
            return _is_or_begins(known.found.categories, leaf.text.lower(), leaf)
    wanted = sought(leaf)
    if not wanted.exact:
        return False
    match leaf.field:
        case Field.AUTHOR:
            return _in_names(leaf, wanted, known)
        case Field.TITLE:
            return _in_text(leaf, wanted, known.title)
        case Field.ABSTRACT:
            return _in_text(leaf, wanted, known.abstract)
        case Field.ORGANIZATION:
            return _in_text(leaf, wanted, known.organization)
        case _:
            texts = (known.title, known.abstract, known.keywords)
            return any(_in_text(leaf, wanted, text) for text in texts) or _in_names(leaf, wanted, known)


def _is_or_begins(names: Iterable[str], wanted: str, leaf: Words) -> bool:
    return any(name.startswith(wanted) if leaf.prefix else name == wanted for name in names)


def _in_names(leaf: Words, wanted: Sought, known: _Known) -> bool:
    keys = keys_of(wanted, unfinished=leaf.prefix)
    if not leaf.prefix:
        return any(key in known.names for key in keys)
    return any(name.startswith(keys) for name in known.names)


def _in_text(leaf: Words, wanted: Sought, vocabulary: Vocabulary) -> bool:
    text = vocabulary.text
    if leaf.prefix:
        last = wanted.exact[-1]
        if wanted.joined and any(word.startswith(wanted.joined) for word in vocabulary.exact):
            return True
        if len(wanted.exact) == 1:
            return any(word.startswith(last) for word in vocabulary.exact)
        return any(text.exact[end].startswith(last) for end in _ends_of(wanted.exact[:-1], text.exact))
    if leaf.phrase or leaf.field is Field.ORGANIZATION:
        words, among, all_words, joined = wanted.exact, text.exact, vocabulary.exact, wanted.joined
    else:
        words, among, all_words, joined = wanted.stems, text.stems, vocabulary.stems, wanted.joined_stem
    if joined and joined in all_words:
        return True
    if len(words) == 1:
        return words[0] in all_words
    return all(word in all_words for word in words) and any(
        among[end] == words[-1] for end in _ends_of(words[:-1], among)
    )


def _ends_of(words: tuple[str, ...], among: tuple[str, ...]) -> Iterable[int]:
    """The places right behind each occurrence of ``words`` in a row, where something follows."""
    length = len(words)
    return (
        start + length
        for start in range(len(among) - length)
        if among[start] == words[0] and among[start : start + length] == words
    )


def _within(day: date | None, since: date | None, until: date | None) -> bool:
    return day is not None and (since is None or since <= day) and (until is None or day <= until)


def _compares(count: Count, paper: Paper) -> bool:
    number = (paper.upvotes if count.what == "upvotes" else paper.code_stars) or 0
    match count.operator:
        case "<":
            return number < count.number
        case "<=":
            return number <= count.number
        case "=":
            return number == count.number
        case ">=":
            return number >= count.number
        case ">":
            return number > count.number
