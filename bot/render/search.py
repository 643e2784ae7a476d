"""What a search found: one page of papers with the hits in bold, or what to try where nothing was found."""

import re
from collections.abc import Iterator, Sequence

from bot.core.pages import Engine, Found, Freshness, SearchPage, SimilarPage
from bot.core.ranking import short
from bot.render import actions, paging, phrases
from bot.render.actions import FollowTopic, encode
from bot.render.highlight import marked
from bot.render.limits import roomiest
from bot.render.paper_lines import MOST_IN_A_MESSAGE, ROOMS, Line, Room, details, discuss_one
from bot.render.phrases import APART, command, fine, heading, quoted, strong, text
from bot.render.post import Block, Button, Buttons, Inline, Listing, Paragraph, Post, Section, Span
from storage.records import Paper

ORDERS = {
    "relevance": "best match first",
    "match": "best match first, whatever its age and upvotes",
    "new": "newest first",
    "top": "most upvotes first",
}
SWITCHES = {"relevance": "Best match first", "new": "Newest first", "top": "Most upvotes first"}
SHOWN_OF_QUERY = 100
_NEARLY = "No other paper holds all of it. These come closest."


def search_page(page: SearchPage, *, whole: bool = False) -> Post:
    """One page of results; the hits stand in bold in the piece of text that answers best.

    ``whole`` is for a terminal, where no limit of Discord's cuts a list or a text short.
    """
    results = page.results if whole else page.results[:MOST_IN_A_MESSAGE]
    opening: list[Block] = [
        heading(f"Search: {quoted(page.query, SHOWN_OF_QUERY)}", level=3),
        *_did_you_mean(page),
        *_unknown(page),
        *_partly(page),
    ]
    if not results:
        return Post((*opening, *(_past_the_end(page) if page.total else _nothing_found(page))))
    counted = min(page.counted, len(results))
    part = paging.span(page.offset, counted, page.total, exact=page.exact)
    row = (*_pages(page, counted), *_other_orders(page), _follow(page))
    menu = () if whole else discuss_one([found.paper for found in results])

    def build(room: Room) -> Post:
        summary = f"{part}{APART}{ORDERS.get(page.sort, page.sort)}{APART}{_took(page.took_ms)}"
        listed: list[Block] = [*_listed(results[:counted], room)]
        if counted < len(results):
            listed += (text(_NEARLY), *_listed(results[counted:], room))
        return Post((*opening, *listed, fine(summary), *note(page.freshness), *menu, Buttons(row)))

    return build(ROOMS[-1]) if whole else roomiest(ROOMS, build)


def similar_page(page: SimilarPage, *, whole: bool = False) -> Post:
    """The papers most like one; what of its title their abstracts hold is bold. ``whole`` as for ``search_page``."""
    results = page.results if whole else page.results[:MOST_IN_A_MESSAGE]
    opening = heading(f"Like {quoted(page.paper.title, SHOWN_OF_QUERY)}", level=3)
    if not results:
        words = "The list ends before this page." if page.total else "I know no other paper that is like this one."
        return Post((opening, text(words), *note(page.freshness)))
    row = paging.turn(
        page.offset,
        len(results),
        step=min(page.limit, MOST_IN_A_MESSAGE),
        more=page.offset + len(results) < page.total,
        to=lambda offset: actions.SimilarPage(page.paper.id, offset),
    )
    menu = () if whole else discuss_one([found.paper for found in results])
    how = "nearest in words and meaning first" if page.engine is Engine.HYBRID else "nearest in words first"

    def build(room: Room) -> Post:
        closing = fine(f"{paging.span(page.offset, len(results), page.total)}{APART}{how}{APART}{_took(page.took_ms)}")
        pages = (Buttons(row),) if row else ()
        return Post((opening, *_listed(results, room), closing, *note(page.freshness), *menu, *pages))

    return build(ROOMS[-1]) if whole else roomiest(ROOMS, build)


def _listed(results: Sequence[Found], room: Room) -> list[Section]:
    sections = []
    for found in results:
        piece = found.snippet
        # The title stands there already: in its place comes what the paper is about.
        line = Line.of(found.paper, why=_when_and_how(found.paper), gist=None if piece.of_title else "")
        hits = marked(piece.text.replace("\n", " "), piece.marks, room.gist) if not piece.of_title else ()
        spans = (*line.spans(room), Span("\n"), *hits) if hits else line.spans(room)
        sections.append(Section((Paragraph(spans),), details(found.paper)))
    return sections


def note(freshness: Freshness) -> tuple[Block, ...]:
    """How old the knowledge is, where a reader should know."""
    return (fine(phrases.line(freshness.note, 200)),) if freshness.note else ()


def _when_and_how(paper: Paper) -> str:
    when = paper.published_at.date() if paper.published_at else paper.daily_on
    parts = [phrases.day(when)] if when else []
    if paper.upvotes:
        parts.append(f"{short(paper.upvotes)} upvote{'s' * (paper.upvotes != 1)}")
    return APART.join(parts)


def _took(took_ms: float) -> str:
    return f"found in {took_ms:,.0f} ms" if took_ms >= 1 else "found in less than 1 ms"


def _did_you_mean(page: SearchPage) -> tuple[Block, ...]:
    if not page.did_you_mean:
        return ()
    meant = phrases.line(page.did_you_mean, SHOWN_OF_QUERY)
    if page.corrected:
        return (text("Nothing matches that as it is written, so I looked for ", strong(meant), "."),)
    return (text("Did you mean ", strong(meant), "? Try ", command(f"/papers search {meant}"), "."),)


def _unknown(page: SearchPage) -> tuple[Block, ...]:
    if not page.unknown:
        return ()
    codes = [f"cat:{_as_typed(code, page.query)}" for code in page.unknown]
    named = phrases.line(phrases.listed(codes), SHOWN_OF_QUERY)
    # Where another one was probably meant, that is said.
    example = () if page.did_you_mean else ("; one that it has is ", command("cat:cs.CL"))
    return (text("arXiv has no category ", command(named), *example, "."),)


def _as_typed(code: str, query: str) -> str:
    typed = re.search(re.escape(code), query, re.IGNORECASE)
    return typed[0] if typed else code


def _partly(page: SearchPage) -> tuple[Block, ...]:
    return (text("No paper holds all of it. These come closest."),) if page.partial else ()


def _nothing_found(page: SearchPage) -> tuple[Block, ...]:
    searched = phrases.counted(page.freshness.papers, "paper")
    if not page.freshness.papers:
        return (text("There is nothing to search yet: the store holds no papers."), *note(page.freshness))
    ways = [*_ways_out(page)]
    found = f"I looked through {searched} and none matches."
    match ways:
        case []:
            told: tuple[Block, ...] = (text(found),)
        case [only]:
            told = (text(f"{found} You could ", *only, "."),)
        case _:
            told = (text(f"{found} You could:"), Listing(tuple(ways)))
    return (*told, *note(page.freshness))


def _ways_out(page: SearchPage) -> Iterator[tuple[Inline, ...]]:
    advice = page.advice
    if advice is None or page.did_you_mean or page.unknown:
        return  # what to change is said already
    if advice.phrase:
        yield (Span("leave out the quotation marks, so that the words may stand apart"),)
    if advice.beginning:
        beginning = phrases.line(advice.beginning, SHOWN_OF_QUERY)
        yield (Span("look for a beginning, as in "), command(beginning))
    if advice.filters:
        yield (Span("leave out what limits the words, as "), command("author:"), Span(", "), command("after:"),
               Span(" or a "), command("-word"))  # fmt: skip


def _past_the_end(page: SearchPage) -> tuple[Block, ...]:
    first = actions.SearchPage(page.token, 0, page.sort)
    words = f"The list ends before this page: it has {phrases.counted(page.total, 'result')}."
    return (text(words), Buttons((Button("First page", action=encode(first)),)))


def _pages(page: SearchPage, shown: int) -> tuple[Button, ...]:
    more = not page.exact or page.offset + shown < page.total
    step = min(page.limit, MOST_IN_A_MESSAGE)
    return paging.turn(
        page.offset, shown, step=step, more=more, to=lambda offset: actions.SearchPage(page.token, offset, page.sort)
    )


def _other_orders(page: SearchPage) -> tuple[Button, ...]:
    return tuple(
        Button(
            label,
            action=encode(actions.SearchPage(page.token, 0, sort)),
            command=f"/papers search {phrases.line(page.asked, phrases.LONGEST_QUERY)} --sort {sort}",
        )
        for sort, label in SWITCHES.items()
        if sort != page.sort
    )[:2]


def _follow(page: SearchPage) -> Button:
    query = phrases.line(page.asked, phrases.LONGEST_QUERY)
    return Button("Follow this", action=encode(FollowTopic(page.token)), command=f"/topics follow {query}")
