"""The commands that arrange what comes by itself: topics, the digest at this terminal, and what is kept of a person."""

import json
from datetime import datetime, time

from bot import pages
from bot.console.grammar import Typed
from bot.console.outbox import GUILD_HERE, HERE, PERSON_HERE
from bot.console.talk import Talk
from bot.core.schedule import next_slot, parse_hour
from bot.core.terms import Asked, changed, first_terms
from bot.errors import InvalidInput
from bot.ports import Outbox, Resources
from bot.render import channels as channel_posts
from bot.render import topics as topic_posts
from bot.render.privacy import confirm_forget, forgotten
from bot.services import channels, delivery, privacy, saved, topics
from storage.records import ChannelSetup, DeliveryState, Schedule, Sort

FIRST_HOUR = time(9)


async def follow(talk: Talk, typed: Typed) -> None:
    """Follow a topic."""
    person, _ = await topics.mine(talk.r, PERSON_HERE)
    hour, zone = typed.value("hour"), typed.value("zone")
    done = await topics.follow(
        talk.r,
        PERSON_HERE,
        typed.text,
        at=parse_hour(hour) if hour else None,
        zone=zone or (talk.zone if person is None else None),
    )
    talk.show(pages.follows(talk.r, done))


async def list_topics(talk: Talk, _typed: Typed) -> None:
    """The topics that are followed."""
    talk.show(await pages.own_topics(talk.r, PERSON_HERE))


async def unfollow(talk: Talk, typed: Typed) -> None:
    """Follow a topic no longer, named by its number or its query."""
    talk.show(topic_posts.unfollowed(await topics.unfollow_named(talk.r, PERSON_HERE, typed.text)))


async def set_up(talk: Talk, typed: Typed) -> None:
    """Change the digest of this terminal, or begin it anew; without options tell how it is."""
    known = await setup_here(talk.r)
    if known is not None and not typed.options:
        talk.show(channel_posts.channel_list(await channels.overview(talk.r, GUILD_HERE), talk.r.clock()))
        talk.screen.say(f"Change it with options: {typed.command.example} (all of them: /help setup)\n", fine=True)
        return
    if known is None:
        setup = await channels.create(talk.r, first_terms(first_setup(talk), _asked(typed)))
        talk.show(channel_posts.setup_done(setup, next_due=_next_due(talk, setup)))
    else:
        await _change(talk, known, typed)


async def edit(talk: Talk, typed: Typed) -> None:
    """Change one of several setups: only what is named becomes different."""
    setup = await _chosen_setup(talk, typed)
    if not typed.options:
        command = typed.command
        raise InvalidInput(f"Name what is to be different: {command.example} (all options: /help channels edit)")
    await _change(talk, setup, typed)


async def _change(talk: Talk, setup: ChannelSetup, typed: Typed) -> None:
    kept = await channels.change(talk.r, changed(setup, _asked(typed)))
    talk.show(channel_posts.edited(kept, next_due=_next_due(talk, kept)))


def _next_due(talk: Talk, setup: ChannelSetup) -> datetime | None:
    slot = next_slot(setup.schedule, talk.r.clock())
    return slot.due_at if slot and setup.paused_because is None else None


def first_setup(talk: Talk) -> ChannelSetup:
    """The digest of a terminal that has none yet: every day at nine, local time."""
    return ChannelSetup(
        guild_id=GUILD_HERE,
        destination=HERE,
        schedule=Schedule(at=FIRST_HOUR, zone=talk.zone),
        created_by=PERSON_HERE,
        created_at=talk.r.clock(),
    )


async def setup_here(r: Resources) -> ChannelSetup | None:
    """The setup of this terminal, None where there is none."""
    async with r.store.read() as tx:
        found = [setup for setup in await tx.channels.list(GUILD_HERE) if setup.destination == HERE]
    return found[0] if found else None


def _asked(typed: Typed) -> Asked:
    """The options as they were typed. Raises InvalidInput."""
    order, quiet = typed.value("sort"), typed.value("quiet")
    return Asked(
        zone=typed.value("zone"),
        hour=typed.value("hour"),
        days=typed.value("days"),
        every=typed.value("every"),
        grace=typed.value("grace"),
        papers=typed.number("papers"),
        sort=Sort(order.lower()) if order else None,
        query=typed.value("query"),
        min_upvotes=typed.number("min-upvotes", least=0),
        layout=typed.value("layout"),
        settle=typed.value("list"),
        quiet=None if quiet is None else quiet.lower() == "yes",
    )


async def list_channels(talk: Talk, _typed: Typed) -> None:
    """The setups of this terminal, their state and their numbers."""
    talk.show(channel_posts.channel_list(await channels.overview(talk.r, GUILD_HERE), talk.r.clock()))


async def pause(talk: Talk, typed: Typed) -> None:
    """Send nothing for a while."""
    talk.show(channel_posts.paused(await channels.pause(talk.r, await _chosen(talk, typed), guild_id=GUILD_HERE)))


async def resume(talk: Talk, typed: Typed) -> None:
    """Go on."""
    setup = await channels.resume(talk.r, await _chosen(talk, typed), guild_id=GUILD_HERE)
    talk.show(channel_posts.resumed(setup, next_due=_next_due(talk, setup)))


async def remove(talk: Talk, typed: Typed) -> None:
    """Forget a setup. It is made again as easily, so nobody is asked twice."""
    talk.show(channel_posts.removed(await channels.remove(talk.r, await _chosen(talk, typed), guild_id=GUILD_HERE)))


async def preview(talk: Talk, typed: Typed) -> None:
    """Show what would come next and what would not, or why one paper would or would not."""
    setup = await _chosen_setup(talk, typed)
    about = typed.value("paper")
    talk.show(await pages.preview(talk.r, setup, talk.paper_named(about) if about else None))


async def post_now(talk: Talk, typed: Typed, outbox: Outbox) -> None:
    """Send a digest now; what was sent has been seen, so only the rest needs words."""
    setup = await _chosen_setup(talk, typed)
    ended = await delivery.post_now(talk.r, outbox, setup.id)
    if ended.state is not DeliveryState.SENT:
        talk.show(channel_posts.posted(setup, ended))


async def _chosen_setup(talk: Talk, typed: Typed) -> ChannelSetup:
    return await channels.setup_by_id(talk.r, await _chosen(talk, typed), guild_id=GUILD_HERE)


async def _chosen(talk: Talk, typed: Typed) -> int:
    """The number of a setup as it was typed; of the only one where none was."""
    known = [one.setup.id for one in await channels.overview(talk.r, GUILD_HERE)]
    if not known:
        raise InvalidInput("No digest comes to this terminal. Begin with /setup.")
    if not typed.text:
        if len(known) > 1:
            raise InvalidInput(f"Which one? There are {', '.join(map(str, known))}: {typed.command.name} {known[0]}")
        return known[0]
    if typed.text not in map(str, known):
        raise InvalidInput(f"There is no channel setup {typed.text!r} here. See the list with /channels list.")
    return int(typed.text)


async def export(talk: Talk, _typed: Typed) -> None:
    """Everything that is kept of the person here, as JSON."""
    document = await privacy.export(talk.r, PERSON_HERE)
    talk.screen.write_plain(json.dumps(document, ensure_ascii=False, indent=2))


async def forget(talk: Talk, typed: Typed) -> None:
    """Delete everything that is kept of the person here, once they said yes."""
    if not typed.text:
        _, followed = await topics.mine(talk.r, PERSON_HERE)
        talk.show(confirm_forget(topics=len(followed), saved=len(await saved.mine(talk.r, PERSON_HERE))))
        return
    topics_gone, papers_gone = await privacy.forget(talk.r, PERSON_HERE)
    talk.show(forgotten(topics=topics_gone, saved=papers_gone))
