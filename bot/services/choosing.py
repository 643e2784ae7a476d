"""Which papers a channel or a person would get of some days, and why there are none: gathered here, decided in core.

Ten thousand channels that ask for the same thing are decided once: a ``Chooser`` keeps what they share for as long as
one round of planning takes.
"""

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog

from bot.core import calendar
from bot.core.digest import DigestPlan, DigestRules, LeaveOut, choose
from bot.core.matching import matches, reasons
from bot.core.parse_query import parse_query
from bot.core.period import Days
from bot.core.ranking import Ranked, rank
from bot.errors import InvalidInput
from bot.ports import Resources
from storage.query import Or, Query
from storage.records import Cadence, ChannelSetup, DeliveryKey, Destination, Paper, PaperId, Sighting, Sort, Topic

log = structlog.get_logger(__name__)

PAPERS_IN_A_TOPIC_DIGEST = 10
A_FEW = 250
"""Papers that are looked through in one go."""

A_DAY = timedelta(days=1)

VOTES_COUNT_FOR = timedelta(days=3)
"""Of the looks at a paper only the newest tell how fast it rises."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The papers of some days, and the newest looks at them."""

    papers: tuple[Paper, ...]
    sightings: Mapping[PaperId, tuple[Sighting, ...]]


@dataclass(frozen=True, slots=True)
class _Range:
    """Days, and whether what was announced on them counts beside the daily lists."""

    days: Days
    announced: bool = False


@dataclass(slots=True)
class Chooser:
    """Decides for one moment: ``now``."""

    r: Resources
    now: datetime
    _shelves: dict[_Range, _Shelf] = field(default_factory=dict)
    _ranked: dict[tuple[_Range, Sort], tuple[Ranked, ...]] = field(default_factory=dict)
    _chosen: dict[tuple[_Range, DigestRules, frozenset[PaperId]], DigestPlan] = field(default_factory=dict)

    async def posted(
        self, days: Days, destinations: Sequence[Destination], cadence: Cadence
    ) -> Mapping[Destination, AbstractSet[PaperId]]:
        """Which of the papers of ``days`` each destination has had already."""
        shelf = await self._shelf(_Range(days, announced=cadence is Cadence.DAILY))
        async with self.r.store.read() as tx:
            return await tx.deliveries.posted_among(destinations, [paper.id for paper in shelf.papers], cadence)

    async def for_setup(self, setup: ChannelSetup, days: Days, posted: AbstractSet[PaperId]) -> DigestPlan:
        """What ``setup`` gets of the papers of ``days``.

        Raises:
            InvalidInput: its query cannot be read (any more).
        """
        rules = DigestRules(
            limit=setup.limit,
            sort=order_of(setup),
            query=parse_query(setup.query) if setup.query else None,
            min_upvotes=setup.min_upvotes,
        )
        among = _Range(days, announced=_wants_announced(setup))
        asked = (among, rules, frozenset(posted))
        if asked not in self._chosen:
            self._chosen[asked] = await self._choose(among, rules, posted)
        return self._chosen[asked]

    async def for_topics(
        self, topics: Sequence[Topic], days: Days, posted: AbstractSet[PaperId]
    ) -> tuple[DigestPlan, dict[PaperId, str]]:
        """What somebody gets who follows ``topics``, and for each matching paper the topic that it matched."""
        today = self.now.date()
        among = _Range(days, announced=True)
        queries: list[Query] = []
        why: dict[PaperId, str] = {}
        for topic in topics:
            try:
                query = parse_query(topic.query)
            except InvalidInput as problem:  # kept by a newer version, maybe: the other topics go on
                log.error("a topic cannot be read any more", topic=topic.id, problem=str(problem))  # noqa: TRY400
                continue
            queries.append(query)
            for number, paper in enumerate((await self._shelf(among)).papers):
                if number % A_FEW == 0:
                    await asyncio.sleep(0)  # they may be thousands, and others want to go on
                if paper.id not in why and matches(query, paper, today=today):
                    words = ", ".join(reasons(query, paper, today=today))
                    # A topic of one word needs no list of the words that matched.
                    why[paper.id] = f"{topic.query} ({words})" if words not in {"", topic.query} else topic.query
        rules = DigestRules(limit=PAPERS_IN_A_TOPIC_DIGEST, query=Or(tuple(queries)))
        return await self._choose(among, rules, posted), why

    async def why_nothing(self, decision: DigestPlan, day: date, days: Days) -> str:
        """Why a digest of ``day``, which is of ``days``, is empty, in words."""
        counts = decision.counts()
        if set(counts) - {LeaveOut.POSTED.value}:
            return in_words(counts)
        if counts:  # the days before had papers, and this one has none
            return f"{calendar.why_no_papers(day, days)} ({in_words(counts)})"
        async with self.r.store.read() as tx:
            states = [await tx.sources.state(source.name) for source in self.r.sources if source.is_daily]
        for state in states:
            if state.problem is not None:
                last = f" Last read on {state.succeeded_at:%d %B, %H:%M} UTC." if state.succeeded_at else ""
                return f"no papers: {state.problem}{last}"
        return calendar.why_no_papers(day, days)

    async def added_before(self, keys: Sequence[DeliveryKey]) -> dict[DeliveryKey, tuple[PaperId, ...]]:
        """For each delivery to come what the one before it in its slot gained after it was sent."""
        async with self.r.store.read() as tx:
            return await tx.deliveries.added_before(keys)

    async def newest_of(self, days: Days) -> Days:
        """The newest of ``days`` that has a list, else all of them."""
        day = days.last
        while day >= days.first:
            if (await self._shelf(_Range(Days(day, day)))).papers:
                return Days(day, day)
            day -= A_DAY
        return days

    async def or_newest(self, days: Days) -> Days:
        """``days`` where they have papers, else the newest day before them that has."""
        if (await self._shelf(_Range(days))).papers:
            return days
        async with self.r.store.read() as tx:
            newest = await tx.papers.latest_day()
        return days if newest is None or newest > days.last else Days(newest, newest)

    async def _choose(self, among: _Range, rules: DigestRules, posted: AbstractSet[PaperId]) -> DigestPlan:
        """Of a few papers at once, of many in a thread: the first query to be asked of a paper takes its time."""
        ranked = await self._rank(among, rules.sort)
        if len(ranked) <= A_FEW:
            return choose(ranked, rules, posted=posted, now=self.now)
        return await asyncio.to_thread(choose, ranked, rules, posted=posted, now=self.now)

    async def _rank(self, among: _Range, sort: Sort) -> tuple[Ranked, ...]:
        if (among, sort) not in self._ranked:
            shelf = await self._shelf(among)
            self._ranked[among, sort] = tuple(rank(shelf.papers, shelf.sightings, sort=sort, now=self.now))
        return self._ranked[among, sort]

    async def _shelf(self, among: _Range) -> _Shelf:
        if among not in self._shelves:
            days = among.days
            async with self.r.store.read() as tx:
                papers = await tx.papers.on_days(days.first, days.last)
                if among.announced:
                    listed = {paper.id for paper in papers}
                    papers += [one for one in await tx.papers.announced(days.first, days.last) if one.id not in listed]
                since = self.now - VOTES_COUNT_FOR
                seen = await tx.papers.sightings([paper.id for paper in papers], since=since)
            self._shelves[among] = _Shelf(tuple(papers), seen)
        return self._shelves[among]


def _wants_announced(setup: ChannelSetup) -> bool:
    """Whether it chooses among all that was announced, not only among what a daily list named.

    Only where a query says which: what nobody has voted for yet is no trend, and a round-up is of what was received.
    """
    return setup.query is not None and setup.schedule.cadence is Cadence.DAILY


def order_of(setup: ChannelSetup) -> Sort:
    """The order of its digests: of a week or a month that is over nothing rises any more, and the best is wanted."""
    is_round_up = setup.schedule.cadence is not Cadence.DAILY
    return Sort.TOP if is_round_up and setup.sort is Sort.TRENDING else setup.sort


def in_words(left_out: Mapping[str, int]) -> str:
    """``12 already posted here, 3 withdrawn``."""
    return ", ".join(f"{count} {reason}" for reason, count in left_out.items())
