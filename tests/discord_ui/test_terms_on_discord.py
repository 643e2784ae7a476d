"""All that can be asked of a setup, with /setup and later with /channels edit: layouts, cadences, tags, roles."""

from datetime import timedelta
from typing import Any

import discord as dpy
import pytest

from bot.discord_ui.client import PaperboyClient
from bot.ports import Needs, Resources
from bot.services import channels
from storage.records import (
    Cadence,
    ChannelSetup,
    Destination,
    DestinationKind,
    Layout,
    Obstacle,
    Settle,
    TagRule,
)
from tests.builders import BASE, make_setup
from tests.discord_ui.conftest import Lab, until
from tests.standins.discord import Channel, ChannelKind, Permission, Reply

pytestmark = pytest.mark.usefixtures("stocked", "client")


@pytest.fixture
def forum(lab: Lab) -> Channel:
    return lab.discord.world.add_channel(lab.guild, "digests", kind=ChannelKind.FORUM)


@pytest.fixture
def news(lab: Lab) -> Channel:
    return lab.discord.world.add_channel(lab.guild, "news", kind=ChannelKind.ANNOUNCEMENT)


async def set_up(lab: Lab, **options: Any) -> Reply:
    reply = await lab.admin.slash(lab.papers, "setup", **{"zone": "Europe/Berlin", **options})
    await until(lambda: len(reply.messages) == 2 or "Not quite" in reply.text)
    return reply


async def edit(lab: Lab, **options: Any) -> Reply:
    return await lab.admin.slash(lab.papers, "channels edit", **options)


async def kept(lab: Lab, r: Resources) -> ChannelSetup:
    (one,) = await channels.overview(r, lab.guild.id)
    return one.setup


async def a_setup(lab: Lab, r: Resources, **facts: Any) -> ChannelSetup:
    destination = Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)
    return await channels.create(r, make_setup(**{"guild_id": lab.guild.id, "destination": destination, **facts}))


async def tagged(lab: Lab, client: PaperboyClient, forum: Channel, *names: str, required: bool = False) -> list[int]:
    """The ids of new tags, as soon as the client knows all of it."""
    tags = [lab.discord.world.add_tag(forum, name).id for name in names]
    lab.discord.world.require_tag(forum, required=required)

    def is_known() -> bool:
        known = client.get_channel(forum.id)
        if not isinstance(known, dpy.ForumChannel):
            return False
        return {*tags} <= {tag.id for tag in known.available_tags} and known.flags.require_tag == required

    await until(is_known)
    return tags


async def lacks_threads(lab: Lab, client: PaperboyClient) -> None:
    here = Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)

    async def is_known() -> bool:
        return bool(await client.outbox.missing_permissions(here, Needs(layout=Layout.THREADS)))

    await until(is_known)


async def test_the_usual_terms_are_one_completed_message_a_day(lab: Lab, r: Resources) -> None:
    asked = await set_up(lab)
    setup = await kept(lab, r)
    assert (setup.layout, setup.settle, setup.publish) == (Layout.DIGEST, Settle.COMPLETED, False)
    assert "The message is kept up to date until the next one comes." in asked.text


async def test_every_term_can_be_asked_for_at_once(lab: Lab, r: Resources) -> None:
    role = lab.discord.world.add_role(lab.guild, "readers", Permission(0))
    role.mentionable = True
    asked = await set_up(
        lab, layout="cards", every="weekly", days="mon", role=role, quiet=True, grace="2h", papers=4, hour="7"
    )
    setup = await kept(lab, r)
    assert (setup.layout, setup.settle, setup.role_id, setup.quiet) == (Layout.CARDS, Settle.SETTLED, role.id, True)
    assert (setup.schedule.cadence, setup.schedule.grace) == (Cadence.WEEKLY, timedelta(hours=2))
    assert "each week on Monday at 07:00 (Europe/Berlin)." in asked.text
    assert f"Each digest mentions <@&{role.id}>." in asked.text


async def test_a_forum_gets_posts_by_itself_and_its_tags_by_their_ids(
    lab: Lab, r: Resources, client: PaperboyClient, forum: Channel
) -> None:
    nlp, rest = await tagged(lab, client, forum, "NLP", "Papers", required=True)
    asked = await set_up(lab, channel=forum, tags="nlp: diffusion; papers: *")
    setup = await kept(lab, r)
    assert setup.destination == Destination(kind=DestinationKind.FORUM, id=forum.id)
    assert (setup.layout, setup.settle) == (Layout.FORUM, Settle.SETTLED)
    assert setup.tags == (TagRule(name="NLP", query="diffusion", tag_id=nlp), TagRule(name="Papers", tag_id=rest))
    assert "Each paper comes as a post of its own." in asked.text
    started = await lab.admin.press(asked.messages[1], "Start")
    assert "Setup is complete" in started.text


async def test_a_forum_that_wants_tags_asks_for_one_for_every_paper(
    lab: Lab, r: Resources, client: PaperboyClient, forum: Channel
) -> None:
    await tagged(lab, client, forum, "NLP", "Vision", required=True)
    for tags in ({}, {"tags": "NLP: cat:cs.CL"}):
        refused = await set_up(lab, channel=forum, **tags)
        assert r"as in NLP: \*. Its tags are: “NLP” and “Vision”." in refused.text
        assert refused.ephemeral
    assert await channels.overview(r, lab.guild.id) == ()


async def test_a_tag_that_the_forum_does_not_have_is_named(
    lab: Lab, r: Resources, client: PaperboyClient, forum: Channel
) -> None:
    await tagged(lab, client, forum, "NLP")
    refused = await set_up(lab, channel=forum, tags="NLP: cat:cs.CL; Vison: cat:cs.CV")
    assert "no tag called “Vison”. Its tags are: “NLP”." in refused.text
    assert await channels.overview(r, lab.guild.id) == ()


async def test_an_announcement_channel_is_published_unless_somebody_says_no(
    lab: Lab, r: Resources, client: PaperboyClient, news: Channel
) -> None:
    await until(lambda: client.get_channel(news.id) is not None)
    asked = await set_up(lab, channel=news)
    assert (await kept(lab, r)).publish
    assert "What I post is published" in asked.text
    await set_up(lab, channel=news, publish=False)
    assert not (await kept(lab, r)).publish


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"publish": True}, "Only what stands in an announcement channel can be published"),
        ({"layout": "forum"}, "needs a forum channel"),
        ({"layout": "cards", "list": "complete"}, "for cards choose the list settled or now"),
        ({"every": "weekly", "list": "settled"}, "so leave the option “list” away"),
        ({"tags": "NLP: cat:cs.CL"}, "Tags are given to forum posts only"),
        ({"grace": "2 weeks"}, "write it as 6h, 90m or 1d"),
    ],
)
async def test_what_cannot_be_here_is_refused_with_what_to_choose(
    lab: Lab, r: Resources, options: dict[str, Any], words: str
) -> None:
    refused = await set_up(lab, **options)
    assert words in refused.text
    assert refused.ephemeral
    assert await channels.overview(r, lab.guild.id) == ()


async def test_everyone_is_no_role_to_mention(lab: Lab, r: Resources) -> None:
    everyone = lab.guild.roles[lab.guild.id]
    everyone.mentionable = True
    refused = await set_up(lab, role=everyone)
    assert "never mentions everyone" in refused.text
    assert await channels.overview(r, lab.guild.id) == ()


async def test_nobody_mentions_through_me_what_they_may_not_mention_themselves(lab: Lab, r: Resources) -> None:
    staff = lab.discord.world.add_role(lab.guild, "staff", Permission(0))
    lab.discord.world.revoke(lab.papers, Permission.MENTION_EVERYONE, target=lab.admin.user)
    refused = await set_up(lab, role=staff)
    assert "You may not mention this role yourself" in refused.text
    assert await channels.overview(r, lab.guild.id) == ()
    setup = await a_setup(lab, r)
    assert "You may not mention this role yourself" in (await edit(lab, role=staff)).text
    staff.mentionable = True
    await edit(lab, role=staff)
    assert (await channels.setup_by_id(r, setup.id)).role_id == staff.id


async def test_what_threads_take_is_named_before_the_start(lab: Lab, client: PaperboyClient) -> None:
    lab.discord.world.revoke(lab.papers, Permission.CREATE_PUBLIC_THREADS)
    await lacks_threads(lab, client)
    asked = await set_up(lab, layout="threads")
    assert "Create Public Threads" in asked.text
    refused = await lab.admin.press(asked.messages[1], "Start")
    assert "Create Public Threads" in refused.text


# --- changed later ---


async def test_only_what_is_named_becomes_different(lab: Lab, r: Resources) -> None:
    before = await a_setup(lab, r, query="diffusion", limit=3, settle=Settle.COMPLETED)
    told = await edit(lab, hour="18", quiet=True)
    after = await kept(lab, r)
    assert told.ephemeral
    assert "every day at 18:00 (UTC)" in told.text
    assert (after.id, after.query, after.limit, after.settle) == (before.id, "diffusion", 3, Settle.COMPLETED)
    assert (after.schedule.at.hour, after.quiet) == (18, True)


async def test_a_setup_can_move_to_a_forum_and_back(
    lab: Lab, r: Resources, client: PaperboyClient, forum: Channel
) -> None:
    await a_setup(lab, r, settle=Settle.COMPLETED)
    await tagged(lab, client, forum, "Papers", required=True)
    refused = await edit(lab, channel=forum)
    assert "This forum wants a tag on every post" in refused.text
    await edit(lab, channel=forum, tags="Papers: *")
    moved = await kept(lab, r)
    assert (moved.destination.id, moved.layout, moved.settle) == (forum.id, Layout.FORUM, Settle.SETTLED)
    await edit(lab, channel=lab.papers, list="complete")
    back = await kept(lab, r)
    assert (back.destination.id, back.layout, back.settle, back.tags) == (
        lab.papers.id, Layout.DIGEST, Settle.COMPLETED, (),
    )  # fmt: skip


async def test_what_was_chosen_can_be_taken_away_again(lab: Lab, r: Resources) -> None:
    role = lab.discord.world.add_role(lab.guild, "readers", Permission(0))
    await a_setup(lab, r, query="diffusion", role_id=role.id)
    await edit(lab, without="query")
    await edit(lab, without="role")
    assert (await kept(lab, r)).query is None
    assert (await kept(lab, r)).role_id is None
    both = await edit(lab, query="agents", without="query")
    assert "Choose either another query or none" in both.text


async def test_an_edit_that_names_nothing_or_what_cannot_be_changes_nothing(lab: Lab, r: Resources) -> None:
    before = await a_setup(lab, r)
    assert "Name what is to be different" in (await edit(lab)).text
    assert "needs a forum channel" in (await edit(lab, layout="forum")).text
    assert await kept(lab, r) == before


async def test_a_setup_goes_on_when_an_edit_mends_what_paused_it(lab: Lab, r: Resources) -> None:
    gone = Destination(kind=DestinationKind.CHANNEL, id=1)
    stopped = {"paused_because": "the channel was deleted", "obstacle": Obstacle.GONE, "paused_at": BASE}
    setup = await a_setup(lab, r, destination=gone, **stopped)
    told = await edit(lab, setup=str(setup.id), channel=lab.papers)
    after = await kept(lab, r)
    assert (after.paused_because, after.obstacle, after.destination.id) == (None, None, lab.papers.id)
    assert "Next digest" in told.text


async def test_a_pause_by_hand_outlasts_an_edit(lab: Lab, r: Resources) -> None:
    await a_setup(lab, r, paused_because=channels.PAUSED_BY_ADMIN, paused_at=BASE)
    told = await edit(lab, papers=2)
    assert (await kept(lab, r)).paused_because == channels.PAUSED_BY_ADMIN
    assert "It is still paused. Paused by an admin." in told.text
