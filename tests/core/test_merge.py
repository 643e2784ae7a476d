from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.merge import merge
from storage.records import Paper, PaperId
from tests.builders import BASE, make_paper

ID = PaperId("2503.01234")
COUNTS = st.one_of(st.none(), st.integers(0, 5))
WORDS = st.sampled_from(["", "one", "two words", "two words and more"])
NAMES = st.lists(st.sampled_from(["Ada", "Emmy"]), max_size=2).map(tuple)
MOMENTS = st.one_of(st.none(), st.sampled_from([BASE, BASE + timedelta(days=1), BASE - timedelta(days=3)]))
PAPERS = st.builds(
    Paper,
    id=st.just(ID),
    title=WORDS,
    abstract=WORDS,
    authors=NAMES,
    categories=NAMES,
    published_at=MOMENTS,
    version=COUNTS,
    daily_on=st.one_of(st.none(), st.dates(date(2025, 3, 1), date(2025, 3, 5))),
    upvotes=COUNTS,
    comments=COUNTS,
    code_url=st.one_of(st.none(), st.just("https://github.com/a/b")),
    code_stars=COUNTS,
    organization=st.one_of(st.none(), WORDS.filter(bool)),
    summary=st.one_of(st.none(), WORDS.filter(bool)),
    keywords=NAMES,
    withdrawn_at=MOMENTS,
)


def bare(**facts: Any) -> Paper:
    return Paper(id=ID, **({"title": ""} | facts))


class TestANewerLook:
    def test_the_first_look_is_taken_as_it_is(self) -> None:
        paper = make_paper()
        assert merge(None, paper) == paper

    def test_what_it_says_wins(self) -> None:
        merged = merge(make_paper(upvotes=10, comments=3, title="Old"), make_paper(upvotes=25, comments=2, title="New"))
        assert (merged.upvotes, merged.comments, merged.title) == (25, 2, "New")

    @pytest.mark.parametrize("name", [field.name for field in fields(Paper) if field.name != "id"])
    def test_what_it_does_not_say_stays(self, name: str) -> None:
        known = make_paper(
            version=2, code_url="https://github.com/a/b", code_stars=5, project_url="https://a.example",
            organization="Org", summary="Short.", keywords=("x",), withdrawn_at=BASE,
        )  # fmt: skip
        assert getattr(merge(known, bare()), name) == getattr(known, name)

    def test_zero_is_something_said(self) -> None:
        assert merge(make_paper(upvotes=3), make_paper(upvotes=0)).upvotes == 0

    def test_the_first_day_on_the_list_stays(self) -> None:
        early, late = date(2025, 3, 10), date(2025, 3, 14)
        assert merge(make_paper(daily_on=late), make_paper(daily_on=early)).daily_on == early
        assert merge(make_paper(daily_on=early), make_paper(daily_on=late)).daily_on == early

    def test_a_withdrawal_stays_with_its_first_moment(self) -> None:
        later = BASE + timedelta(days=2)
        assert merge(make_paper(withdrawn_at=BASE), make_paper(withdrawn_at=None)).withdrawn_at == BASE
        assert merge(make_paper(withdrawn_at=BASE), make_paper(withdrawn_at=later)).withdrawn_at == BASE

    def test_the_highest_version_stays(self) -> None:
        assert merge(make_paper(version=3), make_paper(version=1)).version == 3

    @pytest.mark.parametrize("cut", ["", "A long abstract", "A long abstract…", "A long abs..."])
    def test_an_abstract_that_was_cut_short_does_not_replace_the_whole(self, cut: str) -> None:
        whole = "A long abstract with its end."
        assert merge(make_paper(abstract=whole), make_paper(abstract=cut)).abstract == whole
        assert merge(make_paper(abstract=cut), make_paper(abstract=whole)).abstract == whole

    def test_a_rewritten_abstract_replaces_the_old_one(self) -> None:
        assert merge(make_paper(abstract="The old, much longer one."), make_paper(abstract="New.")).abstract == "New."

    def test_text_is_cleaned_on_the_way(self) -> None:
        paper = merge(None, make_paper(title="Two\n  lines\u202e", abstract=" a\x00b ", authors=("A\tB", "\u200b")))
        assert (paper.title, paper.abstract, paper.authors) == ("Two lines", "ab", ("A B",))

    def test_two_papers_are_not_one(self) -> None:
        with pytest.raises(ValueError, match="two papers"):
            merge(make_paper("2503.00001"), make_paper("2503.00002"))


class TestLaws:
    @given(PAPERS)
    def test_seeing_the_same_again_changes_nothing(self, paper: Paper) -> None:
        assert merge(paper, paper) == paper == merge(None, paper)

    @given(PAPERS, PAPERS)
    def test_an_older_look_brought_in_late_gives_what_it_had_given_in_time(self, first: Paper, second: Paper) -> None:
        assert merge(second, first, newer=False) == merge(first, second)

    @given(PAPERS, PAPERS, PAPERS)
    def test_looks_may_be_merged_in_groups(self, a: Paper, b: Paper, c: Paper) -> None:
        # The wording of an abstract is left out: whether one is the beginning of another depends on what is compared.
        a, b, c = (replace(paper, abstract="") for paper in (a, b, c))
        assert merge(merge(a, b), c) == merge(a, merge(b, c))

    @given(PAPERS, PAPERS)
    def test_the_order_does_not_matter_where_only_one_look_says_it(self, a: Paper, b: Paper) -> None:
        one, other = merge(a, b), merge(b, a)
        for field in fields(Paper):
            said = [getattr(paper, field.name) for paper in (a, b)]
            if None in said or "" in said or () in said or field.name in {"version", "daily_on", "withdrawn_at"}:
                assert getattr(one, field.name) == getattr(other, field.name)

    @given(PAPERS, PAPERS)
    def test_nothing_known_is_ever_lost(self, a: Paper, b: Paper) -> None:
        merged = merge(a, b)
        for field in fields(Paper):
            known = {getattr(a, field.name), getattr(b, field.name)} - {None, "", ()}
            assert not known or getattr(merged, field.name) in known


def test_moments_keep_their_zone() -> None:
    assert merge(None, make_paper(published_at=datetime(2025, 3, 1, tzinfo=UTC))).published_at is not None
