"""One paper out of all that was said of it, whoever says it, in whatever order."""

import random
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.merge import FACTS, as_said, cleaned, confirmed, is_news, merge
from bot.sources.arxiv_api import read_entries
from bot.sources.arxiv_feed import Announced, read_feed
from bot.sources.huggingface_parse import read_items, read_papers
from storage.records import Paper, PaperId, Said
from tests.builders import BASE, make_paper, make_sighting

ID = PaperId("2503.01234")
LATER = BASE + timedelta(days=1)
COUNTS = st.none() | st.integers(0, 5)
WORDS = st.sampled_from(["", "one", "two words", "two words and more", "two wor…"])
NAMES = st.lists(st.sampled_from(["Ada", "Emmy"]), max_size=2).map(tuple)
MOMENTS = st.none() | st.sampled_from([BASE, BASE + timedelta(days=1), BASE - timedelta(days=3)])
PAPERS = st.builds(
    Paper,
    id=st.just(ID),
    title=WORDS,
    abstract=WORDS,
    authors=NAMES,
    categories=NAMES,
    published_at=MOMENTS,
    version=COUNTS,
    daily_on=st.none() | st.dates(date(2025, 3, 1), date(2025, 3, 5)),
    upvotes=COUNTS,
    comments=COUNTS,
    code_url=st.none() | st.just("https://github.com/a/b"),
    code_stars=COUNTS,
    organization=st.none() | WORDS.filter(bool),
    summary=st.none() | WORDS.filter(bool),
    keywords=NAMES,
    withdrawn_at=MOMENTS,
    citations=COUNTS,
    fields_of_study=NAMES,
)
SAYINGS = st.builds(
    as_said,
    PAPERS,
    st.sampled_from(["arxiv", "huggingface", "semanticscholar", "another"]),
    st.sampled_from([BASE, BASE + timedelta(hours=1), LATER]),
)


def bare(**facts: Any) -> Paper:
    return Paper(id=ID, **({"title": ""} | facts))


def of_hugging_face(at: datetime = BASE, **facts: Any) -> Paper:
    return as_said(bare(**facts), "huggingface", at)


def of_arxiv(at: datetime = BASE, **facts: Any) -> Paper:
    return as_said(bare(**facts), "arxiv", at)


def all_of(paper: Paper) -> tuple[Paper, frozenset[Said]]:
    """A paper and whose word its facts are: papers are equal where only the latter differs."""
    return paper, frozenset(paper.said)


class TestTwoWordsOfOneSource:
    def test_the_later_one_counts_where_both_say_something(self) -> None:
        early, late = (
            of_hugging_face(upvotes=10, comments=3, title="Old"),
            of_hugging_face(LATER, upvotes=25, comments=2),
        )
        merged = merge(early, late)
        assert (merged.upvotes, merged.comments, merged.title) == (25, 2, "Old")

    @pytest.mark.parametrize("name", FACTS)
    def test_what_it_does_not_say_stays(self, name: str) -> None:
        known = make_paper(
            version=2, code_url="https://github.com/a/b", code_stars=5, project_url="https://a.example",
            organization="Org", summary="Short.", keywords=("x",), withdrawn_at=BASE, citations=3,
            fields_of_study=("Physics",),
        )  # fmt: skip
        merged = merge(as_said(known, "huggingface", BASE), of_hugging_face(LATER))
        assert getattr(merged, name) == getattr(known, name)

    def test_zero_is_something_said(self) -> None:
        assert merge(of_hugging_face(upvotes=3), of_hugging_face(LATER, upvotes=0)).upvotes == 0

    def test_a_rewritten_abstract_replaces_the_old_one(self) -> None:
        assert (
            merge(of_arxiv(abstract="The old, much longer one."), of_arxiv(LATER, abstract="New.")).abstract == "New."
        )

    @pytest.mark.parametrize("cut", ["", "A long abstract…", "A long abs..."])
    def test_an_abstract_that_was_cut_short_does_not_replace_the_whole(self, cut: str) -> None:
        whole = "A long abstract with its end."
        assert merge(of_hugging_face(abstract=whole), of_hugging_face(LATER, abstract=cut)).abstract == whole


class TestTwoSources:
    @pytest.mark.parametrize(
        ("name", "word"),
        [("title", "By arXiv"), ("abstract", "By arXiv."), ("authors", ("Ada",)), ("categories", ("cs.CL",))],
    )
    def test_arxiv_decides_what_is_its_own_whenever_it_was_asked(self, name: str, word: Any) -> None:
        other = {"title": "By another", "abstract": "By another.", "authors": ("Emmy",), "categories": ("cs.AI",)}[name]
        merged = merge(of_arxiv(**{name: word}), of_hugging_face(LATER, **{name: other}))
        assert getattr(merged, name) == word

    def test_semantic_scholars_summary_is_the_last_resort(self) -> None:
        theirs = as_said(bare(summary="TLDR"), "semanticscholar", LATER)
        assert merge(theirs, bare()).summary == "TLDR"
        assert merge(theirs, of_hugging_face(summary="Short.")).summary == "Short."

    def test_votes_and_code_are_as_they_were_said_last(self) -> None:
        merged = merge(of_hugging_face(LATER, upvotes=9, code_stars=1), of_arxiv(upvotes=3, code_stars=7))
        assert (merged.upvotes, merged.code_stars) == (9, 1)

    @pytest.mark.parametrize("name", ["published_at", "withdrawn_at"])
    def test_of_a_publication_and_a_withdrawal_the_earliest_moment_counts(self, name: str) -> None:
        assert getattr(merge(of_arxiv(**{name: LATER}), of_hugging_face(LATER, **{name: BASE})), name) == BASE

    def test_the_first_day_on_the_list_and_the_highest_version_stay(self) -> None:
        early, late = date(2025, 3, 10), date(2025, 3, 14)
        merged = merge(of_hugging_face(daily_on=early, version=3), of_hugging_face(LATER, daily_on=late, version=1))
        assert (merged.daily_on, merged.version) == (early, 3)

    def test_each_fact_keeps_whose_word_it_is_and_since_when(self) -> None:
        merged = merge(of_hugging_face(LATER, title="Typed again", upvotes=9), of_arxiv(title="As it is"))
        assert set(merged.said) == {
            Said(source="arxiv", at=BASE, facts=("title",)),
            Said(source="huggingface", at=LATER, facts=("upvotes",)),
        }

    def test_everybody_knows_better_than_nobody(self) -> None:
        merged = merge(bare(title="Of an older version"), of_hugging_face(title="Of Hugging Face"))
        assert merged.title == "Of Hugging Face"


class TestWhatIsKept:
    def test_the_same_word_at_another_moment_is_no_news(self) -> None:
        assert not is_news(of_arxiv(LATER, title="A"), of_arxiv(title="A"))
        assert is_news(of_arxiv(title="B"), of_arxiv(title="A"))
        assert is_news(of_arxiv(title="A"), of_hugging_face(title="A"))
        assert is_news(of_arxiv(title="A"), None)

    def test_so_a_word_is_as_new_as_its_source_s_newest_look(self) -> None:
        looks = [make_sighting(ID, seen_at=LATER + timedelta(days=1)), make_sighting(ID, source="arxiv", seen_at=BASE)]
        known = confirmed(of_hugging_face(upvotes=5), looks)
        assert merge(known, of_hugging_face(LATER, upvotes=4)).upvotes == 5

    def test_text_is_cleaned_on_the_way(self) -> None:
        paper = cleaned(make_paper(title="Two\n  lines\u202e", abstract=" a\x00b ", authors=("A\tB", "\u200b")))
        assert (paper.title, paper.abstract, paper.authors) == ("Two lines", "ab", ("A B",))

    def test_two_papers_are_not_one(self) -> None:
        with pytest.raises(ValueError, match="two papers"):
            merge(make_paper("2503.00001"), make_paper("2503.00002"))

    def test_every_fact_of_a_paper_is_merged(self) -> None:
        assert {field.name for field in fields(Paper)} == {*FACTS, "id", "said"}


class TestLaws:
    @given(SAYINGS)
    def test_the_same_twice_is_the_same(self, a: Paper) -> None:
        assert all_of(merge(a, a)) == all_of(a)

    @given(SAYINGS, SAYINGS)
    def test_the_order_does_not_matter(self, a: Paper, b: Paper) -> None:
        assert all_of(merge(a, b)) == all_of(merge(b, a))

    @given(SAYINGS, SAYINGS, SAYINGS)
    def test_nor_do_groups(self, a: Paper, b: Paper, c: Paper) -> None:
        assert all_of(merge(merge(a, b), c)) == all_of(merge(a, merge(b, c)))

    @given(SAYINGS, SAYINGS)
    def test_nothing_known_is_ever_lost(self, a: Paper, b: Paper) -> None:
        merged = merge(a, b)
        for name in FACTS:
            known = {getattr(a, name), getattr(b, name)} - {None, "", ()}
            assert not known or getattr(merged, name) in known


@pytest.mark.real_data
def test_recorded_words_of_both_sites_may_come_in_any_order(real_data: Path) -> None:
    """Two looks of Hugging Face at each of ten days, arXiv's feed and its API: shuffled, all come out alike."""
    sayings: list[Paper] = []
    for number, name in enumerate(sorted(path.name for path in (real_data / "hf-daily-next-day").glob("*.json"))[:10]):
        for late, folder in enumerate(("hf-daily", "hf-daily-next-day")):
            if not (file := real_data / folder / name).exists():
                continue
            seen_at = datetime(2025, 6, 1, tzinfo=UTC) + timedelta(days=number + late)
            papers = read_papers(read_items(file.read_bytes()), day=None, seen_at=seen_at).papers
            sayings += [as_said(paper, "huggingface", seen_at) for paper in papers]
            # What arXiv says of the first of them, in its own spelling.
            sayings += [
                as_said(replace(paper, title=f"{paper.title}.", upvotes=None, categories=("cs.CL",)), "arxiv", BASE)
                for paper in papers[:5]
            ]
    feed = (real_data / "arxiv-wire" / "rss" / "rss.arxiv.org_atom_cs.AI_2025-08-20.xml").read_bytes()
    at = datetime(2026, 6, 1, tzinfo=UTC)
    announced = read_feed(feed, kinds=frozenset(Announced), seen_at=at).fetched.papers
    sayings += [as_said(paper, "arxiv", at) for paper in announced]
    for answer in (real_data / "arxiv-wire" / "api_atom").glob("q_*.body"):
        sayings += [as_said(paper, "arxiv", at) for paper in read_entries(answer.read_bytes(), seen_at=at).papers]
    assert len(sayings) > 500

    def everything(order: list[Paper]) -> dict[PaperId, tuple[Paper, frozenset[Said]]]:
        found: dict[PaperId, Paper] = {}
        for saying in order:
            found[saying.id] = reduce(merge, (found.get(saying.id, saying), saying))
        return {paper_id: all_of(paper) for paper_id, paper in found.items()}

    wanted = everything(sayings)
    for seed in range(5):
        shuffled = random.Random(seed).sample(sayings, len(sayings))
        assert everything(shuffled) == wanted
