"""``/compare``: two to four papers side by side, in their own words."""

from discord import app_commands

from bot import pages
from bot.discord_ui.commands.inputs import paper_choices
from bot.discord_ui.commands.papers import LONGEST_QUERY, WHICH
from bot.discord_ui.replies import Interaction, answer_growing, asker

Which = app_commands.Range[str, 1, LONGEST_QUERY]


@app_commands.command(name="compare")
@app_commands.describe(
    first="The first paper; with none or one named in a thread, its papers come in",
    second=WHICH,
    third=WHICH,
    fourth=WHICH,
)
@app_commands.autocomplete(first=paper_choices, second=paper_choices, third=paper_choices, fourth=paper_choices)
async def compare(
    interaction: Interaction,
    first: Which | None = None,
    second: Which | None = None,
    third: Which | None = None,
    fourth: Which | None = None,
) -> None:
    """Two to four papers side by side: problem, approach, results, data, code, limits, each in their own words."""
    named = [one for one in (first, second, third, fourth) if one]
    r, here, who = interaction.client.resources, interaction.channel_id or 0, asker(interaction)
    await answer_growing(interaction, lambda tell: pages.compared(r, here, named, who, tell=tell))
