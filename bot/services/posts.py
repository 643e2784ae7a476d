"""What the messages of deliveries say, rendered once for all the places that get the same.

Between one channel's message and another's only the token differs, so a digest for ten thousand channels is made once
and gets each one's token.
"""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from bot.core.pages import Freshness
from bot.core.tags import ForumTag, fallback, tags_for
from bot.errors import InvalidInput, Refused
from bot.ports import Envelope, Outbox, Resources
from bot.render.cards import digest_card, forum_post
from bot.render.channels import paused_notice
from bot.render.digest import channel_digest, topic_digest
from bot.render.digest import title as channel_title
from bot.render.marker import with_token
from bot.render.post import Post
from bot.render.saved import news_of_saved
from bot.render.threads import paper_changed
from bot.services import search
from storage.records import (
    ChannelSetup,
    Delivery,
    DestinationKind,
    Layout,
    Message,
    Paper,
    PaperChange,
    PaperId,
    TagRule,
)

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(minutes=1)
"""How long what was rendered may be used again: papers change, and so does how fresh the store is."""

MOST_KEPT = 1000
"""Posts: a few megabytes."""

NOTICE_SLOT = "notice-"
"""How the slot of a message begins that tells somebody about a paused setup; the setup's id follows."""

CHANGE_SLOT = f"{NOTICE_SLOT}change-"
"""Likewise of a message about a paper's change in a thread; the change's id follows."""

SAVED_SLOT = f"{NOTICE_SLOT}saved-"
"""Likewise of a message to a person about papers that they saved; the id of the last change in it follows."""


@dataclass(frozen=True, slots=True)
class _Story:
    """All that a message tells of, beside the delivery itself."""

    papers: tuple[Paper, ...]
    also: tuple[Paper, ...]
    changes: tuple[PaperChange, ...]
    fresh: Freshness
    squeeze: int


@dataclass(slots=True)
class Posts:
    """Makes messages, and remembers for a minute what it made."""

    r: Resources
    _since: datetime | None = None
    _fresh: Freshness | None = None
    _papers: dict[tuple[PaperId, ...], tuple[Paper, ...]] = field(default_factory=dict)
    _changes: dict[tuple[PaperId, ...], tuple[PaperChange, ...]] = field(default_factory=dict)
    _made: dict[Hashable, tuple[str, str, Post]] = field(default_factory=dict)
    _in_turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(
        self, delivery: Delivery, message: Message, setup: ChannelSetup | None, *, squeeze: int = 0, again: bool = False
    ) -> tuple[Post, str]:
        """A message and, in a forum, its title. ``again``: it was sent before and is brought up to date.

        ``squeeze`` is how much smaller than usual it has to be, 0 to 2.

        Raises:
            Refused: the one paper that it is about is not in the store any more.
        """
        if delivery.key.slot.startswith(CHANGE_SLOT):
            return await self._change(delivery, message), ""
        if delivery.key.slot.startswith(SAVED_SLOT):
            return await self._news_of_saved(delivery, message, squeeze), ""
        if delivery.key.slot.startswith(NOTICE_SLOT):
            return await self._notice(delivery, message), ""
        story = await self._story(delivery, squeeze)
        # The role is the envelope's: it has to be left out where it is gone, which only Discord knows.
        terms = replace(setup, role_id=None) if setup is not None else None
        if again and delivery.paper_ids and terms is not None and terms.layout is Layout.THREADS:
            return await self._with_threads(delivery, terms, story), ""
        asked = (_alike(delivery, message, terms), story.changes, squeeze)
        return self._once(asked, message.token, lambda: _made(delivery, message, terms, story))

    async def _story(self, delivery: Delivery, squeeze: int) -> _Story:
        """In turn: of a hundred that ask together the first one asks the store, and the others find it here."""
        async with self._in_turn:
            self._forget_the_old()
            changes = await self._changes_of(delivery)
            return _Story(
                papers=await self._papers_of(delivery.paper_ids),
                also=await self._papers_of(delivery.also),
                changes=tuple(one for one in changes if one.at > delivery.planned_at),
                fresh=await self._freshness(),
                squeeze=squeeze,
            )

    async def _with_threads(self, delivery: Delivery, terms: ChannelSetup, story: _Story) -> Post:
        """Which threads there are is another matter in each channel, so this is not kept."""
        async with self.r.store.read() as tx:
            threads = await tx.threads.of(delivery.key.destination, delivery.paper_ids)
        return channel_digest(
            delivery,
            story.papers,
            story.fresh,
            setup=terms,
            also=story.also,
            changes=story.changes,
            threads=threads,
            squeeze=story.squeeze,
        )

    def _once(self, asked: Hashable, token: str, make: Callable[[], tuple[str, Post]]) -> tuple[Post, str]:
        if asked not in self._made:
            if len(self._made) >= MOST_KEPT:
                self._made.clear()
            self._made[asked] = (token, *make())
        old, title, post = self._made[asked]
        return (post if old == token else with_token(post, old, token)), title

    def _forget_the_old(self) -> None:
        now = self.r.clock()
        if self._since is None or not timedelta() <= now - self._since < KEPT_FOR:
            self._since = now
            self._fresh = None
            for kept in (self._papers, self._changes, self._made):
                kept.clear()

    async def _notice(self, delivery: Delivery, message: Message) -> Post:
        setup_id = int(delivery.key.slot.removeprefix(NOTICE_SLOT).partition("-")[0])
        async with self.r.store.read() as tx:
            setup = await tx.channels.get(setup_id)
        if setup is None or setup.paused_because is None:
            raise Refused(delivery.key.destination, "The setup that this is about runs again, or is gone.")
        return paused_notice(setup, message.token)

    async def _change(self, delivery: Delivery, message: Message) -> Post:
        change_id = int(delivery.key.slot.removeprefix(CHANGE_SLOT))
        async with self.r.store.read() as tx:
            (change,) = await tx.papers.changes(after=change_id - 1, limit=1)
            paper = await tx.papers.get(change.paper_id)
            text = await tx.texts.get(change.paper_id)
        if paper is None:
            raise Refused(delivery.key.destination, f"The store does not hold {change.paper_id} any more.")
        return paper_changed(paper, change, message.token, read_version=text.version if text is not None else None)

    async def _news_of_saved(self, delivery: Delivery, message: Message, squeeze: int) -> Post:
        """What was taken out since is left out."""
        async with self.r.store.read() as tx:
            saved = {one.paper_id for one in await tx.saved.of(delivery.key.destination.id)}
            papers = await tx.papers.get_many([PaperId(named) for named in delivery.notes if named in saved])
        if not papers:
            raise Refused(delivery.key.destination, "The papers that this is about are not saved any more.")
        return news_of_saved(tuple(papers.values()), delivery.notes, message.token, squeeze=squeeze)

    async def _papers_of(self, wanted: tuple[PaperId, ...]) -> tuple[Paper, ...]:
        if not wanted:
            return ()
        if wanted not in self._papers:
            async with self.r.store.read() as tx:
                self._papers[wanted] = tuple((await tx.papers.get_many(wanted)).values())
        return self._papers[wanted]

    async def _changes_of(self, delivery: Delivery) -> tuple[PaperChange, ...]:
        wanted = delivery.paper_ids
        if wanted not in self._changes:
            async with self.r.store.read() as tx:
                self._changes[wanted] = tuple(await tx.papers.changes(wanted))
        return self._changes[wanted]

    async def _freshness(self) -> Freshness:
        if self._fresh is None:
            self._fresh = await search.freshness(self.r)
        return self._fresh


async def envelope(
    r: Resources, outbox: Outbox, delivery: Delivery, message: Message, *, setup: ChannelSetup | None, title: str
) -> Envelope:
    """What belongs to a message beside its post: only the first of a delivery notifies a role.

    Raises:
        OutboxError: the forum's tags cannot be looked at.
    """
    role_id = setup.role_id if setup is not None and message.part == delivery.messages[0].part else None
    tags: tuple[TagRule, ...] = ()
    if delivery.key.destination.kind is DestinationKind.FORUM:
        available = await outbox.forum_tags(delivery.key.destination)
        rules = setup.tags if setup else ()
        async with r.store.read() as tx:
            paper = await tx.papers.get(message.paper_id) if message.paper_id else None
        try:
            today = delivery.key.local_date
            found = tags_for(paper, rules, available, today=today) if paper else fallback(rules, available)
        except InvalidInput as problem:  # a rule kept by a newer version, maybe: the post goes out all the same
            log.error("a tag's query cannot be read any more", delivery=delivery.id, problem=str(problem))  # noqa: TRY400
            found = fallback(rules, available)
        names = {tag.tag_id: tag.name for tag in map(ForumTag._make, available)}
        tags = tuple(TagRule(name=names[tag_id], tag_id=tag_id) for tag_id in found)
    return Envelope(token=message.token, role_id=role_id, title=title, tags=tags)


def _made(delivery: Delivery, message: Message, setup: ChannelSetup | None, story: _Story) -> tuple[str, Post]:
    """A message's title, where it has one, and its post."""
    fresh, changes, squeeze = story.fresh, story.changes, story.squeeze
    if delivery.key.destination.kind is DestinationKind.PERSON:
        return "", topic_digest(delivery, story.papers, fresh, changes=changes, squeeze=squeeze)
    in_forum = delivery.key.destination.kind is DestinationKind.FORUM
    if message.paper_id is None:
        return channel_title(delivery, setup) if in_forum else "", channel_digest(
            delivery, story.papers, fresh, setup=setup, also=story.also, changes=changes, squeeze=squeeze
        )
    paper = next((paper for paper in story.papers if paper.id == message.paper_id), None)
    if paper is None:
        raise Refused(delivery.key.destination, f"The store does not hold {message.paper_id} any more.")
    about = [change for change in changes if change.paper_id == paper.id]
    first = message.part == delivery.messages[0].part
    if in_forum:
        return forum_post(
            delivery, message.token, paper, fresh, setup=setup, changes=about, first=first, squeeze=squeeze
        )
    card = digest_card(delivery, message.token, paper, fresh, setup=setup, changes=about, first=first, squeeze=squeeze)
    return "", card


def _alike(delivery: Delivery, message: Message, setup: ChannelSetup | None) -> Hashable:
    """All that the wording depends on: equal for messages that differ in their token only."""
    terms = (
        None
        if setup is None
        else (
            setup.schedule.cadence,
            setup.schedule.weekdays,
            setup.limit,
            setup.sort,
            setup.query,
            setup.min_upvotes,
            setup.layout,
            setup.settle,
        )
    )
    return (
        delivery.key.destination.kind,
        delivery.key.local_date,
        delivery.cadence,
        delivery.due_at,
        delivery.paper_ids,
        delivery.also,
        tuple(delivery.notes.items()),
        delivery.considered,
        tuple(delivery.left_out.items()),
        delivery.empty_because,
        delivery.problem,
        delivery.id == 0,
        message.paper_id,
        message.part == delivery.messages[0].part,
        terms,
    )
