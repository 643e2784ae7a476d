"""A short week, made by hand: what each settle rule shows of it, and how that is counted."""

from datetime import date, datetime, timedelta

from benchmarks.settle import BETWEEN_LOOKS, HOUR, DayList, Message, Rule, play, score
from storage.records import EVERY_DAY, WORKING_DAYS, PaperId, Settle, Sort
from tests.builders import make_paper, make_sighting

THURSDAY, FRIDAY, SATURDAY = date(2025, 3, 13), date(2025, 3, 14), date(2025, 3, 15)
MONDAY, TUESDAY = date(2025, 3, 17), date(2025, 3, 18)


def made(day: date, first: dict[str, int], second: dict[str, int], *, whole: bool = True) -> DayList:
    """A list from upvotes at its two looks; a paper is named by its day and a letter."""
    hour = datetime.combine(day, HOUR)
    looks = [(hour, first), (hour + BETWEEN_LOOKS, second)]
    named = [{name(day, letter): votes for letter, votes in look.items()} for _, look in looks]
    papers = [
        {i: make_paper(i, daily_on=day, upvotes=votes, comments=0, code_stars=None) for i, votes in look.items()}
        for look in named
    ]
    seen = [(at, look) for (at, _), look in zip(looks, named, strict=True)]
    sightings = {
        i: tuple(make_sighting(i, seen_at=at, upvotes=look[i]) for at, look in seen if i in look) for i in named[1]
    }
    return DayList(day=day, first=papers[0], second=papers[1], sightings=sightings, whole=whole)


def name(day: date, letter: str) -> PaperId:
    return PaperId(f"2503.{day.day:02}{ord(letter):03}")


def names(day: date, letters: str) -> tuple[PaperId, ...]:
    return tuple(name(day, letter) for letter in letters)


QUIET = {"v": 3, "w": 3, "x": 3, "y": 3, "z": 3}
EARLY = {"a": 50, "b": 40, "c": 30, "d": 20, "e": 10}
LATE_RISER = made(THURSDAY, EARLY, EARLY | {"f": 90})
"""``f`` comes after the hour, and puts ``e`` out of the final five."""


def shown(rule: Rule, *lists: DayList) -> dict[date, Message]:
    return {message.day: message for message in play(lists, rule)}


class TestNow:
    rule = Rule(name="", settle=Settle.NOW)

    def test_what_came_after_the_hour_comes_with_the_next_digest(self) -> None:
        messages = shown(self.rule, LATE_RISER, made(FRIDAY, QUIET, QUIET))
        assert set(messages[THURSDAY].at_the_hour) == set(names(THURSDAY, "abcde"))
        assert messages[FRIDAY].at_the_hour[0] == name(THURSDAY, "f")

    def test_the_hour_knows_nothing_of_the_second_look(self) -> None:
        listed = made(THURSDAY, {"a": 21, "b": 20}, {"a": 21, "b": 90, "f": 90})
        assert shown(self.rule, listed)[THURSDAY].at_the_hour == names(THURSDAY, "ab")

    def test_no_paper_comes_twice(self) -> None:
        messages = play([LATE_RISER, made(FRIDAY, QUIET, QUIET)], self.rule)
        every = [paper_id for message in messages for paper_id in message.at_the_hour]
        assert len(every) == len(set(every))

    def test_on_monday_the_rest_of_friday_comes_only_to_who_looks_back_to_the_last_digest(self) -> None:
        friday = made(FRIDAY, {"a": 5}, {"a": 5, "f": 90})
        monday = made(MONDAY, {"a": 5}, {"a": 5})
        for since_last in (True, False):
            rule = Rule(name="", settle=Settle.NOW, weekdays=WORKING_DAYS, since_last=since_last)
            assert (name(FRIDAY, "f") in shown(rule, friday, monday)[MONDAY].at_the_hour) is since_last


class TestSettled:
    def test_the_digest_is_the_list_of_the_day_before_as_it_became(self) -> None:
        messages = shown(Rule(name="", settle=Settle.SETTLED), LATE_RISER, made(FRIDAY, QUIET, QUIET))
        assert THURSDAY not in messages
        assert set(messages[FRIDAY].at_the_hour) == set(names(THURSDAY, "abcdf"))

    def test_fridays_list_comes_on_saturday_or_on_monday_where_saturday_has_no_digest(self) -> None:
        lists = (made(FRIDAY, QUIET, QUIET), made(MONDAY, QUIET, QUIET))
        for weekdays, day in ((EVERY_DAY, SATURDAY), (WORKING_DAYS, MONDAY)):
            messages = shown(Rule(name="", settle=Settle.SETTLED, weekdays=weekdays), *lists)
            assert set(messages[day].at_the_hour) == set(names(FRIDAY, "vwxyz"))


class TestCompleted:
    def test_an_edit_that_only_adds_keeps_every_paper_that_was_there(self) -> None:
        message = shown(Rule(name="", settle=Settle.COMPLETED, own_list=True), LATE_RISER)[THURSDAY]
        assert message.in_the_end == (*message.at_the_hour, name(THURSDAY, "f"))

    def test_an_edit_that_replaces_shows_the_best_five_of_the_moment(self) -> None:
        message = shown(Rule(name="", settle=Settle.COMPLETED, own_list=True, only_adds=False), LATE_RISER)[THURSDAY]
        assert set(message.in_the_end) == set(names(THURSDAY, "abcdf"))

    def test_no_more_than_three_are_added_to_a_full_message_but_a_thin_one_is_filled(self) -> None:
        late = {"p": 90, "q": 80, "r": 70, "s": 60, "t": 50}
        rule = Rule(name="", settle=Settle.COMPLETED, own_list=True)
        full = shown(rule, made(THURSDAY, QUIET, QUIET | late))[THURSDAY]
        assert full.in_the_end == (*full.at_the_hour, *names(THURSDAY, "pqr"))
        thin = shown(rule, made(THURSDAY, {"v": 3}, {"v": 3} | late))[THURSDAY]
        assert thin.in_the_end == names(THURSDAY, "vpqrst")

    def test_what_an_edit_added_is_not_posted_again(self) -> None:
        messages = shown(Rule(name="", settle=Settle.COMPLETED), LATE_RISER, made(FRIDAY, QUIET, QUIET))
        assert name(THURSDAY, "f") in messages[THURSDAY].in_the_end
        assert name(THURSDAY, "f") not in messages[FRIDAY].at_the_hour


class TestScore:
    def test_a_late_paper_is_seen_a_day_later_and_only_by_who_looks_back(self) -> None:
        for names_added, read_once in ((False, 0.8), (True, 1.0)):
            rule = Rule(name="", settle=Settle.COMPLETED, own_list=True, names_added=names_added)
            s = score([LATE_RISER], play([LATE_RISER], rule), rule)
            assert (s.right_at_the_hour, s.right_in_the_end) == (4, 5)
            assert (s.on_the_day, s.at_some_hour, s.ever) == (0.8, read_once, 1.0)
            assert s.hours == 24 / 5
            assert (s.others, s.shown) == (1, 6)
            assert (s.edited, s.added, s.gone) == (1, 1, 0)

    def test_a_paper_that_vanishes_from_under_its_readers_is_counted(self) -> None:
        rule = Rule(name="", settle=Settle.COMPLETED, own_list=True, only_adds=False)
        s = score([LATE_RISER], play([LATE_RISER], rule), rule)
        assert (s.added, s.gone, s.others) == (1, 1, 1)

    def test_a_day_whose_second_look_lost_papers_is_played_but_not_counted(self) -> None:
        lists = [LATE_RISER, made(FRIDAY, {"v": 3}, {"v": 3}, whole=False)]
        rule = Rule(name="", settle=Settle.SETTLED)
        messages = play(lists, rule)
        assert [message.day for message in messages] == [FRIDAY, SATURDAY]
        assert score(lists, messages, rule).shown == 5

    def test_the_final_five_may_be_asked_by_upvotes_or_by_trending(self) -> None:
        still = {"a": 21, "b": 30, "c": 30, "d": 30, "e": 30}
        listed = made(THURSDAY, still, still | {"f": 20})
        risen = made(THURSDAY, still | {"f": 1}, still | {"f": 20})
        assert name(THURSDAY, "f") not in listed.final(Sort.TOP) | risen.final(Sort.TOP)
        assert name(THURSDAY, "f") in risen.final(Sort.TRENDING)
        assert risen.later - datetime.combine(THURSDAY, HOUR) == timedelta(days=1)
