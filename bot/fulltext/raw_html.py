"""HTML that stands in a paper's Markdown: what of it nobody sees is taken out, tags and all."""

import re

from bot.fulltext.hidden import Sight, declarations, seen_with

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)([^<>]*)>")
_STYLE = re.compile(r"""\bstyle\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_COLOUR = re.compile(r"""\bcolor\s*=\s*["']?([^\s"'>]+)""", re.IGNORECASE)
_HIDDEN = re.compile(r"""(?:^|\s)(?:hidden(?![\w-])|aria-hidden\s*=\s*["']?true)""", re.IGNORECASE)
_NOT_READ = frozenset(["script", "style", "template", "noscript", "head", "title", "svg", "iframe", "object", "bdo"])
_EMPTY = frozenset(["br", "hr", "img", "input", "wbr", "link", "meta", "col", "area", "base", "embed", "source"])
LOOKED_BACK = 200
"""Open tags among which a closing one looks for its own."""


def without_hidden(text: str) -> str:
    """``text`` without the elements that are not seen; one that is not closed reaches to the end."""
    kept: list[str] = []
    open_tags: list[tuple[str, Sight | None]] = []
    at = 0
    for tag in _TAG.finditer(text):
        around = open_tags[-1][1] if open_tags else Sight()
        if around is not None:
            kept.append(text[at : tag.start()])
        at = tag.end()
        name = tag.group(2).lower()
        if tag.group(1):
            names = [opened for opened, _ in open_tags[-LOOKED_BACK:]]
            if name in names:
                del open_tags[len(open_tags) - 1 - names[::-1].index(name) :]
        elif name not in _EMPTY and not tag.group(3).endswith("/"):
            open_tags.append((name, _sight(name, tag.group(3), around)))
        if around is not None:
            kept.append(tag.group())
    if not open_tags or open_tags[-1][1] is not None:
        kept.append(text[at:])
    return "".join(kept)


def _sight(name: str, attributes: str, around: Sight | None) -> Sight | None:
    if around is None or name in _NOT_READ or _HIDDEN.search(attributes):
        return None
    style = _STYLE.search(attributes)
    told = declarations(next(filter(None, style.groups()), "")) if style else ()
    colour = _COLOUR.search(_STYLE.sub(" ", attributes))
    by_attribute = (("color", colour.group(1).lower()),) if colour else ()
    return seen_with((*by_attribute, *told), around)
