"""``/privacy``: all that is kept of a person, as a file; and its end."""

import json
from typing import Any

from discord import app_commands

from bot.discord_ui.replies import Interaction, WithFile, answer
from bot.render.post import Post
from bot.render.privacy import confirm_forget, exported, forgotten
from bot.services import privacy as service

privacy = app_commands.Group(name="privacy", description="What I keep of you: see it, delete it")


@privacy.command(name="export")
async def export(interaction: Interaction) -> None:
    """Everything that I keep of you, as a file."""

    async def work() -> Post | WithFile:
        r = interaction.client.resources
        kept = await service.export(r, interaction.user.id)
        post = exported(
            topics=len(kept["topics"]),
            deliveries=len(kept["deliveries"]),
            saved=len(kept["saved_papers"]),
            setups=len(kept["channel_setups_made"]),
            votes=len(kept["votes_on_answers"]),
            turns=len(kept["questions_in_threads"]),
            asked=kept["questions_to_the_model_today"],
            hour=kept["daily_message"] is not None,
            model=r.allowance is not None,
        )
        content = json.dumps(kept, indent=2, ensure_ascii=False).encode()
        return WithFile(post=post, name="paperboy.json", content=content) if _anything(kept) else post

    await answer(interaction, work(), private=True)


@privacy.command(name="forget")
async def forget(interaction: Interaction) -> None:
    """Delete everything that I keep of you; asks before it does."""

    async def work() -> Post:
        kept = await service.export(interaction.client.resources, interaction.user.id)
        if not _anything(kept):
            return forgotten(topics=0)
        return confirm_forget(topics=len(kept["topics"]), saved=len(kept["saved_papers"]))

    await answer(interaction, work(), private=True)


def _anything(kept: dict[str, Any]) -> bool:
    """Whether an export holds more than the id of who asked for it."""
    return any(value for name, value in kept.items() if name != "person")
