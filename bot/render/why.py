"""Why a digest holds what it holds: the sums, and each paper's reasons as they were when it was picked."""

from collections.abc import Mapping

from bot.render import phrases
from bot.render.limits import roomiest
from bot.render.phrases import APART, fine, heading, sentence, text
from bot.render.post import Inline, Listing, Post, Span, Style
from storage.naming import address_of
from storage.records import Delivery, DestinationKind, Paper, PaperId, Sort

TREND = "upvotes, how fast they come in, comments and code stars count for a paper, its age against it"
HOW = {
    Sort.TRENDING: f"Ordered by trend: {TREND}.",
    Sort.RISING: "Ordered by the upvotes of the last day.",
    Sort.TOP: "Ordered by upvotes, then by comments.",
    Sort.NEW: "Ordered by day, the newest first, then by upvotes.",
    None: f"Unless the setup says otherwise, papers are ordered by trend: {TREND}.",
}
BY_TOPIC = "A paper comes when it matches one of your topics; the words that matched stand in brackets."
SIZES = range(60, 301, 10)
MOST_SHOWN = 10


def why(
    delivery: Delivery,
    papers: Mapping[PaperId, Paper],
    *,
    sort: Sort | None = None,
    about: PaperId | None = None,
) -> Post:
    """The account of one delivery. ``papers`` gives the titles that the store still holds, ``sort`` the order.

    With ``about`` the reasons of that paper only, where it is one of the delivery's.
    """
    sums = sentence(phrases.sums(delivery.considered, len(delivery.paper_ids), delivery.left_out))
    day = phrases.day(delivery.key.local_date)
    if not delivery.paper_ids:
        reason = sentence(phrases.line(delivery.empty_because or delivery.problem or "none was picked", 400))
        return Post((heading(f"Why no papers?{APART}{day}", level=3), text(f"{reason}\n{sums}")))
    alone = about is not None and about in delivery.paper_ids
    title = heading(f"Why {'this paper' if alone else 'these papers'}?{APART}{day}", level=3)
    shown = [one for one in delivery.paper_ids if not alone or one == about][:MOST_SHOWN]
    is_personal = delivery.key.destination.kind is DestinationKind.PERSON
    closing = fine(BY_TOPIC if is_personal else HOW[sort])

    def build(size: int) -> Post:
        entries = tuple(_entry(delivery, paper_id, papers.get(paper_id), size) for paper_id in shown)
        return Post((title, text(sums), Listing(entries, numbered=not alone), closing))

    return roomiest(SIZES, build)


def _entry(delivery: Delivery, paper_id: PaperId, paper: Paper | None, size: int) -> tuple[Inline, ...]:
    title = phrases.title(paper, size) if paper else phrases.called(paper_id)
    reasons = phrases.line(delivery.notes.get(paper_id, ""), size) or "no reason was recorded"
    return (Span(title, Style.STRONG, address_of(paper_id)), Span(f": {reasons}"))
