"""What somebody asks of a channel setup, and the setup that comes of it: what was typed is read and completed here.

Whoever asks at first names little, so what is not named is as usual for the place; whoever changes a setup later names
only what is to be different.
"""

from dataclasses import dataclass, replace

from bot.core.schedule import parse_cadence, parse_grace, parse_hour, parse_weekdays, parse_zone
from bot.core.tags import parse_tags
from bot.core.text import clean
from bot.errors import InvalidInput
from storage.records import (
    Cadence,
    ChannelSetup,
    Destination,
    DestinationKind,
    Layout,
    Schedule,
    Settle,
    Sort,
)

NOBODY = 0
"""The role of a digest that mentions no role any more."""

SETTLE_WORDS = {"complete": Settle.COMPLETED, "settled": Settle.SETTLED, "now": Settle.NOW}
"""How the settle rule is called where it is chosen."""

ONE_MESSAGE = frozenset({Layout.DIGEST, Layout.THREADS})
"""Layouts whose list can be completed after it was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place that was chosen; ``announces`` where others can follow what is published in it."""

    destination: Destination
    announces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options that were given, in words as they were typed; None where one was not.

    An empty ``query`` or ``tags`` takes away what there was, and so does the role ``NOBODY``.
    """

    spot: Spot | None = None
    zone: str | None = None
    hour: str | None = None
    days: str | None = None
    every: str | None = None
    grace: str | None = None
    papers: int | None = None
    sort: Sort | None = None
    query: str | None = None
    min_upvotes: int | None = None
    layout: str | None = None
    settle: str | None = None
    publish: bool | None = None
    quiet: bool | None = None
    role_id: int | None = None
    tags: str | None = None


def first_terms(blank: ChannelSetup, asked: Asked) -> ChannelSetup:
    """The terms of a new setup: what was asked, and for the rest what is usual in such a place.

    Raises:
        InvalidInput: an option cannot be read.
    """
    setup = changed(blank, asked)
    return setup if asked.settle is not None else replace(setup, settle=usual_settle(setup))


def changed(setup: ChannelSetup, asked: Asked) -> ChannelSetup:
    """``setup`` with what was asked. Whether all of it goes together is another question.

    In a place of another kind, what can only be otherwise there follows by itself: a forum takes posts and nothing
    else does, tags are a forum's, and what is announced is published.

    Raises:
        InvalidInput: an option cannot be read.
    """
    destination = asked.spot.destination if asked.spot else setup.destination
    layout = parse_layout(asked.layout) if asked.layout is not None else _layout_in(destination, setup.layout)
    in_forum = destination.kind is DestinationKind.FORUM
    publish = asked.spot.announces if asked.spot else setup.publish
    kept_tags = setup.tags if in_forum else ()
    query = setup.query if asked.query is None else asked.query.strip() or None
    role_id = setup.role_id if asked.role_id is None else asked.role_id or None
    moved = replace(
        setup,
        destination=destination,
        schedule=_schedule(setup.schedule, asked),
        limit=setup.limit if asked.papers is None else asked.papers,
        sort=setup.sort if asked.sort is None else asked.sort,
        query=query,
        min_upvotes=setup.min_upvotes if asked.min_upvotes is None else asked.min_upvotes,
        layout=layout,
        publish=publish if asked.publish is None else asked.publish,
        quiet=setup.quiet if asked.quiet is None else asked.quiet,
        role_id=role_id,
        tags=kept_tags if asked.tags is None else parse_tags(asked.tags),
    )
    return replace(moved, settle=_settle(moved, asked))


def usual_settle(setup: ChannelSetup) -> Settle:
    """How a list settles where nobody chose: completed where a message can be (``benchmarks.settle`` says why)."""
    if setup.destination.kind is DestinationKind.TERMINAL:
        return Settle.NOW
    return Settle.COMPLETED if setup.layout in ONE_MESSAGE else Settle.SETTLED


def parse_layout(text: str) -> Layout:
    """``digest``, ``threads``, ``cards`` or ``forum``. Raises InvalidInput."""
    typed = clean(text, 20)
    if typed.lower() not in list(Layout):
        raise InvalidInput(f"“{typed}” is no layout; choose {_listed(list(Layout))}.")
    return Layout(typed.lower())


def parse_settle(text: str) -> Settle:
    """``complete``, ``settled`` or ``now``, or as a file of setups has it. Raises InvalidInput."""
    typed = clean(text, 20)
    words = {**SETTLE_WORDS, **{str(rule): rule for rule in Settle}}
    if typed.lower() not in words:
        raise InvalidInput(f"“{typed}” does not say which list; choose {_listed(list(SETTLE_WORDS))}.")
    return words[typed.lower()]


def _layout_in(destination: Destination, layout: Layout) -> Layout:
    if destination.kind is DestinationKind.FORUM:
        return Layout.FORUM
    return Layout.DIGEST if layout is Layout.FORUM else layout


def _settle(setup: ChannelSetup, asked: Asked) -> Settle:
    if asked.settle is None:
        is_impossible = setup.settle is Settle.COMPLETED and setup.layout not in ONE_MESSAGE
        return Settle.SETTLED if is_impossible else setup.settle
    settle = parse_settle(asked.settle)
    if setup.schedule.cadence is not Cadence.DAILY:
        name = setup.schedule.cadence.value
        raise InvalidInput(f"The days of a {name} round-up are over when it comes, so leave the option “list” away.")
    return settle


def _schedule(schedule: Schedule, asked: Asked) -> Schedule:
    return Schedule(
        at=schedule.at if asked.hour is None else parse_hour(asked.hour),
        zone=schedule.zone if asked.zone is None else parse_zone(asked.zone),
        weekdays=schedule.weekdays if asked.days is None else parse_weekdays(asked.days),
        grace=schedule.grace if asked.grace is None else parse_grace(asked.grace),
        cadence=schedule.cadence if asked.every is None else parse_cadence(asked.every),
    )


def _listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}"
