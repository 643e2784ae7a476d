"""HTML in a title or an abstract, as plain text. Pure."""

import re
from html import unescape

from bot.core.text import clean

_TAG = re.compile(r"<(/?[A-Za-z][\w:.-]{0,30})(?:\s[^<>]*)?/?>|<!--[^<>]*-->")
_INLINE = frozenset({"a", "b", "code", "em", "font", "i", "small", "span", "strong", "sub", "sup", "tt", "u"})
_UNREAD = frozenset({"script", "style"})


def plain(said: str, limit: int) -> str:
    """One line of text: tags inside a word leave it whole, scripts and styles are left out."""
    pieces: list[str] = []
    unread = ""
    at = 0
    for found in _TAG.finditer(said):
        tag = (found.group(1) or "").lower()
        if not unread:
            pieces += (said[at : found.start()], "" if tag.lstrip("/") in _INLINE else " ")
            unread = tag if tag in _UNREAD else ""
        elif tag == f"/{unread}":
            unread = ""
        at = found.end()
    return clean(unescape("".join((*pieces, "" if unread else said[at:]))), limit)
