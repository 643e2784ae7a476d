"""An answer to a question, worded as what it is: without a model passages are only ever called passages."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.grounding import EXTRACTIVE, Answer, AnswerStatus, Claim, Label, Read
from bot.render import phrases
from bot.render.actions import ShowContext, VoteOn, encode
from bot.render.highlight import marked, occurrences
from bot.render.limits import roomiest
from bot.render.paper_lines import about
from bot.render.phrases import APART, fine, heading, quoted, text
from bot.render.post import Block, Button, Buttons, Inline, Post, Quote, Span, Style
from storage.fulltext import Origin
from storage.naming import address_of
from storage.records import Paper, PaperId

MOST_CLAIMS = 6
MOST_NEAREST = 3
MOST_PAPER_BUTTONS = 5
SHOWN_OF_QUESTION = 200

Source = tuple[PaperId, str]
"""A paper and a section of it."""

_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]{2}")

FROM = {
    Origin.MARKDOWN: "from Hugging Face",
    Origin.HTML: "from arXiv's HTML",
    Origin.PDF: "from the PDF, where tables and formulas are often out of order",
}
HOW = {
    AnswerStatus.ANSWERED: "Each sentence stands on the quotation below it, checked word for word.",
    AnswerStatus.PASSAGES: "The closest passages I found; read them in context, since they need not hold the answer.",
}


@dataclass(frozen=True, slots=True)
class _Room:
    claim: int
    quote: int
    title: int


ROOMS = tuple(_Room(claim=size, quote=size, title=min(size, 120)) for size in range(60, 1201, 20))


def answer_post(answer: Answer, papers: Mapping[PaperId, Paper], token: str | None = None) -> Post:
    """The answer with its quotations, the papers they come from, and what was read for it.

    Under ``token`` the store keeps it; without one it cannot be gone back to.
    """
    claims = answer.claims[:MOST_CLAIMS] if answer.status is not AnswerStatus.NOT_FOUND else ()
    if not claims:
        return _not_found(answer, papers, token)

    def build(room: _Room) -> Post:
        blocks: list[Block] = [_question(answer), *_note(answer)]
        if answer.status is AnswerStatus.PASSAGES:
            blocks.append(text(HOW[answer.status]))
        return Post((*blocks, *_told(claims, papers, room), *closing(answer, token).blocks))

    return roomiest(ROOMS, build)


def growing_post(answer: Answer, papers: Mapping[PaperId, Paper]) -> Post:
    """What stands by now of an answer that a model is writing, and what was read for it."""
    claims = answer.claims[:MOST_CLAIMS]
    state = "Still writing …" if claims else f"Looking for an answer in {phrases.counted(len(answer.read), 'paper')} …"

    def build(room: _Room) -> Post:
        told = _told(claims, papers, room)
        return Post((_question(answer), *told, fine(f"{state}\n{coverage(answer.read)}")))

    return roomiest(ROOMS, build)


def further_claims(answer: Answer, papers: Mapping[PaperId, Paper], *, after: int) -> Post:
    """The claims of an answer behind its first ones, for a place where those stand already."""
    told = _told(answer.claims[:MOST_CLAIMS], papers, ROOMS[-1], after=after)
    return Post((*((_question(answer),) if after == 0 else ()), *told))


def closing(answer: Answer, token: str | None = None) -> Post:
    """What stands below the claims of an answer: what they rest on, and what can be done with it."""
    how = f"{HOW[answer.status]}\n" if answer.status is AnswerStatus.ANSWERED else ""
    return Post((fine(how + coverage(answer.read)), *_buttons(answer.claims[:MOST_CLAIMS], token)))


def _note(answer: Answer) -> list[Block]:
    return [text(phrases.line(answer.note, SHOWN_OF_QUESTION))] if answer.note else []


def _nothing(answer: Answer) -> str:
    """Why there is no claim: without a model nothing was near, with one it found nothing that it could quote."""
    if answer.engine == EXTRACTIVE:
        return "I found no passage that touches this question."
    return "NOT FOUND: in the passages that the model read it found no answer that it could quote."


def coverage(read: Sequence[Read]) -> str:
    """What was read, in words."""
    if not read:
        return "Read: nothing, since I have no text to read for this."
    full = [one for one in read if one.origin is not None]
    short, several = _shorter([one for one in read if one.origin is None])
    if not full:
        return (
            f"Read: {short} only, not the whole paper."
            if len(read) == 1
            else f"Read: {several} only, not the whole papers."
        )
    if len(read) > len(full):
        return f"Read: the full text of {len(full)} of {len(read)} papers; of the others {short} only."
    places = " and ".join(dict.fromkeys(FROM[one.origin] for one in full if one.origin in FROM))
    cut = "" if all(one.whole for one in full) else " It is so long that only its beginning was read."
    return f"Read: the full text, {places}.{cut}"


def _shorter(read: Sequence[Read]) -> tuple[str, str]:
    """What was read in the place of a whole text, of one paper and of several."""
    has_abstract = {one.has_abstract for one in read}
    if has_abstract == {False}:
        return "a summary by others", "summaries by others"
    if False in has_abstract:
        return "the abstract or a summary by others", "abstracts and summaries by others"
    return "the abstract", "abstracts"


def _what_helps(answer: Answer) -> str:
    if answer.engine == EXTRACTIVE and not _LATIN.search(answer.question):
        return "I look for the question's own words, and most papers are in English: ask in the paper's language."
    return "Try the words that a paper would use, or name the paper that you mean."


def _not_found(answer: Answer, papers: Mapping[PaperId, Paper], token: str | None) -> Post:
    nearest = answer.nearest[:MOST_NEAREST]

    def build(room: _Room) -> Post:
        blocks: list[Block] = [_question(answer), *_note(answer), text(_nothing(answer))]
        if nearest:
            blocks.append(text("The nearest that I have, which may be about something else:"))
        else:
            blocks.append(text(_what_helps(answer)))
        return Post((*blocks, *_told(nearest, papers, room), fine(coverage(answer.read)), *_buttons(nearest, token)))

    return roomiest(ROOMS, build)


def _question(answer: Answer) -> Block:
    return heading(quoted(answer.question, SHOWN_OF_QUESTION), level=3)


def source(claim: Claim) -> Source:
    """Where its quotation stands."""
    return claim.paper_id, claim.section


def numbered(claims: Iterable[Claim]) -> dict[Source, int]:
    """Their sources with a number each, in the order in which they are quoted."""
    return {found: number for number, found in enumerate(dict.fromkeys(map(source, claims)), 1)}


def _told(claims: Sequence[Claim], papers: Mapping[PaperId, Paper], room: _Room, *, after: int = 0) -> list[Block]:
    """Claims behind the first ones, each with its quotation and the number of its source among those of all."""
    numbers, blocks = numbered(claims), list[Block]()
    for claim in claims[after:]:
        if said := worded(claim, room.claim):
            blocks.append(text(said))
        quote = " ".join(claim.quote.split())
        where = fine(f"[{numbers[source(claim)]}] ", *_source(claim, papers.get(claim.paper_id), room))
        blocks += [Quote(marked(quote, occurrences(claim.matched, quote), room.quote)), where]
    return blocks


def worded(claim: Claim, size: int) -> str:
    """What a claim says beyond its quotation, in ``size`` characters; nothing where both are the same words."""
    if claim.label is Label.QUOTED or _plain(claim.text) == _plain(claim.quote):
        return ""
    conclusion = " (my conclusion from this passage, not its words)" if claim.label is Label.INFERRED else ""
    return phrases.line(claim.text, size) + conclusion


def _plain(sentence: str) -> str:
    return " ".join(sentence.split()).rstrip(".").casefold()


def _source(claim: Claim, paper: Paper | None, room: _Room) -> tuple[Inline, ...]:
    title = phrases.title(paper, room.title) if paper else phrases.called(claim.paper_id)
    url = address_of(claim.paper_id)
    told = (phrases.line(claim.section, 60), phrases.change(paper) if paper and paper.withdrawn_at else "")
    where = APART.join(filter(None, told))
    return (Span(title, Style.FINE, url), *((Span(f"{APART}{where}", Style.FINE),) if where else ()))


def _buttons(claims: Sequence[Claim], token: str | None) -> list[Block]:
    rows = (_paper_buttons(claims), answer_buttons(token, quotes=bool(claims)))
    return [Buttons(row) for row in rows if row]


def answer_buttons(token: str | None, *, quotes: bool = True, first: int = 0) -> tuple[Button, ...]:
    """What can be done with an answer that is kept under ``token``: its quotations from one on, and two votes."""
    if token is None:
        return ()
    votes = tuple(
        Button(label, action=encode(VoteOn(token, is_good))) for label, is_good in (("👍", True), ("👎", False))
    )
    context = Button("Show more context", action=encode(ShowContext(token, first)), command=f"/context {token}")
    return (context, *votes) if quotes else votes


def _paper_buttons(claims: Sequence[Claim]) -> tuple[Button, ...]:
    ids = list(dict.fromkeys(claim.paper_id for claim in claims))[:MOST_PAPER_BUTTONS]
    return tuple(about(one, "About this paper" if len(ids) == 1 else f"About {one}") for one in ids)
