"""A digest in every layout: its title by cadence, its threads, its cards and forum posts, and what happened since."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.pages import Freshness
from bot.render.actions import OpenThread, TrendingPage, Why, decode
from bot.render.cards import digest_card, forum_post, post_title
from bot.render.digest import channel_digest, topic_digest
from bot.render.limits import measure
from bot.render.marker import with_token
from bot.render.post import Post
from storage.records import WORKING_DAYS, Cadence, ChangeKind, ChannelSetup, Delivery, Layout, Paper, Settle, Sort
from tests.builders import (
    DAY,
    GUILD_ID,
    make_change,
    make_delivery,
    make_key,
    make_paper,
    make_papers,
    make_schedule,
    make_setup,
)
from tests.render.hostile import changes_of, hostile_deliveries, hostile_papers, hostile_shelves, hostile_text
from tests.render.reading import buttons, read

FRESH = Freshness(papers=100)
MONDAY = date(2025, 3, 17)
WEEKLY = make_schedule(cadence=Cadence.WEEKLY, weekdays=frozenset({0}))
WORKDAYS = make_schedule(weekdays=WORKING_DAYS)
MONTHLY = make_schedule(cadence=Cadence.MONTHLY, weekdays=frozenset({0}))
THREADS = make_setup(layout=Layout.THREADS)
CARDS = make_setup(layout=Layout.CARDS)


def delivered(*papers: Paper, day: date = DAY, **facts: Any) -> Delivery:
    return make_delivery(*(paper.id for paper in papers), key=make_key(local_date=day), id=1, **facts)


@pytest.mark.parametrize(
    ("setup", "day", "title"),
    [
        (make_setup(), DAY, "Trending papers · Friday, 14 March 2025"),
        (make_setup(settle=Settle.SETTLED), DAY, "Trending papers · Thursday, 13 March 2025"),
        (make_setup(settle=Settle.SETTLED, schedule=WORKDAYS), MONDAY, "Trending papers · Friday, 14 March 2025"),
        (make_setup(schedule=WEEKLY), MONDAY, "Papers of the week · 10–16 March 2025"),
        (make_setup(schedule=WEEKLY, sort=Sort.TOP), MONDAY, "Most upvoted papers of the week · 10–16 March 2025"),
        (make_setup(schedule=WEEKLY), date(2025, 3, 3), "Papers of the week · 24 February – 2 March 2025"),
        (make_setup(schedule=WEEKLY), date(2025, 1, 4), "Papers of the week · 28 December 2024 – 3 January 2025"),
        (make_setup(schedule=MONTHLY), date(2025, 3, 3), "Papers of the month · February 2025"),
    ],
)
def test_the_title_says_of_which_days_the_papers_are(setup: ChannelSetup, day: date, title: str) -> None:
    paper = make_paper(daily_on=day)
    delivery = delivered(paper, day=day, cadence=setup.schedule.cadence)
    assert read(channel_digest(delivery, [paper], FRESH, setup=setup)).startswith(f"## {title}\n")


def test_a_round_up_leads_to_its_week_or_month() -> None:
    paper = make_paper()
    week = delivered(paper, day=MONDAY, cadence=Cadence.WEEKLY)
    weekly = buttons(channel_digest(week, [paper], FRESH, setup=make_setup(schedule=WEEKLY)))
    action = decode(weekly["All of this week"].action or "")
    assert isinstance(action, TrendingPage)
    assert str(action.period) == "2025-W11"
    assert weekly["Open on Hugging Face"].url == "https://huggingface.co/papers/week/2025-W11"
    month = delivered(paper, day=MONDAY, cadence=Cadence.MONTHLY)
    monthly = buttons(channel_digest(month, [paper], FRESH, setup=make_setup(schedule=MONTHLY)))
    assert monthly["Open on Hugging Face"].url == "https://huggingface.co/papers/month/2025-02"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [(make_schedule(), "on Friday, 14 March 2025"), (WEEKLY, "this week"), (MONTHLY, "this month")],
)
def test_a_message_without_papers_is_one_line_with_the_marker(schedule: Any, words: str) -> None:
    delivery = delivered(empty_because="arXiv had a holiday", cadence=schedule.cadence)
    post = channel_digest(delivery, [], FRESH, setup=make_setup(schedule=schedule))
    assert read(post) == f"**No papers {words}.** arXiv had a holiday."
    assert decode(buttons(post)["Why none?"].action or "") == Why(delivery.token)


def test_each_paper_can_be_given_a_thread_and_where_it_has_one_leads_there() -> None:
    papers = make_papers(10)
    delivery = delivered(*papers)
    post = channel_digest(delivery, papers, FRESH, setup=THREADS, threads={papers[0].id: 777})
    assert measure(post).problems == ()
    found = buttons(post)
    opened = [decode(button.action or "") for label, button in found.items() if label.startswith("Discuss")]
    assert opened == [OpenThread(delivery.token, paper.id) for paper in papers[1:]]
    assert found["Go to thread None"].url == f"https://discord.com/channels/{GUILD_ID}/777"
    assert not any(label.startswith("Details") for label in found)


def test_a_preview_opens_no_threads() -> None:
    paper = make_paper()
    found = buttons(channel_digest(make_delivery(paper.id), [paper], FRESH, setup=THREADS))
    assert all(button.disabled for label, button in found.items() if label.startswith("Discuss"))


WITHDRAWN = make_change(kind=ChangeKind.WITHDRAWN, version=None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ([make_change()], "Version 2 is out (20 March 2025)"),
        ([make_change(version=3), make_change()], "Version 3 is out (20 March 2025)"),
        ([make_change(version=None)], "A new version is out (20 March 2025)"),
        ([WITHDRAWN], "Withdrawn by its authors on 20 March 2025"),
        ([make_change(), WITHDRAWN], "Withdrawn by its authors on 20 March 2025"),
    ],
)
def test_what_happened_since_stands_right_under_the_papers_title(changes: Any, words: str) -> None:
    paper, other = make_paper(title="Ours"), make_paper("2503.00002", title="Theirs")
    delivery = delivered(other, paper)
    posts = [
        channel_digest(delivery, [other, paper], FRESH, changes=changes),
        topic_digest(delivery, [other, paper], FRESH, changes=changes),
        digest_card(delivery, "tok", paper, FRESH, setup=CARDS, changes=changes),
        forum_post(delivery, "tok", paper, FRESH, setup=CARDS, changes=changes)[1],
    ]
    for post in posts:
        lines = read(post).splitlines()
        place = next(number for number, line in enumerate(lines) if "[Ours](" in line)
        assert lines[place + 1].startswith(f"**{words}**")
        assert read(post).count(words) == 1


def test_a_card_says_who_wrote_it_why_it_was_picked_and_what_it_says() -> None:
    paper = make_paper(title="Learning to Read", summary="Reading can be learned. By doing it.", code_stars=7)
    delivery = delivered(paper, considered=50, notes={paper.id: "10 upvotes · +8 upvotes since yesterday"})
    post = digest_card(delivery, "token-of-this-one", paper, FRESH, setup=CARDS, first=True)
    assert read(post).splitlines() == [
        "## Trending papers · Friday, 14 March 2025",
        "-# 1 paper, picked of 50 considered.",
        "",
        "### [Learning to Read](https://arxiv.org/abs/2503.01234)",
        "-# Ada Lovelace and Emmy Noether",
        "-# arXiv 2503.01234 · cs.CL · published 13 March 2025 · listed 14 March 2025",
        "-# Picked for 10 upvotes · +8 upvotes since yesterday",
        "-# 1 comment · code with 7 stars",
        "",
        "Reading can be learned. By doing it.",
    ]
    found = buttons(post)
    assert list(found) == ["arXiv", "PDF", "Hugging Face", "Why this?", "Similar", "Discuss", "Save", "Ask about it"]
    assert decode(found["Why this?"].action or "") == Why("token-of-this-one")


def test_only_the_first_card_has_the_opening_line() -> None:
    paper = make_paper()
    assert read(digest_card(delivered(paper), "tok", paper, FRESH, setup=CARDS)).startswith("### [A paper")


def test_a_card_without_a_summary_quotes_the_first_sentences_of_the_abstract() -> None:
    paper = make_paper(abstract="We study tests. " * 100, summary=None)
    last = read(digest_card(delivered(paper), "tok", paper, FRESH, setup=CARDS)).splitlines()[-1]
    assert last.startswith("> We study tests. We study tests.")
    assert last.endswith("tests.")
    assert len(last) <= 602


def test_a_forum_post_is_named_like_its_paper_and_holds_all_of_it() -> None:
    paper = make_paper(title="[Re] *Stars* and $\\alpha$", abstract="So much. " * 100, summary="In short.")
    setup = make_setup(layout=Layout.FORUM, query="stars")
    name, post = forum_post(delivered(paper), "tok", paper, FRESH, setup=setup)
    _, first = forum_post(delivered(paper), "tok", paper, FRESH, setup=setup, first=True)
    assert name == "[Re] *Stars* and α"
    assert "**Abstract**\n> So much. So much." in read(post)
    assert "-# Trending papers · Friday, 14 March 2025" in read(post)
    assert "Only papers matching “stars”." in read(first)
    assert "Only papers" not in read(post)
    assert "Ask here, with /ask or by mentioning me" in read(post)
    assert "Discuss" not in buttons(post), "that is what it is for"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("", "arXiv 2503.01234"),
        ("👩‍👩‍👧‍👦", "arXiv 2503.01234"),
        ("Ask @everyone and <@123>", "Ask @\u200beveryone and ‹@\u200b123>"),
        ("x" * 101, "x" * 99 + "…"),
        ("x" * 98 + "e\u0323\u0301\u0302 and more", "x" * 98 + "…"),
        ("A\n\u202etitle", "A title"),
    ],
)
def test_a_post_is_named_in_plain_text(title: str, name: str) -> None:
    assert post_title(make_paper(title=title)) == name


@given(hostile_text(400))
def test_a_name_always_fits_and_mentions_nobody(title: str) -> None:
    name = post_title(make_paper(title=title))
    assert 1 <= len(name) <= 100
    assert name == name.strip()
    assert "@everyone" not in name
    assert "<@" not in name


@st.composite
def makers(draw: st.DrawFn) -> Any:
    """A message of any layout as a function of the token in it."""
    papers = draw(hostile_shelves(3)) or (draw(hostile_papers()),)
    delivery = draw(hostile_deliveries(papers))
    setup = make_setup(layout=Layout.THREADS)
    more: dict[str, Any] = {"changes": draw(changes_of(papers)), "squeeze": draw(st.integers(0, 2))}

    def made(token: str) -> list[Post]:
        own = Delivery(**{name: getattr(delivery, name) for name in Delivery.__slots__} | {"token": token})
        card: dict[str, Any] = {"setup": setup, "first": True} | more
        return [
            channel_digest(own, papers, FRESH, setup=setup, **more),
            channel_digest(own, (), FRESH, setup=setup),
            topic_digest(own, papers, FRESH, **more),
            digest_card(own, token, papers[0], FRESH, **card),
            forum_post(own, token, papers[0], FRESH, **card)[1],
        ]

    return made


@settings(max_examples=15, deadline=None)
@given(makers(), st.text("abcXYZ019_-", min_size=1, max_size=25), st.text("abcXYZ019_-", min_size=1, max_size=25))
def test_a_message_with_another_token_is_the_message_made_anew(made: Any, old: str, new: str) -> None:
    assert [with_token(post, old, new) for post in made(old)] == made(new)


def test_a_token_that_is_not_the_messages_own_changes_nothing() -> None:
    paper = make_paper()
    post = channel_digest(delivered(paper), [paper], FRESH, setup=THREADS)
    assert with_token(post, "other", "new") == post


def test_a_squeezed_message_has_half_the_text_and_a_tighter_one_the_titles_only() -> None:
    papers = make_papers(10, title="T" * 300, summary="So much to say. " * 60)
    delivery = delivered(*papers, notes={paper.id: "10 upvotes" for paper in papers})
    posts = [channel_digest(delivery, papers, FRESH, squeeze=squeeze) for squeeze in (0, 1, 2)]
    sizes = [measure(post).characters for post in posts]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[1] <= 2000
    assert "upvotes" not in read(posts[2])
    assert read(posts[2]).count("TTT…](") == 10
