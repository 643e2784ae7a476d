"""``python -m tests.standins.discord``: a Discord to start a bot against by hand, with a person at this prompt.

What the person may type: ``/papers search query="graph networks"``, ``press Next``, ``show``, ``people``, ``quit``.
``press`` is about the newest message with such a button, ``#papers`` names a channel.
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


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def show(message: Message) -> None:
    where = (
        "only you see this" if message.ephemeral else f"#{message.channel.name}" if message.channel.guild else "to you"
    )
    say(f"--- {where}")
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
                for message in self.discord.messages(self.channel) + self.discord.messages(self.person.dm):
                    show(message)
            case ["press", label]:
                await self.press(label)
            case [first, *rest] if first.startswith("/"):
                await self.slash([first.removeprefix("/"), *rest])
            case _:
                say("type /command, press LABEL, show or quit")

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
        known = self.discord.messages(self.channel) + self.discord.messages(self.person.dm) + self.seen
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
        discord.world.add_channel(guild, "forum", kind=ChannelKind.FORUM)
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
