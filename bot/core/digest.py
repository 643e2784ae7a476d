"""Which papers a digest holds, and why each other one is left out: the two always sum to what was considered."""

import base64
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b

from bot.core.matching import matches
from bot.core.ranking import Ranked, rank
from storage.query import Query
from storage.records import DeliveryKey, Layout, Message, Paper, PaperId, Sighting, Sort

TOKEN_MARK = "pb"  # noqa: S105 -- no secret: what a delivery's name begins with
TOKEN_BYTES = 14
"""112 bits are 23 letters; with the mark exactly the 25 that Discord takes as a nonce."""


class LeaveOut(StrEnum):
    """Why a paper is not in a digest, in the order in which it is asked: the first reason that holds is given."""

    POSTED = "already posted here"
    WITHDRAWN = "withdrawn"
    FILTERED = "filtered by the query"
    FEW_UPVOTES = "below the upvote threshold"
    OVER_LIMIT = "over the limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRules:
    """What a destination wants. A paper without a known number of upvotes has 0."""

    limit: int
    sort: Sort = Sort.TRENDING
    query: Query | None = None
    min_upvotes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    paper_id: PaperId
    reason: LeaveOut


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestPlan:
    """``considered`` = picked + left out, always. Picked in order; left out by reason, then in the order of ranking."""

    picked: tuple[Ranked, ...]
    left_out: tuple[LeftOut, ...]
    considered: int

    def counts(self) -> dict[str, int]:
        """Reason → how many were left out for it; reasons that left out none are not there."""
        counted = Counter(left.reason for left in self.left_out)
        return {reason.value: counted[reason] for reason in LeaveOut if counted[reason]}


def plan(
    papers: Iterable[Paper],
    sightings: Mapping[PaperId, Sequence[Sighting]],
    rules: DigestRules,
    *,
    posted: AbstractSet[PaperId],
    now: datetime,
) -> DigestPlan:
    """Pick the best ``rules.limit`` papers that nothing speaks against, in the order that the rules ask for.

    A paper that comes twice is considered once. The order in which papers come in changes nothing.
    """
    ranked = rank({paper.id: paper for paper in papers}.values(), sightings, sort=rules.sort, now=now)
    return choose(ranked, rules, posted=posted, now=now)


def choose(ranked: Sequence[Ranked], rules: DigestRules, *, posted: AbstractSet[PaperId], now: datetime) -> DigestPlan:
    """The same for papers that are ranked already, in the order of ``rules.sort``: many digests share one ranking."""
    picked: list[Ranked] = []
    left_out: list[LeftOut] = []
    for candidate in ranked:
        reason = _against(candidate.paper, rules, posted, now)
        if reason is None and len(picked) >= rules.limit:
            reason = LeaveOut.OVER_LIMIT
        if reason is None:
            picked.append(candidate)
        else:
            left_out.append(LeftOut(paper_id=candidate.paper.id, reason=reason))
    order = list(LeaveOut)
    left_out.sort(key=lambda left: order.index(left.reason))
    return DigestPlan(picked=tuple(picked), left_out=tuple(left_out), considered=len(ranked))


def complete(decision: DigestPlan, shown: Sequence[PaperId], *, most: int) -> DigestPlan:
    """What to add to a digest that shows some papers already, up to ``most`` in all: the best of a later ``decision``.

    The picked ones are those to add. ``considered`` = shown + picked + left out; what is shown stays, whatever the
    later decision says of it.
    """
    new = [ranked for ranked in decision.picked if ranked.paper.id not in shown]
    room = max(0, most - len(shown))
    left_out = [left for left in decision.left_out if left.paper_id not in shown]
    left_out += [LeftOut(paper_id=ranked.paper.id, reason=LeaveOut.OVER_LIMIT) for ranked in new[room:]]
    picked = tuple(new[:room])
    return DigestPlan(picked=picked, left_out=tuple(left_out), considered=len(shown) + len(picked) + len(left_out))


def _against(paper: Paper, rules: DigestRules, posted: AbstractSet[PaperId], now: datetime) -> LeaveOut | None:
    if paper.id in posted:
        return LeaveOut.POSTED
    if paper.withdrawn_at is not None:
        return LeaveOut.WITHDRAWN
    if rules.query is not None and not matches(rules.query, paper, today=now.date()):
        return LeaveOut.FILTERED
    if max(0, paper.upvotes or 0) < rules.min_upvotes:
        return LeaveOut.FEW_UPVOTES
    return None


def messages_of(key: DeliveryKey, layout: Layout, paper_ids: Sequence[PaperId]) -> tuple[Message, ...]:
    """The messages in which papers come in a layout, in their order; one message where there are no papers."""
    match layout:
        case Layout.CARDS | Layout.FORUM if paper_ids:
            return tuple(
                Message(part=part, token=delivery_token(key, part), paper_id=paper_id)
                for part, paper_id in enumerate(paper_ids)
            )
        case Layout.DIGEST | Layout.THREADS | Layout.CARDS | Layout.FORUM:
            return (Message(part=0, token=delivery_token(key)),)


def delivery_token(key: DeliveryKey, part: int = 0) -> str:
    """The name of a delivery's message in the outside world: the same gives the same one, 25 letters and digits."""
    which = f"\n{part}" if part else ""
    named = f"{key.destination}\n{key.local_date.isoformat()}\n{key.slot}{which}".encode()
    digest = base64.b32encode(blake2b(named, digest_size=TOKEN_BYTES).digest())
    return TOKEN_MARK + digest.decode().rstrip("=").lower()
