"""A paper's whole text: pieces in reading order, each with the section that it stands in. Standard library only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records import PaperId


class PieceKind(StrEnum):
    PROSE = "prose"
    """A paragraph."""
    CAPTION = "caption"
    """What stands below a figure or above a table."""
    ROW = "row"
    """One row of a table, each cell with the head of its column where the table has heads."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text for a reader: one line, formulas in plain Unicode as far as they can be, nothing in it that nobody sees."""

    section: str
    kind: PieceKind
    text: str
    place: str = ""
    """Where it can be found again: of HTML the id of its section, of a PDF the page on which it begins; else empty."""


class Origin(StrEnum):
    """Where a text was read."""

    MARKDOWN = "markdown"
    """Hugging Face's Markdown of a paper."""
    HTML = "html"
    PDF = "pdf"
    NOWHERE = "nowhere"
    """It was looked for in vain, which is worth remembering for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FullText:
    paper_id: PaperId
    version: int | None
    """The paper's newest version that was known then."""
    origin: Origin
    read_at: datetime
    pieces: tuple[Piece, ...] = ()
    whole: bool = True
    """False where it was so long that only its beginning was read."""
