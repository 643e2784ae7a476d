"""A polite client for every site: patient, and quiet when it is asked to be.

One request at a time to a site, conditional where the site gave a mark to ask with, its rate limit obeyed before it is
hit, failures retried a few times with growing pauses. What leaves here is an answer or one of the kinds of
``SourceError``.
"""

import asyncio
import random
import ssl
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol

import httpx
import structlog

from bot.core.retry_after import retry_after
from bot.errors import NotThere, SourceChanged, SourceThrottled, SourceUnreachable
from bot.ports import Clock
from bot.sources.exchange import OK, Ask, Broken, Reply, address, follow, in_words
from bot.sources.kept import Kept, KeptAnswers
from bot.sources.rate_limit import Gate, refused_for

log = structlog.get_logger(__name__)

FIRST_PAUSE = 1.0
"""Seconds before the second attempt, doubled for each further one; chance takes up to a half of it."""

_NOT_MODIFIED = 304
_NOTHING_THERE = frozenset({404, 410})
_TOO_MANY = 429
_UNAVAILABLE = 503
_SERVER_FAULT = 500
_TRY_AGAIN = frozenset({408, 425})


@cache
def certificates() -> ssl.SSLContext:
    """The certificates that are trusted. To read them takes longer than to open a store, so it is done once."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a site said, from where, and when that arrived. The names in ``headers`` are in small letters."""

    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    at: datetime


class SharedGate(Protocol):
    """The gate of a site that counts the requests of several processes together."""

    async def enter(self) -> datetime | None:
        """Go through and have to leave, or be told when to try again. Raises SourceThrottled."""
        ...

    async def leave(self, silence: timedelta | None) -> None:
        """Leave it, shut for ``silence`` where the site asked for that."""
        ...

    def refusal(self, reply: Reply, now: datetime) -> timedelta | None:
        """How long the site wants to be left alone, or None where ``reply`` does not say so."""
        ...


@dataclass(slots=True)
class _Site:
    """What everybody who asks one site has to share."""

    gate: Gate = field(default_factory=Gate)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class PoliteClient:
    """Asks sites over ``client``, whose opening and closing is its owner's business."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        clock: Clock,
        shared: SharedGate | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._clock = clock
        self._shared = shared
        self._refusal = shared.refusal if shared is not None else _asks_to_wait
        self._sleep = sleep
        self._chance = chance
        self._sites: defaultdict[str, _Site] = defaultdict(_Site)
        self._kept = KeptAnswers()

    async def get(self, ask: Ask) -> Answer:
        """The site's answer. One that has not changed since it was last asked for is given again from memory.

        Raises:
            SourceThrottled: the site wants to be left alone for longer than ``ask.patience``.
            SourceUnreachable: no whole answer came in any attempt.
            NotThere: the site has nothing at that address.
            SourceChanged: the answer is too large, an error, compressed as we did not ask, or somewhere else.
        """
        site = self._sites[ask.source]
        patience = ask.patience
        problem = ""
        for attempt in range(ask.attempts):
            if problem:
                await self._sleep(FIRST_PAUSE * 2 ** (attempt - 1) * (1 - self._chance() / 2))
            reply, patience = await self._in_turn(site, ask, patience)
            match reply:
                case Broken(problem):
                    log.info("no answer", source=ask.source, problem=problem, attempt=attempt + 1)
                case Reply() if self._refusal(reply, self._clock()) is not None:
                    problem = ""
                case Reply(status=status) if status >= _SERVER_FAULT or status in _TRY_AGAIN:
                    problem = in_words(ask, reply)
                    log.info("no answer", source=ask.source, problem=problem, attempt=attempt + 1)
                case Reply():
                    return self._accept(ask, reply)
        if problem:
            raise SourceUnreachable(ask.source, f"{problem}{_tried(ask)}.")
        raise self._throttled(ask, site.gate.shut_for(self._clock()))

    async def _in_turn(self, site: _Site, ask: Ask, patience: timedelta) -> tuple[Reply | Broken, timedelta]:
        """One exchange as soon as the gate is open and nobody else is at it, and what is left of the patience."""
        while True:
            patience = await self._pass(site.gate, ask, patience)
            async with site.turn:
                # Whoever had the turn before may have been told to wait.
                if site.gate.shut_for(self._clock()) > timedelta(0):
                    continue
                if self._shared is not None and (again := await self._shared.enter()) is not None:
                    site.gate.shut(again)
                    continue
                return await self._exchange(site, ask), patience

    async def _exchange(self, site: _Site, ask: Ask) -> Reply | Broken:
        """One exchange, and what it tells of the site's patience."""
        kept = self._kept.get(str(address(ask)))
        silence: timedelta | None = None
        try:
            reply = await follow(self._client, ask, kept.conditions if kept else {})
            if isinstance(reply, Broken):
                return reply
            site.gate.learn(reply.headers, now := self._clock())
            if (silence := self._refusal(reply, now)) is not None:
                site.gate.shut(now + silence)
        finally:
            if self._shared is not None:
                await self._shared.leave(silence)
        if kept and reply.status == _NOT_MODIFIED:
            return Reply(url=reply.url, status=OK, headers={**kept.headers, **reply.headers}, body=kept.body)
        return reply

    async def _pass(self, gate: Gate, ask: Ask, patience: timedelta) -> timedelta:
        """Wait at ``gate``; what is left of the patience."""
        while (shut := gate.shut_for(self._clock())) > timedelta(0):
            if shut > patience:
                raise self._throttled(ask, shut)
            log.info("waiting for the site's rate limit", source=ask.source, seconds=round(shut.total_seconds()))
            await self._sleep(shut.total_seconds())
            patience -= shut
        # Little is left of the site's window: whoever is patient leaves it to the others, and nobody is turned away.
        if (ease := min(gate.ajar_for(self._clock()), patience)) > timedelta(0):
            log.info("slowing down for the site's rate limit", source=ask.source, seconds=round(ease.total_seconds()))
            await self._sleep(ease.total_seconds())
            patience -= ease
        return patience

    def _accept(self, ask: Ask, reply: Reply) -> Answer:
        if reply.status in _NOTHING_THERE:
            raise NotThere(ask.source, f"{in_words(ask, reply)}.")
        if reply.status != OK:
            raise SourceChanged(ask.source, f"{in_words(ask, reply)}.")
        if ask.body is None:  # else the address is not the whole question
            self._kept.put(str(address(ask)), Kept.of(reply.headers, reply.body))
        return Answer(url=reply.url, headers=reply.headers, body=reply.body, at=self._clock())

    def _throttled(self, ask: Ask, wait: timedelta) -> SourceThrottled:
        until = self._clock() + wait
        return SourceThrottled(
            ask.source, f"The site asks us to wait until {until:%H:%M:%S} UTC before we ask again.", retry_at=until
        )


def _tried(ask: Ask) -> str:
    return f" (tried {ask.attempts} times)" if ask.attempts > 1 else ""


def _asks_to_wait(reply: Reply, now: datetime) -> timedelta | None:
    """How long the site wants to be left alone, or None where it does not say so."""
    if reply.status == _TOO_MANY:
        return refused_for(reply.headers, now)
    return (retry_after(reply.headers, now) or None) if reply.status == _UNAVAILABLE else None
