"""Papers saved on Discord: by a card's button and by commands, seen by nobody else, with news by direct message."""

import pytest

from bot.discord_ui.client import PaperboyClient
from bot.ports import Resources
from bot.services import dispatch, saved, upkeep
from storage.records import PaperId
from tests.builders import make_paper
from tests.discord_ui.conftest import PAPERS, Lab, Running, until
from tests.services.seeding import keep_unindexed
from tests.standins.discord import Person, Reply

pytestmark = pytest.mark.usefixtures("stocked", "client")

WEATHER, RETRIEVAL = PAPERS[:2]


async def kept(r: Resources, person: Person) -> list[PaperId]:
    return [paper.id for paper in await saved.mine(r, person.id)]


def labels(reply: Reply) -> set[str | None]:
    return {button.label for button in reply.buttons}


async def test_a_card_that_all_see_saves_for_whoever_presses_it_and_tells_nobody_else(lab: Lab, r: Resources) -> None:
    card = await lab.admin.slash(lab.papers, "papers show", paper=WEATHER.id)
    before = card.message.text
    receipt = await lab.guest.press(card.message, "Save")
    assert receipt.ephemeral
    assert "### Saved\n" in receipt.text
    assert "### Saved already, on 14 March 2025" in (await lab.guest.press(card.message, "Save")).text
    assert card.message.text == before
    assert "Save" in labels(card)
    assert (await kept(r, lab.guest), await kept(r, lab.admin)) == ([WEATHER.id], [])
    undone = await lab.guest.press(receipt.message, "Unsave")
    assert undone.message is receipt.message
    assert "### Taken out" in undone.text
    assert await kept(r, lab.guest) == []


async def test_a_card_that_one_alone_sees_shows_whether_they_saved_it(lab: Lab, r: Resources) -> None:
    listed = await lab.guest.slash(lab.papers, "papers today")
    details = f"pb:show:{WEATHER.id}"
    card = await lab.guest.press(listed.message, details)
    assert "You saved it" not in card.text
    after = await lab.guest.press(card.message, "Save")
    assert after.message is card.message
    assert "You saved it on 14 March 2025." in after.text
    assert "Abstract" in after.text
    assert "Unsave" in labels(await lab.guest.press(listed.message, details))
    assert "Save" in labels(await lab.admin.press(listed.message, details))
    assert "Save" in labels(await lab.guest.press(after.message, "Unsave"))
    assert await kept(r, lab.guest) == []


async def test_what_was_saved_is_listed_in_private_searched_and_turned(lab: Lab, r: Resources) -> None:
    for paper in PAPERS:
        await saved.save(r, lab.guest.id, paper.id)
    listed = await lab.guest.slash(lab.papers, "papers saved")
    assert listed.ephemeral
    assert "1–5 of 9 · last saved first" in listed.text
    further = await lab.guest.press(listed.message, "Next")
    assert further.message is listed.message
    assert "6–9 of 9" in further.text
    some = await lab.guest.slash(lab.papers, "papers saved", query="diffusion")
    assert "1–5 of 6" in some.text
    assert "6 of 6" in (await lab.guest.press(some.message, "Next")).text
    assert "There are none yet." in (await lab.admin.slash(lab.papers, "papers saved")).text


async def test_a_paper_is_saved_and_taken_out_by_commands(lab: Lab, r: Resources) -> None:
    assert "### Saved" in (await lab.guest.slash(lab.papers, "papers save", paper=RETRIEVAL.id)).text
    [offer] = await lab.guest.autocomplete(lab.papers, "papers unsave", "paper", "retrieval")
    assert offer.value == RETRIEVAL.id
    out = await lab.guest.slash(lab.papers, "papers unsave", paper=offer.value)
    assert out.ephemeral
    assert "### Taken out" in out.text
    assert await kept(r, lab.guest) == []
    again = await lab.guest.slash(lab.papers, "papers unsave", paper=RETRIEVAL.id)
    assert f"You have not saved {RETRIEVAL.id}." in again.text


async def test_news_come_by_direct_message_whose_buttons_outlive_a_restart(
    lab: Lab, r: Resources, client: PaperboyClient, running: Running
) -> None:
    await keep_unindexed(r, make_paper(WEATHER.id, version=1))
    await saved.save(r, lab.guest.id, WEATHER.id)
    await keep_unindexed(r, make_paper(WEATHER.id, version=2))
    await upkeep.note_changes(r)
    for _ in range(2):
        await dispatch.tick(r, client.outbox)
    [news] = lab.discord.messages(lab.guest.dm)
    assert "## News of a paper that you saved" in news.text
    assert "Version 2 is out" in news.text
    assert news.pings == frozenset()
    await client.close()
    async with running():
        shelf = await lab.guest.press(news, "Your saved papers")
        assert "1 of 1" in shelf.text
        await lab.guest.press(news, "Unsave")
        assert await kept(r, lab.guest) == []


async def test_who_only_saved_papers_hears_of_closed_direct_messages_at_their_next_command(
    lab: Lab, r: Resources, client: PaperboyClient
) -> None:
    await keep_unindexed(r, make_paper(WEATHER.id, version=1))
    await saved.save(r, lab.guest.id, WEATHER.id)
    lab.guest.close_dms()
    await keep_unindexed(r, make_paper(WEATHER.id, version=2))
    await upkeep.note_changes(r)
    await dispatch.tick(r, client.outbox)
    reply = await lab.guest.slash(lab.papers, "papers saved")
    await until(lambda: bool(reply.followups))
    assert "neither your topics nor news of what you saved can arrive" in reply.followups[0].text
    lab.guest.user.dms_open = True
    assert "What waited for you" in (await lab.guest.press(reply.followups[0], "Try again")).text
    await dispatch.tick(r, client.outbox)
    assert len(lab.discord.messages(lab.guest.dm)) == 1
