"""A summary is the model's where its lines stand on the paper, else the paper's own words; a model is asked once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.answering.chat import Chat
from bot.answering.model import ByModel
from bot.core.allowance import Allowance
from bot.core.aspect_signs import Aspect
from bot.core.grounding import EXTRACTIVE, Answer, AnswerStatus, Claim, Label, Read
from bot.core.style import Style
from bot.core.summary import QUESTIONS, Summary
from bot.errors import InvalidInput
from bot.ports import Resources
from bot.services.budget import DayBudget
from bot.services.summary import NEEDS_A_MODEL, NOTHING_STOOD, summarise
from bot.sources.http import certificates
from storage.fulltext import Origin, Piece, PieceKind
from tests.builders import FakeClock, make_id, make_paper
from tests.services.doubles import FakeAnswerer, FakeTexts
from tests.services.seeding import copy_prepared, keep, prepare
from tests.standins.chat_server import ChatServer, chunk, says, sends

PAPER = make_paper(
    make_id(1),
    title="SoupNet",
    abstract=(
        "Soups remain a challenge for robots. We propose SoupNet, a model that stirs. It spills 12% less than before."
    ),
    version=1,
)
BARE = make_paper(make_id(2), title="A title", abstract="")
LIMITS = Piece("5 Limitations", PieceKind.PROSE, "Our robot cannot stir stew, which we leave for future work.")


@pytest.fixture(scope="module")
def papers(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(migrated_file, tmp_path_factory.mktemp("summaries"), PAPER, BARE)


@pytest.fixture
def store_file(papers: Path, tmp_path: Path) -> Path:
    return copy_prepared(papers, tmp_path)


def claim(quote: str, text: str = "A robot stirs soup.") -> Claim:
    return Claim(text=text, label=Label.STATED, quote=quote, section="Abstract", paper_id=PAPER.id)


TRUE = claim("We propose SoupNet, a model that stirs.")
FALSE = claim("We propose SoupNet, a model that fries.")


def quotes(summary: Summary) -> list[str]:
    return [line.claim.quote for line in summary.lines]


async def test_without_a_model_it_is_the_papers_own_words(r: Resources) -> None:
    found = await summarise(r, f"https://arxiv.org/abs/{PAPER.id}", Style.TLDR)
    assert (found.engine, found.note, found.read) == (EXTRACTIVE, "", Read(paper_id=PAPER.id))
    assert [(line.aspect, line.claim.quote) for line in found.lines] == [
        (Aspect.APPROACH, "We propose SoupNet, a model that stirs."),
        (Aspect.RESULTS, "It spills 12% less than before."),
    ]


async def test_the_whole_text_is_read_for_it(r: Resources, clock: FakeClock) -> None:
    able = replace(r, texts=FakeTexts(clock, {PAPER.id: (LIMITS,)}))
    found = await summarise(able, PAPER.id, Style.POINTS)
    assert found.lines[-1].claim.quote == LIMITS.text
    assert found.read.origin is Origin.HTML


async def test_plain_words_take_a_model_and_without_one_that_is_said(r: Resources) -> None:
    found = await summarise(r, PAPER.id, Style.NEWCOMER)
    assert found.note == NEEDS_A_MODEL
    assert found.lines


async def test_a_paper_of_which_there_is_nothing_to_read_is_refused(r: Resources) -> None:
    with pytest.raises(InvalidInput, match="no more than the title"):
        await summarise(r, BARE.id, Style.TLDR)


async def test_a_models_lines_are_shown_where_they_stand_and_dropped_where_not(r: Resources) -> None:
    found = await summarise(replace(r, answerer=FakeAnswerer(claims=(FALSE, TRUE))), PAPER.id, Style.NEWCOMER)
    assert (found.engine, found.note) == ("fake", "")
    assert [line.claim for line in found.lines] == [TRUE]


async def test_where_none_of_them_stands_the_papers_own_words_come_and_say_so(r: Resources) -> None:
    found = await summarise(replace(r, answerer=FakeAnswerer(claims=(FALSE,))), PAPER.id, Style.TLDR)
    assert (found.engine, found.note) == (EXTRACTIVE, NOTHING_STOOD)
    assert "We propose SoupNet, a model that stirs." in quotes(found)


class Failing(FakeAnswerer):
    async def draft(self, question: str, closest: object, asker: object = None, **_watched: object) -> Answer:
        self.read.append(NotImplemented)
        passages = AnswerStatus.PASSAGES
        return Answer(question=question, status=passages, engine=EXTRACTIVE, claims=(TRUE,), note="The model is busy.")


async def test_where_the_model_fails_its_reason_is_told_and_it_is_asked_again_next_time(r: Resources) -> None:
    failing = Failing()
    for times in (1, 2):
        found = await summarise(replace(r, answerer=failing), PAPER.id, Style.TLDR)
        assert (found.engine, found.note) == (EXTRACTIVE, "The model is busy.")
        assert len(failing.read) == times


async def asked(r: Resources, name: str = "fake", style: Style = Style.TLDR) -> bool:
    """Whether the model of that name had to be asked."""
    answerer = FakeAnswerer(claims=(TRUE,), name=name)
    found = await summarise(replace(r, answerer=answerer), PAPER.id, style)
    assert [line.claim for line in found.lines] == [TRUE]
    return bool(answerer.read)


async def test_it_is_kept_for_each_style_and_engine_until_there_is_a_new_version(r: Resources) -> None:
    assert await asked(r)
    assert not await asked(r)
    assert await asked(r, name="another")
    assert await asked(r, style=Style.POINTS)
    assert not await asked(r)
    await keep(r, replace(PAPER, version=2))
    assert await asked(r)


async def test_it_is_made_anew_where_there_is_more_to_read(r: Resources, clock: FakeClock) -> None:
    assert await asked(r)
    assert await asked(replace(r, texts=FakeTexts(clock, {PAPER.id: (LIMITS,)})))


async def test_of_many_who_ask_at_once_one_asks_the_model(r: Resources) -> None:
    answerer = FakeAnswerer(claims=(TRUE,))
    able = replace(r, answerer=answerer)
    found = await asyncio.gather(*(summarise(able, PAPER.id, Style.TLDR) for _ in range(5)))
    assert [quotes(one) for one in found] == [[TRUE.quote]] * 5
    assert len(answerer.read) == 3, "the three sentences of one prompt"


async def test_who_watches_it_being_written_sees_nothing_but_what_stands(r: Resources) -> None:
    seen: list[Summary] = []
    found = await summarise(
        replace(r, answerer=FakeAnswerer(claims=(FALSE, TRUE))), PAPER.id, Style.TLDR, watch=seen.append
    )
    assert [quotes(one) for one in seen] == [[], [], [TRUE.quote]]
    assert seen[-1] == found


# --- over a real client ---

STANDS = {"claim": "SoupNet is a model that stirs.", "quote": "SoupNet, a model that stirs", "kind": "stated"}
INVENTED = {"claim": "SoupNet is a model that fries.", "quote": "SoupNet, a model that fries", "kind": "stated"}
ADVERTISES = {"claim": "SoupNet is a model, see https://evil.example.", "quote": "SoupNet, a model that stirs"}
NUMBERS = {"claim": "It spills 90% less.", "quote": "It spills 12% less than before", "kind": "stated"}


@asynccontextmanager
async def modelled(r: Resources, server: ChatServer, allowance: Allowance) -> AsyncIterator[Resources]:
    async with httpx.AsyncClient(verify=certificates()) as client:
        chat = Chat(client, base_url=server.url, model="scripted")
        yield replace(r, answerer=ByModel(chat, DayBudget(r.store, r.clock, allowance)))


async def test_of_what_a_model_writes_only_what_stands_reaches_anybody(r: Resources) -> None:
    written = "\n".join(map(json.dumps, (INVENTED, STANDS, ADVERTISES, NUMBERS)))
    async with ChatServer([says(written)]) as server, modelled(r, server, Allowance()) as able:
        found = await summarise(able, PAPER.id, Style.NEWCOMER)
        assert await summarise(able, PAPER.id, Style.NEWCOMER) == found
    assert [(line.claim.text, line.claim.label) for line in found.lines] == [(STANDS["claim"], Label.STATED)]
    [heard] = server.heard
    assert QUESTIONS[Style.NEWCOMER] in heard.body["messages"][-1]["content"]


async def test_a_model_that_is_gone_in_the_middle_leaves_nothing_half_and_says_so(r: Resources) -> None:
    seen: list[Summary] = []
    broken = sends(chunk(f"{json.dumps(STANDS)}\n"), then="reset")
    async with ChatServer([broken]) as server, modelled(r, server, Allowance()) as able:
        found = await summarise(able, PAPER.id, Style.TLDR, watch=seen.append)
    assert [line.claim.text for line in seen[-1].lines] == [STANDS["claim"]]
    assert found.note == "The model broke off, so here are the papers' own words instead."
    assert (found.engine, {line.claim.label for line in found.lines}) == (EXTRACTIVE, {Label.QUOTED})


async def test_where_the_day_is_spent_the_papers_own_words_come_and_say_so(r: Resources) -> None:
    async with ChatServer([says("{}")]) as server, modelled(r, server, Allowance(tokens=0)) as able:
        found = await summarise(able, PAPER.id, Style.TLDR)
    assert found.note == "The model has answered as much as it may today, so here are the papers' own words instead."
    assert (found.engine, server.heard) == (EXTRACTIVE, [])
