"""A file of channel setups: what is written is read as the same, and what is wrong is named at its place, all of it."""

import json
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.schedule import parse_grace, parse_weekdays
from bot.core.setup_file import LARGEST, SetupFile, read, same_terms, to_document
from bot.core.setup_terms import TERMS, print_grace, print_weekdays
from bot.errors import InvalidInput
from storage.records import (
    Cadence,
    ChannelSetup,
    Destination,
    DestinationKind,
    Layout,
    Obstacle,
    Schedule,
    Settle,
    Sort,
    TagRule,
)
from tests.builders import BASE, CHANNEL, GUILD_ID, make_setup

LEAST = {"kind": "channel", "channel": "7", "at": "9", "zone": "UTC"}

queries = st.sampled_from([None, "agents", 'cat:cs.CL "mixture of experts" -survey', "(rag OR retrieval) since:7d"])
ids = st.integers(1, 2**63 - 1)
places = st.sampled_from([DestinationKind.CHANNEL, DestinationKind.FORUM, DestinationKind.THREAD])
destinations = st.builds(Destination, kind=places, id=ids) | st.just(Destination(kind=DestinationKind.TERMINAL, id=0))
schedules = st.builds(
    Schedule,
    at=st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "America/Argentina/Buenos_Aires"]),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    grace=st.integers(10, 24 * 60).map(lambda minutes: timedelta(minutes=minutes)),
    cadence=st.sampled_from(Cadence),
)
tags = st.sampled_from([(), (TagRule(name="NLP", query="cat:cs.CL", tag_id=5), TagRule(name="a: b; c"))])
pauses = st.sampled_from([(None, None), ("paused by an admin", None), ("may not; “write”\nhere", Obstacle.PERMISSION)])


@st.composite
def setups(draw: st.DrawFn) -> ChannelSetup:
    because, obstacle = draw(pauses)
    return make_setup(
        id=draw(st.integers(1, 1000)),
        destination=draw(destinations),
        schedule=draw(schedules),
        limit=draw(st.integers(1, 10)),
        sort=draw(st.sampled_from(Sort)),
        query=draw(queries),
        min_upvotes=draw(st.integers(0, 100_000)),
        layout=draw(st.sampled_from(Layout)),
        settle=draw(st.sampled_from(Settle)),
        publish=draw(st.booleans()),
        quiet=draw(st.booleans()),
        role_id=draw(st.none() | ids),
        tags=draw(tags),
        paused_because=because,
        obstacle=obstacle,
        paused_at=BASE if because else None,
    )


def written(*setups: ChannelSetup, guild_id: int = GUILD_ID) -> bytes:
    return json.dumps(to_document(guild_id, setups)).encode()


def file_of(*setups: object, **more: object) -> bytes:
    return json.dumps({"paperboy": 1, "server": "5", "setups": setups} | more).encode()


def told(file: SetupFile) -> list[str]:
    return [str(problem) for problem in (*file.problems, *(one for entry in file.entries for one in entry.problems))]


def one_problem(**values: Any) -> str:
    (problem,) = told(read(file_of(LEAST | values), now=BASE))
    return problem


@given(st.lists(setups(), max_size=4))
def test_what_is_written_is_read_as_the_same(found: list[ChannelSetup]) -> None:
    file = read(written(*found), now=BASE)
    assert told(file) == []
    assert file.guild_id == GUILD_ID
    again = [entry.setup for entry in file.entries]
    assert [same_terms(setup) for setup in again] == [same_terms(setup) for setup in found]
    assert [setup.obstacle for setup in again] == [setup.obstacle for setup in found]
    assert [setup.paused_at for setup in again] == [setup.paused_at for setup in found]
    assert written(*again) == written(*found)


@given(st.frozensets(st.integers(0, 6), min_size=1))
def test_days_of_the_week_are_written_as_they_are_read(days: frozenset[int]) -> None:
    assert parse_weekdays(print_weekdays(days)) == days


@given(st.integers(10, 24 * 60))
def test_a_grace_window_is_written_as_it_is_read(minutes: int) -> None:
    grace = timedelta(minutes=minutes)
    assert parse_grace(print_grace(grace)) == grace


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (range(7), "daily"),
        (range(5), "mon-fri"),
        ((5, 6), "sat,sun"),
        ((0, 1, 2, 4), "mon-wed,fri"),
        ((0, 6), "mon,sun"),
    ],
)
def test_days_are_written_the_short_way(days: Any, words: str) -> None:
    assert print_weekdays(frozenset(days)) == words


def test_a_file_is_in_words_that_can_be_edited() -> None:
    schedule = Schedule(at=time(9), zone="Europe/Berlin", weekdays=frozenset(range(5)))
    rules = (TagRule(name="NLP", query="cat:cs.CL", tag_id=9), TagRule(name="Papers"))
    (setup,) = to_document(5, [make_setup(schedule=schedule, tags=rules, role_id=3, query="agents")])["setups"]
    assert setup == {
        "kind": "channel", "channel": str(CHANNEL.id), "at": "09:00", "zone": "Europe/Berlin", "weekdays": "mon-fri",
        "every": "daily", "grace": "6h", "papers": 5, "order": "trending", "query": "agents", "fewest_upvotes": 0,
        "layout": "digest", "list": "now", "publish": False, "quiet": False, "role": "3",
        "tags": "NLP: cat:cs.CL; Papers: *", "paused": None,
    }  # fmt: skip


def test_what_is_left_out_is_as_usual() -> None:
    file = read(file_of(LEAST), now=BASE)
    assert told(file) == []
    usual = make_setup(guild_id=0, destination=Destination(kind=DestinationKind.CHANNEL, id=7), created_by=0)
    assert same_terms(file.entries[0].setup) == same_terms(usual)
    assert (file.entries[0].setup.created_at, file.entries[0].setup.created_by) == (BASE, 0)


@pytest.mark.parametrize("key", [name for name, term in TERMS.items() if term.example is not None])
def test_a_key_that_must_be_there_is_asked_for_with_an_example(key: str) -> None:
    (problem,) = told(read(file_of({name: value for name, value in LEAST.items() if name != key}), now=BASE))
    assert problem.startswith(f'setup 1, "{key}": is missing; write for example "{key}": "')


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kind": "chanel"}, 'Did you mean "channel"?'),
        ({"kind": "person"}, "is not one of channel, forum, thread, terminal"),
        ({"channel": "general"}, "is no id"),
        ({"channel": True}, "is no id"),
        ({"channel": 2**63}, "is no id"),
        ({"channel": "0"}, "is the terminal's id"),
        ({"at": "25:00"}, "is not a time of day"),
        ({"at": 9}, "is no text"),
        ({"zone": "Europe/Berln"}, "Did you mean Europe/Berlin"),
        ({"weekdays": "someday"}, "names no days of the week"),
        ({"every": "hourly"}, "write daily, weekly or monthly"),
        ({"grace": "3d"}, "outside of that"),
        ({"papers": "five"}, "write it in digits"),
        ({"papers": 5.0}, "write it in digits"),
        ({"papers": True}, "write it in digits"),
        ({"order": "oldest"}, "is not one of trending, rising, top, new"),
        ({"query": '"open'}, "The quotation mark is never closed"),
        ({"query": 5}, "is no text"),
        ({"layout": "card"}, 'Did you mean "cards"?'),
        ({"list": "settle"}, 'Did you mean "settled"?'),
        ({"publish": "yes"}, "is neither true nor false"),
        ({"quiet": None}, "is neither true nor false"),
        ({"role": -1}, "is no id"),
        ({"tags": "NLP"}, "says no query for its tag"),
        ({"tags": ["NLP"]}, "is no text"),
        ({"paused": ""}, "why it is paused"),
        ({"paused": True}, "is no text"),
        ({"obstacle": "permission"}, "only a paused setup has one"),
        ({"zone": "\ud800"}, "No time zone was named"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_place_and_what_to_write(values: dict[str, Any], says: str) -> None:
    problem = one_problem(**values)
    assert problem.startswith(f'setup 1, "{next(iter(values))}": ')
    assert says in problem


@pytest.mark.parametrize(
    ("key", "meant"), [("zoen", "zone"), ("PAPERS", "papers"), ("sort", "order"), ("min_upvotes", "fewest_upvotes")]
)
def test_a_key_that_does_not_exist_is_named_with_the_one_that_was_meant(key: str, meant: str) -> None:
    assert one_problem(**{key: 1}) == f'setup 1, "{key}": is no key here; did you mean "{meant}"?'


def test_a_key_like_no_other_is_answered_with_all_that_there_are() -> None:
    assert "there is kind, channel, at, zone" in one_problem(xyz="vanilla")


def test_a_key_that_stands_there_twice_is_named() -> None:
    body = file_of(LEAST).replace(b'"zone": "UTC"', b'"zone": "UTC", "zone": "Europe/Berlin"')
    assert told(read(body, now=BASE)) == ['setup 1, "zone": stands there twice; leave one out.']


def test_all_problems_of_all_setups_are_named_at_once() -> None:
    body = file_of(LEAST | {"zone": "Mars", "papers": "x"}, LEAST, 7, {"kind": "forum"}, server="x", extra=1)
    assert [problem.partition(":")[0] for problem in told(read(body, now=BASE))] == [
        '"extra"', '"server"', 'setup 1, "zone"', 'setup 1, "papers"', "setup 3", 'setup 4, "channel"', 'setup 4, "at"',
        'setup 4, "zone"',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "line 1, column 1"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"paperboy": 1,\n "setups": [}', "line 2, column 13"),
        (b"[" * 100_000, "not a file of paperboy channels export"),
        (b"1" * 10_000, "not a file of paperboy channels export"),
        (b"[1, 2]", "it holds [1, 2]"),
        (b'{"setups": []}', "not a file of paperboy channels export"),
        (b'{"paperboy": 1, "setups": {}}', "not a file of paperboy channels export"),
        (b'{"paperboy": 2, "setups": []}', "has the format 2; this version of Paperboy reads 1"),
        (b'{"paperboy": true, "setups": []}', "has the format true"),
        (b" " * (LARGEST + 1), "larger than 1 MB"),
        (b'{"paperboy": 1, "setups": [' + b"0," * 1000 + b"0]}", "more than any server may have"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(body: bytes, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(body, now=BASE)
    assert says in str(refused.value)


def test_a_mark_that_an_editor_puts_before_the_text_does_no_harm() -> None:
    assert told(read(b"\xef\xbb\xbf" + file_of(LEAST), now=BASE)) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TERMS, "x"]), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(json_values, max_size=4), json_values)
def test_whatever_a_file_holds_it_is_read_or_refused(entries: list[Any], server: Any) -> None:
    file = read(file_of(*entries, server=server), now=BASE)
    assert len(file.entries) == len(entries)
    assert all(isinstance(problem, str) for problem in told(file))


@given(st.binary(max_size=40))
def test_whatever_bytes_there_are_they_are_refused_in_words(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        read(body, now=BASE)
