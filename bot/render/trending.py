"""The papers of a day, a week or a month, in an order."""

from bot.core.pages import TrendingPage
from bot.core.period import Period
from bot.render import actions, paging, phrases
from bot.render.actions import encode
from bot.render.limits import roomiest
from bot.render.paper_lines import MOST_IN_A_MESSAGE, ROOMS, Line, Room, discuss_one, sections
from bot.render.phrases import APART, command, fine, heading, text
from bot.render.post import Button, Buttons, Post
from bot.render.search import note
from storage.records import Sort

SWITCHES = {
    Sort.TRENDING: "By trend",
    Sort.RISING: "Fastest rising first",
    Sort.TOP: "Most upvotes first",
    Sort.NEW: "Newest first",
}


def trending_page(page: TrendingPage, *, whole: bool = False) -> Post:
    """One page of a period's papers, each with why it stands where it does.

    ``whole`` is for a terminal, where no limit of Discord's cuts a list or a text short.
    """
    if page.period is None:
        return _no_list_yet(page)
    if not page.ranked:
        return _nothing_here(page, page.period)
    period = page.period
    opening = heading(f"{phrases.TITLES[page.sort]}{APART}{phrases.period(period)}", level=3)
    ranked = page.ranked if whole else page.ranked[:MOST_IN_A_MESSAGE]
    lines = [Line.of(one.paper, why=APART.join(one.reasons)) for one in ranked]
    part = paging.span(page.offset, len(ranked), page.total)
    row = Buttons((*_pages(page, period, len(ranked)), *_other_orders(page, period)))

    menu = () if whole else discuss_one([one.paper for one in ranked])

    def build(room: Room) -> Post:
        closing = fine(f"{part}{APART}{phrases.ORDERS[page.sort]}")
        return Post((opening, *sections(lines, room), closing, *note(page.freshness), *menu, row))

    return build(ROOMS[-1]) if whole else roomiest(ROOMS, build)


def _no_list_yet(page: TrendingPage) -> Post:
    """Papers may be there all the same: of a feed, a file or an announcement."""
    if not page.freshness.papers:
        words = "I have not seen any papers yet. I look for new ones every half hour."
        return Post((heading("No papers yet", level=3), text(words), *note(page.freshness)))
    held = phrases.counted(page.freshness.papers, "paper")
    words = f"I hold {held} to search in, and have not seen a day's list yet. I look for one every half hour."
    return Post((heading("No list yet", level=3), text(words), *note(page.freshness)))


def _nothing_here(page: TrendingPage, period: Period) -> Post:
    if page.total:
        words = f"The list ends before this page: it has {phrases.counted(page.total, 'paper')}."
        first = Button("First page", action=encode(actions.TrendingPage(period, page.sort, 0)))
        return Post((heading(phrases.period(period), level=3), text(words), Buttons((first,))))
    words = f"I know no papers of {phrases.period(period)}. Lists are made on working days; the newest is at "
    return Post((heading("No papers", level=3), text(words, command("/papers today"), "."), *note(page.freshness)))


def _pages(page: TrendingPage, period: Period, shown: int) -> tuple[Button, ...]:
    return paging.turn(
        page.offset,
        shown,
        step=min(page.limit, MOST_IN_A_MESSAGE),
        more=page.offset + shown < page.total,
        to=lambda offset: actions.TrendingPage(period, page.sort, offset),
    )


def _other_orders(page: TrendingPage, period: Period) -> tuple[Button, ...]:
    return tuple(
        Button(
            label,
            action=encode(actions.TrendingPage(period, sort, 0)),
            command=f"/papers today {period} --sort {sort}",
        )
        for sort, label in SWITCHES.items()
        if sort is not page.sort
    )
