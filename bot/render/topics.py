"""Topics: what following one means, the list of them, and their end."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.ranking import Ranked
from bot.render import phrases
from bot.render.actions import UnfollowTopic, WriteAgain, encode
from bot.render.limits import roomiest
from bot.render.phrases import command, fine, heading, hours, quoted, strong, text, when
from bot.render.post import Block, Button, ButtonLook, Buttons, Listing, Paragraph, Post, Section, Span, Style
from storage.records import Person, Topic

MOST_EXAMPLES = 3
MOST_WITH_BUTTONS = 10
SIZES = (*range(0, 60, 4), *range(60, 201, 10))


def followed(
    topic: Topic,
    person: Person,
    *,
    already: bool,
    matched: int,
    considered: int,
    days: int,
    examples: Sequence[Ranked],
    next_due: datetime | None = None,
) -> Post:
    """A topic that is followed now (or was ``already``), and what it would have brought in the last ``days`` days."""
    opening = (
        f"You follow {quoted(topic.query, 100)} already" if already else f"You now follow {quoted(topic.query, 100)}"
    )
    preview = _preview(matched, considered, days)
    entries = tuple((Span(phrases.title(one.paper, 150), url=one.paper.url),) for one in examples[:MOST_EXAMPLES])
    blocks: list[Block] = [heading(opening, level=3)]
    blocks += [text(f"{preview}, for example:"), Listing(entries)] if entries else [text(f"{preview}.")]
    blocks.append(text("What matches comes as one direct message, ", strong(hours(person.schedule)), "."))
    if next_due:
        blocks.append(fine("Next one: ", when(next_due, person.schedule.zone)))
    return Post((*blocks, Buttons((_unfollow(topic),))))


def topic_list(topics: Sequence[Topic], person: Person | None) -> Post:
    """The topics of one person, each with a button that stops it."""
    if not topics:
        example = command("/topics follow diffusion cat:cs.CV")
        how = text("Follow one and I write to you once a day: ", example)
        return Post((heading("You follow no topics", level=3), how, *(_closed(person) if person else ())))
    title = heading(f"You follow {phrases.counted(len(topics), 'topic')}", level=3)
    closing: list[Block] = []
    if person:
        closing.append(fine(f"One direct message with all that matches: {hours(person.schedule)}."))
        closing.extend(_closed(person))

    def build(size: int) -> Post:
        with_buttons = [
            Section((Paragraph(_topic(topic, size)),), _unfollow(topic)) for topic in topics[:MOST_WITH_BUTTONS]
        ]
        others = tuple(_topic(topic, size) for topic in topics[MOST_WITH_BUTTONS:25])
        return Post((title, *with_buttons, *([Listing(others)] if others else []), *closing))

    return roomiest(SIZES, build)


def unfollowed(topic: Topic) -> Post:
    """A topic that is followed no longer."""
    words = f"You no longer follow {quoted(topic.query)}. Nothing more is kept of it."
    return Post((heading("Stopped", level=3), text(words)))


def direct_messages_closed(person: Person) -> Post:
    """Why nothing can arrive, and how to let it."""
    return Post((heading("Your direct messages are closed to me", level=3), *_closed(person)))


def writing_again(person: Person, *, waits: bool) -> Post:
    """Their direct messages are tried again; ``waits`` where today's is held and goes out now."""
    coming = f"Topics that you follow come {hours(person.schedule)}, news of papers that you saved at once."
    words = "What waited for you comes in a moment." if waits else coming
    closing = "If Discord still refuses it, I tell you at your next command."
    return Post((heading("I write to you again", level=3), text(f"{words} {closing}")))


def _preview(matched: int, considered: int, days: int) -> str:
    of = phrases.counted(considered, "paper")
    if not considered:
        return f"I have no papers of the last {phrases.counted(days, 'day')} to try it on"
    if not matched:
        return f"None of the {of} of the last {days} days matched; a wider query would bring more"
    each = matched / max(days, 1)
    pace = f", about {round(each)} a day" if each >= 1.5 else ""  # noqa: PLR2004  # below that, a pace says nothing
    return f"{phrases.counted(matched, 'paper')} of {considered:,} matched in the last {days} days{pace}"


def _topic(topic: Topic, size: int) -> tuple[Span, ...]:
    number = Span(f"Topic {topic.id}", Style.STRONG)
    query = phrases.line(topic.query, size) if size else ""
    return (number, Span(f": {query}" if query else ""))


def _unfollow(topic: Topic) -> Button:
    return Button(
        "Unfollow",
        action=encode(UnfollowTopic(topic.id)),
        look=ButtonLook.DANGER,
        command=f"/topics unfollow {topic.id}",
    )


def _closed(person: Person) -> list[Block]:
    if person.dm_closed_at is None:
        return []
    since = when(person.dm_closed_at, person.schedule.zone)
    words = text(
        "Discord has refused my direct messages to you since ",
        since,
        ", so neither your topics nor news of what you saved can arrive. In a server that we share, open its Privacy "
        "Settings and allow direct messages; then press Try again.",
    )
    again = Button("Try again", action=encode(WriteAgain()), look=ButtonLook.PRIMARY)
    return [words, Buttons((again,))]
