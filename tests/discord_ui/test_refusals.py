"""What each of Discord's refusals means for a delivery."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.discord_ui.refusals import LONG_WAIT, is_bad_token, outbox_error
from bot.errors import OutboxError, Refused, RetryLater, SendUncertain, Unreachable
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


@pytest.mark.parametrize(
    ("code", "status", "obstacle"),
    [
        (10003, 404, Obstacle.GONE),
        (10004, 404, Obstacle.GONE),
        (10013, 404, Obstacle.GONE),
        (50001, 403, Obstacle.PERMISSION),
        (50013, 403, Obstacle.PERMISSION),
        (160005, 403, Obstacle.PERMISSION),
        (50007, 403, Obstacle.DM_CLOSED),
        (50278, 403, Obstacle.DM_CLOSED),
        (40058, 400, Obstacle.WRONG_KIND),
        (50024, 400, Obstacle.WRONG_KIND),
        (20026, 403, Obstacle.BLOCKED),
    ],
)
def test_what_a_person_has_to_mend_is_unreachable(code: int, status: int, obstacle: Obstacle) -> None:
    error = meaning(answered(status, code))
    assert isinstance(error, Unreachable)
    assert error.obstacle is obstacle


@pytest.mark.parametrize(("code", "status"), [(50035, 400), (50006, 400), (200000, 400), (10008, 404), (99999, 400)])
def test_a_message_that_discord_will_never_take_is_refused(code: int, status: int) -> None:
    assert isinstance(meaning(answered(status, code)), Refused)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
def test_a_failing_server_leaves_it_open_whether_the_message_was_sent(status: int) -> None:
    assert isinstance(meaning(answered(status)), SendUncertain)


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (answered(400, 20016), timedelta(seconds=30)),
        (answered(403, 40004), LONG_WAIT),
        (answered(403, 40003), LONG_WAIT),
        (answered(503, 130000), timedelta(minutes=1)),
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
