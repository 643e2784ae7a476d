"""``/ask``: a question, answered from the papers' own words."""

from discord import app_commands

from bot import pages
from bot.discord_ui.commands.inputs import paper_choices
from bot.discord_ui.replies import Interaction, answer_growing, asker
from bot.services.discussion import LONGEST_QUESTION


@app_commands.command(name="ask")
@app_commands.describe(
    question="What you want to know, for example: how large is the dataset?",
    paper="Only this paper: words of its title, an id, an address or a DOI; empty in a thread: the thread's papers",
)
@app_commands.autocomplete(paper=paper_choices)
async def ask(
    interaction: Interaction, question: app_commands.Range[str, 1, LONGEST_QUESTION], paper: str | None = None
) -> None:
    """The passages that come closest to a question, quoted word for word."""
    r, here, who = interaction.client.resources, interaction.channel_id or 0, asker(interaction)
    about = (paper,) if paper else None
    await answer_growing(interaction, lambda tell: pages.answered(r, here, question, who, paper_ids=about, tell=tell))
