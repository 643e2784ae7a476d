"""Discord, for a fan-out: the stand-in with its usual limits, in a process of its own, and a person who is impatient.

Some of its channels go wrong for as long as the run takes; the others are to have what is meant for them nevertheless.
"""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from itertools import count, cycle
from multiprocessing.connection import Connection

from tests.standins.discord import Answer, DiscordStandIn, Message, NoAnswer, Permission, Stall
from tests.standins.discord.people import Person
from tests.standins.discord.state import Channel

A_GUILD = 200
"""Channels that get digests, of the 500 that Discord allows a server."""
A_CARD_CHANNEL = 100
"""Every so many channels one gets a message for each paper, and runs into its own limit of 5 in 5 s."""
CARDS = 8

ONE_IN = 100
"""Channels, of which one goes wrong."""
STALL = 30.0
SAMPLE_EVERY = 0.05
ASK_EVERY = 0.2
NO_NEWS_FOR = 60.0
"""Seconds without another message after which a run is over, whatever is missing."""
QUERIES = ("agent", "diffusion OR flow", "reasoning", "video", "robot", "speech OR audio")
INTERACTION_ROUTES = ("/interactions/", "/webhooks/")


class Fate(Enum):
    WELL = "well"
    FORBIDDEN = "forbidden"
    STALLS = "stalls"
    BREAKS = "breaks"


@dataclass(frozen=True, slots=True)
class Place:
    """A channel that a digest is meant for, in ``messages`` messages."""

    channel_id: int
    guild_id: int
    fate: Fate
    messages: int = 1


@dataclass(frozen=True, slots=True)
class Town:
    """Where a bot goes to, and the places to which it sends; ``admin_id`` set them all up."""

    api_url: str
    places: tuple[Place, ...]
    admin_id: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was counted until ``at``, in seconds of ``time.monotonic``, which all processes share."""

    at: float
    requests: int
    limited: int
    limited_overall: int


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as Discord saw it. Requests are those that count towards the limit of the whole bot."""

    begun: float
    accepted: tuple[float, ...]
    missing: int
    """Messages that healthy places were meant to get and did not."""
    samples: tuple[Sample, ...]
    acknowledged: tuple[float, ...]
    settled: tuple[float, ...]
    unanswered: int
    doubled: int


def run(pipe: Connection, channels: int, *, ask: bool) -> None:
    """The process: sends a ``Town``, waits for a word, and sends a ``Seen`` when all is there or nothing more comes."""
    asyncio.run(_run(pipe, channels, ask=ask))


async def _run(pipe: Connection, channels: int, *, ask: bool) -> None:
    async with DiscordStandIn(check_bodies=False, keep_requests=False) as discord:
        admin = discord.add_person("admin")
        places = _build(discord, channels, admin)
        pipe.send(Town(discord.api_url, places, admin.id))
        await asyncio.to_thread(pipe.recv)
        over = asyncio.create_task(asyncio.to_thread(pipe.recv))
        pipe.send(await _watch(discord, places, admin if ask else None, over))
        await asyncio.Event().wait()  # for as long as the driver lets this process live


def _build(discord: DiscordStandIn, channels: int, admin: Person) -> tuple[Place, ...]:
    world, chance = discord.world, random.Random(channels)
    failing = chance.sample(range(channels), channels // ONE_IN)
    fates = dict(zip(failing, cycle((Fate.STALLS, Fate.FORBIDDEN, Fate.BREAKS)), strict=False))
    places = []
    for start in range(0, channels, A_GUILD):
        guild = world.add_guild(f"guild {start // A_GUILD}")
        world.join(guild, admin.user, world.add_role(guild, "admins", Permission.MANAGE_GUILD))
        for number in range(start, min(start + A_GUILD, channels)):
            channel = world.add_channel(guild, f"papers-{number}")
            fate = fates.get(number, Fate.WELL)
            several = fate is Fate.WELL and number % A_CARD_CHANNEL == 0
            places.append(Place(channel.id, guild.id, fate, CARDS if several else 1))
            _spoil(discord, channel, fate)
    return tuple(places)


def _spoil(discord: DiscordStandIn, channel: Channel, fate: Fate) -> None:
    path = f"/channels/{channel.id}/messages"
    match fate:
        case Fate.FORBIDDEN:
            discord.script("POST", path, Answer(403, {"message": "Missing Permissions", "code": 50013}), times=1000)
        case Fate.STALLS:
            discord.script("POST", path, Stall(STALL))
        case Fate.BREAKS:
            discord.script("POST", path, Answer(500, {"message": "500: Internal Server Error", "code": 0}), times=1000)
        case Fate.WELL:
            pass


async def _watch(
    discord: DiscordStandIn, places: tuple[Place, ...], person: Person | None, over: asyncio.Task[object]
) -> Seen:
    begun = time.monotonic()
    accounts = discord.accounts
    wanted = Counter({one.channel_id: one.messages for one in places if one.fate in (Fate.WELL, Fate.STALLS)})
    asking = asyncio.create_task(_ask(discord, person, places)) if person is not None else None
    samples: list[Sample] = []
    missing, quiet_since, looked = wanted.total(), begun, 0
    while missing and not over.done() and time.monotonic() - quiet_since < NO_NEWS_FOR:
        await asyncio.sleep(SAMPLE_EVERY)
        samples.append(_sample(discord))
        for one in accounts.accepted[looked:]:
            quiet_since = time.monotonic()
            missing -= wanted[one.channel_id] > 0
            wanted[one.channel_id] -= 1
        looked = len(accounts.accepted)
    unanswered = 0
    if asking is not None:
        asking.cancel()
        unanswered = await asking
    here = {one.channel_id for one in places}
    return Seen(
        begun=begun,
        accepted=tuple(one.at for one in accounts.accepted if one.channel_id in here),
        missing=missing,
        samples=tuple(samples),
        acknowledged=tuple(accounts.acknowledged),
        settled=tuple(accounts.settled),
        unanswered=unanswered,
        doubled=-sum(wanted[channel_id] for channel_id in here if wanted[channel_id] < 0),
    )


def _sample(discord: DiscordStandIn) -> Sample:
    accounts = discord.accounts
    counted = sum(
        number
        for (route, _), number in accounts.answers.items()
        if not route.partition(" ")[2].startswith(INTERACTION_ROUTES)
    )
    return Sample(time.monotonic(), counted, accounts.limited.total(), accounts.limited["global"])


async def _ask(discord: DiscordStandIn, person: Person, places: tuple[Place, ...]) -> int:
    """A search, the press of a button of a digest, a search, ... until cancelled; gives how many were not answered."""
    under_way: list[asyncio.Task[object]] = []
    desk = discord.world.channels[places[0].channel_id].guild
    assert desk is not None
    talk = discord.world.add_channel(desk, "talk")
    try:
        for turn in count():
            newest = _newest(discord) if turn % 2 else None
            under_way.append(asyncio.create_task(_one(person, talk, newest, QUERIES[turn // 2 % len(QUERIES)])))
            await asyncio.sleep(ASK_EVERY)
    except asyncio.CancelledError:
        pass
    ends = await asyncio.gather(*under_way, return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, NoAnswer):
            raise end
    return sum(isinstance(end, NoAnswer) for end in ends)


async def _one(person: Person, talk: Channel, message: Message | None, query: str) -> object:
    if message is None:
        return await person.slash(talk, "papers search", query=query)
    why = next(button.custom_id for button in message.buttons if button.custom_id and ":why:" in button.custom_id)
    return await person.press(message, why)


def _newest(discord: DiscordStandIn) -> Message | None:
    if not discord.accounts.accepted:
        return None
    last = discord.accounts.accepted[-1]
    channel = discord.world.channels[last.channel_id]
    found = channel.messages[-1] if channel.guild is not None and channel.name.startswith("papers") else None
    return found if found is not None and found.buttons else None
