"""Discord's errors on the way to a destination, as the kinds that the ledger understands.

The codes are those of Discord's documentation; what a delivery does about each stands in the tables below.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import aiohttp
import discord

from bot.errors import OutboxError, Refused, RetryLater, SendUncertain, Unreachable
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
UNKNOWN_TAG = 10087
ALREADY_PUBLISHED = 40033
ARCHIVED = 50083

BAD_TOKEN_CODES = frozenset({40001, 50014})

WAITS: dict[int, timedelta] = {
    20016: SHORT_WAIT,  # slow mode
    20028: timedelta(minutes=5),  # the channel's write limit
    20029: timedelta(minutes=5),  # the server's write limit
    40003: LONG_WAIT,  # direct messages opened too fast
    40004: LONG_WAIT,  # sending is switched off for a while
    40006: LONG_WAIT,  # the feature is switched off for a while
    40333: LONG_WAIT,  # blocked by the proxy in front of Discord
    OVERLOADED: timedelta(minutes=1),
}

OBSTACLES: dict[int, tuple[Obstacle, str]] = {
    10003: (Obstacle.GONE, "This channel does not exist any more."),
    10004: (Obstacle.GONE, "Paperboy is not in this server any more."),
    10013: (Obstacle.GONE, "This person does not exist any more."),
    50007: (Obstacle.DM_CLOSED, "This person does not accept direct messages from Paperboy."),
    50278: (Obstacle.DM_CLOSED, "This person shares no server with Paperboy any more, so it cannot write to them."),
    40058: (Obstacle.WRONG_KIND, "This is a forum, which takes only new threads; choose a text channel or a thread."),
    50008: (Obstacle.WRONG_KIND, "No messages can be sent to this kind of channel; choose a text channel or a thread."),
    50024: (Obstacle.WRONG_KIND, "No messages can be sent to this kind of channel; choose a text channel or a thread."),
    50083: (
        Obstacle.PERMISSION,
        "This thread is archived and Paperboy may not open it again; open it or choose another.",
    ),
    160005: (Obstacle.PERMISSION, "This thread is locked; unlock it or let Paperboy have Manage Threads."),
    20026: (Obstacle.BLOCKED, "Discord has restricted this bot as possible spam; see the developer portal."),
}

REFUSALS: dict[int, str] = {
    10008: "This message was sent already and somebody deleted it within minutes.",
    20009: "Discord's filter for direct messages did not let this message through.",
    50006: "Discord says that the message is empty.",
    200000: "This server's AutoMod blocked the message.",
    240000: "Discord's filter for harmful links blocked the message.",
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
        return RetryLater(
            destination, f"Discord asks for patience ({_named(error)}).", retry_at=now + WAITS[error.code]
        )
    if error.status >= SERVER_FAILURE:
        return SendUncertain(destination, f"Discord failed without saying whether it sent ({_named(error)}).")
    if error.status == TOO_MANY_REQUESTS:
        return RetryLater(destination, "Discord refuses more requests for now.", retry_at=now + LONG_WAIT)
    if error.code in OBSTACLES:
        obstacle, words = OBSTACLES[error.code]
        return Unreachable(destination, words, obstacle=obstacle)
    if error.code in PERMISSION_CODES:
        return Unreachable(destination, _lacking(missing), obstacle=Obstacle.PERMISSION)
    if error.code in REFUSALS:
        return Refused(destination, REFUSALS[error.code])
    if error.status == FORBIDDEN and error.code == 0:
        # Without a code of Discord's it is its proxy that refuses: an address or a program that asks too much.
        return RetryLater(destination, "Discord's proxy blocks this machine for now.", retry_at=now + LONG_WAIT)
    return Refused(destination, f"Discord refuses this message ({_named(error)}): {detail(error)}")


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
