"""All that this Discord knows. Every change is told to ``emit``."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from tests.standins.discord import errors, payloads
from tests.standins.discord.accounting import Accounts
from tests.standins.discord.clock import Snowflakes, StandInClock, moment_of
from tests.standins.discord.permissions import NOTHING, USUAL, Permission, in_channel
from tests.standins.discord.state import (
    CROSSPOSTED,
    EVERY_DM,
    HAS_THREAD,
    THREADS,
    Channel,
    ChannelKind,
    Guild,
    Member,
    Message,
    Overwrite,
    Role,
    User,
)

Json = dict[str, Any]

Emit = Callable[[str, Json, Guild | None], object]


class World:
    """The state of this Discord; its methods are what people and administrators do, and what the routes record."""

    def __init__(self, clock: StandInClock, accounts: Accounts, *, bot_name: str, emit: Emit) -> None:
        self.clock = clock
        self.accounts = accounts
        self.ids = Snowflakes(clock)
        self.emit = emit
        self.bot = User(id=self.ids.next(), name=bot_name, bot=True)
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.most_active_threads = 1000
        """In one guild; commonly quoted, not documented."""

    def add_user(self, name: str) -> User:
        user = User(id=self.ids.next(), name=name)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, *, bot_permissions: Permission = NOTHING, everyone: Permission = USUAL) -> Guild:
        """A guild that the bot is in, with a role of its own that holds ``bot_permissions``."""
        owner = self.add_user(f"{name}-owner")
        guild = Guild(id=self.ids.next(), name=name, owner_id=owner.id, created_at=self.clock.now())
        guild.roles[guild.id] = Role(id=guild.id, name="@everyone", permissions=everyone)
        own = Role(id=self.ids.next(), name=self.bot.name, permissions=bot_permissions, position=1, managed=True)
        guild.roles[own.id] = own
        guild.members[owner.id] = Member(user=owner, joined_at=self.clock.now())
        guild.members[self.bot.id] = Member(user=self.bot, joined_at=self.clock.now(), role_ids=[own.id])
        self.guilds[guild.id] = guild
        self.emit("GUILD_CREATE", payloads.guild_create(guild, self.bot, known=False), guild)
        return guild

    def remove_guild(self, guild: Guild) -> None:
        """The bot was removed from it."""
        del self.guilds[guild.id]
        for channel_id in guild.channels:
            del self.channels[channel_id]
        self.emit("GUILD_DELETE", {"id": str(guild.id)}, guild)

    def add_role(self, guild: Guild, name: str, permissions: Permission) -> Role:
        role = Role(id=self.ids.next(), name=name, permissions=permissions, position=len(guild.roles))
        guild.roles[role.id] = role
        self.emit("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": payloads.role(role)}, guild)
        return role

    def set_permissions(self, guild: Guild, role: Role, permissions: Permission) -> None:
        role.permissions = permissions
        self.emit("GUILD_ROLE_UPDATE", {"guild_id": str(guild.id), "role": payloads.role(role)}, guild)

    def join(self, guild: Guild, user: User, *roles: Role) -> Member:
        member = Member(user=user, joined_at=self.clock.now(), role_ids=[role.id for role in roles])
        guild.members[user.id] = member
        return member

    def leave(self, guild: Guild, user: User) -> None:
        """Nothing tells a bot without the members intent."""
        del guild.members[user.id]

    def add_channel(
        self,
        guild: Guild,
        name: str,
        *,
        kind: ChannelKind = ChannelKind.TEXT,
        parent: Channel | None = None,
        owner: User | None = None,
        opened_from: Message | None = None,
        applied_tags: Sequence[int] = (),
        archive_after: int | None = None,
    ) -> Channel:
        """A thread where ``kind`` is one; then ``parent`` is required. One from a message has that message's id."""
        channel = Channel(
            id=self.ids.next() if opened_from is None else opened_from.id,
            kind=kind,
            name=name,
            guild=guild,
            parent=parent,
            owner=owner,
            applied_tags=list(applied_tags),
            archive_after=archive_after or (parent.archive_after if parent else 1440),
        )
        guild.channels[channel.id] = channel
        self.channels[channel.id] = channel
        data = payloads.channel(channel, self.bot)
        if kind in THREADS:
            self.emit("THREAD_CREATE", {**data, "newly_created": True}, guild)
        else:
            self.emit("CHANNEL_CREATE", data, guild)
        if opened_from is not None:
            opened_from.thread = channel
            opened_from.flags |= HAS_THREAD
            self.emit("MESSAGE_UPDATE", payloads.message(opened_from), guild)
        return channel

    def remove_channel(self, channel: Channel) -> None:
        """With all its threads, of which no event tells."""
        guild = channel.guild
        if guild is None:
            raise ValueError("a direct message channel cannot be removed")
        for gone in [channel, *(one for one in guild.channels.values() if one.parent is channel)]:
            del guild.channels[gone.id]
            del self.channels[gone.id]
        event = "THREAD_DELETE" if channel.kind in THREADS else "CHANNEL_DELETE"
        self.emit(event, payloads.channel(channel, self.bot), guild)

    def overwrite(
        self,
        channel: Channel,
        target: Role | User,
        *,
        allow: Permission = NOTHING,
        deny: Permission = NOTHING,
    ) -> None:
        """What an administrator sets in a channel's permissions; replaces what stood there for that target."""
        kind = 0 if isinstance(target, Role) else 1
        channel.overwrites[target.id] = Overwrite(kind=kind, allow=allow, deny=deny)
        self.changed_channel(channel)

    def changed_channel(self, channel: Channel) -> None:
        event = "THREAD_UPDATE" if channel.kind in THREADS else "CHANNEL_UPDATE"
        self.emit(event, payloads.channel(channel, self.bot), channel.guild)

    def archive(self, thread: Channel) -> None:
        thread.archived, thread.archived_at = True, self.clock.now()
        self.changed_channel(thread)

    def unarchive(self, thread: Channel) -> None:
        """Raises Refusal where the guild has as many active threads as it may have."""
        if thread.archived and thread.guild is not None:
            self.check_room_for_thread(thread.guild, thread.kind)
            thread.archived, thread.archived_at = False, self.clock.now()
            self.changed_channel(thread)

    def archive_the_quiet(self, guild: Guild) -> None:
        """Those in which nothing was written for as long as they wait; Discord does so by itself."""
        now = self.clock.now()
        for thread in self.active_threads(guild):
            last = max(thread.messages[-1].id if thread.messages else 0, thread.id)
            since = max(moment_of(last), thread.archived_at or moment_of(last))
            if now - since > timedelta(minutes=thread.archive_after):
                self.archive(thread)

    def active_threads(self, guild: Guild) -> list[Channel]:
        return [one for one in guild.channels.values() if one.kind in THREADS and not one.archived]

    def check_room_for_thread(self, guild: Guild, kind: ChannelKind) -> None:
        """Raises Refusal: a guild has room for so many active threads."""
        if len(self.active_threads(guild)) >= self.most_active_threads:
            announces = kind is ChannelKind.ANNOUNCEMENT_THREAD
            raise errors.too_many_announcement_threads() if announces else errors.too_many_threads()

    def open_dm(self, user: User) -> Channel:
        """The one channel between the bot and that person."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(id=self.ids.next(), kind=ChannelKind.DM, name="", guild=None, recipient=user)
        self.channels[channel.id] = channel
        self.emit("CHANNEL_CREATE", payloads.channel(channel, self.bot), None)
        return channel

    def may(self, user: User, channel: Channel) -> Permission:
        """Nothing for somebody who is not there."""
        if channel.guild is None:
            return EVERY_DM if user in (self.bot, channel.recipient) else NOTHING
        member = channel.guild.members.get(user.id)
        return NOTHING if member is None else in_channel(channel, member)

    def find_message(self, channel: Channel, message_id: int) -> Message | None:
        place = bisect_left(channel.messages, message_id, key=lambda message: message.id)
        found = channel.messages[place : place + 1]
        return next((message for message in found if message.id == message_id and not message.deleted), None)

    def post(self, message: Message) -> None:
        """Make a message visible to all in its channel."""
        message.channel.messages.append(message)
        if message.author is self.bot:
            self.accounts.accept(message.id, message.channel.id)
        self.emit("MESSAGE_CREATE", payloads.message_event(message), message.channel.guild)

    def changed(self, message: Message) -> None:
        message.edited_at = self.clock.now()
        if message.ephemeral_for is None:
            self.emit("MESSAGE_UPDATE", payloads.message_event(message), message.channel.guild)

    def publish(self, message: Message) -> None:
        message.flags |= CROSSPOSTED
        self.emit("MESSAGE_UPDATE", payloads.message_event(message), message.channel.guild)

    def delete(self, message: Message) -> None:
        message.deleted = True
        if message.ephemeral_for is not None:
            return
        gone = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if message.channel.guild is not None:
            gone["guild_id"] = str(message.channel.guild.id)
        self.emit("MESSAGE_DELETE", gone, message.channel.guild)
