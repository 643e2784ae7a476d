"""``/summary``: a paper in a few lines, each with the words that it stands on."""

from discord import app_commands

from bot import pages
from bot.core.style import Style
from bot.discord_ui.commands.inputs import paper_choices
from bot.discord_ui.commands.papers import LONGEST_QUERY
from bot.discord_ui.replies import Interaction, answer_growing, asker
from bot.errors import InvalidInput

STYLES = [
    app_commands.Choice(name="TL;DR: what it does and what comes of it", value=Style.TLDR.value),
    app_commands.Choice(name="Key points: problem, approach, results, data, code, limits", value=Style.POINTS.value),
    app_commands.Choice(name="For a newcomer, in plain words (needs a language model)", value=Style.NEWCOMER.value),
]


@app_commands.command(name="summary")
@app_commands.describe(
    paper="Words of its title, its id, an address or a DOI; empty in a thread about one paper: that one",
    style="How; empty: key points",
)
@app_commands.choices(style=STYLES)
@app_commands.autocomplete(paper=paper_choices)
async def summary(
    interaction: Interaction,
    paper: app_commands.Range[str, 1, LONGEST_QUERY] | None = None,
    style: str = Style.POINTS,
) -> None:
    """A paper in a few lines, each with the words of the paper that it stands on."""
    if style not in list(Style):
        raise InvalidInput(f"A summary is one of {', '.join(Style)}.")
    r, here, who = interaction.client.resources, interaction.channel_id or 0, asker(interaction)
    wanted = (paper, Style(style))
    await answer_growing(interaction, lambda tell: pages.summarised(r, here, wanted, who, tell=tell))
