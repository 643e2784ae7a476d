"""A paper in a few lines: by the model where there is one and its lines stand, else in the paper's own words."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.core import passages
from bot.core.allowance import Asker
from bot.core.aspects import essence
from bot.core.grounding import EXTRACTIVE, AnswerStatus, Claim
from bot.core.style import Style
from bot.core.summary import QUESTIONS, Line, Summary, in_own_words
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import choices, drafting, reading, search

TO_AN_ASPECT = 2
"""Passages beside the abstract that a model is given for each aspect: with more, their end would be cut off."""
NEEDS_A_MODEL = "Plain words take a language model, and I have none here; this is what the paper itself says."
NOTHING_STOOD = "The model wrote nothing that I could find in the paper, so here are the paper's own words instead."


Watch = Callable[[Summary], None]
"""Is shown a summary while a model writes it: those of its lines that stand by now."""


async def summarise(
    r: Resources, text: str, style: Style, asker: Asker | None = None, *, watch: Watch | None = None
) -> Summary:
    """The paper that ``text`` names, in the lines that ``style`` asks for; ``asker`` is None for whoever runs the bot.

    Raises:
        InvalidInput: it names none, or one of which there is nothing to read; or they may not ask here.
        UnknownPaper: the store does not hold it.
    """
    r = await choices.served(r, asker)
    paper = await search.paper(r, text)
    full = await reading.full_text(r, paper)
    texts = await asyncio.to_thread(passages.of_paper, paper, full)
    if not texts:
        raise InvalidInput(f"Of {paper.id} I have no more than the title, so there is nothing to sum up.")
    read = reading.read_of(paper, full)
    note = NEEDS_A_MODEL if style is Style.NEWCOMER else ""
    if r.answerer.name != EXTRACTIVE:
        given = await asyncio.to_thread(essence, texts, to_an_aspect=TO_AN_ASPECT)
        of_model = Summary(paper=paper, style=style, engine=r.answerer.name, lines=(), read=read)

        def heard(claims: Sequence[Claim]) -> None:
            if watch is not None:
                watch(replace(of_model, lines=tuple(map(Line, claims))))

        answer = await drafting.drafted(r, QUESTIONS[style], [paper], given, asker, heard=heard)
        if answer.status is AnswerStatus.ANSWERED and answer.claims:
            return replace(of_model, lines=tuple(map(Line, answer.claims)))
        note = answer.note or NOTHING_STOOD
    lines = await asyncio.to_thread(in_own_words, texts, style)
    return Summary(paper=paper, style=style, engine=EXTRACTIVE, lines=lines, read=read, note=note)
