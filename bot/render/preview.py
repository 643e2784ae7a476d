"""What a setup's next run would post, and for any paper named why it would be in it or not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.digest import DigestPlan, LeaveOut
from bot.core.period import Days
from bot.core.schedule import Slot
from bot.render import phrases
from bot.render.limits import roomiest
from bot.render.phrases import APART, counted, fine, heading, place, sentence, strong, text, when
from bot.render.post import Block, Inline, Listing, Post, Span, Style
from storage.naming import address_of
from storage.records import ChannelSetup, Paper, PaperId

MOST_PICKED = 10
MOST_NAMED = 3
SIZES = (0, *range(40, 201, 20))
"""Code points of a title; with 0 no paper that was left out is named."""
LEAST_TITLE = 40
LONGEST_REASON = 400


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a paper stands in a decision: picked at a place from 1, or left out for a reason, or not looked at."""

    place: int | None = None
    left_out: LeaveOut | None = None


def standing(decision: DigestPlan, paper_id: PaperId) -> Standing:
    """Where the paper stands; neither where the decision was not about it."""
    for number, ranked in enumerate(decision.picked, 1):
        if ranked.paper.id == paper_id:
            return Standing(place=number)
    return Standing(left_out=next((left.reason for left in decision.left_out if left.paper_id == paper_id), None))


def preview_report(
    setup: ChannelSetup,
    decision: DigestPlan,
    slot: Slot | None,
    papers: Mapping[PaperId, Paper],
    *,
    empty_because: str = "",
) -> Post:
    """What the run of ``slot`` would post if it were now, with its sums and what is left out by reason.

    ``papers`` gives the titles of those that are left out; ``slot`` is None where none is planned;
    ``empty_because`` is why nothing would be posted.
    """
    sums = sentence(phrases.sums(decision.considered, len(decision.picked), decision.counts()))
    opening: list[Inline | str] = ["For ", place(setup.destination), f" (setup {setup.id})"]
    opening += [", due ", when(slot.due_at, setup.schedule.zone), ":"] if slot else [", though none is planned:"]
    rest = len(decision.picked) - MOST_PICKED
    reason = f": {phrases.line(empty_because, LONGEST_REASON)}" if empty_because else ""
    nothing = sentence(f"nothing would be posted{reason}")

    def build(size: int) -> Post:
        blocks: list[Block] = [heading("The next digest, as it would be now", level=3), text(*opening)]
        picked = tuple(
            _entry(ranked.paper, APART.join(ranked.reasons), size) for ranked in decision.picked[:MOST_PICKED]
        )
        blocks.append(Listing(picked, numbered=True) if picked else text(nothing))
        if rest > 0:
            blocks.append(fine(f"and {rest:,} more"))
        blocks.append(text(sums))
        if others := _left_out(decision, papers, size):
            blocks += [text(strong("Left out")), Listing(others)]
        return Post(tuple(blocks))

    return roomiest(SIZES, build)


def why_paper(
    setup: ChannelSetup, decision: DigestPlan, paper_id: PaperId, paper: Paper | None, *, days: Days | None = None
) -> Post:
    """Why one paper would be in the setup's next digest, or why not.

    ``paper`` is None where the store does not hold it; ``days`` are those whose lists the digest is of.
    """
    name = phrases.title(paper, 150) if paper else phrases.called(paper_id)
    found = standing(decision, paper_id)
    title = "It would be in the next digest" if found.place else "It would not be in the next digest"
    head = text(Span(name, Style.STRONG, address_of(paper_id)))
    words = ("In ", place(setup.destination), f" (setup {setup.id}): ")
    return Post((heading(title, level=3), head, text(*words, _verdict(setup, decision, found, paper, days))))


def _verdict(setup: ChannelSetup, decision: DigestPlan, found: Standing, paper: Paper | None, days: Days | None) -> str:
    if found.place:
        reasons = phrases.line(APART.join(decision.picked[found.place - 1].reasons), 300)
        because = f", for {reasons}" if reasons else ""
        return f"picked at place {found.place} of {len(decision.picked)}{because}."
    if paper is None:
        return "I do not know this paper. I look at Hugging Face's daily lists; it may not have been on one."
    if found.left_out is not None:
        return _against(setup, decision, found.left_out, paper)
    return _not_looked_at(paper, days)


def _against(setup: ChannelSetup, decision: DigestPlan, reason: LeaveOut, paper: Paper) -> str:
    match reason:
        case LeaveOut.POSTED:
            return "it was posted here already, and no paper comes twice."
        case LeaveOut.WITHDRAWN:
            return f"{phrases.change(paper) or 'it was withdrawn'}."
        case LeaveOut.FILTERED:
            return f"it does not match the query {phrases.quoted(setup.query or '')}."
        case LeaveOut.FEW_UPVOTES:
            has = counted(max(0, paper.upvotes or 0), "upvote")
            return f"it has {has}, and this setup asks for {setup.min_upvotes:,} or more."
        case LeaveOut.OVER_LIMIT:
            upvotes = f" It has {counted(paper.upvotes, 'upvote')}." if paper.upvotes else ""
            return f"{counted(len(decision.picked), 'paper')} rank before it, and no more are posted.{upvotes}"


def _not_looked_at(paper: Paper, days: Days | None) -> str:
    if paper.daily_on is None:
        return "it was not considered: it is on no daily list that I have seen."
    span = f"; this digest is of {phrases.days(days.first, days.last)}" if days else ""
    return f"it was not considered: it is on the list of {phrases.full_day(paper.daily_on)}{span}."


def _entry(paper: Paper, reasons: str, size: int) -> tuple[Inline, ...]:
    words = phrases.line(reasons, size or LEAST_TITLE)
    title = Span(phrases.title(paper, size or LEAST_TITLE), Style.STRONG, paper.url)
    return (title, Span(f": {words}")) if words else (title,)


def _left_out(decision: DigestPlan, papers: Mapping[PaperId, Paper], size: int) -> tuple[tuple[Inline, ...], ...]:
    """One line a reason: how many, and the first of them by name."""
    by_reason: defaultdict[LeaveOut, list[PaperId]] = defaultdict(list)
    for left in decision.left_out:
        by_reason[left.reason].append(left.paper_id)
    return tuple(_reason(reason, ids, papers, size) for reason, ids in by_reason.items())


def _reason(reason: LeaveOut, ids: Sequence[PaperId], papers: Mapping[PaperId, Paper], size: int) -> tuple[Inline, ...]:
    named = [phrases.title(papers[one], size) for one in ids[:MOST_NAMED] if size and one in papers]
    more = "" if len(named) == len(ids) else f" and {len(ids) - len(named):,} more"
    examples = f": {', '.join(named)}{more}" if named else ""
    return (strong(f"{len(ids):,} {reason}"), Span(examples))
