"""Whether something may have reached Discord although no answer came.

discord.py repeats a request by itself after some failures, so the last error alone does not tell: a first try may
have been accepted before a second one was refused. aiohttp's trace sees every try.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace

import aiohttp

CLEAR_REFUSALS = range(300, 500)
"""A failing server may have done the work before it failed, and a yes may still be lost on its way here."""


class RepetitionStopped(Exception):
    """discord.py was about to repeat a request that must not be repeated; the one before may have been accepted."""


@dataclass(slots=True)
class Tries:
    """The tries of one send. ``open`` counts those that left this machine and were not clearly refused."""

    open: int = 0
    once: bool = False

    def begin(self, *, once: bool = False) -> None:
        """What was asked until now was no send. With ``once`` no try follows one whose end is not clear.

        That is for what Discord carries out as often as it is asked: where there is no nonce.
        """
        self.open = 0
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


def trace() -> aiohttp.TraceConfig:
    """What has to be given to the Discord client as its ``http_trace``."""

    async def starts(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, _params: aiohttp.TraceRequestStartParams
    ) -> None:
        if (tries := _current.get()) is not None:
            tries.starts()

    async def headers_sent(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, _params: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        if (tries := _current.get()) is not None:
            tries.left()

    async def answered(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        if (tries := _current.get()) is not None:
            tries.answered(params.response.status)

    config = aiohttp.TraceConfig()
    config.on_request_start.append(starts)
    config.on_request_headers_sent.append(headers_sent)
    config.on_request_end.append(answered)
    return config
