"""What a setup does, in a few short sentences: which papers, when, in which messages, and whom they reach."""

from datetime import datetime

from bot.core.tags import print_tags
from bot.render import phrases
from bot.render.phrases import command, place, quoted, strong, text, when
from bot.render.post import Block, Inline, Role, Span
from storage.records import EVERY_DAY, Cadence, ChannelSetup, Layout, Settle, Sort

LONGEST_TAGS = 300

KINDS = {Sort.TRENDING: "trending", Sort.RISING: "rising", Sort.TOP: "most upvoted", Sort.NEW: "new"}
LAYOUTS = {
    Layout.DIGEST: "",
    Layout.THREADS: "Each paper of the message can be given a thread.",
    Layout.CARDS: "Each paper comes as a message of its own.",
    Layout.FORUM: "Each paper comes as a post of its own.",
}
SETTLED = {
    Settle.NOW: "",
    Settle.SETTLED: "The papers are those of the day before, whose list is complete.",
    Settle.COMPLETED: "The message is kept up to date until the next one comes.",
}
SILENT = {
    Cadence.DAILY: "A day without papers passes in silence.",
    Cadence.WEEKLY: "A week without papers passes in silence.",
    Cadence.MONTHLY: "A month without papers passes in silence.",
}
PUBLISHED = "What I post is published to the channels that follow this one."


def terms(setup: ChannelSetup, next_due: datetime | None) -> list[Block]:
    """All that was chosen for the setup, where it differs from the usual, and its next digest."""
    what = f"up to {phrases.counted(setup.limit, f'{KINDS[setup.sort]} paper')}"
    if setup.query:
        what += f" matching {quoted(setup.query)}"
    if setup.min_upvotes:
        what += f" with {phrases.counted(setup.min_upvotes, 'upvote')} or more"
    blocks: list[Block] = [text("In ", place(setup.destination), f": {what}, {phrases.hours(setup.schedule)}.")]
    if details := _details(setup):
        blocks.append(text(*details))
    if next_due:
        blocks.append(text(strong("Next digest"), ": ", when(next_due, setup.schedule.zone)))
    return blocks


def in_short(setup: ChannelSetup, size: int) -> str:
    """The same on one line for a list, with at most ``size`` code points of its query."""
    query = f", matching {quoted(setup.query, size)}" if setup.query and size else ""
    layout = {Layout.THREADS: ", with threads", Layout.CARDS: ", one by one", Layout.FORUM: ", as posts"}
    return (
        f"{phrases.counted(setup.limit, 'paper')}{layout.get(setup.layout, '')}, {phrases.hours(setup.schedule)}{query}"
    )


def _settled(setup: ChannelSetup) -> str:
    if setup.settle is Settle.SETTLED and setup.schedule.weekdays != EVERY_DAY:
        return "The papers are those listed since the digest before, up to the day before: those lists are complete."
    return SETTLED[setup.settle]


def _details(setup: ChannelSetup) -> list[Inline]:
    is_daily = setup.schedule.cadence is Cadence.DAILY
    sentences = [
        LAYOUTS[setup.layout],
        _settled(setup) if is_daily else "",
        PUBLISHED if setup.publish else "",
        SILENT[setup.schedule.cadence] if setup.quiet else "",
    ]
    found: list[Inline] = [Span(" ".join(filter(None, sentences)))] if any(sentences) else []
    if setup.role_id is not None:
        found += [Span(" Each digest mentions "), Role(setup.role_id, f"role {setup.role_id}"), Span(".")]
    if setup.tags:
        written = phrases.line(print_tags(setup.tags), LONGEST_TAGS)
        found += [Span(" Tags: "), command(written), Span(".")]
    return found
