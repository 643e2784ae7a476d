"""Feeds of publishers are read whatever their dialect, and an item is never called by what it only cites."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import SourceChanged
from bot.ports import Fetched
from bot.sources.syndication import FRESH, MOST_TAGS, read_feed
from tests.builders import BASE, DAY
from tests.standins.feeds import ANTHOLOGY, ATOM, RDF


def read(body: bytes) -> Fetched:
    return read_feed(body, source="journal", seen_at=BASE)


def rss(item: str) -> bytes:
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<item><title>T</title><guid>10.5555/1</guid>{item}</item></channel></rss>"
    ).encode()


def test_rdf_as_biorxiv_sends_it() -> None:
    fetched = read(RDF)
    first, second = fetched.papers
    assert (first.id, second.id) == ("10.1101/2025.03.13.643210", "10.64898/2025.01.02.600001")
    assert first.title == "Sleep spindles in Danio rerio need Ca2+"
    assert first.abstract.startswith("Zebrafish sleep. We show at p < 0.05 that their spindles need calcium & rest")
    assert first.authors == ("D. Kukla", "A. B. Crampton", "S. Khetani")
    assert second.authors == ("Ž.-J. Šmíd",)
    assert first.published_at == datetime(2025, 3, 13, tzinfo=UTC)


def test_what_names_no_paper_is_rejected_and_named() -> None:
    (bad,) = read(RDF).rejected
    assert (bad.position, bad.paper_id) == (2, "https://www.biorxiv.org/about")
    assert bad.reason == "It has neither an arXiv id nor a DOI, by which a paper could be told."


def test_rss_as_the_anthology_sends_it() -> None:
    fetched = read(ANTHOLOGY)
    assert [paper.id for paper in fetched.papers] == ["10.18653/v1/2025.noodles-1.1", "10.18653/v1/p18-1024"]
    assert fetched.rejected == (), "the front matter of a volume is no paper, and no mistake"
    paper = fetched.papers[0]
    assert paper.title == "Noodles & Parsing in Low-Resource Settings"
    assert paper.authors == ("Ada Lovelace", "Émile Borel", "Wei Li")
    assert paper.abstract == "", "a volume's name is no abstract"


def test_atom_and_what_an_entry_is_called() -> None:
    fetched = read(ATOM)
    first, second = fetched.papers
    assert (first.id, second.id) == ("2503.04321", "10.5555/only.2"), "the arXiv id before the DOI, never a related one"
    assert (first.title, first.abstract) == ("Learning to rest", "Rest helps.")
    assert first.authors == ("Yann LeCun", "Aäron van den Oord")
    assert first.categories == ("cs.LG",)
    assert first.published_at == datetime(2025, 3, 12, 8, tzinfo=UTC)
    assert (second.abstract, second.published_at) == ("Whole text.", None)


def test_what_came_out_lately_is_announced_and_what_is_older_is_kept() -> None:
    assert [one.announced_on for one in read(RDF).sightings] == [DAY, None]
    item = "<pubDate>{:%a, %d %b %Y %H:%M:%S} GMT</pubDate>"
    just, too_old = (rss(item.format(BASE - FRESH - late)) for late in (timedelta(0), timedelta(seconds=1)))
    assert read(just).sightings[0].announced_on == DAY
    assert read(too_old).sightings[0].announced_on is None


@pytest.mark.parametrize(
    ("said", "published_at"),
    [
        ("<pubDate>Wed, 12 Mar 2025 08:30:00 EST</pubDate>", datetime(2025, 3, 12, 13, 30, tzinfo=UTC)),
        ("<pubDate>2025-03-12</pubDate>", datetime(2025, 3, 12, tzinfo=UTC)),
        ("<dc:date>2025-03-12T08:30:00-05:00</dc:date>", datetime(2025, 3, 12, 13, 30, tzinfo=UTC)),
        ("<pubDate>yesterday</pubDate><dc:date>2025-03-12</dc:date>", datetime(2025, 3, 12, tzinfo=UTC)),
        ("<pubDate>Mon, 12 Mar 2035 08:30:00 GMT</pubDate>", None),
        ("<pubDate>2025</pubDate>", None),
        ("", None),
    ],
)
def test_a_date_in_many_forms_and_none_that_cannot_be_true(said: str, published_at: datetime | None) -> None:
    assert read(rss(said)).papers[0].published_at == published_at


@pytest.mark.parametrize(
    ("said", "authors"),
    [
        ("<dc:creator>Yann LeCun</dc:creator><dc:creator>Wei Li</dc:creator>", ("Yann LeCun", "Wei Li")),
        ("<dc:creator>Li, Wei</dc:creator><dc:creator>Van Dyke, Ann Lee</dc:creator>", ("Wei Li", "Ann Lee Van Dyke")),
        ("<author>editor@journal.example (Jane Doe)</author>", ("Jane Doe",)),
        ("<author>editor@journal.example</author>", ()),
        ("<author>Jane Doe</author>", ("Jane Doe",)),
        ("<dc:creator>&lt;b&gt;Jane Doe&lt;/b&gt;</dc:creator>", ("Jane Doe",)),
    ],
)  # fmt: skip
def test_authors_in_many_forms(said: str, authors: tuple[str, ...]) -> None:
    assert read(rss(said)).papers[0].authors == authors


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"<opml/>", "neither an RSS nor an Atom feed but 'opml'"),
        (b"<rss/>", "no channel"),
        (b"<!DOCTYPE html><html>Just a moment</html>", "web page"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><rss>&a;</rss>', "entities"),
        (b'<!DOCTYPE rss SYSTEM "http://127.0.0.1/feed.dtd"><rss><channel/></rss>', "defines a document type"),
        (b"<rss>" + b"<a>" * MOST_TAGS, "more than 400,000 tags"),
        (RDF.replace(b"10.", b"11."), "None of the 3 items of the feed can be read"),
    ],
)
def test_what_is_no_feed_of_papers_is_refused_in_words(body: bytes, says: str) -> None:
    with pytest.raises(SourceChanged, match=says):
        read(body)


def test_a_feed_without_items_is_an_empty_one() -> None:
    assert read(b"<rss><channel/></rss>").papers == ()
