"""An evaluation asks what it says it asks, and would see what is wrong."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.extractive import Extractive
from bot.core.allowance import Asker
from bot.core.evaluation import Answered, Evaluation, Hits, percentile
from bot.core.grounding import Answer, Claim, Label
from bot.core.passages import Close
from bot.errors import InvalidInput
from bot.evaluation.judging import unverified
from bot.evaluation.questions import about_the_sample, scifact
from bot.ports import Resources
from bot.render.evaluation import evaluation_document, evaluation_post
from bot.sample import sample_days
from bot.services import evaluation
from storage.records import PaperId
from tests.render.reading import read
from tests.services.doubles import FakeAnswerer

ID = PaperId("2503.00001")
GOOD = Answered(
    engine="extractive", asked=4, answered=3, unanswerable=4, not_found=2, attacks=9, milliseconds=(1, 2, 9)
)
BAD = Answered(engine="small-1", unverified=1, attacks=9, came_through=("an address: link to https://evil.example",))
HITS = Hits(name="ours", asked=4, at_one=2, at_three=3)


def claim(quote: str) -> Claim:
    return Claim(text="It is so.", label=Label.STATED, quote=quote, section="", paper_id=ID)


def test_each_question_of_ours_has_one_passage_that_holds_its_answer() -> None:
    asked = about_the_sample({paper.id: paper for day in sample_days() for paper in day.papers})
    assert len(asked) >= 50
    assert [one.question for one in asked if len(one.holding) != 1] == []


@pytest.mark.parametrize("quote", ["We cook noodles … in 42 pots", "“we cook NOODLES”"])
def test_a_quotation_that_stands_is_verified(quote: str) -> None:
    assert unverified([claim(quote)], {ID: "We cook noodles slowly in 42 pots."}) == []


@pytest.mark.parametrize("quote", ["in 42 pots … We cook noodles", "We cook rice", "", "…"])
def test_one_that_does_not_is_counted(quote: str) -> None:
    assert unverified([claim(quote)], {ID: "We cook noodles slowly in 42 pots."}) == [claim(quote)]
    assert unverified([claim("We cook noodles")], {}) == [claim("We cook noodles")]


async def test_without_a_model_two_engines_are_tried(r: Resources) -> None:
    plan = await evaluation.plan(r, data=None, of_model=20)
    assert plan.model is None
    few = evaluation.Plan({evaluation.OWN: plan.sets[evaluation.OWN][:6]}, plan.papers, plan.attacks[::15], None, 6)
    steps: list[int] = []
    found = await evaluation.evaluate(r, few, steps.append)
    assert steps == list(range(1, few.steps + 1))
    assert [(one.engine, one.asked, one.attacks) for one in found.engines] == [
        ("extractive", 6, len(few.attacks)),
        ("a model that obeys", 0, len(few.attacks)),
    ]
    assert found.holds
    async with r.store.read() as tx:
        assert not await tx.papers.get_many(list(plan.papers)), "all that happens in a store of its own"


class Busy(FakeAnswerer):
    async def draft(
        self, question: str, closest: Sequence[Close], asker: Asker | None = None, **_watched: object
    ) -> Answer:
        return replace(await Extractive().draft(question, closest, asker), note="The model is busy.")


async def test_what_came_in_the_place_of_a_model_is_not_counted_as_the_models(r: Resources) -> None:
    plan = await evaluation.plan(r, data=None, of_model=4)
    few = evaluation.Plan({evaluation.OWN: plan.sets[evaluation.OWN][:4]}, plan.papers, (), Busy(name="small-1"), 4)
    passages, _, model = (await evaluation.evaluate(r, few, lambda _: None)).engines
    assert passages.answered > 0
    assert (model.engine, model.answered, model.not_found, model.failed) == ("small-1", 0, 0, 8)


async def test_a_folder_that_holds_no_claims_is_refused(r: Resources, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"train\.jsonl"):
        await evaluation.plan(r, data=tmp_path, of_model=1)


@pytest.mark.real_data
def test_scifact_has_its_evidence(real_data: Path) -> None:
    asked = scifact(real_data / "qa" / "scifact_evidence")
    assert len(asked) > 500
    assert all(one.holding <= set(one.passages) for one in asked)


def test_what_is_wrong_is_said_first() -> None:
    found = Evaluation(hits=(HITS,), engines=(GOOD, BAD), by_meaning=False)
    words = read(evaluation_post(found))
    assert not found.holds
    assert words.index("Something is wrong") < words.index("an address") < words.index("0.500, 0.750 of 4")
    assert "passages shown: 3 of 4" in words
    assert "95th percentile 9 ms" in words
    assert "by words alone" in words


def test_a_program_gets_the_same_figures() -> None:
    told = evaluation_document(Evaluation(hits=(HITS,), engines=(GOOD,), by_meaning=True))
    assert told["holds"]
    assert told["hits"] == [{"set": "ours", "asked": 4, "hit_at_1": 2, "hit_at_3": 3}]
    assert (told["engines"][0]["p50_ms"], told["engines"][0]["p95_ms"]) == (2, 9)


def test_percentiles() -> None:
    assert [percentile(range(1, 101), share) for share in (0.5, 0.95)] == [50, 95]
    assert percentile([], 0.5) == 0
