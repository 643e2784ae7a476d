"""A store in which a digest is due by the real clock, and what became of it."""

from datetime import UTC, datetime, time, timedelta

from storage.records import Delivery, Destination, DestinationKind, Layout
from storage.store import Store
from tests.builders import make_paper, make_schedule, make_setup, sighting_of
from tests.standins.discord import Channel


async def digest_is_due(url: str, channel: Channel, layout: Layout = Layout.DIGEST) -> None:
    """Five papers of today, looked at a moment ago, and a digest of three of them for ``channel``, due a minute ago."""
    assert channel.guild is not None
    now = datetime.now(UTC)
    kind = DestinationKind.FORUM if layout is Layout.FORUM else DestinationKind.CHANNEL
    papers = [
        make_paper(f"2611.0000{number}", daily_on=now.date(), published_at=now, upvotes=number)
        for number in range(1, 6)
    ]
    setup = make_setup(
        destination=Destination(kind=kind, id=channel.id),
        layout=layout,
        guild_id=channel.guild.id,
        schedule=make_schedule(at=_a_minute_before(now), grace=timedelta(hours=6)),
        created_at=now - timedelta(days=2),
        limit=3,
    )
    store = await Store.open(url)
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper, seen_at=now) for paper in papers])
        await tx.sources.record_success("huggingface", at=now + timedelta(hours=1), fetched=5, rejected=0)
        await tx.sources.mark_day("huggingface", now.date(), at=now + timedelta(hours=1))
        await tx.channels.add(setup)
    await store.close()


async def ledger(url: str) -> list[Delivery]:
    """Every delivery, newest first."""
    store = await Store.open(url)
    async with store.read() as tx:
        found = await tx.deliveries.recent()
    await store.close()
    return found


def _a_minute_before(now: datetime) -> time:
    at = (now - timedelta(minutes=1)).time().replace(second=0, microsecond=0)
    return time(0) if at > now.time() else at  # a minute past midnight it was due yesterday
