"""What a message does beside being read: told from the message itself, and not from how it was made.

For trying what comes from outside: none of that may act.
"""

import re
from collections.abc import Callable, Iterator

from bot.render.actions import decode
from bot.render.markdown import Row, Side, Text, layout
from bot.render.post import Block, Button, Heading, Inline, Listing, Paragraph, Post, Quote, Section, Span, Style

CONSTRUCTS = {
    "bold or italic": r"\*|_",
    "strike": r"~~",
    "spoiler": r"\|\|",
    "code": r"`",
    "mention, emoji, timestamp, command": r"<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::\w)?|/[^>]+:\d+|id:\w+)>",
    "ping": r"@(?:everyone|here)",
    "address": r"[a-z]+://|<[a-z]+:",
    "invitation": r"(?i)discord(?:app)?\.(?:gg|com/invite)",
    "emoji": r":\w+:",
    "masked link": r"\[[^\]]*\]\(",
    "heading, small print, quote, list": r"(?m)^[ \t]*(?:#{1,3} |-# |>|[-*+] |\d+[.)] )",
}
"""What Discord gives a meaning to, as its client reads it, once escaped characters are taken out."""

ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
_LINK = re.compile(r"\[[^\[\]]*\]\((https?://[^\s()]+)\)")
_OURS_AT_START = re.compile(r"(?m)^(?:#{1,3} |-# |> |- |\d+\. )?")


def breaches(post: Post, is_ours: Callable[[str], bool]) -> list[str]:
    """What of ``post`` acts though it should not.

    That is each construct that is not one of the post's own, each address that is not ``is_ours``, and each button that
    does nothing of ours.
    """
    found: list[str] = []
    spans = [inline for block in post.blocks for inline in _inlines(block) if isinstance(inline, Span)]
    found += [f"link to {span.url}" for span in spans if span.url is not None and not is_ours(span.url)]
    strong = sum(span.style is Style.STRONG for span in spans)
    for piece in layout(post):
        if isinstance(piece, Text | Side):
            bare = ESCAPED.sub("\ue000", piece.markdown)
            found += [f"link to {link}" for link in _LINK.findall(bare) if not is_ours(link)]
            bare = _OURS_AT_START.sub("", _LINK.sub("", bare))
            bare, bold = re.subn(r"\*\*([^*]+)\*\*", r"\1", bare)
            strong -= bold
            found += [name for name, pattern in CONSTRUCTS.items() if re.search(pattern, bare)]
        buttons = piece.buttons if isinstance(piece, Row) else (piece.button,) if isinstance(piece, Side) else ()
        found += [f"button {button.label}" for button in buttons if not _is_our_button(button, is_ours)]
    if strong < 0:
        found.append("bold")
    return found


def _is_our_button(button: Button, is_ours: Callable[[str], bool]) -> bool:
    if button.url is not None:
        return is_ours(button.url)
    return button.disabled or (button.action is not None and decode(button.action) is not None)


def _inlines(block: Block) -> Iterator[Inline]:
    match block:
        case Heading(inlines) | Paragraph(inlines) | Quote(inlines):
            yield from inlines
        case Listing(entries):
            for entry in entries:
                yield from entry
        case Section(blocks):
            for inner in blocks:
                yield from _inlines(inner)
        case _:
            pass
