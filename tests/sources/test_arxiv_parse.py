"""What each of arXiv's answers says is read, and nothing that it does not say is made up."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import SourceChanged, SourceUnreachable
from bot.sources.arxiv_api import id_params, read_entries
from bot.sources.arxiv_feed import Announced, read_feed
from bot.sources.arxiv_oai import TokenRefused, read_records, set_of
from bot.sources.arxiv_recorded import read_recorded
from bot.sources.xml import MOST_TAGS
from storage.records import PaperId
from tests.builders import BASE, DAY
from tests.standins.arxiv import Entry, api_body, atom_body, error_body, make_entries, oai_body, oai_error, rss_body

NEW = frozenset({Announced.NEW})
ALL = frozenset(Announced)
Build = Callable[..., bytes]


# --- feeds ---


@pytest.mark.parametrize("build", [rss_body, atom_body], ids=["rss", "atom"])
def test_a_feed_says_what_was_announced(build: Build) -> None:
    feed = read_feed(build([Entry(version=2)]), kinds=NEW, seen_at=BASE)

    (paper,), (sighting,) = feed.fetched.papers, feed.fetched.sightings
    assert (feed.day, feed.listed) == (DAY, 1)
    assert (paper.id, paper.version, paper.title) == ("2503.01234", 2, "A made-up paper")
    assert paper.abstract == "We made this up. It is about nothing in particular."
    assert paper.authors == ("Ada Lovelace", "Emmy Noether")
    assert paper.categories == ("cs.CL", "cs.AI")
    assert paper.published_at == datetime(2025, 3, 14, 4, tzinfo=UTC)
    assert (sighting.announced_on, sighting.daily_on, sighting.seen_at) == (DAY, None, BASE)
    assert paper.daily_on is None


@pytest.mark.parametrize("build", [rss_body, atom_body], ids=["rss", "atom"])
def test_only_the_kinds_that_were_asked_for_are_taken(build: Build) -> None:
    entries = [Entry(id=f"2503.0000{number}", kind=kind) for number, kind in enumerate(Announced, 1)]

    assert [paper.id for paper in read_feed(build(entries), kinds=NEW, seen_at=BASE).fetched.papers] == ["2503.00001"]
    everything = read_feed(build(entries), kinds=ALL, seen_at=BASE).fetched
    assert (len(everything.papers), everything.rejected) == (4, ())


def test_a_replacement_is_no_announcement_of_a_paper() -> None:
    entries = [Entry(id="2503.00001", kind="cross"), Entry(id="2401.00002", kind="replace", version=3)]
    fetched = read_feed(rss_body(entries), kinds=ALL, seen_at=BASE).fetched
    assert [sighting.announced_on for sighting in fetched.sightings] == [DAY, None]
    assert [paper.published_at for paper in fetched.papers] == [None, None]


def test_a_feed_of_a_day_without_announcements_is_empty_and_of_that_day() -> None:
    feed = read_feed(rss_body([]), kinds=NEW, seen_at=BASE)
    assert (feed.day, feed.listed, feed.fetched.papers) == (DAY, 0, ())


def test_one_bad_item_is_named_and_loses_no_other() -> None:
    body = rss_body([*make_entries(2), Entry(id="2503.0213"), Entry(id="2503.00009", kind="sideways")])
    fetched = read_feed(body, kinds=NEW, seen_at=BASE).fetched
    assert len(fetched.papers) == 2
    assert [(bad.position, bad.paper_id) for bad in fetched.rejected] == [(2, "2503.0213v1"), (3, "2503.00009v1")]
    assert "sideways" in fetched.rejected[1].reason


# --- the API ---


def test_an_entry_of_the_api_says_all_of_a_paper() -> None:
    body = api_body([Entry(version=3, updated_at=BASE - timedelta(days=1), categories=("math.CO", "math.ST", "05C81"))])

    (paper,) = read_entries(body, seen_at=BASE).papers

    assert (paper.id, paper.version) == ("2503.01234", 3)
    assert paper.published_at == datetime(2025, 3, 12, 17, 59, 46, tzinfo=UTC)
    assert paper.categories == ("math.CO", "math.ST")
    assert paper.withdrawn_at is None


@pytest.mark.parametrize(
    "comment",
    [
        "This paper has been withdrawn by the author due to a crucial sign error in equation 1",
        "Withdrawn: the proof of Lemma 3 has a gap",
        "arXiv admin note: paper withdrawn at the authors' request",
    ],
)
@pytest.mark.parametrize("build", [api_body, oai_body], ids=["api", "oai"])
def test_a_withdrawal_stands_in_the_comment(comment: str, build: Build) -> None:
    updated_at = datetime(2025, 3, 13, tzinfo=UTC)
    body = build([Entry(comment=comment, updated_at=updated_at)])
    (paper,) = (read_entries if build is api_body else lambda b, **k: read_records(b, **k).fetched)(
        body, seen_at=BASE
    ).papers
    assert paper.withdrawn_at == updated_at


def test_a_comment_that_speaks_of_another_withdrawal_is_none() -> None:
    body = api_body([Entry(comment="12 pages. Replaces a withdrawn version of 2401.00001")])
    assert read_entries(body, seen_at=BASE).papers[0].withdrawn_at is None


def test_a_feed_of_one_error_says_what_was_wrong() -> None:
    with pytest.raises(SourceChanged, match="incorrect id format for abc"):
        read_entries(error_body(), seen_at=BASE)


def test_ids_that_nobody_knows_are_left_out_without_an_error() -> None:
    assert read_entries(api_body([]), seen_at=BASE).papers == ()


def test_an_empty_page_of_papers_that_are_there_is_asked_for_again_later() -> None:
    with pytest.raises(SourceUnreachable, match="empty page"):
        read_entries(api_body([], total=7), seen_at=BASE)


def test_as_many_papers_are_asked_for_as_are_named() -> None:
    ids = [PaperId("2503.00001"), PaperId("hep-th/9901001")]
    assert id_params(ids) == {"id_list": "2503.00001,hep-th/9901001", "max_results": "2"}


# --- OAI-PMH ---


def test_a_record_says_names_as_they_are_written() -> None:
    page = read_records(oai_body([Entry(authors=("Ada Lovelace", "Planck Collaboration"))], token="t|2"), seen_at=BASE)
    (paper,) = page.fetched.papers
    assert paper.authors == ("Ada Lovelace", "Planck Collaboration")
    assert (paper.abstract, page.token) == ("We made this up. It is about nothing in particular.", "t|2")
    assert page.fetched.sightings[0].announced_on is None


def test_a_deleted_record_is_no_paper_and_no_mistake() -> None:
    fetched = read_records(oai_body([Entry(deleted=True), Entry(id="2503.00002")]), seen_at=BASE).fetched
    assert ([paper.id for paper in fetched.papers], fetched.rejected) == (["2503.00002"], ())


def test_the_errors_of_the_server_are_told_apart() -> None:
    assert read_records(oai_error("noRecordsMatch"), seen_at=BASE).fetched.papers == ()
    with pytest.raises(TokenRefused):
        read_records(oai_error("badResumptionToken", "expired"), seen_at=BASE)
    with pytest.raises(SourceChanged, match="no such verb"):
        read_records(oai_error("badVerb", "no such verb"), seen_at=BASE)


@pytest.mark.parametrize(
    ("category", "named"),
    [
        ("cs.CL", "cs:cs:CL"),
        ("cs", "cs"),
        ("math.AG", "math:math:AG"),
        ("hep-th", "physics:hep-th"),
        ("physics.optics", "physics:physics:optics"),
        ("astro-ph", "physics:astro-ph"),
        ("cond-mat.soft", "physics:cond-mat:soft"),
        ("q-bio.NC", "q-bio:q-bio:NC"),
    ],
)
def test_a_set_is_named_as_the_server_names_it(category: str, named: str) -> None:
    assert set_of(category) == named


# --- what is no answer ---

BOMB = b"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><feed><entry><title>&c;</title></entry></feed>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed>&x;</feed>"""


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Down</body></html>", "web page"),
        (b"Rate exceeded.", "not XML"),
        (rss_body(make_entries(3))[:-90], "cut off"),
        (BOMB, "entities"),
        (OUTSIDE, "entities"),
        (b"<?xml version='1.0' encoding='klingon'?><feed/>", "XML"),
        (b"<feed>" * 100_000, "XML"),
        (b"<a>" * (MOST_TAGS + 1), "more than 1,000,000 tags"),
        (b"<opml/>", "opml"),
        (rss_body([Entry(id="abc")]), "None of the 1 items"),
    ],
    ids=["empty", "html", "text", "cut off", "bomb", "file", "encoding", "deep", "deeper", "other", "no paper"],
)
def test_what_is_no_answer_is_refused_with_its_reason(body: bytes, words: str) -> None:
    with pytest.raises(SourceChanged, match=words):
        read_feed(body, kinds=NEW, seen_at=BASE)


# --- recorded ones ---


@pytest.mark.parametrize(
    ("body", "at"),
    [
        (rss_body([Entry()]), datetime(2025, 3, 14, 4, tzinfo=UTC)),
        (atom_body([Entry()]), datetime(2025, 3, 14, 4, 0, 19, tzinfo=UTC)),
        (api_body([Entry()]), BASE),
        (oai_body([Entry()]), BASE),
    ],
    ids=["rss", "atom", "api", "oai"],
)
def test_a_recorded_answer_was_seen_when_it_says(body: bytes, at: datetime) -> None:
    fetched = read_recorded(body, kinds=NEW, now=BASE + timedelta(days=9))
    assert ([paper.id for paper in fetched.papers], fetched.sightings[0].seen_at) == (["2503.01234"], at)


@pytest.mark.real_data
def test_the_recorded_feed_is_read_whole(real_data: Path) -> None:
    body = (real_data / "arxiv-wire" / "rss" / "rss.arxiv.org_atom_cs.AI_2025-08-20.xml").read_bytes()
    feed = read_feed(body, kinds=ALL, seen_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert (feed.day, feed.fetched.rejected) == (date(2025, 8, 20), ())
    assert feed.listed == len(feed.fetched.papers) == body.count(b"<entry>")
    assert all("Announce" not in paper.abstract and paper.abstract for paper in feed.fetched.papers)


@pytest.mark.real_data
def test_every_recorded_answer_of_the_api_is_read_or_says_its_error(real_data: Path) -> None:
    for file in sorted((real_data / "arxiv-wire" / "api_atom").glob("*.body")):
        body = file.read_bytes()
        if b"api/errors" in body:
            with pytest.raises(SourceChanged, match="incorrect id format"):
                read_entries(body, seen_at=datetime(2026, 6, 1, tzinfo=UTC))
            continue
        fetched = read_entries(body, seen_at=datetime(2026, 6, 1, tzinfo=UTC))
        assert (len(fetched.papers), fetched.rejected) == (body.count(b"<entry>"), ()), file.name
        assert all(paper.categories and paper.authors and paper.published_at for paper in fetched.papers)


@pytest.mark.real_data
def test_every_recorded_record_in_the_format_arxiv_is_read(real_data: Path) -> None:
    read = 0
    for file in sorted((real_data / "arxiv-wire" / "oai_pmh").glob("hepcrawl_*.xml")):
        page = read_records(file.read_bytes(), seen_at=datetime(2026, 6, 1, tzinfo=UTC))
        assert page.fetched.rejected == (), file.name
        assert all(paper.authors and paper.categories and paper.abstract for paper in page.fetched.papers), file.name
        read += len(page.fetched.papers)
    assert read >= 15
