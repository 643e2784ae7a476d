"""The real program for one round of deliveries, which kills itself with SIGKILL at a chosen step.

Run as a process:

    python -m tests.acceptance.doomed_program STEP AHEAD

``STEP`` is one of ``STEPS`` or ``none``; ``AHEAD`` are the seconds by which its clock is ahead, so that a lease that a
killed run left behind is over without anybody waiting for it. Settings come from the environment, as ever.
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.app import open_resources
from bot.discord_ui.client import PaperboyClient, point_at
from bot.discord_ui.outbox import DiscordOutbox
from bot.ports import system_clock
from bot.services import delivery
from bot.settings import load_settings
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


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def doom(step: str) -> None:
    """Let the process die at ``step``. Only this test program is changed, and only in its own memory."""

    def after(cls: type, name: str) -> None:
        original = getattr(cls, name)

        async def doomed(self: Any, *args: Any, **kwargs: Any) -> Any:
            await original(self, *args, **kwargs)
            die()

        setattr(cls, name, doomed)

    def before(cls: type, name: str) -> None:
        async def doomed(*_: Any, **__: Any) -> None:
            die()

        setattr(cls, name, doomed)

    match step:
        case "before planning is written":
            after(Deliveries, "plan")
        case "after planning":
            before(Deliveries, "claim")
        case "before the claim is written":
            after(Deliveries, "claim")
        case "after the claim":
            before(DiscordOutbox, "missing_permissions")
        case "before the request leaves":
            before(DiscordOutbox, "send")
        case "after Discord accepted":
            after(DiscordOutbox, "send")
        case "before sent is written":
            after(Deliveries, "sent")
        case "after sent was written":
            original = delivery._sent

            async def sent_and_dead(*args: Any) -> None:
                await original(*args)
                die()

            delivery._sent = sent_and_dead


async def main(step: str, ahead: timedelta) -> None:
    """One tick as the running bot makes it."""
    settings = load_settings()
    assert settings.discord_token is not None
    point_at(settings.discord_api_url)

    def clock() -> datetime:
        return system_clock() + ahead

    doom(step)
    async with open_resources(settings) as opened:
        r = replace(opened, clock=clock)
        async with PaperboyClient(r) as client:
            await client.sign_in(settings.discord_token.get_secret_value())
            connection = asyncio.create_task(client.connect())
            await client.connected(connection)
            await delivery.tick(r, client.outbox)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], timedelta(seconds=float(sys.argv[2]))))
