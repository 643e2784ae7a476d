"""A small world for the chaos harness: a Discord, a Hugging Face, a store, and programs that come and go in it.

Its time is one for all of them and can be moved, also while programs run.
"""

import asyncio
import multiprocessing
import time as wall
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot.services.upkeep import SEEN_CHANGE
from storage.records import (
    Cadence,
    ChannelSetup,
    Delivery,
    Destination,
    DestinationKind,
    Layout,
    Settle,
    Sort,
    TagRule,
)
from storage.store import Store
from tests.acceptance import chaos_program
from tests.acceptance.chaos_program import MovableClock
from tests.builders import make_person, make_schedule, make_setup, make_topic
from tests.standins.discord import (
    TOKEN,
    Channel,
    ChannelKind,
    DiscordStandIn,
    Permission,
    Role,
    Stall,
    StandInClock,
    Trouble,
    User,
    Weather,
)
from tests.standins.discord.faults import Fault
from tests.standins.hugging_face import HuggingFaceStandIn, Item, make_item

KILLED = -9
FIRST_DAY = date(2026, 4, 3)
DUE = time(9)
DUE_LATER = time(9, 20)
NONCE_WINDOW = timedelta(minutes=3)
"""As the stand-in has it: longer than a lease, so that both sides of it are met."""

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.acceptance.chaos_program", "bot.discord_ui.client", "bot.services.dispatch"])
"""Each program is forked from one that has imported everything: two seconds less for each of a thousand."""

STRUCK = frozenset(
    {
        "create_message",
        "create_thread",
        "crosspost_message",
        "update_message",
        "list_messages",
        "get_message",
        "get_active_guild_threads",
        "list_public_archived_threads",
        "create_dm",
        "get_channel",
    }
)
"""The operations that deliveries are made of: what the weather strikes, and what kills are timed by."""

SPARED = 8
"""Of other requests only each eighth meets the weather: a start takes five of them, and most have to succeed."""

EARLY, LATE = 8, 2
"""Papers of a day that are listed in the morning, and more that come in the course of it."""


@dataclass(slots=True)
class WatchedWeather(Weather):
    """The weather, which tells of each request when it comes in, and knows when the last stall of all is over."""

    came: Callable[[str], None] = lambda _: None
    stalled_until: float = 0.0
    others: int = 0

    def decide(self, operation: str, path: str, *, by_token: bool) -> tuple[Fault | None, Trouble | None]:
        if operation not in STRUCK:
            self.others += 1
            if self.others % SPARED:
                return None, None
        # By its name: a dataclass with slots is made anew, and super() without arguments looks for the old one.
        fault, trouble = Weather.decide(self, operation, path, by_token=by_token)
        if isinstance(fault, Stall):
            self.stalled_until = max(self.stalled_until, wall.monotonic() + fault.seconds)
        if operation in STRUCK:
            self.came(operation)
        return fault, trouble


@dataclass(slots=True, eq=False)
class Program:
    """One running program."""

    process: ForkServerProcess

    async def kill(self) -> int | None:
        """SIGKILL; gives how it ended, which is another code where it had ended by itself."""
        self.process.kill()
        # Not joined in a thread: starting another process looks at this one, too, and only one of them learns the code.
        while (code := self.process.exitcode) is None:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0.005)
        self.process.close()
        return code


@dataclass(slots=True, eq=False)
class World:
    discord: DiscordStandIn
    site: HuggingFaceStandIn
    clock: StandInClock
    shared: MovableClock
    store: Store
    url: str
    folder: Path
    sabotage: str | None = None
    setups: list[ChannelSetup] = field(default_factory=list)
    places: dict[Destination, Channel] = field(default_factory=dict)
    reader: User | None = None
    role: Role | None = None
    programs: list[Program] = field(default_factory=list)
    deleted: set[int] = field(default_factory=set)
    """Messages that a person deleted."""
    withdrawn: set[str] = field(default_factory=set)
    days: list[date] = field(default_factory=list)
    missed: set[date] = field(default_factory=set)
    """Days on which no program ran before the grace window was over."""
    struck: Counter[str] = field(default_factory=Counter)
    requests_seen: int = 0
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    # --- time ---

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def advance(self, step: timedelta) -> None:
        """For everybody: Discord, and each program that runs."""
        self.clock.advance(step)
        self.shared.shift_to((self.clock.now() - datetime.now(UTC)).total_seconds())

    def advance_to(self, then: datetime) -> None:
        self.advance(then - self.now)

    async def let_stalls_end(self) -> None:
        """Before time jumps: a request that Discord still holds would in truth have been carried out long since."""
        weather = self.discord.weather
        if isinstance(weather, WatchedWeather):
            await asyncio.sleep(max(0.0, weather.stalled_until - wall.monotonic() + 0.02))

    # --- programs ---

    def start(self) -> Program:
        environment = {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": self.discord.api_url,
            "DATABASE_URL": self.url,
            "INDEX_PATH": str(self.folder / "index"),
            "HF_ENDPOINT": self.site.url,
            "NO_PROXY": "127.0.0.1",
        }
        process = PROCESSES.Process(target=chaos_program.live, args=(environment, self.folder, self.sabotage))
        process.start()
        program = Program(process)
        self.programs.append(program)
        return program

    async def kill(self, program: Program) -> int | None:
        self.programs.remove(program)
        return await program.kill()

    async def next_request(self, *, within: float) -> bool:
        """Wait for one more request of ``STRUCK``; False where none came in time."""
        seen = self.requests_seen
        try:
            async with asyncio.timeout(within):
                while self.requests_seen == seen:
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            return False
        return True

    def _came(self, _operation: str) -> None:
        self.requests_seen += 1
        self._more.set()

    # --- the weather and the papers ---

    def weather(self, weather: WatchedWeather | None) -> None:
        """Let it become so; None is a calm that still tells of requests."""
        old = self.discord.weather
        if old is not None:
            self.struck.update(_name(what) for _, what in old.struck)
        calm = WatchedWeather(0, operations=frozenset())
        new = weather or calm
        new.came = self._came
        if isinstance(old, WatchedWeather):
            new.stalled_until = old.stalled_until
        self.discord.weather = new

    def list_papers(self, day: date) -> None:
        """The list of ``day`` is there."""
        self.site.today = day
        self.site.days[day] = [_paper(day, number, 100 - number) for number in range(1, EARLY + 1)]

    def begin(self, day: date) -> None:
        """The morning, in which nothing is due yet."""
        self.days.append(day)
        self.advance_to(datetime.combine(day, DUE, UTC) - timedelta(seconds=5))

    def list_more(self, day: date) -> None:
        """The course of the day: papers come that are better than all that were there."""
        more = [_paper(day, EARLY + number, 200 + number) for number in range(1, LATE + 1)]
        self.site.days[day] = [*self.site.days[day][:EARLY], *more]

    def delete(self, message_id: int) -> None:
        """Somebody deletes a message of the bot's; in a forum the whole post."""
        self.deleted.add(message_id)
        if (thread := self.discord.world.channels.get(message_id)) is not None:
            self.discord.world.remove_channel(thread)
            return
        for channel in self.places.values():
            if (message := self.discord.world.find_message(channel, message_id)) is not None:
                self.discord.world.delete(message)

    def close_posts(self) -> None:
        """Somebody closes every open forum post: they are still there, among those that were closed."""
        for thread in list(self.discord.world.channels.values()):
            if thread.kind is ChannelKind.PUBLIC_THREAD and not thread.archived:
                self.discord.world.archive(thread)

    async def untold(self) -> int:
        """How many papers have news that no program has noted yet."""
        async with self.store.read() as tx:
            return len(await tx.papers.changes(after=int(await tx.facts.get(SEEN_CHANGE) or 0)))

    async def ledger(self) -> list[Delivery]:
        """Every delivery, oldest first."""
        async with self.store.read() as tx:
            return (await tx.deliveries.recent(limit=100_000))[::-1]


def _paper(day: date, number: int, upvotes: int) -> Item:
    topic = ("agents", "diffusion", "vision", "speech")[number % 4]
    return make_item(number, day=day, upvotes=upvotes, title=f"On {topic} ({day} {number})", ai_keywords=[topic])


def _name(what: Fault | Trouble) -> str:
    """A fault in words, without its numbers."""
    if isinstance(what, Trouble):
        return f"gateway: {what}"
    after = " after it was done" if getattr(what, "executed", False) else ""
    match type(what).__name__:
        case "Answer":
            return f"HTTP {getattr(what, 'status', 0)}{after}"
        case "TooManyRequests":
            via = "" if getattr(what, "via", True) else " without Via"
            return f"HTTP 429 {getattr(what, 'scope', '')}{via}"
        case "Drop":
            return f"{'reset' if getattr(what, 'reset', False) else 'lost connection'}{after}"
        case kind:
            return f"{kind.lower()}{after}"


# ------------------------------------------------------------------------------------------------- who gets what


async def furnish(world: World) -> None:
    """Every layout, a round-up beside a daily digest, an announcement channel, and somebody who follows topics."""
    began = datetime.combine(FIRST_DAY, time(), UTC)
    world.advance_to(began)
    people = world.discord.world
    guild = people.add_guild("Lab", bot_permissions=Permission.MENTION_EVERYONE)
    world.role = people.add_role(guild, "readers", Permission(0))
    world.role.mentionable = True
    forum = people.add_channel(guild, "forum", kind=ChannelKind.FORUM)
    tags = [TagRule(name=name, query=name, tag_id=people.add_tag(forum, name).id) for name in ("agents", "vision")]
    other = TagRule(name="other", tag_id=people.add_tag(forum, "other").id)
    people.require_tag(forum)
    make = partial(make_setup, guild_id=guild.id, created_at=began, sort=Sort.TOP, created_by=guild.owner_id)
    papers = people.add_channel(guild, "papers")
    talk = people.add_channel(guild, "talk")
    cards = people.add_channel(guild, "cards")
    news = people.add_channel(guild, "news", kind=ChannelKind.ANNOUNCEMENT)
    daily, later = make_schedule(DUE), make_schedule(DUE_LATER)
    weekly = make_schedule(DUE_LATER, cadence=Cadence.WEEKLY)
    wanted: Sequence[tuple[Channel, Callable[[Destination], ChannelSetup]]] = (
        (papers, lambda at: make(destination=at, schedule=daily, settle=Settle.COMPLETED, role_id=_id(world.role))),
        (papers, lambda at: make(destination=at, schedule=weekly, limit=3)),
        (talk, lambda at: make(destination=at, schedule=later, layout=Layout.THREADS, limit=4)),
        (cards, lambda at: make(destination=at, schedule=daily, layout=Layout.CARDS, limit=5)),
        (forum, lambda at: make(destination=at, schedule=daily, layout=Layout.FORUM, limit=4, tags=(*tags, other))),
        (news, lambda at: make(destination=at, schedule=daily, layout=Layout.CARDS, limit=2, publish=True)),
    )
    async with world.store.write() as tx:
        for channel, setup in wanted:
            kind = DestinationKind.FORUM if channel is forum else DestinationKind.CHANNEL
            at = Destination(kind=kind, id=channel.id)
            world.places[at] = channel
            world.setups.append(await tx.channels.add(setup(at)))
        world.reader = people.add_user("reader")
        people.join(guild, world.reader)
        person = make_person(world.reader.id, schedule=daily)
        await tx.people.save(person)
        await tx.topics.follow(make_topic("agents OR speech", person_id=person.id, created_at=began))
        world.places[person.destination] = people.open_dm(world.reader)


def _id(role: Role | None) -> int | None:
    return None if role is None else role.id
