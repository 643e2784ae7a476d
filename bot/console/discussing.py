"""The commands that talk about papers: until that ends, a question without a paper is about them."""

from bot.console.grammar import Typed
from bot.console.outbox import HERE
from bot.console.talk import Talk
from bot.render.threads import discussed_papers, thread_card, thread_token
from bot.services import discussed, search, threads


async def start(talk: Talk, typed: Typed) -> None:
    """Begin anew, with one paper."""
    paper = await search.paper(talk.r, talk.paper_named(typed.text))
    begun = await threads.begin(talk.r, paper)
    _, post = thread_card(begun, thread_token(HERE, paper.id), await search.freshness(talk.r))
    talk.discussed = (paper.id,)
    talk.turns.clear()
    talk.show(post)


async def add(talk: Talk, typed: Typed) -> None:
    """Go on with one more paper."""
    paper = await search.paper(talk.r, talk.paper_named(typed.text))
    discussed.require_room(talk.discussed, paper.id)
    talk.discussed = tuple(dict.fromkeys((*talk.discussed, paper.id)))
    held = await search.papers(talk.r, talk.discussed)
    talk.show(discussed_papers([held[one] for one in talk.discussed if one in held], added=paper))


async def papers(talk: Talk, _typed: Typed) -> None:
    """Which ones are talked about."""
    held = await search.papers(talk.r, talk.discussed)
    talk.show(discussed_papers([held[one] for one in talk.discussed if one in held]))


async def end(talk: Talk, _typed: Typed) -> None:
    """Talk about none of them any more."""
    talk.discussed = ()
    talk.turns.clear()
    talk.show(discussed_papers(()))
