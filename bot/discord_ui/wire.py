"""Every try of every request, as aiohttp sees it: discord.py repeats some by itself and tells nobody.

So this is where tries are paced and refusals counted, and where it is known whether something may have reached
Discord although no answer came: a first try may have been accepted before a second one was refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp
import discord
import yarl

from bot.discord_ui.pace import Pacer, Refusals

CLEAR_REFUSALS = range(300, 500)
"""A failing server may have done the work before it failed, and a yes may still be lost on its way here."""

COUNTED_AS_REFUSED = frozenset({401, 403, 429})
TOO_MANY_REQUESTS = 429
NOT_COUNTED = ("/interactions/", "/webhooks/")
"""Answers to people, who wait for them: Discord does not count them towards the bot's 50 a second."""


class RepetitionStopped(Exception):
    """discord.py was about to repeat a request that must not be repeated; the one before may have been accepted."""


@dataclass(slots=True)
class Tries:
    """The tries of one send. ``open`` counts those that left this machine and were not clearly refused."""

    open: int = 0
    begun: bool = False
    once: bool = False

    def begin(self, *, once: bool = False) -> None:
        """What was asked until now was no send. With ``once`` no try follows one whose end is not clear.

        That is for what Discord carries out as often as it is asked: where there is no nonce.
        """
        self.open = 0
        self.begun = True
        self.once = once

    def starts(self) -> None:
        """Raises RepetitionStopped."""
        if self.once and self.open:
            raise RepetitionStopped("a repetition might do it twice")

    def left(self) -> None:
        self.open += 1

    def answered(self, status: int) -> None:
        if status in CLEAR_REFUSALS:
            self.open -= 1


_current: ContextVar[Tries | None] = ContextVar("tries", default=None)


@contextmanager
def watching() -> Iterator[Tries]:
    """Count the tries of the requests that are made inside the block."""
    tries = Tries()
    token = _current.set(tries)
    try:
        yield tries
    finally:
        _current.reset(token)


def trace(pacer: Pacer, refusals: Refusals) -> aiohttp.TraceConfig:
    """What has to be given to the Discord client as its ``http_trace``."""

    async def starts(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestStartParams
    ) -> None:
        if (tries := _current.get()) is not None:
            tries.starts()
        if _counts(params.url):
            refusals.check()
            await pacer.turn()

    async def headers_sent(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, _params: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        if (tries := _current.get()) is not None:
            tries.left()

    async def answered(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        status, headers = params.response.status, params.response.headers
        if (tries := _current.get()) is not None:
            tries.answered(status)
        scope = headers.get("X-RateLimit-Scope")
        if status in COUNTED_AS_REFUSED and scope != "shared":
            refusals.note()
        if status == TOO_MANY_REQUESTS and (scope == "global" or "X-RateLimit-Global" in headers):
            pacer.hold(_seconds(headers.get("Retry-After")))

    config = aiohttp.TraceConfig()
    config.on_request_start.append(starts)
    config.on_request_headers_sent.append(headers_sent)
    config.on_request_end.append(answered)
    return config


def _counts(url: yarl.URL) -> bool:
    """Whether a request counts towards what Discord allows the whole bot: neither the gateway nor an answer does."""
    path = str(url).removeprefix(discord.http.Route.BASE)
    return path != str(url) and not path.startswith(NOT_COUNTED)


def _seconds(header: str | None) -> float:
    try:
        return float(header or 1)
    except ValueError:
        return 1.0
