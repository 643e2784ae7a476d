import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.pages import Snippet
from bot.core.parse_query import parse_query
from bot.core.snippets import LONGEST, snippet
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


@given(
    st.lists(
        st.sampled_from(["deep", "nets", "learn-ing", "🔥", "é", "$x^2$", "x" * 90, "机器学习", "end.", "The"]),
        max_size=80,
    ),
    st.sampled_from(["deep", "net*", '"deep nets"', "learning", "学习", "🔥 deep", "nosuchword", "title:deep OR nets"]),
)
def test_marks_are_ordered_inside_the_text_and_never_empty(pieces: list[str], query: str) -> None:
    found = of(query, abstract=" ".join(pieces))
    assert len(found.text) <= LONGEST
    places = [place for mark in found.marks for place in mark]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(found.text) for start, end in found.marks)
    assert all(found.text[start:end].strip("…") == found.text[start:end] for start, end in found.marks)
