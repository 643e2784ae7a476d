"""A thread about papers remembers what was asked in it, so that questions go on; not longer and not more than said."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.allowance import Asker
from bot.core.grounding import Claim, Label
from bot.core.style import Style
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import channels, discussed, dispatch, upkeep
from storage.turns import Turn
from tests.builders import BASE, DAY, PERSON_ID, FakeClock, make_id, make_paper, make_setup
from tests.services.doubles import FakeAnswerer, FakeOutbox
from tests.services.seeding import copy_prepared, keep, prepare

THREAD, OTHER = 77, 78
SOUP = make_paper(make_id(1), title="Noodle soup", abstract="We cook noodles in 42 pots. The broth improves by 12 %.")
STEW = make_paper(make_id(2), title="StewNet: A Robot", abstract="We propose StewNet, a robot that stirs stew.")
WHO = Asker(person_id=PERSON_ID)
FIRST, SECOND = "How many pots are used for noodles?", "And this one?"
CLAIM = Claim(
    text="42 pots.", label=Label.STATED, quote="We cook noodles in 42 pots.", section="Abstract", paper_id=SOUP.id
)


@pytest.fixture(scope="module")
def one_paper(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(migrated_file, tmp_path_factory.mktemp("soup"), SOUP)


@pytest.fixture
def store_file(one_paper: Path, tmp_path: Path) -> Path:
    return copy_prepared(one_paper, tmp_path)


@pytest.fixture
def answerer() -> FakeAnswerer:
    return FakeAnswerer(claims=(CLAIM,))


@pytest.fixture
async def here(r: Resources, answerer: FakeAnswerer) -> Resources:
    """With a thread about the paper."""
    await discussed.add(r, THREAD, SOUP.id)
    return replace(r, answerer=answerer)


async def test_what_was_asked_and_answered_is_told_with_the_next_question(
    here: Resources, answerer: FakeAnswerer
) -> None:
    await discussed.ask(here, THREAD, FIRST, WHO)
    await discussed.ask(here, THREAD, SECOND, WHO)
    assert answerer.earlier == [(), (Turn(question=FIRST, said=("42 pots.",), at=BASE),)]


async def test_a_question_that_only_goes_on_finds_what_the_one_before_was_about(r: Resources) -> None:
    await discussed.add(r, THREAD, SOUP.id)
    first = await discussed.ask(r, THREAD, FIRST, WHO)
    further = await discussed.ask(r, THREAD, SECOND, WHO)
    assert further.answer.claims[0].quote == first.answer.claims[0].quote == "We cook noodles in 42 pots."
    assert further.answer.question == SECOND


async def test_elsewhere_nothing_is_remembered(here: Resources, answerer: FakeAnswerer) -> None:
    for thread_id in (OTHER, THREAD):
        for _ in range(2):
            await discussed.ask(here, thread_id, FIRST, WHO, paper_ids=(SOUP.id,))
    assert [len(earlier) for earlier in answerer.earlier] == [0, 0, 0, 1]


async def test_turns_are_forgotten_in_time(here: Resources, answerer: FakeAnswerer, clock: FakeClock) -> None:
    await discussed.ask(here, THREAD, FIRST, WHO)
    clock.advance(days=31)
    await discussed.ask(here, THREAD, SECOND, WHO)
    assert answerer.earlier == [(), ()]
    await upkeep.forget_the_old(here, keep=timedelta(days=180))
    async with here.store.read() as tx:
        assert [turn.question for _, turn in await tx.discussions.turns_of(PERSON_ID)] == [SECOND]


async def test_where_nothing_is_to_be_remembered_nothing_is_kept(here: Resources, answerer: FakeAnswerer) -> None:
    forgetful = replace(here, remembers=timedelta())
    for question in (FIRST, SECOND):
        await discussed.ask(forgetful, THREAD, question, WHO)
    assert answerer.earlier == [(), ()]
    async with here.store.read() as tx:
        assert await tx.discussions.turns_of(PERSON_ID) == ()


async def test_a_summary_is_remembered_and_a_question_goes_on_from_it(here: Resources, answerer: FakeAnswerer) -> None:
    await discussed.summarise(here, THREAD, (None, Style.POINTS), WHO)
    await discussed.ask(here, THREAD, SECOND, WHO)
    asked = "What are the key points of “Noodle soup”?"
    assert answerer.earlier[-1] == (Turn(question=asked, said=("42 pots.",), at=BASE),)


async def test_a_comparison_is_remembered_with_whose_each_sentence_is(here: Resources, answerer: FakeAnswerer) -> None:
    await keep(here, STEW)
    await discussed.compare(here, THREAD, [STEW.id], WHO)
    await discussed.ask(here, THREAD, SECOND, WHO)
    [turn] = answerer.earlier[-1]
    assert turn.question == "How do StewNet and “Noodle soup” compare?"
    assert turn.said == (
        "StewNet: We propose StewNet, a robot that stirs stew.",
        "“Noodle soup”: The broth improves by 12 %.",
    )


async def test_what_is_summed_up_elsewhere_is_not_remembered(here: Resources) -> None:
    await discussed.summarise(here, OTHER, (SOUP.id, Style.POINTS), WHO)
    with pytest.raises(InvalidInput, match="Say which paper"):
        await discussed.summarise(here, OTHER, (None, Style.POINTS), WHO)
    async with here.store.read() as tx:
        assert await tx.discussions.turns_of(PERSON_ID) == ()


# --- what a thread talked about ---


@pytest.mark.parametrize(
    ("question", "about"),
    [(FIRST, {SOUP.id}), ("How does StewNet stir stew?", {STEW.id}), ("Zebras?", {SOUP.id, STEW.id})],
    ids=["one", "another", "none is quoted"],
)
async def test_below_a_digest_a_question_takes_up_the_papers_that_its_answer_quotes(
    question: str, about: set[str], r: Resources, outbox: FakeOutbox
) -> None:
    r = replace(r, sources=())
    await keep(r, *(replace(paper, daily_on=DAY) for paper in (SOUP, STEW)))
    await channels.create(r, make_setup())
    await dispatch.tick(r, outbox)
    (message,) = outbox.sent
    await discussed.ask(r, message.id, question, WHO)
    async with r.store.read() as tx:
        assert set(await tx.discussions.papers(message.id)) == about
