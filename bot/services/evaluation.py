"""How good the answers are: whether passages hold what is asked, whether quotations stand, what attacks achieve.

All of it in a store of its own, which is gone afterwards; only what a model takes is counted where it always is.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.answering.extractive import Extractive
from bot.core import passages
from bot.core.evaluation import Answered, Evaluation, Hits
from bot.core.grounding import EXTRACTIVE, AnswerStatus, Claim
from bot.errors import InvalidInput
from bot.evaluation.attacks import Staged, attacks, staged
from bot.evaluation.judging import unverified
from bot.evaluation.questions import Asked, about_the_sample, scifact
from bot.ports import Answerer, Resources
from bot.sample import sample_days
from bot.services import discussion, nearness, trial
from bot.services.trial import OBEDIENT, Obedient
from storage.records import Paper, PaperId
from storage.search_index import SearchIndex
from storage.store import Store

SHOWN = 3
APART = 17
"""How far in the list the paper stands that a question has nothing to do with."""
OWN, SCIFACT = "our questions about the sample", "SciFact, each claim over its own abstract"

Done = Callable[[int], None]
"""Is told how many steps are done."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is to do; ``of_model`` is how many questions a model is asked, each also about a wrong paper."""

    sets: Mapping[str, Sequence[Asked]]
    papers: Mapping[PaperId, Paper]
    attacks: Sequence[Staged]
    model: Answerer | None
    of_model: int

    @property
    def steps(self) -> int:
        """How many there are."""
        told = len(self._own) * 2 + len(self.attacks) * 2 + sum(map(len, self.sets.values()))
        return told + (self.of_model * 2 + len(self.told_to_a_model) if self.model is not None else 0)

    @property
    def told_to_a_model(self) -> list[Staged]:
        """The attacks that say something to a model."""
        return [one for one in self.attacks if one.attack.where != "model"]

    @property
    def _own(self) -> Sequence[Asked]:
        return self.sets[OWN]


async def plan(r: Resources, *, data: Path | None, of_model: int) -> Plan:
    """All that will be asked.

    Raises:
        InvalidInput: ``data`` does not hold SciFact's claims with their evidence.
    """
    papers = {paper.id: paper for day in sample_days() for paper in day.papers}
    own = about_the_sample(papers)
    sets: dict[str, Sequence[Asked]] = {OWN: own}
    if data is not None:
        try:
            sets[SCIFACT] = scifact(data)
        except (OSError, ValueError, KeyError, LookupError) as problem:
            raise InvalidInput(
                f"{data} does not hold SciFact's claims (train.jsonl) and abstracts (sentences.jsonl)."
            ) from problem
    model = r.answerer if r.answerer.name != EXTRACTIVE else None
    return Plan(sets, papers, await staged(attacks()), model, min(of_model, len(own)))


async def evaluate(r: Resources, wanted: Plan, done: Done) -> Evaluation:
    """Carry out ``wanted``."""
    count = Counter[str]()

    def step() -> None:
        count["steps"] += 1
        done(count["steps"])

    async with _arena(r) as arena:
        hits = [await _hits(arena, name, asked, step) for name, asked in wanted.sets.items()]
        async with arena.store.write() as tx:
            await tx.papers.save(list(wanted.papers.values()), [])
        await trial.keep(arena, wanted.attacks)
        own = wanted.sets[OWN]
        engines = [
            await _answers(arena, Extractive(), own, wanted.attacks, step),
            await _attacked(arena, Answered(engine=OBEDIENT), lambda one: Obedient(one.obeyed), wanted.attacks, step),
        ]
        if wanted.model is not None:
            asked = own[:: max(1, len(own) // max(1, wanted.of_model))][: wanted.of_model]
            engines.append(await _answers(arena, wanted.model, asked, wanted.told_to_a_model, step))
    return Evaluation(hits=tuple(hits), engines=tuple(engines), by_meaning=r.embedder is not None)


@asynccontextmanager
async def _arena(r: Resources) -> AsyncIterator[Resources]:
    with TemporaryDirectory(prefix="paperboy-") as folder:
        store = await Store.open(f"sqlite+aiosqlite:///{folder}/evaluation.db")
        try:
            yield replace(r, store=store, index=SearchIndex.open(Path(folder) / "index"), texts=None)
        finally:
            await store.close()


async def _hits(r: Resources, name: str, asked: Sequence[Asked], step: Callable[[], None]) -> Hits:
    at_one = at_three = 0
    for one in asked:
        near = await nearness.of_passages(r, one.question, one.passages, {})
        found = [close.passage for close in passages.best(one.question, one.passages, near, limit=SHOWN)]
        at_one += found[0] in one.holding
        at_three += not one.holding.isdisjoint(found)
        step()
    return Hits(name=name, asked=len(asked), at_one=at_one, at_three=at_three)


async def _answers(
    r: Resources, answerer: Answerer, asked: Sequence[Asked], hostile: Sequence[Staged], step: Callable[[], None]
) -> Answered:
    """What ``answerer`` makes of each question, about its own paper and about another one, and of the attacks."""
    able = replace(r, answerer=answerer)
    told = Counter[str]()
    times = []
    for place, one in enumerate(asked):
        others = [other.paper_id for other in (*asked[place + APART :], *asked) if other.paper_id != one.paper_id]
        for about in (one.paper_id, *others[:1]):
            reply = await discussion.ask(able, one.question, [about])
            times.append(reply.took_ms)
            claims = (*reply.answer.claims, *reply.answer.nearest)
            is_found = reply.answer.status is not AnswerStatus.NOT_FOUND
            failed = bool(reply.answer.note)  # what comes then is another engine's
            told["answered"] += about == one.paper_id and is_found and not failed
            told["not_found"] += about != one.paper_id and not is_found and not failed
            told["failed"] += failed
            told["quotations"] += len(claims)
            told["unverified"] += len(_unverified(claims, reply.papers))
            step()
    outcome = Answered(
        engine=answerer.name,
        asked=len(asked),
        answered=told["answered"],
        unanswerable=len(asked),
        not_found=told["not_found"],
        quotations=told["quotations"],
        unverified=told["unverified"],
        failed=told["failed"],
        milliseconds=tuple(times),
    )
    return await _attacked(r, outcome, lambda _: answerer, hostile, step)


async def _attacked(
    r: Resources,
    outcome: Answered,
    answerer: Callable[[Staged], Answerer],
    hostile: Sequence[Staged],
    step: Callable[[], None],
) -> Answered:
    came_through = []
    quotations = 0
    for one in hostile:
        found = await trial.tried(r, one, answerer)
        quotations += len(found.reply.answer.claims) + len(found.reply.answer.nearest)
        if found.problems:
            came_through.append(f"{one.attack.name}: {', '.join(found.problems)}")
        step()
    return replace(
        outcome, attacks=len(hostile), came_through=tuple(came_through), quotations=outcome.quotations + quotations
    )


def _unverified(claims: Sequence[Claim], papers: Mapping[PaperId, Paper]) -> list[Claim]:
    return unverified(claims, {paper_id: paper.text for paper_id, paper in papers.items()})
