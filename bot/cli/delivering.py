"""What ``paperboy doctor`` says of deliveries: paused, on hold, late, given up or unreadable, each with its mend."""

from collections.abc import Iterator, Sequence

from bot.cli.finding import Finding, Verdict
from bot.render.channels import MENDED_BY
from bot.render.phrases import counted, listed
from bot.services.examination import Examination, Unreadable
from storage.records import ChannelSetup, Delivery, Destination, Obstacle, Person

MOST_NAMED = 20
INVITE_AGAIN = "Invite Paperboy to that server again: its setups then go on by themselves."


def findings(setups: Sequence[ChannelSetup], found: Examination) -> Iterator[Finding]:
    """All that somebody should look at, the worst first; nothing where everything goes its way."""
    for one in found.unreadable[:MOST_NAMED]:
        yield _unreadable(one)
    paused = [setup for setup in setups if setup.paused_because is not None]
    for setup in paused[:MOST_NAMED]:
        yield _paused(setup)
    if rest := sum(max(0, len(group) - MOST_NAMED) for group in (found.unreadable, paused)):
        yield _note("Channel", f"{rest:,} more are paused or cannot be read", "paperboy channels list --json")
    if found.held:
        mend = "They go out when what is named above is mended, and end unsent when it comes too late."
        yield _note("On hold", f"{counted(len(found.held), 'digest')} for {_places(found.held)}", mend)
    if found.overdue:
        since = min(one.due_at for one in found.overdue)
        words = f"{_waits(len(found.overdue))} to be sent since {since:%d %B, %H:%M} UTC, for {_places(found.overdue)}"
        yield _note("Late", words, "Start the bot if it does not run; else its log tells what is in the way.")
    yield from _messages(found)


def _messages(found: Examination) -> Iterator[Finding]:
    for lost in found.dropped:
        words = f"{counted(lost.number, 'message')} to {lost.destination} in the last 7 days: {lost.problem}"
        yield _note("Given up", words)
    if found.to_publish:
        mend = "Look whether the channel is an announcement channel in which I may Send Messages and Manage Messages."
        yield _note("Late", f"{_waits(found.to_publish, 'message')} to be published", mend)
    if found.to_edit:
        words = f"{_waits(found.to_edit, 'message')} to be brought up to date"
        yield _note("Late", words, "Start the bot if it does not run; else its log tells what is in the way.")


def _unreadable(one: Unreadable) -> Finding:
    match one.what:
        case ChannelSetup() as setup:
            name, mend = f"setup {setup.id} ({setup.destination})", "Set it up anew with: /setup"
        case Person():
            name, mend = "the hour of somebody's topics", "They choose it anew with: /topics follow"
        case _:
            name, mend = f"the topic {one.what.query!r}", "Whoever follows it should unfollow it and write it anew."
    return Finding(about="Channel", verdict=Verdict.BAD, words=f"{name} cannot be used: {one.problem}", mend=mend)


def _paused(setup: ChannelSetup) -> Finding:
    go_on = f"Let it go on with: /channels resume {setup.id}"
    if setup.obstacle is Obstacle.LEFT:
        mend = INVITE_AGAIN
    else:
        steps = MENDED_BY.get(setup.obstacle, ()) if setup.obstacle else ()
        mend = " ".join((*steps, go_on))
    return _note("Channel", f"setup {setup.id} ({setup.destination}) is paused: {setup.paused_because}", mend)


def _places(deliveries: Sequence[Delivery]) -> str:
    places: dict[Destination, None] = dict.fromkeys(one.key.destination for one in deliveries)
    named = [str(place) for place in places][:MOST_NAMED]
    rest = len(places) - len(named)
    return listed([*named, *([f"{rest:,} more"] if rest else [])])


def _waits(number: int, noun: str = "digest") -> str:
    return f"{counted(number, noun)} {'waits' if number == 1 else 'wait'}"


def _note(about: str, words: str, mend: str = "") -> Finding:
    return Finding(about=about, verdict=Verdict.NOTE, words=words, mend=mend)
