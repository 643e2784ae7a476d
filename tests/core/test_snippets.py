from datetime import date

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching import matches
from bot.core.pages import Snippet
from bot.core.parse_query import parse_query
from bot.core.snippets import LONGEST, snippet
from bot.core.text import readable, sentences, unbroken
from storage.query import And, Or, Query
from tests.builders import make_paper

ABSTRACT = (
    "We study large language models. Fine-tuning them on naïve data is costly, and fine tuning helps. "
    "Their state-of-the-art results use $\\mathcal{O}(n^2)$ attention."
)


def shown(found: Snippet) -> str:
    """The text with its hits in square brackets."""
    pieces, done = [], 0
    for start, end in found.marks:
        pieces += [found.text[done:start], f"[{found.text[start:end]}]"]
        done = end
    return "".join((*pieces, found.text[done:]))


def of(query: str, abstract: str = ABSTRACT, title: str = "Attention is all") -> Snippet:
    return snippet(parse_query(query), make_paper(title=title, abstract=abstract))


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("model", "We study large language [models]."),
        ("language models", "We study large [language] [models]."),
        ('"language models"', "We study large [language models]."),
        (
            "finetuning",
            "[Fine-tuning] them on naïve data is costly, and fine tuning helps.",
        ),
        (
            "fine-tuning naive",
            "[Fine-tuning] them on [naïve] data is costly, and [fine tuning] helps.",
        ),
        ("lang*", "We study large [language] models."),
        ("study OR (state art)", "Their [state]-of-the-[art] results use 𝒪(n²) attention."),
        ("attention -models", "Their state-of-the-art results use 𝒪(n²) [attention]."),
        ("abstract:attention", "Their state-of-the-art results use 𝒪(n²) [attention]."),
    ],
)
def test_the_sentence_with_most_of_the_query_is_shown_with_its_hits(query: str, sentence: str) -> None:
    assert shown(of(query)) == sentence


def test_the_title_is_shown_where_only_it_holds_a_hit() -> None:
    assert shown(of("title:attention")) == "[Attention] is all"
    assert shown(of("everything", title="All of Everything")) == "All of [Everything]"
    assert of("title:attention").of_title
    assert not of("models").of_title


@pytest.mark.parametrize("query", ["author:lovelace", "cat:cs.CL", "-models upvotes:>1"])
def test_the_beginning_is_shown_where_no_words_were_asked_of_the_text(query: str) -> None:
    assert shown(of(query)) == "We study large language models."


def test_a_paper_without_abstract_shows_its_summary_or_its_title() -> None:
    assert of("x", abstract="").text == "Attention is all"
    paper = make_paper(abstract="", summary="A short gist of it. And more.")
    assert shown(snippet(parse_query("gist"), paper)) == "A short [gist] of it."


def test_a_long_sentence_is_cut_between_words_around_its_hits() -> None:
    sentence = f"We begin {'with many words ' * 30}until the needle and the haystack {'go on and on ' * 30}here."
    found = of("needle haystack", abstract=sentence)
    assert len(found.text) <= LONGEST
    assert "until the [needle] and the [haystack] go on" in shown(found)
    assert found.text.startswith("…")
    assert found.text.endswith("…")
    assert f" {found.text.strip('…')} " in f" {sentence} "


def test_a_text_without_spaces_is_cut_too() -> None:
    found = of("器", abstract="机器" * 400)
    assert len(found.text) <= LONGEST
    assert found.marks


def test_a_hit_is_marked_in_whatever_form_it_stands() -> None:
    assert shown(of("fine-tuning", abstract="Finetuning works.")) == "[Finetuning] works."
    assert shown(of('"fine-tuning"', abstract="Finetuning works.")) == "[Finetuning] works."
    assert shown(of("fine-tun*", abstract="It finetunes.")) == "It [finetunes]."
    assert shown(of("optimization", abstract="It optimizes.")) == "It [optimizes]."
    assert shown(of("matrix", abstract="Of matrices.")) == "Of [matrices]."


def test_a_mark_never_splits_what_a_reader_sees_as_one_character() -> None:
    assert shown(of("👍", abstract="Well 👍🏽 done.")) == "Well [👍🏽] done."
    assert shown(of("น้", abstract="ดื่มน้ำ")) == "ดื่ม[น้ำ]"


def test_no_sentence_ends_inside_a_formula() -> None:
    abstract = r"We say $p(x) = 1. \qquad X$ holds. The needle is behind it."
    assert of("holds", abstract=abstract).text.endswith("holds.")


@pytest.mark.parametrize(
    "latex", [r"$\frac{1}{{\unknown a b c d e f}$", r"\unknown{a b c d e f}{g h}", r"$a + \left( b + c d e$"]
)
def test_what_latex_cannot_be_read_is_shown_whole_or_not_at_all(latex: str) -> None:
    for before in range(190, 245):
        found = of(
            "needle", abstract=f"The needle {'x' * (before % 7)}{' word' * (before // 5)} {latex} and on and on and on."
        )
        assert found.text.count("$") % 2 == 0
        assert found.text.count("{") == found.text.count("}") or latex in found.text


PIECES = st.sampled_from(
    [
        *("deep", "nets", "learn-ing", "deepnets", "Deep", "network", "x" * 90, "end.", "The", "We", "-", "(deep"),
        *(
            "🔥",
            "👍🏽",
            "🇩🇪",
            "👩\u200d🔬",
            "é",
            "e\u0301",
            "机器学习",
            "น้ำ",
            "한국어",
            "שלום",
            "\u202e",
            "z\u0301\u0302",
        ),
        *("$x^2$", "$5", "$a. B$", r"\emph{deep", "nets}", r"\frac{1}{2}", r"$\broken{$", r"\cite{a b}", "nets)"),
        *("**deep**", "[a](b)", "`c"),
    ]
)
QUERIES = st.sampled_from(
    [
        *(
            "deep",
            "net*",
            '"deep nets"',
            "learning",
            "学习",
            "🔥 deep",
            "nosuchword",
            "title:deep OR nets",
            "deep-nets",
        ),
        *("👍", "น้", "e"),
    ]
)


@given(st.lists(PIECES, max_size=80), QUERIES)
def test_a_snippet_is_a_whole_piece_of_the_text_with_whole_hits_in_it(pieces: list[str], query: str) -> None:
    found = of(query, abstract=" ".join(pieces))
    places = [place for mark in found.marks for place in mark]
    assert len(found.text) <= LONGEST
    assert places == sorted(set(places))
    assert all(0 <= start < end <= len(found.text) for start, end in found.marks)
    assert all(found.text[start:end].strip("… ") == found.text[start:end] for start, end in found.marks)
    # Neither its ends nor its marks stand inside a character, and it is a piece of a sentence or of the title.
    whole = {0, *(cluster.end() for cluster in regex.finditer(r"\X", found.text))}
    assert whole.issuperset(places)
    piece = found.text.strip("…")
    sources = [readable(sentence) for sentence in (*sentences(" ".join(pieces)), "Attention is all")]
    (source, at) = next((source, source.index(piece)) for source in sources if piece in source)
    edges = {0, *(cluster.end() for cluster in regex.finditer(r"\X", source))}
    assert edges >= {at, at + len(piece)}
    # What LaTeX there is, is there whole or not at all.
    for start, end in unbroken(source):
        assert end - start > LONGEST / 2 or not any(start < edge < end for edge in (at, at + len(piece)))


@given(st.lists(PIECES, max_size=12), QUERIES)
def test_each_mark_is_a_hit_and_a_sentence_with_a_hit_is_marked(pieces: list[str], query: str) -> None:
    asked = parse_query(query)
    found = of(query, abstract=" ".join(pieces))
    for start, end in found.marks:
        marked = make_paper(title=found.text[start:end], abstract=found.text[start:end], authors=())
        assert any(matches(leaf, marked, today=date(2025, 1, 1)) for leaf in leaves(asked))
    plain = make_paper(title="Other words", abstract=found.text, authors=())
    if any(matches(leaf, plain, today=date(2025, 1, 1)) for leaf in leaves(asked)) and "…" not in found.text:
        assert found.marks


def leaves(query: Query) -> tuple[Query, ...]:
    return tuple(leaf for part in query.parts for leaf in leaves(part)) if isinstance(query, And | Or) else (query,)
