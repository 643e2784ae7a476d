"""The fields of the index, how a paper fills them, and how they weigh."""

import math
from collections.abc import Iterable, Iterator
from datetime import date
from zlib import crc32

import tantivy
from tantivy import Document, Schema, SchemaBuilder, TextAnalyzerBuilder, Tokenizer
from tantivy.tantivy import __version__ as tantivy_version

from storage.query import Field
from storage.records import Paper
from storage.searchable import BREAK, searchable
from storage.words import Text

VERSION = f"6/{tantivy_version}"
"""The shape of the index: another one is rebuilt. Raise the number whenever words, fields or keys change."""

ID, CATEGORIES, FACTS, NAMES = "id", "categories", "facts", "names"
DAY, UPVOTES, STARS = "day", "upvotes", "stars"
NEWEST, TOP = "newest", "top"
TITLED, PRIOR = "titled", "prior"
EXACT = "_exact"
"""Ends the name of the field that holds a text's words as they are; the field before it holds their stems."""

TITLE_WORDS = "title" + EXACT

TEXTS = {Field.TITLE: "title", Field.ABSTRACT: "abstract", Field.ORGANIZATION: "organization"}
WORDS = "words"
"""The stems of title, abstract and keywords in one field: BM25 of the whole ranks better than a sum over its parts."""
ASIDE = "aside"
"""What title and keywords hold and the abstract does not. WORDS without it is the abstract, whose stems need no field
of their own: each that holds an abstract is a quarter of tantivy's work."""
TITLE_COUNTS = 3
"""How many times a title stands in WORDS: it is chosen with most care. BM25F weighs fields so (Robertson 2004)."""
NAME_WEIGHT = 1.5
"""How much a name counts beside a word, both measured in BM25."""

A_YEAR, A_DOUBLING = 0.005, 0.01
"""What a paper's score gains by a year that it is newer, and by each doubling of its upvotes: a share of the score."""
SAMPLE = "_sample"
"""Ends the name of the field that holds words of one paper in ``SAMPLED`` only: enough to tell the usual ones."""
SAMPLED = 64

_ANALYSED = "analysed"
_BETWEEN = f" {BREAK} "
_FIRST_DAY = date(1991, 1, 1)
"""arXiv's first year: what is older, or of no known day, gains nothing by its day."""
_KEY_DIGITS = 7
_LARGEST_KEY = 10**_KEY_DIGITS - 1


def schema() -> Schema:
    """What the index holds of each paper."""
    builder = SchemaBuilder()
    builder.add_text_field(ID, tokenizer_name="raw", index_option="basic")
    for name in ("title", "abstract", "keywords", "organization"):
        builder.add_text_field(name + EXACT, tokenizer_name=_ANALYSED)
    for name in ("title", WORDS):
        builder.add_text_field(name, tokenizer_name=_ANALYSED)
    builder.add_text_field(NAMES, tokenizer_name=_ANALYSED, index_option="freq")
    for name in (ASIDE, CATEGORIES, FACTS, TITLE_WORDS + SAMPLE, NAMES + SAMPLE):
        builder.add_text_field(name, tokenizer_name=_ANALYSED, index_option="basic")
    for name in (DAY, UPVOTES, STARS):
        builder.add_integer_field(name, fast=True)
    builder.add_text_field(TITLED, tokenizer_name="raw", index_option="basic")
    builder.add_float_field(PRIOR, fast=True)
    builder.add_text_field(NEWEST, stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(TOP, fast=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def prepare(index: tantivy.Index) -> None:
    """Tell an opened index how its texts are cut: they come analysed, so at white space only."""
    index.register_tokenizer(_ANALYSED, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    index.config_reader(reload_policy="manual")


def document(paper: Paper) -> Document:
    """A paper as the index holds it."""
    found = searchable(paper)
    filled = Document()
    filled.add_text(ID, found.id)
    for name, text in (
        ("title", found.title),
        ("abstract", found.abstract),
        ("keywords", found.keywords),
        ("organization", found.organization),
    ):
        if text.exact:
            # Joined words are only ever looked for alone; behind breaks, no phrase runs into them.
            filled.add_text(name + EXACT, _BETWEEN.join((" ".join(text.exact), *text.joined)))
    title, abstract, keywords = map(_stems, (found.title, found.abstract, found.keywords))
    filled.add_text("title", title)
    filled.add_text(WORDS, _BETWEEN.join((*[title] * TITLE_COUNTS, abstract, keywords)))
    filled.add_text(ASIDE, " ".join(_aside(_BETWEEN.join((title, keywords)), abstract)))
    filled.add_text(NAMES, " ".join(found.names))
    if crc32(found.id.encode()) % SAMPLED == 0:
        filled.add_text(TITLE_WORDS + SAMPLE, " ".join((*found.title.exact, *found.title.joined)))
        filled.add_text(NAMES + SAMPLE, " ".join(found.names))
    filled.add_text(CATEGORIES, " ".join(found.categories))
    filled.add_text(FACTS, " ".join(_facts(paper)))
    if found.day is not None:
        filled.add_integer(DAY, found.day.toordinal())
    filled.add_integer(UPVOTES, paper.upvotes or 0)
    filled.add_integer(STARS, paper.code_stars or 0)
    filled.add_text(TITLED, title_key(found.title.stems))
    filled.add_float(PRIOR, prior(found.day, paper.upvotes or 0))
    filled.add_text(NEWEST, _falling(found.day.toordinal() if found.day else 0) + paper.id)
    filled.add_text(TOP, _falling(paper.upvotes or 0) + paper.id)
    return filled


def title_key(stems: Iterable[str]) -> str:
    """By what a title is found as a whole; each word once, as in a query."""
    return " ".join(dict.fromkeys(stems))


def row_key(stems: Iterable[str]) -> str:
    """Words that stand side by side, as ASIDE has them."""
    return "_".join(stems)


def prior(day: date | None, upvotes: int) -> float:
    """By what a paper's score is multiplied: a little more than 1 for newer papers and for those with upvotes.

    How two papers compare does not depend on today, so it is reckoned once.
    """
    years = max((day - _FIRST_DAY).days, 0) / 365.25 if day else 0.0
    return 1.0 + A_YEAR * years + A_DOUBLING * math.log2(1 + max(upvotes, 0))


def id_in(key: str) -> str:
    """The paper's id in a value of NEWEST or TOP."""
    return key[_KEY_DIGITS:]


def _falling(number: int) -> str:
    """A text that sorts before those of smaller numbers."""
    return f"{_LARGEST_KEY - min(max(number, 0), _LARGEST_KEY):0{_KEY_DIGITS}}"


def _stems(text: Text) -> str:
    return _BETWEEN.join((" ".join(text.stems), *text.joined_stems))


def _aside(texts: str, abstract: str) -> Iterator[str]:
    """From each word of ``texts`` on the shortest row that ``abstract`` does not hold: longer ones begin with it."""
    held = f" {abstract} "
    for words in map(str.split, texts.split(BREAK)):
        end = 0
        for start in range(len(words)):
            # What is part of a row that is held is held, too: no row from here on ends before the last one did.
            end = max(end, start + 1)
            while end <= len(words) and f" {' '.join(words[start:end])} " in held:
                end += 1
            if end > len(words):
                break
            yield row_key(words[start:end])


def _facts(paper: Paper) -> tuple[str, ...]:
    facts = {
        "has:code": paper.code_url is not None,
        "has:summary": bool(paper.summary),
        "is:withdrawn": paper.withdrawn_at is not None,
    }
    return tuple(name for name, holds in facts.items() if holds)
