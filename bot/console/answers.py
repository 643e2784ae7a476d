"""What a model writes, at a terminal: what is printed stays, so each piece comes when it stands, the rest below.

What was taken back in the end, a text that broke off, is shown anew.
"""

from collections.abc import Awaitable, Callable, Mapping

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


async def show_answer(ask: Callable[[discussion.Watch], Awaitable[Reply]], show: Show) -> Reply:
    """Show what ``ask`` tells and gives, claim by claim, and give it, too."""
    shown: tuple[Claim, ...] = ()

    def watch(answer: Answer, papers: Mapping[PaperId, Paper]) -> None:
        nonlocal shown
        if len(answer.claims) > len(shown):
            show(further_claims(answer, papers, after=len(shown)))
            shown = answer.claims

    reply = await ask(watch)
    stands = bool(shown) and reply.answer.claims == shown
    show(closing(reply.answer, reply.token) if stands else answer_post(reply.answer, reply.papers, reply.token))
    return reply


async def show_summary(
    sum_up: Callable[[summaries.Watch], Awaitable[tuple[Summary, str | None]]], show: Show
) -> Summary:
    """Show what ``sum_up`` tells and gives, line by line, and give it, too; its token comes beside it."""
    shown: tuple[Line, ...] = ()

    def watch(summary: Summary) -> None:
        nonlocal shown
        if len(summary.lines) > len(shown):
            show(further_lines(summary, after=len(shown)))
            shown = summary.lines

    found, token = await sum_up(watch)
    stands = bool(shown) and found.lines == shown
    show(closing_lines(found, token) if stands else summary_post(found, token))
    return found
