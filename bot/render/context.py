"""An answer's quotations where they stand, and thanks to whoever says what they think of it."""

from bot.core.excerpts import InContext, cuts
from bot.core.grounding import Passage
from bot.render import phrases
from bot.render.actions import ShowContext, encode
from bot.render.highlight import marked
from bot.render.limits import roomiest
from bot.render.phrases import APART, counted, fine, heading, quoted, strong, text
from bot.render.post import Block, Button, Buttons, Post, Quote, Span, Style
from storage.fulltext import Origin
from storage.naming import address_of
from storage.records import PaperId

SHOWN_OF_QUESTION = 200
ROOMS = range(100, 1501, 50)
"""Code points of one excerpt."""


def context_post(shown: InContext, token: str, *, whole: bool = False) -> Post:
    """Each quotation in what its section says around it, with the way to the place itself, and to the next ones.

    ``token`` is that of the answer. ``whole`` is for where no message is sent: as much around each as there may be.
    """

    def build(room: int) -> Post:
        blocks: list[Block] = [heading("In context: ", quoted(shown.question, SHOWN_OF_QUESTION), level=3)]
        for passage, words, marks in cuts(shown.excerpts, room):
            quote = Quote(marked(words, marks, room))
            blocks += [text(strong(phrases.line(passage.section, 60) or "Text")), quote, _source(passage, shown, room)]
        if shown.lost:
            blocks.append(fine(_lost(shown.lost)))
        if shown.behind is not None:
            blocks.append(Buttons((Button("Further quotations", action=encode(ShowContext(token, shown.behind))),)))
        return Post(tuple(blocks))

    return build(ROOMS[-1]) if whole else roomiest(ROOMS, build)


def voted(*, is_good: bool) -> Post:
    """What becomes of a vote."""
    if is_good:
        return Post((heading("Thank you", level=3), text("I noted that this answer helps. 👎 changes your mind.")))
    words = (
        "I noted that this answer does not help. Those who run me, and this server, see the question and not who you "
        "are. 👍 changes your mind."
    )
    return Post((heading("Thank you for saying so", level=3), text(words)))


def _source(passage: Passage, shown: InContext, room: int) -> Block:
    paper = shown.papers.get(passage.paper_id)
    title = phrases.title(paper, min(room, 120)) if paper else phrases.called(passage.paper_id)
    url, name = _place(passage, shown.origins.get(passage.paper_id))
    return fine(Span(APART.join(filter(None, (title, name))), Style.FINE, url))


def _lost(count: int) -> str:
    stands = "stands" if count == 1 else "stand"
    return f"{counted(count, 'quotation')} {stands} no longer in the text that I have: it changed since."


def _place(passage: Passage, origin: Origin | None) -> tuple[str, str]:
    """The address of a passage as near as it is known, and what is there in words."""
    if passage.place and origin is Origin.HTML:
        return html_address(passage.paper_id, passage.place), "this section on arXiv"
    if passage.place and origin is Origin.PDF:
        return f"https://arxiv.org/pdf/{passage.paper_id}#page={passage.place}", f"page {passage.place} of the PDF"
    return address_of(passage.paper_id), ""


def html_address(paper_id: PaperId, anchor: str) -> str:
    """A section of arXiv's HTML of a paper."""
    return f"https://arxiv.org/html/{paper_id}#{anchor}"
