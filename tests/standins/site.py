"""A site of one's own on a loopback port, over real HTTP: what stand-ins for different sites have in common."""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from ssl import SSLContext
from types import TracebackType
from typing import Self

from aiohttp import web

Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""What a request meets instead of an answer."""


@dataclass(frozen=True)
class Seen:
    """One request that came in. ``headers`` have their names in small letters."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(kw_only=True)
class LoopbackSite:
    """Use as ``async with Site() as site``; from code without a loop as ``with site.in_thread()``.

    ``faults`` are met first, one a request, in their order.
    """

    faults: deque[Fault] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    tls: SSLContext | None = None
    """With it the site speaks HTTPS."""

    def __post_init__(self) -> None:
        self._runner: web.AppRunner | None = None
        self._closing = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """What the site says where no fault is met."""
        raise AssertionError("a site has to answer something")

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self.tls)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"{'https' if self.tls else 'http'}://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    @contextmanager
    def in_thread(self) -> Iterator[Self]:
        """The same for code that has no event loop, or runs one of its own."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(self.__aenter__(), loop).result(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self.__aexit__(None, None, None), loop).result(10)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(10)
            loop.close()

    # --- what may go wrong ---

    def meets(self, *faults: Fault, times: int = 1) -> None:
        """The next requests meet ``faults``, each of them ``times`` times."""
        self.faults.extend(fault for fault in faults for _ in range(times))

    async def stall(self, request: web.Request) -> web.StreamResponse:
        """Nothing at all, until the stand-in closes."""
        await self._closing.wait()
        return web.Response(status=503)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.seen.append(Seen(request.path, dict(request.query), headers))
        if self.faults:
            return await self.faults.popleft()(request)
        return await self.answer(request)
