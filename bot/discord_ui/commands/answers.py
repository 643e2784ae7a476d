"""``/answers``: how this server is answered; for those who may manage it."""

import discord
from discord import app_commands

from bot import pages
from bot.core.choices import WITHOUT as TAKEN_AWAY
from bot.core.choices import Wish
from bot.discord_ui.commands.inputs import LONGEST_CHOICE, language_choices, model_choices
from bot.discord_ui.permissions import require_manage_server
from bot.discord_ui.replies import Interaction, answer
from bot.render.post import Post

MOST_QUESTIONS = 1_000_000
USUAL = {
    "model": "as whoever runs me chose",
    "language": "that of the question",
    "roles": "everybody may ask; with a role beside it: only that one",
    "questions": "as many as whoever runs me allows",
}
WITHOUT = [app_commands.Choice(name=f"{name}: {USUAL[name]}", value=name) for name in TAKEN_AWAY]


@app_commands.command(name="answers")
@app_commands.describe(
    model="Which model answers, or passages: the papers' own words only",
    language="In which language a model answers, for example German; quotations stay in their paper's",
    role="One more role whose members may ask; where none is chosen everybody may",
    questions="How many questions of all members together the model answers in a day",
    without="Make one of these as usual again",
)
@app_commands.choices(without=WITHOUT)
@app_commands.autocomplete(model=model_choices, language=language_choices)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
async def answers(  # noqa: PLR0917  # its options, as Discord shows them
    interaction: Interaction,
    model: app_commands.Range[str, 1, LONGEST_CHOICE] | None = None,
    language: app_commands.Range[str, 1, LONGEST_CHOICE] | None = None,
    role: discord.Role | None = None,
    questions: app_commands.Range[int, 1, MOST_QUESTIONS] | None = None,
    without: str | None = None,
) -> None:
    """How this server is answered: see it, or change what you name."""
    role_id = role.id if role is not None else None
    wish = Wish(model=model, language=language, role_id=role_id, questions=questions, without=without)

    async def work() -> Post:
        return await pages.how_answered(interaction.client.resources, require_manage_server(interaction), wish)

    await answer(interaction, work(), private=True)
