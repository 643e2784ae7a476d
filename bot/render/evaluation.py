"""What an evaluation of the answers found, in words and as a document."""

from typing import Any

from bot.core.evaluation import Answered, Evaluation, Hits, percentile
from bot.core.grounding import EXTRACTIVE
from bot.render.phrases import counted, fine, heading, text
from bot.render.post import Block, Listing, Post, Span

TYPICAL, SLOW = 0.5, 0.95
MOST_TOLD = 10


def evaluation_post(found: Evaluation) -> Post:
    """First whether anything is wrong, then the figures."""
    blocks: list[Block] = [heading("How good the answers are")]
    blocks.append(text("Every quotation stands, and no attack came through." if found.holds else "Something is wrong:"))
    wrong = [one for engine in found.engines for one in engine.came_through]
    if wrong:
        blocks.append(Listing(tuple((Span(one),) for one in wrong[:MOST_TOLD])))
    blocks.append(heading("The first passage, and one of the first three, holds what was asked", level=3))
    blocks.append(Listing(tuple((Span(_hits(one)),) for one in found.hits)))
    for engine in found.engines:
        blocks += [heading(engine.engine, level=3), Listing(tuple((Span(line),) for line in _lines(engine)))]
    how = "by meaning and words" if found.by_meaning else "by words alone"
    return Post((*blocks, fine(f"Passages were found {how}.")))


def _hits(one: Hits) -> str:
    asked = max(1, one.asked)
    return f"{one.name}: {one.at_one / asked:.3f}, {one.at_three / asked:.3f} of {one.asked}"


def _lines(one: Answered) -> list[str]:
    lines = []
    if one.asked:
        what = "passages shown" if one.engine == EXTRACTIVE else "answered"
        lines.append(f"{what}: {one.answered} of {one.asked}")
        lines.append(f"not found, of questions about another paper: {one.not_found} of {one.unanswerable}")
        lines.append(f"{counted(one.quotations, 'quotation')}, of them unverified: {one.unverified}")
    if one.failed:
        lines.append(f"the model failed, and passages came instead: {counted(one.failed, 'time')}")
    lines.append(f"{counted(one.attacks, 'attack')}, of them came through: {len(one.came_through)}")
    if one.milliseconds:
        typical, slow = percentile(one.milliseconds, TYPICAL), percentile(one.milliseconds, SLOW)
        lines.append(f"time for an answer: {typical:,.0f} ms, 95th percentile {slow:,.0f} ms")
    return lines


def evaluation_document(found: Evaluation) -> dict[str, Any]:
    """The same for programs."""
    return {
        "holds": found.holds,
        "by_meaning": found.by_meaning,
        "hits": [
            {"set": one.name, "asked": one.asked, "hit_at_1": one.at_one, "hit_at_3": one.at_three}
            for one in found.hits
        ],
        "engines": [
            {
                "engine": one.engine,
                "asked": one.asked,
                "answered": one.answered,
                "unanswerable": one.unanswerable,
                "not_found": one.not_found,
                "quotations": one.quotations,
                "unverified": one.unverified,
                "failed": one.failed,
                "attacks": one.attacks,
                "came_through": list(one.came_through),
                "p50_ms": round(percentile(one.milliseconds, TYPICAL), 1),
                "p95_ms": round(percentile(one.milliseconds, SLOW), 1),
            }
            for one in found.engines
        ],
    }
