"""``/help``: every command with an example, and what is kept."""

from discord import app_commands

from bot.discord_ui.replies import Interaction, answer
from bot.render.help import help_post
from bot.render.post import Post


@app_commands.command(name="help")
async def help_(interaction: Interaction) -> None:
    """Everything I can do, with examples."""

    async def work() -> Post:
        return help_post()

    await answer(interaction, work(), private=True)
