"""Buttons: pressed by their owner and by others, after a restart, from older versions, without permission."""

import pytest

from bot.discord_ui.client import PaperboyClient
from bot.ports import Envelope, Resources
from bot.render.actions import AskAbout, Why, encode
from bot.render.digest import channel_digest
from bot.render.post import Button, Buttons, Paragraph, Post, Span
from bot.services import channels, search, topics
from storage.records import ChannelSetup, Destination, DestinationKind
from tests.builders import make_delivery, make_family, make_id, make_key, make_setup
from tests.discord_ui.conftest import PAPERS, Lab, Running, until
from tests.services.seeding import keep
from tests.standins.discord import Message

pytestmark = pytest.mark.usefixtures("stocked", "client")


def destination(lab: Lab) -> Destination:
    return Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)


async def a_setup(lab: Lab, r: Resources, **facts: object) -> ChannelSetup:
    setup = make_setup(guild_id=lab.guild.id, destination=destination(lab), created_by=lab.admin.id, **facts)
    return await channels.create(r, setup)


async def posted(client: PaperboyClient, lab: Lab, *buttons: Button) -> Message:
    post = Post((Paragraph((Span("Something"),)), Buttons(buttons)))
    await client.outbox.send(destination(lab), post, Envelope(token="a-token"))
    return lab.discord.messages(lab.papers)[-1]


async def test_pages_turn_in_place_for_whoever_asked(lab: Lab) -> None:
    first = await lab.guest.slash(lab.papers, "papers search", query="diffusion")
    second = await lab.guest.press(first.message, "Next")
    assert second.message is first.message
    assert "6 of 6" in second.text
    back = await lab.guest.press(second.message, "Previous")
    assert "1–5 of 6" in back.text
    assert len(lab.discord.messages(lab.papers)) == 1


async def test_somebody_else_gets_the_next_page_for_themselves(lab: Lab) -> None:
    first = await lab.guest.slash(lab.papers, "papers today")
    other = await lab.admin.press(first.message, "Next")
    assert other.ephemeral
    assert "6–9 of 9" in other.text
    assert "1–5 of 9" in first.text
    onwards = await lab.admin.press(other.message, "Previous")
    assert onwards.message is other.message


async def test_buttons_work_after_a_restart(lab: Lab, client: PaperboyClient, running: Running) -> None:
    found = await lab.guest.slash(lab.papers, "papers search", query="diffusion")
    await client.close()
    async with running():
        page = await lab.guest.press(found.message, "Next")
        assert "6 of 6" in page.text
        [show] = [button.custom_id for button in page.buttons if (button.custom_id or "").startswith("pb:show")]
        assert show is not None
        card = await lab.guest.press(page.message, show)
        assert card.ephemeral
        assert "Abstract" in card.text


async def test_from_a_papers_card_one_gets_to_those_like_it_and_turns_their_pages(lab: Lab, r: Resources) -> None:
    await keep(r, *make_family())
    card = await lab.guest.slash(lab.papers, "papers show", paper="2504.00001")
    first = await lab.guest.press(card.message, "Similar")
    assert first.message is not card.message, "a card is read on, whoever looks for others like it"
    assert first.ephemeral
    assert "1–5 of 6" in first.text
    second = await lab.guest.press(first.message, "Next")
    assert second.message is first.message
    assert "6 of 6" in second.text


async def test_a_digest_tells_everybody_privately_why_it_holds_what_it_holds(
    lab: Lab, r: Resources, client: PaperboyClient
) -> None:
    key = make_key(destination(lab))
    delivery = make_delivery(PAPERS[0].id, key=key, notes={PAPERS[0].id: "+38 upvotes since yesterday"}, considered=1)
    async with r.store.write() as tx:
        kept = await tx.deliveries.plan(delivery)
    assert kept is not None
    post = channel_digest(kept, PAPERS[:1], await search.freshness(r))
    await client.outbox.send(destination(lab), post, Envelope(token=kept.token))
    [message] = lab.discord.messages(lab.papers)
    told = await lab.guest.press(message, encode(Why(kept.token)))
    assert told.ephemeral
    assert "+38 upvotes since yesterday" in told.text
    whole_day = await lab.guest.press(message, "All of this day")
    assert whole_day.ephemeral
    assert "1–5 of 9" in whole_day.text
    assert lab.discord.messages(lab.papers) == [message]


@pytest.mark.parametrize("identifier", ["pb:forgotten-action:1", "pb:why", "pb:show:nonsense", "pb:setup:one"])
async def test_a_button_of_an_older_version_says_so(lab: Lab, client: PaperboyClient, identifier: str) -> None:
    message = await posted(client, lab, Button("Old", action=identifier))
    reply = await lab.guest.press(message, "Old")
    assert "from an older version" in reply.text
    assert reply.ephemeral


async def test_a_record_that_is_gone_is_explained(lab: Lab, client: PaperboyClient) -> None:
    message = await posted(client, lab, Button("Why these?", action=encode(Why("unknown-token"))))
    reply = await lab.guest.press(message, "Why these?")
    assert reply.ephemeral
    assert "gone" in reply.text


async def test_asking_about_a_paper_opens_a_form_whose_answer_survives_a_restart(
    lab: Lab, client: PaperboyClient, running: Running
) -> None:
    message = await posted(client, lab, Button("Ask about it", action=encode(AskAbout(make_id(2)))))
    form = await lab.guest.press(message, "Ask about it")
    await client.close()
    async with running():
        reply = await lab.guest.submit(form, {"question": "How many samples does the dataset hold?"})
        assert "Retrieval with long contexts" in reply.text
        assert not reply.ephemeral


async def test_a_search_can_be_followed_by_its_button(lab: Lab, r: Resources) -> None:
    found = await lab.guest.slash(lab.papers, "papers search", query="diffusion")
    [follow] = [button.custom_id for button in found.buttons if (button.custom_id or "").startswith("pb:follow")]
    assert follow is not None
    reply = await lab.admin.press(found.message, follow)
    assert reply.ephemeral
    assert [topic.query for topic in (await topics.mine(r, lab.admin.id))[1]] == ["diffusion"]
    assert (await topics.mine(r, lab.guest.id))[1] == ()


async def test_unfollowing_shows_what_is_left(lab: Lab) -> None:
    await lab.guest.slash(lab.papers, "topics follow", query="diffusion")
    await lab.guest.slash(lab.papers, "topics follow", query="agents")
    listed = await lab.guest.slash(lab.papers, "topics list")
    first = next(button.custom_id for button in listed.buttons if button.custom_id)
    ended = await lab.guest.press(listed.message, first)
    assert ended.message is listed.message
    assert "You no longer follow" in ended.text
    assert "You follow 1 topic" in ended.text


async def test_a_channels_buttons_ask_again_who_may(lab: Lab, r: Resources, client: PaperboyClient) -> None:
    setup = await a_setup(lab, r)
    listed = await lab.admin.slash(lab.papers, "channels list")
    pause = next(button for button in listed.buttons if button.label == "Pause")
    public = await posted(
        client, lab, Button("Pause", action=pause.custom_id), Button("Start", action=f"pb:setup:{setup.id}")
    )
    for label in ("Pause", "Start"):
        refused = await lab.guest.press(public, label)
        assert "Manage Server" in refused.text
        assert refused.ephemeral
    assert (await channels.setup_by_id(r, setup.id)).paused_because is None


async def test_a_button_of_another_server_changes_nothing_here(lab: Lab, r: Resources, client: PaperboyClient) -> None:
    other = lab.discord.world.add_guild("Library")  # one that the bot is in: it pauses what is anywhere else
    await until(lambda: client.get_guild(other.id) is not None)
    foreign = await channels.create(r, make_setup(guild_id=other.id))
    message = await posted(client, lab, Button("Pause", action=f"pb:channel:{foreign.id}:pause"))
    reply = await lab.admin.press(message, "Pause")
    assert "There is no channel setup" in reply.text
    assert (await channels.setup_by_id(r, foreign.id)).paused_because is None


async def test_a_list_of_channels_stays_a_list_when_one_is_paused(lab: Lab, r: Resources) -> None:
    first, second = await a_setup(lab, r), await a_setup(lab, r)
    listed = await lab.admin.slash(lab.papers, "channels list")
    changed = await lab.admin.press(listed.message, f"pb:channel:{second.id}:pause")
    assert "2 channel setups" in changed.text
    assert {button.label for button in changed.buttons} == {"Pause", "Resume"}
    assert (await channels.setup_by_id(r, second.id)).paused_because is not None
    assert (await channels.setup_by_id(r, first.id)).paused_because is None
