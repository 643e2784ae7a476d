"""Days in a world in which programs are killed at random moments and started again; drawn from a seed."""

import asyncio
import random
import time as wall
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from bot.services.delivery import LEASE
from storage.records import PaperId
from storage.store import Store
from tests.acceptance import chaos_truth
from tests.acceptance.chaos_program import MovableClock
from tests.acceptance.chaos_truth import Finding, Wrong
from tests.acceptance.chaos_world import (
    DUE_LATER,
    FIRST_DAY,
    KILLED,
    NONCE_WINDOW,
    Program,
    WatchedWeather,
    World,
    furnish,
)
from tests.builders import sighting_of
from tests.standins.discord import ROUGH, DiscordStandIn, Rates, StandInClock
from tests.standins.hugging_face import HuggingFaceStandIn

AFTER_THE_LEASE = LEASE + timedelta(seconds=5)
LATEST_JUMP = time(13, 30)
"""Later in the day time goes on by itself only: what was due has to be there before its grace window ends."""

PAST_THE_GRACE = time(15, 30)
NIGHT = time(8, 5)
"""The next morning, when the digests of the day before are brought up to date for the last time."""

LEAST_KILLS = 2
POSTS_CLOSED = 0.3
"""How often somebody closes the forum's posts after a kill."""

CALM_ROUNDS = 40
LOOKS_IN_QUIET = 5
LONGEST_START = 30.0
"""Seconds until a program is connected, on a busy machine and in bad weather."""

A_PAUSE = 0.7
"""Seconds without a request after which a program is taken to have done all it can for now."""

NOTHING_TO_DO = 0.2
"""Seconds that a life lasts in which nothing can be done, but for what comes up by itself."""

A_DAY = timedelta(days=1)
LOOKS = ("GET /channels/{channel_id}/messages", "GET /guilds/{guild_id}/threads/active")

CHAOS = replace(ROUGH, blocked=0.5, failing=3, failing_after=4, reset_after=3, lost_after=2, hang=0.5, hang_after=1)
"""A quarter of all requests goes wrong, many after they were carried out, and some are never answered."""

LONG_STALLS = replace(CHAOS, stall=0.7, stall_after=0.7)
"""For stalls that last: fewer of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one world is treated. The same plan draws the same: what processes make of it is theirs."""

    seed: str
    kills: int
    kills_a_day: int = 20
    programs: int = 1
    rates: Rates = CHAOS
    stall_for: float = 0.4
    patience: float = 5.0
    """Seconds that a life waits at most for the first request, while there is work for it."""
    days_missed: float = 0.0
    """The share of days on which no program runs before it is too late."""
    sabotage: str | None = None


@dataclass(slots=True)
class Result:
    """What became of a plan."""

    plan: Plan
    kills: int = 0
    inside: int = 0
    outside: int = 0
    """Restarts inside and outside the nonce window."""
    looked: int = 0
    """How often a program looked for a message that another one may have sent."""
    deliveries: int = 0
    messages: int = 0
    findings: list[Finding] = field(default_factory=list)
    log: str = ""
    """What the programs said on the day of the first finding."""
    struck: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def count(self, kind: Wrong) -> int:
        return sum(one.kind is kind for one in self.findings)


@asynccontextmanager
async def stage(url: str, folder: Path, *, sabotage: str | None = None) -> AsyncIterator[World]:
    """An empty world whose store is at ``url``; no program of it outlives the block."""
    clock = StandInClock()
    shared = MovableClock(folder / "clock")
    store = await Store.open(url)
    try:
        async with DiscordStandIn(clock=clock, nonce_window=NONCE_WINDOW) as discord, HuggingFaceStandIn() as site:
            world = World(discord, site, clock, shared, store, url, folder, sabotage)
            try:
                await furnish(world)
                yield world
            finally:
                for program in list(world.programs):
                    await world.kill(program)
    finally:
        await store.close()
        shared.close()


async def run(plan: Plan, url: str, folder: Path) -> Result:
    """Live through as many days as the kills take; ends at the first evening on which something is wrong."""
    started, result = wall.monotonic(), Result(plan)
    draw = random.Random(plan.seed)
    async with stage(url, folder, sabotage=plan.sabotage) as world:
        day = FIRST_DAY
        world.list_papers(day)
        while result.kills < plan.kills and not result.findings:
            (folder / "log").write_text("", encoding="utf-8")
            try:
                await _Day(world, plan, result, draw, day).pass_by()
            except _EndedByItself as end:
                result.findings.append(Finding(Wrong.DISAGREES, str(end)))
            day += A_DAY
        deliveries = await world.ledger()
        world.weather(None)
    result.struck = world.struck
    result.looked = sum(map(world.discord.accounts.requests, LOOKS))
    result.deliveries = len(deliveries)
    result.messages = sum(message.message_id is not None for one in deliveries for message in one.messages)
    result.log = (folder / "log").read_text(encoding="utf-8", errors="replace") if result.findings else ""
    result.seconds = wall.monotonic() - started
    return result


class _EndedByItself(Exception):
    """A program was not there any more when it was to be killed."""


@dataclass(slots=True, eq=False)
class _Day:
    world: World
    plan: Plan
    result: Result
    draw: random.Random
    day: date
    killed_at: datetime | None = None

    async def pass_by(self) -> None:
        world, draw = self.world, self.draw
        world.begin(self.day)
        if draw.random() < self.plan.days_missed:
            world.missed.add(self.day)
            world.advance_to(datetime.combine(self.day, PAST_THE_GRACE, UTC))
        else:
            world.advance(timedelta(seconds=draw.choice((0, 5, 10))))
        self._bad_weather()
        await self._many_lives(self.plan.kills_a_day)
        world.list_more(self.day)
        await self._people_act()
        await self._many_lives(self.plan.kills_a_day // 3)
        await self._calm()
        world.list_papers(self.day + A_DAY)
        world.advance_to(datetime.combine(self.day + A_DAY, NIGHT, UTC))
        self._bad_weather()
        await self._many_lives(self.plan.kills_a_day // 3)
        await self._calm()

    async def _many_lives(self, most: int) -> None:
        """At most so many kills; fewer where nothing is left to do, in which a program could be disturbed."""
        begun = self.result.kills
        while (kills := self.result.kills - begun) < most:
            if kills >= LEAST_KILLS and not await chaos_truth.unsettled(self.world):
                return
            await self._lives()
            await self._time_passes()

    def _bad_weather(self) -> None:
        seed = self.draw.getrandbits(32)
        self.world.weather(WatchedWeather(seed, rates=self.plan.rates, stall_for=self.plan.stall_for))

    async def _lives(self) -> None:
        """Every program lives once, and none longer than it takes to be killed."""
        patience = self.plan.patience if await chaos_truth.can_work(self.world) else NOTHING_TO_DO
        dooms = [_Doom.drawn(self.draw, patience) for _ in range(self.plan.programs)]
        if self.result.kills == 0:  # whatever else is drawn, something is in doubt at least once
            dooms = [replace(doom, at="request", count=1, linger=0.0) for doom in dooms]
        ends = await asyncio.gather(*(self._life(doom) for doom in dooms), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    async def _life(self, doom: "_Doom") -> None:
        world = self.world
        if self.killed_at is not None:
            if world.now - self.killed_at < NONCE_WINDOW:
                self.result.inside += 1
            else:
                self.result.outside += 1
        await asyncio.sleep(doom.late)
        connections = len(world.discord.gateway.identifies)
        program = world.start()
        await doom.comes(world, connections)
        await self._kill(program)

    async def _kill(self, program: Program) -> None:
        if (code := await self.world.kill(program)) != KILLED:
            raise _EndedByItself(f"a program ended by itself with {code}")
        self.result.kills += 1
        self.killed_at = self.world.now

    async def _time_passes(self) -> None:
        """Nothing, seconds, as long as a lease, or longer than a nonce is remembered."""
        draw, world = self.draw, self.world
        kind = draw.random()
        if draw.random() < POSTS_CLOSED:
            world.close_posts()
        seconds, minutes = draw.uniform(0, 90), draw.uniform(10, 15)
        if kind < 0.35 or (self.day not in world.missed and self._is_late()):
            return
        await world.let_stalls_end()
        if kind < 0.5:
            world.advance(timedelta(seconds=seconds))
        elif kind < 0.75:
            world.advance(AFTER_THE_LEASE)
        else:
            world.advance(timedelta(minutes=minutes))

    def _is_late(self) -> bool:
        return self.world.now > datetime.combine(self.day, LATEST_JUMP, UTC)

    async def _people_act(self) -> None:
        """A paper of the day before is withdrawn, and a message of then is deleted by somebody."""
        world, draw = self.world, self.draw
        old = [one for one in await world.ledger() if one.key.local_date < self.day and one.message_id is not None]
        papers = sorted({paper for one in old for paper in one.paper_ids if one.key.local_date == self.day - A_DAY})
        messages = sorted(message.message_id for one in old for message in one.messages if message.message_id)
        if papers:
            await self._withdraw(draw.choice(papers))
        if messages and draw.random() < 0.5:
            world.delete(draw.choice(messages))

    async def _withdraw(self, paper_id: PaperId) -> None:
        world = self.world
        async with world.store.write() as tx:
            paper = (await tx.papers.get_many([paper_id]))[paper_id]
            await tx.papers.save([replace(paper, withdrawn_at=world.now)], [sighting_of(paper, seen_at=world.now)])
        world.withdrawn.add(paper_id)

    async def _calm(self) -> None:
        """Until nothing is left to do; then everything has to be as it should be."""
        world = self.world
        await world.let_stalls_end()
        world.weather(None)
        if world.now < (later := datetime.combine(self.day, DUE_LATER, UTC)):
            world.advance_to(later)
        program = world.start()
        for number in range(CALM_ROUNDS):
            if not (left := await self._settles()):
                break
            world.advance(AFTER_THE_LEASE if number < CALM_ROUNDS // 4 else timedelta(minutes=12))
        await self._kill(program)
        self.result.findings += [Finding(Wrong.LOST, f"never done: {words}") for words in left]
        self.result.findings += await chaos_truth.findings(world)

    async def _settles(self) -> list[str]:
        """What is left to do once the programs ask for nothing more."""
        world, quiet = self.world, 0
        while quiet < LOOKS_IN_QUIET:
            before = world.requests_seen
            await asyncio.sleep(0.15)
            left = await chaos_truth.unsettled(world)
            if not left and quiet:
                break
            quiet = quiet + 1 if world.requests_seen == before else 0
        return left


@dataclass(frozen=True, slots=True)
class _Doom:
    """At what a program is killed: some time after its start or its connection, or so many requests later."""

    late: float
    at: str
    count: int
    linger: float
    patience: float

    @classmethod
    def drawn(cls, draw: random.Random, patience: float) -> "_Doom":
        at = draw.choices(("start", "connection", "request"), (1, 3, 8))[0]
        count = draw.choice((1, 1, 2, 2, 3, 4, 6, 9))
        linger = draw.choice((0.0, draw.uniform(0, 0.005), draw.uniform(0, 0.05), draw.uniform(0, 0.3)))
        late = draw.choice((0.0, draw.uniform(0, 0.1)))
        return cls(late, at, count, draw.uniform(0, 0.3) if at == "start" else linger, patience)

    async def comes(self, world: World, connections: int) -> None:
        """Returns when it is time. ``connections`` is how many there had been before the program started."""
        if self.at != "start":
            gateway = world.discord.gateway
            with suppress(TimeoutError):  # it may be kept from connecting, and dies of that, too
                await world.discord.until(lambda: len(gateway.identifies) > connections, seconds=LONGEST_START)
        if self.at == "request":
            within = self.patience
            for _ in range(self.count):
                if not await world.next_request(within=within):
                    break
                within = min(self.patience, A_PAUSE)
        await asyncio.sleep(self.linger)
