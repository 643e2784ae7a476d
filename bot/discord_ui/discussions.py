"""Where a discussion of a paper begins: a thread of its own in a channel; in a thread that one itself."""

from bot import pages
from bot.discord_ui.permissions import require_thread_maker, require_thread_writer
from bot.discord_ui.places import CHANNELS, THREADS
from bot.discord_ui.replies import Interaction, answer
from bot.errors import InvalidInput
from bot.render.post import Post
from bot.render.threads import thread_opened
from bot.services import search, threads
from storage.records import Destination, DestinationKind, PaperId


async def discuss(interaction: Interaction, paper_id: PaperId) -> None:
    """Open the paper's thread in this channel, or lead to it; in a thread let that one be about the paper, too.

    Raises:
        InvalidInput: here is neither, or who asks may not.
    """
    channel = interaction.channel
    if channel is None or channel.type not in THREADS:
        await answer(interaction, start(interaction, paper_id), private=True, slow=True)
        return
    require_thread_writer(interaction)
    await answer(interaction, pages.joined(interaction.client.resources, channel.id, paper_id), private=False)


async def start(interaction: Interaction, text: str) -> Post:
    """Open a thread in this channel about the paper that ``text`` names, or lead to the one that there is.

    Raises:
        InvalidInput: this is no channel for threads, who asks may open none, or ``text`` names no paper.
        OutboxError: the thread cannot be opened.
    """
    client, channel = interaction.client, interaction.channel
    if interaction.guild_id is None or channel is None or channel.type not in CHANNELS:
        raise InvalidInput(
            "Threads are opened in a text or announcement channel of a server: use /discuss start there. In a thread, "
            "/discuss add makes it about a paper."
        )
    require_thread_maker(interaction)
    paper = await search.paper(client.resources, text)
    here = Destination(kind=DestinationKind.CHANNEL, id=channel.id)
    found = await threads.open_thread(client.resources, client.outbox, here, paper.id)
    return thread_opened(found.paper, found.thread_id, guild_id=interaction.guild_id, anew=found.anew)
