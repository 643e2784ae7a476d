"""A person at the keyboard: types commands, presses buttons, fills forms in, and waits for what the bot shows.

What Discord's own client would not let a person do is a ``CannotDo``, so that no test passes on input that the bot
can never get. A bot that stays silent is a ``NoAnswer``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.standins.discord import filling, reading
from tests.standins.discord.components import BUTTON, LINK_STYLE, SELECTS
from tests.standins.discord.filling import CannotDo
from tests.standins.discord.interactions import Callback, Desk, Interaction, Kind, NoAnswer
from tests.standins.discord.keyboard import typed_command
from tests.standins.discord.permissions import Permission
from tests.standins.discord.state import Channel, ChannelKind, Message, User

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What one interaction led to, as the person sees it at this moment."""

    interaction: Interaction

    @property
    def message(self) -> Message:
        """The answer; of a button that changed its own message, that message."""
        if self.interaction.original is None or self.interaction.original.deleted:
            raise NoAnswer("there is no message in answer")
        return self.interaction.original

    @property
    def followups(self) -> list[Message]:
        """Those that are messages of their own."""
        return [each for each in self.interaction.followups if each is not self.interaction.original]

    @property
    def messages(self) -> list[Message]:
        first = self.interaction.original
        return [each for each in (first, *self.followups) if each is not None and not each.deleted]

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.messages)

    @property
    def buttons(self) -> list[reading.Button]:
        return [button for message in self.messages for button in message.buttons]

    @property
    def ephemeral(self) -> bool:
        return all(message.ephemeral for message in self.messages)

    @property
    def deferred(self) -> bool:
        """Whether the bot asked for time first."""
        return self.interaction.callback in (Callback.DEFER, Callback.DEFER_UPDATE)

    @property
    def modal(self) -> Json:
        if self.interaction.modal is None:
            raise NoAnswer("no modal was opened")
        return self.interaction.modal

    @property
    def acknowledged_in(self) -> float:
        """Seconds until the first answer of any kind."""
        if self.interaction.acknowledged_at is None:
            raise NoAnswer("the interaction was never acknowledged")
        return (self.interaction.acknowledged_at - self.interaction.created_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    value: str | float


@dataclass(slots=True, eq=False)
class Person:
    """``patience`` is how many seconds the person waits for an outcome."""

    user: User
    _desk: Desk
    _commands: "filling.Commands"
    patience: float = 60.0

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def mention(self) -> str:
        return f"<@{self.user.id}>"

    def close_dms(self) -> None:
        """From now on the bot gets 50007."""
        self.user.dms_open = False

    @property
    def dm(self) -> Channel:
        """The direct messages with the bot."""
        return self._desk.world.open_dm(self.user)

    async def slash(self, channel: Channel, command: str, /, **options: Any) -> Reply:
        """Type ``/command`` (``"papers search"`` for a subcommand) and wait for the outcome."""
        data = typed_command(self._desk.world, self._commands, self.user, channel, command, options)
        return await self._wait(self._desk.open(Kind.COMMAND, self.user, channel, data))

    async def autocomplete(
        self, channel: Channel, command: str, option: str, typed: str, /, **others: Any
    ) -> list[Choice]:
        """What is offered while ``typed`` stands in that option."""
        data = typed_command(
            self._desk.world, self._commands, self.user, channel, command, {**others, option: typed}, focused=option
        )
        reply = await self._wait(self._desk.open(Kind.AUTOCOMPLETE, self.user, channel, data))
        return [Choice(choice["name"], choice["value"]) for choice in reply.interaction.choices]

    async def press(self, message: Message, button: str, /) -> Reply:
        """Press a button, found by its custom_id or by what stands on it."""
        component = self._component(message, button, (BUTTON,))
        if component["style"] == LINK_STYLE:
            raise CannotDo(f"{button!r} opens an address and tells the bot nothing")
        return await self._use(message, component, {})

    async def select(self, message: Message, menu: str, /, *values: Any) -> Reply:
        """Choose in a select menu, found by its custom_id or placeholder; labels or values, channels, roles, users."""
        component = self._component(message, menu, SELECTS)
        chosen = filling.choose(self._desk.world, component, values, channel=message.channel, user=self.user)
        return await self._use(message, component, chosen)

    async def submit(self, reply: Reply, values: Mapping[str, Any], /) -> Reply:
        """Fill in the modal that a reply opened, by custom_id or label of each input, and send it."""
        world, before = self._desk.world, reply.interaction
        data = filling.fill_in(world, reply.modal, values, channel=before.channel, user=self.user)
        return await self._wait(self._desk.open(Kind.MODAL, self.user, before.channel, data, source=before.source))

    def say(self, channel: Channel, text: str) -> Message:
        """Write an ordinary message."""
        world = self._desk.world
        needed = Permission.SEND_MESSAGES_IN_THREADS if channel.parent else Permission.SEND_MESSAGES
        if needed not in world.may(self.user, channel):
            raise CannotDo(f"{self.user.name} may not write in #{channel.name}")
        message = Message(
            id=world.ids.next(), channel=channel, author=self.user, created_at=world.clock.now(), content=text
        )
        world.post(message)
        return message

    def post(self, forum: Channel, title: str, text: str) -> Channel:
        """A post in a forum; the thread that it is."""
        world = self._desk.world
        if forum.guild is None or Permission.SEND_MESSAGES not in world.may(self.user, forum):
            raise CannotDo(f"{self.user.name} may not post in #{forum.name}")
        thread = world.add_channel(forum.guild, title, kind=ChannelKind.PUBLIC_THREAD, parent=forum, owner=self.user)
        first = Message(id=thread.id, channel=thread, author=self.user, created_at=world.clock.now(), content=text)
        world.post(first)
        return thread

    def _component(self, message: Message, wanted: str, kinds: tuple[int, ...]) -> Json:
        if message.deleted or message.ephemeral_for not in (None, self.user):
            raise CannotDo(f"{self.user.name} does not see that message")
        if Permission.VIEW_CHANNEL not in self._desk.world.may(self.user, message.channel):
            raise CannotDo(f"{self.user.name} does not see #{message.channel.name}")
        candidates = [component for _, component in reading.walk(message.components) if component["type"] in kinds]
        names = ("custom_id", "label", "placeholder")
        found = [component for component in candidates if wanted in [component.get(name) for name in names]]
        if len(found) != 1:
            there = [component.get("label") or component.get("custom_id") for component in candidates]
            raise CannotDo(f"{len(found)} components are called {wanted!r}; there are {there}")
        if found[0].get("disabled"):
            raise CannotDo(f"{wanted!r} is disabled")
        return found[0]

    async def _use(self, message: Message, component: Json, chosen: Json) -> Reply:
        data = {"custom_id": component["custom_id"], "component_type": component["type"], "id": component["id"]}
        opened = self._desk.open(Kind.COMPONENT, self.user, message.channel, {**data, **chosen}, source=message)
        return await self._wait(opened)

    async def _wait(self, interaction: Interaction) -> Reply:
        try:
            await self._desk.signal.until(lambda: interaction.settled, self.patience)
        except TimeoutError:
            state = "was never acknowledged" if interaction.callback is None else "is still thinking"
            raise NoAnswer(f"after {self.patience} s the bot {state}: {interaction.data}") from None
        return Reply(interaction)
