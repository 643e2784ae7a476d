"""Papers side by side: for each aspect the sentence of each paper that tells it, or what a model makes of such ones."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core import passages
from bot.core.allowance import Asker
from bot.core.aspect_signs import Aspect
from bot.core.aspects import telling, told
from bot.core.comparison import FEWEST, MOST, QUESTIONS, Comparison, Row
from bot.core.grounding import EXTRACTIVE, AnswerStatus, Label, Passage, quotation
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import choices, drafting, reading, search
from storage.records import PaperId

GIVEN = 3
"""Passages of each paper that a model is given for one aspect."""
WITHIN = timedelta(minutes=2)
"""How long a model may take for all aspects; those that are left then are told in the papers' own words."""
STILL_WRITING = "Still writing, point {} of {}. What the model has not come to is told in the papers' own words."
TOO_SLOW = "The model takes too long, so what it has not done is told in the papers' own words."

Texts = Mapping[PaperId, Sequence[Passage]]


Watch = Callable[[Comparison], None]
"""Is shown a comparison while a model words it, aspect by aspect; the others are in the papers' own words by then."""


async def compare(
    r: Resources, named: Sequence[str], asker: Asker | None = None, *, watch: Watch | None = None
) -> Comparison:
    """Two to four papers by all aspects; ``asker`` is None for whoever runs the bot.

    Raises:
        InvalidInput: they are fewer or more, or one of them is none; or ``asker`` may not ask here.
        UnknownPaper: the store does not hold one of them.
    """
    r = await choices.served(r, asker)
    papers = list({paper.id: paper for paper in [await search.paper(r, text) for text in named]}.values())
    if not FEWEST <= len(papers) <= MOST:
        count = "one paper" if len(papers) == 1 else f"{len(papers)} papers"
        raise InvalidInput(f"A comparison takes two to four papers, and this is {count}. Name them by their ids.")
    full = await asyncio.gather(*(reading.full_text(r, paper) for paper in papers))
    texts = {
        paper.id: await asyncio.to_thread(passages.of_paper, paper, text)
        for paper, text in zip(papers, full, strict=True)
    }
    read = tuple(reading.read_of(paper, text) for paper, text in zip(papers, full, strict=True))
    rows = await asyncio.to_thread(_in_own_words, texts)
    found = Comparison(papers=papers, engine=EXTRACTIVE, rows=rows, read=read)
    if r.answerer.name == EXTRACTIVE:
        return found
    found = await _by_model(r, found, texts, asker, watch)
    is_plain = all(cell.label is Label.QUOTED for row in found.rows for cell in row.cells.values())
    return replace(found, engine=EXTRACTIVE if is_plain else r.answerer.name)


def _in_own_words(texts: Texts) -> list[Row]:
    found = {paper_id: told(own) for paper_id, own in texts.items()}
    return [
        Row(aspect, {paper_id: quotation(by[aspect]) for paper_id, by in found.items() if aspect in by})
        for aspect in Aspect
    ]


async def _by_model(
    r: Resources, plain: Comparison, texts: Texts, asker: Asker | None, watch: Watch | None
) -> Comparison:
    """In each cell what the model claims of that paper where it stands; and why it was not asked for some."""
    until = r.clock() + WITHIN
    rows = list(plain.rows)
    for place, row in enumerate(plain.rows):
        given = [passage for own in texts.values() for passage in telling(row.aspect, own, limit=GIVEN)]
        if not given:
            continue
        if r.clock() >= until:
            return replace(plain, rows=rows, note=TOO_SLOW)
        if watch is not None:
            done = STILL_WRITING.format(place + 1, len(rows))
            watch(replace(plain, engine=r.answerer.name, rows=tuple(rows), note=done))
        answer = await drafting.drafted(r, QUESTIONS[row.aspect], plain.papers, given, asker)
        if answer.note:  # it failed, and would again
            return replace(plain, rows=rows, note=answer.note)
        if answer.status is AnswerStatus.ANSWERED:
            claimed = {claim.paper_id: claim for claim in reversed(answer.claims)}
            rows[place] = Row(row.aspect, {**row.cells, **claimed})
    return replace(plain, rows=rows)
