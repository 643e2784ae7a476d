"""A Discord of one's own on a loopback port: real HTTP and a real gateway for an unmodified client."""

from datetime import timedelta
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.standins.discord.clock import StandInClock
from tests.standins.discord.faults import Fault
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.limits import USUAL_LIMITS, Limits, RateLimiter
from tests.standins.discord.openapi import Description
from tests.standins.discord.rest import Rest
from tests.standins.discord.rest_messages import MessageRoutes
from tests.standins.discord.state import Channel, Message, World
from tests.standins.discord.wire import PREFIX, Wire

TOKEN = "a-made-up-token"
NONCE_WINDOW = timedelta(minutes=3)
"""Discord says only "the past few minutes"."""


class StandInFault(AssertionError):
    """The stand-in itself went wrong, or was asked for something that it does not know."""


class DiscordStandIn:
    """Use as ``async with DiscordStandIn(token="…") as discord``; then ``discord.api_url`` is where a client goes.

    ``privileged`` are the intents that the developer portal grants. Leaving the block raises ``StandInFault`` where
    the client asked for a route that is not here, so that nothing passes a test by not being simulated.
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
    ) -> None:
        self.token = token
        self.port = port
        self.clock = clock or StandInClock()
        self.gateway = Gateway(token, shards=shards, privileged=privileged, heartbeat_interval=heartbeat_interval)
        self.world = World(self.clock, bot_name=bot_name, emit=self.gateway.emit)
        self.gateway.attach(self.world)
        self.wire = Wire(token, self.clock, RateLimiter(limits), Description.load())
        self.rest = Rest(self.world, self.gateway)
        self.message_routes = MessageRoutes(self.world, nonce_window=nonce_window)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=26 * 2**20)
        for route in (*self.rest.routes(), *self.message_routes.routes()):
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

    def script(self, method: str, path: str, fault: Fault, *, times: int = 1) -> None:
        """The next ``times`` requests to ``path`` (``*`` stands for anything) meet this fault."""
        self.wire.script.add(method, path, fault, times=times)

    def messages(self, channel: Channel | int) -> list[Message]:
        """What stands in a channel now, oldest first; what only one person sees is not among it."""
        found = self.world.channels[channel] if isinstance(channel, int) else channel
        return [message for message in found.messages if not message.deleted]
