"""The real bot in one process with a Hugging Face and a Discord of one's own, and a clock that may be moved."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import discord as dpy
import pytest

from bot.app import open_resources
from bot.core.reports import TickReport
from bot.discord_ui.client import PaperboyClient, point_at
from bot.ports import Resources
from bot.render.actions import OpenThread, ShowPaper, decode
from bot.services import channels, dispatch, ingest, pauses, upkeep
from bot.settings import Settings
from storage.records import ChannelSetup, Delivery, DeliveryState, Destination, DestinationKind, Settle
from tests.acceptance.machine import Machine
from tests.builders import make_schedule, make_setup
from tests.cli.conftest import _own_logs, filled, folder, paperboy, quiet_site  # noqa: F401  # fixtures
from tests.standins.discord import (
    NO_LIMITS,
    TOKEN,
    Channel,
    ChannelKind,
    DiscordStandIn,
    Guild,
    Message,
    Permission,
    Person,
    Reply,
    StandInClock,
)
from tests.standins.hugging_face import HuggingFaceStandIn, Item, make_item
from tests.storage.conftest import shared_folder  # noqa: F401  # a fixture

THURSDAY, FRIDAY, SATURDAY, SUNDAY, MONDAY, TUESDAY, WEDNESDAY = (date(2025, 3, 27) + timedelta(n) for n in range(7))
"""On the Sunday clocks in Berlin are put forward; in New York they were put forward three weeks before."""

NOISY_TITLE = "@everyone and <@&1> see `rm -rf` [here](https://evil.example) \u202etxet $\\alpha^2$ diffusion"

LINKED = re.compile(r"arxiv\.org/abs/(\S+)")

STRIDE = timedelta(hours=6)
"""Between two looks at the clock where nothing is due: the ledger decides what is due, not how often it is read."""


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def listed(day: date, *topics: str) -> list[Item]:
    """The list of ``day``: a paper about each of ``topics``, the most voted for first."""
    count = len(topics)
    return [
        make_item(number, day=day, upvotes=10 * (count - number + 1), title=f"{topic} ({day:%A} {number})")
        for number, topic in enumerate(topics, 1)
    ]


@dataclass(slots=True)
class Scene:
    """A server in which ``papers`` gets digests and people talk to the bot in ``talk``; Ada manages it, Grace reads."""

    discord: DiscordStandIn
    site: HuggingFaceStandIn
    clock: StandInClock
    r: Resources
    client: PaperboyClient
    guild: Guild
    papers: Channel
    talk: Channel
    beacon: Channel
    ada: Person
    grace: Person
    may_ping: set[str] = field(default_factory=set)
    """Whom a message may notify, as ``<@&id>``; usually nobody."""

    async def beat(self) -> TickReport:
        """What the heartbeat of a running bot does, once."""
        await self.heard()
        self.site.today = self.clock.now().date()
        outbox = self.client.outbox
        await ingest.refresh(self.r)
        await pauses.resume_mended(self.r, outbox)
        report = await dispatch.tick(self.r, outbox)
        await upkeep.publish(self.r, outbox)
        await upkeep.note_changes(self.r)
        await upkeep.revise(self.r)
        await upkeep.edit(self.r, outbox)
        await upkeep.forget_the_old(self.r, keep=timedelta(days=180))
        return report

    async def heard(self) -> None:
        """Wait until the bot has taken in all that Discord told it; what it hears of last is a name of a channel."""
        name = f"beacon-{self.clock.now().timestamp()}"
        self.discord.world.rename(self.beacon, name)
        async with asyncio.timeout(30):
            while getattr(self.client.get_channel(self.beacon.id), "name", None) != name:  # noqa: ASYNC110  # nobody tells
                await asyncio.sleep(0.002)
            events = [task for task in asyncio.all_tasks() if task.get_name().startswith("discord.py: on_")]
            await asyncio.gather(*events, return_exceptions=True)

    async def until(self, then: datetime, *, stride: timedelta = STRIDE) -> TickReport:
        """Let the time pass until ``then``, with a beat from time to time; gives what the last one did."""
        while self.clock.now() < then:
            self.clock.advance(min(stride, then - self.clock.now()))
            report = await self.beat()
        return report

    def jump(self, then: datetime) -> None:
        """The bot is down until ``then``, or somebody sets its clock."""
        self.clock.advance(then - self.clock.now())

    async def add(self, place: Channel | None = None, **facts: Any) -> ChannelSetup:
        """A running setup of Ada's for a channel, forum or thread, at eight in UTC, as ``/setup`` would keep it."""
        place = place or self.papers
        schedule = {"at": time(8), **facts.pop("schedule", {})}
        setup = make_setup(
            guild_id=self.guild.id,
            destination=Destination(kind=kind_of(place), id=place.id),
            schedule=make_schedule(**schedule),
            created_by=self.ada.id,
            created_at=self.clock.now(),
            **{"limit": 10, "settle": Settle.NOW, **facts},
        )
        return await channels.create(self.r, setup)

    async def setup(self, setup_id: int) -> ChannelSetup:
        return await channels.setup_by_id(self.r, setup_id)

    async def set_up(self, **terms: str | int) -> Reply:
        """Ada asks for a digest in ``papers`` at eight in Berlin and starts it."""
        terms = {"zone": "Europe/Berlin", "hour": "8", "papers": 10, **terms}
        asked = await self.ada.slash(self.papers, "setup", **terms)
        await self.discord.until(lambda: len(asked.messages) == 2)
        return await self.ada.press(asked.messages[1], "Start")

    async def ledger(self, place: Channel | Person) -> list[Delivery]:
        """Every delivery to a channel, forum, thread or person, oldest first."""
        kinds = (
            {DestinationKind.PERSON} if isinstance(place, Person) else set(DestinationKind) - {DestinationKind.PERSON}
        )
        async with self.r.store.read() as tx:
            found = [
                one
                for kind in kinds
                for one in await tx.deliveries.recent(destination=Destination(kind=kind, id=place.id), limit=1000)
            ]
        return sorted(found, key=lambda one: one.id)

    def posted(self, place: Channel | Person) -> list[Message]:
        """What the bot posted there by itself, oldest first; of a forum the first message of each post."""
        channel = place.dm if isinstance(place, Person) else place
        if channel.kind is ChannelKind.FORUM:
            posts = [one for one in self.discord.world.channels.values() if one.parent is channel]
            return [message for post in posts for message in self.discord.messages(post)[:1]]
        return [message for message in self.discord.messages(channel) if message.interaction is None]

    async def agree(self, place: Channel | Person) -> None:
        """The ledger says of each message what stands in it, and of nothing else that it was sent."""
        deliveries = await self.ledger(place)
        there = {message.id: message for message in self.posted(place)}
        noted = [(one, message) for one in deliveries for message in one.messages if message.message_id is not None]
        assert there.keys() <= {message.message_id for _, message in noted}
        assert len({message.message_id for _, message in noted}) == len(noted), "a message is of one delivery"
        for one, part in noted:
            message = there.get(part.message_id or 0)
            if message is None:
                continue  # somebody deleted it
            assert papers_in(message) == ([part.paper_id] if part.paper_id else list(one.paper_ids))
            assert any(part.token in (button.custom_id or "") for button in message.buttons)
        for one in deliveries:
            assert one.considered == len(one.paper_ids) + sum(one.left_out.values())
            assert one.problem or one.state in {DeliveryState.SENT, DeliveryState.PLANNED}
        came = Counter(
            (one.cadence, paper_id)
            for one in deliveries
            if one.state is DeliveryState.SENT
            for paper_id in one.paper_ids
        )
        assert not [twice for twice, count in came.items() if count > 1], "no paper comes twice to one place"

    def everything_said(self) -> list[Message]:
        """Every message of the bot, also those that only one person saw."""
        seen = [message for channel in self.discord.world.channels.values() for message in channel.messages]
        answers = [one.original for one in self.discord.desk.all] + [
            more for one in self.discord.desk.all for more in one.followups
        ]
        return [message for message in (*seen, *answers) if message is not None and message.author.bot]


def kind_of(place: Channel) -> DestinationKind:
    if place.kind is ChannelKind.FORUM:
        return DestinationKind.FORUM
    return DestinationKind.THREAD if place.parent is not None else DestinationKind.CHANNEL


def papers_in(message: Message) -> list[str]:
    """The ids of the papers that a message lists or is about, in its order."""
    actions = [decode(button.custom_id) for button in message.buttons if button.custom_id]
    listed = [str(one.paper_id) for one in actions if isinstance(one, ShowPaper | OpenThread)]
    return listed or list(dict.fromkeys(LINKED.findall(" ".join(button.url or "" for button in message.buttons))))


@contextmanager
def pointed_at(discord: DiscordStandIn) -> Iterator[None]:
    """The real client goes to the stand-in, and afterwards where it went."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dpy.http.Route, "BASE", dpy.http.Route.BASE)
        patch.setattr(dpy.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", dpy.gateway.DiscordWebSocket.DEFAULT_GATEWAY)
        point_at(discord.api_url)
        yield


@asynccontextmanager
async def on_stage(discord: DiscordStandIn, site: HuggingFaceStandIn, store: Path) -> AsyncIterator[Scene]:
    """The bot as ``bot.app`` puts it together, online in a server."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings takes it, its types hide it
        hf_endpoint=site.url,
        discord_api_url=discord.api_url,
        database_url=f"sqlite+aiosqlite:///{store}",  # type: ignore[arg-type]  # pydantic makes it a secret
    )
    world = discord.world
    guild = world.add_guild("Lab", bot_permissions=Permission.MENTION_EVERYONE)
    papers, talk = world.add_channel(guild, "papers"), world.add_channel(guild, "talk")
    beacon = world.add_channel(world.add_guild("Lighthouse"), "beacon")
    ada = discord.add_person("ada", guild, permissions=Permission.MANAGE_GUILD)
    grace = discord.add_person("grace", guild)
    with pointed_at(discord):
        async with open_resources(settings, clock=discord.clock.now) as r:
            async with PaperboyClient(r, guilds_settle_in=0.05) as client:
                await client.sign_in(TOKEN)
                connection = asyncio.create_task(client.connect())
                await client.connected(connection)
                await ingest.ensure_papers(r)
                yield Scene(discord, site, discord.clock, r, client, guild, papers, talk, beacon, ada, grace)
            await connection


@pytest.fixture
async def scene(store_file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Thursday, ten o'clock in London; seven papers are listed, and what Discord saw is looked at in the end."""
    monkeypatch.setattr("bot.sources.http.FIRST_PAUSE", 0.01)
    days = {THURSDAY: listed(THURSDAY, "Agents", "Diffusion", "Vision", "Speech", "Robots", "Proofs", "Tables")}
    clock = StandInClock(start=moment(THURSDAY, 10))
    async with (
        DiscordStandIn(limits=NO_LIMITS, clock=clock, answer_within=timedelta(minutes=1)) as discord,
        HuggingFaceStandIn(days, today=THURSDAY) as site,
        on_stage(discord, site, store_file) as scene,
    ):
        yield scene
        for place in (scene.papers, scene.grace, scene.ada):
            await scene.agree(place)
        assert discord.violations == []
        assert [message.text for message in scene.everything_said() if message.pings - scene.may_ping] == []


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """A machine on which nothing was ever run."""
    (tmp_path / "machine").mkdir()
    machine = Machine(tmp_path / "machine")
    yield machine
    await machine.clear()
