"""Papers that somebody saved: what saving one means, the list of them, and news of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.core.pages import SavedPage
from bot.render import actions, paging, phrases
from bot.render.actions import SavePaper, ShowSaved, UnsavePaper, encode
from bot.render.limits import roomiest
from bot.render.paper_lines import MOST_IN_A_MESSAGE, ROOMS, Line, Room, discuss_one, sections
from bot.render.phrases import APART, command, counted, fine, heading, quoted, text
from bot.render.post import Block, Button, Buttons, Post, Span
from storage.records import Paper

SHOWN_OF_QUERY = 100
TOLD = "When it is withdrawn or a new version comes out, I write to you once."


def save(paper: Paper) -> Button:
    """The button that saves a paper for whoever presses it."""
    return Button("Save", action=encode(SavePaper(paper.id)), command=f"/papers save {paper.id}")


def unsave(paper: Paper) -> Button:
    """The button that takes a paper out again."""
    return Button("Unsave", action=encode(UnsavePaper(paper.id)), command=f"/papers unsave {paper.id}")


def saved(paper: Paper, saved_at: datetime, *, anew: bool) -> Post:
    """A paper that is saved now, or was before."""
    title = Span(phrases.title(paper, 200), url=paper.url)
    opening = heading("Saved" if anew else f"Saved already, on {phrases.utc_day(saved_at)}", level=3)
    return Post((opening, text(title), text(TOLD), Buttons((unsave(paper), _all_of_them()))))


def unsaved(paper: Paper) -> Post:
    """A paper that is saved no longer."""
    title = Span(phrases.title(paper, 200), url=paper.url)
    words = text("It is not among your saved papers any more, and I tell you no news of it.")
    return Post((heading("Taken out", level=3), text(title), words, Buttons((save(paper), _all_of_them()))))


def saved_page(page: SavedPage, *, whole: bool = False) -> Post:
    """One page of what somebody saved. ``whole`` is for a terminal, where no limit of Discord's cuts a list short."""
    name = "Your saved papers"
    opening = heading(f"{name}: {quoted(page.query, SHOWN_OF_QUERY)}" if page.query else name, level=3)
    papers = page.papers if whole else page.papers[:MOST_IN_A_MESSAGE]
    if not papers:
        return Post((opening, *_nothing(page)))
    lines = [
        Line.of(paper, why=f"saved on {phrases.utc_day(saved_at)}", changes=page.changes) for paper, saved_at in papers
    ]
    row = paging.turn(
        page.offset,
        len(papers),
        step=min(page.limit, MOST_IN_A_MESSAGE),
        more=page.offset + len(papers) < page.total,
        to=lambda offset: actions.SavedPage(offset, page.token),
    )
    closing = fine(f"{paging.span(page.offset, len(papers), page.total)}{APART}last saved first")
    menu = () if whole else discuss_one([paper for paper, _ in papers])

    def build(room: Room) -> Post:
        return Post((opening, *sections(lines, room), closing, *menu, *((Buttons(row),) if row else ())))

    return build(ROOMS[-1]) if whole else roomiest(ROOMS, build)


def news_of_saved(papers: Sequence[Paper], news: Mapping[str, str], token: str, *, squeeze: int = 0) -> Post:
    """What happened to papers that somebody saved; one of the buttons carries ``token``.

    ``news`` says of each what it is, as it was when it was noted.
    """
    one = len(papers) == 1
    opening = heading("News of a paper that you saved" if one else f"News of {len(papers):,} papers that you saved")
    lines = [
        replace(Line.of(paper, gist=phrases.WITHDRAWN if paper.withdrawn_at else ""), change=news[paper.id])
        for paper in papers[:MOST_IN_A_MESSAGE]
    ]
    rest = len(papers) - len(lines)
    others = (text(f"and {rest:,} more; all of yours: ", command("/papers saved")),) if rest else ()
    stop = f"/papers unsave {papers[0].id}" if one else "/papers unsave"
    why = text(
        f"I tell you because you saved {'it' if one else 'them'}. To hear no more of {'it' if one else 'one'}, take it "
        "out of your saved papers: ",
        command(stop),
    )
    shelf = Button("Your saved papers", action=encode(ShowSaved(token)), command="/papers saved")
    row = Buttons((shelf, unsave(papers[0])) if one else (shelf,))

    def build(room: Room) -> Post:
        return Post((opening, *sections(lines, room), *others, why, row))

    return roomiest(ROOMS, build, squeeze=squeeze)


def _nothing(page: SavedPage) -> tuple[Block, ...]:
    if page.total:
        words = f"The list ends before this page: it has {counted(page.total, 'paper')}."
        first = Button("First page", action=encode(actions.SavedPage(0, page.token)), command="/papers saved")
        return (text(words), Buttons((first,)))
    if page.saved:
        return (text(f"None of the {counted(page.saved, 'paper')} that you saved matches. All of them: ",
                     command("/papers saved")),)  # fmt: skip
    return (
        text("There are none yet. Press Save on a paper’s card, or type ", command("/papers save 2503.01234"), "."),
        text("When one is withdrawn or a new version comes out, I write to you once."),
    )


def _all_of_them() -> Button:
    return Button("Your saved papers", action=encode(actions.SavedPage(0)), command="/papers saved")
