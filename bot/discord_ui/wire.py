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


@dataclass(slots=True)
class Tries:
    """The tries of one send. ``open`` counts those that left this machine and were not clearly refused."""

    open: int = 0

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
    config.on_request_headers_sent.append(headers_sent)
    config.on_request_end.append(answered)
    return config
