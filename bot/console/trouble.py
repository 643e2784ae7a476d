"""Failures in words for the person at the terminal, who is also the one who runs the bot. Pure."""

from rich.cells import cell_len

from bot.errors import BotError, QuerySyntaxError
from bot.render.markdown import visible
from storage.errors import StorageError

SHOWN_BEFORE = 60
SHOWN_AFTER = 40
"""Characters of a query before and behind the place where it stops making sense."""

BUG = (
    "Something went wrong that nobody foresaw: this is a bug in Paperboy. What is known of it stands in the log above."
)


def told(error: Exception) -> str:
    """What is wrong and how to mend it; a query is shown with a caret under the place."""
    match error:
        case QuerySyntaxError():
            return "\n".join((error.problem, *_pointed_at(error.text, error.column - 1), error.hint))
        case BotError() | StorageError():
            return str(error)
        case _:
            return BUG


def _pointed_at(query: str, at: int) -> tuple[str, str]:
    """The part of ``query`` around ``at``, and a caret under that character."""
    at = min(max(at, 0), len(query))
    before, after = query[max(at - SHOWN_BEFORE, 0) : at], query[at : at + SHOWN_AFTER]
    start = "…" if at > SHOWN_BEFORE else ""
    end = "…" if len(query) > at + SHOWN_AFTER else ""
    shown_before = start + _one_line(before)
    return f"  {shown_before}{_one_line(after)}{end}", f"  {' ' * cell_len(shown_before)}^"


def _one_line(text: str) -> str:
    return visible(text).replace("\n", " ")
