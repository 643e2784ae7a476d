"""A chat server that does what a script tells it, over real HTTP: it answers, lies, stalls, breaks off, refuses."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web

Turn = Callable[[web.Request, asyncio.Event], Awaitable[web.StreamResponse]]
"""How one request is met; the event is set when the server closes."""

EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Heard:
    """One request that came in. The names in ``headers`` are in small letters."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass
class ChatServer:
    """Use as ``async with ChatServer([says("Hello")]) as server``; ``server.url`` is what ``LLM_BASE_URL`` wants.

    Each request takes the next turn; the last one is taken again and again.
    """

    turns: Iterable[Turn] = ()
    heard: list[Heard] = field(default_factory=list)
    hung_up: int = 0
    """How often a client went away before the answer was complete."""
    url: str = ""

    async def __aenter__(self) -> Self:
        self._left = deque(self.turns)
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_route("POST", "/v1/{tail:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.heard.append(Heard(request.path, headers, await request.json()))
        turn = self._left.popleft() if len(self._left) > 1 else self._left[0]
        try:
            return await turn(request, self._closing)
        except (asyncio.CancelledError, ConnectionError):
            self.hung_up += 1
            raise


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a stream as OpenAI's servers shape it."""
    delta = {} if text is None else {"role": "assistant", "content": text}
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return b"data: " + json.dumps({"object": "chat.completion.chunk", "choices": choices, **more}).encode() + b"\n\n"


def sends(*parts: bytes, kind: str = EVENTS, then: str = "end") -> Turn:
    """200 with ``parts``, one after the other; ``then`` is "end", "stall" or "reset"."""

    async def turn(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kind})
        await response.prepare(request)
        for part in parts:
            await response.write(part)
            await asyncio.sleep(0)
        if then == "stall":
            await closing.wait()
        if then == "reset" and request.transport is not None:
            request.transport.abort()
        return response

    return turn


def says(*parts: str, finish: str | None = "stop", usage: tuple[int, int] | None = None) -> Turn:
    """A whole answer, streamed in ``parts``."""
    told: dict[str, Any] = {"usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1]}} if usage else {}
    return sends(*map(chunk, parts), chunk(finish=finish, **told), b"data: [DONE]\n\n")


def refuses(status: int, body: Any = None, **headers: str) -> Turn:
    """An error; ``Retry_After`` becomes the header ``Retry-After``."""

    async def turn(_: web.Request, __: asyncio.Event) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response(body, status=status, headers=named)

    return turn


def error(message: str, **more: str) -> dict[str, Any]:
    """An error's body as OpenAI's servers shape it."""
    return {"error": {"message": message, **more}}


async def silent(_: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    """Not a byte until the server closes."""
    await closing.wait()
    return web.Response(status=503)


async def drips(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    """A word now and then, for ever."""
    response = web.StreamResponse(headers={"Content-Type": EVENTS})
    await response.prepare(request)
    while not closing.is_set():
        await response.write(chunk("word "))
        await asyncio.sleep(0.01)
    return response
