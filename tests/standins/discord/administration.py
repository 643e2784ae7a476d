"""What administrators do to a guild while the bot is in it; each is told to the bot as Discord would."""

from tests.standins.discord import payloads
from tests.standins.discord.permissions import NOTHING, Permission
from tests.standins.discord.state import Channel, ChannelKind, Guild, Overwrite, Role, Tag, User
from tests.standins.discord.world import World


class AdministeredWorld(World):
    def add_tag(self, forum: Channel, name: str, *, moderated: bool = False, emoji: str | None = None) -> Tag:
        tag = Tag(id=self.ids.next(), name=name, moderated=moderated, emoji=emoji)
        forum.tags.append(tag)
        self.changed_channel(forum)
        return tag

    def change_tag(self, forum: Channel, tag: Tag, *, name: str | None = None, moderated: bool | None = None) -> None:
        tag.name = tag.name if name is None else name
        tag.moderated = tag.moderated if moderated is None else moderated
        self.changed_channel(forum)

    def remove_tag(self, forum: Channel, tag: Tag) -> None:
        """It goes from the posts, too."""
        forum.tags.remove(tag)
        for thread in self.channels.values():
            if thread.parent is forum and tag.id in thread.applied_tags:
                thread.applied_tags.remove(tag.id)
        self.changed_channel(forum)

    def require_tag(self, forum: Channel, *, required: bool = True) -> None:
        forum.requires_tag = required
        self.changed_channel(forum)

    def convert(self, channel: Channel, kind: ChannelKind) -> None:
        """Text and announcements turn into each other at Discord; any other kind is a test's wish."""
        channel.kind = kind
        self.changed_channel(channel)

    def invite_again(self, guild: Guild) -> None:
        """The bot is back in a guild that it was removed from; all else there is as it was."""
        self.guilds[guild.id] = guild
        self.channels |= guild.channels
        self.emit("GUILD_CREATE", payloads.guild_create(guild, self.bot, known=False), guild)

    def outage(self, guild: Guild) -> None:
        """Discord cannot describe a guild for a while, neither now nor to a bot that comes; the bot stays in it."""
        guild.described = False
        self.emit("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild)

    def end_outage(self, guild: Guild) -> None:
        guild.described = True
        self.emit("GUILD_CREATE", payloads.guild_create(guild, self.bot, known=True), guild)

    def rename(self, channel: Channel, name: str) -> None:
        channel.name = name
        self.changed_channel(channel)

    def lock(self, thread: Channel, *, locked: bool = True) -> None:
        thread.locked = locked
        self.changed_channel(thread)

    def revoke(self, channel: Channel, permission: Permission, *, target: Role | User | None = None) -> None:
        """From the bot, where no other target is given; in a thread by its parent."""
        allow, deny = self._overwritten(channel, target)
        self.overwrite(channel.parent or channel, target or self.bot, allow=allow & ~permission, deny=deny | permission)

    def grant(self, channel: Channel, permission: Permission, *, target: Role | User | None = None) -> None:
        allow, deny = self._overwritten(channel, target)
        self.overwrite(channel.parent or channel, target or self.bot, allow=allow | permission, deny=deny & ~permission)

    def _overwritten(self, channel: Channel, target: Role | User | None) -> tuple[Permission, Permission]:
        nothing = Overwrite(kind=0, allow=NOTHING, deny=NOTHING)
        now = (channel.parent or channel).overwrites.get((target or self.bot).id, nothing)
        return now.allow, now.deny

    def give_role(self, guild: Guild, user: User, role: Role) -> None:
        guild.members[user.id].role_ids.append(role.id)
        self._changed_member(guild, user)

    def take_role(self, guild: Guild, user: User, role: Role) -> None:
        guild.members[user.id].role_ids.remove(role.id)
        self._changed_member(guild, user)

    def delete_role(self, guild: Guild, role: Role) -> None:
        """It goes from its members and from every channel's permissions."""
        del guild.roles[role.id]
        self.emit("GUILD_ROLE_DELETE", {"guild_id": str(guild.id), "role_id": str(role.id)}, guild)
        for member in guild.members.values():
            if role.id in member.role_ids:
                member.role_ids.remove(role.id)
                self._changed_member(guild, member.user)
        for channel in guild.channels.values():
            if channel.overwrites.pop(role.id, None) is not None:
                self.changed_channel(channel)

    def _changed_member(self, guild: Guild, user: User) -> None:
        """Without the members intent a bot hears of its own member only."""
        if user is self.bot:
            data = payloads.member(guild.members[user.id])
            self.emit("GUILD_MEMBER_UPDATE", {**data, "guild_id": str(guild.id)}, guild)
