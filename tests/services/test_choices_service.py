"""Each server is answered as it chose, whichever way it asks; what whoever runs the bot allows stays above it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.allowance import Allowance, Asker
from bot.core.choices import Wish
from bot.core.grounding import EXTRACTIVE, Claim, Label
from bot.core.style import Style
from bot.errors import InvalidInput, MayNotAsk, ModelFailed, ModelFault
from bot.ports import Resources
from bot.services import answers, choices, pauses
from bot.services.budget import DayBudget, quota
from bot.services.comparison import compare
from bot.services.summary import summarise
from tests.builders import GUILD_ID, PERSON_ID, FakeClock, make_id, make_paper
from tests.services.doubles import FakeAnswerer
from tests.services.seeding import copy_prepared, prepare

SOUP = make_paper(make_id(1), title="SoupNet", abstract="We propose SoupNet, a robot that stirs soup in 42 pots.")
STEW = make_paper(make_id(2), title="StewNet", abstract="We propose StewNet, a robot that stirs stew in 7 pots.")
CLAIM = Claim(
    text="Ein Roboter rührt.", label=Label.INFERRED, quote=SOUP.abstract, section="Abstract", paper_id=SOUP.id
)
QUESTION = "How many pots does the robot stir?"
ADA = Asker(person_id=PERSON_ID, guild_id=GUILD_ID, role_ids=frozenset({GUILD_ID, 7}))
ALLOWANCE = Allowance(questions_a_person=9, questions_a_server=5)


@pytest.fixture(scope="module")
def papers(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(migrated_file, tmp_path_factory.mktemp("choices"), SOUP, STEW)


@pytest.fixture
def store_file(papers: Path, tmp_path: Path) -> Path:
    return copy_prepared(papers, tmp_path)


@pytest.fixture
def small() -> FakeAnswerer:
    return FakeAnswerer(claims=(CLAIM,), name="small-1")


@pytest.fixture
def large() -> FakeAnswerer:
    return FakeAnswerer(claims=(CLAIM,), name="large-1")


@pytest.fixture
def able(r: Resources, small: FakeAnswerer, large: FakeAnswerer) -> Resources:
    """With two models."""
    return replace(r, answerer=small, further_models=(large,), allowance=ALLOWANCE)


async def engine(r: Resources, asker: Asker | None) -> str:
    return (await answers.ask(r, QUESTION, [SOUP.id], asker)).answer.engine


async def test_the_usual_model_answers_until_another_one_is_chosen(able: Resources) -> None:
    assert await engine(able, ADA) == "small-1"
    await choices.change(able, GUILD_ID, Wish(model="large-1"))
    assert await engine(able, ADA) == "large-1"
    assert await engine(able, replace(ADA, guild_id=GUILD_ID + 1)) == "small-1"
    assert await engine(able, replace(ADA, guild_id=None)) == await engine(able, None) == "small-1"


async def test_passages_only_is_a_choice(able: Resources, small: FakeAnswerer) -> None:
    await choices.change(able, GUILD_ID, Wish(model="passages"))
    assert await engine(able, ADA) == EXTRACTIVE
    assert (await summarise(able, SOUP.id, Style.TLDR, ADA)).engine == EXTRACTIVE
    assert (await compare(able, [SOUP.id, STEW.id], ADA)).engine == EXTRACTIVE
    assert small.read == []


async def test_a_model_that_is_offered_no_more_is_replaced_by_the_usual_one(able: Resources) -> None:
    await choices.change(able, GUILD_ID, Wish(model="large-1"))
    assert await engine(replace(able, further_models=()), ADA) == "small-1"


async def test_answers_summaries_and_comparisons_come_in_the_chosen_language(
    able: Resources, small: FakeAnswerer
) -> None:
    await engine(able, ADA)
    await summarise(able, SOUP.id, Style.TLDR, ADA)
    await choices.change(able, GUILD_ID, Wish(language="Deutsch"))
    await engine(able, ADA)
    await summarise(able, SOUP.id, Style.TLDR, ADA)  # what is kept is in another language
    await compare(able, [SOUP.id, STEW.id], ADA)
    assert small.languages[:4] == [None, None, "German", "German"]
    assert set(small.languages[4:]) == {"German"}


@pytest.mark.parametrize("role_ids", [(), (GUILD_ID, 8)])
async def test_who_lacks_the_role_is_answered_in_no_way(
    role_ids: tuple[int, ...], able: Resources, small: FakeAnswerer
) -> None:
    await choices.change(able, GUILD_ID, Wish(role_id=7))
    guest = Asker(person_id=2, guild_id=GUILD_ID, role_ids=frozenset(role_ids))
    for work in (
        answers.ask(able, QUESTION, [SOUP.id], guest),
        summarise(able, SOUP.id, Style.TLDR, guest),
        compare(able, [SOUP.id, STEW.id], guest),
    ):
        with pytest.raises(MayNotAsk) as refusal:
            await work
        assert refusal.value.role_ids == (7,)
    assert small.read == []
    assert await engine(able, ADA) == "small-1"


async def test_a_servers_own_limit_bounds_its_members_together(able: Resources, clock: FakeClock) -> None:
    await choices.change(able, GUILD_ID, Wish(questions=1))
    budget = DayBudget(able.store, clock, ALLOWANCE)
    await budget.take(ADA)
    with pytest.raises(ModelFailed) as refusal:
        await budget.take(replace(ADA, person_id=2))
    assert refusal.value.fault is ModelFault.SERVER
    told = await quota(able, ADA)
    assert told is not None
    assert told.server is not None
    assert (told.server.asked, told.server.most) == (1, 1)
    await budget.take(replace(ADA, guild_id=GUILD_ID + 1))


async def test_no_limit_is_above_what_whoever_runs_the_bot_allows(able: Resources, clock: FakeClock) -> None:
    with pytest.raises(InvalidInput, match="allows each server 5 "):
        await choices.change(able, GUILD_ID, Wish(questions=6))
    await choices.change(able, GUILD_ID, Wish(questions=5))
    stricter = DayBudget(able.store, clock, replace(ALLOWANCE, questions_a_server=1))
    await stricter.take(ADA)
    with pytest.raises(ModelFailed):
        await stricter.take(ADA)


async def test_a_server_without_setups_that_was_left_while_nobody_looked_is_noticed(able: Resources) -> None:
    await choices.change(able, GUILD_ID, Wish(language="German"))
    await pauses.guilds_seen(able, set())
    async with able.store.read() as tx:
        assert GUILD_ID in await tx.channels.guilds_left()
