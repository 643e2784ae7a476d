"""Every button of every message, also of those that were sent before a restart, in years past, or by another process.

A button carries its whole meaning in its identifier; nothing is kept for it in memory. Anybody who sees a message can
press its buttons, so what it takes to do something is checked at the press.
"""

import re
from collections.abc import Coroutine
from typing import Any, Self, assert_never

import discord

from bot import pages
from bot.core.identity import parse_paper_id
from bot.core.opening import Topic
from bot.core.style import Style
from bot.core.text import clip
from bot.discord_ui import discussions, setups
from bot.discord_ui.components import custom_ids
from bot.discord_ui.failures import report
from bot.discord_ui.permissions import may_write, require_thread_writer
from bot.discord_ui.places import require_thread
from bot.discord_ui.replies import Interaction, answer, answer_growing, asker, is_own, is_private, replace
from bot.errors import InvalidInput
from bot.render.actions import (
    PREFIX,
    AskAbout,
    AskTopic,
    ChannelAct,
    ChannelAction,
    Compare,
    ConfirmForget,
    ConfirmSetup,
    Discuss,
    DiscussChosen,
    FollowTopic,
    OpenThread,
    Recheck,
    SavedPage,
    SavePaper,
    SearchPage,
    ShowContext,
    ShowDiscussed,
    ShowPaper,
    ShowSaved,
    ShowSimilar,
    SimilarPage,
    Summarise,
    TrendingPage,
    UnfollowTopic,
    UnsavePaper,
    VoteOn,
    Why,
    WriteAgain,
    decode,
    encode,
)
from bot.render.limits import fits
from bot.render.post import Divider, Post
from bot.render.privacy import forgotten
from bot.render.threads import thread_opened
from bot.render.topics import unfollowed, writing_again
from bot.services import privacy, threads, topics
from bot.services.discussion import LONGEST_QUESTION
from storage.records import PaperId

QUESTION = "question"
LONGEST_TITLE = 45
"""Characters of a modal's title that Discord takes."""
OLD_BUTTON = "This button is from an older version of me. Ask again with a command; /help lists them."


class ActionButton(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.LayoutView]], template=re.compile(f"{PREFIX}.*", re.DOTALL)
):
    """Any button whose identifier begins as ours do."""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        return cls(item)  # type: ignore[arg-type]  # what is pressed is a button: only buttons carry our identifiers

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await _pressed(interaction, self.custom_id)
        except Exception as error:  # noqa: BLE001  # whatever it is, the person is told, and report tells the log
            await report(interaction, error)


async def submitted(interaction: Interaction) -> None:
    """A question that was typed into the form of "Ask about it"."""
    try:
        await _asked(interaction)
    except Exception as error:  # noqa: BLE001  # as above
        await report(interaction, error)


async def _asked(interaction: Interaction) -> None:
    data: Any = interaction.data
    action = decode(str(data["custom_id"]))
    if not isinstance(action, AskAbout):
        raise InvalidInput(OLD_BUTTON)
    question = _typed(data["components"])
    r, here, who = interaction.client.resources, interaction.channel_id or 0, asker(interaction)
    about = (action.paper_id,)
    await answer_growing(interaction, lambda tell: pages.answered(r, here, question, who, paper_ids=about, tell=tell))


async def _pressed(interaction: Interaction, custom_id: str) -> None:
    r, person_id = interaction.client.resources, interaction.user.id
    match decode(custom_id):
        case ShowPaper(paper_id):
            await answer(interaction, pages.paper(r, paper_id, reader=person_id), private=True)
        case SavePaper(paper_id):
            await _shelve(interaction, paper_id, pages.save(r, person_id, paper_id))
        case UnsavePaper(paper_id):
            await _shelve(interaction, paper_id, pages.unsave(r, person_id, paper_id))
        case ShowSaved():
            await answer(interaction, pages.saved_papers(r, person_id), private=True)
        case AskAbout(paper_id):
            await _open_question(interaction, AskAbout(paper_id))
        case Discuss(paper_id):
            await discussions.discuss(interaction, paper_id)
        case DiscussChosen():
            await discussions.discuss(interaction, _chosen(interaction))
        case AskTopic(paper_id, topic):
            await _answer_on(interaction, paper_id, topic)
        case ShowContext(token, first):
            await answer(interaction, pages.in_context(r, token, first), private=True)
        case VoteOn(token, is_good):
            await answer(interaction, pages.voted_on(r, token, asker(interaction), is_good=is_good), private=True)
        case Summarise(paper_id, style):
            await _sum_up(interaction, paper_id, style)
        case Compare(paper_ids, first):
            await _turn(interaction, pages.compared_from(r, paper_ids, asker(interaction), first))
        case ShowDiscussed():
            await answer(interaction, pages.discussed_here(r, require_thread(interaction)), private=True)
        case ShowSimilar(paper_id):
            await answer(interaction, pages.similar(r, paper_id), private=True)
        case SimilarPage() | SearchPage() | TrendingPage() | SavedPage() as page:
            await _turn(interaction, _page(interaction, page))
        case Why(token, paper_id):
            await answer(interaction, pages.reasons(r, token, paper_id), private=True)
        case FollowTopic(token):
            await answer(interaction, _follow(interaction, token), private=True)
        case UnfollowTopic(topic_id):
            await replace(interaction, _unfollow(interaction, topic_id))
        case ChannelAction(setup_id, act):
            await _act(interaction, setup_id, act)
        case ConfirmSetup(setup_id):
            await replace(interaction, setups.start(interaction, setup_id))
        case ConfirmForget():
            await replace(interaction, _forget(interaction))
        case OpenThread(token, paper_id):
            await answer(interaction, _thread(interaction, token, paper_id), private=True, slow=True)
        case Recheck(setup_id, token):
            await replace(interaction, setups.recheck(interaction, setup_id, token))
        case WriteAgain():
            await replace(interaction, _write_again(interaction))
        case None:
            raise InvalidInput(OLD_BUTTON)
        case _ as unknown:
            assert_never(unknown)


async def _answer_on(interaction: Interaction, paper_id: PaperId, topic: Topic) -> None:
    """In public, unless whoever pressed may not write there."""
    r, here, who = interaction.client.resources, interaction.channel_id or 0, asker(interaction)
    await answer_growing(
        interaction,
        lambda tell: pages.answered_on(r, here, (paper_id, topic), who, tell=tell),
        private=not may_write(interaction),
    )


async def _sum_up(interaction: Interaction, paper_id: PaperId, style: Style) -> None:
    """Likewise."""
    r, here, who = interaction.client.resources, interaction.channel_id or 0, asker(interaction)
    await answer_growing(
        interaction,
        lambda tell: pages.summarised(r, here, (paper_id, style), who, tell=tell),
        private=not may_write(interaction),
    )


async def _turn(interaction: Interaction, page: Coroutine[Any, Any, Post]) -> None:
    """Turn the page of one's own answer in place; of somebody else's, or of a digest, show it beside, privately."""
    if is_own(interaction):
        await replace(interaction, page)
    else:
        await answer(interaction, page, private=True)


async def _page(interaction: Interaction, page: SimilarPage | SearchPage | TrendingPage | SavedPage) -> Post:
    r = interaction.client.resources
    match page:
        case SimilarPage(paper_id, offset):
            return await pages.similar(r, paper_id, offset)
        case SearchPage(token, offset, sort):
            return await pages.found_again(r, token, sort, offset)
        case TrendingPage(period, sort, offset):
            return await pages.trending(r, period, sort, offset)
        case SavedPage(offset, token):
            return await pages.saved_again(r, interaction.user.id, token, offset)


async def _shelve(interaction: Interaction, paper_id: PaperId, work: Coroutine[Any, Any, Post]) -> None:
    """Save a paper, or take it out. Where nobody else sees the message, its button turns round; else it is receipted.

    What all see must not tell what one of them saved.
    """
    if not is_private(interaction):
        await answer(interaction, work, private=True)
    elif _is_card(interaction, paper_id):
        await replace(interaction, _card_after(interaction, paper_id, work))
    else:
        await replace(interaction, work)


async def _card_after(interaction: Interaction, paper_id: PaperId, work: Coroutine[Any, Any, Post]) -> Post:
    await work
    return await pages.paper(interaction.client.resources, paper_id, reader=interaction.user.id)


def _is_card(interaction: Interaction, paper_id: PaperId) -> bool:
    """Whether the pressed message is a paper's card, and no receipt."""
    components = interaction.message.components if interaction.message else ()
    return encode(ShowSimilar(paper_id)) in custom_ids(components)


async def _act(interaction: Interaction, setup_id: int, act: ChannelAct) -> None:
    match act:
        case ChannelAct.PREVIEW:
            await answer(interaction, setups.act(interaction, setup_id, act), private=True)
        case ChannelAct.POST:
            await answer(interaction, setups.act(interaction, setup_id, act), private=True, slow=True)
        case ChannelAct.PAUSE | ChannelAct.RESUME | ChannelAct.REMOVE:
            await replace(interaction, _changed(interaction, setup_id, act))


async def _changed(interaction: Interaction, setup_id: int, act: ChannelAct) -> Post:
    """What became of the setup; where it was changed in a list of several, the list as it is now."""
    outcome = await setups.act(interaction, setup_id, act)
    return await setups.overview(interaction) if _names_others(interaction, setup_id) else outcome


def _names_others(interaction: Interaction, setup_id: int) -> bool:
    components = interaction.message.components if interaction.message else ()
    actions = map(decode, custom_ids(components))
    return any(isinstance(action, ChannelAction) and action.setup_id != setup_id for action in actions)


async def _follow(interaction: Interaction, token: str) -> Post:
    r = interaction.client.resources
    return pages.follows(r, await topics.follow_search(r, interaction.user.id, token))


async def _unfollow(interaction: Interaction, topic_id: int) -> Post:
    """The receipt, and what is still followed where both fit into one message."""
    r, person = interaction.client.resources, interaction.user.id
    receipt = unfollowed(await topics.unfollow(r, person, topic_id))
    rest = await pages.own_topics(r, person)
    both = Post((*receipt.blocks, Divider(), *rest.blocks))
    return both if fits(both) else rest


async def _thread(interaction: Interaction, token: str, paper_id: PaperId) -> Post:
    """The thread of a paper; asked for in the channel of its digest, by somebody who may write there."""
    client = interaction.client
    delivery = await threads.digest_with(client.resources, token, paper_id)
    if interaction.guild_id is None or interaction.channel_id != delivery.key.destination.id:
        raise InvalidInput("A thread is opened where the digest was first posted, not in a channel that follows it.")
    require_thread_writer(interaction)
    found = await threads.open_thread(
        client.resources, client.outbox, delivery.key.destination, paper_id, below=delivery
    )
    return thread_opened(found.paper, found.thread_id, guild_id=interaction.guild_id, anew=found.anew)


async def _write_again(interaction: Interaction) -> Post:
    r = interaction.client.resources
    person, waits = await topics.write_again(r, interaction.user.id)
    return writing_again(person, waits=waits)


async def _forget(interaction: Interaction) -> Post:
    followed, saved = await privacy.forget(interaction.client.resources, interaction.user.id)
    return forgotten(topics=followed, saved=saved)


async def _open_question(interaction: Interaction, action: AskAbout) -> None:
    modal = discord.ui.Modal(
        title=clip(f"Ask about {action.paper_id}", LONGEST_TITLE), custom_id=encode(action), timeout=None
    )
    field: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        style=discord.TextStyle.paragraph,
        custom_id=QUESTION,
        placeholder="For example: how large is the dataset?",
        max_length=LONGEST_QUESTION,
    )
    modal.add_item(
        discord.ui.Label(text="Your question", description="Answered in the paper's own words", component=field)
    )
    modal.stop()  # as with views: what is typed comes to ``submitted``, after a restart too
    await interaction.response.send_modal(modal)


def _chosen(interaction: Interaction) -> PaperId:
    """The paper that was chosen in a menu."""
    data: Any = interaction.data
    values = data.get("values") or [""]
    return parse_paper_id(str(values[0]))


def _typed(components: list[Any]) -> str:
    """The text of the one field of the form, whichever frame stands around it."""
    for component in components:
        inner = [component["component"]] if "component" in component else component.get("components", [])
        for field in inner:
            if field.get("custom_id") == QUESTION:
                return str(field.get("value", ""))
    raise InvalidInput(OLD_BUTTON)
