"""What goes wrong while an interaction is answered: told to the person in words, and to the log where it matters."""

import secrets
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.discord_ui.refusals import UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, detail
from bot.discord_ui.replies import Interaction, ServedClient, tell_privately
from bot.errors import BotError, InvalidInput
from bot.render.failures import failure, unforeseen
from bot.render.post import Post
from storage.errors import StorageError

log = structlog.get_logger(__name__)

EXPIRED = frozenset({10062, 10015, 50027, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE})
"""The person waited too long, or the message or its channel is gone: there is nobody to answer any more."""

OLD_COMMAND = (
    "Discord still shows an older form of this command. Reload Discord (Ctrl+R) and try again in a minute; "
    "the new form is on its way."
)


class FailureTree(app_commands.CommandTree[ServedClient]):
    """The command tree whose errors all end in ``report``."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await report(interaction, _cause(error))


async def report(interaction: Interaction, error: Exception) -> None:
    """Tell the person, privately; log what somebody else has to know. Raises nothing."""
    if isinstance(error, discord.HTTPException) and error.code in EXPIRED:
        log.warning("an interaction could not be answered any more", where=_where(interaction), code=error.code)
        return
    try:
        await tell_privately(interaction, told(error, _where(interaction)))
    except discord.HTTPException as problem:
        log.warning("a failure could not be told", where=_where(interaction), problem=detail(problem))


def told(error: Exception, where: str) -> Post:
    """What a person is told of ``error``, which happened at ``where``; logged where somebody else has to know."""
    if isinstance(error, InvalidInput):
        return failure(error)
    if isinstance(error, BotError | StorageError):
        log.warning("a command failed", where=where, kind=type(error).__name__, problem=str(error))
        return failure(error)
    reference = secrets.token_hex(4)
    log.error("a command broke", where=where, reference=reference, exc_info=error)
    return unforeseen(reference)


def _cause(error: app_commands.AppCommandError) -> Exception:
    """The error itself, out of what discord.py wraps around it."""
    match error:
        case app_commands.CommandInvokeError():
            return error.original
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            return InvalidInput(OLD_COMMAND)
        case app_commands.TransformerError():
            return InvalidInput(f"“{str(error.value)[:60]}” cannot be used here; choose one of what Discord offers.")
        case _:
            return error


def _where(interaction: discord.Interaction[Any]) -> str:
    """Which command or button it was, without anything that a person typed."""
    if interaction.command is not None:
        return f"/{interaction.command.qualified_name}"
    data: Any = interaction.data or {}
    return str(data.get("custom_id", interaction.type.name))
