"""arXiv's HTML of a paper into pieces: what LaTeXML makes, old or new, read by its classes and by what its tags mean.

Nothing is believed that nobody sees. A page that is no paper (a login, an error) is refused.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.core.text import clean, readable
from bot.fulltext.hidden import declarations, has_background, is_hidden
from bot.fulltext.outline import Outline, table_rows

DEEPEST = 400
"""How far elements are followed into one another."""
MOST_NODES = 400_000
LONGEST_TEX = 2_000
ANCHOR_WITHIN = 3
"""Elements from a heading outward in which the id of its section is looked for."""

_NOT_READ = frozenset(
    [
        "script",
        "style",
        "head",
        "nav",
        "footer",
        "template",
        "noscript",
        "svg",
        "iframe",
        "object",
        "button",
        "form",
        "select",
        "textarea",
        "input",
        "annotation",
        "annotation-xml",
        "aside",
        "dialog",
        "video",
        "audio",
        "canvas",
    ]
)
_NOT_READ_CLASSES = frozenset(
    [
        "ltx_authors",
        "ltx_author_notes",
        "ltx_engrafo_author_notes",
        "ltx_dates",
        "ltx_date",
        "ltx_bibliography",
        "ltx_page_header",
        "ltx_page_footer",
        "ltx_page_navbar",
        "ltx_page_logo",
        "ltx_TOC",
        "ltx_toclist",
        "ltx_rdf",
        "ltx_pagination",
        "ltx_ERROR",
        "ltx_note_mark",
        "ltx_note_type",
        "ltx_classification",
        "ltx_index",
        "ltx_tag_equation",
        "ltx_role_footnotetext",
        "package-alerts",
        "ltx_tag_note",
        "ltx_tag_listingline",
    ]
)
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
    reading = _Reading()
    reading.read(article)
    return reading.outline


class _Reading:
    def __init__(self) -> None:
        self.outline = Outline()
        self._line: list[str] = []
        self._notes: list[str] = []
        self._nodes = 0

    def read(self, article: LexborNode) -> None:
        for node, leaving, on_colour in _walk(article):
            self._nodes += 1
            if self._nodes > MOST_NODES:
                self.outline.whole = False
                break
            if leaving:
                self._flush()
            elif node.tag == "-text":
                self._line.append(node.text_content or "")
            else:
                self._enter(node, on_colour=on_colour)
        self._flush()

    def _enter(self, node: LexborNode, *, on_colour: bool) -> None:
        """What is not descended into, see ``_descends``, is read here."""
        match _role(node):
            case "math":
                self._line.append(_formula(node))
            case "heading":
                self._flush()
                self.outline.place = _anchor(node) or self.outline.place
                self.outline.heading(_inline(node, on_colour=on_colour))
            case "caption":
                self._flush()
                self.outline.caption(_inline(node, on_colour=on_colour))
            case "equation":
                self._flush()
                self.outline.formula(_inline(node, on_colour=on_colour))
            case "table":
                self._flush()
                self._table(node, on_colour=on_colour)
            case "note":
                self._notes.append(_inline(node, on_colour=on_colour))
            case "block":
                self._flush()
            case "break":
                self._line.append(" ")
            case _:
                pass

    def _table(self, table: LexborNode, *, on_colour: bool) -> None:
        rows: list[list[str]] = []
        heads = 0
        for row in table.css("tr") or table.css(".ltx_tr"):
            cells = [cell for cell in _children(row) if cell.tag in {"td", "th"} or "ltx_td" in _classes(cell)]
            texts: list[str] = []
            for cell in cells:
                texts += [_inline(cell, on_colour=on_colour)] * _span(cell)
            in_head = (row.parent is not None and row.parent.tag == "thead") or all(
                cell.tag == "th" or "ltx_th_column" in _classes(cell) for cell in cells
            )
            heads += bool(cells) and in_head and heads == len(rows)
            if cells:
                rows.append(texts)
        for text in table_rows(rows, heads if heads < len(rows) else 0):
            self.outline.row(text, _caption_of(table, on_colour=on_colour))

    def _flush(self) -> None:
        text = clean("".join(self._line))
        self._line.clear()
        if text:
            self.outline.prose(text)
        notes, self._notes = self._notes, []
        for note in notes:
            self.outline.prose(note)


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool, bool]]:
    """Every node that is seen, in reading order: (node, whether it is being left, whether it lies on a colour).

    Only blocks are told when they are left. Without recursion: a page may be nested as deep as its author likes.
    """
    todo: list[tuple[LexborNode, bool, bool, int]] = [(root, False, False, 0)]
    while todo:
        node, leaving, on_colour, depth = todo.pop()
        if leaving:
            yield node, True, on_colour
            continue
        if node.tag == "-text":
            yield node, False, on_colour
            continue
        style = declarations(node.attributes.get("style") or "")
        on_colour = on_colour or has_background(style)
        if _unseen(node) or is_hidden(style, on_colour=on_colour):
            continue
        yield node, False, on_colour
        role = _role(node)
        if depth >= DEEPEST or (node is not root and role not in {"block", "inline"}):
            continue
        if role == "block":
            todo.append((node, True, on_colour, depth))
        children = _children(node, texts=True)
        todo.extend((child, False, on_colour, depth + 1) for child in reversed(children))


def _inline(root: LexborNode, *, on_colour: bool) -> str:
    """All text in an element on one line, formulas readable, nothing hidden, no footnotes."""
    parts: list[str] = []
    todo: list[tuple[LexborNode, bool, int]] = [
        (child, on_colour, 0) for child in reversed(_children(root, texts=True))
    ]
    while todo:
        node, coloured, depth = todo.pop()
        if node.tag == "-text":
            parts.append(node.text_content or "")
            continue
        style = declarations(node.attributes.get("style") or "")
        coloured = coloured or has_background(style)
        if depth > DEEPEST or _unseen(node) or is_hidden(style, on_colour=coloured):
            continue
        match _role(node):
            case "math":
                parts.append(_formula(node))
            case "note":
                continue
            case role:
                if role != "inline":
                    parts.append(" ")
                children = reversed(_children(node, texts=True))
                todo.extend((child, coloured, depth + 1) for child in children)
    return clean("".join(parts))


def _role(node: LexborNode) -> str:
    """How an element is read."""
    tag, classes = node.tag or "", _classes(node)
    if tag == "math" or "ltx_Math" in classes or "ltx_DisplayMath" in classes:
        return "math"
    if "ltx_title_document" in classes:
        return "title"
    if "ltx_runin" in classes or "ltx_title_theorem" in classes:
        return "inline"
    if "ltx_caption" in classes or tag in {"figcaption", "caption"}:
        return "caption"
    if "ltx_title" in classes or _HEADING.fullmatch(tag):
        return "heading"
    if classes & {"ltx_equation", "ltx_equationgroup", "ltx_eqn_table"}:
        return "equation"
    if "ltx_note" in classes:
        return "note"
    if "ltx_tabular" in classes or (tag == "table" and not any(name.startswith("ltx_") for name in classes)):
        return "table"
    if tag == "br" or "ltx_break" in classes:
        return "break"
    return "block" if tag in _BLOCKS or classes & _BLOCK_CLASSES else "inline"


def _unseen(node: LexborNode) -> bool:
    attributes = node.attributes
    return (
        (node.tag or "") in _NOT_READ
        or not (node.tag or "-")[0].isalpha()
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(_classes(node) & _NOT_READ_CLASSES)
    )


def _classes(node: LexborNode) -> frozenset[str]:
    return frozenset((node.attributes.get("class") or "").split())


def _children(node: LexborNode, *, texts: bool = False) -> list[LexborNode]:
    found = []
    child = node.child
    while child is not None:
        if texts or child.tag != "-text":
            found.append(child)
        child = child.next
    return found


def _formula(node: LexborNode) -> str:
    """Its TeX as plain Unicode; the TeX itself where that cannot be."""
    tex = node.attributes.get("alttext")
    if tex is None:
        labelled = node.css_first("[aria-label]")
        tex = labelled.attributes.get("aria-label") if labelled is not None else None
    if tex is None:
        return clean(node.text(deep=True, separator=""))
    plain = _STYLES.sub("", _SPACES.sub("", tex[:LONGEST_TEX])).strip()
    if not plain:
        return ""
    shown = readable(f"${plain}$")
    return shown[1:-1] if shown.startswith("$") and shown.endswith("$") else shown


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


def _caption_of(table: LexborNode, *, on_colour: bool) -> str:
    node = table.parent
    for _ in range(6):
        if node is None:
            break
        if node.tag == "figure" or "ltx_table" in _classes(node):
            caption = node.css_first(".ltx_caption") or node.css_first("figcaption")
            return _inline(caption, on_colour=on_colour) if caption is not None else ""
        node = node.parent
    return ""
