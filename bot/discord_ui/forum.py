"""A forum: posts with a title and tags instead of messages, and the search for one whose answer was lost."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import discord

from bot.discord_ui import permissions
from bot.discord_ui.components import custom_ids
from storage.records import TagRule

MOST_TAGS = 5
TAG_NEEDED = (
    "This forum wants a tag on each post, and Paperboy may give none of the setup's tags; choose other tags for this "
    "setup, or switch off “Require people to select tags when posting” in the forum's settings."
)


def tags_for(forum: discord.ForumChannel, rules: Sequence[TagRule]) -> list[discord.ForumTag]:
    """The forum's tags that ``rules`` name, in their order, at most five: without those that we may not give.

    A tag is known by its id, so that a renamed one is still the same; by its name where no id is known, and where a
    tag was made anew under its old name.
    """
    granted = permissions.granted_to_us(forum)
    moderator = granted is None or granted.manage_threads
    found = [tag for tag in _named(forum, rules) if moderator or not tag.moderated]
    return found[:MOST_TAGS]


def _named(forum: discord.ForumChannel, rules: Sequence[TagRule]) -> list[discord.ForumTag]:
    by_id = {tag.id: tag for tag in forum.available_tags}
    by_name = {tag.name.casefold(): tag for tag in forum.available_tags}
    found = (by_id.get(rule.tag_id) or by_name.get(rule.name.casefold()) for rule in rules)
    return list(dict.fromkeys(tag for tag in found if tag is not None))


def lacks_tag(forum: discord.ForumChannel, rules: Sequence[TagRule]) -> bool:
    """Whether each post needs a tag here and ``rules`` give none that there is."""
    return forum.flags.require_tag and not tags_for(forum, rules)


def takes_moderator(forum: discord.ForumChannel, rules: Sequence[TagRule]) -> bool:
    """Whether ``rules`` name a tag that only who holds Manage Threads may give."""
    return any(tag.moderated for tag in _named(forum, rules))


async def find_post(forum: discord.ForumChannel, token: str, *, own_id: int | None, since: datetime) -> int | None:
    """The id of our post that carries ``token`` among those made after ``since``, closed ones too, or None."""
    async for thread in _threads(forum, since):
        if thread.owner_id != own_id or discord.utils.snowflake_time(thread.id) < since:
            continue
        try:
            starter = await thread.fetch_message(thread.id)
        except discord.NotFound:  # somebody deleted it; the thread without it is no post any more
            continue
        if any(token in own for own in custom_ids(starter.components)):
            return thread.id
    return None


async def _threads(forum: discord.ForumChannel, since: datetime) -> AsyncIterator[discord.Thread]:
    """The open ones, then the closed ones that were open after ``since``."""
    for thread in await forum.guild.active_threads():
        if thread.parent_id == forum.id:
            yield thread
    async for thread in forum.archived_threads(limit=None):
        if thread.archive_timestamp < since:
            return
        yield thread
