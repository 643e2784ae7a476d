"""What is asked of a setup: read as it was typed, completed with what is usual in such a place."""

from datetime import time, timedelta
from typing import Any

import pytest

from bot.core.terms import NOBODY, Asked, Spot, changed, first_terms, parse_layout, parse_settle
from bot.errors import InvalidInput
from storage.records import (
    WORKING_DAYS,
    Cadence,
    ChannelSetup,
    Destination,
    DestinationKind,
    Layout,
    Settle,
    Sort,
    TagRule,
)
from tests.builders import make_schedule, make_setup

TEXT, FORUM, THREAD, TERMINAL = (
    Spot(destination=Destination(kind=kind, id=number))
    for number, kind in enumerate(
        (DestinationKind.CHANNEL, DestinationKind.FORUM, DestinationKind.THREAD, DestinationKind.TERMINAL)
    )
)
NEWS = Spot(destination=Destination(kind=DestinationKind.CHANNEL, id=9), announces=True)
TAGS = (TagRule(name="NLP", query="cat:cs.CL"), TagRule(name="Papers"))
IN_FORUM = make_setup(destination=FORUM.destination, layout=Layout.FORUM, settle=Settle.SETTLED, tags=TAGS)


def first(spot: Spot, **facts: Any) -> ChannelSetup:
    return first_terms(make_setup(destination=spot.destination), Asked(spot=spot, **facts))


@pytest.mark.parametrize(
    ("spot", "facts", "layout", "settle"),
    [
        (TEXT, {}, Layout.DIGEST, Settle.COMPLETED),
        (TEXT, {"layout": "threads"}, Layout.THREADS, Settle.COMPLETED),
        (TEXT, {"layout": "cards"}, Layout.CARDS, Settle.SETTLED),
        (TEXT, {"layout": "Cards ", "settle": "now"}, Layout.CARDS, Settle.NOW),
        (TEXT, {"settle": "SETTLED"}, Layout.DIGEST, Settle.SETTLED),
        (TEXT, {"every": "every week"}, Layout.DIGEST, Settle.COMPLETED),
        (FORUM, {}, Layout.FORUM, Settle.SETTLED),
        (THREAD, {}, Layout.DIGEST, Settle.COMPLETED),
        (TERMINAL, {}, Layout.DIGEST, Settle.NOW),
    ],
)
def test_what_was_not_asked_for_is_as_usual_in_such_a_place(
    spot: Spot, facts: dict[str, Any], layout: Layout, settle: Settle
) -> None:
    setup = first(spot, **facts)
    assert (setup.destination, setup.layout, setup.settle) == (spot.destination, layout, settle)


def test_what_is_announced_is_published_unless_somebody_says_no() -> None:
    assert first(NEWS).publish
    assert not first(NEWS, publish=False).publish
    assert not first(TEXT).publish


def test_every_option_is_read() -> None:
    asked = Asked(
        zone="europe/berlin", hour="8am", days="weekdays", every="once a week", grace="90m", papers=3, sort=Sort.NEW,
        query=" diffusion ", min_upvotes=4, layout="cards", quiet=True, role_id=42, publish=True,
    )  # fmt: skip
    schedule = make_schedule(
        at=time(8), zone="Europe/Berlin", weekdays=WORKING_DAYS, cadence=Cadence.WEEKLY, grace=timedelta(minutes=90)
    )
    assert changed(make_setup(), asked) == make_setup(
        schedule=schedule, limit=3, sort=Sort.NEW, query="diffusion", min_upvotes=4, layout=Layout.CARDS, quiet=True,
        role_id=42, publish=True,
    )  # fmt: skip
    assert changed(IN_FORUM, Asked(tags="Vision: cat:cs.CV; Rest: *")).tags == (
        TagRule(name="Vision", query="cat:cs.CV"),
        TagRule(name="Rest"),
    )


def test_what_is_not_named_stays() -> None:
    full = make_setup(query="diffusion", role_id=42, quiet=True, settle=Settle.SETTLED, min_upvotes=3)
    assert changed(full, Asked()) == full
    assert changed(full, Asked(papers=2)).query == "diffusion"
    assert changed(IN_FORUM, Asked(hour="10")).tags == TAGS


def test_what_was_there_can_be_taken_away() -> None:
    assert changed(make_setup(query="diffusion"), Asked(query=" ")).query is None
    assert changed(make_setup(role_id=42), Asked(role_id=NOBODY)).role_id is None
    assert changed(IN_FORUM, Asked(tags="")).tags == ()


def test_in_a_place_of_another_kind_what_has_to_follow_follows() -> None:
    moved = changed(IN_FORUM, Asked(spot=NEWS))
    assert (moved.layout, moved.tags, moved.publish, moved.settle) == (Layout.DIGEST, (), True, Settle.SETTLED)
    back = changed(make_setup(settle=Settle.COMPLETED, publish=True), Asked(spot=FORUM))
    assert (back.layout, back.publish, back.settle) == (Layout.FORUM, False, Settle.SETTLED)
    cards = make_setup(layout=Layout.CARDS, settle=Settle.NOW)
    assert changed(cards, Asked(spot=THREAD)).layout is Layout.CARDS


def test_a_list_that_cannot_be_completed_any_more_is_the_settled_one() -> None:
    completed = make_setup(settle=Settle.COMPLETED)
    assert changed(completed, Asked(layout="cards")).settle is Settle.SETTLED
    assert changed(completed, Asked(layout="threads")).settle is Settle.COMPLETED


@pytest.mark.parametrize(
    ("facts", "mend"),
    [
        ({"layout": "newspaper"}, "choose digest, threads, cards or forum"),
        ({"settle": "later"}, "choose complete, settled or now"),
        ({"settle": "now", "every": "weekly"}, "The days of a weekly round-up are over when it comes"),
        ({"every": "sometimes"}, "daily, weekly or monthly"),
        ({"grace": "3d"}, "10 minutes to 24 hours"),
        ({"hour": "25"}, "not a time of day"),
        ({"days": "someday"}, "names no days"),
        ({"zone": "Berlin"}, "Europe/Berlin"),
        ({"tags": "NLP"}, "says no query for its tag"),
    ],
)
def test_what_cannot_be_read_is_said_with_what_to_write(facts: dict[str, Any], mend: str) -> None:
    with pytest.raises(InvalidInput, match=mend):
        changed(make_setup(), Asked(**facts))


def test_each_word_has_its_meaning() -> None:
    assert [parse_layout(layout) for layout in Layout] == list(Layout)
    assert {parse_settle(word) for word in ("complete", "settled", "now")} == set(Settle)
    assert [parse_settle(str(rule)) for rule in Settle] == list(Settle)
