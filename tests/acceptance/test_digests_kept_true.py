"""Messages that are there and change: completed over their day, marked when a paper gets news, given up quietly."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.services import discussed
from bot.services.upkeep import MOST_TRIES
from storage.records import Layout, Settle
from tests.acceptance.conftest import FRIDAY, SATURDAY, Scene, listed, moment, papers_in
from tests.builders import make_sighting
from tests.standins.discord import Answer, ChannelKind, Message, Permission, Request
from tests.standins.hugging_face import Item, make_item

AT_EIGHT = moment(FRIDAY, 8)
HALF_AN_HOUR = timedelta(minutes=30)
ONE = "/channels/*/messages/*"


def risen(*topics: str) -> list[Item]:
    """More papers of Friday, with more votes than any other has."""
    return [
        make_item(number, day=FRIDAY, upvotes=1000 - number, title=f"{topic} (Friday {number})")
        for number, topic in enumerate(topics, 101)
    ]


def edits(scene: Scene) -> Sequence[Request]:
    return scene.discord.requests_to("update_message")


async def to_be_completed(scene: Scene, **facts: Any) -> Message:
    """Friday's digest at its hour, of five papers; gives its message."""
    scene.site.days[FRIDAY] = listed(FRIDAY, "Planning", "Memory", "Chips", "Maps", "Games", "Codes")
    await scene.add(settle=Settle.COMPLETED, limit=5, **facts)
    await scene.until(AT_EIGHT)
    [digest] = scene.posted(scene.papers)
    return digest


@pytest.mark.parametrize("layout", [Layout.DIGEST, Layout.THREADS])
async def test_what_rises_over_the_day_comes_into_the_same_message_and_pings_nobody(
    scene: Scene, layout: Layout
) -> None:
    role = scene.discord.world.add_role(scene.guild, "readers", Permission(0))
    role.mentionable = True
    await scene.heard()
    scene.may_ping.add(f"<@&{role.id}>")
    digest = await to_be_completed(scene, layout=layout, role_id=role.id)
    assert digest.pings == {f"<@&{role.id}>"}
    before = papers_in(digest)
    scene.site.days[FRIDAY] += risen("Late", "Later")
    await scene.until(moment(FRIDAY, 20), stride=timedelta(hours=2))
    assert scene.posted(scene.papers) == [digest]
    assert papers_in(digest) == [*before, "2503.28101", "2503.28102"]
    assert digest.text.startswith(f"<@&{role.id}>")
    assert [one.json["allowed_mentions"] for one in edits(scene)] == [{"parse": []}] * len(edits(scene))
    [kept] = await scene.ledger(scene.papers)
    assert kept.added == ("2503.28101", "2503.28102")
    await scene.until(moment(SATURDAY, 9))
    _, saturday = scene.posted(scene.papers)
    assert "Added to the last digest since:" in saturday.text
    assert "Late (Friday 101)" in saturday.text


async def test_nothing_is_taken_out_and_no_more_than_three_come_in(scene: Scene) -> None:
    digest = await to_be_completed(scene)
    before = papers_in(digest)
    scene.site.days[FRIDAY] += risen(*"abcdefgh")
    await scene.until(moment(SATURDAY, 7), stride=timedelta(hours=3))
    assert papers_in(digest)[:5] == before
    assert len(papers_in(digest)) == 8


async def test_a_day_on_which_nothing_rises_edits_nothing(scene: Scene) -> None:
    await to_be_completed(scene)
    await scene.until(moment(SATURDAY, 7), stride=timedelta(hours=3))
    assert not edits(scene)


async def test_a_message_that_somebody_deleted_is_not_sent_again_and_not_asked_for_again(scene: Scene) -> None:
    digest = await to_be_completed(scene)
    scene.discord.world.delete(digest)
    scene.site.days[FRIDAY] += risen("Late")
    await scene.until(moment(SATURDAY, 7), stride=timedelta(hours=3))
    assert scene.posted(scene.papers) == []
    assert len(edits(scene)) == 1
    await scene.until(moment(SATURDAY, 9))
    assert len(scene.posted(scene.papers)) == 1, "the next day goes on"


# --- news of papers ---


async def news(scene: Scene, paper_id: str, **facts: object) -> None:
    """A source says something new of a paper."""
    async with scene.r.store.write() as tx:
        paper = next(iter((await tx.papers.get_many([paper_id])).values()))  # type: ignore[list-item]  # an id
        seen = make_sighting(paper.id, seen_at=scene.clock.now(), source="arxiv")
        await tx.papers.save([replace(paper, **facts)], [seen])  # type: ignore[arg-type]  # facts of a paper


@pytest.mark.parametrize("layout", [Layout.DIGEST, Layout.CARDS])
async def test_a_withdrawal_and_a_new_version_put_a_banner_into_the_message_that_named_it(
    scene: Scene, layout: Layout
) -> None:
    await scene.add(layout=layout)
    await scene.until(AT_EIGHT)
    count = len(scene.posted(scene.papers))
    await news(scene, "2503.27002", version=1)
    await scene.beat()
    assert not edits(scene), "the first version that is known is no news"
    await news(scene, "2503.27001", withdrawn_at=scene.clock.now())
    await news(scene, "2503.27002", version=2)
    await scene.until(moment(FRIDAY, 10), stride=HALF_AN_HOUR)
    messages = scene.posted(scene.papers)
    text = "\n".join(message.text for message in messages).lower()
    assert "withdrawn" in text
    assert "version 2" in text
    assert len(messages) == count
    assert len(edits(scene)) == (1 if layout is Layout.DIGEST else 2)
    await scene.until(moment(FRIDAY, 20))
    assert len(edits(scene)) <= 2, "once is enough"


async def test_messages_older_than_thirty_days_are_left_as_they_are(scene: Scene) -> None:
    await scene.add(quiet=True)
    await scene.until(AT_EIGHT)
    scene.jump(AT_EIGHT + timedelta(days=29, hours=23))
    await news(scene, "2503.27001", withdrawn_at=scene.clock.now())
    await scene.beat()
    assert len(edits(scene)) == 1
    scene.jump(AT_EIGHT + timedelta(days=30, hours=1))
    await news(scene, "2503.27002", withdrawn_at=scene.clock.now())
    await scene.beat()
    assert len(edits(scene)) == 1


async def test_a_limit_on_old_messages_is_waited_for(scene: Scene) -> None:
    await scene.add(quiet=True)
    await scene.until(AT_EIGHT)
    await scene.until(moment(SATURDAY, 12))
    body = {"code": 30046, "message": "Maximum number of edits to messages older than 1 hour", "retry_after": 600.0}
    scene.discord.script("PATCH", ONE, Answer(429, body, {"Via": "x", "Retry-After": "600"}), times=2)
    await news(scene, "2503.27001", withdrawn_at=scene.clock.now())
    await scene.beat()
    assert len(edits(scene)) == 1
    await scene.until(moment(SATURDAY, 12, 9), stride=timedelta(minutes=3))
    assert len(edits(scene)) == 1, "not before it was told to"
    await scene.until(moment(SATURDAY, 13), stride=timedelta(minutes=3))
    assert len(edits(scene)) == 3
    assert "withdrawn" in scene.posted(scene.papers)[0].text.lower()


async def test_an_edit_that_never_goes_through_is_given_up(scene: Scene) -> None:
    await scene.add(quiet=True)
    await scene.until(AT_EIGHT)
    refused = Answer(429, {"code": 30046, "message": "old", "retry_after": 60.0}, {"Via": "x", "Retry-After": "60"})
    scene.discord.script("PATCH", ONE, refused, times=1000)
    await news(scene, "2503.27001", withdrawn_at=scene.clock.now())
    await scene.until(moment(FRIDAY, 16), stride=HALF_AN_HOUR)
    await scene.until(moment(SATURDAY, 7))
    assert len(edits(scene)) == MOST_TRIES
    assert len(scene.posted(scene.papers)) == 1


async def test_where_it_may_not_edit_any_more_it_says_nothing_and_goes_on(scene: Scene) -> None:
    await scene.add(quiet=True)
    await scene.until(AT_EIGHT)
    scene.discord.world.revoke(scene.papers, Permission.VIEW_CHANNEL)
    await news(scene, "2503.27001", withdrawn_at=scene.clock.now())
    await scene.until(moment(FRIDAY, 10), stride=HALF_AN_HOUR)
    await scene.until(moment(SATURDAY, 7))
    assert len(edits(scene)) == 1
    assert scene.posted(scene.ada) == []
    assert (await scene.setup(1)).paused_because is None


async def test_a_withdrawal_before_the_digest_leaves_the_paper_out(scene: Scene) -> None:
    await scene.add()
    await news(scene, "2503.27001", withdrawn_at=scene.clock.now())
    await scene.until(AT_EIGHT)
    [digest] = scene.posted(scene.papers)
    assert "2503.27001" not in papers_in(digest)


async def test_a_thread_that_discusses_a_paper_is_told_of_its_news_once(scene: Scene) -> None:
    await scene.add()
    await scene.until(AT_EIGHT)
    kind = ChannelKind.PUBLIC_THREAD
    thread = scene.discord.world.add_channel(scene.guild, "Planning", kind=kind, parent=scene.talk)
    await news(scene, "2503.27001", version=1)
    await discussed.add(scene.r, thread.id, "2503.27001")
    await news(scene, "2503.27001", version=2)
    await scene.until(moment(FRIDAY, 10), stride=HALF_AN_HOUR)
    [told] = scene.discord.messages(thread)
    assert "Version 2 is out" in told.text
    assert not told.pings
