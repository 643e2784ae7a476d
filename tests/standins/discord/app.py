"""A Discord of one's own on a loopback port: real HTTP and a real gateway for an unmodified client."""

from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.standins.discord.accounting import Accounts
from tests.standins.discord.administration import AdministeredWorld
from tests.standins.discord.clock import StandInClock
from tests.standins.discord.faults import Fault
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.interactions import FIRST_ANSWER, Desk
from tests.standins.discord.limits import USUAL_LIMITS, Limits, RateLimiter
from tests.standins.discord.openapi import discords_description
from tests.standins.discord.people import Person
from tests.standins.discord.permissions import NOTHING, Permission
from tests.standins.discord.reading import Button
from tests.standins.discord.rest import Rest
from tests.standins.discord.rest_interactions import InteractionRoutes
from tests.standins.discord.rest_messages import MessageRoutes
from tests.standins.discord.rest_threads import ThreadRoutes
from tests.standins.discord.state import Channel, Guild, Message
from tests.standins.discord.weather import Weather
from tests.standins.discord.wire import PREFIX, Request, Route, Violation, Wire

TOKEN = "a-made-up-token"
NONCE_WINDOW = timedelta(minutes=3)
"""Discord says only "the past few minutes"."""


class StandInFault(AssertionError):
    """The stand-in itself went wrong, or was asked for something that it does not know."""


class DiscordStandIn:
    """Use as ``async with DiscordStandIn(token="…") as discord``; then ``discord.api_url`` is where a client goes.

    ``privileged`` are the intents that the developer portal grants. Under load ``check_bodies=False`` spares the look
    into Discord's own description, and ``keep_requests=False`` the memory; ``accounts`` counts in any case. Leaving
    the block raises ``StandInFault`` where the client asked for a route that is not here, so that nothing passes a
    test by not being simulated.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        bot_name: str = "Paperboy",
        clock: StandInClock | None = None,
        limits: Limits = USUAL_LIMITS,
        nonce_window: timedelta = NONCE_WINDOW,
        shards: int = 1,
        privileged: int = 0,
        heartbeat_interval: float = 41.25,
        answer_within: timedelta = FIRST_ANSWER,
        weather: Weather | None = None,
        check_bodies: bool = True,
        keep_requests: bool = True,
    ) -> None:
        self.token = token
        self.port = port
        self.clock = clock or StandInClock()
        self.gateway = Gateway(token, shards=shards, privileged=privileged, heartbeat_interval=heartbeat_interval)
        self.accounts = Accounts()
        self.world = AdministeredWorld(self.clock, self.accounts, bot_name=bot_name, emit=self.gateway.emit)
        self.gateway.attach(self.world)
        limiter = RateLimiter(limits)
        self.wire = Wire(
            token,
            self.clock,
            limiter,
            discords_description() if check_bodies else None,
            self.gateway.signal,
            self.accounts,
            self.gateway.suffer,
            keep_requests=keep_requests,
            weather=weather,
        )
        self.rest = Rest(self.world, self.gateway)
        self.message_routes = MessageRoutes(self.world, limiter, nonce_window=nonce_window)
        self.thread_routes = ThreadRoutes(self.world, limiter)
        self.desk = Desk(self.world, self.gateway, self.gateway.signal, answer_within=answer_within)
        self.interaction_routes = InteractionRoutes(self.desk)
        self._runner: web.AppRunner | None = None

    def routes(self) -> list[Route]:
        parts = (self.rest, self.message_routes, self.thread_routes, self.interaction_routes)
        return [route for part in parts for route in part.routes()]

    async def start(self) -> None:
        app = web.Application(client_max_size=26 * 2**20)
        for route in self.routes():
            app.router.add_route(route.method, PREFIX + route.path, self.wire.serve(route))
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_route("*", "/{anything:.*}", self.wire.unknown)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.gateway.url = f"ws://127.0.0.1:{self.port}/gateway/"

    async def stop(self) -> None:
        self.gateway.close(1001)
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        if error is None:
            self.check()

    def check(self) -> None:
        """Raises StandInFault where the stand-in crashed or did not know a route."""
        if self.wire.crashes:
            raise StandInFault(self.wire.crashes[0])
        if self.wire.unknown_routes:
            raise StandInFault(f"routes that the stand-in does not know: {self.wire.unknown_routes}")

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    def add_person(
        self, name: str, guild: Guild | None = None, *, permissions: Permission = NOTHING, patience: float = 60.0
    ) -> Person:
        """Somebody, in that guild with these permissions beside what everyone has there."""
        user = self.world.add_user(name)
        if guild is not None:
            roles = [self.world.add_role(guild, f"{name}s role", permissions)] if permissions else []
            self.world.join(guild, user, *roles)
        return Person(user, self.desk, self.rest.registry.of, patience)

    def script(self, method: str, path: str, fault: Fault, *, times: int = 1) -> None:
        """The next ``times`` requests to ``path`` (``*`` stands for anything) meet this fault."""
        self.wire.script.add(method, path, fault, times=times)

    @property
    def nonce_window(self) -> timedelta:
        """For how long after a message, by the stand-in's clock, its nonce stands for it; may be set at any time."""
        return self.message_routes.nonce_window

    @nonce_window.setter
    def nonce_window(self, window: timedelta) -> None:
        self.message_routes.nonce_window = window

    @property
    def weather(self) -> Weather | None:
        """What befalls requests that nothing was scripted for; may be set at any time."""
        return self.wire.weather

    @weather.setter
    def weather(self, weather: Weather | None) -> None:
        self.wire.weather = weather

    @property
    def requests(self) -> list[Request]:
        """Everything that was asked, oldest first."""
        return self.wire.requests

    def requests_to(self, operation: str) -> list[Request]:
        """Those of one operation, by Discord's name for it (``create_message``)."""
        return [request for request in self.wire.requests if request.operation == operation]

    @property
    def violations(self) -> list[Violation]:
        """Bodies that Discord would have refused; a test of a well-behaved bot ends with none."""
        return self.wire.violations

    def messages(self, channel: Channel | int) -> list[Message]:
        """What stands in a channel now, oldest first; what only one person sees is not among it."""
        found = self.world.channels[channel] if isinstance(channel, int) else channel
        return [message for message in found.messages if not message.deleted]

    async def until(self, holds: Callable[[], bool], *, seconds: float = 10.0) -> None:
        """Wait for something about the stand-in. Raises TimeoutError."""
        await self.gateway.signal.until(holds, seconds)

    async def messages_in(self, channel: Channel, count: int = 1, *, seconds: float = 10.0) -> list[Message]:
        """The channel's messages as soon as there are so many. Raises TimeoutError."""
        await self.until(lambda: len(self.messages(channel)) >= count, seconds=seconds)
        return self.messages(channel)

    async def online(self, *, seconds: float = 10.0) -> None:
        """Wait until every shard of the bot is connected. Raises TimeoutError."""
        await self.gateway.wait(seconds)

    async def synced(self, *, seconds: float = 10.0) -> None:
        """Wait until the bot has registered commands at least once. Raises TimeoutError."""
        await self.until(lambda: bool(self.rest.registry.syncs), seconds=seconds)

    @staticmethod
    def visible_text(message: Message) -> str:
        return message.text

    @staticmethod
    def buttons(message: Message) -> list[Button]:
        return message.buttons
