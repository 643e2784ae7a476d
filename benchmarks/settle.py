"""Which settle rule shows what a day's list comes to: every recorded day with two looks, as a reader meets it.

The first looks name nothing newer than 07:49 UTC, and hold no paper that was handed in after 06:19; the second ones
name nothing newer than 01:32 of the next day, so some 18 hours lie between them. A day's *final five* are the five
papers of its list with the most upvotes at the second look. Where the second look lost papers that the first one had
(it was cut to the newest fifty), nobody knows the final five: such a day is played but not counted.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from statistics import fmean

from rich.table import Table

from benchmarks.figures import RECORDED
from bot.core.digest import DigestRules, plan
from bot.core.merge import as_said, merge
from bot.sources.huggingface_parse import read_items, read_papers
from storage.records import EVERY_DAY, WORKING_DAYS, Paper, PaperId, Settle, Sighting, Sort

SECOND_LOOKS = RECORDED.parent / "hf-daily-next-day"
HOUR = time(8, tzinfo=UTC)
BETWEEN_LOOKS = timedelta(hours=18)
A_DAY = timedelta(days=1)
FIVE = 5
MOST_ADDED = 3
"""How many papers an edit may add to a full message."""
HOURS = (2, 4, 6, 8, 10, 12, 16, 20)


@dataclass(frozen=True, slots=True)
class DayList:
    """One day's list: what was there at the hour, and what was known of it a day later."""

    day: date
    first: Mapping[PaperId, Paper]
    second: Mapping[PaperId, Paper]
    sightings: Mapping[PaperId, tuple[Sighting, ...]]
    whole: bool = True
    """Whether the second look has every paper of the first one."""
    handed_in: Mapping[PaperId, datetime] = field(default_factory=dict)
    """When each paper came on the list; known since 17 March 2025."""

    @property
    def later(self) -> datetime:
        """The hour of the next day, at which the second look is known."""
        return datetime.combine(self.day, HOUR) + A_DAY

    def known(self, now: datetime) -> Mapping[PaperId, Paper]:
        return self.second if now >= self.later else self.first

    def final(self, sort: Sort = Sort.TOP) -> frozenset[PaperId]:
        return frozenset(choose([self], now=self.later, sort=sort))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A settle rule, and what it leaves open."""

    name: str
    settle: Settle
    weekdays: frozenset[int] = EVERY_DAY
    since_last: bool = True
    """Whether a digest looks back to the day of the one before it; else to the calendar's yesterday."""
    own_list: bool = False
    """COMPLETED: whether a message keeps to the list of its own day."""
    only_adds: bool = True
    """COMPLETED: whether an edit keeps every paper that was there; else it shows the best five of the moment."""
    names_added: bool = False
    """COMPLETED: whether the next message names what was added to this one, so that nobody has to scroll back."""


@dataclass(frozen=True, slots=True)
class Message:
    day: date
    at_the_hour: tuple[PaperId, ...]
    in_the_end: tuple[PaperId, ...]


def read_lists() -> list[DayList]:
    """Every day with two recorded looks, oldest first; empty where none are recorded here."""
    return [_read(path) for path in sorted(SECOND_LOOKS.glob("*.json")) if (RECORDED / path.name).exists()]


def _read(path: Path) -> DayList:
    day = date.fromisoformat(path.stem)
    begun = datetime.combine(day, HOUR)
    looks = [
        read_papers(read_items((folder / path.name).read_bytes()), day=day, seen_at=seen_at)
        for folder, seen_at in ((RECORDED, begun), (SECOND_LOOKS, begun + BETWEEN_LOOKS))
    ]
    first, second = (
        {
            paper.id: as_said(paper, seen.source, seen.seen_at)
            for paper, seen in zip(look.papers, look.sightings, strict=True)
        }
        for look in looks
    )
    items = read_items(path.read_bytes())
    moments = {PaperId(i["paper"]["id"]): i["paper"].get("submittedOnDailyAt") for i in items}
    return DayList(
        day=day,
        first=first,
        second=first | {paper_id: merge(first.get(paper_id, paper), paper) for paper_id, paper in second.items()},
        sightings={i: tuple(s for look in looks for s in look.sightings if s.paper_id == i) for i in first | second},
        whole=first.keys() <= second.keys(),
        handed_in={paper_id: datetime.fromisoformat(moment) for paper_id, moment in moments.items() if moment},
    )


def choose(
    lists: Iterable[DayList],
    *,
    now: datetime,
    posted: AbstractSet[PaperId] = frozenset(),
    sort: Sort = Sort.TRENDING,
) -> tuple[PaperId, ...]:
    """The five papers that a digest of ``lists`` would hold at ``now``."""
    papers: dict[PaperId, Paper] = {}
    seen: dict[PaperId, tuple[Sighting, ...]] = {}
    for listed in lists:
        papers |= listed.known(now)
        seen |= {i: tuple(s for s in looks if s.seen_at <= now) for i, looks in listed.sightings.items()}
    decision = plan(papers.values(), seen, DigestRules(limit=FIVE, sort=sort), posted=posted, now=now)
    return tuple(ranked.paper.id for ranked in decision.picked)


def play(lists: Sequence[DayList], rule: Rule) -> list[Message]:
    """The messages of one channel from the first list to the day after the last, no paper in two of them."""
    by_day = {listed.day: listed for listed in lists}
    posted: set[PaperId] = set()
    messages: list[Message] = []
    shelf: list[DayList] = []
    day, before = lists[0].day, lists[0].day - A_DAY
    while day <= lists[-1].day + A_DAY:
        if day.weekday() in rule.weekdays:
            if messages and rule.settle is Settle.COMPLETED and messages[-1].day == before:
                messages[-1] = _completed(messages[-1], shelf, rule, posted)
                posted.update(messages[-1].in_the_end)
            shelf = [by_day[d] for d in _window(day, before, rule) if d in by_day]
            picked = choose(shelf, now=datetime.combine(day, HOUR), posted=posted)
            posted.update(picked)
            if picked:
                messages.append(Message(day, picked, picked))
            before = day
        day += A_DAY
    return messages


def _window(day: date, before: date, rule: Rule) -> list[date]:
    if rule.settle is Settle.COMPLETED and rule.own_list:
        return [day]
    since = before if rule.since_last else day - A_DAY
    days = [since + A_DAY * n for n in range((day - since).days + 1)]
    return days[:-1] if rule.settle is Settle.SETTLED else days


def _completed(message: Message, shelf: Sequence[DayList], rule: Rule, posted: AbstractSet[PaperId]) -> Message:
    """The message as its last edit leaves it, a day after it was sent."""
    elsewhere = posted - set(message.at_the_hour)
    best = choose(shelf, now=datetime.combine(message.day, HOUR) + A_DAY, posted=elsewhere)
    if not rule.only_adds:
        return replace(message, in_the_end=best)
    room = max(0, FIVE - len(message.at_the_hour)) + MOST_ADDED
    added = [paper_id for paper_id in best if paper_id not in message.at_the_hour][:room]
    return replace(message, in_the_end=(*message.at_the_hour, *added))


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """Shares are of the final fives of the days counted; papers per message are out of those that it shows."""

    right_at_the_hour: float
    """Papers of a message that are in the final five of their own list."""
    right_in_the_end: float
    all_five: float
    """Share of the messages of which five papers are in a final five in the end; ``four`` and more likewise."""
    four: float
    on_the_day: float
    at_some_hour: float
    """Seen by somebody who reads each message at its hour, and never again."""
    ever: float
    hours: float
    """Until a paper of a final five is seen, of those ever seen."""
    others: float
    """Papers of a list that a reader meets, and that are in no final five."""
    shown: float
    edited: float
    """Share of the messages that an edit changes."""
    added: float
    gone: float
    """Papers that an edit adds to a message, and that it takes away from under its readers."""


def score(lists: Sequence[DayList], messages: Sequence[Message], rule: Rule, *, by: Sort = Sort.TOP) -> Score:
    """What the readers of ``messages`` see of the final fives of ``lists``; days that are not whole are left out."""
    counted = [listed for listed in lists if listed.whole]
    day_of = {paper_id: listed.day for listed in counted for paper_id in listed.second}
    final = {paper_id for listed in counted for paper_id in listed.final(by)}
    waited: dict[PaperId, int] = {}
    once: set[PaperId] = set()
    for message in messages:
        for paper_id in day_of.keys() & set(message.at_the_hour):
            waited[paper_id] = (message.day - day_of[paper_id]).days * 24
            once.add(paper_id)
        for paper_id in day_of.keys() & set(message.in_the_end):
            waited.setdefault(paper_id, ((message.day - day_of[paper_id]).days + 1) * 24)
            if rule.names_added:
                once.add(paper_id)
    whole = [m for m in messages if day_of.keys() >= {*m.at_the_hour, *m.in_the_end}]
    hits = Counter(len(final & set(m.in_the_end)) for m in whole)
    return Score(
        right_at_the_hour=fmean(len(final & set(m.at_the_hour)) for m in whole),
        right_in_the_end=fmean(len(final & set(m.in_the_end)) for m in whole),
        all_five=sum(n for right, n in hits.items() if right >= FIVE) / len(whole),
        four=sum(n for right, n in hits.items() if right >= FIVE - 1) / len(whole),
        on_the_day=sum(waited.get(paper_id) == 0 for paper_id in final) / len(final),
        at_some_hour=len(final & once) / len(final),
        ever=len(final & waited.keys()) / len(final),
        hours=fmean(waited[paper_id] for paper_id in final & waited.keys()),
        others=len(waited.keys() - final) / len(counted),
        shown=len(waited) / len(counted),
        edited=sum(m.in_the_end != m.at_the_hour for m in whole) / len(whole),
        added=fmean(len(set(m.in_the_end) - set(m.at_the_hour)) for m in whole),
        gone=fmean(len(set(m.at_the_hour) - set(m.in_the_end)) for m in whole),
    )


NOW, SETTLED, COMPLETED = Settle.NOW, Settle.SETTLED, Settle.COMPLETED
RULES = (
    Rule(name="now", settle=NOW),
    Rule(name="settled", settle=SETTLED),
    Rule(name="completed, 2 lists, replaces", settle=COMPLETED, only_adds=False),
    Rule(name="completed, 2 lists, adds", settle=COMPLETED),
    Rule(name="completed, own, replaces", settle=COMPLETED, own_list=True, only_adds=False),
    Rule(name="completed, own, adds", settle=COMPLETED, own_list=True),
    Rule(name="… the next one names those", settle=COMPLETED, own_list=True, names_added=True),
    Rule(name="Mon-Fri now, yesterday", settle=NOW, weekdays=WORKING_DAYS, since_last=False),
    Rule(name="Mon-Fri now, last digest", settle=NOW, weekdays=WORKING_DAYS),
    Rule(name="Mon-Fri settled, yesterday", settle=SETTLED, weekdays=WORKING_DAYS, since_last=False),
    Rule(name="Mon-Fri settled, last digest", settle=SETTLED, weekdays=WORKING_DAYS),
    Rule(name="Mon-Fri completed, own, adds", settle=COMPLETED, weekdays=WORKING_DAYS, own_list=True),
)
COLUMNS = (
    "rule", "in final five\nhour → end", "by trend\nend", "5 · 4+\nof them", "same\nday", "read\nonce", "ever", "after",
    "others\nof all a day", "edited, papers\na message",
)  # fmt: skip
CAPTION = (
    "First: of a message's papers, how many are in the final five of their list. Same day, read once (each message at\n"
    "its hour), ever: shares of the final fives that are seen. By trend a list that is known already foretells itself."
)


def tables() -> list[Table | str]:
    """What ``make bench`` prints; one line where nothing is recorded here."""
    lists = read_lists()
    if not lists:
        return ["settle rules: not measured, no days with two recorded looks here"]
    counted = sum(listed.whole for listed in lists)
    title = f"Settle rules on {counted} of {len(lists)} days, {counted * FIVE} papers: 4 points may be chance"
    table = Table(*COLUMNS, title=title, caption=CAPTION)
    for rule in RULES:
        messages = play(lists, rule)
        s, trend = (score(lists, messages, rule, by=sort) for sort in (Sort.TOP, Sort.TRENDING))
        table.add_row(
            rule.name,
            f"{s.right_at_the_hour:.2f} → {s.right_in_the_end:.2f}",
            f"{trend.right_in_the_end:.2f}",
            f"{s.all_five:.0%} · {s.four:.0%}",
            *(f"{share:.0%}" for share in (s.on_the_day, s.at_some_hour, s.ever)),
            f"{s.hours:.0f} h",
            f"{s.others:.2f} of {s.shown:.2f}",
            f"{s.edited:.0%}, +{s.added:.1f} −{s.gone:.1f}" if s.edited else "",
        )
    return [table, by_the_hour(lists), mondays(lists)]


def by_the_hour(lists: Sequence[DayList]) -> str:
    """How much of the final five is on the list by an hour: the most that any choice at that hour can show."""
    timed = [listed for listed in lists if listed.whole and len(listed.handed_in) == len(listed.second)]
    final = [listed.handed_in[paper_id].hour for listed in timed for paper_id in listed.final()]
    every = [moment.hour for listed in timed for moment in listed.handed_in.values()]
    shares = (f"{h:02}:00 {_below(h, final):.0%} ({_below(h, every):.0%})" for h in HOURS)
    return f"Of the final five (of all papers) handed in by, UTC, {len(timed)} days: {', '.join(shares)}"


def _below(hour: int, hours: Sequence[int]) -> float:
    return sum(h < hour for h in hours) / len(hours)


def mondays(lists: Sequence[DayList]) -> str:
    """What a Monday digest would hold that comes before Monday's list exists: Friday's rest."""
    by_day = {listed.day: listed for listed in lists}
    found = []
    for weekdays in (WORKING_DAYS, EVERY_DAY):
        messages = play(lists, Rule(name="", settle=Settle.NOW, weekdays=weekdays))
        right, votes = [], []
        for friday in (listed for listed in lists if listed.day.weekday() == FIVE - 1 and listed.whole):
            monday = friday.day + 3 * A_DAY
            posted = {paper_id for m in messages if m.day < monday for paper_id in m.at_the_hour}
            rest = choose([by_day[friday.day]], now=datetime.combine(monday, HOUR), posted=posted)
            right.append(len(friday.final() & set(rest)))
            votes += [friday.second[paper_id].upvotes or 0 for paper_id in rest]
        when = "with" if weekdays == EVERY_DAY else "without"
        found.append(f"{when} a digest on Saturday {fmean(right):.2f} of 5 right, {fmean(votes):.0f} upvotes")
    firsts = [listed for listed in lists if listed.day.weekday() == 0 and listed.handed_in]
    begins = sorted(f"{min(listed.handed_in.values()):%H:%M}" for listed in firsts)
    return f"Friday's rest on Monday: {'; '.join(found)}. Monday's list begins at {begins[0]} to {begins[-1]} UTC"
