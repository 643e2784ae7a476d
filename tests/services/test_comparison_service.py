"""A comparison holds words of each paper under each aspect, or nothing; a model's claims only where they stand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.core.allowance import Asker
from bot.core.aspect_signs import Aspect
from bot.core.comparison import QUESTIONS, Comparison
from bot.core.grounding import EXTRACTIVE, Answer, AnswerStatus, Claim, Heard, Label
from bot.core.passages import Close
from bot.errors import InvalidInput, UnknownPaper
from bot.ports import Resources
from bot.services.comparison import TOO_SLOW, WITHIN, compare
from storage.records import PaperId
from storage.turns import Turn
from tests.builders import FakeClock, make_id, make_paper
from tests.services.seeding import copy_prepared, prepare

SOUP = make_paper(
    make_id(1), title="SoupNet", abstract="We propose SoupNet, a model that stirs. It spills 12% less than before."
)
BREAD = make_paper(
    make_id(2),
    title="BreadNet",
    abstract="Bread remains a challenge for robots. We introduce BreadNet, a model that kneads.",
)
OTHERS = [make_paper(make_id(number)) for number in range(3, 6)]


@pytest.fixture(scope="module")
def papers(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(migrated_file, tmp_path_factory.mktemp("comparisons"), SOUP, BREAD, *OTHERS)


@pytest.fixture
def store_file(papers: Path, tmp_path: Path) -> Path:
    return copy_prepared(papers, tmp_path)


def cells(found: Comparison) -> dict[Aspect, dict[PaperId, str]]:
    return {row.aspect: {one: claim.quote for one, claim in row.cells.items()} for row in found.rows if row.cells}


PLAIN = {
    Aspect.PROBLEM: {BREAD.id: "Bread remains a challenge for robots."},
    Aspect.APPROACH: {
        SOUP.id: "We propose SoupNet, a model that stirs.",
        BREAD.id: "We introduce BreadNet, a model that kneads.",
    },
    Aspect.RESULTS: {SOUP.id: "It spills 12% less than before."},
}


async def test_each_cell_is_a_sentence_of_its_paper_or_empty(r: Resources) -> None:
    found = await compare(r, [SOUP.id, f"https://arxiv.org/abs/{BREAD.id}"])
    assert cells(found) == PLAIN
    assert [row.aspect for row in found.rows] == list(Aspect)
    assert (found.engine, found.note, [one.id for one in found.papers]) == (EXTRACTIVE, "", [SOUP.id, BREAD.id])


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ([], "and this is 0 papers"),
        ([SOUP.id, f"{SOUP.id}v1"], "and this is one paper"),
        ([SOUP.id, BREAD.id, *(one.id for one in OTHERS)], "and this is 5 papers"),
        ([SOUP.id, "no paper"], "no paper"),
    ],
)
async def test_it_takes_two_to_four_different_papers(named: list[str], words: str, r: Resources) -> None:
    with pytest.raises(InvalidInput, match=words):
        await compare(r, named)


async def test_a_paper_that_is_not_here_is_named(r: Resources) -> None:
    with pytest.raises(UnknownPaper, match=r"2503\.09999"):
        await compare(r, [SOUP.id, "2503.09999"])


# --- with a model ---


@dataclass
class Comparer:
    """Claims by aspect; asked for another one it finds nothing. ``moving`` is how a question takes its time."""

    claims: dict[Aspect, tuple[Claim, ...]]
    clock: FakeClock
    takes: float = 0
    note: str = ""
    name: str = "comparer"
    asked: list[str] = field(default_factory=list)

    async def draft(
        self,
        question: str,
        closest: Sequence[Close],
        asker: Asker | None = None,
        *,
        earlier: Sequence[Turn] = (),
        language: str | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        self.asked.append(question)
        self.clock.advance(seconds=self.takes)
        found = next(
            (self.claims[one] for one, words in QUESTIONS.items() if words == question and one in self.claims), ()
        )
        status = AnswerStatus.ANSWERED if found else AnswerStatus.NOT_FOUND
        return Answer(question=question, status=status, engine=self.name, claims=found, note=self.note)


def claim(paper_id: PaperId, quote: str) -> Claim:
    return Claim(text="It cooks.", label=Label.STATED, quote=quote, section="Abstract", paper_id=paper_id)


STIRS, KNEADS = claim(SOUP.id, "a model that stirs."), claim(BREAD.id, "a model that kneads.")


async def test_a_models_claims_take_the_cells_in_which_they_stand(r: Resources, clock: FakeClock) -> None:
    wrong = claim(SOUP.id, "a model that kneads.")
    model = Comparer({Aspect.APPROACH: (wrong, KNEADS, claim(BREAD.id, "BreadNet, a model"))}, clock)
    found = await compare(replace(r, answerer=model), [SOUP.id, BREAD.id])
    row = next(row for row in found.rows if row.aspect is Aspect.APPROACH)
    assert row.cells[BREAD.id] == KNEADS, "the first of several"
    assert row.cells[SOUP.id].label is Label.QUOTED, "what the paper says where the claim does not stand"
    assert found.engine == "comparer"
    assert model.asked == [QUESTIONS[one] for one in PLAIN], "nothing is asked of what no passage tells"


async def test_who_watches_sees_the_rows_that_are_done_among_the_papers_own_words(
    r: Resources, clock: FakeClock
) -> None:
    seen: list[Comparison] = []
    model = Comparer({Aspect.APPROACH: (STIRS, KNEADS)}, clock)
    found = await compare(replace(r, answerer=model), [SOUP.id, BREAD.id], watch=seen.append)
    assert len(seen) == len(model.asked)
    assert cells(seen[0]) == PLAIN
    assert cells(seen[-1]) == cells(found) != PLAIN
    assert seen[-1].note.startswith("Still writing, point ")
    assert found.note == ""


async def test_what_it_claimed_is_kept_and_where_it_found_nothing_that_is(r: Resources, clock: FakeClock) -> None:
    model = Comparer({Aspect.APPROACH: (STIRS, KNEADS)}, clock)
    able = replace(r, answerer=model)
    first = await compare(able, [SOUP.id, BREAD.id])
    model.asked.clear()
    assert await compare(able, [SOUP.id, BREAD.id]) == first
    assert model.asked == [], "whoever turns the page reads on in the same comparison, and it costs nothing"


async def test_once_it_failed_it_is_asked_no_further(r: Resources, clock: FakeClock) -> None:
    model = Comparer({}, clock, note="The model is busy.")
    found = await compare(replace(r, answerer=model), [SOUP.id, BREAD.id])
    assert (cells(found), found.note, found.engine, len(model.asked)) == (PLAIN, "The model is busy.", EXTRACTIVE, 1)


async def test_a_slow_model_ends_in_the_papers_own_words(r: Resources, clock: FakeClock) -> None:
    model = Comparer({Aspect.PROBLEM: (claim(BREAD.id, "Bread remains"),)}, clock, takes=WITHIN.total_seconds())
    found = await compare(replace(r, answerer=model), [SOUP.id, BREAD.id])
    assert (found.note, found.engine, len(model.asked)) == (TOO_SLOW, "comparer", 1)
    assert cells(found)[Aspect.APPROACH] == PLAIN[Aspect.APPROACH]
