"""One request and its reply: bounded in time and size, on the server that was asked, without retries.

A reply is a value whatever its status; ``Broken`` stands for a try after which another one may succeed.
"""

import asyncio
import functools
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from importlib import metadata

import httpx

from bot.core.text import clean
from bot.errors import SourceChanged, SourceUnreachable

CONNECT_WITHIN = 5.0
"""Seconds after which a site that does not take a connection counts as not there."""
ATTEMPTS = 3
MOST_REDIRECTS = 3
MOST_ERROR_BYTES = 64 * 1024
LONGEST_ERROR_TEXT = 200

OK = 200
_REFUSALS = frozenset({401, 403})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READ_OF_A_PAGE = 4_000
_MARKUP = re.compile(r"<(?:style|script)\b.*?</(?:style|script)>|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request. ``headers`` may hold a secret and are never shown; ``most_bytes`` counts after decompression.

    With a ``body``, which is JSON, it is a POST: a question that is too long for an address.
    """

    source: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    accept: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | None = field(default=None, repr=False)
    patience: timedelta = timedelta(seconds=15)
    """How long the caller is willing to wait for the site's rate limit."""
    deadline: timedelta = timedelta(seconds=30)
    """For one whole answer, however steadily it trickles."""
    most_bytes: int = 16 * 2**20
    silence: timedelta = timedelta(seconds=10)
    """After so long without a word a connection counts as dead."""
    attempts: int = ATTEMPTS
    redirects: int = MOST_REDIRECTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, whatever its status. The names in ``headers`` are in small letters."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """No whole reply: what happened, in words. Another try may mend it."""

    problem: str


class NotPublic(httpx.ConnectError):
    """The host is not asked, and will not be; why, in words that follow its name."""


@functools.cache
def user_agent() -> str:
    """How we introduce ourselves."""
    try:
        version = metadata.version("paperboy")
    except metadata.PackageNotFoundError:  # run from a folder in which it was never installed
        version = "0"
    return f"Paperboy/{version} (+self-hosted)"


def address(ask: Ask) -> httpx.URL:
    """Where ``ask`` goes. Raises SourceChanged: nowhere."""
    try:
        return httpx.URL(ask.url, params=dict(ask.params)) if ask.params else httpx.URL(ask.url)
    except httpx.InvalidURL:
        raise SourceChanged(ask.source, "The site's address is not a valid one.") from None


async def follow(client: httpx.AsyncClient, ask: Ask, conditions: Mapping[str, str]) -> Reply | Broken:
    """The reply to ``ask``, through redirects inside the same server.

    None leads elsewhere: the request may carry a secret, and the operator chose this server and no other.

    Raises:
        SourceChanged: a redirect that leads elsewhere or nowhere; an answer too large or compressed as we did not ask.
        SourceUnreachable: the client asks public hosts only, and this is none.
    """
    url = address(ask)
    for _ in range(ask.redirects + 1):
        reply = await _exchange(client, ask, url, conditions)
        if isinstance(reply, Broken) or reply.status not in _REDIRECTS:
            return reply
        url = _same_server(ask, url, reply.headers.get("location", ""))
    where = "round in circles" if ask.redirects else "on; if it has moved, set its new address"
    raise SourceChanged(ask.source, f"{url.host} sends us {where}.")


async def _exchange(
    client: httpx.AsyncClient, ask: Ask, url: httpx.URL, conditions: Mapping[str, str]
) -> Reply | Broken:
    timeouts = httpx.Timeout(ask.silence.total_seconds(), connect=CONNECT_WITHIN)
    ours = {"User-Agent": user_agent(), "Accept": ask.accept, "Accept-Encoding": "gzip"}
    if ask.body is not None:
        ours["Content-Type"] = "application/json"
    try:
        async with (
            asyncio.timeout(ask.deadline.total_seconds()),
            client.stream(
                "GET" if ask.body is None else "POST",
                url,
                content=ask.body,
                headers={**ours, **conditions, **ask.headers},
                timeout=timeouts,
                follow_redirects=False,
            ) as response,
        ):
            body = await _read(ask, response)
    except NotPublic as problem:
        raise SourceUnreachable(ask.source, f"{url.host} {problem}.") from None
    except TimeoutError:
        return Broken(f"{url.host} took longer than {ask.deadline.total_seconds():.0f} seconds for one answer")
    except (httpx.HTTPError, httpx.StreamError, zlib.error) as error:
        # Only our own words: the text of some of these errors repeats the headers, and a token with them.
        return Broken(f"{url.host} {_mishap(error)}")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(url=str(url), status=response.status_code, headers=headers, body=body)


async def _read(ask: Ask, response: httpx.Response) -> bytes:
    """The decompressed body, never more of it than allowed; of an error only its beginning.

    httpx would inflate each piece whole before anybody could count it, so inflating is done here.
    """
    is_error = response.status_code != OK
    most = MOST_ERROR_BYTES if is_error else ask.most_bytes
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise SourceChanged(ask.source, f"The answer is compressed in a way we did not ask for: {clean(encoding, 40)}.")
    inflater = zlib.decompressobj(wbits=31) if encoding.endswith("gzip") else None
    body = bytearray()
    received = 0
    async for piece in response.aiter_raw():
        received += len(piece)
        body += inflater.decompress(piece, most + 1 - len(body)) if inflater else piece
        if len(body) > most:
            if is_error:
                return bytes(body[:most])
            raise SourceChanged(
                ask.source, f"The answer is larger than {most / 2**20:.0f} MB; it was not read further."
            )
        if inflater and inflater.eof:
            break  # what a server sends after the end is nothing we asked for
    if inflater and received and not inflater.eof:
        raise zlib.error("incomplete")
    return bytes(body)


def _same_server(ask: Ask, url: httpx.URL, location: str) -> httpx.URL:
    try:
        target = url.join(location)
    except httpx.InvalidURL:
        raise SourceChanged(ask.source, f"{url.host} sends us to an address that is not one.") from None
    if not location or (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
        raise SourceChanged(
            ask.source,
            f"{url.host} sends us to another server ({clean(target.host, 80) or 'nowhere'}), where we do not follow; "
            "if it has moved, set its new address.",
        )
    return target


def in_words(ask: Ask, reply: Reply) -> str:
    """A reply that is an error, with the site's own explanation where it gives one: cleaned, on one line, short."""
    words = f"{httpx.URL(reply.url).host} answered with status {reply.status}"
    if reply.status in _REFUSALS and ask.headers:
        words += ", so it may not accept the access token in the settings"
    explanation = _explanation(reply)
    return f"{words}: {explanation}" if explanation else words


def _explanation(reply: Reply) -> str:
    told = reply.headers.get("x-error-message", "")
    if not told.strip():
        try:
            told = _told_in(json.loads(reply.body))
        except (ValueError, RecursionError):
            told = _MARKUP.sub(" ", reply.body.decode("utf-8", "replace")[:_READ_OF_A_PAGE])
    return clean(told, LONGEST_ERROR_TEXT).rstrip(".")


def _told_in(error: object) -> str:
    if not isinstance(error, dict):
        return ""
    told = (error.get(name) for name in ("error", "message", "detail"))
    return next((text for text in told if isinstance(text, str)), "")


def _mishap(error: Exception) -> str:
    match error:
        case httpx.ConnectTimeout() | httpx.ConnectError() | httpx.ProxyError():
            return "could not be reached"
        case httpx.TimeoutException():
            return "stopped answering"
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError():
            return "cannot be asked like this; check its address and access token in the settings"
        case zlib.error():
            return "sent an answer whose compression is damaged"
        case _:
            return "broke off before its answer was complete"
