"""Channel setups: made, shown, listed, paused, resumed, removed, and what they lack."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.reports import SetupHealth
from bot.render import phrases
from bot.render.actions import ChannelAct, ChannelAction, ConfirmSetup, Recheck, encode
from bot.render.limits import roomiest
from bot.render.phrases import ago, command, fine, heading, place, sentence, strong, text, when
from bot.render.post import Block, Button, ButtonLook, Buttons, Inline, Listing, Paragraph, Post, Section, Span
from bot.render.terms import in_short, terms
from storage.records import ChannelSetup, Delivery, DeliveryState, Destination, Obstacle

NEEDED_FOR = {
    "View Channel": "so that the channel exists for me",
    "Send Messages": "to post the digest",
    "Send Messages in Threads": "to post the digest in this thread",
    "Embed Links": "so that the papers' links work",
    "Read Message History": "to look, after a crash, whether a digest has arrived, so that it never comes twice",
    "Attach Files": "to send files that you asked for",
    "Create Public Threads": "to open threads",
    "Manage Threads": "to write in a locked thread, and to give tags that only moderators may give",
    "Mention @everyone, @here, and All Roles": "to mention a role that does not let everybody mention it",
}
MOST_WITH_BUTTONS = 10
MOST_LISTED = 25
SIZES = range(0, 201, 10)

ENDS = {
    DeliveryState.SENT: "Last digest sent",
    DeliveryState.SKIPPED: "Last digest skipped",
    DeliveryState.FAILED: "Last digest failed",
    DeliveryState.UNREACHABLE: "Last digest could not be delivered",
    DeliveryState.PLANNED: "A digest waits to be sent, since",
    DeliveryState.SENDING: "A digest is on its way, since",
}


def setup_done(setup: ChannelSetup, *, next_due: datetime | None, missing: Sequence[str] = ()) -> Post:
    """A setup that was just made: what will come, where, when, and what it still lacks."""
    blocks: list[Block] = [
        heading("Setup is complete" if not missing else "Almost there", level=3),
        *terms(setup, next_due),
    ]
    if missing:
        blocks.extend(_missing(setup.destination, missing, "then the next digest comes as planned"))
    buttons = (_act(setup, ChannelAct.PREVIEW), _act(setup, ChannelAct.POST), _act(setup, ChannelAct.REMOVE))
    return Post((*blocks, Buttons(buttons)))


def setup_preview(
    setup: ChannelSetup, *, next_due: datetime | None, missing: Sequence[str] = (), beside: Sequence[ChannelSetup] = ()
) -> Post:
    """A setup that waits for its confirmation; the digest that it would post is shown beside it.

    ``beside`` are the setups that the channel has already: nobody should get a second digest without knowing.
    """
    blocks: list[Block] = [heading("Does this look right?", level=3), *terms(setup, next_due), *_beside(beside)]
    if missing:
        blocks.extend(_missing(setup.destination, missing, "then press Start"))
    start = Button("Start", action=encode(ConfirmSetup(setup.id)), look=ButtonLook.PRIMARY)
    return Post((*blocks, Buttons((start, _act(setup, ChannelAct.PREVIEW), _act(setup, ChannelAct.REMOVE, "Discard")))))


def edited(setup: ChannelSetup, *, next_due: datetime | None, missing: Sequence[str] = ()) -> Post:
    """A setup with other terms than before, as it is now."""
    blocks: list[Block] = [heading("Changed", level=3), *terms(setup, next_due if _runs(setup) else None)]
    if missing:
        blocks.extend(_missing(setup.destination, missing, "then the next digest comes as planned"))
    elif setup.paused_because is not None:
        blocks.append(text(f"It is still paused. {sentence(phrases.line(setup.paused_because, 300))}"))
    then = ChannelAct.PAUSE if _runs(setup) else ChannelAct.RESUME
    return Post((*blocks, Buttons((_act(setup, ChannelAct.PREVIEW), _act(setup, then)))))


def missing_permissions(destination: Destination, missing: Sequence[str]) -> Post:
    """What Paperboy may not do in a place, what it needs each for, and how to allow it."""
    return Post((heading("I lack permissions", level=3), *_missing(destination, missing, "then try again")))


def channel_list(setups: Sequence[SetupHealth], now: datetime) -> Post:
    """Every setup with its state, its next digest and how the last one ended."""
    if not setups:
        words = ("No channel of this server gets digests yet. Someone who may manage the server can start with ",)
        return Post((heading("No channels yet", level=3), text(*words, command("/setup"), ".")))
    title = heading(f"{phrases.counted(len(setups), 'channel setup')}", level=3)
    rest = len(setups) - MOST_LISTED

    def build(size: int) -> Post:
        blocks: list[Block] = [title]
        blocks.extend(
            Section((Paragraph(_state(health, now, size)),), _pause_or_resume(health.setup))
            for health in setups[:MOST_WITH_BUTTONS]
        )
        if others := tuple(_short_state(health) for health in setups[MOST_WITH_BUTTONS:MOST_LISTED]):
            blocks.append(Listing(others))
        if rest > 0:
            blocks.append(fine(f"and {rest:,} more"))
        return Post(
            (*blocks, fine("Change one with /channels edit, pause, resume, remove, post or preview and its number."))
        )

    return roomiest(SIZES, build)


def paused(setup: ChannelSetup) -> Post:
    """A setup that sends nothing for now."""
    words = text("Nothing more comes to ", place(setup.destination), " until you resume it. Its settings are kept.")
    return Post((heading("Paused", level=3), words, Buttons((_act(setup, ChannelAct.RESUME),))))


def paused_by_hand(setup: ChannelSetup) -> Post:
    """Asked to look again at a setup that somebody of its server has paused meanwhile: that is theirs to undo."""
    words = ("Somebody paused ", place(setup.destination), f" (setup {setup.id}) since then, so I leave it as it is. ")
    mend = ("In the server it goes on with ", command(f"/channels resume {setup.id}"), ".")
    return Post((heading("Paused by hand", level=3), text(*words, *mend)))


def resumed(setup: ChannelSetup, *, next_due: datetime | None) -> Post:
    """A setup that goes on."""
    return Post((heading("Running again", level=3), *terms(setup, next_due), Buttons((_act(setup, ChannelAct.PAUSE),))))


def confirm_remove(setup: ChannelSetup) -> Post:
    """Ask before a setup is forgotten."""
    words = text("No more digests would come to ", place(setup.destination), ". What was posted there stays.")
    return Post((heading("Remove this setup?", level=3), words, Buttons((_act(setup, ChannelAct.REMOVE, "Remove"),))))


def removed(setup: ChannelSetup) -> Post:
    """A setup that is gone."""
    words = text(
        "No more digests come to ", place(setup.destination), ". Start anew at any time with ", command("/setup"), "."
    )
    return Post((heading("Removed", level=3), words))


def posted(setup: ChannelSetup, delivery: Delivery) -> Post:
    """What became of a digest that was asked for at once."""
    where = place(setup.destination)
    problem = sentence(phrases.line(delivery.problem or "", 400))
    match delivery.state:
        case DeliveryState.SENT:
            words = (f"I posted {phrases.counted(len(delivery.paper_ids), 'paper')} to ", where, ".")
            return Post((heading("Posted", level=3), text(*words)))
        case DeliveryState.SKIPPED:
            return Post((heading("Nothing to post", level=3), text("I posted nothing to ", where, f". {problem}")))
        case DeliveryState.PLANNED | DeliveryState.SENDING:
            words = ("The digest for ", where, f" is on its way; Discord asks for patience. {problem}")
            return Post((heading("On its way", level=3), text(*words)))
        case DeliveryState.FAILED | DeliveryState.UNREACHABLE:
            return Post((heading("Not posted", level=3), text("I could not post to ", where, f". {problem}")))


# --- a setup that a problem paused ---

IN_THE_SETTINGS = "Open the channel's settings, and there Permissions."
MENDED_BY = {
    Obstacle.PERMISSION: (IN_THE_SETTINGS, "Add me or one of my roles, and allow what is named above."),
    Obstacle.GONE: (
        "If the channel is only hidden from me: open its settings, and there Permissions, and allow me View Channel.",
        "If it was deleted: choose another with /channels edit, or end this setup with /channels remove.",
    ),
    Obstacle.WRONG_KIND: (
        "Choose another channel, or a layout that it takes, with /channels edit.",
        "Or end this setup with /channels remove.",
    ),
    Obstacle.TAG_NEEDED: (
        "With /channels edit give this setup tags that the forum has, one of them for every paper, as in Papers: *",
        "Or open the forum's settings and switch off “Require people to select tags when posting”.",
    ),
}
HELD = "What was due waits for as long as a late digest may still come. I look again by myself from time to time, too."


def paused_notice(setup: ChannelSetup, token: str, problem: str = "", *, guild: str = "") -> Post:
    """To somebody who can mend it: which channel is on hold, why, how to mend that, and a button to look again.

    ``token`` is the message's own, and its marker; ``problem`` what was in the way when it was written, else what
    paused the setup; ``guild`` the name of the server, where it is known.
    """
    blocks = (heading("A digest is on hold", level=3), *_stuck(setup, problem, guild), fine(HELD))
    return Post((*blocks, Buttons((_check_again(setup, token),))))


def recheck_failed(setup: ChannelSetup, token: str, problem: str) -> Post:
    """The button was pressed, and ``problem`` is still in the way."""
    return Post((heading("Not yet", level=3), *_stuck(setup, problem, ""), Buttons((_check_again(setup, token),))))


def recheck_done(setup: ChannelSetup, *, next_due: datetime | None) -> Post:
    """The button was pressed, and nothing is in the way any more."""
    words = text("I can post in ", place(setup.destination), " again. What waited goes out now, if it is not too late.")
    following = (text(strong("Next digest"), ": ", when(next_due, setup.schedule.zone)),) if next_due else ()
    return Post((heading("Running again", level=3), words, *following))


def on_hold(setups: Sequence[ChannelSetup]) -> Post:
    """Said beside an answer to somebody who may mend it: these setups a problem has paused."""
    if len(setups) == 1:
        blocks = _stuck(setups[0], "", "", "Press Resume.")
        return Post((heading("A digest is on hold", level=3), *blocks, Buttons((_act(setups[0], ChannelAct.RESUME),))))
    shown = setups[:MOST_WITH_BUTTONS]

    def build(size: int) -> Post:
        listed = [Section((Paragraph(_reason(one, size)),), _act(one, ChannelAct.RESUME)) for one in shown]
        more = (fine(f"and {len(setups) - len(shown):,} more; see /channels list"),) if len(setups) > len(shown) else ()
        words = "I cannot post there until somebody mends it. Then press Resume."
        return Post((heading(f"{len(setups):,} digests are on hold", level=3), text(words), *listed, *more))

    return roomiest(SIZES, build)


def _reason(setup: ChannelSetup, size: int) -> tuple[Inline, ...]:
    words = sentence(phrases.line(setup.paused_because or "", size))
    return (strong(f"{setup.id}: "), place(setup.destination), Span(f"\n{words}" if words else ""))


def _stuck(setup: ChannelSetup, problem: str, guild: str, then: str = "Press Check again.") -> list[Block]:
    where: list[Inline | str] = ["I cannot post in ", place(setup.destination)]
    if guild:
        where.append(f" of {phrases.line(guild, 100)}")
    reason = sentence(phrases.line(problem or setup.paused_because or "", 400))
    steps = MENDED_BY.get(setup.obstacle or Obstacle.PERMISSION, ("Mend what is named above.",))
    entries = tuple((Span(step),) for step in (*steps, then))
    return [
        text(*where, f" (setup {setup.id}), so its digests wait. {reason}"),
        text(strong("How to mend it")),
        Listing(entries, numbered=True),
    ]


def _check_again(setup: ChannelSetup, token: str) -> Button:
    action = encode(Recheck(setup.id, token))
    return Button("Check again", action=action, look=ButtonLook.PRIMARY, command=f"/channels resume {setup.id}")


# --- parts ---


def _runs(setup: ChannelSetup) -> bool:
    return setup.paused_because is None


def _beside(others: Sequence[ChannelSetup]) -> list[Block]:
    if not others:
        return []
    if len(others) == 1:
        digests, mend = f"a digest {phrases.hours(others[0].schedule)}", f"/channels remove {others[0].id}"
    else:
        digests, mend = phrases.counted(len(others), "digest"), "/channels remove"
    words = (
        f"This channel gets {digests} already; the new one comes beside it. To have only the new one, end the old with "
    )
    return [text(words, command(mend), ".")]


def _missing(destination: Destination, missing: Sequence[str], then: str) -> list[Block]:
    entries = tuple(
        (strong(phrases.line(name, 60)), Span(f", {NEEDED_FOR.get(name, 'to deliver the digest')}"))
        for name in missing[:10]
    )
    mend = f"Allow them for me in the channel's settings, under Permissions; {then}."
    return [text("In ", place(destination), " I still need:"), Listing(entries), text(mend)]


def _state(health: SetupHealth, now: datetime, size: int) -> tuple[Inline, ...]:
    setup = health.setup
    line: list[Inline] = [
        strong(f"{setup.id}: "),
        place(setup.destination),
        Span(f"\n{in_short(setup, size)}\n"),
    ]
    if setup.paused_because is not None:
        reason = phrases.line(setup.paused_because, size)
        line.append(Span(f"Paused: {reason}" if reason else "Paused"))
    elif health.next_due:
        line += [Span("Next digest "), ago(health.next_due, now)]
    else:
        line.append(Span("No digest is planned"))
    if health.last and health.last.is_held:
        until = when(health.last.expires_at, setup.schedule.zone)
        line += [Span("\nA digest is on hold; it may still come until "), until]
    elif health.last:
        line += [Span(f"\n{ENDS[health.last.state]} "), ago(health.last.ended_at or health.last.planned_at, now)]
    return tuple(line)


def _short_state(health: SetupHealth) -> tuple[Inline, ...]:
    state = "running" if health.setup.paused_because is None else "paused"
    return (strong(f"{health.setup.id}: "), place(health.setup.destination), Span(f", {state}"))


def _pause_or_resume(setup: ChannelSetup) -> Button:
    return _act(setup, ChannelAct.PAUSE if setup.paused_because is None else ChannelAct.RESUME)


LABELS = {
    ChannelAct.PAUSE: "Pause",
    ChannelAct.RESUME: "Resume",
    ChannelAct.REMOVE: "Remove",
    ChannelAct.POST: "Post now",
    ChannelAct.PREVIEW: "Preview",
}


def _act(setup: ChannelSetup, act: ChannelAct, label: str | None = None) -> Button:
    look = ButtonLook.DANGER if act is ChannelAct.REMOVE else ButtonLook.SECONDARY
    return Button(
        label or LABELS[act],
        action=encode(ChannelAction(setup.id, act)),
        look=look,
        command=f"/channels {act} {setup.id}",
    )
