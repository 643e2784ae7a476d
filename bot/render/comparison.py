"""Papers side by side: a row for each aspect, in each cell words of the paper's own with the number of their source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from bot.core.aspect_signs import Aspect
from bot.core.comparison import Comparison, Row
from bot.core.grounding import EXTRACTIVE, Claim
from bot.core.opening import figures_in, own_name
from bot.core.text import readable
from bot.render import phrases
from bot.render.actions import Compare, encode
from bot.render.answer import Source, answer_buttons, coverage, numbered, source, worded
from bot.render.highlight import marked
from bot.render.limits import fits, roomiest
from bot.render.phrases import APART, fine, heading, listed, text
from bot.render.post import Block, Button, Buttons, Entry, Inline, Listing, Post, Span, Style, Table
from bot.render.summary import ASPECTS, SHOWN_OF_A_SECTION
from storage.records import Paper, PaperId

SHORTEST_CELL, LONGEST_CELL = 10, 420
LONGEST_NAME = 28
NOT_FOUND = "“Not found” says that I found none, not that there is none."
OWN_WORDS = f"Each cell is a sentence of that paper's own, which I chose. {NOT_FOUND}"
CHOSEN = f"Each cell is a sentence of what I read of that paper, which I chose. {NOT_FOUND}"
CHECKED = f"Behind each claim stands its quotation, checked word for word. {NOT_FOUND}"


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of the rows is shown: from the first one that many."""

    first: int
    count: int
    size: int
    """Characters of a cell; of a title, a name and a section no more than of a cell."""
    token: str | None = None
    """Under which it is kept."""

    @property
    def title(self) -> int:
        return min(self.size, 150)

    @property
    def name(self) -> int:
        return min(self.size, LONGEST_NAME)

    @property
    def section(self) -> int:
        return min(self.size, SHOWN_OF_A_SECTION)


def comparison_post(found: Comparison, token: str | None = None, *, first: int = 0, whole: bool = False) -> Post:
    """As many rows from ``first`` on as a message holds with whole sentences, and buttons to the others.

    Under ``token`` the store keeps it, as an answer. ``whole`` is for where no message is sent: all rows, however long.
    """
    rows = [row for row in found.rows if row.cells]
    first = first if first < len(rows) else 0
    left = len(rows) - first
    if whole or not rows:
        return _post(found, rows, _Shown(0, len(rows), LONGEST_CELL, token), turning=False)
    turning = _can_turn(found)
    for count in range(left, 0, -1) if turning else ():
        post = _post(found, rows, _Shown(first, count, LONGEST_CELL, token), turning=True)
        if fits(post):
            return post
    count = 1 if turning else left
    sizes = [_Shown(first, fewer, SHORTEST_CELL, token) for fewer in range(1, count)]
    sizes += [_Shown(first, count, size, token) for size in range(SHORTEST_CELL, LONGEST_CELL + 1, 10)]
    return roomiest(sizes, lambda shown: _post(found, rows, shown, turning=turning))


def growing_comparison(found: Comparison) -> Post:
    """What there is by now of a comparison that a model is writing; it is too early to turn its pages."""
    return Post(tuple(block for block in comparison_post(found).blocks if not isinstance(block, Buttons)))


def _post(found: Comparison, rows: Sequence[Row], shown: _Shown, *, turning: bool) -> Post:
    names = _names(found, shown)
    # Of all rows, so that a source has one number on every page.
    numbers = numbered(found.claims)
    here = rows[shown.first : shown.first + shown.count]
    papers = tuple(_named(paper, shown) for paper in found.papers)
    blocks: list[Block] = [heading("Side by side", level=3), Listing(papers)]
    if found.note:
        blocks.append(text(phrases.line(found.note, 200)))
    if here:
        blocks.append(Table(tuple(names.values()), tuple(_entries(found, here, numbers, shown))))
    left_out = [] if turning else [ASPECTS[row.aspect].lower() for row in rows[shown.first + shown.count :]]
    if left_out:
        blocks.append(text(f"Not here for lack of room: {listed(left_out)}. Compare fewer papers at once to see it."))
    nowhere = [ASPECTS[row.aspect].lower() for row in found.rows if not row.cells]
    if nowhere and (left_out or shown.first + shown.count >= len(rows)):
        blocks.append(text(f"Not found in any of them: {listed(nowhere)}."))
    by_others = any(one.origin is None and not one.has_abstract for one in found.read)
    how = CHECKED if found.engine != EXTRACTIVE else CHOSEN if by_others else OWN_WORDS
    closing = [_sources(here, numbers, names, shown), how, coverage(found.read)]
    blocks.append(fine("\n".join(filter(None, closing))))
    return Post((*blocks, *(_turning(found, rows, shown) if turning else ()), *_kept(found, here, shown.token)))


def _named(paper: Paper, shown: _Shown) -> tuple[Inline, ...]:
    """A paper by its title, with what a reader has to know of it."""
    news = phrases.change(paper)
    told = (Span(APART), Span(news, Style.STRONG)) if news else ()
    return (Span(phrases.title(paper, shown.title), url=paper.url), *told)


def _names(found: Comparison, shown: _Shown) -> dict[PaperId, str]:
    """A short name for each paper, no two alike."""
    names: dict[PaperId, str] = {}
    for paper in found.papers:
        name = own_name(paper) or shorten(phrases.title(paper), LONGEST_NAME, placeholder="…")
        name = phrases.line(name, shown.name)
        names[paper.id] = paper.id if name in names.values() else name
    return names


def _entries(found: Comparison, rows: Sequence[Row], numbers: Mapping[Source, int], shown: _Shown) -> Iterator[Entry]:
    told: dict[Claim, Aspect] = {}
    for row in rows:
        cells: list[tuple[Inline, ...]] = []
        for paper in found.papers:
            claim = row.cells.get(paper.id)
            if claim is None:
                cells.append((Span("not found", Style.EMPHASIS),))
            elif (before := told.setdefault(claim, row.aspect)) is not row.aspect:
                cells.append((Span(f"the sentence under {ASPECTS[before].lower()}", Style.EMPHASIS),))
            else:
                cells.append(_cell(claim, numbers, shown))
        yield Entry(ASPECTS[row.aspect], tuple(cells))


def _cell(claim: Claim, numbers: Mapping[Source, int], shown: _Shown) -> tuple[Inline, ...]:
    number = Span(f" [{numbers[source(claim)]}]")
    if said := worded(claim, shown.size):
        return (Span(f"{said} “{phrases.line(claim.quote, shown.size)}”"), number)
    quote = phrases.whole_sentences(readable(claim.quote), shown.size)
    return (*marked(quote, figures_in(quote), shown.size), number)


def _sources(rows: Sequence[Row], numbers: Mapping[Source, int], names: Mapping[PaperId, str], shown: _Shown) -> str:
    used = {source(claim) for row in rows for claim in row.cells.values()}
    told = [
        f"[{number}] {names[paper_id]}, {phrases.line(section, shown.section) or 'text'}"
        for (paper_id, section), number in numbers.items()
        if (paper_id, section) in used
    ]
    return f"Sources: {'; '.join(told)}" if told else ""


def _kept(found: Comparison, here: Sequence[Row], token: str | None) -> list[Block]:
    """What can be done with what is shown: its quotations begin with the first that stands here."""
    claims = found.claims
    places = [claims.index(claim) for row in here for claim in row.cells.values()]
    return [Buttons(answer_buttons(token, first=min(places)))] if token is not None and places else []


def _ids(found: Comparison) -> tuple[PaperId, ...]:
    return tuple(paper.id for paper in found.papers)


def _can_turn(found: Comparison) -> bool:
    """Whether a button can name all the papers: some DOIs are too long for that."""
    try:
        encode(Compare(_ids(found), len(found.rows)))
    except ValueError:
        return False
    return True


def _turning(found: Comparison, rows: Sequence[Row], shown: _Shown) -> list[Block]:
    buttons = []
    behind = rows[shown.first + shown.count :]
    if shown.first:
        buttons.append(Button("From the beginning", action=encode(Compare(_ids(found)))))
    if behind:
        names = listed([ASPECTS[row.aspect].lower() for row in behind])
        buttons.append(Button(f"More: {names}", action=encode(Compare(_ids(found), shown.first + shown.count))))
    return [Buttons(tuple(buttons))] if buttons else []
