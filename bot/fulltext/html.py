"""arXiv's HTML of a paper into pieces: what LaTeXML makes, old or new, read by its classes and by what its tags mean.

Nothing is believed that nobody sees. A page that is no paper (a login, an error) is refused.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.core.text import clean, readable
from bot.fulltext.hidden import Sight, hiding
from bot.fulltext.outline import Outline, table_rows
from bot.fulltext.seeing import DEEPEST, Eyes, children, classes

MOST_NODES = 400_000
LONGEST_TEX = 2_000
ANCHOR_WITHIN = 3
"""Elements from a heading outward in which the id of its section is looked for."""

_BLOCKS = frozenset(
    [
        "p",
        "div",
        "section",
        "article",
        "figure",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "main",
        "body",
        "header",
        "details",
        "summary",
        "center",
        "hr",
        "table",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "td",
        "th",
    ]
)
_BLOCK_CLASSES = frozenset({"ltx_para", "ltx_p", "ltx_item", "ltx_listingline", "ltx_figure", "ltx_table"})
_ANCHOR = re.compile(r"[A-Za-z][\w.:-]{0,59}", re.ASCII)
_HEADING = re.compile(r"h[1-6]")
_SPACES = re.compile(r"%\s*\n\s*")
_WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{4,}")
_NAMES = re.compile(r"\\(?:begin|end|(?:text|page)?color|label|mathchoice)\s*\{[^{}]*\}")
"""Commands whose argument is a name and not text."""
_STYLES = re.compile(r"\\(?:displaystyle|textstyle|scriptstyle|scriptscriptstyle|nonumber|limits|nolimits)(?![A-Za-z])")


class NotAPaper(Exception):
    """The page is something else; the message says what is missing."""


def read_html(body: bytes) -> Outline:
    """The pieces of a paper's page. It takes some tens of milliseconds: call it in a thread.

    Raises:
        NotAPaper: there is no article in it.
    """
    tree = LexborHTMLParser(body.decode("utf-8", "replace"))
    article = tree.css_first(".ltx_document") or tree.css_first("article")
    if article is None:
        raise NotAPaper("The page holds no article.")
    reading = _Reading(Eyes(hiding(sheet.text() for sheet in tree.css("style"))))
    reading.read(article)
    return reading.outline


class _Reading:
    def __init__(self, eyes: Eyes) -> None:
        self.outline = Outline()
        self._eyes = eyes
        self._line: list[str] = []
        self._notes: list[str] = []
        self._nodes = 0

    def read(self, article: LexborNode) -> None:
        for node, leaving, seen in _walk(article, self._eyes):
            self._nodes += 1
            if self._nodes > MOST_NODES:
                self.outline.whole = False
                break
            if leaving:
                self._flush()
            elif node.tag == "-text":
                self._line.append(node.text_content or "")
            else:
                self._enter(node, seen)
        self._flush()

    def _enter(self, node: LexborNode, seen: Sight) -> None:
        """What is not descended into, see ``_descends``, is read here."""
        match _role(node):
            case "math":
                self._line.append(_formula(node, self._eyes))
            case "heading":
                self._flush()
                self.outline.place = _anchor(node) or self.outline.place
                self.outline.heading(_inline(node, seen, self._eyes))
            case "caption":
                self._flush()
                self.outline.caption(_inline(node, seen, self._eyes))
            case "equation":
                self._flush()
                self.outline.formula(_inline(node, seen, self._eyes))
            case "table":
                self._flush()
                self._table(node, seen)
            case "note":
                self._notes.append(_inline(node, seen, self._eyes))
            case "block":
                self._flush()
            case "break":
                self._line.append(" ")
            case _:
                pass

    def _table(self, table: LexborNode, seen: Sight) -> None:
        rows: list[list[str]] = []
        heads = 0
        for row, around in _rows(table, seen, self._eyes):
            cells = [cell for cell in children(row) if cell.tag in {"td", "th"} or "ltx_td" in classes(cell)]
            texts: list[str] = []
            for cell in cells:
                of_cell = self._eyes.see(cell, around)
                texts += [_inline(cell, of_cell, self._eyes) if of_cell is not None else ""] * _span(cell)
            in_head = (row.parent is not None and row.parent.tag == "thead") or all(
                cell.tag == "th" or "ltx_th_column" in classes(cell) for cell in cells
            )
            heads += bool(cells) and in_head and heads == len(rows)
            if cells:
                rows.append(texts)
        for text in table_rows(rows, heads if heads < len(rows) else 0):
            self.outline.row(text, _caption_of(table, seen, self._eyes))

    def _flush(self) -> None:
        text = clean("".join(self._line))
        self._line.clear()
        if text:
            self.outline.prose(text)
        notes, self._notes = self._notes, []
        for note in notes:
            self.outline.prose(note)


def _walk(root: LexborNode, eyes: Eyes) -> Iterator[tuple[LexborNode, bool, Sight]]:
    """Every node that is seen, in reading order: (node, whether it is being left, how it is seen).

    Only blocks are told when they are left. Without recursion: a page may be nested as deep as its author likes.
    """
    todo: list[tuple[LexborNode, bool, Sight, int]] = [(root, False, Sight(), 0)]
    while todo:
        node, leaving, around, depth = todo.pop()
        if leaving or node.tag == "-text":
            yield node, leaving, around
            continue
        seen = eyes.see(node, around)
        if seen is None:
            continue
        yield node, False, seen
        role = _role(node)
        if depth >= DEEPEST or (node is not root and role not in {"block", "inline"}):
            continue
        if role == "block":
            todo.append((node, True, seen, depth))
        todo.extend((child, False, seen, depth + 1) for child in reversed(children(node, texts=True)))


def _rows(table: LexborNode, seen: Sight, eyes: Eyes) -> Iterator[tuple[LexborNode, Sight]]:
    """The rows of a table that are seen, those of a table in a cell too."""
    todo = [(child, seen, 0) for child in reversed(children(table))]
    while todo:
        node, around, depth = todo.pop()
        of_node = eyes.see(node, around)
        if of_node is None or depth > DEEPEST:
            continue
        if node.tag == "tr" or "ltx_tr" in classes(node):
            yield node, of_node
        todo.extend((child, of_node, depth + 1) for child in reversed(children(node)))


def _inline(root: LexborNode, seen: Sight, eyes: Eyes) -> str:
    """All text in an element on one line, formulas readable, nothing hidden, no footnotes."""
    parts: list[str] = []
    todo = [(child, seen, 0) for child in reversed(children(root, texts=True))]
    while todo:
        node, around, depth = todo.pop()
        if node.tag == "-text":
            parts.append(node.text_content or "")
            continue
        of_node = eyes.see(node, around)
        if depth > DEEPEST or of_node is None:
            continue
        match _role(node):
            case "math":
                parts.append(_formula(node, eyes))
            case "note":
                continue
            case role:
                if role != "inline":
                    parts.append(" ")
                todo.extend((child, of_node, depth + 1) for child in reversed(children(node, texts=True)))
    return clean("".join(parts))


def _role(node: LexborNode) -> str:
    """How an element is read."""
    tag, names = node.tag or "", classes(node)
    if tag == "math" or "ltx_Math" in names or "ltx_DisplayMath" in names:
        return "math"
    if "ltx_title_document" in names:
        return "title"
    if "ltx_runin" in names or "ltx_title_theorem" in names:
        return "inline"
    if "ltx_caption" in names or tag in {"figcaption", "caption"}:
        return "caption"
    if "ltx_title" in names or _HEADING.fullmatch(tag):
        return "heading"
    if names & {"ltx_equation", "ltx_equationgroup", "ltx_eqn_table"}:
        return "equation"
    if "ltx_note" in names:
        return "note"
    if "ltx_tabular" in names or (tag == "table" and not any(name.startswith("ltx_") for name in names)):
        return "table"
    if tag == "br" or "ltx_break" in names:
        return "break"
    return "block" if tag in _BLOCKS or names & _BLOCK_CLASSES else "inline"


def _formula(node: LexborNode, eyes: Eyes) -> str:
    r"""Its TeX as plain Unicode; what is seen of it where there is no TeX, or where that says words of its own.

    ``\phantom`` and white letters stand in the TeX as everything else does.
    """
    tex = node.attributes.get("alttext")
    if tex is None:
        labelled = node.css_first("[aria-label]")
        tex = labelled.attributes.get("aria-label") if labelled is not None else None
    seen = eyes.text_of_formula(node)
    if tex is None:
        return clean(seen)
    plain = _STYLES.sub("", _SPACES.sub("", tex[:LONGEST_TEX])).strip()
    shown = readable(f"${plain}$") if plain else ""
    shown = shown[1:-1] if shown.startswith("$") and shown.endswith("$") else shown
    letters = "".join(seen.split()).casefold()
    said = _WORD.findall(_NAMES.sub(" ", plain).casefold())
    return shown if all(word in letters for word in said) else clean(seen)


def _anchor(heading: LexborNode) -> str | None:
    """The id of the section that a heading opens, where it is one that an address can end with."""
    node: LexborNode | None = heading
    for _ in range(ANCHOR_WITHIN):
        if node is None:
            break
        told = node.attributes.get("id") or ""
        if _ANCHOR.fullmatch(told):
            return told
        node = node.parent
    return None


def _span(cell: LexborNode) -> int:
    told = cell.attributes.get("colspan") or "1"
    return min(int(told), 50) if told.isascii() and told.isdigit() and int(told) else 1


def _caption_of(table: LexborNode, seen: Sight, eyes: Eyes) -> str:
    node = table.parent
    for _ in range(6):
        if node is None:
            break
        if node.tag == "figure" or "ltx_table" in classes(node):
            caption = node.css_first(".ltx_caption") or node.css_first("figcaption")
            return _inline(caption, seen, eyes) if caption is not None else ""
        node = node.parent
    return ""
