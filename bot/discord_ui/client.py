"""The connection to Discord: one client that holds the command tree, the buttons and the outbox."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain, repeat
from types import TracebackType
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

from bot.discord_ui import buttons, commands, wire
from bot.discord_ui.asides import Asides
from bot.discord_ui.failures import FailureTree
from bot.discord_ui.mentions import Mentions
from bot.discord_ui.outbox import DiscordOutbox
from bot.discord_ui.pace import Pacer, Refusals
from bot.discord_ui.refusals import SERVER_FAILURE, TOO_MANY_REQUESTS, detail, is_bad_token
from bot.discord_ui.replies import Interaction, ServedClient
from bot.discord_ui.tree_sync import synchronise
from bot.errors import BotError, SettingProblem, SettingsError
from bot.ports import Resources
from bot.services import pauses

log = structlog.get_logger(__name__)

SIGN_IN_WAITS = (5.0, 15.0, 30.0, 60.0)
"""Seconds between attempts to sign in while Discord cannot be reached; the last one is repeated."""

UNREACHABLE = (discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)
"""What it looks like on this side, beside answers that say so."""

AFTER_A_BLOCK = 600.0
"""Seconds to wait when Discord's proxy refuses this machine: asking sooner makes the block longer."""

LONGEST_RATE_LIMIT = 30.0
"""Seconds that discord.py waits by itself; a longer limit goes back to the ledger as RetryLater."""

FAREWELL = timedelta(seconds=30)
"""How long closing waits for sends under way."""

TOKEN_REFUSED_AT_GATEWAY = 4004
CHANNEL_DELETED = "the channel was deleted"
THREAD_DELETED = "the thread was deleted"


def point_at(api_url: str) -> None:
    """Let every request go to ``api_url`` instead of Discord's own; call it before a client is made."""
    discord.http.Route.BASE = api_url


class PaperboyClient(ServedClient):
    """Slash commands, and mentions in threads about papers: no privileged intent, no member or message cache.

    ``guilds_settle_in`` is how many seconds without news of another server mean that all have been described.
    """

    def __init__(self, resources: Resources, *, guilds_settle_in: float = 2.0) -> None:
        # Nobody is going to talk: without these two discord.py warns at every start that it could not.
        discord.VoiceClient.warn_nacl = False
        discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=guilds_settle_in,
            max_ratelimit_timeout=LONGEST_RATE_LIMIT,
            http_trace=wire.trace(Pacer(), Refusals()),
        )
        self.resources = resources
        self.outbox = DiscordOutbox(self, clock=resources.clock, on_bad_token=self._give_up)
        self.tree = FailureTree(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        )
        commands.add_all(self.tree)
        self._asides = Asides()
        self._mentions = Mentions()
        self._waits: Sequence[float] = SIGN_IN_WAITS
        self._fatal: SettingsError | None = None
        self._giving_up: asyncio.Task[None] | None = None
        self._before: dict[int, list[discord.Guild]] = {}
        """By shard, the servers that were known when its session began."""
        # What Discord tells is written to the store under this lock; once all is noted, nothing more is.
        self._noting = asyncio.Lock()
        self._noted_all = False

    async def setup_hook(self) -> None:
        self.add_dynamic_items(buttons.ActionButton)

    async def sign_in(self, token: str, *, waits: Sequence[float] = SIGN_IN_WAITS) -> None:
        """Log in, waiting while Discord cannot be reached, and bring the commands up to date.

        ``waits`` are the seconds between attempts, here and when the gateway's address is asked for.

        Raises:
            SettingsError: Discord refuses the token, or what answers at ``DISCORD_API_URL`` is not Discord's API.
        """
        self._waits = waits
        for wait in chain(waits, repeat(waits[-1])):
            pause = await self._try_to_sign_in(token, wait)
            if pause is None:
                break
            await self.http.close()
            self.http.connector = discord.utils.MISSING  # a closed one cannot be used again; the next try makes its own
            await asyncio.sleep(pause)
        if self.application_id is not None:
            await synchronise(self.tree, self.resources.store, self.application_id)

    async def _try_to_sign_in(self, token: str, wait: float) -> float | None:
        """None when it worked, else how many seconds to wait before the next try."""
        try:
            await self.login(token)
        except discord.LoginFailure:
            raise _bad_token() from None
        except discord.HTTPException as error:
            if error.status < SERVER_FAILURE and error.status != TOO_MANY_REQUESTS:
                raise _bad_address(f"answered HTTP {error.status}: {detail(error)}") from None
            return _wait_after(error, wait)
        except UNREACHABLE as error:
            return _wait_after(error, wait)
        except (KeyError, TypeError, ValueError):
            raise _bad_address("answered with something that is not Discord's API") from None
        return None

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected until ``close``.

        Raises:
            SettingsError: Discord refuses the token or an intent.
            BotError: Discord ended the connection for good.
        """
        try:
            await super().connect(reconnect=reconnect)
        except discord.PrivilegedIntentsRequired:
            example = "the token of an application whose intents are as the developer portal shows them"
            problem = "belongs to an application that Discord does not grant the intents that were asked for"
            raise SettingsError((SettingProblem("DISCORD_TOKEN", problem, example),)) from None
        except discord.ConnectionClosed as error:
            if error.code == TOKEN_REFUSED_AT_GATEWAY:
                raise _bad_token() from None
            raise BotError(
                f"Discord ended the connection for good (code {error.code}). Start Paperboy again."
            ) from error
        if self._fatal is not None:
            raise self._fatal

    async def connected(self, connection: asyncio.Task[None]) -> None:
        """Wait until everything that Discord tells at the start is there.

        Raises:
            BotError: ``connection``, the task of ``connect``, ended instead; its own error where it has one.
        """
        ready = asyncio.create_task(self.wait_until_ready())
        try:
            await asyncio.wait({ready, connection}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not ready.done():
                ready.cancel()
        if connection.done():
            connection.result()
            raise BotError("The connection to Discord ended before it was complete. Start Paperboy again.")

    async def launch_shards(self) -> None:
        """As in discord.py, which however ends the program where the gateway's address cannot be had at once."""
        for wait in chain(self._waits, repeat(self._waits[-1])):
            try:
                return await super().launch_shards()
            except discord.GatewayNotFound as error:
                cause = error.__cause__
                if isinstance(cause, discord.HTTPException) and is_bad_token(cause):
                    raise _bad_token() from None
                pause = _wait_after(cause if isinstance(cause, Exception) else error, wait)
            except UNREACHABLE as error:
                pause = _wait_after(error, wait)
            await asyncio.sleep(pause)
        return None

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        if self.is_closed():
            return  # discord.py would try for ever to reach a gateway that does not answer
        # After a lost session discord.py goes to its built-in address, not to the one that it was given.
        DiscordWebSocket.DEFAULT_GATEWAY = gateway
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def close(self) -> None:
        """Let the sends under way end, then disconnect."""
        await self.outbox.drain(within=FAREWELL)
        await self._mentions.close()
        await self._asides.close()
        await super().close()
        async with self._noting:  # discord.py waits for no event that is being handled
            self._noted_all = True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await super().__aexit__(kind, error, traceback)
        if self._giving_up is not None:  # discord.py waits for its own half of ``close`` only
            await self._giving_up

    def _give_up(self) -> None:
        """Discord refuses the token of a running bot: it was reset. Nothing more can be done with it."""
        if self._giving_up is None:
            self._fatal = _bad_token()
            log.error("Discord refuses the token; stopping")
            self._giving_up = asyncio.create_task(self.close())

    async def on_interaction(self, interaction: Interaction) -> None:
        if interaction.type is discord.InteractionType.modal_submit:
            await buttons.submitted(interaction)

    async def on_message(self, message: discord.Message) -> None:
        await self._mentions.answer(self, message)

    async def on_app_command_completion(self, interaction: Interaction, _command: object) -> None:
        await self._asides.after(interaction)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._lost(channel.id, CHANNEL_DELETED)

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        await self._lost(payload.thread_id, THREAD_DELETED)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        async with self._noting:
            if not self._noted_all:
                paused = await pauses.guild_left(self.resources, guild.id)
                log.info("left a server", guild=guild.id, setups_paused=paused)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """A new session begins: Discord is going to name the servers of this shard anew."""
        self._before[shard_id or 0] = [guild for guild in self.guilds if guild.shard_id == shard_id]
        await super().before_identify_hook(shard_id, initial=initial)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Forget the servers that Discord did not name anew, which discord.py itself would keep for ever.

        One that is named is another object than before, also where Discord cannot describe it for now.
        """
        for guild in self._before.pop(shard_id, ()):
            if self.get_guild(guild.id) is guild:
                self._connection._remove_guild(guild)  # noqa: SLF001  # nothing public does it
        await self._look_around()

    async def on_ready(self) -> None:
        await self._look_around()

    async def on_guild_join(self, _guild: discord.Guild) -> None:
        await self._look_around()

    async def _look_around(self) -> None:
        """Servers may have been joined and left while nobody listened."""
        if not self.is_ready():
            return  # only some of the shards have named theirs
        async with self._noting:
            if not self._noted_all:
                await pauses.guilds_seen(self.resources, {guild.id for guild in self.guilds})

    async def _lost(self, destination_id: int, because: str) -> None:
        async with self._noting:
            paused = 0 if self._noted_all else await pauses.place_lost(self.resources, destination_id, because)
        if paused:
            log.info("a destination is gone", destination=destination_id, setups_paused=paused, because=because)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        log.error("an event of Discord's could not be handled", handler=event_method, exc_info=sys.exc_info()[1])


def _wait_after(error: Exception, wait: float) -> float:
    """How many seconds Discord is left alone after ``error``: ``wait``, unless it asked for more."""
    problem = type(error).__name__
    if isinstance(error, discord.HTTPException):
        problem = f"HTTP {error.status}"
        wait = AFTER_A_BLOCK if error.status == TOO_MANY_REQUESTS else wait
    elif isinstance(error, discord.RateLimited):
        problem, wait = "rate limit", error.retry_after
    log.warning(
        "Discord cannot be reached; trying again", address=discord.http.Route.BASE, problem=problem, seconds=wait
    )
    return wait


def _bad_token() -> SettingsError:
    problem = "is refused by Discord; copy it anew from the Bot page of the developer portal"
    return SettingsError((SettingProblem("DISCORD_TOKEN", problem, "MTIzNDU2.AbCdEf.the-rest-of-it"),))


def _bad_address(problem: str) -> SettingsError:
    words = f"{discord.http.Route.BASE} {problem}"
    return SettingsError((SettingProblem("DISCORD_API_URL", words, "https://discord.com/api/v10"),))
