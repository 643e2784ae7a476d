"""Every try on its way to Discord is paced, and an end is made of asking in vain; answers to people never wait."""

import asyncio

import pytest

from bot.discord_ui import pace
from bot.discord_ui.client import PaperboyClient
from bot.discord_ui.outbox import LOOK_WITHIN, SEND_WITHIN
from bot.discord_ui.pace import Pacer, Refusals
from bot.errors import RetryLater
from bot.ports import Envelope
from bot.services.delivery import LEASE
from tests.discord_ui.conftest import Lab
from tests.discord_ui.test_outbox_on_discord import MESSAGES, TOKEN, post, to
from tests.standins.discord import Answer, TooManyRequests

REFUSED = Answer(403, {"code": 50013, "message": "Missing Permissions"})


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """One entry for each turn that was taken, and none is waited for."""
    taken: list[float] = []

    async def turn(_: Pacer) -> None:
        taken.append(asyncio.get_running_loop().time())

    monkeypatch.setattr(Pacer, "turn", turn)
    return taken


async def test_each_try_takes_a_turn_also_those_that_discord_py_makes_by_itself(
    lab: Lab, turns: list[float], client: PaperboyClient
) -> None:
    signed_in = len(turns)
    assert signed_in == len(lab.discord.requests)
    lab.discord.script("POST", MESSAGES, TooManyRequests(retry_after=0.01), times=2)
    await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert len(turns) - signed_in == 3


async def test_an_answer_to_a_person_takes_none(
    lab: Lab, client: PaperboyClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: Pacer) -> None:
        raise AssertionError("an interaction waited in the queue")

    monkeypatch.setattr(Pacer, "turn", never)
    assert (await lab.guest.slash(lab.papers, "help")).text
    await lab.admin.slash(lab.papers, "setup", zone="Europe/Berlin")
    assert any(request.path.startswith("/webhooks/") for request in lab.discord.requests)


async def test_a_limit_of_the_whole_bot_holds_the_queue(
    lab: Lab, client: PaperboyClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[float] = []
    monkeypatch.setattr(Pacer, "hold", lambda _, seconds: held.append(seconds))
    lab.discord.script("POST", MESSAGES, TooManyRequests(retry_after=0.01))
    lab.discord.script("POST", MESSAGES, TooManyRequests(retry_after=0.01, scope="global"))
    await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert held == [1.0]


async def test_after_too_many_refusals_only_people_are_answered(
    lab: Lab, client: PaperboyClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[object] = []
    monkeypatch.setattr(Refusals, "note", lambda _: counted.append(None))
    shared, own = TooManyRequests(retry_after=0.01, scope="shared"), TooManyRequests(retry_after=0.01)
    for fault in (shared, own, Answer(404, {"code": 10003, "message": "Unknown Channel"}), REFUSED):
        lab.discord.script("POST", MESSAGES, fault)
    for _ in range(2):
        with pytest.raises(Exception, match=r"channel|permission"):
            await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert len(counted) == 2, "what others spent does not count, nor what is not there"

    def closed(_: Refusals) -> None:
        raise pace.RefusedTooOften(400.0)

    monkeypatch.setattr(Refusals, "check", closed)
    asked = len(lab.discord.requests_to("create_message"))
    with pytest.raises(RetryLater, match="asks for nothing"):
        await client.outbox.send(to(lab.papers), post(), Envelope(token=TOKEN))
    assert len(lab.discord.requests_to("create_message")) == asked
    assert (await lab.guest.slash(lab.papers, "help")).text


def test_whoever_looks_and_then_sends_is_done_before_anybody_takes_the_delivery_over() -> None:
    looks = 2  # for the message, and for what is in its way
    assert looks * LOOK_WITHIN + SEND_WITHIN < LEASE.total_seconds()
