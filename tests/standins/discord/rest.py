"""Routes about the bot itself: who it is, its commands, the guilds and channels that it sees."""

from typing import Any

from tests.standins.discord import commands, errors, payloads
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.permissions import Permission
from tests.standins.discord.state import THREADS, Channel, Guild
from tests.standins.discord.wire import Call, Route
from tests.standins.discord.world import World

Json = dict[str, Any]


def readable_channel(world: World, channel_id: int) -> Channel:
    """The channel, for a bot that may see it; else the refusal that Discord would give."""
    channel = world.channels.get(channel_id)
    if channel is None:
        raise errors.unknown_channel()
    if Permission.VIEW_CHANNEL not in world.may(world.bot, channel):
        raise errors.missing_access()
    if channel.kind in THREADS and channel.guild is not None:
        world.archive_the_quiet(channel.guild)
    return channel


def joined_guild(world: World, guild_id: int) -> Guild:
    """A guild that the bot is in. Raises Refusal."""
    guild = world.guilds.get(guild_id)
    if guild is None:
        raise errors.unknown_guild()
    return guild


class Rest:
    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway
        self.registry = commands.Registry(world)

    def routes(self) -> list[Route]:
        own = "/applications/{application_id}"
        return [
            Route("GET", "/users/@me", "get_my_user", self.me),
            Route("GET", "/users/{user_id}", "get_user", self.user),
            Route("POST", "/users/@me/channels", "create_dm", self.open_dm),
            Route("GET", "/oauth2/applications/@me", "get_my_oauth2_application", self.application),
            Route("GET", "/applications/@me", "get_my_application", self.application),
            Route("GET", "/gateway/bot", "get_bot_gateway", self.gateway_bot),
            Route("GET", f"{own}/commands", "list_application_commands", self.commands),
            Route("PUT", f"{own}/commands", "bulk_set_application_commands", self.set_commands),
            Route("GET", f"{own}/guilds/{{guild_id}}/commands", "list_guild_application_commands", self.commands),
            Route(
                "PUT", f"{own}/guilds/{{guild_id}}/commands", "bulk_set_guild_application_commands", self.set_commands
            ),
            Route("GET", "/channels/{channel_id}", "get_channel", self.channel),
            Route("GET", "/guilds/{guild_id}", "get_guild", self.guild),
            Route("GET", "/guilds/{guild_id}/channels", "list_guild_channels", self.guild_channels),
            Route("GET", "/guilds/{guild_id}/members/{user_id}", "get_guild_member", self.member),
            Route("GET", "/users/@me/guilds/{guild_id}/member", "get_my_guild_member", self.own_member),
        ]

    async def me(self, _: Call) -> Json:
        own = payloads.user(self.world.bot)
        return {**own, "verified": True, "email": None, "mfa_enabled": True, "locale": "en-US"}

    async def user(self, call: Call) -> Json:
        user = self.world.users.get(call.id("user_id"))
        if user is None:
            raise errors.unknown_user()
        return payloads.user(user)

    async def open_dm(self, call: Call) -> Json:
        user = self.world.users.get(int(call.object["recipient_id"]))
        if user is None:
            raise errors.unknown_user()
        if user.bot:
            raise errors.dm_closed()
        return payloads.channel(self.world.open_dm(user), self.world.bot)

    async def application(self, _: Call) -> Json:
        bot = self.world.bot
        return {
            "id": str(bot.id),
            "name": bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "type": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "flags": 0,
            "rpc_origins": [],
            "owner": payloads.user(bot),
            "team": None,
            "approximate_guild_count": len(self.world.guilds),
            "approximate_user_install_count": 0,
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "integration_types_config": {"0": {}},
        }

    async def gateway_bot(self, _: Call) -> Json:
        limit = {"total": 1000, "remaining": 1000 - len(self.gateway.identifies), "reset_after": 86_400_000}
        return {
            "url": self.gateway.url,
            "shards": self.gateway.shards,
            "session_start_limit": {**limit, "max_concurrency": 1},
        }

    def _scope(self, call: Call) -> int | None:
        if call.id("application_id") != self.world.bot.id:
            raise errors.missing_access()
        return call.id("guild_id") if "guild_id" in call.params else None

    async def commands(self, call: Call) -> list[Json]:
        return self.registry.of(self._scope(call))

    async def set_commands(self, call: Call) -> list[Json]:
        return self.registry.replace(self._scope(call), call.body)

    async def channel(self, call: Call) -> Json:
        return payloads.channel(readable_channel(self.world, call.id("channel_id")), self.world.bot)

    async def guild(self, call: Call) -> Json:
        guild = joined_guild(self.world, call.id("guild_id"))
        return {**payloads.guild(guild), "approximate_member_count": len(guild.members)}

    async def guild_channels(self, call: Call) -> list[Json]:
        """All of them, those that the bot may not see too, as Discord does; threads are asked for elsewhere."""
        channels = joined_guild(self.world, call.id("guild_id")).channels.values()
        return [payloads.channel(one, self.world.bot) for one in channels if one.kind not in THREADS]

    async def member(self, call: Call) -> Json:
        member = joined_guild(self.world, call.id("guild_id")).members.get(call.id("user_id"))
        if member is None:
            raise errors.Refusal(404, 10007, "Unknown Member")
        return payloads.member(member)

    async def own_member(self, call: Call) -> Json:
        return payloads.member(joined_guild(self.world, call.id("guild_id")).members[self.world.bot.id])
