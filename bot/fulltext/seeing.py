"""Which elements of a page are seen, and how: by their tags, their classes, their styles, the page's style sheets."""

from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from bot.fulltext.hidden import Sight, declarations, seen_with

DEEPEST = 400
"""How far elements are followed into one another."""

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
        "bdo",
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
        "ltx_phantom",
    ]
)
_STYLING = {
    "color": "color",
    "mathcolor": "color",
    "bgcolor": "background",
    "mathbackground": "background",
    "mathsize": "font-size",
}
"""Attributes that style by themselves, and as what."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """``hidden`` are the classes and ids that the page's own style sheets hide."""

    hidden: frozenset[str] = frozenset()

    def see(self, node: LexborNode, around: Sight) -> Sight | None:
        """How an element is seen inside one that is seen as ``around``; None where it is not, or not to be read."""
        if self._is_unseen(node) or node.attributes.get("aria-hidden") == "true":
            return None
        return _styled(node, around)

    def text_of_formula(self, root: LexborNode) -> str:
        """The characters of a formula that are seen. Those that paint it are hidden from screen readers."""
        parts: list[str] = []
        todo: list[tuple[LexborNode, Sight, int]] = [(root, Sight(), 0)]
        while todo:
            node, around, depth = todo.pop()
            if node.tag == "-text":
                parts.append(node.text_content or "")
                continue
            seen = None if self._is_unseen(node) or node.tag == "mphantom" else _styled(node, around)
            if seen is not None and depth <= DEEPEST:
                todo.extend((child, seen, depth + 1) for child in reversed(children(node, texts=True)))
        return "".join(parts)

    def _is_unseen(self, node: LexborNode) -> bool:
        names = classes(node)
        return (
            (node.tag or "") in _NOT_READ
            or not (node.tag or "-")[0].isalpha()
            or "hidden" in node.attributes
            or bool(names & _NOT_READ_CLASSES)
            or (bool(self.hidden) and self._is_hidden_by_sheet(node, names))
        )

    def _is_hidden_by_sheet(self, node: LexborNode, names: frozenset[str]) -> bool:
        return f"#{node.attributes.get('id')}" in self.hidden or any(f".{name}" in self.hidden for name in names)


def _styled(node: LexborNode, around: Sight) -> Sight | None:
    attributes = node.attributes
    told = declarations(attributes.get("style") or "")
    by_attribute = tuple(
        (_STYLING[name], (value or "").strip().lower()) for name, value in attributes.items() if name in _STYLING
    )
    return seen_with((*by_attribute, *told), around)


def classes(node: LexborNode) -> frozenset[str]:
    """The names in its ``class``."""
    return frozenset((node.attributes.get("class") or "").split())


def children(node: LexborNode, *, texts: bool = False) -> list[LexborNode]:
    """Its elements, with ``texts`` also what stands between them, in order."""
    found = []
    child = node.child
    while child is not None:
        if texts or child.tag != "-text":
            found.append(child)
        child = child.next
    return found
