"""Reference files become papers; what names no paper is rejected by its key, and no file does anything else."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SourceChanged
from bot.ports import Fetched
from bot.sources.references import MOST_BYTES, read_references
from storage.records import Paper
from tests.builders import BASE

BIB = r"""
Exported on a Friday.
@string{acl = "ACL"}
@inproceedings{devlin-2019-bert,
    title = "{BERT}: {P}re-training of Gau{\ss} \& Co",
    author = {Devlin, Jacob and M{\"u}ller, Ana and {The BERT and Ernie Team} and van der Berg, Jan and others},
    month = jun, year = "2019", day = 2, booktitle = acl # " proceedings",
    doi = "10.18653/v1/N19-1423",
    abstract = "We read both ways.",
    keywords = {language, models},
}
@article{vaswani, title={Attention Is All You Need}, eprint={1706.03762}, archivePrefix={arXiv}, primaryClass={cs.CL},
    doi={10.5555/3295222.3295349}, year={2017}}
@article{scholar, title={From a search page}, journal={arXiv preprint arXiv:2503.01234}}
@book{knuth, title={The Art}, year={1968}}
@article{cutoff, title={No end
@article{last, title={After the break}, url={https://doi.org/10.1101/2025.03.14.643210}}
"""

ITEM = {
    "id": "http://zotero.org/1",
    "title": "On Lungs",
    "DOI": "10.1016/S0140-6736(20)30183-5",
    "author": [{"family": "Curie", "given": "Marie"}, {"literal": "The Lung Group"}, {"no": "name"}],
    "issued": {"date-parts": [[2020, 1, 24]]},
}
CSL = json.dumps([ITEM, {"title": "Nameless"}, 7])


def read(body: str | bytes, **how: Any) -> Fetched:
    return read_references(body.encode() if isinstance(body, str) else body, **({"seen_at": BASE} | how))


def only(body: str) -> Paper:
    (paper,) = read(body).papers
    return paper


def test_bibtex_as_people_have_it_becomes_papers() -> None:
    fetched = read(BIB)
    assert [paper.id for paper in fetched.papers] == [
        "10.18653/v1/n19-1423",
        "1706.03762",
        "2503.01234",
        "10.1101/2025.03.14.643210",
    ]
    bert, attention, *_ = fetched.papers
    assert bert.title == "BERT: Pre-training of Gauß & Co"
    assert bert.authors == ("Jacob Devlin", "Ana Müller", "The BERT and Ernie Team", "Jan van der Berg")
    assert (bert.published_at, bert.keywords) == (datetime(2019, 6, 2, tzinfo=UTC), ("language", "models"))
    assert (attention.categories, attention.published_at) == (("cs.CL",), None)


def test_a_reference_without_a_name_that_holds_is_rejected_by_its_key() -> None:
    rejected = {item.paper_id: item.reason for item in read(BIB).rejected}
    assert rejected["knuth"].startswith("It has neither an arXiv id (eprint) nor a DOI")
    (cut,) = (reason for key, reason in rejected.items() if key and key.startswith("@article{cutoff"))
    assert cut.startswith("Its entry from line 16 on cannot be read: Unexpected block start")


def test_a_doi_that_is_none_is_quoted() -> None:
    fetched = read(BIB + "@article{odd, title={T}, doi={10.1002/(SICI)<1>}}")
    assert "“10.1002/(SICI)<1>”" in fetched.rejected[-1].reason


def test_csl_json_as_reference_managers_write_it() -> None:
    fetched = read(CSL)
    (paper,) = fetched.papers
    assert (paper.id, paper.authors) == ("10.1016/s0140-6736(20)30183-5", ("Marie Curie", "The Lung Group"))
    assert paper.published_at == datetime(2020, 1, 24, tzinfo=UTC)
    assert [item.position for item in fetched.rejected] == [1, 2]


def test_what_paperboy_says_of_a_paper_can_be_read_back() -> None:
    paper = only(json.dumps({"id": "2503.01234", "title": "T", "authors": ["Ada Lovelace"], "categories": ["cs.CL"]}))
    assert (paper.id, paper.authors, paper.categories) == ("2503.01234", ("Ada Lovelace",), ("cs.CL",))


def test_a_file_read_again_on_the_same_day_says_the_same() -> None:
    assert read(BIB) == read(BIB, seen_at=BASE + timedelta(hours=2))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "holds no references"),
        (b"just words", "holds no references"),
        (b"[]", "holds no references"),
        (b'[{"title": "cut', "cut off"),
        (b"[" * 100_000, "cut off"),
        (b"\xff\xfe", "not UTF-8"),
        (b" " * (MOST_BYTES + 1), "larger than 16 MB"),
        (b"@book{knuth, title={The Art}}", "neither an arXiv id"),
    ],
)
def test_a_file_of_another_kind_is_refused_in_words(body: bytes, problem: str) -> None:
    with pytest.raises(SourceChanged, match=problem):
        read(body)


@given(
    st.lists(st.sampled_from([*'@{}(),="#\\\n %~', "@article{", "@string(", "title", "eprint={1706.03762}", " and "]))
)
def test_no_bibtex_does_anything_else(pieces: list[str]) -> None:
    for body in ("".join(pieces), f"{BIB}{''.join(pieces)}", f"@misc{{k, title={{T}}, author={{{''.join(pieces)}}}}}"):
        try:
            read(body)
        except SourceChanged:
            continue


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)))
def test_no_json_does_anything_else(value: Any) -> None:
    names = ("id", "title", "author", "doi", "issued", "keywords", "categories", "date", "year", "month", "day")
    for name in names:
        item = {"title": "T", "id": "2503.01234", name: value, "month": "jan", "year": "2020"}
        try:
            read(json.dumps([item, {**item, "issued": {"date-parts": value}}]))
        except SourceChanged:
            continue
