"""A small client for every server that speaks the chat API of OpenAI: streamed, bounded, and never silent about an end.

Why none of the usual ones: they sleep two minutes where a server asks for it, have no deadline for a whole answer, pass
a server's text on with the key in it, or take an answer that broke off for a whole one. What is kept here:

* only before the first words came is a request repeated, and only where that may help;
* an answer is whole where the server says why it ended (``finish_reason``); ``[DONE]`` alone says nothing;
* no redirect is followed: the key would go along.
"""

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn

import httpx
from pydantic import SecretStr

from bot.answering.prompt import Message
from bot.answering.sse import DONE, Events, Piece, read_piece, read_whole, told
from bot.core.retry_after import retry_after
from bot.errors import ModelFailed, ModelFault

_OK = 200
_TO_BE_PAID = 402
_TOO_MANY = 429
_REDIRECTS = range(300, 400)
_TRY_AGAIN = frozenset({408, 409, 429})
_SERVER_FAULT = 500
_REFUSALS = frozenset({401, 403, 404})
_MOST_ERROR_BYTES = 64 * 1024
_NO_CREDIT = ("insufficient_quota", "billing")
_LONGER_THAN_ITS_MEMORY = ("context_length", "context length", "context window", "maximum context", "too long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one answer may take: seconds, bytes on the wire, characters of text."""

    connect: float = 5.0
    idle: float = 30.0
    """Between two signs of life; a large model thinks before its first word."""
    total: float = 90.0
    attempts: int = 3
    pause: float = 0.5
    """Before the second attempt, doubled for each further one."""
    longest_wait: float = 20.0
    """What a server may ask for; where it asks for more, the answer is given up at once."""
    most_bytes: int = 4 * 2**20
    most_characters: int = 40_000


@dataclass(frozen=True, slots=True)
class Spoken:
    """A whole answer, and the tokens of the prompt and of the answer where the server tells them."""

    text: str
    tokens: tuple[int, int] | None = None


class _Again(Exception):
    """This attempt brought nothing, another one may: after ``wait`` seconds where the server says so."""

    def __init__(self, failure: ModelFailed, wait: float | None = None) -> None:
        self.failure = failure
        self.wait = wait
        super().__init__(str(failure))


class Chat:
    """Asks ``model`` at ``base_url`` (as ``http://localhost:11434/v1``) over ``client``."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        base_url: str,
        model: str,
        key: SecretStr | None = None,
        limits: Limits = Limits(),  # a frozen value
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self.model = model
        self._key = key.get_secret_value() if key is not None else ""
        self._limits = limits
        self._sleep = sleep
        self._chance = chance

    async def answer(
        self, messages: Sequence[Message], *, most_tokens: int, heard: Callable[[str], Awaitable[None]] | None = None
    ) -> Spoken:
        """The whole answer; ``heard`` is given each part of it as it comes.

        Raises:
            ModelFailed: no answer came, or not all of it; what was heard until then is only its beginning.
        """
        parts: list[str] = []
        tokens: tuple[int, int] | None = None
        try:
            async with asyncio.timeout(self._limits.total), aclosing(self._attempts(messages, most_tokens)) as pieces:
                async for piece in pieces:
                    tokens = piece.tokens or tokens
                    if piece.text:
                        parts.append(piece.text)
                        if heard is not None:
                            await heard(piece.text)
        except TimeoutError:
            raise ModelFailed(
                ModelFault.TOO_SLOW, f"The model took longer than {self._limits.total:.0f} seconds."
            ) from None
        except ModelFailed as problem:  # with a server's own words, perhaps, and with our key in them
            raise self._failed(problem.fault, str(problem), retry_at=problem.retry_at) from None
        return Spoken("".join(parts), tokens)

    async def _attempts(self, messages: Sequence[Message], most_tokens: int) -> AsyncGenerator[Piece, None]:
        for attempt in range(1, self._limits.attempts + 1):
            try:
                async with aclosing(self._attempt(messages, most_tokens)) as pieces:
                    async for piece in pieces:
                        yield piece
            except _Again as again:
                if attempt == self._limits.attempts:
                    raise again.failure from None
                usual = self._limits.pause * 2 ** (attempt - 1) * (1 + self._chance() / 2)
                await self._sleep(usual if again.wait is None else again.wait)
            else:
                return

    async def _attempt(self, messages: Sequence[Message], most_tokens: int) -> AsyncGenerator[Piece, None]:
        begun = False
        try:
            async with self._client.stream(
                "POST",
                self._url,
                json=self._body(messages, most_tokens),
                headers=self._headers(),
                timeout=httpx.Timeout(self._limits.idle, connect=self._limits.connect),
                follow_redirects=False,
            ) as response:
                if response.status_code != _OK:
                    await self._refused(response)
                async with aclosing(self._pieces(response)) as pieces:
                    async for piece in pieces:
                        begun = begun or bool(piece.text)
                        yield piece
        except httpx.TimeoutException:
            failure = self._failed(ModelFault.TOO_SLOW, "The model's server stopped answering.")
            raise (failure if begun else _Again(failure)) from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            raise self._failed(ModelFault.REFUSED, "The model's address or key cannot be used as it is.") from None
        except (httpx.HTTPError, httpx.StreamError):
            # Only our own words: the text of some of these errors repeats the headers, and the key with them.
            if begun:
                raise self._failed(ModelFault.INCOMPLETE, "The model's server broke off in the middle.") from None
            raise _Again(self._failed(ModelFault.UNREACHABLE, "The model's server cannot be reached.")) from None

    async def _pieces(self, response: httpx.Response) -> AsyncGenerator[Piece, None]:
        """What a good answer holds, until it says that it is whole."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        finish = ""
        characters = 0
        async for piece in self._read(response, kind):
            characters += len(piece.text)
            finish = piece.finish or finish
            if characters > self._limits.most_characters:
                raise self._failed(ModelFault.CUT, "The model does not come to an end.")
            yield piece
        match finish:
            case "":
                raise self._failed(ModelFault.INCOMPLETE, "The model's answer ended without saying that it is whole.")
            case "length":
                raise self._failed(ModelFault.CUT, "The model's answer was cut at its longest.")
            case "content_filter":
                raise self._failed(ModelFault.FILTERED, "The model's server filtered the answer.")

    async def _read(self, response: httpx.Response, kind: str) -> AsyncGenerator[Piece, None]:
        if kind == "application/json":  # a server that does not stream
            body = await self._body_of(response, self._limits.most_bytes)
            yield read_whole(body.decode("utf-8", "replace"))
            return
        if kind != "text/event-stream":
            raise self._failed(ModelFault.PROTOCOL, f"The model's server sends {kind[:40] or 'something unnamed'}.")
        events = Events()
        received = 0
        async for chunk in response.aiter_bytes():
            received += len(chunk)
            if received > self._limits.most_bytes:
                raise self._failed(ModelFault.PROTOCOL, "The model's server sends more than an answer can be.")
            for data in events.feed(chunk):
                if data.strip() == DONE:
                    return
                yield read_piece(data)
        for data in events.end():
            if data.strip() != DONE:
                yield read_piece(data)

    async def _refused(self, response: httpx.Response) -> NoReturn:
        """Raise what an answer that is none means."""
        status = response.status_code
        try:
            document = json.loads(await self._body_of(response, _MOST_ERROR_BYTES))
        except (ValueError, RecursionError, ModelFailed):
            document = None
        words = told(document)
        said = f"The model's server answered with status {status}" + (f": {words}" if words else ".")
        hints = json.dumps(document).lower() if isinstance(document, dict) else ""
        if status in _REDIRECTS:
            raise self._failed(ModelFault.REFUSED, "The model's server sends us elsewhere; set its new address.")
        if status == _TO_BE_PAID or (status == _TOO_MANY and any(hint in hints for hint in _NO_CREDIT)):
            raise self._failed(ModelFault.QUOTA, said)
        if status in _TRY_AGAIN or status >= _SERVER_FAULT:
            fault = ModelFault.THROTTLED if status == _TOO_MANY else ModelFault.UNREACHABLE
            wait = _asked_wait(response.headers)
            if wait is not None and wait > self._limits.longest_wait:
                raise self._failed(fault, said, retry_at=datetime.now(UTC) + timedelta(seconds=wait))
            raise _Again(self._failed(fault, said), wait)
        if any(hint in hints for hint in _LONGER_THAN_ITS_MEMORY):
            raise self._failed(ModelFault.TOO_LONG, said)
        fault = ModelFault.REFUSED if status in _REFUSALS else ModelFault.PROTOCOL
        raise self._failed(fault, said)

    async def _body_of(self, response: httpx.Response, most: int) -> bytes:
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > most:
                raise self._failed(ModelFault.PROTOCOL, "The model's server sends more than an answer can be.")
        return body

    def _body(self, messages: Sequence[Message], most_tokens: int) -> dict[str, object]:
        return {
            "model": self.model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "temperature": 0,
            "max_tokens": most_tokens,
            "stream": True,
        }

    def _headers(self) -> dict[str, str]:
        key = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return {"Accept": "text/event-stream, application/json", "User-Agent": "Paperboy (+self-hosted)", **key}

    def _failed(self, fault: ModelFault, message: str, *, retry_at: datetime | None = None) -> ModelFailed:
        shown = message.replace(self._key, "***") if self._key else message
        return ModelFailed(fault, shown, retry_at=retry_at)


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to be left alone for: ``retry-after-ms`` of some, else ``Retry-After``."""
    told_ms = headers.get("retry-after-ms", "").strip()
    if told_ms.isascii() and told_ms.isdigit():
        return int(told_ms) / 1000
    wait = retry_after({name.lower(): value for name, value in headers.items()}, datetime.now(UTC))
    return wait.total_seconds() if wait is not None else None
