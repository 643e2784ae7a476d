"""The commands that Discord shows are those of this program: told to Discord when they changed, and only then."""

import hashlib
import json
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.discord_ui.refusals import detail
from storage.store import Store

log = structlog.get_logger(__name__)


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """A hash of all that Discord is told of the commands, in whatever order they were added."""
    payload = [command.to_dict(tree) for command in sorted(tree.get_commands(), key=lambda command: command.name)]
    canonical = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def synchronise(tree: app_commands.CommandTree[Any], store: Store, application_id: int) -> bool:
    """Tell Discord the commands unless it knows them; says whether it was told.

    A failure is logged, not raised: the bot works with the commands that Discord has, and the next start tries again.
    """
    name, wanted = f"commands of {application_id}", fingerprint(tree)
    async with store.read() as tx:
        if await tx.facts.get(name) == wanted:
            return False
    try:
        told = await tree.sync()
    except discord.HTTPException as error:
        log.warning(
            "Discord did not take the commands; it keeps the old ones", status=error.status, problem=detail(error)
        )
        return False
    except discord.RateLimited as error:
        log.warning("Discord takes no new commands for now; it keeps the old ones", seconds=error.retry_after)
        return False
    async with store.write() as tx:
        await tx.facts.put(name, wanted)
    log.info("Discord knows the commands", commands=len(told))
    return True
