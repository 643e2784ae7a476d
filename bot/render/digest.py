"""What arrives by itself: a channel's digest, a person's daily message about topics, and why there is none."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from bot.core.pages import Freshness
from bot.core.period import Period
from bot.render import phrases
from bot.render.actions import TrendingPage, Why, encode
from bot.render.limits import roomiest
from bot.render.paper_lines import MOST_IN_A_MESSAGE, ROOMS, Line, Room, sections
from bot.render.phrases import APART, fine, heading, sentence, text
from bot.render.post import Block, Button, Buttons, Post
from storage.records import ChannelSetup, Delivery, Paper, Sort

NOTE_ROOM = 200


def channel_digest(
    delivery: Delivery, papers: Sequence[Paper], freshness: Freshness, *, setup: ChannelSetup | None = None
) -> Post:
    """A channel's digest; without papers the note that says why there are none.

    ``papers`` are those of the delivery that the store still holds, in its order. ``setup`` gives the title its order
    and its query. A button carries the delivery's token verbatim: it is the message's marker.
    """
    sort = setup.sort if setup else Sort.TRENDING
    opening: list[Block] = [heading(f"{phrases.TITLES[sort]}{APART}{phrases.full_day(delivery.key.local_date)}")]
    if setup and (narrowed := _narrowed(setup)):
        opening.append(fine(narrowed))
    if not papers:
        return _nothing(opening, delivery, freshness)
    listed_on = _day(papers, delivery)
    if (delivery.key.local_date - listed_on).days > 1:
        opening.append(fine(f"Of {phrases.full_day(listed_on)}, the newest list that I have."))
    buttons = (
        _why(delivery),
        _all_of(listed_on, sort),
        Button("Open on Hugging Face", url=f"https://huggingface.co/papers/date/{listed_on.isoformat()}"),
    )
    return _digest(opening, delivery, papers, (_footer(delivery, freshness, len(papers)), Buttons(buttons)), _because)


def topic_digest(delivery: Delivery, papers: Sequence[Paper], freshness: Freshness) -> Post:
    """A person's daily message: each paper with the topic that it matched and the words that did."""
    opening: list[Block] = [heading(f"Your topics{APART}{phrases.full_day(delivery.key.local_date)}")]
    if not papers:
        return _nothing(opening, delivery, freshness)
    footer = _footer(delivery, freshness, len(papers), "See or stop your topics with /topics list.")
    return _digest(opening, delivery, papers, (footer, Buttons((_why(delivery),))), _matched)


def _digest(
    opening: Sequence[Block],
    delivery: Delivery,
    papers: Sequence[Paper],
    closing: Sequence[Block],
    because: Callable[[Delivery, Paper], str],
) -> Post:
    lines = [Line.of(paper, why=because(delivery, paper)) for paper in papers[:MOST_IN_A_MESSAGE]]

    def build(room: Room) -> Post:
        return Post((*opening, *sections(lines, room), *closing))

    return roomiest(ROOMS, build)


def _because(delivery: Delivery, paper: Paper) -> str:
    """Why it was picked, as it was when it was picked."""
    return delivery.notes.get(paper.id) or phrases.facts(paper)


def _matched(delivery: Delivery, paper: Paper) -> str:
    note = delivery.notes.get(paper.id)
    return f"Matches your topic: {note}" if note else phrases.facts(paper)


def _nothing(opening: Sequence[Block], delivery: Delivery, freshness: Freshness) -> Post:
    reason = sentence(phrases.line(delivery.problem or "none was picked", 400))
    blocks: list[Block] = [*opening, text(f"No papers this time. {reason}")]
    if freshness.note:
        blocks.append(fine(phrases.line(freshness.note, NOTE_ROOM)))
    return Post((*blocks, Buttons((_why(delivery, "Why none?"),))))


def _footer(delivery: Delivery, freshness: Freshness, shown: int, last: str = "") -> Block:
    picked = len(delivery.paper_ids)
    words = f"Picked {picked} of {delivery.considered:,} considered."
    if gone := picked - shown:
        words += f" The store no longer holds {gone} of them."
    return fine("\n".join(part for part in (words, phrases.line(freshness.note, NOTE_ROOM), last) if part))


def _narrowed(setup: ChannelSetup) -> str:
    parts = [f"matching {phrases.quoted(setup.query)}"] if setup.query else []
    if setup.min_upvotes:
        parts.append(f"with {phrases.counted(setup.min_upvotes, 'upvote')} or more")
    return sentence("Only papers " + phrases.listed(parts)) if parts else ""


def _why(delivery: Delivery, label: str = "Why these?") -> Button:
    """The marker of the message. A preview stands in no ledger: there its button has nothing to tell."""
    return Button(
        label, action=encode(Why(delivery.token)), command=f"/why {delivery.token}", disabled=delivery.id == 0
    )


def _all_of(listed_on: date, sort: Sort) -> Button:
    action = TrendingPage(Period.day(listed_on), sort, 0)
    return Button("All of this day", action=encode(action), command=f"/papers today {listed_on.isoformat()}")


def _day(papers: Sequence[Paper], delivery: Delivery) -> date:
    """The day on whose list most of the papers are."""
    days = Counter(paper.daily_on for paper in papers if paper.daily_on)
    return max(days, key=lambda day: (days[day], day), default=delivery.key.local_date)
