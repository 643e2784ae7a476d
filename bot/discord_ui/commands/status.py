"""``/status``: what is fresh, failing and due, of the server in which it is asked."""

from discord import app_commands

from bot.discord_ui.permissions import may_manage_server
from bot.discord_ui.replies import Interaction, answer
from bot.render.post import Post
from bot.render.status import status_post
from bot.services import health

NO_SERVER = 0
"""In a direct message there are no channels to tell of; those of other servers are nobody's business there."""


@app_commands.command(name="status")
async def status(interaction: Interaction) -> None:
    """What is fresh, what fails, which digests come next."""

    async def work() -> Post:
        guild_id = interaction.guild_id or NO_SERVER
        told = await health.status(
            interaction.client.resources, guild_id=guild_id, with_feedback=may_manage_server(interaction, guild_id)
        )
        return status_post(told)

    await answer(interaction, work(), private=True)
