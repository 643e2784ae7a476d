"""Where posts are shown: coloured and linked on a terminal that can, plain text in a pipe or on one that cannot."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from shutil import get_terminal_size

from rich.console import Console
from rich.style import Style as Ink
from rich.text import Text

from bot.console.layout import NARROWEST, NOWHERE, Look, Reach, lay_out
from bot.render.post import Post

WIDEST = 100
"""Columns of text at most: longer lines are hard to read, however wide the window is."""


class Screen:
    """Shows posts one below the other. Rich decides what the terminal can (NO_COLOR, TERM=dumb, a pipe)."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @property
    def is_lively(self) -> bool:
        """Whether it can move a cursor about, as a prompt needs."""
        return self._console.is_terminal and not self._console.is_dumb_terminal

    @property
    def look(self) -> Look:
        """How posts are laid out at this moment: the window may have another width at the next."""
        return Look(
            width=min(max(self._columns, NARROWEST), WIDEST),
            links=self._fancy,
            unicode=self._console.encoding.startswith("utf"),
        )

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Something moves on a terminal for as long as the block takes; in a pipe nothing is said."""
        if self._fancy and self.is_lively:
            with self._console.status(Text(f"{what} …", Ink(dim=True))):
                yield
        else:
            yield

    def show(self, post: Post, reach: Reach = NOWHERE) -> None:
        """Show ``post`` with an empty line behind it, and what a reader can do with it."""
        self.show_lines(lay_out(post, self.look, reach))

    def show_lines(self, lines: Iterable[Text]) -> None:
        """Show lines that were laid out for ``look``, with an empty line behind them."""
        self._write(Text("\n").join([*lines, Text()]))

    def show_line(self, line: Text) -> None:
        """Show one line that was laid out."""
        self._write(line)

    def say(self, words: str, *, fine: bool = False) -> None:
        """Words of the program itself, as they are."""
        self._write(Text(words, Ink(dim=True) if fine else Ink()))

    def complain(self, words: str) -> None:
        """Say what is wrong, so that it is seen."""
        mark = "✗" if self.look.unicode else "!"
        self._write(Text.assemble((f"{mark} ", Ink(color="red", bold=True)), (words, Ink()), "\n"))

    def write_plain(self, text: str) -> None:
        """A document for machines: never coloured, never wrapped."""
        self._console.file.write(text + "\n")
        self._console.file.flush()

    def ask(self, prompt: str) -> None:
        """Words behind which somebody types."""
        self._console.file.write(prompt)
        self._console.file.flush()

    @property
    def _columns(self) -> int:
        # Rich takes every terminal that calls itself dumb for one of 80 columns.
        return get_terminal_size().columns if self._console.is_dumb_terminal else self._console.width

    @property
    def _fancy(self) -> bool:
        return self._console.is_terminal and self._console.color_system is not None

    def _write(self, text: Text) -> None:
        if self._fancy:
            self._console.print(text, no_wrap=True, overflow="ignore", crop=False, highlight=False)
        else:
            self.write_plain(text.plain)
