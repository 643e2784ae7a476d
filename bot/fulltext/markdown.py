"""A paper in Markdown, as Hugging Face gives it, into pieces.

Where that site has no text of a paper it answers with its page about the paper instead; who reads this asks how much
there is.
"""

import re
from collections.abc import Iterator

from bot.core.text import clean, readable
from bot.fulltext.outline import Outline, table_rows
from bot.fulltext.raw_html import without_hidden

LONGEST_LINE = 20_000
MOST_LINES = 60_000

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DEFINITION = re.compile(r"\s{0,3}\[[^\]]{1,300}\]:\s.*")
"""What ``[name]: address (title)`` says is not shown."""
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*\Z")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*\Z")
_FENCE = re.compile(r"\s{0,3}(```+|~~~+)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(?=\S)")
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*\Z")
_CELLS = re.compile(r"(?<!\\)\|")
_CAPTION = re.compile(r"(?:\*\*|__|\*|_)?(?:Table|Figure|Fig\.|Algorithm|Listing)\s*[\dIVXA-Z]+(?:\.\d+)?\s*[:.|]")
_IMAGE = re.compile(r"!\[[^\]]{0,2000}\]\([^)]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\((?:[^()]|\([^()]*\)){0,2000}\)|<(?:https?|mailto):[^<>\s]{1,500}>")
_EMPHASIS = re.compile(r"(\*{1,3}|(?<![\w$])_{1,3}(?=\S))(\S(?:[^*]{0,2000}?\S)?)\1(?!\w)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_MATH = re.compile(r"\$\$(.{1,2000}?)\$\$|\\\[(.{1,2000}?)\\\]|\\\((.{1,2000}?)\\\)|\$([^$\n]{1,1000}?)\$", re.DOTALL)
_DISPLAYED = re.compile(r"\s*(?:\$\$.*\$\$|\\\[.*\\\])\s*[.,;]?\s*\Z", re.DOTALL)


def read_markdown(body: bytes) -> Outline:
    """The pieces of a paper in Markdown; none of what is no Markdown at all."""
    text = body.decode("utf-8", "replace")
    if text.lstrip()[:15].lower().startswith(("<!doctype", "<html", "{")):
        return Outline()
    reading = _Reading()
    for block in _blocks(without_hidden(_COMMENT.sub("", text))):
        reading.read(block)
    return reading.outline


def _blocks(text: str) -> Iterator[list[str]]:
    """What stands between empty lines, headings apart from what follows them, code apart from all else."""
    block: list[str] = []
    fence = ""
    for line in text.splitlines()[:MOST_LINES]:
        if not fence and _DEFINITION.fullmatch(line):
            continue
        opens = _FENCE.match(line)
        if fence:
            if line.strip().startswith(fence):
                fence = ""
                yield block
                block = []
            else:
                block.append(line[:LONGEST_LINE])
        elif opens or not line.strip() or _HEADING.match(line):
            yield block
            block = []
            if opens:
                fence = opens.group(1)
            elif line.strip():
                yield [line]
        else:
            block.append(line[:LONGEST_LINE])
    yield block


class _Reading:
    def __init__(self) -> None:
        self.outline = Outline()
        self._caption = ""
        self._titled = False

    def read(self, block: list[str]) -> None:
        if not block:
            return
        if len(block) == 1 and (heading := _HEADING.match(block[0])):
            self._heading(len(heading.group(1)), heading.group(2))
        elif len(block) == 2 and (under := _UNDERLINE.match(block[1])) and "|" not in block[0]:  # noqa: PLR2004  # text, line
            self._heading(1 if under.group(1)[0] == "=" else 2, block[0])
        elif sum("|" in line for line in block) > len(block) / 2 and any(_RULE.match(line) for line in block):
            self._table(block)
        else:
            for paragraph in _paragraphs(block):
                self._paragraph(paragraph)

    def _heading(self, level: int, text: str) -> None:
        if level == 1 and not self._titled:  # the paper's own title
            self._titled = True
        else:
            self.outline.heading(_inline(text))

    def _paragraph(self, paragraph: str) -> None:
        text = _inline(paragraph)
        if _DISPLAYED.match(paragraph):
            self.outline.formula(text)
        elif _CAPTION.match(paragraph):
            self._caption = text if text.lower().startswith("table") else ""
            self.outline.caption(text)
        else:
            self.outline.prose(text)

    def _table(self, block: list[str]) -> None:
        before = [line for line in block if "|" not in line]
        for line in before:
            self._paragraph(line)
        lines = [line for line in block if "|" in line]
        heads = next((place for place, line in enumerate(lines) if _RULE.match(line)), 0)
        rows = [_cells(line) for line in lines if not _RULE.match(line)]
        for row in table_rows(rows, heads if heads < len(rows) else 0):
            self.outline.row(row, self._caption)
        self._caption = ""


def _paragraphs(block: list[str]) -> Iterator[str]:
    """The items of a list one by one; else the whole block."""
    lines: list[str] = []
    for line in block:
        bare = line.lstrip("> ") if line.lstrip().startswith(">") else line
        item = _ITEM.match(bare)
        if item and lines:
            yield " ".join(lines)
            lines = []
        lines.append(bare[item.end() :] if item else bare)
    yield " ".join(lines)


def _cells(line: str) -> list[str]:
    cells = [_inline(cell) for cell in _CELLS.split(line.strip())]
    return cells[1 if not cells[0] else 0 : len(cells) - 1 if not cells[-1] else len(cells)]


def _inline(text: str) -> str:
    """Text without marks of Markdown, its formulas in plain Unicode."""
    parts = []
    at = 0
    for math in _MATH.finditer(text):
        parts.append(_bare(text[at : math.start()]))
        tex = next(group for group in math.groups() if group is not None)
        shown = readable(f"${tex.strip()}$")
        parts.append(shown[1:-1] if shown.startswith("$") and shown.endswith("$") and "$" not in tex else shown)
        at = math.end()
    return clean("".join([*parts, _bare(text[at:])]))


def _bare(text: str) -> str:
    text = _LINK.sub(lambda link: link.group(1) or "", _IMAGE.sub(" ", text))
    text = _TAG.sub(" ", text)
    for _ in range(2):  # bold in italics
        text = _EMPHASIS.sub(r"\2", text)
    return _ESCAPE.sub(r"\1", text.replace("`", ""))
