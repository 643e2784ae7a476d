"""In which order papers are shown, and why each stands where it does.

``top`` and ``new`` are plain orders of facts, and so is ``rising``: by the upvotes gained within a day. A paper that
came on the list within that day gained all that it has. ``trending`` asks what a reader should not miss now:

    points = upvotes + GAIN·(upvotes gained a day) + COMMENT·comments + STARS·log2(1 + code stars)
    score  = log2(1 + points) − GRAVITY·log2(1 + age in days)

This is the quotient of Hacker News (points over a power of the age; its Arc source has votes / (hours + 2)^1.8) on a
logarithmic scale, with days in the place of hours because a daily list is read by the day: one point of score is twice
the attention. An age that is divided by, unlike Reddit's constant price for an hour, hardly tells the days of a
month long past apart, so they are ranked by what they got. The gain a day is the term that both lack, and the one that
tells a rising paper from a risen one. A fact that is not known counts as 0, so a score is always a finite number.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from storage.records import Paper, PaperId, Sighting, Sort

GAIN = 1.0
"""An upvote of the last day counts once for itself and this much for the speed that it shows."""
COMMENT = 1.0
"""More weight made a morning's order agree less with the next day's upvotes (65 recorded days of 2025)."""
STARS = 1.0
"""For each doubling of the stars: repositories are older than papers and would drown them otherwise."""
GRAVITY = 1.3
"""Between yesterday's list and today's at 09:00 this halves; then about 4 of 10 of the first five are today's."""

A_DAY = timedelta(days=1)
MOST = 10**9
"""No count of the world is larger; a source that says so cannot overflow a float."""
MAX_REASONS = 3


@dataclass(frozen=True, slots=True)
class Ranked:
    """A paper in an order. ``reasons`` are words to show, strongest first; a higher ``score`` stands earlier."""

    paper: Paper
    score: float
    reasons: tuple[str, ...] = ()


class Momentum(NamedTuple):
    """What was gained between two looks at the same source."""

    gained: int
    span: timedelta
    until: datetime

    @property
    def per_day(self) -> float:
        """Never extrapolated: two looks an hour apart show what came in that hour, not twenty-four times as much."""
        return self.gained * (A_DAY / max(self.span, A_DAY))


def rank(
    papers: Iterable[Paper], sightings: Mapping[PaperId, Sequence[Sighting]], *, sort: Sort, now: datetime
) -> tuple[Ranked, ...]:
    """The papers in a total order that does not depend on how they came in.

    top: upvotes, then comments, then earlier publication, then id. new: later day (on the daily list, else published),
    then upvotes, then id. rising: upvotes gained within a day, ties as in top. trending: the formula of this module,
    ties as in top.
    """
    measured = [_measure(paper, sightings.get(paper.id, ()), now) for paper in papers]
    match sort:
        case Sort.RISING:
            climbed = _climbed(measured)
            measured.sort(key=lambda m: (-m.rising, *_top_key(m)))
            return tuple(
                Ranked(m.paper, m.rising, _rising_reasons(m, climbed.get(m.paper.id, 0), now)) for m in measured
            )
        case Sort.TOP:
            measured.sort(key=_top_key)
            return tuple(Ranked(m.paper, float(m.upvotes), _reasons(m, now)) for m in measured)
        case Sort.NEW:
            measured.sort(key=lambda m: (-m.day.toordinal(), -m.upvotes, m.paper.id))
            return tuple(Ranked(m.paper, float(m.day.toordinal()), _reasons(m, now)) for m in measured)
        case Sort.TRENDING:
            measured.sort(key=lambda m: (-m.score, *_top_key(m)))
            return tuple(Ranked(m.paper, m.score, _reasons(m, now)) for m in measured)


def momentum(looks: Sequence[Sighting]) -> Momentum | None:
    """The upvotes gained from the look nearest to a day before the newest one; None where there was one look only.

    Both looks are of the same source, since two sites count different people. A count that fell gains 0.
    """
    counted = [look for look in looks if look.upvotes is not None]
    if not counted:
        return None
    newest = max(counted, key=lambda look: (look.seen_at, look.upvotes or 0, look.source))
    earlier = [look for look in counted if look.source == newest.source and look.seen_at < newest.seen_at]
    if not earlier:
        return None
    goal = newest.seen_at.timestamp() - A_DAY.total_seconds()
    before = min(earlier, key=lambda look: (abs(look.seen_at.timestamp() - goal), look.seen_at, look.upvotes or 0))
    gained = max(0, _count(newest.upvotes) - _count(before.upvotes))
    return Momentum(gained, newest.seen_at - before.seen_at, newest.seen_at)


@dataclass(frozen=True, slots=True)
class _Measured:
    paper: Paper
    upvotes: int
    comments: int
    stars: int
    momentum: Momentum | None
    day: date
    """Listed, else published, else unknown (the first of all days)."""
    score: float
    rising: float
    """Upvotes gained within a day."""


def _measure(paper: Paper, looks: Sequence[Sighting], now: datetime) -> _Measured:
    upvotes, comments, stars = _count(paper.upvotes), _count(paper.comments), _count(paper.code_stars)
    gain = momentum(looks)
    age = _age_in_days(paper, now)
    first_day = paper.daily_on is not None and age <= 1
    points = upvotes + GAIN * (gain.per_day if gain else 0) + COMMENT * comments + STARS * math.log2(1 + stars)
    return _Measured(
        paper=paper,
        upvotes=upvotes,
        comments=comments,
        stars=stars,
        momentum=gain,
        day=paper.daily_on or (paper.published_at.astimezone(UTC).date() if paper.published_at else date.min),
        score=math.log2(1 + points) - GRAVITY * math.log2(1 + age),
        rising=float(upvotes) if first_day else gain.per_day if gain else 0.0,
    )


def _climbed(measured: Sequence[_Measured]) -> dict[PaperId, int]:
    """How many places each paper went up by upvotes, among those that were seen before, since its earlier look."""
    seen_before = [(m.paper.id, m.upvotes, m.upvotes - m.momentum.gained) for m in measured if m.momentum]
    now = sorted((-upvotes, paper_id) for paper_id, upvotes, _ in seen_before)
    before = sorted((-upvotes, paper_id) for paper_id, _, upvotes in seen_before)
    stood = {paper_id: place for place, (_, paper_id) in enumerate(before)}
    return {paper_id: stood[paper_id] - place for place, (_, paper_id) in enumerate(now)}


def _age_in_days(paper: Paper, now: datetime) -> float:
    """Since the paper came on the list, else since its publication; 0 where neither is known or both are to come."""
    born = datetime.combine(paper.daily_on, time(), UTC) if paper.daily_on else paper.published_at
    return max(0.0, (now - born) / A_DAY) if born else 0.0


def _top_key(m: _Measured) -> tuple[int, int, float, str]:
    published = m.paper.published_at.timestamp() if m.paper.published_at else math.inf
    return (-m.upvotes, -m.comments, published, m.paper.id)


def _reasons(m: _Measured, now: datetime) -> tuple[str, ...]:
    found: list[tuple[float, str]] = []
    if m.momentum and m.momentum.gained:
        found.append(
            (m.momentum.per_day * (1 + GAIN), f"+{_plural(m.momentum.gained, 'upvote')} {_when(m.momentum, now)}")
        )
    if m.upvotes:
        found.append((m.upvotes, _plural(m.upvotes, "upvote")))
    if m.comments:
        found.append((COMMENT * m.comments, _plural(m.comments, "comment")))
    if m.stars:
        found.append((STARS * math.log2(1 + m.stars), f"code with {_plural(m.stars, 'star')}"))
    if m.day == now.astimezone(UTC).date():
        found.append((1.0, "new today"))
    found.sort(key=lambda reason: -reason[0])
    return tuple(words for _, words in found[:MAX_REASONS])


def _rising_reasons(m: _Measured, climbed: int, now: datetime) -> tuple[str, ...]:
    """The gain first, whatever else is larger, then the places that it brought."""
    gain = f"+{_plural(m.momentum.gained, 'upvote')} {_when(m.momentum, now)}" if m.momentum else ""
    found = [gain, f"up {_plural(climbed, 'place')}" if climbed > 0 else "", *_reasons(m, now)]
    return tuple(dict.fromkeys(filter(None, found)))[:MAX_REASONS]


def _when(gain: Momentum, now: datetime) -> str:
    hours = round(gain.span / timedelta(hours=1))
    current = abs(now - gain.until) < A_DAY / 2
    if current and A_DAY * 0.75 <= gain.span <= A_DAY * 1.5:
        return "since yesterday"
    days = round(gain.span / A_DAY)
    span = f"{days} days" if days > 1 else "a day" if hours > 18 else f"{hours} hours" if hours > 1 else "an hour"  # noqa: PLR2004 -- as in the line above
    return f"in {span}"


def _plural(number: int, noun: str) -> str:
    return f"{short(number)} {noun}" if number == 1 else f"{short(number)} {noun}s"


def short(number: int) -> str:
    """``1234`` as ``1.2k``, so that a reason stays a few words."""
    for size, unit in ((10**6, "M"), (10**3, "k")):
        if number >= size:
            tenths = number * 10 // size
            return f"{tenths // 10}{unit}" if tenths >= 1000 or tenths % 10 == 0 else f"{tenths / 10:.1f}{unit}"  # noqa: PLR2004 -- three digits are enough
    return str(number)


def _count(number: int | None) -> int:
    return min(MOST, max(0, number or 0))
