"""``/discuss``: a thread about a paper, further papers in it, and which ones it is about."""

from discord import app_commands

from bot import pages
from bot.discord_ui.commands.inputs import paper_choices
from bot.discord_ui.commands.papers import LONGEST_QUERY, WHICH
from bot.discord_ui.permissions import require_thread_maker, require_thread_writer
from bot.discord_ui.places import CHANNELS, require_thread
from bot.discord_ui.replies import Interaction, answer
from bot.errors import InvalidInput
from bot.render.post import Post
from bot.render.threads import thread_opened
from bot.services import search, threads
from storage.records import Destination, DestinationKind

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
    await answer(interaction, _start(interaction, paper), private=True, slow=True)


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


async def _start(interaction: Interaction, text: str) -> Post:
    client, channel = interaction.client, interaction.channel
    if interaction.guild_id is None or channel is None or channel.type not in CHANNELS:
        raise InvalidInput(
            "Threads are opened in a text or announcement channel of a server; type this there. In a thread, "
            "/discuss add makes it about a paper."
        )
    require_thread_maker(interaction)
    paper = await search.paper(client.resources, text)
    here = Destination(kind=DestinationKind.CHANNEL, id=channel.id)
    found = await threads.open_thread(client.resources, client.outbox, here, paper.id)
    return thread_opened(found.paper, found.thread_id, guild_id=interaction.guild_id, anew=found.anew)
