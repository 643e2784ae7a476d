"""Why a digest holds what it holds: the sums, and each paper's reasons as they were when it was picked."""

from collections.abc import Mapping

from bot.render import phrases
from bot.render.limits import roomiest
from bot.render.phrases import APART, fine, heading, sentence, text
from bot.render.post import Block, Inline, Listing, Post, Span, Style
from storage.records import Delivery, DestinationKind, Paper, PaperId

HOW = {
    False: "Papers are ordered by trend unless this channel's setup says otherwise: upvotes, how fast they come in, "
    "comments and code stars count; age counts against. Nobody can buy a place.",
    True: "A paper is here because it matches one of your topics; the words in brackets are those that matched.",
}
SIZES = range(60, 301, 10)


def why(delivery: Delivery, papers: Mapping[PaperId, Paper]) -> Post:
    """The account of one delivery; ``papers`` gives the titles of those that the store still holds."""
    sums = sentence(phrases.sums(delivery.considered, len(delivery.paper_ids), delivery.left_out))
    title = heading(f"Why these papers?{APART}{phrases.day(delivery.key.local_date)}", level=3)
    is_personal = delivery.key.destination.kind is DestinationKind.PERSON
    closing: list[Block] = [fine(HOW[is_personal])]
    if not delivery.paper_ids:
        title = heading(f"Why no papers?{APART}{phrases.day(delivery.key.local_date)}", level=3)
        reason = sentence(phrases.line(delivery.problem or "none was picked", 400))
        return Post((title, text(f"{reason}\n{sums}")))

    def build(size: int) -> Post:
        entries = tuple(_entry(delivery, paper_id, papers.get(paper_id), size) for paper_id in delivery.paper_ids[:10])
        return Post((title, text(sums), Listing(entries, numbered=True), *closing))

    return roomiest(SIZES, build)


def _entry(delivery: Delivery, paper_id: PaperId, paper: Paper | None, size: int) -> tuple[Inline, ...]:
    title = phrases.title(paper, size) if paper else f"arXiv {paper_id}"
    reasons = phrases.line(delivery.notes.get(paper_id, ""), size) or "no reason was recorded"
    return (Span(title, Style.STRONG, f"https://arxiv.org/abs/{paper_id}"), Span(f": {reasons}"))
