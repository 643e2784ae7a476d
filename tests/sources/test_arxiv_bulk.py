"""A line of arXiv's dump becomes a paper, or says what is wrong with it."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sources.arxiv_bulk import BadLine, Record, is_dump, quoted, read_line
from storage.records import Paper
from tests.standins.arxiv_dump import as_line, make_record

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def record(**facts: Any) -> Record:
    return read_line(as_line(make_record(**facts)), now=NOW)


def paper(**facts: Any) -> Paper:
    return record(**facts).paper


def test_a_record_of_the_public_dump() -> None:
    read = record()
    assert read.paper == Paper(
        id=read.paper.id,
        title="Calculation number 1 of prompt diphoton production",
        abstract="A fully differential calculation in perturbative quantum chromodynamics is presented.",
        authors=("C. Bal\\'azs", "E. L. Berger Jr.", "C. -P. Yuan"),
        categories=("hep-ph", "cs.LG"),
        published_at=datetime(2007, 4, 2, 19, 18, 42, tzinfo=UTC),
        version=2,
    )
    assert read.paper.id == "0704.0001"
    assert read.updated_at == datetime(2008, 11, 26, tzinfo=UTC)


def test_the_same_facts_in_lists() -> None:
    line = {
        "id": "2503.16553",
        "title": "A title",
        "abstract": "Some\nwords.",
        "authors": ["Ada Lovelace", "Li Wei"],
        "categories": ["cs.cv", "stat.ML", "68T45, 62H30", "I.5.3; I.2.10", "cs.CV"],
        "comment": None,
        "first": "2025-03-24",
        "last": "2025-06-02",
    }
    read = read_line(as_line(line), now=NOW)
    assert read.paper.authors == ("Ada Lovelace", "Li Wei")
    assert read.paper.categories == ("cs.CV", "stat.ML")
    assert read.paper.published_at == datetime(2025, 3, 24, tzinfo=UTC)
    assert read.paper.version is None
    assert read.updated_at == datetime(2025, 6, 2, tzinfo=UTC)


def test_the_day_on_which_somebody_saw_an_old_paper_first_is_not_when_it_was_published() -> None:
    assert paper(id="1812.06145", versions=None, first="2025-10-13").published_at is None
    assert paper(id="hep-th/9901001", versions=None, first="1999-01-04").published_at == datetime(
        1999, 1, 4, tzinfo=UTC
    )


def test_without_parsed_authors_their_names_are_read_from_the_text() -> None:
    assert paper(authors_parsed=None).authors == ("C. Bal\\'azs", "E. L. Berger", "C.-P. Yuan")


@pytest.mark.parametrize(
    ("comments", "withdrawn"),
    [
        ("This paper has been withdrawn by the author due to an error", True),
        ("this submission is withdrawn", True),
        ("arXiv admin note: This paper has been withdrawn by arXiv administrators", True),
        ("Withdrawn", True),
        ("Paper withdrawn", True),
        ("12 pages; the withdrawn paper of Smith is discussed", False),
        ("Withdrawal symptoms of networks", False),
        (None, False),
    ],
)
def test_a_comment_tells_that_a_paper_was_withdrawn_with_its_last_version(
    comments: str, withdrawn: bool
) -> None:  # a column of the table
    expected = datetime(2007, 7, 24, 20, 10, 27, tzinfo=UTC) if withdrawn else None
    assert paper(comments=comments).withdrawn_at == expected


@pytest.mark.parametrize(
    ("given", "mended"),
    [
        (704.0001, "0704.0001"),
        ("704.0001", "0704.0001"),
        (704.001, "0704.0010"),
        (1501.0234, "1501.02340"),
        (2503.1, "2503.10000"),
        ("hep-th/101001", "hep-th/0101001"),
    ],
)
def test_an_id_that_lost_a_zero_as_a_number_is_mended(given: object, mended: str) -> None:
    assert paper(id=given).id == mended


@pytest.mark.parametrize("given", ["2503.0213", "0704.001", "1412.123", 2503, 2503.0, 1234567.5, "hep-th/991301"])
def test_an_id_of_which_any_digit_may_be_missing_is_not_guessed(given: object) -> None:
    with pytest.raises(BadLine, match=r"arXiv id|does not name") as problem:
        paper(id=given)
    assert problem.value.kind == "its id names no paper"


def test_an_id_with_a_version_and_the_old_scheme() -> None:
    assert paper(id="hep-th/9901001v3", versions=None).id == "hep-th/9901001"
    assert paper(id="hep-th/9901001v3", versions=None).version == 3


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "it is not JSON"),
        (b'{"id": "0704.0001", "title": "Caf\xe9"}', "it is not UTF-8"),
        (b"[" * 100_000, "it is nested deeper than any record"),
        (b"[1]", "it is not a record"),
        (as_line(make_record(id=None)), "it has no id"),
        (as_line(make_record(id=True)), "it has no id"),
        (as_line(make_record(id="elsewhere")), "its id names no paper"),
        (as_line(make_record(title="  \n")), "it has no title"),
        (as_line(make_record(title=7)), "it has no title"),
    ],
)
def test_what_is_no_paper_says_why(body: bytes, kind: str) -> None:
    with pytest.raises(BadLine) as problem:
        read_line(body, now=NOW)
    assert problem.value.kind == kind


@pytest.mark.parametrize(
    "facts",
    [
        {"versions": "v1"},
        {"versions": [7, {"version": "vx", "created": "yesterday"}, {"created": 5}]},
        {"versions": [{"version": "v1", "created": "Mon, 42 Apr 2007 19:18:42 GMT"}]},
        {"versions": [{"version": "v1", "created": "Mon, 2 Apr 2107 19:18:42 GMT"}]},
        {"update_date": 2008},
        {"categories": 5},
        {"categories": ["cs.LG", 5]},
        {"abstract": ["words"]},
        {"authors": 5, "authors_parsed": "nobody"},
        {"authors_parsed": [5, ["Only"], [1, 2, 3]]},
    ],
)
def test_a_fact_of_the_wrong_kind_is_an_absent_fact(facts: dict[str, Any]) -> None:
    read = record(**facts)
    assert read.paper.id == "0704.0001"
    assert read.paper.published_at is None or "versions" not in facts


def test_a_moment_to_come_counts_as_absent() -> None:
    assert record(update_date=(NOW + timedelta(days=5)).date().isoformat(), versions=None).updated_at is None


@pytest.mark.parametrize(
    ("beginning", "dump"),
    [
        (as_line(make_record()), True),
        (b"\xef\xbb\xbf" + as_line(make_record()), True),
        (b"\r\n{broken\r\n" + as_line(make_record()), True),
        (b'{"id": "0704.0001", "title": "' + b"x" * 100, True),
        (b"", False),
        (b"\0" * 100, False),
        (b'[{"paper": {"id": "2503.00001"}}]', False),
        (b'{"error": "Too many requests"}', False),
        (b"<!doctype html>", False),
    ],
)
def test_a_dump_is_told_by_its_beginning(beginning: bytes, *, dump: bool) -> None:
    assert is_dump(beginning) is dump


def test_a_quotation_is_short_and_harmless() -> None:
    assert quoted(b"\xff\x00 \x1b[31m" + b"x" * 1000).startswith("�")
    assert len(quoted(b"x" * 1000)) <= 80


def test_every_real_row_is_read(real_data: Path) -> None:
    for file in sorted((real_data / "arxiv-bulk").glob("*.gz")):
        for line in gzip.decompress(file.read_bytes()).splitlines()[::20]:
            read = read_line(line, now=NOW).paper
            assert read.id == json.loads(line)["id"]
            assert read.title
            assert read.categories
