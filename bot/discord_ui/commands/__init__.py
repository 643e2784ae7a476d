"""Every slash command: thin, from what was typed to a use case to its words."""

from typing import Any

from discord import app_commands

from bot.discord_ui.commands.answers import answers
from bot.discord_ui.commands.ask import ask
from bot.discord_ui.commands.channels import channels
from bot.discord_ui.commands.compare import compare
from bot.discord_ui.commands.discuss import discuss
from bot.discord_ui.commands.help import help_
from bot.discord_ui.commands.papers import papers
from bot.discord_ui.commands.privacy import privacy
from bot.discord_ui.commands.quota import quota
from bot.discord_ui.commands.setup import setup
from bot.discord_ui.commands.status import status
from bot.discord_ui.commands.summary import summary
from bot.discord_ui.commands.topics import topics
from bot.discord_ui.replies import ServedClient

__all__ = ["add_all"]


def add_all(tree: app_commands.CommandTree[ServedClient]) -> None:
    """Give ``tree`` every command."""
    everything: tuple[app_commands.Command[Any, ..., Any] | app_commands.Group, ...] = (
        papers, ask, summary, compare, discuss, topics, setup, channels, answers, status, quota, privacy, help_,
    )  # fmt: skip
    for command in everything:
        tree.add_command(command)
