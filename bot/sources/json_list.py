"""A site's answer in JSON, mostly a list: what it has to be, and what it is instead, in words. Pure."""

import json
import math
from typing import Any

from bot.core.text import clean
from bot.errors import SourceChanged
from bot.sources.items import LONGEST_REASON, MOST_ITEMS

MOST_BYTES = 16 * 2**20
"""A hundred papers of Hugging Face's are half a megabyte, five hundred of Semantic Scholar's a third of one."""
MOST_PARTS = 500_000
"""Objects and lists: a hundred papers of Hugging Face's have about two thousand, and each takes a hundred bytes."""
LARGEST_NUMBER = 10**9
"""No count of votes, stars or citations is near it, and every database's integer holds it."""


def read_list(body: bytes, source: str) -> list[Any]:
    """The items of one answer, unread.

    Raises:
        SourceChanged: it is not a list of papers; the message says what it is instead.
    """
    items = read_json(body, source)
    if not isinstance(items, list):
        raise SourceChanged(source, f"The answer is not a list of papers but {kind_of(items)}.")
    if len(items) > MOST_ITEMS:
        raise SourceChanged(source, f"The answer lists {len(items):,} items, which no list of papers does.")
    return items


def read_json(body: bytes, source: str) -> Any:
    """One answer, whatever it is.

    Raises:
        SourceChanged: it is too large, or no JSON; the message says what it is instead.
    """
    if len(body) > MOST_BYTES:
        raise SourceChanged(source, f"The answer is larger than {MOST_BYTES // 2**20} MB, which no list of papers is.")
    start = body[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start:
        raise SourceChanged(source, "The answer is empty.")
    if start.startswith(b"<"):
        raise SourceChanged(source, "The answer is a web page (HTML), not the list of papers.")
    if body.count(b"{") + body.count(b"[") > MOST_PARTS:
        raise SourceChanged(source, f"The answer has more than {MOST_PARTS:,} parts, which no list of papers has.")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceChanged(source, _not_json(error)) from None


def whole_number(value: Any) -> int | None:
    """A count, or None where it is none. Numbers may come as floats; true and false are no numbers here."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if 0 <= value <= LARGEST_NUMBER else None


def kind_of(value: Any) -> str:
    """What an item is, where it is no paper."""
    match value:
        case {"error": str(text)}:
            return f"an error: {clean(text, LONGEST_REASON)}"
        case dict():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a text"
        case bool() | None:
            return "empty" if value is None else "true or false"
        case _:
            return "a number"


def _not_json(error: ValueError | RecursionError) -> str:
    match error:
        case json.JSONDecodeError() if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
            return f"The answer is cut off after {len(error.doc):,} characters."
        case json.JSONDecodeError():
            return f"The answer is not JSON (line {error.lineno}, column {error.colno})."
        case RecursionError():
            return "The answer is nested deeper than any list of papers."
        case _:
            return "The answer is not JSON: it holds bytes or numbers that cannot be read."
