"""Whole days of the real bot: from Hugging Face over HTTP through the ledger to people on Discord, hour by hour.

What holds at the end of every one of them is in the fixture: Discord had nothing to refuse, nobody was pinged, and the
ledger and the channels tell the same story.
"""

from datetime import date, timedelta

import pytest

from bot.errors import InvalidInput
from bot.services import delivery
from storage.records import DeliveryState
from tests.acceptance.conftest import (
    FRIDAY,
    MONDAY,
    NOISY_TITLE,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    Scene,
    listed,
    moment,
    papers_in,
)
from tests.standins.hugging_face import reset

A_DIGEST_IN_WINTER, A_DIGEST_IN_SUMMER = 7, 6
"""Eight o'clock in Berlin as UTC counts it, before and after that Sunday."""


@pytest.fixture
async def started(scene: Scene) -> Scene:
    """The digest is set up, and Grace follows diffusion with one message at 18:00 in New York."""
    assert "Setup is complete" in (await scene.set_up(list="now")).text
    followed = await scene.grace.slash(
        scene.grace.dm, "topics follow", query="diffusion OR robots", hour="6pm", zone="America/New_York"
    )
    assert "2 papers of 7 matched" in followed.text
    scene.site.days[FRIDAY] = listed(FRIDAY, NOISY_TITLE, "Planning", "Diffusion for molecules")
    scene.site.days[MONDAY] = listed(MONDAY, "Memory", "Diffusion again", "Chips")
    return scene


async def states(scene: Scene) -> dict[date, tuple[DeliveryState, str | None]]:
    return {one.key.local_date: (one.state, one.problem) for one in await scene.ledger(scene.papers)}


async def test_a_newcomer_sets_up_and_everybody_reads_searches_and_asks(scene: Scene) -> None:
    done = await scene.set_up(hour="8:15", papers=3, query="cat:cs.CL OR vision", min_upvotes=5)
    assert "up to 3 trending papers matching “cat:cs.CL OR vision”" in done.text
    assert "every day at 08:15 (Europe/Berlin)" in done.text
    today = await scene.grace.slash(scene.talk, "papers today")
    assert "Thursday, 27 March 2025" in today.text
    assert "1–5 of 7" in today.text
    onwards = await scene.grace.press(today.message, "Next")
    assert "6–7 of 7" in onwards.text
    assert onwards.message is today.message
    found = await scene.grace.slash(scene.talk, "papers search", query="diff* OR robots")
    assert "1–2 of 2" in found.text
    card = await scene.grace.press(found.message, f"pb:show:{THURSDAY:%y%m}.27002")
    assert "Abstract" in card.text
    asked = await scene.grace.slash(scene.grace.dm, "ask", question="Which paper is about nothing in particular?")
    await scene.discord.until(lambda: bool(asked.messages))
    assert "It is about nothing in particular" in asked.text.replace("*", "")
    assert "closest passages" in asked.text
    assert scene.posted(scene.papers) == []


async def test_the_digest_comes_once_at_the_local_hour(started: Scene) -> None:
    before = await started.until(moment(FRIDAY, A_DIGEST_IN_WINTER - 1, 59))
    assert (before.planned, started.posted(started.papers)) == (0, [])
    at_eight = await started.until(moment(FRIDAY, A_DIGEST_IN_WINTER))
    assert len(at_eight.sent) == 1
    for _ in range(3):
        started.clock.advance(timedelta(seconds=20))
        assert (await started.beat()).planned == 0
    [digest] = started.posted(started.papers)
    assert digest.text.startswith("## Trending papers · Friday, 28 March 2025")
    assert sorted(papers_in(digest)) == [f"2503.{number}" for number in (*range(27001, 27008), 28001, 28002, 28003)]
    assert "evil.example)" not in digest.text.replace("\u200b", "").partition("](https://arxiv.org")[0]
    why = await started.grace.press(digest, "Why these?")
    assert why.ephemeral
    assert "10 considered = 10 picked." in why.text


async def test_the_next_day_brings_only_what_is_new(started: Scene) -> None:
    await started.until(moment(FRIDAY, 23))
    started.site.days[FRIDAY] += listed(FRIDAY, "", "", "", "Late on Friday")[3:]
    await started.until(moment(SATURDAY, 12))
    friday, saturday = started.posted(started.papers)
    assert len(papers_in(friday)) == 10
    assert papers_in(saturday) == ["2503.28004"]
    assert "Picked 1 of 4 considered" in saturday.text


async def test_a_topic_brings_one_message_a_day_with_its_reason(started: Scene) -> None:
    await started.until(moment(THURSDAY, 21, 59))
    assert started.posted(started.grace) == []
    await started.until(moment(FRIDAY, 23))
    first, second = started.posted(started.grace)
    assert papers_in(first) == ["2503.27002", "2503.27005"]
    assert "Matches your topic: diffusion OR robots (robots)" in first.text
    assert sorted(papers_in(second)) == ["2503.28001", "2503.28003"]
    assert second.text.startswith("## Your topics · Friday, 28 March 2025")
    assert second.text.count("Matches your topic: diffusion OR robots (diffusion)") == 2
    ended = await started.grace.slash(started.grace.dm, "topics unfollow", topic="diffusion OR robots")
    assert "You no longer follow" in ended.text
    started.site.days[SATURDAY] = listed(SATURDAY, "Diffusion on a Saturday")
    await started.until(moment(SATURDAY, 23))
    assert len(started.posted(started.grace)) == 2


async def test_a_weekend_brings_a_line_that_says_why(started: Scene) -> None:
    await started.until(moment(MONDAY, A_DIGEST_IN_SUMMER - 1, 59))
    _, saturday, sunday = started.posted(started.papers)
    assert saturday.text.startswith("**No papers on Saturday, 29 March 2025.** Nothing was listed: it is Saturday")
    assert "3 already posted here" in saturday.text
    assert sunday.text == (
        "**No papers on Sunday, 30 March 2025.** Nothing was listed: it is Sunday, and papers are listed on working "
        "days; the next list is expected on Monday, 31 March."
    )
    why = await started.grace.press(sunday, "Why none?")
    assert "0 considered" in why.text
    said = await started.ada.slash(started.papers, "channels list")
    assert "Last digest sent" in said.text


async def test_a_quiet_channel_hears_nothing_on_a_weekend_and_the_ledger_says_why(scene: Scene) -> None:
    scene.site.days[FRIDAY] = listed(FRIDAY, "Planning")
    await scene.add(quiet=True)
    await scene.until(moment(MONDAY, 5))
    assert len(scene.posted(scene.papers)) == 1
    kept = await states(scene)
    assert kept[SATURDAY][0] is kept[SUNDAY][0] is DeliveryState.SKIPPED
    assert kept[SUNDAY][1] == (
        "nothing was listed: it is Sunday, and papers are listed on working days; "
        "the next list is expected on Monday, 31 March"
    )


async def test_when_clocks_are_put_forward_eight_stays_eight(started: Scene) -> None:
    before = await started.until(moment(MONDAY, A_DIGEST_IN_SUMMER - 1, 59))
    assert before.planned == 0
    await started.until(moment(MONDAY, A_DIGEST_IN_SUMMER))
    due = {one.key.local_date: one.due_at for one in await started.ledger(started.papers)}
    assert due == {
        FRIDAY: moment(FRIDAY, A_DIGEST_IN_WINTER),
        SATURDAY: moment(SATURDAY, A_DIGEST_IN_WINTER),
        SUNDAY: moment(SUNDAY, A_DIGEST_IN_SUMMER),
        MONDAY: moment(MONDAY, A_DIGEST_IN_SUMMER),
    }
    monday = started.posted(started.papers)[-1]
    assert papers_in(monday) == ["2503.31001", "2503.31002", "2503.31003"]


async def test_an_hour_that_the_clock_skips_is_not_lost(scene: Scene) -> None:
    scene.site.days[SATURDAY] = listed(SATURDAY, "A paper on a Saturday")
    await scene.set_up(hour="2:30")
    await scene.until(moment(MONDAY, 12))
    due = [one.due_at for one in await scene.ledger(scene.papers)]
    assert due == [moment(FRIDAY, 1, 30), moment(SATURDAY, 1, 30), moment(SUNDAY, 1), moment(MONDAY, 0, 30)]


async def test_without_hugging_face_the_store_serves_and_tells_its_age(started: Scene) -> None:
    await started.until(moment(MONDAY, 9))
    started.site.days[MONDAY] += listed(MONDAY, "", "", "", "Late on Monday")[3:]
    started.site.days[TUESDAY] = listed(TUESDAY, "What nobody sees for a day")
    await started.until(moment(MONDAY, 12))
    started.site.meets(reset, times=1000)
    await started.until(moment(TUESDAY, 12))
    assert papers_in(started.posted(started.papers)[-1]) == ["2503.31004"], "what the store holds goes out"
    await started.until(moment(WEDNESDAY, A_DIGEST_IN_SUMMER))
    assert started.posted(started.papers)[-1].text == (
        "**No papers on Wednesday, 2 April 2025.** No papers: 127.0.0.1 broke off before its answer was complete "
        "(tried 3 times). Last read on 31 March, 12:00 UTC."
    )
    started.clock.advance(timedelta(minutes=5))
    today = await started.grace.slash(started.talk, "papers today")
    assert "Memory" in today.text
    assert "The last look at the sources was 42 hours ago, on 2025-03-31." in today.text
    assert "Hugging Face" in (await started.grace.slash(started.talk, "status")).text
    started.site.faults.clear()
    await started.until(moment(WEDNESDAY, 8))
    assert "What nobody sees" in (await started.grace.slash(started.talk, "papers today")).text
    assert "last look" not in (await started.grace.slash(started.talk, "papers today")).text


async def test_a_bot_that_was_down_delivers_late_and_not_too_late(started: Scene) -> None:
    await started.until(moment(THURSDAY, 23))
    started.clock.advance(moment(FRIDAY, 12, 59) - started.clock.now())
    assert len((await started.beat()).sent) == 1
    started.clock.advance(moment(MONDAY, 12, 1) - started.clock.now())
    assert (await started.beat()).sent == ()
    kept = await states(started)
    assert kept[FRIDAY][0] is DeliveryState.SENT
    assert kept[MONDAY] == (DeliveryState.SKIPPED, "down at the time, and longer than the grace window")
    assert len(started.posted(started.papers)) == 1


async def test_a_digest_may_be_asked_for_and_its_papers_do_not_come_again(started: Scene) -> None:
    posted = await started.ada.slash(started.papers, "channels post")
    assert "I posted 7 papers" in posted.text
    await started.until(moment(FRIDAY, 12))
    by_hand, by_hour = started.posted(started.papers)
    assert not set(papers_in(by_hand)) & set(papers_in(by_hour))
    with pytest.raises(InvalidInput, match="gone"):
        await delivery.explain(started.r, "a token of no delivery")
