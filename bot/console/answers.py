"""An answer at a terminal: what is printed stays, so each claim of a model's comes when it stands, the rest below."""

from collections.abc import Awaitable, Callable, Mapping

from bot.core.grounding import Answer, Claim
from bot.render.answer import answer_post, closing, further_claims
from bot.render.post import Post
from bot.services.discussion import Reply, Watch
from storage.records import Paper, PaperId


async def show_answer(ask: Callable[[Watch], Awaitable[Reply]], show: Callable[[Post], None]) -> Reply:
    """Show what ``ask`` tells and gives, and give it, too.

    What it takes back in the end, an answer that broke off, is shown anew.
    """
    shown: tuple[Claim, ...] = ()

    def watch(answer: Answer, papers: Mapping[PaperId, Paper]) -> None:
        nonlocal shown
        if len(answer.claims) > len(shown):
            show(further_claims(answer, papers, after=len(shown)))
            shown = answer.claims

    reply = await ask(watch)
    is_shown = bool(shown) and reply.answer.claims == shown
    if is_shown:
        show(closing(reply.answer, reply.token))
    else:
        show(answer_post(reply.answer, reply.papers, reply.token))
    return reply
