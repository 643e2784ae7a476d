"""A message before it is anybody's message: blocks of spans, neutral between Discord and a terminal.

All wording is made in this package; what shows it (``bot.discord_ui``, ``bot.console``) only decides how a heading or
a button looks. Text in spans is plain: whoever shows it escapes it, so nothing from outside can format or ping.
"""

from dataclasses import dataclass
from enum import StrEnum


class Style(StrEnum):
    PLAIN = "plain"
    STRONG = "strong"
    EMPHASIS = "emphasis"
    CODE = "code"
    FINE = "fine"
    """Small print."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of plain text. ``url`` makes it a link: only addresses that this program built, or checked hosts."""

    text: str
    style: Style = Style.PLAIN
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, shown in each reader's own time zone on Discord and in the given one elsewhere."""

    unix: int
    fallback: str
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A channel or thread, shown by its present name on Discord and as ``fallback`` elsewhere."""

    id: int
    fallback: str


@dataclass(frozen=True, slots=True)
class Role:
    """A role of a server by its present name; whoever sends the message decides whether it is alerted."""

    id: int
    fallback: str


Inline = Span | Moment | Place | Role


@dataclass(frozen=True, slots=True)
class Heading:
    inlines: tuple[Inline, ...]
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line or more; a line break inside a span is kept."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of somebody else."""

    inlines: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Lines that belong together, each an entry of a list."""

    entries: tuple[tuple[Inline, ...], ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a table: as many cells as the table has columns."""

    name: str
    cells: tuple[tuple[Inline, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """What several things have to say on several points: beside one another where there is room for that."""

    columns: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def stacked(self) -> "tuple[Heading | Quote, ...]":
        """The same for a narrow screen: each point by itself, one line for each thing."""
        blocks: list[Heading | Quote] = []
        for entry in self.entries:
            lines: list[Inline] = []
            for column, cell in zip(self.columns, entry.cells, strict=True):
                lines += [Span("\n" if lines else ""), Span(column, Style.STRONG), Span(": "), *cell]
            blocks += [Heading((Span(entry.name),), level=3), Quote(tuple(lines))]
        return tuple(blocks)


class ButtonLook(StrEnum):
    PRIMARY = "primary"
    SECONDARY = "secondary"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Either an ``action`` (see ``actions``) or a ``url``, never both.

    ``command`` is what a person types at the terminal bot for the same effect.
    """

    label: str
    action: str | None = None
    url: str | None = None
    look: ButtonLook = ButtonLook.SECONDARY
    command: str | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Text with one button at its side."""

    blocks: tuple[Heading | Paragraph | Quote, ...]
    button: Button


@dataclass(frozen=True, slots=True)
class Buttons:
    """At most five in a row."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Menu:
    """One of several things, at most 25, to be chosen: each a value and what it is called.

    ``action`` is told which value. At a terminal a list is numbered, and there is no menu.
    """

    prompt: str
    action: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Divider:
    pass


Block = Heading | Paragraph | Quote | Listing | Table | Section | Buttons | Menu | Divider

PAPERBOY_ACCENT = 0xE8590C


@dataclass(frozen=True, slots=True)
class Post:
    """One message."""

    blocks: tuple[Block, ...]
    accent: int | None = PAPERBOY_ACCENT
