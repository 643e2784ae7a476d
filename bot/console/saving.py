"""The commands that keep papers for later."""

from bot import pages
from bot.console.grammar import Typed
from bot.console.outbox import PERSON_HERE
from bot.console.reading import page_of
from bot.console.talk import Kept, Talk


async def save(talk: Talk, typed: Typed) -> None:
    """Keep one, by its number in the list, its id or its address."""
    talk.show(await pages.save(talk.r, PERSON_HERE, talk.paper_named(typed.text)))


async def saved(talk: Talk, typed: Typed) -> None:
    """Those that were kept, the last one first."""
    limit, offset = page_of(typed)
    await talk.show_list(Kept(text=typed.text, limit=limit, offset=offset))


async def unsave(talk: Talk, typed: Typed) -> None:
    """Take one out again, by its number in the list, its id or its address."""
    talk.show(await pages.unsave(talk.r, PERSON_HERE, talk.paper_named(typed.text)))
