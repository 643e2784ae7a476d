"""``/discuss``: a thread about a paper, further papers in it, and which ones it is about."""

from discord import app_commands

from bot import pages
from bot.discord_ui import discussions
from bot.discord_ui.commands.inputs import paper_choices
from bot.discord_ui.commands.papers import LONGEST_QUERY, WHICH
from bot.discord_ui.permissions import require_thread_writer
from bot.discord_ui.places import require_thread
from bot.discord_ui.replies import Interaction, answer

discuss = app_commands.Group(
    name="discuss",
    description="A thread about papers: in it every question is about them",
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
)


@discuss.command(name="start")
@app_commands.describe(paper=WHICH)
@app_commands.autocomplete(paper=paper_choices)
async def start(interaction: Interaction, paper: app_commands.Range[str, 1, LONGEST_QUERY]) -> None:
    """Open a thread about a paper in this channel, or lead to the one that there is."""
    await answer(interaction, discussions.start(interaction, paper), private=True, slow=True)


@discuss.command(name="add")
@app_commands.describe(paper=WHICH)
@app_commands.autocomplete(paper=paper_choices)
async def add(interaction: Interaction, paper: app_commands.Range[str, 1, LONGEST_QUERY]) -> None:
    """Let the thread in which you type this be about one more paper."""
    thread_id = require_thread(interaction)
    require_thread_writer(interaction)
    await answer(interaction, pages.joined(interaction.client.resources, thread_id, paper), private=False)


@discuss.command(name="papers")
async def papers(interaction: Interaction) -> None:
    """Which papers this thread is about."""
    await answer(
        interaction, pages.discussed_here(interaction.client.resources, require_thread(interaction)), private=True
    )
