"""Blocks into Discord's Markdown, so that nothing from outside can ping, format, link or break out.

Two rules of escaping, because Discord has two: in running text a backslash takes away a character's meaning and is
not shown; in the label of a link it is shown, so there a character that means something gives way to a look-alike.
What Discord turns into something else on its own (mentions, timestamps, emoji, commands, addresses, invitations) is
broken up as well, which costs the reader nothing.
"""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard, assert_never
from urllib.parse import quote, urlsplit

import regex

from bot.render.post import (
    Block,
    Button,
    Buttons,
    Divider,
    Heading,
    Inline,
    Listing,
    Menu,
    Moment,
    Paragraph,
    Place,
    Post,
    Quote,
    Role,
    Section,
    Span,
    Style,
    Table,
)

ZERO_WIDTH_SPACE = "\u200b"
MOST_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Text:
    """One TextDisplay."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Side:
    """One Section: one TextDisplay with a button at its side."""

    markdown: str
    button: Button


@dataclass(frozen=True, slots=True)
class Row:
    """One ActionRow."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """One ActionRow with a select menu."""

    menu: Menu


@dataclass(frozen=True, slots=True)
class Rule:
    """One Separator."""


Piece = Text | Side | Row | Pick | Rule


def layout(post: Post) -> tuple[Piece, ...]:
    """The components of a message in order: neighbouring blocks of text share one TextDisplay.

    A piece without visible text is left out, since Discord refuses an empty one; a Section's button then stands alone.
    """
    pieces: list[Piece] = []
    run: list[Heading | Paragraph | Quote | Listing] = []

    def end_run() -> None:
        if text := _joined(run, apart="\n\n"):
            pieces.append(Text(text))
        run.clear()

    for block in post.blocks:
        match block:
            case Heading() | Paragraph() | Quote() | Listing():
                run.append(block)
                continue
            case Table():
                run.extend(block.stacked)
                continue
            case Section(blocks, button):
                end_run()
                text = _joined(blocks, apart="\n")
                pieces.append(Side(text, button) if text else Row((button,)))
            case Buttons(buttons):
                end_run()
                if buttons:
                    pieces.append(Row(buttons))
            case Menu():
                end_run()
                pieces.append(Pick(block))
            case Divider():
                end_run()
                pieces.append(Rule())
            case _:
                assert_never(block)
    end_run()
    return tuple(pieces)


def _joined(blocks: Sequence[Block], *, apart: str) -> str:
    text = ""
    before: Block | None = None
    for block in blocks:
        piece = block_text(block)
        if piece:
            text += (("\n" if _is_close(before, block) else apart) if text else "") + piece
            before = block
    return text


def _is_close(before: Block | None, block: Block) -> bool:
    """Whether two blocks belong together: a heading and its text, words and the list or quotation they open or close.

    Two quotations would flow into one, and what follows a list would become a part of its last entry.
    """
    if isinstance(before, Quote):
        return not isinstance(block, Quote)
    return isinstance(before, Heading) or (isinstance(block, Quote | Listing) and not isinstance(before, Listing))


@functools.lru_cache(maxsize=1024)
def block_text(block: Block) -> str:
    """One block as Markdown; the text of its Section for a Section; empty for what is no text.

    Remembered: a digest for thousands of channels consists of the same blocks, measured and laid out for each.
    """
    match block:
        case Heading(inlines, level):
            text = _one_line(inlines)
            return f"{'#' * min(max(level, 1), MOST_LEVELS)} {text}" if text else ""
        case Paragraph(inlines):
            return "\n".join(map(_line, _lines(inlines))).strip("\n")
        case Quote(inlines):
            lines = "\n".join(map(_line, _lines(inlines))).strip("\n")
            return "\n".join(f"> {line}" for line in lines.split("\n")) if lines else ""
        case Listing(entries, numbered):
            texts = [text for entry in entries if (text := _one_line(entry))]
            return "\n".join(f"{f'{count}.' if numbered else '-'} {text}" for count, text in enumerate(texts, 1))
        case Table():
            return _joined(block.stacked, apart="\n\n")
        case Section(blocks):
            return _joined(blocks, apart="\n")
        case Buttons() | Menu() | Divider():
            return ""
        case _:
            assert_never(block)


# ------------------------------------------------------------------------------------------------ lines and inlines


def _lines(inlines: Iterable[Inline]) -> list[list[Inline]]:
    """The inlines cut at their line breaks: a style that runs over a line break would end with its line."""
    lines: list[list[Inline]] = [[]]
    for inline in inlines:
        if not isinstance(inline, Span):
            lines[-1].append(inline)
            continue
        first, *others = visible(inline.text).split("\n")
        lines[-1].append(Span(first, inline.style, inline.url))
        lines.extend([Span(other, inline.style, inline.url)] for other in others)
    return lines


def _line(inlines: Sequence[Inline]) -> str:
    text = _run(inlines).strip()
    is_fine = any(isinstance(one, Span) and one.style is Style.FINE for one in inlines) and all(
        one.style is Style.FINE or not one.text.strip() for one in inlines if isinstance(one, Span)
    )
    return f"-# {text}" if is_fine and text else text


def _one_line(inlines: Iterable[Inline]) -> str:
    """All on one line, for headings and entries, which a line break would end."""
    return _run([one for line in _lines(inlines) for one in (*line, Span(" "))][:-1]).strip()


def _run(inlines: Iterable[Inline]) -> str:
    text = ""
    for inline in _merged(inlines):
        piece = _inline(inline)
        # Two styled neighbours would share their asterisks: **a****b**.
        if text and piece and text[-1] == piece[0] and piece[0] in "*`":
            text += ZERO_WIDTH_SPACE
        text += piece
    return text


def _merged(inlines: Iterable[Inline]) -> list[Inline]:
    """Neighbours without markup as one: escaped apart, ``:sm`` and ``ile:`` would be harmless, and together a smile."""
    merged: list[Inline] = []
    for inline in inlines:
        before = merged[-1] if merged else None
        if _is_bare(inline) and _is_bare(before):
            merged[-1] = Span(before.text + inline.text)
        else:
            merged.append(inline)
    return merged


def _is_bare(inline: Inline | None) -> TypeGuard[Span]:
    return isinstance(inline, Span) and inline.url is None and inline.style in {Style.PLAIN, Style.FINE}


def _inline(inline: Inline) -> str:
    match inline:
        case Moment(unix, _, relative):
            return f"<t:{unix}:{'R' if relative else 'f'}>"
        case Place(number):
            return f"<#{number}>"
        case Role(number):
            return f"<@&{number}>"
        case Span(text, style, url):
            return _span(text, style, url)
        case _:
            assert_never(inline)


def _span(text: str, style: Style, url: str | None) -> str:
    text = visible(text)
    core = text.strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    address = safe_address(url) if url else None
    if address:
        inner = f"[{label(core) or urlsplit(address).hostname}]({address})"
    elif style is Style.CODE:
        inner = code(core)
    else:
        inner = escape(core)
    match style:
        case Style.STRONG:
            inner = f"**{inner}**"
        case Style.EMPHASIS:
            inner = f"*{inner}*"
        case Style.PLAIN | Style.CODE | Style.FINE:
            pass
    return before + inner + after


# ------------------------------------------------------------------------------------------------ escaping

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?", re.DOTALL)
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
_PILED_MARKS = regex.compile(r"(\p{M}{4})\p{M}+")
"""More than four combining marks on one character belong to no language; they run over the lines around."""

_ALWAYS = re.compile(r"[\\*_~|`<\[\]]")
_LINE_START = re.compile(r"^([ \t]*)(>|[#+-](?![0-9A-Za-z]))", re.MULTILINE)
_LINE_START_NUMBER = re.compile(r"^([ \t]*\d+)([.)])(?=\s|$)", re.MULTILINE)
_SHORTCODE = re.compile(r":(?=[^\s:/]+:)")
_INVITATION = re.compile(r"(?i)(discord(?:app)?|dsc|invite)\.(?=gg|com|io|me|li)")


def visible(text: str) -> str:
    """``text`` without what cannot be seen but acts: control characters, direction marks, ANSI, piled-up marks."""
    text = _UNSEEN.sub(lambda found: " " if found.group() in "\t\x0b\x0c\x85\u2028\u2029" else "", _ANSI.sub("", text))
    return str(_PILED_MARKS.sub(r"\1", text))


def escape(text: str) -> str:
    """Running text that Discord shows as it is written; at most twice as many characters, four bytes for each."""
    text = _ALWAYS.sub(r"\\\g<0>", text)
    text = _LINE_START.sub(r"\1\\\2", text)
    text = _LINE_START_NUMBER.sub(r"\1\\\2", text)
    text = _SHORTCODE.sub(r"\:", text).replace("://", r"\://")
    text = _INVITATION.sub(r"\1\.", text)
    return text.replace("@", "@" + ZERO_WIDTH_SPACE)


def code(text: str) -> str:
    """Text between backticks, where nothing is escaped: so no backtick and no line break may be in it."""
    inner = " ".join(text.replace("`", "ˋ").split()).replace("@", "@" + ZERO_WIDTH_SPACE)
    return f"`{inner} `" if inner.endswith("\\") else f"`{inner}`" if inner else ""


_LOOK_ALIKES = str.maketrans({"[": "(", "]": ")", "*": "∗", "`": "ˋ", "\\": "∖", "\n": " "})
_OUTER_UNDERSCORE = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_MARKUP_BRACKET = re.compile(r"<(?=\S)")
_PICTURES = regex.compile(
    r"(?:\p{Extended_Pictographic}|[\u2600-\u27BF\U0001F000-\U0001FAFF]|\p{EMod}|[\uFE0E\uFE0F\u200D\u20E3])+"
)


def label(text: str) -> str:
    """The label of a link: no brackets, no backslash (it would be shown), no emoji (it would break the link).

    Round brackets are harmless once there are no square ones. May be empty.
    """
    text = _PICTURES.sub(" ", text).translate(_LOOK_ALIKES)
    text = _OUTER_UNDERSCORE.sub("ˍ", text).replace("~~", "∼∼").replace("||", "∣∣")
    text = _MARKUP_BRACKET.sub("‹", text)
    text = _SHORTCODE.sub(":" + ZERO_WIDTH_SPACE, text).replace("://", f":{ZERO_WIDTH_SPACE}//")
    text = _INVITATION.sub(rf"\1.{ZERO_WIDTH_SPACE}", text)
    return " ".join(text.replace("@", "@" + ZERO_WIDTH_SPACE).split())


def safe_address(url: str) -> str | None:
    """``url`` so that it can stand in a link without ending it; None where it is no web address."""
    address = quote(url.strip(), safe="%/:?#@!$&+,;=~-._")
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in {"http", "https"} and parts.hostname else None
