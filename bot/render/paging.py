"""Turning pages: which part is shown, and the two buttons."""

from collections.abc import Callable

from bot.render.actions import Action, encode
from bot.render.post import Button


def span(offset: int, shown: int, total: int, *, exact: bool = True) -> str:
    """``1–5 of 42``, ``1–5 of more than 1,000``, ``3 of 3`` for a single one."""
    last = offset + shown
    part = f"{offset + 1:,}" if shown == 1 else f"{offset + 1:,}–{last:,}"
    return f"{part} of {total:,}" if exact else f"{part} of more than {total:,}"


def turn(offset: int, shown: int, *, step: int, more: bool, to: Callable[[int], Action]) -> tuple[Button, ...]:
    """Previous and Next, disabled at the ends; no buttons where everything stands on this page.

    ``to`` makes the action for an offset. The next page begins after what is shown, so nothing is ever left out.
    """
    if offset == 0 and not more:
        return ()
    return (
        Button("Previous", action=encode(to(max(0, offset - max(step, 1)))), command="/back", disabled=offset == 0),
        Button("Next", action=encode(to(offset + max(shown, 1))), command="/next", disabled=not more),
    )
