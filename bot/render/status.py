"""How the bot is doing: what is fresh, what fails, what is due, and the account of each recent delivery."""

from datetime import datetime, timedelta

from bot.core import intake
from bot.core.reports import Health, SetupHealth
from bot.render import phrases
from bot.render.limits import roomiest
from bot.render.phrases import ago, counted, fine, full_day, heading, line, place, sentence, strong, text, when
from bot.render.post import Block, Inline, Listing, Post, Span
from storage.kept_answers import KEPT
from storage.records import Cadence, Delivery, DeliveryState
from storage.source_state import SourceState

SOURCES = {
    "huggingface": "Hugging Face",
    "arxiv": "arXiv",
    "arxiv details": "arXiv's details",
    "biorxiv": "bioRxiv",
    "medrxiv": "medRxiv",
    "files": "your files",
    "semanticscholar details": "Semantic Scholar",
}
STATES = {
    DeliveryState.PLANNED: "waiting",
    DeliveryState.SENDING: "on its way",
    DeliveryState.SENT: "sent",
    DeliveryState.SKIPPED: "skipped",
    DeliveryState.FAILED: "failed",
    DeliveryState.UNREACHABLE: "could not be delivered",
}
MEBIBYTE = 2**20
MOST_ROWS = 10
OLD = timedelta(days=4)
"""Longer than a weekend with a holiday: then nobody has looked."""

SIZES = tuple((rows, words) for rows in range(1, MOST_ROWS + 1) for words in (60, 120, 200))
"""How many rows of each list, and how many code points of each problem."""


def status_post(health: Health) -> Post:
    """Everything that somebody who runs the bot, or waits for a digest, may want to know."""

    def build(size: tuple[int, int]) -> Post:
        rows, words = size
        blocks: list[Block] = [heading("Status", level=3), text(_verdict(health)), *_store(health)]
        blocks += [text(strong("Sources")), _sources(health, rows, words)]
        if health.setups:
            blocks += [text(strong(f"Channels: {_channels(health)}")), _setups(health, rows, words)]
        if health.recent:
            blocks += [text(strong("Recent digests")), _deliveries(health, rows, words)]
        blocks += _feedback(health, rows, words)
        return Post((*blocks, fine(_footer(health))))

    return roomiest(SIZES, build)


def _verdict(health: Health) -> str:
    """The one sentence that matters."""
    problems = []
    failing = [state for state in health.sources if state.problem]
    if failing:
        problems.append(phrases.listed([source_name(state) for state in failing]) + " cannot be read at the moment")
    if changed := [state for state in health.sources if _has_changed(state)]:
        names = phrases.listed([source_name(state) for state in changed])
        problems.append(f"much less than usual can be read of {names}, which may have changed its format")
    if stuck := sum(setup.setup.paused_because is not None for setup in health.setups):
        problems.append(f"{counted(stuck, 'channel')} {'is' if stuck == 1 else 'are'} paused")
    if health.is_sample:
        problems.append("only the bundled sample of papers is here so far")
    if health.newest_sighting and not problems and health.now - health.newest_sighting > OLD:
        problems.append(f"the newest look at a source is {phrases.duration(health.now - health.newest_sighting)} old")
    return "All is well." if not problems else sentence(phrases.listed(problems))


def _store(health: Health) -> list[Block]:
    if not health.papers:
        return [text("The store holds no papers yet.")]
    parts: list[Inline] = [Span(f"The store holds {counted(health.papers, 'paper')}")]
    if health.latest_day:
        newest = f"; the newest list is of {full_day(health.latest_day)} ({counted(health.latest_day_papers, 'paper')})"
        parts.append(Span(newest))
    if health.newest_sighting:
        parts += [Span(", seen "), ago(health.newest_sighting, health.now)]
    behind = counted(health.index_behind, "change")
    index = f"The search index has still to take in {behind}." if health.index_behind else "Search is up to date."
    waiting = counted(health.vectors_behind or 0, "paper has", "papers have")
    meaning = f" {waiting} still to be read for their meaning." if health.vectors_behind else ""
    return [text(*parts, f". {index}{meaning}")]


def _sources(health: Health, rows: int, words: int) -> Listing:
    if not health.sources:
        return Listing(((Span("None was asked yet."),),))
    return Listing(tuple(_source(state, health, words) for state in health.sources[:rows]))


def _source(state: SourceState, health: Health, words: int) -> tuple[Inline, ...]:
    parts: list[Inline] = [Span(f"{source_name(state)}: ")]
    if state.succeeded_at:
        parts += [Span("last read "), ago(state.succeeded_at, health.now), Span(f", {counted(state.fetched, 'paper')}")]
        if state.rejected:
            parts.append(Span(f", {state.rejected:,} of them unreadable{_usually(state)}"))
        if state.rejects:
            parts.append(Span(f" ({'; '.join(line(first, words) for first in state.rejects)})"))
    else:
        parts.append(Span("never read yet"))
    if state.problem:
        parts.append(Span(f". {sentence(line(state.problem, words))}"))
        if state.retry_at and state.retry_at > health.now:
            parts += [Span(" I try again "), ago(state.retry_at, health.now)]
    elif next_look := health.next_looks.get(state.name):
        parts += [Span("; next look "), ago(next_look, health.now)]
    return tuple(parts)


def _has_changed(state: SourceState) -> bool:
    return intake.has_changed(state.usual_share, fetched=state.fetched, rejected=state.rejected)


def _usually(state: SourceState) -> str:
    """How much is unreadable otherwise, where that is clearly less."""
    return f" (usually {1 - state.usual_share:.0%})" if state.usual_share is not None and _has_changed(state) else ""


def source_name(state: SourceState) -> str:
    """What a source is called in what people read."""
    return SOURCES.get(state.name, line(state.name, 40))


def _channels(health: Health) -> str:
    paused = sum(setup.setup.paused_because is not None for setup in health.setups)
    running = len(health.setups) - paused
    return f"{running:,} running" + (f", {paused:,} paused" if paused else "")


def _setups(health: Health, rows: int, words: int) -> Listing:
    entries = [_setup(setup, health, words) for setup in health.setups[:rows]]
    return _cut(entries, len(health.setups))


def _setup(setup: SetupHealth, health: Health, words: int) -> tuple[Inline, ...]:
    parts: list[Inline] = [place(setup.setup.destination)]
    if setup.setup.paused_because is not None:
        reason = line(setup.setup.paused_because, words)
        parts.append(Span(f": paused. {sentence(reason)}" if reason else ": paused"))
    elif setup.next_due:
        parts += [Span(": next digest "), ago(setup.next_due, health.now)]
    else:
        parts.append(Span(": no digest is planned"))
    return tuple(parts)


def _deliveries(health: Health, rows: int, words: int) -> Listing:
    entries = [_delivery(delivery, health.now, words) for delivery in health.recent[:rows]]
    return _cut(entries, len(health.recent))


def _delivery(delivery: Delivery, now: datetime, words: int) -> tuple[Inline, ...]:
    cadence = "" if delivery.cadence is Cadence.DAILY else f" ({delivery.cadence})"
    parts: list[Inline] = [
        Span(f"{phrases.day(delivery.key.local_date)}{cadence}, "),
        place(delivery.key.destination),
        Span(f": {_state(delivery)}"),
    ]
    if delivery.is_held:
        parts += [Span(", may still come until "), when(delivery.expires_at)]
    elif delivery.state is DeliveryState.PLANNED and delivery.not_before and delivery.not_before > now:
        parts += [Span(", tried again "), ago(delivery.not_before, now)]
    if reason := line(delivery.problem or delivery.empty_because or "", words):
        parts.append(Span(f" ({reason})"))
    if delivery.considered or delivery.paper_ids:
        parts.append(Span(f"; {phrases.sums(delivery.considered, len(delivery.paper_ids), delivery.left_out)}"))
    return tuple(parts)


def _state(delivery: Delivery) -> str:
    """``sent``, ``sent, 3 of 5 messages``, ``sent, 2 papers added later``, ``on hold``."""
    parts = ["on hold" if delivery.is_held else STATES[delivery.state]]
    there = sum(message.message_id is not None for message in delivery.messages)
    is_partial = there < len(delivery.messages) and (there > 0 or delivery.state is DeliveryState.SENDING)
    if is_partial and len(delivery.messages) > 1:
        parts.append(f"{there:,} of {counted(len(delivery.messages), 'message')}")
    if delivery.state is DeliveryState.SENT and not delivery.paper_ids:
        parts.append("to say that there are no papers")
    if delivery.added:
        parts.append(f"{counted(len(delivery.added), 'paper')} added later")
    return ", ".join(parts)


def _feedback(health: Health, rows: int, words: int) -> list[Block]:
    told = health.feedback
    if told is None or not (told.good or told.bad):
        return []
    blocks: list[Block] = [text(strong("Answers"), f" of the last {KEPT.days} days: {told.good:,} 👍, {told.bad:,} 👎")]
    if told.disliked:
        entries = tuple((Span(phrases.quoted(question, words)),) for question in told.disliked[:rows])
        blocks += [text("The last questions whose answers did not help:"), Listing(entries)]
    return blocks


def _cut(entries: list[tuple[Inline, ...]], total: int) -> Listing:
    rest = total - len(entries)
    return Listing((*entries, (Span(f"and {rest:,} more"),)) if rest else tuple(entries))


def _footer(health: Health) -> str:
    followed = f"{counted(health.topics, 'topic')} followed by {counted(health.people, 'person', 'people')}"
    memory = f"{health.memory_bytes / MEBIBYTE:,.0f} MB of memory"
    return f"Paperboy {line(health.version, 20)}, up for {phrases.duration(health.up_for)}, {memory}; {followed}."
