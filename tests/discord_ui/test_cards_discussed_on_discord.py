"""A discussion begins at any card, and what hangs below a digest knows its papers without being told."""

import pytest

from bot.discord_ui.client import PaperboyClient
from bot.ports import Resources
from bot.services import channels, delivery
from storage.records import Destination, DestinationKind, Layout
from tests.builders import make_setup
from tests.discord_ui.conftest import PAPERS, Lab
from tests.standins.discord import Channel, ChannelKind, Permission

pytestmark = pytest.mark.usefixtures("stocked")

ASKED = {"question": "How many samples does the dataset hold?"}


@pytest.fixture
def may_write(lab: Lab) -> None:
    for what in (Permission.SEND_MESSAGES_IN_THREADS, Permission.CREATE_PUBLIC_THREADS):
        lab.discord.world.grant(lab.papers, what, target=lab.guest.user)


def below(lab: Lab, place: Channel) -> list[Channel]:
    return [one for one in lab.discord.world.channels.values() if one.parent is place]


async def post_digest(lab: Lab, r: Resources, client: PaperboyClient, place: Channel, layout: Layout) -> None:
    kind = DestinationKind.FORUM if layout is Layout.FORUM else DestinationKind.CHANNEL
    here = Destination(kind=kind, id=place.id)
    setup = make_setup(guild_id=lab.guild.id, destination=here, layout=layout, limit=2, created_by=lab.admin.id)
    await delivery.post_now(r, client.outbox, (await channels.create(r, setup)).id)


@pytest.mark.usefixtures("client", "may_write")
async def test_a_card_opens_its_papers_thread_in_a_channel(lab: Lab) -> None:
    card = await lab.guest.slash(lab.papers, "papers show", paper=PAPERS[1].id)
    opened = await lab.guest.press(card.message, "Discuss")
    (thread,) = below(lab, lab.papers)
    assert opened.ephemeral
    assert f"<#{thread.id}>" in opened.text
    assert "There is a thread already" in (await lab.guest.press(card.message, "Discuss")).text
    lab.discord.world.revoke(lab.papers, Permission.CREATE_PUBLIC_THREADS, target=lab.guest.user)
    assert "Create Public Threads" in (await lab.guest.press(card.message, "Discuss")).text


@pytest.mark.usefixtures("client", "may_write")
async def test_in_a_thread_a_card_lets_it_be_about_its_paper_too(lab: Lab) -> None:
    await lab.guest.slash(lab.papers, "discuss start", paper=PAPERS[1].id)
    (thread,) = below(lab, lab.papers)
    card = await lab.guest.slash(thread, "papers show", paper=PAPERS[3].id)
    joined = await lab.guest.press(card.message, "Discuss")
    assert f"{PAPERS[3].title} is in" in joined.text
    assert not joined.ephemeral
    assert PAPERS[3].title in (await lab.guest.slash(thread, "discuss papers")).text
    lab.discord.world.revoke(lab.papers, Permission.SEND_MESSAGES_IN_THREADS, target=lab.guest.user)
    assert "Send Messages in Threads" in (await lab.guest.press(card.message, "Discuss")).text


@pytest.mark.usefixtures("client", "may_write")
@pytest.mark.parametrize(
    ("command", "options", "title"),
    [
        ("papers today", {}, PAPERS[1].title),
        ("papers search", {"query": "diffusion OR retrieval"}, PAPERS[1].title),
        ("papers similar", {"paper": PAPERS[0].id}, PAPERS[6].title),
    ],
)
async def test_a_paper_of_a_list_is_chosen_to_be_discussed(
    lab: Lab, command: str, options: dict[str, str], title: str
) -> None:
    listed = await lab.guest.slash(lab.papers, command, **options)
    opened = await lab.guest.select(listed.message, "Discuss one of these", title)
    (thread,) = below(lab, lab.papers)
    assert thread.name == title
    assert f"<#{thread.id}>" in opened.text


@pytest.mark.usefixtures("may_write")
async def test_a_paper_of_a_digest_is_chosen_to_be_discussed(lab: Lab, r: Resources, client: PaperboyClient) -> None:
    await post_digest(lab, r, client, lab.papers, Layout.DIGEST)
    (digest,) = lab.discord.messages(lab.papers)
    await lab.guest.select(digest, "Discuss one of these", PAPERS[1].title)
    assert [thread.name for thread in below(lab, lab.papers)] == [PAPERS[1].title]


@pytest.mark.usefixtures("client")
async def test_in_a_direct_message_it_is_said_where_that_works(lab: Lab) -> None:
    card = await lab.guest.slash(lab.guest.dm, "papers show", paper=PAPERS[1].id)
    assert "channel of a server" in (await lab.guest.press(card.message, "Discuss")).text


async def test_a_forum_post_is_about_its_paper(lab: Lab, r: Resources, client: PaperboyClient) -> None:
    forum = lab.discord.world.add_channel(lab.guild, "digests", kind=ChannelKind.FORUM)
    lab.discord.world.grant(forum, Permission.SEND_MESSAGES_IN_THREADS, target=lab.guest.user)
    await post_digest(lab, r, client, forum, Layout.FORUM)
    (post,) = [one for one in below(lab, forum) if one.name == PAPERS[1].title]
    answer = (await lab.guest.slash(post, "ask", **ASKED)).text.replace("**", "")
    assert "holds 2 samples" in answer
    assert "holds 1 samples" not in answer
    lab.guest.say(post, f"<@{lab.discord.world.bot.id}> {ASKED['question']}")
    *_, said = await lab.discord.messages_in(post, 4)
    assert "holds 2 samples" in said.text.replace("**", "")
    await lab.guest.slash(post, "discuss add", paper=PAPERS[4].id)
    listed = (await lab.guest.slash(post, "discuss papers")).text
    assert listed.index(PAPERS[1].title) < listed.index(PAPERS[4].title)


@pytest.mark.parametrize(("layout", "about"), [(Layout.DIGEST, {0, 1}), (Layout.CARDS, {0})])
async def test_a_thread_below_a_message_is_about_its_papers(
    lab: Lab, r: Resources, client: PaperboyClient, layout: Layout, about: set[int]
) -> None:
    await post_digest(lab, r, client, lab.papers, layout)
    first = lab.discord.messages(lab.papers)[0]
    thread = lab.discord.world.add_channel(
        lab.guild, "so what", kind=ChannelKind.PUBLIC_THREAD, parent=lab.papers, opened_from=first
    )
    listed = (await lab.guest.slash(thread, "discuss papers")).text
    assert {number for number in range(len(PAPERS)) if PAPERS[number].title in listed} == about
    answer = (await lab.guest.slash(thread, "ask", **ASKED)).text.replace("**", "")
    assert {number for number in range(len(PAPERS)) if f"holds {number + 1} samples" in answer} == about
