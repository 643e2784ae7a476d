"""The small change of every message: counts, days, moments, names, sums. Each says its thing in one way everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.merge import SEMANTIC_SCHOLAR
from bot.core.period import Period, PeriodKind
from bot.core.ranking import short
from bot.core.text import clip, readable, sentences
from bot.render.post import Heading, Inline, Moment, Paragraph, Place, Span, Style
from storage.naming import anthology_id, is_doi
from storage.records import (
    EVERY_DAY,
    WORKING_DAYS,
    Cadence,
    ChangeKind,
    Destination,
    DestinationKind,
    Paper,
    PaperChange,
    PaperId,
    Schedule,
    Sort,
)

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
APART = " · "
AUTHORS_NAMED = 3
LONGEST_TITLE = 300
LONGEST_QUERY = 200

WITHDRAWN = "Its authors no longer stand by it as it is; see its page for the reason."

TITLES = {
    Sort.TRENDING: "Trending papers",
    Sort.RISING: "Rising papers",
    Sort.TOP: "Most upvoted papers",
    Sort.NEW: "New papers",
}
ORDERS = {
    Sort.TRENDING: "by trend",
    Sort.RISING: "fastest rising first",
    Sort.TOP: "most upvotes first",
    Sort.NEW: "newest first",
}


# --- blocks ---


def text(*parts: Inline | str) -> Paragraph:
    """A paragraph; plain strings become plain spans."""
    return Paragraph(tuple(Span(part) if isinstance(part, str) else part for part in parts))


def heading(*parts: Inline | str, level: int = 2) -> Heading:
    """A heading of the same parts as ``text``."""
    return Heading(text(*parts).inlines, level)


def fine(*parts: Inline | str) -> Paragraph:
    """A paragraph in small print."""
    return Paragraph(tuple(Span(part, Style.FINE) if isinstance(part, str) else part for part in parts))


def strong(words: str) -> Span:
    """A span in bold."""
    return Span(words, Style.STRONG)


def command(words: str) -> Span:
    """Something to type."""
    return Span(words, Style.CODE)


# --- words ---


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 paper``, ``1,234 papers``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return f" {last} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def sentence(words: str) -> str:
    """``words`` with a capital at the start and a full stop at the end; abbreviations and names keep their form.

    What has a full stop or a capital inside is a name (``export.arxiv.org``, ``arXiv``).
    """
    words = words.strip()
    if not words:
        return ""
    first = words.split(maxsplit=1)[0]
    start = words[0] if "." in first.rstrip(".") or first[1:] != first[1:].lower() else words[0].upper()
    return start + words[1:] + ("" if words[-1] in ".!?…" else ".")


def quoted(query: str, limit: int = LONGEST_QUERY) -> str:
    """A query or a question in quotation marks; where it has some of its own they stay as they are."""
    return f"“{line(query, limit)}”"


def line(words: str, limit: int) -> str:
    """Anything from outside as one readable line of at most ``limit`` code points."""
    return clip(readable(words), limit)


# --- papers ---


def called(paper_id: PaperId) -> str:
    """Its id, and whose id it is."""
    if own := anthology_id(paper_id):
        return f"ACL Anthology {own}"
    return f"{'DOI' if is_doi(paper_id) else 'arXiv'} {paper_id}"


def title(paper: Paper, limit: int = LONGEST_TITLE) -> str:
    """The title on one line; never empty."""
    return line(paper.title, limit) or called(paper.id)


def authors(paper: Paper, limit: int) -> str:
    """The first three and how many follow, then the organization: ``Ada, Emmy, Mary and 12 more · MIT``."""
    names = [line(name, 60) for name in paper.authors[:AUTHORS_NAMED]]
    rest = len(paper.authors) - len(names)
    people = f"{', '.join(names)} and {rest:,} more" if rest else listed(names)
    organization = line(paper.organization or "", 80)
    return clip(APART.join(part for part in (people, organization) if part), limit)


def facts(paper: Paper) -> str:
    """The counts that are known and not zero: ``126 upvotes · 4 comments · code with 1.2k stars``."""
    found = []
    if paper.upvotes:
        found.append(f"{short(paper.upvotes)} upvote{'s' * (paper.upvotes != 1)}")
    if paper.comments:
        found.append(f"{short(paper.comments)} comment{'s' * (paper.comments != 1)}")
    if paper.code_stars:
        found.append(f"code with {short(paper.code_stars)} star{'s' * (paper.code_stars != 1)}")
    elif paper.code_url:
        found.append("code")
    return APART.join(found)


def change(paper: Paper, changes: Iterable[PaperChange] = ()) -> str:
    """What happened to the paper after it was posted, where a reader has to know; else nothing.

    ``changes`` may be of any papers. A withdrawal is told rather than the version that arXiv makes of it.
    """
    own = [one for one in changes if one.paper_id == paper.id]
    withdrawals = [one.at for one in own if one.kind is ChangeKind.WITHDRAWN]
    if withdrawn_at := paper.withdrawn_at or min(withdrawals, default=None):
        return f"Withdrawn by its authors on {utc_day(withdrawn_at)}"
    versions = [one for one in own if one.kind is ChangeKind.VERSION]
    newest = max(versions, key=lambda one: (one.version or 0, one.at), default=None)
    if newest is None:
        return ""
    name = f"Version {newest.version}" if newest.version else "A new version"
    return f"{name} is out ({utc_day(newest.at)})"


def summarised_by(paper: Paper) -> str:
    """Who wrote the summary, where that has to be named; else nothing."""
    word = paper.word_on("summary")
    return "Semantic Scholar’s model" if word is not None and word.source == SEMANTIC_SCHOLAR else ""


def gist(paper: Paper) -> str:
    """One sentence about the paper: its summary, else the first sentence of its abstract, else nothing."""
    if paper.summary and (summary := readable(paper.summary)):
        by = summarised_by(paper)
        return f"{by}: {summary}" if by else summary
    return next(iter(sentences(readable(paper.abstract))), "")


def whole_sentences(words: str, limit: int) -> str:
    """As many sentences as fit into ``limit`` code points; where not even the first does, its beginning."""
    kept = ""
    for sentence in sentences(words):
        longer = f"{kept} {sentence}".strip()
        if len(longer) > limit:
            break
        kept = longer
    return kept or clip(words, limit)


# --- time ---


def day(value: date) -> str:
    """``24 November 2026``."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def utc_day(at: datetime) -> str:
    """The day of a moment, as its source counts days: in UTC."""
    return day(at.astimezone(UTC).date())


def full_day(value: date) -> str:
    """``Tuesday, 24 November 2026``."""
    return f"{WEEKDAYS[value.weekday()]}, {day(value)}"


def period(value: Period) -> str:
    """A day, a week or a month by the name that people use."""
    match value.kind:
        case PeriodKind.DAY:
            return full_day(value.first)
        case PeriodKind.WEEK:
            year, week, _ = value.first.isocalendar()
            return f"week {week} of {year}"
        case PeriodKind.MONTH:
            return f"{MONTHS[value.first.month - 1]} {value.first.year}"


def days(first: date, last: date) -> str:
    """``10–16 March 2025``, ``24 February – 2 March 2025``; a whole month by its name, one day in full."""
    if first == last:
        return full_day(first)
    month = Period(PeriodKind.MONTH, first.replace(day=1))
    if (first, last) == (month.first, month.last):
        return period(month)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{day(last)}"
    opening = day(first).removesuffix(f" {last.year}")
    return f"{opening} – {day(last)}"


def duration(span: timedelta) -> str:
    """Its largest unit, rounded down: ``3 hours``; below a minute ``less than a minute``."""
    seconds = int(abs(span).total_seconds())
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, noun)
    return "less than a minute"


def when(at: datetime, zone: str = "UTC") -> Moment:
    """A moment in full; where nobody knows the reader's zone it is told in ``zone``."""
    local = at.astimezone(ZoneInfo(zone))
    return Moment(int(at.timestamp()), f"{full_day(local.date())}, {local:%H:%M} ({zone})")


def ago(at: datetime, now: datetime) -> Moment:
    """A moment by its distance from ``now``."""
    span = duration(now - at)
    return Moment(int(at.timestamp()), f"{span} ago" if at <= now else f"in {span}", relative=True)


def hours(schedule: Schedule) -> str:
    """``every day at 09:00 (Europe/Berlin)``, ``each week on Monday at …``, ``each month on the first Monday at …``."""
    days = {
        Cadence.DAILY: weekdays,
        Cadence.WEEKLY: _day_of_the_week,
        Cadence.MONTHLY: _day_of_the_month,
    }[schedule.cadence](schedule.weekdays)
    return f"{days} at {schedule.at:%H:%M} ({schedule.zone})"


def _day_of_the_week(days: frozenset[int]) -> str:
    return f"each week on {WEEKDAYS[min(days)]}" if days else "on no day"


def _day_of_the_month(days: frozenset[int]) -> str:
    if days == EVERY_DAY:
        return "each month on the 1st"
    if days == WORKING_DAYS:
        return "each month on the first working day"
    named = listed([WEEKDAYS[number] for number in sorted(days)], "or")
    return f"each month on the first {named}" if named else "on no day"


def weekdays(days: Iterable[int]) -> str:
    """``every day``, ``Monday to Friday``, ``Mondays and Thursdays``."""
    chosen = frozenset(days)
    if chosen == EVERY_DAY:
        return "every day"
    if chosen == WORKING_DAYS:
        return "Monday to Friday"
    return listed([f"{WEEKDAYS[number]}s" for number in sorted(chosen)]) or "on no day"


# --- places and sums ---


def place(destination: Destination) -> Inline:
    """Where something goes, as a part of a sentence."""
    match destination.kind:
        case DestinationKind.CHANNEL | DestinationKind.FORUM:
            return Place(destination.id, f"channel {destination.id}")
        case DestinationKind.THREAD:
            return Place(destination.id, f"thread {destination.id}")
        case DestinationKind.PERSON:
            return Span("a direct message")
        case DestinationKind.TERMINAL:
            return Span("this terminal")


def sums(considered: int, picked: int, left_out: Mapping[str, int]) -> str:
    """``50 considered = 5 picked + 40 over the limit + 5 already posted here``; what does not add up is said too."""
    parts = [f"{picked:,} picked"]
    parts += [f"{count:,} {line(reason, 60)}" for reason, count in left_out.items() if count]
    lost = considered - picked - sum(left_out.values())
    if lost:
        parts.append(f"{lost:,} unaccounted for")
    return f"{considered:,} considered = {' + '.join(parts)}"
