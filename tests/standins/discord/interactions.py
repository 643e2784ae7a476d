"""Interactions from their dispatch to their last follow-up, with the deadlines that Discord sets."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from tests.standins.discord import errors, payloads
from tests.standins.discord.gateway import Gateway
from tests.standins.discord.permissions import Permission
from tests.standins.discord.signals import Signal
from tests.standins.discord.state import EVERY_DM, Channel, Message, User
from tests.standins.discord.world import World

Json = dict[str, Any]

FIRST_ANSWER = timedelta(seconds=3)
"""Discord's own patience. A test of something else may give the bot longer: machines that run many tests stall."""
TOKEN_LIFE = timedelta(minutes=15)
MOST_UPLOAD = 10 * 2**20


class Kind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class NoAnswer(AssertionError):
    """The person saw nothing, or "The application did not respond"."""


class Callback(IntEnum):
    MESSAGE = 4
    DEFER = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(slots=True, eq=False)
class Interaction:
    """``source`` is the message whose button was pressed; ``original`` is the first answer, or that message."""

    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    data: Json
    created_at: datetime
    source: Message | None = None
    dispatched: float = field(default_factory=time.monotonic)
    callback: Callback | None = None
    acknowledged_at: datetime | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: list[Json] = field(default_factory=list)
    modal: Json | None = None
    acknowledged_after: float | None = None
    settled_after: float | None = None
    edits: int = 0
    """How often an answer was changed through the token."""

    @property
    def settled(self) -> bool:
        """Whether the person sees an outcome: not while the bot is "thinking", nor after a silent defer."""
        match self.callback:
            case None:
                return False
            case Callback.DEFER:
                return self.original is not None and (self.original.deleted or not self.original.loading)
            case Callback.DEFER_UPDATE:
                return bool(self.edits or self.followups)
            case _:
                return True

    def metadata(self) -> Json:
        return {
            "id": str(self.id),
            "type": int(self.kind),
            "user": payloads.user(self.user),
            "authorizing_integration_owners": _owners(self.channel),
        }


def _owners(channel: Channel) -> dict[str, str]:
    return {"0": str(channel.guild.id) if channel.guild else "0"}


class Desk:
    """Hands interactions out to the bot and finds them again by their token."""

    def __init__(
        self, world: World, gateway: Gateway, signal: Signal, *, answer_within: timedelta = FIRST_ANSWER
    ) -> None:
        self.world = world
        self.answer_within = answer_within
        self.signal = signal
        self._gateway = gateway
        self.all: list[Interaction] = []
        self._by_token: dict[str, Interaction] = {}

    def open(
        self, kind: Kind, user: User, channel: Channel, data: Json, *, source: Message | None = None
    ) -> Interaction:
        """Dispatch one. Raises NoAnswer where no session of the bot is there to get it."""
        interaction = Interaction(
            id=self.world.ids.next(),
            token=secrets.token_urlsafe(60),
            kind=kind,
            user=user,
            channel=channel,
            data=data,
            created_at=self.world.clock.now(),
            source=source,
        )
        self.all.append(interaction)
        self._by_token[interaction.token] = interaction
        if not self._gateway.emit("INTERACTION_CREATE", self._payload(interaction), channel.guild):
            raise NoAnswer("no bot is connected that could get the interaction")
        return interaction

    def _payload(self, one: Interaction) -> Json:
        world, channel = self.world, one.channel
        own = Permission(world.may(world.bot, channel))
        theirs = Permission(world.may(one.user, channel))
        body: Json = {
            "id": str(one.id),
            "application_id": str(world.bot.id),
            "type": int(one.kind),
            "data": one.data,
            "token": one.token,
            "version": 1,
            "channel_id": str(channel.id),
            "channel": {**payloads.channel(channel, world.bot), "permissions": str(int(theirs))},
            "locale": one.user.locale,
            "app_permissions": str(int(own)),
            "entitlements": [],
            "authorizing_integration_owners": _owners(channel),
            "context": 0 if channel.guild else 1,
            "attachment_size_limit": MOST_UPLOAD,
        }
        if one.source is not None:
            body["message"] = payloads.message(one.source)
        if channel.guild is None:
            return {**body, "user": payloads.user(one.user), "app_permissions": str(int(EVERY_DM))}
        guild = channel.guild
        return {
            **body,
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": payloads.member(guild.members[one.user.id], permissions=theirs),
        }

    def to_answer(self, interaction_id: int, token: str) -> Interaction:
        """The interaction that waits for its first answer. Raises Refusal when it is late, answered or unknown."""
        one = self._by_token.get(token)
        if one is None or one.id != interaction_id:
            raise errors.unknown_interaction()
        if one.callback is not None:
            raise errors.already_acknowledged()
        if self.world.clock.now() - one.created_at > self.answer_within:
            raise errors.unknown_interaction()
        return one

    def answered(self, token: str) -> Interaction:
        """The interaction whose token may still edit and follow up. Raises Refusal."""
        one = self._by_token.get(token)
        if one is None or one.callback is None:
            raise errors.unknown_webhook()
        if self.world.clock.now() - one.created_at > TOKEN_LIFE:
            raise errors.invalid_webhook_token()
        return one

    def note(self, one: Interaction) -> None:
        """The bot did something about it: whoever waits looks again, and the time that it took is kept."""
        took = time.monotonic() - one.dispatched
        if one.acknowledged_after is None:
            one.acknowledged_after = took
            self.world.accounts.acknowledged.append(took)
        if one.settled and one.settled_after is None:
            one.settled_after = took
            self.world.accounts.settled.append(took)
        self.signal.tell()
