"""What each of Discord's refusals means for a delivery."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.discord_ui.pace import RefusedTooOften
from bot.discord_ui.refusals import (
    BAD_TOKEN_CODES,
    FILTERED,
    INVALID_FORM,
    LONG_WAIT,
    OBSTACLES,
    PERMISSION_CODES,
    REFUSALS,
    TOO_LARGE,
    WAITS,
    is_bad_token,
    outbox_error,
)
from bot.errors import Filtered, OutboxError, Refused, RetryLater, SendUncertain, TooLarge, Unreachable
from storage.records import Obstacle
from tests.builders import BASE, CHANNEL


def answered(status: int, code: int = 0, message: str = "refused", **headers: str) -> discord.HTTPException:
    """The exception that discord.py makes of an answer of Discord's."""
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(status, discord.HTTPException)
    if status >= 500:
        kind = discord.DiscordServerError
    response: Any = SimpleNamespace(status=status, reason="", headers=headers)
    return kind(response, {"code": code, "message": message})


def meaning(error: Exception, **facts: Any) -> OutboxError:
    return outbox_error(error, CHANNEL, now=BASE, **facts)


GONE, LEFT, PERMISSION = Obstacle.GONE, Obstacle.LEFT, Obstacle.PERMISSION
WRONG_KIND, TAG_NEEDED, DM_CLOSED = Obstacle.WRONG_KIND, Obstacle.TAG_NEEDED, Obstacle.DM_CLOSED

OUTCOMES: dict[int, tuple[int, type[OutboxError], Obstacle | timedelta | None]] = {
    0: (401, RetryLater, LONG_WAIT),
    10003: (404, Unreachable, GONE),
    10004: (404, Unreachable, LEFT),
    10007: (404, Unreachable, GONE),
    10008: (404, Refused, None),
    10011: (404, Refused, None),
    10013: (404, Unreachable, GONE),
    10087: (404, Refused, None),
    20009: (400, Filtered, None),
    20016: (400, RetryLater, timedelta(seconds=30)),
    20022: (400, RetryLater, LONG_WAIT),
    20026: (403, Unreachable, Obstacle.BLOCKED),
    20028: (400, RetryLater, timedelta(minutes=5)),
    20029: (400, RetryLater, timedelta(minutes=5)),
    20031: (400, Filtered, None),
    30046: (429, RetryLater, timedelta(minutes=1)),
    40001: (401, RetryLater, LONG_WAIT),
    40003: (403, RetryLater, LONG_WAIT),
    40004: (403, RetryLater, LONG_WAIT),
    40005: (413, TooLarge, None),
    40006: (403, RetryLater, LONG_WAIT),
    40058: (400, Unreachable, WRONG_KIND),
    40062: (429, RetryLater, timedelta(minutes=1)),
    40066: (400, Unreachable, TAG_NEEDED),
    40067: (400, Unreachable, TAG_NEEDED),
    40333: (403, RetryLater, LONG_WAIT),
    50001: (403, Unreachable, PERMISSION),
    50005: (403, Refused, None),
    50006: (400, Refused, None),
    50007: (403, Unreachable, DM_CLOSED),
    50008: (400, Unreachable, WRONG_KIND),
    50013: (403, Unreachable, PERMISSION),
    50014: (401, RetryLater, LONG_WAIT),
    50024: (400, Unreachable, WRONG_KIND),
    50035: (400, Refused, None),
    50045: (400, TooLarge, None),
    50068: (400, Refused, None),
    50083: (400, Unreachable, PERMISSION),
    50278: (403, Unreachable, DM_CLOSED),
    130000: (503, RetryLater, timedelta(minutes=1)),
    160005: (400, Unreachable, PERMISSION),
    160006: (400, RetryLater, timedelta(hours=1)),
    160007: (400, RetryLater, timedelta(hours=1)),
    200000: (400, Filtered, None),
    200001: (400, Filtered, None),
    240000: (400, Filtered, None),
    99999: (400, Refused, None),
}
"""What Discord can say of a message, a forum post, an edit, a publication or a new thread; the last one is unknown."""


@pytest.mark.parametrize("code", OUTCOMES)
def test_each_code_has_its_outcome(code: int) -> None:
    status, kind, fact = OUTCOMES[code]
    error = meaning(answered(status, code))
    assert type(error) is kind
    match error:
        case Unreachable():
            assert error.obstacle is fact
        case RetryLater():
            assert error.retry_at - BASE == fact
        case _:
            assert fact is None


def test_no_code_is_known_without_standing_in_the_table() -> None:
    known = {*WAITS, *OBSTACLES, *TOO_LARGE, *FILTERED, *REFUSALS, *PERMISSION_CODES, *BAD_TOKEN_CODES, INVALID_FORM}
    assert known <= set(OUTCOMES)


def test_an_unknown_code_is_told_as_it_came() -> None:
    assert str(meaning(answered(400, 99999, "Only on Tuesdays"))) == (
        "Discord refuses this message (HTTP 400, code 99999): Only on Tuesdays"
    )


@pytest.mark.parametrize(
    "words",
    [
        "Must be 4000 or fewer in length.",
        "Must be between 1 and 100 in length.",
        "The total text size exceeds the maximum of 4000",
    ],
)
def test_an_invalid_form_that_is_only_too_long_can_be_made_smaller(words: str) -> None:
    assert isinstance(meaning(answered(400, 50035, words)), TooLarge)


def test_a_wait_that_discord_names_is_kept_where_it_is_longer_than_ours() -> None:
    for code, status, wait in ((30046, 429, 300), (20028, 400, 900), (0, 429, 3600)):
        later = meaning(answered(status, code, "wait", **{"Retry-After": str(wait)}))
        assert isinstance(later, RetryLater)
        assert later.retry_at == BASE + timedelta(seconds=wait)


def test_a_wait_that_is_no_number_is_passed_over() -> None:
    later = meaning(answered(429, 0, "wait", **{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}))
    assert isinstance(later, RetryLater)
    assert later.retry_at == BASE + LONG_WAIT


def test_too_many_refusals_of_late_are_waited_out() -> None:
    later = meaning(RefusedTooOften(420.0))
    assert isinstance(later, RetryLater)
    assert later.retry_at == BASE + timedelta(minutes=7)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_a_failing_server_leaves_it_open_whether_the_message_was_sent(status: int) -> None:
    assert isinstance(meaning(answered(status)), SendUncertain)


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (answered(429), LONG_WAIT),
        (answered(403), LONG_WAIT),
        (discord.RateLimited(95.0), timedelta(seconds=95)),
        (TimeoutError(), timedelta(seconds=30)),
        (aiohttp.ServerDisconnectedError(), timedelta(seconds=30)),
        (OSError("no route"), timedelta(seconds=30)),
    ],
    ids=str,
)
def test_where_nothing_was_sent_it_is_tried_again_later(error: Exception, wait: timedelta) -> None:
    later = meaning(error)
    assert isinstance(later, RetryLater)
    assert later.retry_at == BASE + wait


@pytest.mark.parametrize(
    "error", [answered(403, 50013), answered(429), discord.RateLimited(95.0), TimeoutError(), OSError()], ids=str
)
def test_a_refusal_after_a_try_without_answer_does_not_count_as_nothing_sent(error: Exception) -> None:
    assert isinstance(meaning(error, in_doubt=True), SendUncertain)


def test_what_is_missing_is_named() -> None:
    error = meaning(answered(403, 50013), missing=("Send Messages", "Embed Links"))
    assert str(error) == "Paperboy lacks permission here: Send Messages, Embed Links."


def test_the_reason_for_a_refusal_is_kept_short_and_on_one_line() -> None:
    error = meaning(answered(400, 50035, "Invalid\nForm\tBody " + "x" * 5000))
    assert "HTTP 400, code 50035" in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 400


def test_an_unknown_failure_is_taken_as_uncertain() -> None:
    assert isinstance(meaning(RuntimeError("surprise")), SendUncertain)


@pytest.mark.parametrize(
    ("error", "bad"),
    [(answered(401), True), (answered(403, 50014), True), (answered(403, 50013), False), (OSError(), False)],
    ids=str,
)
def test_a_bad_token_is_told_from_a_missing_permission(error: Exception, bad: bool) -> None:
    assert is_bad_token(error) is bad
