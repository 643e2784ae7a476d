"""What stops a digest until somebody acts: it is held, its maker is told once, and it comes when the cause is gone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.services import dispatch
from storage.records import DeliveryState, Layout, Obstacle, TagRule
from tests.acceptance.conftest import FRIDAY, MONDAY, SATURDAY, Scene, listed, moment, papers_in
from tests.standins.discord import Answer, Channel, ChannelKind, Permission

AT_EIGHT = moment(FRIDAY, 8)
GRACE_ENDS = moment(FRIDAY, 14)
HALF_AN_HOUR = timedelta(minutes=30)
ROLE, TAG = "readers", "vision"

Change = Callable[[Scene, Channel], None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What happens to a place of ``kind``, what mends it, and which words of it the maker reads."""

    strikes: Change
    mends: Change
    says: str
    obstacle: Obstacle = Obstacle.PERMISSION
    kind: ChannelKind = ChannelKind.TEXT
    terms: dict[str, Any] = field(default_factory=dict)


def lost(permission: Permission, says: str, **facts: Any) -> Trouble:
    def strikes(scene: Scene, place: Channel) -> None:
        scene.discord.world.revoke(place, permission)

    def mends(scene: Scene, place: Channel) -> None:
        scene.discord.world.grant(place, permission)

    return Trouble(strikes, mends, says, **facts)


def became(another: ChannelKind, says: str, **facts: Any) -> Trouble:
    def strikes(scene: Scene, place: Channel) -> None:
        scene.discord.world.convert(place, another)

    def mends(scene: Scene, place: Channel) -> None:
        scene.discord.world.convert(place, facts.get("kind", ChannelKind.TEXT))

    return Trouble(strikes, mends, says, obstacle=Obstacle.WRONG_KIND, **facts)


def no_tag(*, moderated: bool) -> Trouble:
    def strikes(scene: Scene, place: Channel) -> None:
        for tag in list(place.tags):
            if moderated:
                scene.discord.world.change_tag(place, tag, moderated=True)
            else:
                scene.discord.world.remove_tag(place, tag)
        scene.discord.world.require_tag(place)

    def mends(scene: Scene, place: Channel) -> None:
        scene.discord.world.require_tag(place, required=False)

    return Trouble(
        strikes,
        mends,
        "tag",
        obstacle=Obstacle.TAG_NEEDED,
        kind=ChannelKind.FORUM,
        terms={"layout": Layout.FORUM, "tags": (TagRule(name=TAG, query="vision"),)},
    )


LOCKED = Trouble(
    lambda scene, place: scene.discord.world.lock(place),
    lambda scene, place: scene.discord.world.lock(place, locked=False),
    "Manage Threads",
    kind=ChannelKind.PUBLIC_THREAD,
)

TROUBLES = {
    "view channel": lost(Permission.VIEW_CHANNEL, "View Channel"),
    "send messages": lost(Permission.SEND_MESSAGES, "Send Messages"),
    "embed links": lost(Permission.EMBED_LINKS, "Embed Links"),
    "read message history": lost(Permission.READ_MESSAGE_HISTORY, "Read Message History"),
    "send in threads": lost(
        Permission.SEND_MESSAGES_IN_THREADS, "Send Messages in Threads", kind=ChannelKind.PUBLIC_THREAD
    ),
    "create threads": lost(
        Permission.CREATE_PUBLIC_THREADS, "Create Public Threads", terms={"layout": Layout.THREADS}
    ),
    "mention roles": lost(
        Permission.MENTION_EVERYONE, "here, and All Roles", terms={"role_id": ROLE}
    ),
    "post in a forum": lost(
        Permission.SEND_MESSAGES, "Send Messages", kind=ChannelKind.FORUM, terms={"layout": Layout.FORUM}
    ),
    "cards": lost(Permission.SEND_MESSAGES, "Send Messages", terms={"layout": Layout.CARDS}),
    "a locked thread": LOCKED,
    "became a forum": became(ChannelKind.FORUM, "forum"),
    "its tags were removed": no_tag(moderated=False),
    "its tags are for moderators": no_tag(moderated=True),
}  # fmt: skip


@pytest.fixture(params=TROUBLES)
def trouble(request: pytest.FixtureRequest) -> Trouble:
    return TROUBLES[request.param]


@pytest.fixture
async def place(scene: Scene, trouble: Trouble) -> Channel:
    """A place with a running setup, to which the trouble has happened by now, on Thursday."""
    scene.site.days[FRIDAY] = listed(FRIDAY, "Planning")
    return await troubled(scene, trouble)


async def troubled(scene: Scene, trouble: Trouble) -> Channel:
    world, terms = scene.discord.world, dict(trouble.terms)
    if trouble.kind in {ChannelKind.TEXT, ChannelKind.FORUM}:
        scene.papers = world.add_channel(scene.guild, "place", kind=trouble.kind)
    else:
        scene.papers = world.add_channel(
            scene.guild, "place", kind=trouble.kind, parent=scene.papers, owner=scene.ada.user, archive_after=10080
        )
    if trouble.kind is ChannelKind.FORUM:
        world.add_tag(scene.papers, TAG)
    if terms.get("role_id") == ROLE:
        terms["role_id"] = world.add_role(scene.guild, ROLE, Permission(0)).id
        scene.may_ping.add(f"<@&{terms['role_id']}>")
    await scene.heard()
    await scene.add(scene.papers, **terms)
    trouble.strikes(scene, scene.papers)
    return scene.papers


async def told(scene: Scene) -> list[str]:
    return [message.text for message in scene.posted(scene.ada)]


async def test_it_is_held_and_comes_once_when_the_cause_is_gone(scene: Scene, trouble: Trouble, place: Channel) -> None:
    await scene.until(AT_EIGHT)
    await scene.until(moment(FRIDAY, 9), stride=HALF_AN_HOUR)
    await scene.until(moment(FRIDAY, 11))
    assert scene.posted(place) == []
    [held] = await scene.ledger(place)
    assert held.state is DeliveryState.PLANNED
    setup = await scene.setup(1)
    assert setup.obstacle is trouble.obstacle
    [notice] = await told(scene)
    assert trouble.says in notice
    assert f"<#{place.id}>" in notice
    trouble.mends(scene, place)
    await scene.until(moment(FRIDAY, 12), stride=HALF_AN_HOUR)
    await scene.until(moment(FRIDAY, 20))
    [sent] = await scene.ledger(place)
    assert sent.state is DeliveryState.SENT
    assert [paper for message in scene.posted(place) for paper in papers_in(message)] == list(sent.paper_ids)
    assert (await scene.setup(1)).paused_because is None
    assert len(await told(scene)) == 1


async def test_unmended_it_ends_unreachable_and_its_papers_come_another_day(
    scene: Scene, trouble: Trouble, place: Channel
) -> None:
    await scene.until(AT_EIGHT)
    await scene.until(GRACE_ENDS + HALF_AN_HOUR)
    [ended] = await scene.ledger(place)
    assert ended.state is DeliveryState.UNREACHABLE
    assert trouble.says in (ended.problem or "")
    status = await scene.ada.slash(scene.talk, "status")
    assert "could not be delivered" in status.text
    assert "1 paused" in status.text
    trouble.mends(scene, place)
    await scene.until(moment(SATURDAY, 9))
    _, saturday = await scene.ledger(place)
    assert saturday.state is DeliveryState.SENT
    assert saturday.paper_ids
    assert len(await told(scene)) == 1


@pytest.mark.parametrize("code", [50001, 50013])
async def test_a_refusal_that_cannot_be_seen_beforehand_is_told_once_and_tried_a_few_times(
    scene: Scene, code: int
) -> None:
    """By what Discord described all is well, so only sending can show whether it is."""
    refusal = Answer(403, {"code": code, "message": "Missing"})
    scene.discord.script("POST", f"/channels/{scene.papers.id}/messages", refusal, times=1000)
    await scene.add()
    await scene.until(AT_EIGHT)
    for _ in range(10):
        await dispatch.tick(scene.r, scene.client.outbox)  # a running bot sends more often than it looks at obstacles
        await scene.until(scene.clock.now() + timedelta(minutes=10))
    await scene.until(moment(SATURDAY, 7), stride=timedelta(hours=1))
    tried = [one for one in scene.discord.requests_to("create_message") if str(scene.papers.id) in one.path]
    assert 1 <= len(tried) <= 5
    [friday] = await scene.ledger(scene.papers)
    assert friday.state is DeliveryState.UNREACHABLE
    assert len(await told(scene)) == 1
    await scene.until(moment(MONDAY, 16))
    assert len(await told(scene)) == 1, "it waits for a person now"


async def test_a_trouble_that_comes_back_after_a_digest_is_told_again(scene: Scene) -> None:
    await scene.add()
    world = scene.discord.world
    world.revoke(scene.papers, Permission.SEND_MESSAGES)
    await scene.until(AT_EIGHT)
    await scene.beat()
    world.grant(scene.papers, Permission.SEND_MESSAGES)
    await scene.until(moment(FRIDAY, 12))
    assert len(scene.posted(scene.papers)) == 1
    world.revoke(scene.papers, Permission.SEND_MESSAGES)
    await scene.until(moment(SATURDAY, 9))
    await scene.beat()
    assert len(await told(scene)) == 2


async def test_of_several_setups_in_one_channel_only_what_cannot_be_sent_is_told_of(scene: Scene) -> None:
    await scene.add()
    await scene.add(query="cat:cs.CL OR vision", schedule={"at": AT_EIGHT.time()})
    world = scene.discord.world
    world.revoke(scene.papers, Permission.EMBED_LINKS)
    await scene.until(moment(FRIDAY, 9))
    await scene.beat()
    assert len(await told(scene)) == 1
    world.grant(scene.papers, Permission.EMBED_LINKS)
    await scene.until(moment(FRIDAY, 12))
    assert {(await scene.setup(number)).paused_because for number in (1, 2)} == {None}
    first, second = await scene.ledger(scene.papers)
    assert (first.state, second.state) == (DeliveryState.SENT, DeliveryState.SKIPPED)
    assert "1 already posted here" in (second.problem or "")


async def test_where_the_maker_takes_no_direct_messages_nothing_else_breaks(scene: Scene) -> None:
    scene.ada.close_dms()
    await scene.add()
    scene.discord.world.revoke(scene.papers, Permission.SEND_MESSAGES)
    await scene.until(moment(FRIDAY, 9))
    await scene.until(moment(FRIDAY, 11), stride=HALF_AN_HOUR)
    assert await told(scene) == []
    opened = [one for one in scene.discord.requests_to("create_message") if str(scene.ada.dm.id) in one.path]
    assert len(opened) == 1
    scene.discord.world.grant(scene.papers, Permission.SEND_MESSAGES)
    await scene.until(moment(FRIDAY, 12))
    assert len(scene.posted(scene.papers)) == 1


async def test_a_deleted_channel_is_told_at_once_and_once(scene: Scene) -> None:
    vanished = scene.discord.world.add_channel(scene.guild, "vanished")
    await scene.heard()
    await scene.add(vanished)
    scene.discord.world.remove_channel(vanished)
    await scene.beat()
    [notice] = await told(scene)
    assert "deleted" in notice
    await scene.until(moment(MONDAY, 12))
    assert len(await told(scene)) == 1
    assert await scene.ledger(vanished) == []


async def test_a_thread_that_goes_with_its_channel_is_noticed(scene: Scene) -> None:
    parent = scene.discord.world.add_channel(scene.guild, "parent")
    thread = scene.discord.world.add_channel(scene.guild, "reading", kind=ChannelKind.PUBLIC_THREAD, parent=parent)
    await scene.heard()
    await scene.add(thread)
    scene.discord.world.remove_channel(parent)
    await scene.until(AT_EIGHT)
    await scene.beat()
    assert (await scene.setup(1)).obstacle is Obstacle.GONE
    assert len(await told(scene)) == 1


async def test_a_closed_thread_opens_for_its_digest(scene: Scene) -> None:
    thread = scene.discord.world.add_channel(
        scene.guild, "reading", kind=ChannelKind.PUBLIC_THREAD, parent=scene.papers, owner=scene.ada.user
    )
    await scene.heard()
    await scene.add(thread)
    scene.discord.world.archive(thread)
    await scene.until(AT_EIGHT)
    assert len(scene.posted(thread)) == 1
    assert await told(scene) == []


@pytest.mark.parametrize("layout", [Layout.DIGEST, Layout.CARDS])
async def test_slow_mode_is_waited_for_and_nobody_is_told(scene: Scene, layout: Layout) -> None:
    slow = Answer(429, {"code": 20016, "message": "slow", "retry_after": 120.0}, {"Via": "x", "Retry-After": "120"})
    scene.discord.script("POST", f"/channels/{scene.papers.id}/messages", slow, times=3)
    await scene.add(layout=layout, limit=3)
    await scene.until(AT_EIGHT)
    await scene.until(moment(FRIDAY, 8, 15), stride=timedelta(minutes=1))
    [sent] = await scene.ledger(scene.papers)
    assert sent.state is DeliveryState.SENT
    assert [paper for message in scene.posted(scene.papers) for paper in papers_in(message)] == list(sent.paper_ids)
    assert await told(scene) == []


async def test_a_role_that_vanished_costs_no_digest(scene: Scene) -> None:
    role = scene.discord.world.add_role(scene.guild, ROLE, Permission(0))
    await scene.add(role_id=role.id)
    scene.discord.world.delete_role(scene.guild, role)
    await scene.until(AT_EIGHT)
    [digest] = scene.posted(scene.papers)
    assert "<@&" not in digest.text
    assert await told(scene) == []


async def test_a_renamed_tag_is_the_same_and_a_removed_one_is_left_out(scene: Scene) -> None:
    world = scene.discord.world
    forum = world.add_channel(scene.guild, "forum", kind=ChannelKind.FORUM)
    vision, speech = world.add_tag(forum, "vision"), world.add_tag(forum, "speech")
    rules = [TagRule(name=tag.name, query=tag.name, tag_id=tag.id) for tag in (vision, speech)]
    await scene.heard()
    await scene.add(forum, layout=Layout.FORUM, tags=tuple(rules))
    world.change_tag(forum, vision, name="seeing")
    world.remove_tag(forum, speech)
    await scene.until(AT_EIGHT)
    posts = [one for one in world.channels.values() if one.parent is forum]
    assert len(posts) == 7
    assert [one.applied_tags for one in posts if "Vision" in one.name] == [[vision.id]]
    assert [one.applied_tags for one in posts if "Speech" in one.name] == [[]]
    await scene.agree(forum)


async def test_a_paper_that_gets_no_tag_where_one_is_wanted_is_left_out_and_the_others_come(scene: Scene) -> None:
    world = scene.discord.world
    scene.papers = forum = world.add_channel(scene.guild, "forum", kind=ChannelKind.FORUM)
    world.add_tag(forum, TAG)
    world.require_tag(forum)
    await scene.heard()
    await scene.add(forum, layout=Layout.FORUM, limit=7, tags=(TagRule(name=TAG, query="vision OR speech"),))
    await scene.until(AT_EIGHT)
    assert len(scene.posted(forum)) == 2
    [sent] = await scene.ledger(forum)
    assert (sent.state, (await scene.setup(1)).obstacle) == (DeliveryState.SENT, None)
    assert "none of the setup's tags fits" in (sent.problem or "")


async def test_a_person_who_closed_their_messages_is_told_at_their_next_command(scene: Scene) -> None:
    await scene.grace.slash(scene.talk, "topics follow", query="diffusion", hour="8", zone="UTC")
    scene.grace.close_dms()
    await scene.until(AT_EIGHT)
    await scene.until(GRACE_ENDS + HALF_AN_HOUR)
    [ended] = await scene.ledger(scene.grace)
    assert ended.state is DeliveryState.UNREACHABLE
    listed_topics = await scene.grace.slash(scene.talk, "topics list")
    assert "direct messages" in listed_topics.text
    await scene.until(moment(SATURDAY, 12))
    tried = [one for one in scene.discord.requests_to("create_message") if str(scene.grace.dm.id) in one.path]
    assert len(tried) == 1


async def test_an_announcement_channel_that_became_ordinary_gets_its_digest_unpublished(scene: Scene) -> None:
    news = scene.papers = scene.discord.world.add_channel(scene.guild, "news", kind=ChannelKind.ANNOUNCEMENT)
    await scene.heard()
    await scene.add(news, publish=True)
    scene.discord.world.convert(news, ChannelKind.TEXT)
    await scene.until(AT_EIGHT)
    await scene.until(moment(FRIDAY, 12), stride=HALF_AN_HOUR)
    [digest] = scene.posted(news)
    assert not digest.published
    assert len(scene.discord.requests_to("crosspost_message")) <= 1
    scene.discord.world.convert(news, ChannelKind.ANNOUNCEMENT)
    scene.site.days[SATURDAY] = listed(SATURDAY, "Planning")
    await scene.until(moment(SATURDAY, 9))
    assert [one.published for one in scene.posted(news)] == [False, True]
    assert await told(scene) == []


async def test_nothing_is_doubled_where_a_digest_was_in_doubt_when_the_trouble_came(scene: Scene) -> None:
    """It may have gone out, and then the history was hidden: nobody looks, and nothing is sent, until it is shown."""
    await scene.add()
    accepted = Answer(500, executed=True)
    scene.discord.script("POST", f"/channels/{scene.papers.id}/messages", accepted, times=1000)
    scene.jump(AT_EIGHT)
    await scene.beat()
    [digest] = scene.posted(scene.papers)
    scene.discord.world.revoke(scene.papers, Permission.READ_MESSAGE_HISTORY)
    await scene.until(moment(FRIDAY, 9), stride=timedelta(minutes=10))
    assert "Read Message History" in "".join(await told(scene))
    scene.discord.world.grant(scene.papers, Permission.READ_MESSAGE_HISTORY)
    await scene.until(moment(FRIDAY, 10), stride=timedelta(minutes=10))
    await scene.until(moment(FRIDAY, 16))
    [sent] = await scene.ledger(scene.papers)
    assert (sent.state, sent.message_id) == (DeliveryState.SENT, digest.id)
    assert scene.posted(scene.papers) == [digest]
