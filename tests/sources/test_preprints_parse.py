"""A page of the API of bioRxiv and medRxiv, read."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SourceChanged
from bot.ports import Fetched
from bot.sources.preprints_parse import FURTHEST, read_page
from tests.builders import BASE
from tests.standins.preprints import NOTHING, Preprint, make_preprint, page_body

POSTED_AT = datetime(2025, 3, 14, tzinfo=UTC)


def read(*page: Any, subjects: frozenset[str] = frozenset({"all"}), total: int = 1, after: int = 0) -> Fetched:
    return read_page(page_body(page, total=total), source="biorxiv", subjects=subjects, after=after, seen_at=BASE)


def test_a_first_version_is_a_new_paper() -> None:
    fetched = read(make_preprint(title="Ca<sup>2+</sup> &amp; sleep", doi="10.1101/2025.03.14.ABC"))
    (paper,), (sighting,) = fetched.papers, fetched.sightings
    assert (paper.id, paper.title) == ("10.1101/2025.03.14.abc", "Ca2+ & sleep")
    assert paper.authors == ("J. A. Doe", "Richard van der Roe", "The Made-Up Consortium")
    assert (paper.published_at, paper.version, paper.withdrawn_at) == (POSTED_AT, 1, None)
    assert (paper.categories, paper.keywords) == ((), ("cell biology",)), "its subjects are no categories of arXiv's"
    assert (sighting.announced_on, sighting.daily_on, sighting.seen_at) == (date(2025, 3, 14), None, POSTED_AT)


def test_a_later_version_is_no_new_paper_and_does_not_tell_when_it_came_out() -> None:
    fetched = read(make_preprint(version=2))
    assert (fetched.papers[0].version, fetched.papers[0].published_at) == (2, None)
    assert fetched.sightings[0].announced_on is None


@pytest.mark.parametrize(
    "notice",
    [
        {"title": "WITHDRAWN: Made-up preprint 1"},
        {"abstract": "The authors have withdrawn this manuscript owing to an error."},
        {"abstract": "This manuscript has been withdrawn by the authors."},
        {"abstract": "bioRxiv has withdrawn this article."},
    ],
)
def test_a_notice_of_withdrawal_is_one(notice: Preprint) -> None:
    fetched = read(make_preprint(**notice))
    assert fetched.papers[0].withdrawn_at == POSTED_AT
    assert fetched.sightings[0].announced_on is None


@pytest.mark.parametrize("facts", [{"title": "Withdrawnness in mice"}, {"abstract": "Patients have withdrawn."}])
def test_who_writes_of_withdrawal_has_not_withdrawn(facts: Preprint) -> None:
    assert read(make_preprint(**facts)).papers[0].withdrawn_at is None


def test_other_subjects_are_passed_over_however_they_are_spelled() -> None:
    page = [make_preprint(1), make_preprint(2, category="Cell_Biology"), make_preprint(3, category="zoology")]
    fetched = read(*page, subjects=frozenset({"cell biology"}))
    assert [paper.id[-1] for paper in fetched.papers] == ["1", "2"]
    assert fetched.rejected == ()


def test_what_cannot_be_used_is_named_with_its_reason() -> None:
    page = [make_preprint(1), make_preprint(2, doi="NA"), make_preprint(3, title=None), 7]
    rejected = read(*page).rejected
    assert [bad.paper_id for bad in rejected] == ["NA", "10.1101/2025.03.14.643003", None]
    assert "does not name a paper" in rejected[0].reason
    assert "no title" in rejected[1].reason
    assert "a number" in rejected[2].reason


@pytest.mark.parametrize(
    ("total", "after", "rest"),
    [(2, 0, None), (3, 0, "2"), (32, 30, None), (33, 30, "32"), (0, 0, None)],
)
def test_the_next_page_begins_behind_what_came_until_there_is_no_more(total: int, after: int, rest: str | None) -> None:
    assert read(make_preprint(1), make_preprint(2), total=total, after=after).rest == rest


def test_numbers_and_texts_are_the_same() -> None:
    body = json.loads(page_body([make_preprint(version=1)], total=2))
    body["messages"][0]["total"] = 2
    fetched = read_page(json.dumps(body).encode(), source="biorxiv", subjects={"all"}, after=0, seen_at=BASE)
    assert (fetched.rest, fetched.papers[0].version) == ("1", 1)


def test_a_list_that_does_not_end_is_left() -> None:
    with pytest.raises(SourceChanged, match="goes on after 20,000 items"):
        read(make_preprint(), total=10**8, after=FURTHEST)


@pytest.mark.parametrize("body", [NOTHING, b'{"messages": [], "collection": []}', page_body([], total=9)])
def test_an_empty_page_is_an_end_and_no_error(body: bytes) -> None:
    fetched = read_page(body, source="biorxiv", subjects={"all"}, after=30, seen_at=BASE)
    assert (fetched.papers, fetched.rest) == ((), None)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html>", "web page"),
        (b"[]", "not a page of preprints but a list"),
        (b'{"messages": [{"status": "error: invalid date"}], "collection": []}', "The API says: error: invalid date"),
        (page_body([make_preprint(doi="")], total=1), "None of the 1 preprints can be read"),
    ],
    ids=["html", "list", "error", "unusable"],
)
def test_what_is_no_page_is_refused_with_its_reason(body: bytes, words: str) -> None:
    with pytest.raises(SourceChanged, match=words):
        read_page(body, source="biorxiv", subjects={"all"}, after=0, seen_at=BASE)


def test_a_day_that_is_still_to_come_is_none() -> None:
    fetched = read(make_preprint(posted_on=str((BASE + timedelta(days=9)).date())))
    assert (fetched.papers[0].published_at, fetched.sightings[0].announced_on) == (None, None)


@given(st.dictionaries(st.sampled_from(sorted(make_preprint())), st.none() | st.integers() | st.text(), max_size=4))
def test_whatever_stands_in_an_item_it_is_read_or_named(facts: Preprint) -> None:
    fetched = read(make_preprint(1), make_preprint(2, **facts))
    assert len(fetched.papers) + len(fetched.rejected) in {1, 2}
