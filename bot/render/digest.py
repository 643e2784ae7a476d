"""What arrives by itself: a channel's digest, a person's daily message about topics, and why there is none."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from bot.core.calendar import covered
from bot.core.pages import Freshness
from bot.core.period import Days, Period, PeriodKind
from bot.core.schedule import ONE_SLOT_IN
from bot.render import phrases
from bot.render.actions import OpenThread, TrendingPage, Why, encode
from bot.render.limits import roomiest
from bot.render.paper_lines import MOST_IN_A_MESSAGE, ROOMS, Line, Room, details, discuss_one, sections
from bot.render.phrases import APART, fine, heading, sentence, strong, text
from bot.render.post import Block, Button, Buttons, Inline, Post, Span
from storage.records import (
    WORKING_DAYS,
    Cadence,
    ChannelSetup,
    Delivery,
    Layout,
    Paper,
    PaperChange,
    PaperId,
    Schedule,
    Settle,
    Sort,
)

NOTE_ROOM = 200
TITLE_ROOM = 80
MOST_NAMED = 3
A_DAY = timedelta(days=1)
NAMES = {Cadence.DAILY: "day", Cadence.WEEKLY: "week", Cadence.MONTHLY: "month"}


@dataclass(frozen=True, slots=True)
class _Part:
    """A digest's papers as they are shown: what is said of each, and the button beside it."""

    because: Callable[[Paper], str]
    button: Callable[[Paper], Button] = details
    changes: Sequence[PaperChange] = ()


def channel_digest(
    delivery: Delivery,
    papers: Sequence[Paper],
    freshness: Freshness,
    *,
    setup: ChannelSetup | None = None,
    also: Sequence[Paper] = (),
    changes: Sequence[PaperChange] = (),
    threads: Mapping[PaperId, int] | None = None,
    squeeze: int = 0,
) -> Post:
    """A channel's digest as one message; without papers a line that says why there are none.

    ``papers`` are those of the delivery that the store still holds, in its order. ``setup`` gives the title its order
    and its query, ``also`` are papers that the digest before this one gained after it came, ``changes`` what happened
    to papers since they were posted, ``threads`` the ids of those that were opened (layout THREADS). ``squeeze`` is
    that of ``limits.roomiest``. A button carries the delivery's token verbatim: it is the message's marker.
    """
    if not papers:
        return _nothing(delivery)
    sort = setup.sort if setup else Sort.TRENDING
    opening: list[Block] = [heading(title(delivery, setup)), *narrowed(setup)]
    if aside := _older_list(delivery, papers, setup):
        opening.append(aside)
    part = _Part(lambda paper: because(delivery, paper), _beside(delivery, setup, threads or {}), changes)
    shown = _shown_period(delivery, papers, setup)
    buttons = (why_button(delivery, delivery.token), _all_of(shown, sort), _on_hugging_face(shown))
    has_menu = delivery.id and (setup is None or setup.layout is not Layout.THREADS)
    menu = discuss_one(papers) if has_menu else ()
    closing = (*_added_before(also), _footer(delivery, freshness, len(papers)), *menu, Buttons(buttons))
    return _digest(opening, papers, closing, part, squeeze=squeeze)


def topic_digest(
    delivery: Delivery,
    papers: Sequence[Paper],
    freshness: Freshness,
    *,
    changes: Sequence[PaperChange] = (),
    squeeze: int = 0,
) -> Post:
    """A person's daily message: each paper with the topic that it matched and the words that did."""
    if not papers:
        return _nothing(delivery)
    opening = [heading(f"Your topics{APART}{phrases.full_day(delivery.key.local_date)}")]
    footer = _footer(delivery, freshness, len(papers), "See or stop your topics with /topics list.")
    closing = (footer, Buttons((why_button(delivery, delivery.token),)))
    part = _Part(lambda paper: _matched(delivery, paper), changes=changes)
    return _digest(opening, papers, closing, part, squeeze=squeeze)


# --- what the messages of every layout have in common ---


def title(delivery: Delivery, setup: ChannelSetup | None) -> str:
    """What this is, and of which days: ``Papers of the week · 10–16 March 2025``."""
    sort = setup.sort if setup else Sort.TRENDING
    cadence = delivery.cadence
    days = days_of(delivery, setup)
    if cadence is Cadence.DAILY:
        return f"{phrases.TITLES[sort]}{APART}{phrases.full_day(_named_day(delivery, days))}"
    name = "Papers" if sort is Sort.TRENDING else phrases.TITLES[sort]
    return f"{name} of the {NAMES[cadence]}{APART}{phrases.days(days.first, days.last)}"


def narrowed(setup: ChannelSetup | None) -> tuple[Block, ...]:
    """What the digest is narrowed to, where it is."""
    if setup is None:
        return ()
    parts = [f"matching {phrases.quoted(setup.query)}"] if setup.query else []
    if setup.min_upvotes:
        parts.append(f"with {phrases.counted(setup.min_upvotes, 'upvote')} or more")
    return (fine(sentence("Only papers " + phrases.listed(parts))),) if parts else ()


def because(delivery: Delivery, paper: Paper) -> str:
    """Why it was picked, as it was when it was picked."""
    return delivery.notes.get(paper.id) or phrases.facts(paper)


def why_button(delivery: Delivery, token: str, label: str = "Why these?") -> Button:
    """The marker of the message. A preview stands in no ledger: there its button has nothing to tell."""
    return Button(label, action=encode(Why(token)), command=f"/why {token}", disabled=delivery.id == 0)


def days_of(delivery: Delivery, setup: ChannelSetup | None) -> Days:
    """The days whose lists the delivery is of; without its setup those of a digest that comes every day."""
    schedule = setup.schedule if setup else Schedule(at=time(), zone="UTC")
    return covered(schedule, setup.settle if setup else Settle.NOW, delivery.key.local_date)


# --- parts ---


def _digest(
    opening: Sequence[Block], papers: Sequence[Paper], closing: Sequence[Block], part: _Part, *, squeeze: int
) -> Post:
    shown = papers[:MOST_IN_A_MESSAGE]
    lines = [Line.of(paper, why=part.because(paper), changes=part.changes) for paper in shown]

    def build(room: Room) -> Post:
        return Post((*opening, *sections(lines, room, part.button), *closing))

    return roomiest(ROOMS, build, squeeze=squeeze)


def _beside(
    delivery: Delivery, setup: ChannelSetup | None, threads: Mapping[PaperId, int]
) -> Callable[[Paper], Button]:
    """What stands beside each paper: its details, or where papers have threads the way to its own."""
    if setup is None or setup.layout is not Layout.THREADS:
        return details

    def button(paper: Paper) -> Button:
        if thread := threads.get(paper.id):
            return Button("Go to thread", url=f"https://discord.com/channels/{setup.guild_id}/{thread}")
        action = OpenThread(delivery.token, paper.id)
        is_preview = delivery.id == 0
        return Button("Discuss", action=encode(action), command=f"/papers show {paper.id}", disabled=is_preview)

    return button


def _matched(delivery: Delivery, paper: Paper) -> str:
    note = delivery.notes.get(paper.id)
    return f"Matches your topic: {note}" if note else phrases.facts(paper)


def _nothing(delivery: Delivery) -> Post:
    """One line, with the marker in its button."""
    reason = sentence(phrases.line(delivery.empty_because or delivery.problem or "none was picked", 400))
    span = {
        Cadence.DAILY: f"on {phrases.full_day(delivery.key.local_date)}",
        Cadence.WEEKLY: "this week",
        Cadence.MONTHLY: "this month",
    }[delivery.cadence]
    line: tuple[Inline | str, ...] = (strong(f"No papers {span}."), f" {reason}")
    return Post((text(*line), Buttons((why_button(delivery, delivery.token, "Why none?"),))))


def _added_before(also: Sequence[Paper]) -> tuple[Block, ...]:
    """What came into the last digest after most had read it: an edit tells nobody."""
    if not also:
        return ()
    parts: list[Inline] = []
    for paper in also[:MOST_NAMED]:
        parts += [Span(", " if parts else ""), Span(phrases.title(paper, TITLE_ROOM), url=paper.url)]
    return (text(strong("Added to the last digest since: "), *parts, "."),)


def _footer(delivery: Delivery, freshness: Freshness, shown: int, last: str = "") -> Block:
    picked = len(delivery.paper_ids)
    words = f"Picked {picked} of {delivery.considered:,} considered."
    if gone := picked - shown:
        words += f" The store no longer holds {gone} of them."
    return fine("\n".join(part for part in (words, phrases.line(freshness.note, NOTE_ROOM), last) if part))


def _named_day(delivery: Delivery, days: Days) -> date:
    """The day that a daily digest is named by: its own, or where that is over the last one with a list."""
    if days.first <= delivery.key.local_date <= days.last:
        return delivery.key.local_date
    back = (days.last - number * A_DAY for number in range((days.last - days.first).days + 1))
    return next((day for day in back if day.weekday() in WORKING_DAYS), days.last)


def _older_list(delivery: Delivery, papers: Sequence[Paper], setup: ChannelSetup | None) -> Block | None:
    """A daily digest may be of the newest list before its own day: then it says so."""
    listed_on = _listed(papers, delivery)
    named = _named_day(delivery, days_of(delivery, setup))
    if delivery.cadence is not Cadence.DAILY or (named - listed_on).days <= 1:
        return None
    return fine(f"Of {phrases.full_day(listed_on)}, the newest list that I have.")


def _shown_period(delivery: Delivery, papers: Sequence[Paper], setup: ChannelSetup | None) -> Period:
    """The day, week or month under which the papers can be looked up; of days across two, the one with more."""
    cadence = delivery.cadence
    if cadence is Cadence.DAILY:
        return Period.day(_listed(papers, delivery))
    days = days_of(delivery, setup)
    return Period.around(ONE_SLOT_IN[cadence], days.first + (days.last - days.first) // 2)


def _all_of(period: Period, sort: Sort) -> Button:
    name = {PeriodKind.DAY: "day", PeriodKind.WEEK: "week", PeriodKind.MONTH: "month"}[period.kind]
    action = TrendingPage(period, sort, 0)
    return Button(f"All of this {name}", action=encode(action), command=f"/papers today {period}")


def _on_hugging_face(period: Period) -> Button:
    return Button("Open on Hugging Face", url=f"https://huggingface.co/papers/{period.kind}/{period}")


def _listed(papers: Sequence[Paper], delivery: Delivery) -> date:
    """The day on whose list most of the papers are."""
    days = Counter(paper.daily_on for paper in papers if paper.daily_on)
    return max(days, key=lambda day: (days[day], day), default=delivery.key.local_date)
