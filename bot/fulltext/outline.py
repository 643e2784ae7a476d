"""A paper's text while it is being read: pieces under the heading that came last, references left out, all bounded."""

import re
from dataclasses import replace

from bot.core.text import clean, clip
from storage.fulltext import Piece, PieceKind

MOST_PIECES = 6_000
MOST_CHARACTERS = 600_000
"""Of a whole paper: some 200 pages of prose."""
LONGEST_PIECE = 20_000
LONGEST_HEADING = 150
LONGEST_FORMULA = 500

_REFERENCES = re.compile(
    r"(?:[\dIVXA-Z]+[.:]?\s+)?(?:references?(?: and notes)?|bibliography|literature cited|works cited)\W*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"((?:table|figure|fig\.?|algorithm|listing)\s*[\dIVXA-Z]+(?:\.\d+)?)\b", re.IGNORECASE)
_SENTENCE_GOES_ON = re.compile(r"[^.!?]\Z")


class Outline:
    """Told what is read, in order; ``pieces`` is what is worth keeping of it."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.whole = True
        self.place = ""
        """Of what is read from now on, see ``Piece``."""
        self._section = ""
        self._skipping = False
        self._characters = 0

    def heading(self, text: str) -> None:
        """A new section begins. What stands under the references is left out until the next heading."""
        title = clean(text, LONGEST_HEADING).rstrip(".: ")
        if title:
            self._section = title
            self._skipping = is_references(title)

    def prose(self, text: str) -> None:
        self._add(PieceKind.PROSE, text, self._section)

    def caption(self, text: str) -> None:
        self._add(PieceKind.CAPTION, text, self._section)

    def row(self, text: str, label: str = "") -> None:
        """``label`` is the caption of its table; its number goes into the section."""
        number = _LABEL.match(label)
        where = ", ".join(filter(None, (self._section, number.group(1) if number else "")))
        self._add(PieceKind.ROW, text, where)

    def formula(self, text: str) -> None:
        """A displayed formula belongs to the sentence that leads to it."""
        shown = clean(text, LONGEST_FORMULA)
        last = self.pieces[-1] if self.pieces else None
        if last is not None and last.kind is PieceKind.PROSE and last.section == self._section and shown:
            if len(last.text) + len(shown) < LONGEST_PIECE and not self._skipping and not self._full(len(shown)):
                self.pieces[-1] = replace(last, text=f"{last.text} {shown}")
        else:
            self.prose(shown)

    def continues(self, text: str) -> bool:
        """Whether ``text`` goes on with the sentence that the last piece left open, as after a displayed formula."""
        last = self.pieces[-1] if self.pieces else None
        return (
            last is not None
            and last.kind is PieceKind.PROSE
            and last.section == self._section
            and bool(_SENTENCE_GOES_ON.search(last.text))
            and text[:1].islower()
        )

    def _add(self, kind: PieceKind, text: str, section: str) -> None:
        shown = clean(text)
        if not any(sign.isalnum() for sign in shown) or self._skipping or self._full(len(shown)):
            return
        if len(shown) > LONGEST_PIECE:
            shown, self.whole = clip(shown, LONGEST_PIECE), False
        if kind is PieceKind.PROSE and self.continues(shown) and len(self.pieces[-1].text) < LONGEST_PIECE:
            last = self.pieces.pop()
            self.pieces.append(replace(last, text=f"{last.text} {shown}"))
        else:
            self.pieces.append(Piece(section, kind, shown, self.place))

    def _full(self, more: int) -> bool:
        if len(self.pieces) >= MOST_PIECES or self._characters + more > MOST_CHARACTERS:
            self.whole = False
            return True
        self._characters += more
        return False


def is_references(title: str) -> bool:
    """Whether a heading opens the list of references."""
    return _REFERENCES.fullmatch(title) is not None


def table_rows(rows: list[list[str]], heads: int) -> list[str]:
    """The body of a table, each cell with the head of its column: ``Model: BERT | Params: 110M``.

    ``heads`` is how many rows at the top are heads. Where a row has another number of cells than the heads, or there
    are none, the cells stand alone.
    """
    names = [clean(" ".join(filter(None, column))) for column in zip(*rows[:heads], strict=False)] if heads else []
    even = bool(names) and len({len(row) for row in rows[:heads]}) == 1
    shown = []
    for row in rows[heads:]:
        cells = [clean(cell) for cell in row]
        if even and len(cells) == len(names):
            pairs = zip(names, cells, strict=True)
            told = [f"{name}: {cell}" if name and name != cell else cell for name, cell in pairs if cell]
        else:
            told = [cell for cell in cells if cell]
        shown.append(" | ".join(told))
    return [row for row in shown if row]
