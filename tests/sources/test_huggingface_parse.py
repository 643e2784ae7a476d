from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.core.identity import parse_paper_id
from bot.errors import SourceChanged
from bot.ports import Fetched
from bot.sources.huggingface_parse import listed_ids, newest_moment, read_items, read_papers
from bot.sources.json_list import MOST_BYTES, MOST_PARTS
from storage.records import Paper
from tests.builders import BASE, DAY
from tests.standins.hugging_face import as_body, make_item, make_items


def read(*items: Any, day: date | None = DAY) -> Fetched:
    return read_papers(read_items(as_body(items)), day=day, seen_at=BASE)


def read_one(item: Any, day: date | None = DAY) -> Paper:
    (paper,) = read(item, day=day).papers
    return paper


# --- one paper ---


def test_every_fact_of_todays_shape_is_read() -> None:
    item = make_item(
        7,
        upvotes=42,
        id="2503.10613",
        title="Toys\n  that  help",
        ai_summary="Toys help.",
        ai_keywords=["toys", "help", "toys"],
        githubRepo="https://github.com/ex/toy",
        githubStars=7,
        projectPage="https://toy.example/page?a=1#top",
        organization={"_id": "o1", "name": "ex", "fullname": "Example Lab"},
        withdrawnAt="2025-03-14T02:00:00.000Z",
    )

    assert read_one(item) == Paper(
        id=parse_paper_id("2503.10613"),
        title="Toys that help",
        abstract="We made up paper number 7. It is about nothing in particular.",
        authors=("Ada Lovelace", "Emmy Noether"),
        published_at=datetime(2025, 3, 13, 1, tzinfo=UTC),
        daily_on=DAY,
        upvotes=42,
        comments=1,
        code_url="https://github.com/ex/toy",
        code_stars=7,
        project_url="https://toy.example/page?a=1#top",
        organization="Example Lab",
        summary="Toys help.",
        keywords=("toys", "help"),
        withdrawn_at=datetime(2025, 3, 14, 2, tzinfo=UTC),
    )


def test_a_sighting_says_what_was_seen_and_when() -> None:
    (sighting,) = read(make_item(upvotes=42, githubStars=7)).sightings

    assert (sighting.source, sighting.seen_at, sighting.daily_on) == ("huggingface", BASE, DAY)
    assert (sighting.upvotes, sighting.comments, sighting.stars) == (42, 1, 7)


def test_nothing_but_an_id_and_a_title_is_needed() -> None:
    assert read_one({"paper": {"id": "2503.10613", "title": "Bare"}}) == Paper(
        id=parse_paper_id("2503.10613"), title="Bare", daily_on=DAY
    )


@pytest.mark.parametrize(
    ("name", "value", "field", "read_as"),
    [
        ("title", "A title", "title", "A title"),
        ("summary", "An abstract.", "abstract", "An abstract."),
        ("upvotes", 5, "upvotes", 5),
        ("numComments", 5, "comments", 5),
        ("githubStars", 5, "code_stars", 5),
        ("githubRepo", "https://github.com/a/b", "code_url", "https://github.com/a/b"),
        ("projectPage", "https://a.example", "project_url", "https://a.example"),
        ("ai_summary", "Short.", "summary", "Short."),
        ("ai_keywords", ["one"], "keywords", ("one",)),
        ("organization", {"fullname": "Lab"}, "organization", "Lab"),
        ("authors", [{"name": "Ada"}], "authors", ("Ada",)),
        ("submittedOnDailyAt", "2025-03-12T09:00:00Z", "daily_on", date(2025, 3, 12)),
    ],
)
def test_a_fact_is_found_at_either_level_and_the_papers_own_goes_first(
    name: str, value: Any, field: str, read_as: Any
) -> None:
    bare = {"id": "2503.10613", "title": "Bare"}
    at_the_item = {"paper": {**bare, "title": "" if name == "title" else "Bare"}, name: value}
    at_the_paper = {"paper": {**bare, name: value}, name: "something else"}

    assert getattr(read_one(at_the_item), field) == read_as
    assert getattr(read_one(at_the_paper), field) == read_as


# --- its day ---


def test_the_items_own_publication_date_is_never_its_day_nor_its_date() -> None:
    item = {"publishedAt": "2025-03-11T09:00:00Z", "paper": {"id": "2503.10613", "title": "T"}}

    paper = read_one(item)

    assert (paper.daily_on, paper.published_at) == (DAY, None)


@pytest.mark.parametrize(
    ("submitted", "day", "read_as"),
    [
        ("2025-03-17T00:44:05.364Z", DAY, date(2025, 3, 17)),
        ("2025-03-16T23:30:00-02:00", DAY, date(2025, 3, 17)),
        ("2025-03-17", DAY, date(2025, 3, 17)),
        (None, DAY, DAY),
        (None, None, None),
        ("soon", DAY, DAY),
        (1742169600, DAY, DAY),
        ("2999-01-01T00:00:00Z", DAY, DAY),
        ("1066-10-14T00:00:00Z", DAY, DAY),
    ],
    ids=[
        "said",
        "in UTC",
        "a bare date",
        "asked for",
        "unknown",
        "no date",
        "a number",
        "to come",
        "long before arXiv",
    ],
)
def test_the_day_is_what_the_paper_says_else_what_was_asked_for(
    submitted: Any, day: date | None, read_as: date | None
) -> None:
    facts = {"id": "2503.10613", "title": "T", "submittedOnDailyAt": submitted}
    seen_at = datetime(2025, 3, 17, 9, tzinfo=UTC)

    (paper,) = read_papers([{"paper": facts}], day=day, seen_at=seen_at).papers

    assert paper.daily_on == read_as


# --- odd values ---


@pytest.mark.parametrize(
    ("told", "number"),
    [(3, 3), (3.0, 3), (3.9, 3), (0, 0), (-1, None), (True, None), ("3", None), (1e300, None), (10**30, None)],
)
def test_numbers_may_be_floats_and_nonsense_is_no_number(told: Any, number: int | None) -> None:
    assert read_one(make_item(upvotes=told)).upvotes == number


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_in_json_is_none_here(word: str) -> None:
    body = as_body([make_item(upvotes=12345)]).replace(b"12345", word.encode())

    (paper,) = read_papers(read_items(body), day=DAY, seen_at=BASE).papers

    assert paper.upvotes is None


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("https://github.com/a/b", "https://github.com/a/b"),
        (" https://a.example/ ", "https://a.example/"),
        ("https://a.example/x_(y)?q=1&r=%20#z", "https://a.example/x_(y)?q=1&r=%20#z"),
        ("http://a.example", None),
        ("javascript:alert(1)", None),
        ("https://user:password@a.example", None),
        ("https://127.0.0.12/x", None),
        ("https://localhost/x", None),
        ("https://a.example:8443/x", None),
        ("https://a.example/\\@evil.example", None),
        ("https://a.example/ x", None),
        ('https://a.example/">', None),
        ("https://аррӏе.example", None),
        ("https://a.example/" + "x" * 600, None),
        ("github.com/a/b", None),
        (7, None),
    ],
)
def test_only_a_plain_https_address_is_kept(told: Any, address: str | None) -> None:
    paper = read_one(make_item(projectPage=told, githubRepo=told))

    assert (paper.project_url, paper.code_url) == (address, address)


def test_hidden_authors_are_left_out_and_names_cleaned_and_bounded() -> None:
    authors = [
        {"name": "Ada\n Lovelace"},
        {"name": "Nobody", "hidden": True},
        {"name": "\u202eEmmy\u200b Noether"},
        {"name": "  "},
        {"name": 5},
        "Grace Hopper",
        *({"name": f"Author {number}"} for number in range(2000)),
    ]

    read_authors = read_one(make_item(authors=authors)).authors

    assert read_authors[:2] == ("Ada Lovelace", "Emmy Noether")
    assert len(read_authors) < 1001


def test_long_texts_are_clipped() -> None:
    paper = read_one(
        make_item(
            title="t" * 3000,
            summary="s" * 99_000,
            ai_summary="a" * 9000,
            ai_keywords=["k" * 500 + str(number) for number in range(100)],
            organization={"name": "o" * 900},
        )
    )

    assert [len(paper.title), len(paper.abstract), len(paper.summary or "")] == [1000, 20_000, 2000]
    assert (len(paper.keywords), len(paper.organization or "")) == (1, 200)


def test_a_title_keeps_its_odd_characters() -> None:
    title = "A* <search> with `code`, @everyone, ~tildes~ and _lines_"

    assert read_one(make_item(title=title)).title == title


def test_half_a_surrogate_pair_and_a_null_do_not_come_through() -> None:
    paper = read_one(make_item(title="a\ud83db\x00c"))

    assert paper.title == "abc"


def test_an_organization_without_a_full_name_goes_by_its_name() -> None:
    assert read_one(make_item(organization={"name": "kwai", "fullname": ""})).organization == "kwai"


def test_a_version_in_the_id_is_kept_apart_from_it() -> None:
    paper = read_one(make_item(id="2503.10613v2"))

    assert (paper.id, paper.version) == ("2503.10613", 2)


# --- one bad item among good ones ---


@pytest.mark.parametrize(
    ("bad", "paper_id", "reason"),
    [
        (None, None, "empty"),
        ("text", None, "a text"),
        ([], None, "a list"),
        ({}, None, "no id"),
        ({"paper": None}, None, "no id"),
        ({"paper": {"title": "T"}}, None, "no id"),
        ({"paper": {"id": 2503.0213, "title": "T"}}, None, "not text"),
        ({"paper": {"id": "2503.0213", "title": "T"}}, "2503.0213", "did you mean 2503.02130"),
        ({"paper": {"id": "<script>", "title": "T"}}, "<script>", "does not name a paper"),
        ({"paper": {"id": "2503.10613", "title": " \n"}}, "2503.10613", "no title"),
        ({"paper": {"id": "2503.10613", "title": 5}}, "2503.10613", "no title"),
        ({"paper": {"id": "9" * 5000, "title": "T"}}, "9" * 79 + "…", "does not name a paper"),
    ],
)
def test_a_bad_item_is_named_and_the_others_live(bad: Any, paper_id: str | None, reason: str) -> None:
    fetched = read(make_item(1), bad, make_item(2))

    (rejected,) = fetched.rejected
    assert (rejected.position, rejected.paper_id) == (1, paper_id)
    assert reason in rejected.reason
    assert len(rejected.reason) <= 200
    assert len(fetched.papers) == len(fetched.sightings) == 2


def test_a_paper_that_is_listed_twice_counts_once_and_first() -> None:
    fetched = read(make_item(1, upvotes=5, id="2503.10613"), make_item(2), make_item(1, upvotes=9, id="2503.10613v3"))

    assert [paper.upvotes for paper in fetched.papers] == [5, 10]
    assert [sighting.paper_id for sighting in fetched.sightings] == [paper.id for paper in fetched.papers]
    assert fetched.rejected == ()


# --- answers that are none ---


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\xef\xbb\xbf<!doctype html><html>", "a web page (HTML)"),
        (as_body(make_items(3))[:-50], "cut off after"),
        (b"[", "cut off after"),
        (b"[1 2]", "not JSON (line 1, column 4)"),
        (b"[" * 100_000, "nested deeper"),
        (b"[" + b"{}," * MOST_PARTS + b"{}]", "more than 500,000 parts"),
        (b"[\xff\xfe]", "cannot be read"),
        (b"[" + b"9" * 5000 + b"]", "cannot be read"),
        (b'{"error": "Invalid \\n token"}', "an error: Invalid token"),
        (b'{"papers": []}', "an object"),
        (b'"papers"', "a text"),
        (b"null", "empty"),
        (b"7", "a number"),
        (b"true", "true or false"),
        (b"[1, 2]", "None of the 2 items listed is a paper; the first is a number"),
        (b'[{"model": "x"}]', "None of the 1 items listed is a paper; the first is an object"),
        (b"[" + b"{}," * 20_000 + b"{}]", "20,001 items"),
        (b" " * (16 * 2**20) + b"[]", "larger than 16 MB"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_a_list_of_papers_is_refused_with_what_it_is(body: bytes, words: str) -> None:
    with pytest.raises(SourceChanged) as refusal:
        read_items(body)

    assert words in str(refusal.value)
    assert refusal.value.source == "huggingface"


@pytest.mark.parametrize("body", [b"[]", b" [ ] ", b"\xef\xbb\xbf[]"])
def test_an_empty_day_is_an_answer(body: bytes) -> None:
    assert read_items(body) == []


# --- moments ---


def test_the_newest_moment_is_found_however_deep_it_lies() -> None:
    items = [make_item(1), {"a": [{"user": {"statusLastChangedAt": "2025-03-14T08:58:03.528Z"}}]}]

    assert newest_moment(items, before=BASE) == datetime(2025, 3, 14, 8, 58, 3, 528000, UTC)


def test_a_moment_to_come_is_nobodys_newest() -> None:
    assert newest_moment([{"at": "2025-03-14T09:00:01Z"}], before=BASE) is None


def test_the_ids_of_a_page_are_those_that_stand_there() -> None:
    items = [make_item(1, id="2503.10613"), 5, {}, {"paper": {"id": "x"}}]

    assert listed_ids(items) == {"2503.10613", "x"}


def test_the_bounds_hold_a_real_answer_comfortably() -> None:
    assert MOST_BYTES > 10 * 500_000
