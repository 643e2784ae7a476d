"""The real bot in one process with a Hugging Face and a Discord of one's own, and a clock that may be moved."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import discord as dpy
import pytest

from bot.app import open_resources
from bot.core.reports import TickReport
from bot.discord_ui.client import PaperboyClient, point_at
from bot.ports import Resources
from bot.services import dispatch, ingest
from bot.settings import Settings
from storage.records import Delivery, DeliveryState, Destination, DestinationKind
from tests.acceptance.machine import Machine
from tests.cli.conftest import _own_logs, filled, folder, paperboy, quiet_site  # noqa: F401  # fixtures
from tests.standins.discord import (
    NO_LIMITS,
    TOKEN,
    Channel,
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
    ada: Person
    grace: Person

    async def beat(self) -> TickReport:
        """What the heartbeat of a running bot does, once."""
        self.site.today = self.clock.now().date()
        await ingest.refresh(self.r)
        return await dispatch.tick(self.r, self.client.outbox)

    async def until(self, then: datetime) -> TickReport:
        """Let the time pass until ``then``, with a beat from time to time; gives what the last one did."""
        while self.clock.now() < then:
            self.clock.advance(min(STRIDE, then - self.clock.now()))
            report = await self.beat()
        return report

    async def set_up(self, **terms: str | int) -> Reply:
        """Ada asks for a digest in ``papers`` at eight in Berlin and starts it."""
        terms = {"zone": "Europe/Berlin", "hour": "8", "papers": 10, **terms}
        asked = await self.ada.slash(self.papers, "setup", **terms)
        await self.discord.until(lambda: len(asked.messages) == 2)
        return await self.ada.press(asked.messages[1], "Start")

    async def ledger(self, place: Channel | Person) -> list[Delivery]:
        """Every delivery to a channel or a person, oldest first."""
        kind = DestinationKind.PERSON if isinstance(place, Person) else DestinationKind.CHANNEL
        async with self.r.store.read() as tx:
            return (await tx.deliveries.recent(destination=Destination(kind=kind, id=place.id), limit=1000))[::-1]

    def posted(self, place: Channel | Person) -> list[Message]:
        """What the bot posted there by itself, oldest first."""
        channel = place.dm if isinstance(place, Person) else place
        return [message for message in self.discord.messages(channel) if message.interaction is None]

    async def agree(self, place: Channel | Person) -> None:
        """The ledger says of each message what stands in it, and of nothing else that it was sent."""
        deliveries = await self.ledger(place)
        sent = [one for one in deliveries if one.state is DeliveryState.SENT]
        messages = self.posted(place)
        assert [message.id for message in messages] == [one.message_id for one in sent]
        for message, one in zip(messages, sent, strict=True):
            assert papers_in(message) == list(one.paper_ids)
            assert any(one.token in (button.custom_id or "") for button in message.buttons)
        for one in deliveries:
            assert one.considered == len(one.paper_ids) + sum(one.left_out.values())
            assert one.problem or one.state is DeliveryState.SENT
        everything = [paper_id for one in sent for paper_id in one.paper_ids]
        assert len(everything) == len(set(everything)), "no paper comes twice to one place"

    def everything_said(self) -> list[Message]:
        """Every message of the bot, also those that only one person saw."""
        seen = [message for channel in self.discord.world.channels.values() for message in channel.messages]
        answers = [one.original for one in self.discord.desk.all] + [
            more for one in self.discord.desk.all for more in one.followups
        ]
        return [message for message in (*seen, *answers) if message is not None and message.author.bot]


def papers_in(message: Message) -> list[str]:
    """The ids of the papers that a message lists, in its order."""
    shows = [button.custom_id or "" for button in message.buttons]
    return [action.removeprefix("pb:show:") for action in shows if action.startswith("pb:show:")]


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
    ada = discord.add_person("ada", guild, permissions=Permission.MANAGE_GUILD)
    grace = discord.add_person("grace", guild)
    with pointed_at(discord):
        async with open_resources(settings, clock=discord.clock.now) as r:
            async with PaperboyClient(r, guilds_settle_in=0.05) as client:
                await client.sign_in(TOKEN)
                connection = asyncio.create_task(client.connect())
                await client.connected(connection)
                await ingest.ensure_papers(r)
                yield Scene(discord, site, discord.clock, r, client, guild, papers, talk, ada, grace)
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
        await scene.agree(scene.papers)
        await scene.agree(scene.grace)
        assert discord.violations == []
        assert [message.text for message in scene.everything_said() if message.pings] == []


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """A machine on which nothing was ever run."""
    (tmp_path / "machine").mkdir()
    machine = Machine(tmp_path / "machine")
    yield machine
    await machine.clear()
