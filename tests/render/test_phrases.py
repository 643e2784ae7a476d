"""The small change of every message."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.core.period import Period, PeriodKind
from bot.render import phrases
from storage.records import EVERY_DAY, WORKING_DAYS, Cadence, Schedule
from tests.builders import BASE, make_change, make_paper, make_schedule


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 papers"), (1, "1 paper"), (2, "2 papers"), (1234, "1,234 papers")]
)
def test_counts(number: int, words: str) -> None:
    assert phrases.counted(number, "paper") == words


@pytest.mark.parametrize(
    ("parts", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists(parts: list[str], words: str) -> None:
    assert phrases.listed(parts) == words


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("it rains", "It rains."),
        ("Done!", "Done!"),
        ("arXiv is down", "arXiv is down."),
        ("api.example.org is down", "api.example.org is down."),
        ("no.", "No."),
        ("wait... what", "Wait... what."),
        ("  ", ""),
        ("so…", "So…"),
    ],
)
def test_sentences(raw: str, words: str) -> None:
    assert phrases.sentence(raw) == words


@pytest.mark.parametrize(
    ("authors", "organization", "words"),
    [
        ((), None, ""),
        (("Ada",), None, "Ada"),
        (("Ada", "Emmy"), "Lab", "Ada and Emmy · Lab"),
        (("Ada", "Emmy", "Mary"), None, "Ada, Emmy and Mary"),
        (("Ada", "Emmy", "Mary", *["N"] * 661), None, "Ada, Emmy, Mary and 661 more"),
        ((), "Lab", "Lab"),
    ],
)
def test_authors(authors: tuple[str, ...], organization: str | None, words: str) -> None:
    assert phrases.authors(make_paper(authors=authors, organization=organization), 200) == words


def test_facts_leave_out_what_is_unknown_or_nothing() -> None:
    assert phrases.facts(make_paper(upvotes=0, comments=None)) == ""
    assert phrases.facts(make_paper(upvotes=1, comments=2, code_stars=1200)) == (
        "1 upvote · 2 comments · code with 1.2k stars"
    )
    assert phrases.facts(make_paper(upvotes=None, comments=0, code_url="https://github.com/a/b")) == "code"


def test_a_gist_is_the_summary_or_the_first_sentence_or_nothing() -> None:
    assert phrases.gist(make_paper(summary="In short.", abstract="Long. Story.")) == "In short."
    assert phrases.gist(make_paper(summary=" ", abstract="Long. Story.")) == "Long."
    assert phrases.gist(make_paper(abstract="")) == ""


def test_days_and_periods() -> None:
    day = date(2026, 11, 24)
    assert phrases.full_day(day) == "Tuesday, 24 November 2026"
    assert phrases.period(Period.day(day)) == "Tuesday, 24 November 2026"
    assert phrases.period(Period(PeriodKind.WEEK, day)) == "week 48 of 2026"
    assert phrases.period(Period(PeriodKind.MONTH, day.replace(day=1))) == "November 2026"


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=3, minutes=59), "3 hours"),
        (timedelta(days=2, hours=23), "2 days"),
        (timedelta(hours=-3), "3 hours"),
    ],
)
def test_durations(span: timedelta, words: str) -> None:
    assert phrases.duration(span) == words


def test_moments_carry_words_for_where_nobody_knows_the_reader() -> None:
    moment = phrases.when(datetime(2026, 7, 1, 7, tzinfo=UTC), "Europe/Berlin")
    assert (moment.fallback, moment.relative) == ("Wednesday, 1 July 2026, 09:00 (Europe/Berlin)", False)
    assert phrases.ago(BASE - timedelta(hours=3), BASE).fallback == "3 hours ago"
    assert phrases.ago(BASE + timedelta(hours=3), BASE).fallback == "in 3 hours"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (EVERY_DAY, "every day at 09:30 (UTC)"),
        (WORKING_DAYS, "Monday to Friday at 09:30 (UTC)"),
        (frozenset({0, 3}), "Mondays and Thursdays at 09:30 (UTC)"),
    ],
)
def test_schedules(days: frozenset[int], words: str) -> None:
    assert phrases.hours(Schedule(at=time(9, 30), zone="UTC", weekdays=days)) == words


def test_sums() -> None:
    assert phrases.sums(50, 5, {"over the limit": 40, "withdrawn": 0, "already posted here": 5}) == (
        "50 considered = 5 picked + 40 over the limit + 5 already posted here"
    )
    assert phrases.sums(0, 0, {}) == "0 considered = 0 picked"


@pytest.mark.parametrize(
    ("words", "limit", "shown"),
    [
        ("One. Two three.", 20, "One. Two three."),
        ("One. Two three.", 10, "One."),
        ("A sentence that is long.", 12, "A sentence…"),
        ("", 5, ""),
    ],
)
def test_text_is_shortened_to_whole_sentences_where_one_fits(words: str, limit: int, shown: str) -> None:
    assert phrases.whole_sentences(words, limit) == shown


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2025, 3, 14), date(2025, 3, 14), "Friday, 14 March 2025"),
        (date(2025, 3, 10), date(2025, 3, 16), "10–16 March 2025"),
        (date(2025, 2, 24), date(2025, 3, 2), "24 February – 2 March 2025"),
        (date(2024, 12, 30), date(2025, 1, 5), "30 December 2024 – 5 January 2025"),
        (date(2025, 2, 1), date(2025, 2, 28), "February 2025"),
        (date(2025, 2, 1), date(2025, 2, 27), "1–27 February 2025"),
    ],
)
def test_days_in_a_row(first: date, last: date, words: str) -> None:
    assert phrases.days(first, last) == words


def test_what_happened_to_another_paper_is_not_told() -> None:
    assert phrases.change(make_paper(), [make_change("2503.00009")]) == ""
    assert phrases.change(make_paper(withdrawn_at=BASE), [make_change()]) == "Withdrawn by its authors on 14 March 2025"


@pytest.mark.parametrize(
    ("cadence", "weekdays", "words"),
    [
        (Cadence.DAILY, WORKING_DAYS, "Monday to Friday at 09:00 (UTC)"),
        (Cadence.WEEKLY, frozenset({4}), "each week on Friday at 09:00 (UTC)"),
        (Cadence.WEEKLY, EVERY_DAY, "each week on Monday at 09:00 (UTC)"),
        (Cadence.MONTHLY, EVERY_DAY, "each month on the 1st at 09:00 (UTC)"),
        (Cadence.MONTHLY, WORKING_DAYS, "each month on the first working day at 09:00 (UTC)"),
        (Cadence.MONTHLY, frozenset({5}), "each month on the first Saturday at 09:00 (UTC)"),
        (Cadence.MONTHLY, frozenset(), "on no day at 09:00 (UTC)"),
    ],
)
def test_hours_of_each_cadence(cadence: Cadence, weekdays: frozenset[int], words: str) -> None:
    assert phrases.hours(make_schedule(cadence=cadence, weekdays=weekdays)) == words
