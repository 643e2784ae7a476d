"""The real program for one round of deliveries, which kills itself with SIGKILL at a chosen step.

``run`` is what a process of its own does. ``step`` is one of ``STEPS`` or ``none``; its clock is ``ahead``, so that a
lease that a killed run left behind is over without anybody waiting for it. Settings come from the environment, as ever.
"""

import asyncio
import os
import signal
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from bot.app import open_resources
from bot.discord_ui.client import PaperboyClient, point_at
from bot.discord_ui.outbox import DiscordOutbox
from bot.ports import system_clock
from bot.services import delivery, dispatch
from bot.settings import load_settings
from bot.sources import http
from storage.deliveries import Deliveries

STEPS = (
    "before planning is written",
    "after planning",
    "before the claim is written",
    "after the claim",
    "before the request leaves",
    "after Discord accepted",
    "before sent is written",
    "after sent was written",
)
OF_EACH_MESSAGE = (
    "before the request leaves",
    "after Discord accepted",
    "before the message's note is written",
    "after the message's note was written",
)
"""Those that come for each message of a delivery again."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def doom(step: str, time: int) -> None:
    """Let the process die at ``step`` when it comes to it for the ``time``-th time.

    Only this test program is changed, and only in its own memory.
    """
    times = count(1)

    def after(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        async def doomed(*args: Any, **named: Any) -> Any:
            outcome = await original(*args, **named)
            if next(times) == time:
                die()
            return outcome

        setattr(owner, name, doomed)

    def before(owner: Any, name: str) -> None:
        original = getattr(owner, name)

        async def doomed(*args: Any, **named: Any) -> Any:
            if next(times) == time:
                die()
            return await original(*args, **named)

        setattr(owner, name, doomed)

    match step:
        case "before planning is written":
            after(Deliveries, "plan_all")
        case "after planning":
            before(Deliveries, "claim_all")
        case "before the claim is written":
            after(Deliveries, "claim_all")
        case "after the claim":
            before(DiscordOutbox, "obstacle")
        case "before the request leaves":
            before(DiscordOutbox, "send")
        case "after Discord accepted":
            after(DiscordOutbox, "send")
        case "before sent is written":
            after(Deliveries, "sent")
        case "before the message's note is written":
            after(Deliveries, "message_sent")
        case "after sent was written" | "after the message's note was written":
            after(delivery, "_note")


def run(environment: Mapping[str, str], step: str, ahead: timedelta, time: int = 1) -> None:
    """One tick as the running bot makes it."""
    os.environ.update(environment)
    http.FIRST_PAUSE = 0.0  # no source answers here, and waiting for it is not what dies
    doom(step, time)
    asyncio.run(_tick(ahead))


async def _tick(ahead: timedelta) -> None:
    settings = load_settings()
    assert settings.discord_token is not None
    point_at(settings.discord_api_url)

    def clock() -> datetime:
        return system_clock() + ahead

    async with open_resources(settings, clock=clock) as r, PaperboyClient(r, guilds_settle_in=0.05) as client:
        await client.sign_in(settings.discord_token.get_secret_value())
        connection = asyncio.create_task(client.connect())
        await client.connected(connection)
        await dispatch.tick(r, client.outbox)
