"""Whether anything known in the morning foretells the next day's first five better than the upvotes do.

The formulas were looked at on the earlier 40 of the recorded days with two looks; the later ones confirm. A morning is
a single look, so no speed is known but that since a paper was handed in. Days without a known final five are left out,
as in ``settle``, whose recorded days these are.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean

from rich.table import Table

from benchmarks.settle import FIVE, HOUR, DayList, choose, read_lists
from storage.records import Paper, PaperId, Sort

EARLIER = 40
"""Days on which a formula may be chosen."""
UNKNOWN = 6.0
"""Hours on the list where nobody knows when a paper was handed in: about what most have at 08:00 UTC."""

Choice = Callable[[DayList], Sequence[PaperId]]


def by_rank(sort: Sort) -> Choice:
    """The first five as a digest at that hour has them."""
    return lambda listed: choose([listed], now=datetime.combine(listed.day, HOUR), sort=sort)


def by_speed(hours: float, power: float, comments: float = 0.0) -> Choice:
    """The first five by (upvotes + ``comments`` · comments) / (hours on the list + ``hours``) ^ ``power``."""

    def chosen(listed: DayList) -> Sequence[PaperId]:
        return sorted(listed.first, key=lambda paper_id: (-_speed(listed, listed.first[paper_id]), paper_id))[:FIVE]

    def _speed(listed: DayList, paper: Paper) -> float:
        points = (paper.upvotes or 0) + comments * (paper.comments or 0)
        return float(points / (_hours_on_the_list(listed, paper.id) + hours) ** power)

    return chosen


def _hours_on_the_list(listed: DayList, paper_id: PaperId) -> float:
    since = listed.handed_in.get(paper_id)
    return UNKNOWN if since is None else max(0.0, (datetime.combine(listed.day, HOUR) - since) / timedelta(hours=1))


CHOICES: Mapping[str, Choice] = {
    "upvotes": by_rank(Sort.TOP),
    "trending": by_rank(Sort.TRENDING),
    "upvotes + comments": by_speed(0, 0, comments=1),
    "upvotes / √(hours + 8)": by_speed(8, 0.5),
    "upvotes / √(hours + 2)": by_speed(2, 0.5),
    "upvotes / (hours + 2)": by_speed(2, 1),
    "upvotes / (hours + 2)^1.8": by_speed(2, 1.8),
}


def tables() -> list[Table | str]:
    """What ``make bench`` prints; one line where nothing is recorded here."""
    lists = read_lists()
    if not lists:
        return ["what foretells a day: not measured, no days with two recorded looks here"]
    parts = [[listed for listed in part if listed.whole] for part in (lists[:EARLIER], lists[EARLIER:])]
    title = "Of a morning's first five, the share in the day's final five"
    table = Table(
        "by", *(f"{len(part)} {name} days" for part, name in zip(parts, ("earlier", "later"), strict=True)), title=title
    )
    for name, choice in CHOICES.items():
        table.add_row(name, *(f"{_share(part, choice):.1%}" for part in parts))
    return [table]


def _share(lists: Sequence[DayList], choice: Choice) -> float:
    return fmean(len(listed.final() & set(choice(listed))) / FIVE for listed in lists)
