"""Time that passes without the bot, that jumps, that comes twice; and the days, weeks and months of one channel."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from storage.records import Cadence, DeliveryState, Settle
from tests.acceptance.conftest import FRIDAY, MONDAY, SATURDAY, SUNDAY, THURSDAY, Scene, listed, moment, papers_in

AT_EIGHT = moment(FRIDAY, 8)
AN_HOUR = timedelta(hours=1)
DOWN = "down at the time, and longer than the grace window"


def friday_and_monday(scene: Scene) -> None:
    scene.site.days[FRIDAY] = listed(FRIDAY, "Planning", "Memory")
    scene.site.days[MONDAY] = listed(MONDAY, "Chips", "Maps")


async def outcomes(scene: Scene) -> dict[date, list[DeliveryState]]:
    kept: dict[date, list[DeliveryState]] = {}
    for one in await scene.ledger(scene.papers):
        kept.setdefault(one.key.local_date, []).append(one.state)
    return kept


# --- down ---


async def test_three_hours_late_it_comes_once(scene: Scene) -> None:
    await scene.add()
    scene.jump(AT_EIGHT + timedelta(hours=3))
    await scene.beat()
    await scene.until(moment(FRIDAY, 20), stride=timedelta(hours=3))
    assert len(scene.posted(scene.papers)) == 1


async def test_seven_hours_late_it_is_skipped_and_the_status_says_so(scene: Scene) -> None:
    await scene.add()
    scene.jump(AT_EIGHT + timedelta(hours=7))
    await scene.beat()
    assert scene.posted(scene.papers) == []
    [missed] = await scene.ledger(scene.papers)
    assert (missed.state, missed.problem) == (DeliveryState.SKIPPED, DOWN)
    assert f"skipped ({DOWN})" in (await scene.ada.slash(scene.talk, "status")).text
    scene.site.days[FRIDAY] = listed(FRIDAY, "Planning")
    await scene.until(moment(SATURDAY, 9))
    [digest] = scene.posted(scene.papers)
    assert papers_in(digest) == ["2503.28001"], "what Friday's would have held of Friday's list comes a day later"


@pytest.mark.parametrize(("grace", "late", "comes"), [(1, 2, False), (12, 7, True), (12, 13, False)])
async def test_each_setup_has_its_own_grace(scene: Scene, grace: int, late: int, comes: bool) -> None:
    await scene.add(schedule={"grace": timedelta(hours=grace)})
    scene.jump(AT_EIGHT + timedelta(hours=late))
    await scene.beat()
    assert bool(scene.posted(scene.papers)) is comes


# --- clocks that jump ---


@pytest.mark.parametrize("settle", Settle)
async def test_a_clock_two_days_ahead_and_back_doubles_nothing_and_silences_nothing(
    scene: Scene, settle: Settle
) -> None:
    friday_and_monday(scene)
    await scene.add(settle=settle)
    scene.jump(moment(SATURDAY, 10))
    await scene.beat()
    scene.jump(moment(THURSDAY, 10, 5))
    await scene.beat()
    await scene.until(moment(MONDAY + timedelta(days=1), 12))
    kept = await outcomes(scene)
    assert all(len(states) == 1 for states in kept.values())
    assert set(kept) == {FRIDAY + timedelta(days=number) for number in range(5)}
    assert {paper for message in scene.posted(scene.papers) for paper in papers_in(message)} >= {
        "2503.28001", "2503.28002", "2503.31001", "2503.31002"
    }  # fmt: skip


async def test_after_a_jump_ahead_the_sources_are_looked_at_again(scene: Scene) -> None:
    scene.jump(moment(SATURDAY, 10))
    await scene.beat()
    scene.jump(moment(THURSDAY, 12))
    scene.site.days[THURSDAY] += listed(THURSDAY, *"1234567", "Late")[7:]
    await scene.beat()
    async with scene.r.store.read() as tx:
        assert {paper.title for paper in await tx.papers.on_days(THURSDAY, THURSDAY)} >= {"Late (Thursday 8)"}


async def test_a_clock_an_hour_back_doubles_nothing(scene: Scene) -> None:
    friday_and_monday(scene)
    await scene.add()
    await scene.until(AT_EIGHT + timedelta(minutes=5))
    scene.jump(AT_EIGHT - timedelta(minutes=55))
    await scene.until(moment(FRIDAY, 12), stride=AN_HOUR)
    await scene.until(moment(MONDAY, 12))
    kept = await outcomes(scene)
    assert kept == {day: [DeliveryState.SENT] for day in (FRIDAY, SATURDAY, SUNDAY, MONDAY)}


async def test_in_the_night_in_which_an_hour_comes_twice_the_digest_comes_once(scene: Scene) -> None:
    saturday = date(2025, 10, 25)
    scene.jump(datetime(2025, 10, 24, 12, tzinfo=UTC))
    await scene.add(schedule={"zone": "Europe/Berlin", "at": time(2, 30)})
    await scene.until(datetime(2025, 10, 26, tzinfo=UTC))
    await scene.until(datetime(2025, 10, 26, 4, tzinfo=UTC), stride=timedelta(minutes=30))
    await scene.until(datetime(2025, 10, 27, 12, tzinfo=UTC))
    due = [one.due_at for one in await scene.ledger(scene.papers)]
    assert due == [datetime(2025, 10, day, hour, 30, tzinfo=UTC) for day, hour in ((25, 0), (26, 0), (27, 1))]
    assert len(scene.posted(scene.papers)) == len(due)
    assert (await scene.ledger(scene.papers))[0].key.local_date == saturday


# --- several setups in one channel ---


async def test_two_setups_in_one_channel_bring_each_paper_once(scene: Scene) -> None:
    await scene.add(query="vision OR speech")
    await scene.add(schedule={"at": time(9)})
    await scene.until(moment(FRIDAY, 12), stride=AN_HOUR)
    first, second = scene.posted(scene.papers)
    assert papers_in(first) == ["2503.27003", "2503.27004"]
    assert len(papers_in(second)) == 5
    assert not set(papers_in(first)) & set(papers_in(second))


async def test_weeks_and_months_beside_the_days(scene: Scene) -> None:
    """Five weeks: round-ups may name what the daily digests named, but never a paper of their own again."""
    first, last = FRIDAY, date(2025, 5, 2)
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        if day.weekday() < 5:
            scene.site.days[day] = listed(day, "One", "Two", "Three")
    await scene.add(quiet=True)
    await scene.add(schedule={"at": time(9), "cadence": Cadence.WEEKLY})
    await scene.add(schedule={"at": time(10), "cadence": Cadence.MONTHLY})
    await scene.until(moment(first, 12))
    await scene.until(moment(last, 12), stride=timedelta(days=1))
    ledger = await scene.ledger(scene.papers)
    came = {
        cadence: [one for one in ledger if one.cadence is cadence and one.state is DeliveryState.SENT]
        for cadence in Cadence
    }
    assert [one.key.local_date for one in came[Cadence.WEEKLY]] == [
        date(2025, 3, 31), date(2025, 4, 7), date(2025, 4, 14), date(2025, 4, 21), date(2025, 4, 28)
    ]  # fmt: skip
    assert [one.key.local_date for one in came[Cadence.MONTHLY]] == [date(2025, 4, 1), date(2025, 5, 1)]
    assert len(came[Cadence.DAILY]) >= 25
    for cadence in (Cadence.WEEKLY, Cadence.MONTHLY):
        named = [paper for one in came[cadence] for paper in one.paper_ids]
        assert len(named) == len(set(named)) == 10 * len(came[cadence])
    daily = {paper for one in came[Cadence.DAILY] for paper in one.paper_ids}
    assert daily & {paper for one in came[Cadence.WEEKLY] for paper in one.paper_ids}
    titles = [message.text.splitlines()[0] for message in scene.posted(scene.papers)]
    assert any("week" in title.lower() for title in titles)
    assert any("April 2025" in title for title in titles)
