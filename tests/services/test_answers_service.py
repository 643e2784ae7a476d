"""What was answered can be gone back to, after a restart too; after a while, or in another text, it is said."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.allowance import Asker
from bot.core.excerpts import cut
from bot.core.reports import Feedback
from bot.core.style import Style
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services import answers, upkeep
from storage.fulltext import Origin, Piece, PieceKind
from tests.builders import GUILD_ID, PERSON_ID, FakeClock, make_id, make_paper
from tests.services.doubles import FakeTexts
from tests.services.seeding import copy_prepared, keep, prepare

SOUP = make_paper(make_id(1), title="Noodle soup", abstract="We cook noodles in 42 pots. The broth improves by 12 %.")
STEW = make_paper(make_id(2), title="StewNet: A Robot", abstract="We propose StewNet, a robot that stirs stew.")
METHOD = Piece("2 Method", PieceKind.PROSE, "First, water. The stove is set to 300 degrees. It hums.", "S2")


@pytest.fixture(scope="module")
def one_paper(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(migrated_file, tmp_path_factory.mktemp("one-paper"), SOUP)


@pytest.fixture
def store_file(one_paper: Path, tmp_path: Path) -> Path:
    return copy_prepared(one_paper, tmp_path)


async def answered(r: Resources, question: str = "How many pots?", guild_id: int | None = GUILD_ID) -> str:
    reply = await answers.ask(r, question, [SOUP.id], Asker(person_id=PERSON_ID, guild_id=guild_id))
    assert reply.token is not None
    return reply.token


async def test_quotations_are_shown_where_they_stand_in_the_text_that_was_read(r: Resources, clock: FakeClock) -> None:
    r = replace(r, texts=FakeTexts(clock, {SOUP.id: (METHOD,)}))
    shown = await answers.in_context(r, await answered(r, "How hot is the stove?"))
    assert shown.question == "How hot is the stove?"
    text, ((start, end), *_) = cut(shown.excerpts[0], 1_000)
    assert text == METHOD.text
    assert text[start:end] == "The stove is set to 300 degrees."
    assert shown.origins == {SOUP.id: Origin.HTML}
    assert shown.lost == 0


async def test_where_the_text_has_changed_it_is_counted_what_is_lost(r: Resources) -> None:
    token = await answered(r, "How much does the broth improve?")
    await keep(r, replace(SOUP, abstract="We cook noodles in 43 pots.", version=2))
    shown = await answers.in_context(r, token)
    assert shown.lost >= 1
    assert shown.excerpts == ()


async def test_an_answer_is_kept_for_a_month(r: Resources, clock: FakeClock) -> None:
    token = await answered(r)
    clock.advance(days=29)
    await upkeep.forget_the_old(r, keep=timedelta(days=180))
    assert (await answers.in_context(r, token)).excerpts
    clock.advance(days=2)
    await upkeep.forget_the_old(r, keep=timedelta(days=180))
    for gone in (answers.in_context(r, token), answers.vote(r, token, PERSON_ID, is_good=True)):
        with pytest.raises(InvalidInput, match="30 days"):
            await gone


async def test_a_summary_is_kept_as_an_answer_to_what_it_answers(r: Resources) -> None:
    _, token = await answers.summarise(r, SOUP.id, Style.TLDR, Asker(person_id=PERSON_ID, guild_id=GUILD_ID))
    assert token is not None
    shown = await answers.in_context(r, token)
    assert shown.question == "What does “Noodle soup” do, in short?"
    assert shown.excerpts[0].quoted.text == "We cook noodles in 42 pots."
    await answers.vote(r, token, PERSON_ID, is_good=False)
    assert (await answers.feedback(r, GUILD_ID)).disliked == (shown.question,)


async def test_the_quotations_of_a_comparison_are_shown_so_many_at_a_time(r: Resources) -> None:
    await keep(r, STEW)
    found, token = await answers.compare(r, [SOUP.id, STEW.id])
    assert token is not None
    assert len(found.claims) == 2
    whole = await answers.in_context(r, token, most=None)
    assert whole.question == "How do “Noodle soup” and StewNet compare?"
    begin, rest = [await answers.in_context(r, token, first=first, most=1) for first in (0, 1)]
    assert [one.quoted for one in (*begin.excerpts, *rest.excerpts)] == [one.quoted for one in whole.excerpts]
    assert (begin.behind, rest.behind, whole.behind) == (1, None, None)


async def test_votes_are_told_with_the_questions_that_were_answered_badly(r: Resources) -> None:
    token = await answered(r)
    await answers.vote(r, token, PERSON_ID, is_good=False)
    await answers.vote(r, token, PERSON_ID + 1, is_good=True)
    told = Feedback(good=1, bad=1, disliked=("How many pots?",))
    assert await answers.feedback(r, GUILD_ID) == told
    assert await answers.feedback(r) == told
    assert await answers.feedback(r, GUILD_ID + 1) == Feedback(good=0, bad=0, disliked=())
