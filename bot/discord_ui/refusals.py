"""Discord's errors on the way to a destination, as the kinds that the ledger understands.

The codes are those of Discord's documentation; what a delivery does about each stands in the tables below. What an
operation settles by itself (a message that is published already, a closed thread, a role or tag that is gone) comes
here only where that failed, too.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import aiohttp
import discord

from bot.discord_ui.pace import RefusedTooOften
from bot.errors import Filtered, OutboxError, Refused, RetryLater, SendUncertain, TooLarge, Unreachable
from storage.records import Destination, Obstacle

SHORT_WAIT = timedelta(seconds=30)
LONG_WAIT = timedelta(minutes=10)
"""After a block by Discord's proxy, or a limit that is meant against floods."""

UNAUTHORIZED = 401
TOO_MANY_REQUESTS = 429
FORBIDDEN = 403
SERVER_FAILURE = 500
OVERLOADED = 130000
LONGEST_DETAIL = 300

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
UNKNOWN_ROLE = 10011
UNKNOWN_TAG = 10087
WRONG_KIND = 50024
TOO_MANY_THREADS = frozenset({160006, 160007})
ALREADY_PUBLISHED = 40033
ARCHIVED = 50083

BAD_TOKEN_CODES = frozenset({40001, 50014})

MINUTE = timedelta(minutes=1)
WRITE_LIMIT = timedelta(minutes=5)
THREADS_CLOSE = timedelta(hours=1)
"""Threads close by themselves; which is next, and when, nobody tells."""

WAITS: dict[int, timedelta] = {
    20016: SHORT_WAIT,  # slow mode
    20022: LONG_WAIT,  # edits of a published message
    20028: WRITE_LIMIT,  # the channel's
    20029: WRITE_LIMIT,  # the server's
    30046: MINUTE,  # edits of messages older than an hour
    40003: LONG_WAIT,  # direct messages opened too fast
    40004: LONG_WAIT,  # sending is switched off for a while
    40006: LONG_WAIT,  # the feature is switched off for a while
    40062: MINUTE,  # something behind it is asked too much
    40333: LONG_WAIT,  # blocked by the proxy in front of Discord
    OVERLOADED: MINUTE,
    **dict.fromkeys(TOO_MANY_THREADS, THREADS_CLOSE),
}

NO_MESSAGES_HERE = "No messages can be sent to this kind of channel; choose a text channel or a thread."
NO_TAG = "This forum wants a tag on each post; choose tags for this setup that Paperboy may give."
OBSTACLES: dict[int, tuple[Obstacle, str]] = {
    UNKNOWN_CHANNEL: (Obstacle.GONE, "This channel does not exist any more."),
    10004: (Obstacle.LEFT, "Paperboy is not in this server any more."),
    10007: (Obstacle.GONE, "This person does not exist any more."),
    10013: (Obstacle.GONE, "This person does not exist any more."),
    20026: (Obstacle.BLOCKED, "Discord has restricted this bot as possible spam; see the developer portal."),
    40058: (Obstacle.WRONG_KIND, "This is a forum, which takes only new threads; choose a text channel or a thread."),
    40066: (Obstacle.TAG_NEEDED, NO_TAG),
    40067: (Obstacle.TAG_NEEDED, NO_TAG),
    50007: (Obstacle.DM_CLOSED, "This person does not accept direct messages from Paperboy."),
    50008: (Obstacle.WRONG_KIND, NO_MESSAGES_HERE),
    50024: (Obstacle.WRONG_KIND, NO_MESSAGES_HERE),
    50278: (Obstacle.DM_CLOSED, "This person shares no server with Paperboy any more, so it cannot write to them."),
    ARCHIVED: (
        Obstacle.PERMISSION,
        "This thread is archived and Paperboy may not open it again; open it or choose another.",
    ),
    160005: (Obstacle.PERMISSION, "This thread is locked; unlock it or let Paperboy have Manage Threads."),
}

TOO_LARGE: dict[int, str] = {
    40005: "The message is too large for Discord.",
    50045: "A file of the message is too large for Discord.",
}
INVALID_FORM = 50035
ABOUT_SIZE = re.compile(r"in length|exceed|too (?:long|large|many)", re.IGNORECASE)
"""In what Discord says of an invalid form; whatever else is wrong with one is not mended by fewer words."""

FILTERED: dict[int, str] = {
    20009: "Discord's filter for direct messages did not let this message through.",
    20031: "Discord does not allow some word of the title.",
    200000: "This server's AutoMod blocked the message.",
    200001: "This server's AutoMod blocked the title.",
    240000: "Discord's filter for harmful links blocked the message.",
}

REFUSALS: dict[int, str] = {
    UNKNOWN_MESSAGE: "This message was sent already and somebody deleted it within minutes.",
    UNKNOWN_ROLE: "The role that was to be mentioned does not exist any more.",
    UNKNOWN_TAG: "The forum's tags changed while this was posted.",
    50005: "This message is somebody else's, so it cannot be changed.",
    50006: "Discord says that the message is empty.",
    50068: "Discord does not publish this kind of message.",
}

PERMISSION_CODES = frozenset({50001, 50013})


def is_bad_token(error: Exception) -> bool:
    """The token itself is refused: every further request would be, too."""
    return isinstance(error, discord.HTTPException) and (error.status == UNAUTHORIZED or error.code in BAD_TOKEN_CODES)


def outbox_error(
    error: Exception, destination: Destination, *, now: datetime, missing: Sequence[str] = (), in_doubt: bool = False
) -> OutboxError:
    """What ``error`` means for a delivery.

    ``missing`` are the permissions that are known to lack; ``in_doubt`` says that some try may have been accepted,
    which outweighs whatever the last one was told.
    """
    if in_doubt and not (isinstance(error, discord.HTTPException) and error.code == OVERLOADED):
        return SendUncertain(destination, f"No clear answer came from Discord ({_named(error)}).")
    match error:
        case discord.RateLimited():
            wait = timedelta(seconds=error.retry_after)
            if isinstance(error, RefusedTooOften):
                words = "Discord refused so much of late that Paperboy asks for nothing for a while."
                return RetryLater(destination, words, retry_at=now + wait)
            return RetryLater(destination, "Discord's rate limit is spent.", retry_at=now + wait)
        case discord.HTTPException():
            return _refusal(error, destination, now, missing)
        case TimeoutError() | aiohttp.ClientError() | OSError():
            words = f"Discord could not be reached ({_named(error)}); nothing was sent."
            return RetryLater(destination, words, retry_at=now + SHORT_WAIT)
        case _:
            return SendUncertain(destination, f"Something unexpected happened while sending ({_named(error)}).")


def _refusal(
    error: discord.HTTPException, destination: Destination, now: datetime, missing: Sequence[str]
) -> OutboxError:
    if is_bad_token(error):
        return RetryLater(destination, "Discord refuses the bot's token.", retry_at=now + LONG_WAIT)
    if error.code in WAITS:
        wait = max(WAITS[error.code], _told_to_wait(error))
        return RetryLater(destination, f"Discord asks for patience ({_named(error)}).", retry_at=now + wait)
    if error.status >= SERVER_FAILURE:
        return SendUncertain(destination, f"Discord failed without saying whether it sent ({_named(error)}).")
    if error.status == TOO_MANY_REQUESTS:
        wait = max(LONG_WAIT, _told_to_wait(error))
        return RetryLater(destination, "Discord refuses more requests for now.", retry_at=now + wait)
    if error.code in OBSTACLES:
        obstacle, words = OBSTACLES[error.code]
        return Unreachable(destination, words, obstacle=obstacle)
    if error.code in PERMISSION_CODES:
        return Unreachable(destination, _lacking(missing), obstacle=Obstacle.PERMISSION)
    if error.code in TOO_LARGE or (error.code == INVALID_FORM and ABOUT_SIZE.search(error.text)):
        return TooLarge(destination, TOO_LARGE.get(error.code, f"Discord finds it too large: {detail(error)}"))
    if error.code in FILTERED:
        return Filtered(destination, FILTERED[error.code])
    if error.code in REFUSALS:
        return Refused(destination, REFUSALS[error.code])
    if error.status == FORBIDDEN and error.code == 0:
        # Without a code of Discord's it is its proxy that refuses: an address or a program that asks too much.
        return RetryLater(destination, "Discord's proxy blocks this machine for now.", retry_at=now + LONG_WAIT)
    return Refused(destination, f"Discord refuses this message ({_named(error)}): {detail(error)}")


def _told_to_wait(error: discord.HTTPException) -> timedelta:
    """As its answer says; nothing where it says nothing."""
    try:
        return timedelta(seconds=float(error.response.headers.get("Retry-After", 0)))
    except (ValueError, OverflowError):
        return timedelta(0)


def _lacking(missing: Sequence[str]) -> str:
    if missing:
        return f"Paperboy lacks permission here: {', '.join(missing)}."
    return "Paperboy lacks permission here; it needs View Channel, Send Messages, Embed Links and Read Message History."


def detail(error: discord.HTTPException) -> str:
    """What Discord objects to, on one line and short enough for a log or a status."""
    words = re.sub(r"\s+", " ", error.text).strip() or "no reason given"
    return words if len(words) <= LONGEST_DETAIL else f"{words[: LONGEST_DETAIL - 1]}…"


def _named(error: Exception) -> str:
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}" if error.code else f"HTTP {error.status}"
    return type(error).__name__
