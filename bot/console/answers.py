"""What a model writes, at a terminal: what is printed stays, so each piece comes when it stands, the rest below.

What was taken back in the end, a text that broke off, is shown anew.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from bot.core.grounding import Answer, Claim
from bot.core.summary import Line, Summary
from bot.render.answer import answer_post, closing, further_claims
from bot.render.post import Post
from bot.render.summary import closing_lines, further_lines, summary_post
from bot.services import discussion
from bot.services import summary as summaries
from bot.services.discussion import Reply
from storage.records import Paper, PaperId

Show = Callable[[Post], None]
T = TypeVar("T")


async def show_answer(ask: Callable[[discussion.Watch], Awaitable[Reply]], show: Show) -> Reply:
    """Show what ``ask`` tells and gives, claim by claim, and give it, too."""
    printed = _Printed[Claim](show)

    def watch(answer: Answer, papers: Mapping[PaperId, Paper]) -> None:
        printed.grow(answer.claims, lambda after: further_claims(answer, papers, after=after))

    reply = await ask(watch)
    stands = printed.is_all(reply.answer.claims)
    show(closing(reply.answer, reply.token) if stands else answer_post(reply.answer, reply.papers, reply.token))
    return reply


async def show_summary(
    sum_up: Callable[[summaries.Watch], Awaitable[tuple[Summary, str | None]]], show: Show
) -> Summary:
    """Show what ``sum_up`` tells and gives, line by line, and give it, too; its token comes beside it."""
    printed = _Printed[Line](show)

    def watch(summary: Summary) -> None:
        printed.grow(summary.lines, lambda after: further_lines(summary, after=after))

    found, token = await sum_up(watch)
    show(closing_lines(found, token) if printed.is_all(found.lines) else summary_post(found, token))
    return found


class _Printed(Generic[T]):
    """The pieces that stand on the screen already."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._pieces: tuple[T, ...] = ()

    def grow(self, pieces: tuple[T, ...], behind: Callable[[int], Post]) -> None:
        """Show those of ``pieces`` that are new: what ``behind`` makes of all after the first ones."""
        if len(pieces) > len(self._pieces):
            self._show(behind(len(self._pieces)))
            self._pieces = pieces

    def is_all(self, pieces: tuple[T, ...]) -> bool:
        """Whether ``pieces``, and nothing else, were shown."""
        return bool(pieces) and pieces == self._pieces
