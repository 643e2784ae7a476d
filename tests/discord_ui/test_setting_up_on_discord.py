"""Setting a channel up and looking after it: asked by admins, refused to others, typed with help."""

from datetime import time
from typing import Any

import pytest

from bot.discord_ui.client import PaperboyClient
from bot.discord_ui.commands import inputs
from bot.discord_ui.setups import NOT_CONFIRMED
from bot.ports import Resources
from bot.services import channels
from storage.records import ChannelSetup, Destination, DestinationKind, Sort
from tests.builders import make_id, make_paper, make_setup
from tests.discord_ui.conftest import PAPERS, Lab, until
from tests.services.seeding import keep
from tests.standins.discord import CannotDo, ChannelKind, Permission, Reply

pytestmark = pytest.mark.usefixtures("stocked", "client")


async def set_up(lab: Lab, **options: Any) -> Reply:
    reply = await lab.admin.slash(lab.papers, "setup", **{"zone": "Europe/Berlin", **options})
    await until(lambda: len(reply.messages) == 2 or not reply.deferred)
    return reply


async def setups(lab: Lab, r: Resources) -> list[ChannelSetup]:
    return [one.setup for one in await channels.overview(r, lab.guild.id)]


async def a_setup(lab: Lab, r: Resources, **facts: Any) -> ChannelSetup:
    destination = Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)
    return await channels.create(r, make_setup(guild_id=lab.guild.id, destination=destination, **facts))


async def test_a_setup_shows_its_digest_and_starts_when_it_is_confirmed(lab: Lab, r: Resources) -> None:
    asked = await set_up(lab, hour="8am", days="weekdays", papers=3, sort="top", query="diffusion", min_upvotes=5)
    [kept] = await setups(lab, r)
    assert kept.paused_because == NOT_CONFIRMED
    assert (kept.limit, kept.sort, kept.query, kept.min_upvotes) == (3, Sort.TOP, "diffusion", 5)
    assert (kept.schedule.at, kept.schedule.zone, kept.schedule.weekdays) == (
        time(8),
        "Europe/Berlin",
        frozenset(range(5)),
    )
    assert kept.destination == Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)
    assert asked.ephemeral
    assert "Diffusion models for weather" in asked.messages[0].text
    assert "Does this look right?" in asked.messages[1].text
    done = await lab.admin.press(asked.messages[1], "Start")
    assert "Setup is complete" in done.text
    assert [setup.paused_because for setup in await setups(lab, r)] == [None]
    assert lab.discord.messages(lab.papers) == []


async def test_a_setup_that_is_discarded_leaves_nothing(lab: Lab, r: Resources) -> None:
    asked = await set_up(lab)
    await lab.admin.press(asked.messages[1], "Discard")
    assert await setups(lab, r) == []


async def test_a_second_try_takes_the_place_of_the_first(lab: Lab, r: Resources) -> None:
    await set_up(lab, hour="8")
    await set_up(lab, hour="9")
    assert [setup.schedule.at for setup in await setups(lab, r)] == [time(9)]


async def test_a_channel_that_has_a_digest_already_says_so(lab: Lab, r: Resources) -> None:
    first = await a_setup(lab, r)
    asked = await set_up(lab)
    assert "gets a digest every day at 09:00 (UTC) already" in asked.text
    assert f"/channels remove {first.id}" in asked.text


async def test_what_is_missing_is_named_and_asked_again_at_the_start(
    lab: Lab, r: Resources, client: PaperboyClient
) -> None:
    world = lab.discord.world
    world.overwrite(lab.papers, world.bot, deny=Permission.EMBED_LINKS | Permission.READ_MESSAGE_HISTORY)
    await known_permissions(client, lab, 2)
    asked = await set_up(lab)
    assert "Embed Links" in asked.text
    assert "Read Message History" in asked.text
    assert "Send Messages" not in asked.text
    refused = await lab.admin.press(asked.messages[1], "Start")
    assert "Embed Links" in refused.text
    assert [setup.paused_because for setup in await setups(lab, r)] == [NOT_CONFIRMED]
    world.overwrite(lab.papers, world.bot, allow=Permission.EMBED_LINKS | Permission.READ_MESSAGE_HISTORY)
    await known_permissions(client, lab, 0)
    done = await lab.admin.press(refused.message, "Start")
    assert "Setup is complete" in done.text


async def known_permissions(client: PaperboyClient, lab: Lab, missing: int) -> None:
    async def holds() -> bool:
        destination = Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)
        return len(await client.outbox.missing_permissions(destination)) == missing

    await until(holds)


async def test_a_thread_may_be_set_up_and_a_category_may_not(lab: Lab, r: Resources) -> None:
    thread = lab.discord.world.add_channel(lab.guild, "reading", kind=ChannelKind.PUBLIC_THREAD, parent=lab.papers)
    await set_up(lab, channel=thread)
    assert [setup.destination for setup in await setups(lab, r)] == [
        Destination(kind=DestinationKind.THREAD, id=thread.id)
    ]
    category = lab.discord.world.add_channel(lab.guild, "talk", kind=ChannelKind.CATEGORY)
    with pytest.raises(CannotDo):
        await set_up(lab, channel=category)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"zone": "Berlin"}, "Europe/Berlin"),
        ({"hour": "25:00"}, "is not a time of day"),
        ({"days": "someday"}, "names no days of the week"),
        ({"query": 'a "broken phrase'}, "I cannot read this query"),
    ],
)
async def test_wrong_terms_are_explained_and_nothing_is_kept(
    lab: Lab, r: Resources, options: dict[str, str], words: str
) -> None:
    reply = await set_up(lab, **options)
    assert words in reply.text
    assert reply.ephemeral
    assert await setups(lab, r) == []


async def test_discord_offers_setting_up_only_to_those_who_manage_the_server(lab: Lab) -> None:
    for command in ("setup", "channels list"):
        with pytest.raises(CannotDo):
            await lab.guest.slash(lab.papers, command, **({"zone": "UTC"} if command == "setup" else {}))


async def test_one_setup_needs_no_choosing_and_several_do(lab: Lab, r: Resources) -> None:
    none = await lab.admin.slash(lab.papers, "channels pause")
    assert "Begin with /setup" in none.text
    setup = await a_setup(lab, r)
    paused = await lab.admin.slash(lab.papers, "channels pause")
    assert "Paused" in paused.text
    assert (await channels.setup_by_id(r, setup.id)).paused_because is not None
    await a_setup(lab, r)
    which = await lab.admin.slash(lab.papers, "channels resume")
    assert "choose one" in which.text


async def test_setups_are_offered_by_the_name_of_their_channel(lab: Lab, r: Resources) -> None:
    setup = await a_setup(lab, r, query="cat:cs.CL")
    [offer] = await lab.admin.autocomplete(lab.papers, "channels pause", "setup", "pap")
    assert offer.value == str(setup.id)
    assert offer.name == "#papers · every day at 09:00 (UTC) · cat:cs.CL"
    assert await lab.admin.autocomplete(lab.papers, "channels pause", "setup", "other") == []


async def test_a_resumed_channel_goes_on_unless_a_permission_is_missing(
    lab: Lab, r: Resources, client: PaperboyClient
) -> None:
    setup = await a_setup(lab, r, paused_because="paused by an admin")
    world = lab.discord.world
    world.overwrite(lab.papers, world.bot, deny=Permission.SEND_MESSAGES)
    await known_permissions(client, lab, 1)
    refused = await lab.admin.slash(lab.papers, "channels resume")
    assert "Send Messages" in refused.text
    world.overwrite(lab.papers, world.bot, allow=Permission.SEND_MESSAGES)
    await known_permissions(client, lab, 0)
    resumed = await lab.admin.slash(lab.papers, "channels resume", setup=str(setup.id))
    assert "Running again" in resumed.text
    assert (await channels.setup_by_id(r, setup.id)).paused_because is None


async def test_a_digest_may_be_seen_before_it_is_posted_and_posted_at_once(lab: Lab, r: Resources) -> None:
    await a_setup(lab, r, limit=2)
    seen = await lab.admin.slash(lab.papers, "channels preview")
    assert seen.ephemeral
    assert "Diffusion models for weather" in seen.text
    assert "9 considered = 2 picked + 7 over the limit." in seen.text
    why_not = await lab.admin.slash(lab.papers, "channels preview", paper=PAPERS[5].id)
    assert why_not.ephemeral
    assert "2 papers rank before it" in why_not.text
    assert lab.discord.messages(lab.papers) == []
    posted = await lab.admin.slash(lab.papers, "channels post")
    assert posted.ephemeral
    assert "I posted 2 papers" in posted.text
    [digest] = lab.discord.messages(lab.papers)
    assert "Diffusion models for weather" in digest.text


async def test_removing_asks_first(lab: Lab, r: Resources) -> None:
    await a_setup(lab, r)
    asked = await lab.admin.slash(lab.papers, "channels remove")
    assert len(await setups(lab, r)) == 1
    removed = await lab.admin.press(asked.message, "Remove")
    assert "Removed" in removed.text
    assert await setups(lab, r) == []


async def test_zones_are_offered_as_one_types_and_the_servers_language_comes_first(lab: Lab) -> None:
    lab.guild.locale = "ja"
    first = await lab.admin.autocomplete(lab.papers, "setup", "zone", "")
    assert [offer.value for offer in first[:2]] == ["Asia/Tokyo", "UTC"]
    assert len(first) == inputs.MOST_CHOICES
    typed = await lab.admin.autocomplete(lab.papers, "setup", "zone", "berl")
    assert [offer.value for offer in typed] == ["Europe/Berlin"]


@pytest.mark.parametrize(("typed", "offered"), [("", 24), ("9", 1), ("1", 11), ("09", 1), ("x", 0)])
async def test_hours_are_offered(lab: Lab, typed: str, offered: int) -> None:
    assert len(await lab.admin.autocomplete(lab.papers, "setup", "hour", typed, zone="UTC")) == offered


async def test_papers_are_offered_by_their_titles(lab: Lab) -> None:
    newest = await lab.guest.autocomplete(lab.papers, "papers show", "paper", "")
    assert len(newest) == 9
    found = await lab.guest.autocomplete(lab.papers, "papers show", "paper", "molecul")
    assert [offer.name for offer in found] == ["Diffusion for molecules (2503.00007)"]
    assert [offer.value for offer in found] == ["2503.00007"]
    assert await lab.guest.autocomplete(lab.papers, "papers show", "paper", '"half a phrase') == []


async def test_a_query_is_completed_and_its_papers_are_offered_beside(lab: Lab) -> None:
    offers = await lab.guest.autocomplete(lab.papers, "papers search", "query", "diffus")
    assert (offers[0].name, offers[0].value) == ("diffusion", "diffusion")
    assert ("Diffusion for molecules (2503.00007)", "2503.00007") in [(offer.name, offer.value) for offer in offers]


async def test_an_offer_fits_whatever_is_typed_and_however_long_a_title_is(lab: Lab, r: Resources) -> None:
    await keep(r, *(make_paper(make_id(number), title=f"Zeta {'long ' * 60}{number}") for number in range(100, 140)))
    for typed in ("zeta", "zet", "z" * 300, f"zeta {'long ' * 30}lon"):
        offers = await lab.guest.autocomplete(lab.papers, "papers search", "query", typed)
        assert len(offers) <= 25
        assert all(0 < len(offer.name) <= 100 and 0 < len(str(offer.value)) <= 100 for offer in offers)
    assert len(await lab.guest.autocomplete(lab.papers, "papers search", "query", "zet")) == 25
