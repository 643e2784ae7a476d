"""A post as lines of text of a given width, for a terminal and for a pipe alike. Pure.

On a terminal a link hides behind its words (OSC 8); elsewhere its address is written out, and never broken over two
lines, so that it can still be copied. Nothing from outside reaches the terminal as a control character.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import assert_never

from rich.cells import cell_len
from rich.style import Style as Ink
from rich.text import Text

from bot.render.actions import Action, ShowContext, ShowPaper, Why, decode
from bot.render.markdown import safe_address, visible
from bot.render.post import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Inline,
    Listing,
    Menu,
    Moment,
    Paragraph,
    Place,
    Post,
    Quote,
    Role,
    Section,
    Span,
    Style,
    Table,
)
from storage.records import PaperId

NARROWEST = 20
"""Columns below which wrapping would only make it worse."""

_WORD = re.compile(r"\S+")
_ADDRESS = re.compile(r"[(<]?https?://")
_INKS = {
    Style.PLAIN: Ink(),
    Style.STRONG: Ink(bold=True),
    Style.EMPHASIS: Ink(italic=True),
    Style.CODE: Ink(color="cyan"),
    Style.FINE: Ink(dim=True),
}
_DIM = Ink(dim=True)
_BOLD = Ink(bold=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What the lines are for. ``links`` says that addresses can hide behind words."""

    width: int
    links: bool = False
    unicode: bool = True

    def narrower(self, by: int) -> "Look":
        return replace(self, width=max(NARROWEST // 2, self.width - by))

    @property
    def bullet(self) -> str:
        return "•" if self.unicode else "-"

    @property
    def bar(self) -> str:
        return "▎" if self.unicode else "|"

    @property
    def column(self) -> str:
        return "│" if self.unicode else "|"

    @property
    def rule(self) -> str:
        return "─" if self.unicode else "-"

    @property
    def apart(self) -> str:
        return "  ·  " if self.unicode else "  |  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a reader can do with a post: what each paper is called, at its margin; what to type for a button."""

    names: Mapping[PaperId, str] = field(default_factory=dict)
    typed: Callable[[Button], str | None] = lambda button: button.command


def papers_in(post: Post) -> tuple[PaperId, ...]:
    """The papers that a post lists, in order."""
    found = (_paper_of(block) for block in post.blocks if isinstance(block, Section))
    return tuple(dict.fromkeys(paper_id for paper_id in found if paper_id is not None))


def answer_in(post: Post) -> str | None:
    """The token of the answer that a post gives."""
    return next((action.token for action in _actions(post) if isinstance(action, ShowContext)), None)


def is_digest(post: Post) -> bool:
    """Whether a post can say why it holds what it holds."""
    return any(isinstance(action, Why) for action in _actions(post))


def _actions(post: Post) -> Iterator[Action | None]:
    rows = (block.buttons for block in post.blocks if isinstance(block, Buttons))
    return (decode(button.action) for row in rows for button in row if button.action)


def _paper_of(section: Section) -> PaperId | None:
    action = decode(section.button.action) if section.button.action else None
    return action.paper_id if isinstance(action, ShowPaper) else None


NOWHERE = Reach(typed=lambda _: None)
"""Where nothing can be typed: a command at a shell has shown its post and ended."""


def lay_out(post: Post, look: Look, reach: Reach = NOWHERE) -> tuple[Text, ...]:
    """The lines of ``post``; a paper that has a name here has it at its margin.

    No line is wider than ``look.width`` (20 at least), but for one that holds a longer address.
    """
    accent = Ink(color=f"#{post.accent:06x}", bold=True) if post.accent is not None else _BOLD
    lines: list[Text] = []
    before: Block | None = None
    for block in post.blocks:
        laid = list(_block(block, look, accent, reach))
        if not laid:
            continue
        if before is not None and not _belong_together(before, block):
            lines.append(Text())
        lines.extend(laid)
        before = block
    return tuple(lines)


def _belong_together(before: Block, after: Block) -> bool:
    """Whether no empty line parts them: a title and its text, a quotation and its source, small print and its like."""
    return (
        (isinstance(before, Heading) and not isinstance(after, Section))
        or (isinstance(before, Paragraph) and isinstance(after, Listing | Quote) and not _is_fine(before))
        or (_is_fine(after) and (isinstance(before, Quote) or _is_fine(before)))
        or (isinstance(before, Buttons) and isinstance(after, Buttons))
    )


def _is_fine(block: Block) -> bool:
    return isinstance(block, Paragraph) and all(
        one.style is Style.FINE for one in block.inlines if isinstance(one, Span)
    )


def _block(block: Block, look: Look, accent: Ink, reach: Reach) -> Iterator[Text]:
    match block:
        case Heading(inlines):
            yield from _wrapped(inlines, look, accent)
        case Paragraph(inlines):
            yield from _wrapped(inlines, look)
        case Quote(inlines):
            yield from hung(f"{look.bar} ", f"{look.bar} ", _wrapped(inlines, look.narrower(2)), _DIM)
        case Listing(entries, numbered):
            for count, entry in enumerate(entries, 1):
                mark = f"{count}. " if numbered else f"{look.bullet} "
                yield from hung(mark, " " * len(mark), _wrapped(entry, look.narrower(len(mark))), _DIM)
        case Table():
            yield from _table(block, look, accent, reach)
        case Section():
            yield from _section(block, look, accent, reach)
        case Buttons(buttons):
            yield from _hints(buttons, look, reach)
        case Menu():
            return
        case Divider():
            yield Text(look.rule * look.width, _DIM)
        case _:
            assert_never(block)


def _table(table: Table, look: Look, accent: Ink, reach: Reach) -> Iterator[Text]:
    """Columns between rules; one point after the other where they would be narrower than a few words."""
    name_width = max(map(cell_len, [entry.name for entry in table.entries]), default=0)
    gap = f" {look.column} "
    width = (look.width - name_width) // max(1, len(table.columns)) - len(gap)
    if width < NARROWEST:
        yield from lay_out(Post(table.stacked, None), look, reach)
        return
    inside = look.narrower(look.width - width)
    heads = [[*wrap(Text(visible(column), _BOLD), width)] for column in table.columns]
    yield from _beside([[Text()], *heads], [name_width, *[width] * len(heads)], gap)
    for entry in table.entries:
        yield Text(look.rule * look.width, _DIM)
        cells = [[*_wrapped(cell, inside)] for cell in entry.cells]
        yield from _beside([[Text(entry.name, accent)], *cells], [name_width, *[width] * len(cells)], gap)


def _beside(cells: Sequence[Sequence[Text]], widths: Sequence[int], gap: str) -> Iterator[Text]:
    """The lines of several cells side by side, each padded to its width."""
    for at in range(max(map(len, cells))):
        line = Text()
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            part = cell[at] if at < len(cell) else Text()
            line.append(gap if place else "", _DIM).append_text(part)
            line.append(" " * max(0, width - cell_len(part.plain)))
        line.rstrip()
        yield line


def _section(section: Section, look: Look, accent: Ink, reach: Reach) -> Iterator[Text]:
    paper_id = _paper_of(section)
    name = reach.names.get(paper_id) if paper_id is not None else None
    if name is None:
        yield from (line for block in section.blocks for line in _block(block, look, accent, reach))
        yield from _hints((section.button,), look, reach)
        return
    mark = f"{name:>2}  "
    inside = look.narrower(len(mark))
    lines = (line for block in section.blocks for line in _block(block, inside, accent, reach))
    yield from hung(mark, " " * len(mark), lines, accent)


def hung(first: str, rest: str, lines: Iterable[Text], ink: Ink) -> Iterator[Text]:
    """``lines`` behind a mark, the later ones indented as far."""
    for count, line in enumerate(lines):
        yield Text().append(rest if count else first, ink).append_text(line)


def _hints(buttons: Iterable[Button], look: Look, reach: Reach) -> Iterator[Text]:
    """What buttons do, as what to type or where to look; as many beside each other as fit."""
    line = Text()
    for button in buttons:
        hint = _hint(button, look, reach)
        if hint is None:
            continue
        if line.plain and cell_len(line.plain) + cell_len(look.apart) + cell_len(hint.plain) > look.width:
            yield from wrap(line, look.width)
            line = Text()
        line.append_text(Text(look.apart if line.plain else "", _DIM)).append_text(hint)
    if line.plain:
        yield from wrap(line, look.width)


def _hint(button: Button, look: Look, reach: Reach) -> Text | None:
    label = visible(button.label)
    if button.url is not None:
        address = safe_address(button.url)
        if address is None:
            return None
        shown = address.partition("://")[2].removeprefix("www.") if look.links else address
        return Text.assemble(
            (f"{label} ", _DIM), (shown, Ink(link=address if look.links else None, underline=look.links))
        )
    typed = None if button.disabled else reach.typed(button)
    if typed is None:
        return None
    return Text.assemble((f"{label} ", _DIM), (visible(typed), _INKS[Style.CODE]))


# ------------------------------------------------------------------------------------------------ inlines and lines


def _wrapped(inlines: Sequence[Inline], look: Look, ink: Ink | None = None) -> Iterator[Text]:
    text = Text()
    for position, inline in enumerate(inlines):
        match inline:
            case Span():
                alone = text.plain[-1:] in {"", "\n"} and _ends_a_line(inlines[position + 1 :])
                text.append_text(_span(inline, look, ink, alone=alone))
            case Moment(_, fallback) | Place(_, fallback) | Role(_, fallback):
                text.append(visible(fallback), ink)
            case _:
                assert_never(inline)
    for line in text.split("\n", allow_blank=True):
        yield from wrap(line, look.width)


def _ends_a_line(following: Sequence[Inline]) -> bool:
    return not following or (isinstance(following[0], Span) and following[0].text.startswith("\n"))


def _span(span: Span, look: Look, ink: Ink | None, *, alone: bool) -> Text:
    """One run of text; a written-out address has its own line where the span had one."""
    words = visible(span.text)
    style = (ink or Ink()) + _INKS[span.style]
    address = safe_address(span.url) if span.url else None
    if address is None or (words == address and not look.links):
        return Text(words, style)
    if look.links:
        return Text(words, style + Ink(link=address, underline=ink is None and span.style is not Style.STRONG))
    return Text(f"{words}\n{address}" if alone else f"{words} ({address})", style)


def wrap(text: Text, width: int) -> Iterator[Text]:
    """``text`` wrapped between words; a word that is too long is cut, unless it is an address."""
    text = text[len(text.plain) - len(text.plain.lstrip()) :]  # a space before the first word takes room for nothing
    for line in text.divide(_breaks(text.plain, width)):
        line.rstrip()
        yield line


def _breaks(plain: str, width: int) -> list[int]:
    """Where lines begin, but for the first."""
    breaks: list[int] = []
    used = end = 0
    for word in _WORD.finditer(plain):
        size, gap = cell_len(word.group()), cell_len(plain[end : word.start()])
        if used + gap + size <= width:
            used += gap + size
        else:
            if end:
                breaks.append(word.start())
            used = size
            if size > width and not _ADDRESS.match(word.group()):
                cuts, used = _cuts(word.group(), width)
                breaks.extend(word.start() + cut for cut in cuts)
        end = word.end()
    return breaks


def _cuts(word: str, width: int) -> tuple[list[int], int]:
    """Where a word that is wider than a line is cut, and how wide its last piece is."""
    cuts: list[int] = []
    used = 0
    for at, character in enumerate(word):
        size = cell_len(character)
        if used + size > width:
            cuts.append(at)
            used = 0
        used += size
    return cuts, used
