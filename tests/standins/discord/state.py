"""What this Discord consists of: people, guilds, roles, channels and messages."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from tests.standins.discord import reading
from tests.standins.discord.permissions import USUAL, Permission

Json = dict[str, Any]


class ChannelKind(IntEnum):
    TEXT = 0
    DM = 1
    VOICE = 2
    CATEGORY = 4
    ANNOUNCEMENT = 5
    ANNOUNCEMENT_THREAD = 10
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREADS = frozenset({ChannelKind.ANNOUNCEMENT_THREAD, ChannelKind.PUBLIC_THREAD, ChannelKind.PRIVATE_THREAD})

EVERY_DM = USUAL
"""What a bot may do in direct messages."""

CROSSPOSTED = 1 << 0
HAS_THREAD = 1 << 5
EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


@dataclass(slots=True, eq=False)
class User:
    id: int
    name: str
    bot: bool = False
    dms_open: bool = True
    locale: str = "en-US"


@dataclass(slots=True, eq=False)
class Role:
    id: int
    name: str
    permissions: Permission
    position: int = 0
    managed: bool = False
    mentionable: bool = False


@dataclass(slots=True, eq=False)
class Tag:
    """Of a forum; ``moderated`` ones may be set with MANAGE_THREADS only."""

    id: int
    name: str
    moderated: bool = False
    emoji: str | None = None


@dataclass(slots=True, eq=False)
class Member:
    user: User
    joined_at: datetime
    role_ids: list[int] = field(default_factory=list)
    timed_out: bool = False


@dataclass(slots=True, eq=False)
class Overwrite:
    """``kind`` is Discord's: 0 for a role, 1 for a member."""

    kind: int
    allow: Permission
    deny: Permission


@dataclass(slots=True, eq=False)
class Channel:
    """A thread has a ``parent``; ``archive_after`` are the quiet minutes that end it, or elsewhere new threads."""

    id: int
    kind: ChannelKind
    name: str
    guild: "Guild | None"
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    parent: "Channel | None" = None
    recipient: User | None = None
    owner: User | None = None
    tags: list[Tag] = field(default_factory=list)
    requires_tag: bool = False
    applied_tags: list[int] = field(default_factory=list)
    archive_after: int = 1440
    archived: bool = False
    archived_at: datetime | None = None
    locked: bool = False
    messages: "list[Message]" = field(default_factory=list)
    """Every message that was ever here, deleted ones too, oldest first; ephemeral ones are not."""


@dataclass(slots=True, eq=False)
class Guild:
    id: int
    name: str
    owner_id: int
    created_at: datetime
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    locale: str = "en-US"
    described: bool = True
    """Not during an outage."""

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]


@dataclass(slots=True, eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    created_at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    pings: frozenset[str] = frozenset()
    """Whom it notified when it was created: "everyone", "here", "<@id>" and "<@&id>"."""
    edited_at: datetime | None = None
    deleted: bool = False
    interaction: Json | None = None
    ephemeral_for: User | None = None
    thread: Channel | None = None
    """The one that was opened from it."""

    @property
    def published(self) -> bool:
        return bool(self.flags & CROSSPOSTED)

    @property
    def mentioned(self) -> list[User]:
        """The members whom the content names."""
        members = self.channel.guild.members.values() if self.channel.guild is not None else ()
        return [one.user for one in members if f"<@{one.user.id}>" in self.content]

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def text(self) -> str:
        """All that a reader sees, line by line: content, embeds, text displays; not the labels of buttons."""
        return reading.visible_text(self)

    @property
    def buttons(self) -> list[reading.Button]:
        return reading.buttons(self.components)
