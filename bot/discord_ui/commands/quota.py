"""``/quota``: how many questions a language model still answers to whoever asks, and in this server."""

from discord import app_commands

from bot import pages
from bot.discord_ui.replies import Interaction, answer, asker


@app_commands.command(name="quota")
async def quota(interaction: Interaction) -> None:
    """How many of your questions the model still answers today, and when that begins anew."""
    await answer(interaction, pages.quota(interaction.client.resources, asker(interaction)), private=True)
