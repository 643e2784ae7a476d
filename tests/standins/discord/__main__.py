"""``python -m tests.standins.discord``: a Discord to start a bot against by hand, with a person at this prompt.

What the person may type: ``/papers search query="graph networks"``, ``press Next``, ``show``, ``weather 7``, ``calm``,
``quit``. ``press`` is about the newest message with such a button; ``#papers``, ``#news`` (announcements) and
``#forum`` name channels; ``weather`` makes a bad day of that seed, and ``calm`` ends it.
"""

import argparse
import asyncio
import shlex
import sys
from typing import Any

from tests.standins.discord.app import TOKEN, DiscordStandIn
from tests.standins.discord.keyboard import BOOLEAN, INTEGER, NUMBER
from tests.standins.discord.people import Person, Reply
from tests.standins.discord.permissions import Permission
from tests.standins.discord.state import Channel, ChannelKind, Message
from tests.standins.discord.weather import Weather


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def place(message: Message) -> str:
    """Where it stands, and what became of it there."""
    channel = message.channel
    if message.ephemeral:
        return "only you see this"
    if channel.guild is None:
        return "to you"
    parts = [f"#{channel.parent.name} › {channel.name}" if channel.parent else f"#{channel.name}"]
    if channel.parent is not None and message.id == channel.id:
        names = {tag.id: tag.name for tag in channel.parent.tags}
        parts += [f"[{names[tag_id]}]" for tag_id in channel.applied_tags]
    marks = {
        "published": message.published,
        "edited": message.edited_at is not None,
        "has a thread": message.thread is not None,
        "archived": channel.archived,
        "locked": channel.locked,
        f"pings {', '.join(sorted(message.pings))}": bool(message.pings),
    }
    return " · ".join([" ".join(parts), *(mark for mark, holds in marks.items() if holds)])


def show(message: Message) -> None:
    say(f"--- {place(message)}")
    say(message.text)
    say("    ".join(f"[{button.label}]" for button in message.buttons))


class Prompt:
    def __init__(self, discord: DiscordStandIn, person: Person, channel: Channel) -> None:
        self.discord = discord
        self.person = person
        self.channel = channel
        self.seen: list[Message] = []

    async def obey(self, line: str) -> None:
        """Raises AssertionError where the person cannot do so or gets no answer."""
        words = shlex.split(line)
        match words:
            case ["show"]:
                for message in self.readable():
                    show(message)
            case ["weather", seed]:
                self.discord.weather = Weather(int(seed))
            case ["calm"]:
                self.discord.weather = None
            case ["press", label]:
                await self.press(label)
            case [first, *rest] if first.startswith("/"):
                await self.slash([first.removeprefix("/"), *rest])
            case _:
                say("type /command, press LABEL, show, weather SEED, calm or quit")

    def readable(self) -> list[Message]:
        """Everything in the server's channels and threads, and between the bot and the person; oldest first."""
        world = self.discord.world
        seen = [
            message
            for channel in list(world.channels.values())
            if channel.guild is not None or channel is self.person.dm
            for message in self.discord.messages(channel)
        ]
        return sorted(seen, key=lambda message: message.id)

    async def slash(self, words: list[str]) -> None:
        path = [word for word in words if "=" not in word]
        entered = dict(word.split("=", 1) for word in words if "=" in word)
        command = " ".join(path)
        options = {name: self.value(path, name, text) for name, text in entered.items()}
        self.told(await self.person.slash(self.channel, command, **options))

    def value(self, path: list[str], name: str, text: str) -> Any:
        if text.startswith("#"):
            return next(one for one in self.discord.world.channels.values() if one.name == text[1:])
        options: list[dict[str, Any]] = self.discord.rest.registry.of(None)
        for word in path:
            options = next((one.get("options", []) for one in options if one["name"] == word), [])
        kind = next((option["type"] for option in options if option["name"] == name), None)
        if kind == BOOLEAN:
            return text.lower() in ("yes", "true", "1")
        if kind in (INTEGER, NUMBER):
            return float(text) if kind == NUMBER else int(text)
        return text

    async def press(self, label: str) -> None:
        known = self.readable() + self.seen
        for message in sorted(known, key=lambda one: one.id, reverse=True):
            if any(button.label == label for button in message.buttons):
                return self.told(await self.person.press(message, label))
        return say(f"no message has a button {label!r}")

    def told(self, reply: Reply) -> None:
        for message in reply.messages:
            self.seen.append(message)
            show(message)
        for violation in self.discord.violations:
            say(f"!!! Discord would refuse this: {violation}")


async def main(port: int, token: str) -> None:
    async with DiscordStandIn(port=port, token=token) as discord:
        guild = discord.world.add_guild("Lab")
        channel = discord.world.add_channel(guild, "papers")
        discord.world.add_channel(guild, "news", kind=ChannelKind.ANNOUNCEMENT)
        forum = discord.world.add_channel(guild, "forum", kind=ChannelKind.FORUM)
        for name in ("language", "vision", "robots"):
            discord.world.add_tag(forum, name)
        person = discord.add_person("you", guild, permissions=Permission.MANAGE_GUILD, patience=30)
        say(f"DISCORD_API_URL={discord.api_url} DISCORD_TOKEN={token}")
        await discord.online(seconds=3600)
        say("the bot is here")
        prompt = Prompt(discord, person, channel)
        while (line := (await asyncio.to_thread(sys.stdin.readline)).strip()) not in ("", "quit"):
            try:
                await prompt.obey(line)
            except AssertionError as error:
                say(f"*** {error}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.port, arguments.token))
