"""The real program as the chaos harness runs it: ``bot.app.run_discord`` in a process of its own, with two differences.

Its clock can be moved from outside while it runs, so that leases and days pass without anybody waiting; and its heart
beats faster. ``sabotage`` names one of ``SABOTAGE``: a mistake put into this process, which the harness has to see.
"""

import asyncio
import logging
import mmap
import os
import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial, partialmethod
from pathlib import Path
from typing import Any

from discord.http import HTTPClient

import bot.scheduler
from bot import app, logs
from bot.discord_ui import client, forum, wire
from bot.discord_ui.outbox import DiscordOutbox
from bot.errors import RetryLater, SendUncertain
from bot.ports import system_clock
from bot.services import delivery, upkeep
from bot.settings import load_settings
from storage.deliveries import Claimed, Deliveries
from storage.messages import Errand, Messages
from storage.records import Delivery, Message

FORMAT = "d"
QUICK = {"SEND": 0.1, "KEEP_TRUE": 0.3, "LOOK_AT_OBSTACLES": 1.0, "REFRESH": 1.0}
"""Seconds between two beats, by their names in ``bot.app``."""

QUICK_TICK = timedelta(seconds=0.2)

QUICK_WAIT = 0.3
"""Seconds between two attempts to reach Discord."""


class MovableClock:
    """The real time, shifted by as many seconds as stand in a file that several processes look into."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            file.write_bytes(struct.pack(FORMAT, 0.0))
        with file.open("r+b") as opened:
            self._shift = mmap.mmap(opened.fileno(), struct.calcsize(FORMAT))

    def __call__(self) -> datetime:
        return system_clock() + timedelta(seconds=struct.unpack_from(FORMAT, self._shift)[0])

    def shift_to(self, seconds: float) -> None:
        struct.pack_into(FORMAT, self._shift, 0, seconds)

    def close(self) -> None:
        self._shift.close()


def live(environment: Mapping[str, str], folder: Path, sabotage: str | None) -> None:
    """Run until somebody kills it. What it logs goes to the end of ``folder``/log."""
    os.chdir(folder)
    os.environ.update(environment)
    log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    settings = load_settings()
    token = settings.discord_token
    assert token is not None
    logs.configure_logs(level=settings.level(at_terminal=False), json=False, secrets=())
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # beats that come too soon are what is meant here
    _hurry(MovableClock(folder / "clock"))
    if sabotage is not None:
        SABOTAGE[sabotage]()
    asyncio.run(app.run_discord(settings, token.get_secret_value()))


def _hurry(clock: MovableClock) -> None:
    for name, seconds in QUICK.items():
        setattr(app, name, timedelta(seconds=seconds))
    bot.scheduler.TICK = QUICK_TICK
    client.AFTER_A_BLOCK = QUICK_WAIT
    _put(client.PaperboyClient, "sign_in", partialmethod(client.PaperboyClient.sign_in, waits=(QUICK_WAIT,)))
    _put(app, "open_resources", partial(app.open_resources, clock=clock))
    _put(client, "PaperboyClient", partial(client.PaperboyClient, guilds_settle_in=0.02))


def _put(where: object, name: str, what: object) -> None:
    setattr(where, name, what)


# ---------------------------------------------------------------------------- mistakes, one for each safeguard


def _does_not_look() -> None:
    async def find(*_: Any, **__: Any) -> None:
        return None

    _put(DiscordOutbox, "find", find)


def _has_no_nonce() -> None:
    original = HTTPClient.send_message

    def send_message(self: HTTPClient, channel_id: int, *, params: Any) -> Any:
        for name in ("nonce", "enforce_nonce"):
            params.payload.pop(name, None)
        return original(self, channel_id, params=params)

    _put(HTTPClient, "send_message", send_message)


def _notes_before_sending() -> None:
    original = delivery._send_one

    async def noted_first(at: Any, one: Delivery, message: Message, squeeze: int) -> int | None:
        async with at.r.store.write() as tx:
            now = at.r.clock()
            await tx.deliveries.message_sent(one.id, message.part, message_id=1, at=now, publish=False)
        return await original(at, one, message, squeeze)

    _put(delivery, "_send_one", noted_first)


def _takes_doubt_for_failure() -> None:
    original = DiscordOutbox.send

    async def send(self: DiscordOutbox, destination: Any, *args: Any) -> int:
        try:
            return await original(self, destination, *args)
        except SendUncertain as error:
            raise RetryLater(destination, str(error), retry_at=self._clock()) from error

    _put(DiscordOutbox, "send", send)


def _looks_at_open_posts_only() -> None:
    async def threads(place: Any, _since: datetime) -> Any:
        for thread in await place.guild.active_threads():
            if thread.parent_id == place.id:
                yield thread

    _put(forum, "_threads", threads)


def _repeats_forum_posts() -> None:
    def begin(self: wire.Tries, **_: bool) -> None:
        self.open, self.begun, self.once = 0, True, False

    _put(wire.Tries, "begin", begin)


def _begins_at_the_first_message() -> None:
    original = Deliveries.claim_all

    async def claim_all(self: Any, *args: Any, **named: Any) -> list[Claimed]:
        return [_from_its_beginning(claimed) for claimed in await original(self, *args, **named)]

    _put(Deliveries, "claim_all", claim_all)


def _from_its_beginning(claimed: Claimed) -> Claimed:
    if not claimed.resumed:
        return claimed
    again = (replace(message, message_id=None, sent_at=None) for message in claimed.delivery.messages)
    return Claimed(replace(claimed.delivery, messages=tuple(again)), resumed=False)


def _forgets_what_was_posted() -> None:
    async def nothing(*_: Any) -> dict[str, set[str]]:
        return {}

    async def take(_: Any, wanted: Any) -> dict[int, set[str]]:
        return {one.id: set(one.paper_ids) for one in wanted}

    _put(Deliveries, "posted_among", nothing)
    _put(Deliveries, "_take", take)


def _errand_done_first(errand: Errand) -> None:
    original = upkeep._once

    async def once(r: Any, which: Errand, waiting: Any, do: Any) -> bool:
        if which is errand:
            async with r.store.write() as tx:
                await Messages.done(tx.messages, which, waiting.delivery.id, waiting.message.part, since=waiting.since)
        return await original(r, which, waiting, do)

    _put(upkeep, "_once", once)


SABOTAGE: dict[str, Callable[[], None]] = {
    "does not look before sending again": _does_not_look,
    "sends without a nonce": _has_no_nonce,
    "notes before sending": _notes_before_sending,
    "takes a doubt for a failure": _takes_doubt_for_failure,
    "looks at open posts only": _looks_at_open_posts_only,
    "lets forum posts be repeated": _repeats_forum_posts,
    "begins at the first message again": _begins_at_the_first_message,
    "forgets what was posted": _forgets_what_was_posted,
    "notes publishing before it": partial(_errand_done_first, Errand.PUBLISH),
    "notes an edit before it": partial(_errand_done_first, Errand.EDIT),
}
