"""How each server is answered: what its admins chose, changed and applied."""

from dataclasses import replace

from bot.answering.extractive import Extractive
from bot.core.allowance import Asker
from bot.core.choices import Offer, Terms, Wish, changed, may_ask, terms
from bot.core.grounding import EXTRACTIVE
from bot.errors import MayNotAsk
from bot.ports import Resources


def offer(r: Resources) -> Offer:
    """What whoever runs the bot offers to every server."""
    models = tuple(one.name for one in (r.answerer, *r.further_models) if one.name != EXTRACTIVE)
    return Offer(models=models, questions_a_server=r.allowance.questions_a_server if r.allowance else None)


async def holding(r: Resources, asker: Asker | None) -> Terms | None:
    """What holds where somebody asks; None in a direct message and at a terminal, where nobody chooses anything."""
    return await of_server(r, asker.guild_id) if asker is not None and asker.guild_id is not None else None


async def of_server(r: Resources, guild_id: int) -> Terms:
    """What holds in a server."""
    async with r.store.read() as tx:
        return terms(await tx.choices.get(guild_id), offer(r))


async def served(r: Resources, asker: Asker | None) -> Resources:
    """The same, as ``asker`` is answered where they ask.

    Raises:
        MayNotAsk: it takes a role that they do not have.
    """
    held = await holding(r, asker)
    if asker is None or held is None:
        return r
    if not may_ask(asker, held.role_ids):
        raise MayNotAsk(held.role_ids)
    answerers = {one.name: one for one in (r.answerer, *r.further_models)}
    return replace(r, answerer=answerers.get(held.engine) or Extractive(), language=held.language)


async def change(r: Resources, guild_id: int, wish: Wish) -> Terms:
    """Keep what the admins of a server choose; gives what holds from now on.

    Raises:
        InvalidInput: it cannot be chosen.
    """
    async with r.store.write() as tx:
        chosen = changed(await tx.choices.get(guild_id), wish, offer(r))
        await tx.choices.save(chosen)
    return terms(chosen, offer(r))
