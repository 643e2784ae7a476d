"""An answer that a model writes is seen at once, grows in its message, and ends quietly where that is deleted."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.answering.extractive import Extractive
from bot.core.allowance import Asker
from bot.core.grounding import Answer, AnswerStatus, Claim, Heard, Label
from bot.core.passages import Close
from bot.discord_ui import growing, mentions
from bot.discord_ui.client import PaperboyClient
from bot.ports import Resources
from storage.turns import Turn
from tests.discord_ui.conftest import PAPERS, Lab, Running, until
from tests.standins.discord import Channel, Message, Permission

pytestmark = pytest.mark.usefixtures("stocked")

PAPER = PAPERS[1]
QUESTION = "How many samples does the dataset hold?"
FIRST = Claim(
    text="It holds 2 samples.",
    label=Label.STATED,
    quote="The dataset holds 2 samples.",
    section="Abstract",
    paper_id=PAPER.id,
)
SECOND = replace(FIRST, text="It is about retrieval.", quote="We study retrieval with long contexts.")
INVENTED = replace(FIRST, text="It holds 9 samples.", quote="The dataset holds 9 samples.")


class Model(Extractive):
    """Writes one claim that stands and one that does not, and the rest when it is told to."""

    name = "small-1"

    def __init__(self) -> None:
        self.begin = asyncio.Event()
        self.end = asyncio.Event()
        self.begin.set()
        self.stopped = False

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
        assert heard is not None
        await self.begin.wait()
        heard(())
        heard((FIRST, INVENTED))
        try:
            await self.end.wait()
        except asyncio.CancelledError:
            self.stopped = True
            raise
        claims = (FIRST, INVENTED, SECOND)
        return Answer(question=question, status=AnswerStatus.ANSWERED, engine=self.name, claims=claims)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
async def r(r: Resources, model: Model) -> Resources:
    return replace(r, answerer=model)


@pytest.fixture(autouse=True)
async def online(running: Running, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PaperboyClient]:
    monkeypatch.setattr(growing, "BETWEEN_EDITS", 0.0)
    async with running() as client:
        yield client


@pytest.fixture
async def thread(lab: Lab) -> Channel:
    for what in (Permission.SEND_MESSAGES_IN_THREADS, Permission.CREATE_PUBLIC_THREADS):
        lab.discord.world.grant(lab.papers, what, target=lab.guest.user)
    await lab.guest.slash(lab.papers, "discuss start", paper=PAPER.id)
    [thread] = [one for one in lab.discord.world.channels.values() if one.parent is lab.papers]
    return thread


async def asked(lab: Lab, thread: Channel) -> Message:
    """The answer to a mention, as soon as a claim stands in it."""
    lab.guest.say(thread, f"<@{lab.discord.world.bot.id}> {QUESTION}")
    *_, answer = await lab.discord.messages_in(thread, 3)
    await until(lambda: "2 samples" in answer.text)
    return answer


async def test_a_mention_is_answered_in_one_message_that_grows(lab: Lab, model: Model, thread: Channel) -> None:
    answer = await asked(lab, thread)
    assert "Still writing" in answer.text
    assert "retrieval" not in answer.text.replace(PAPER.title, "")
    model.end.set()
    await until(lambda: "It is about retrieval." in answer.text)
    assert "Still writing" not in answer.text
    assert "9 samples" not in answer.text
    assert len(lab.discord.messages(thread)) == 3
    edits = lab.discord.requests_to("update_message")
    assert edits
    assert all(edit.json["allowed_mentions"]["parse"] == [] for edit in edits)


async def test_a_command_is_answered_by_an_answer_that_grows(lab: Lab, model: Model) -> None:
    asking = asyncio.create_task(lab.guest.slash(lab.papers, "ask", question=QUESTION, paper=PAPER.id))
    await until(lambda: any("Still writing" in one.text for one in lab.discord.messages(lab.papers)))
    model.end.set()
    await asking
    [answer] = lab.discord.messages(lab.papers)
    await until(lambda: "It is about retrieval." in answer.text)
    assert "9 samples" not in answer.text


async def test_a_summary_grows_likewise_by_a_command_and_by_a_button(lab: Lab, model: Model) -> None:
    asking = asyncio.create_task(lab.guest.slash(lab.papers, "summary", paper=PAPER.id))
    await until(lambda: any("Still writing" in one.text for one in lab.discord.messages(lab.papers)))
    [summary] = lab.discord.messages(lab.papers)
    assert "It holds 2 samples." in summary.text
    assert "9 samples" not in summary.text
    model.end.set()
    await asking
    await until(lambda: "It is about retrieval." in summary.text)
    assert "Still writing" not in summary.text
    pressed = await lab.guest.press(summary, "TL;DR")
    await until(lambda: "It is about retrieval." in pressed.text)


async def test_an_answer_that_is_deleted_while_it_is_written_ends_quietly(
    lab: Lab, model: Model, thread: Channel
) -> None:
    answer = await asked(lab, thread)
    lab.discord.world.delete(answer)
    with capture_logs() as logged:
        model.end.set()
        await until(lambda: bool(logged))
    assert [(entry["log_level"], entry["event"]) for entry in logged] == [("info", "the place of an answer is gone")]
    assert len(lab.discord.messages(thread)) == 2


async def test_a_summary_that_is_deleted_while_it_is_written_ends_quietly(lab: Lab, model: Model) -> None:
    asking = asyncio.create_task(lab.guest.slash(lab.papers, "summary", paper=PAPER.id))
    await until(lambda: any("Still writing" in one.text for one in lab.discord.messages(lab.papers)))
    [summary] = lab.discord.messages(lab.papers)
    lab.discord.world.delete(summary)
    with capture_logs() as logged:
        model.end.set()
        await until(lambda: bool(logged))
    assert logged[0]["event"] == "an interaction could not be answered any more"
    await asyncio.wait({asking})
    assert lab.discord.messages(lab.papers) == []


async def test_a_thread_that_is_deleted_meanwhile_ends_its_answer_quietly(
    lab: Lab, model: Model, thread: Channel
) -> None:
    await asked(lab, thread)
    with capture_logs() as logged:
        lab.discord.world.remove_channel(thread)
        model.end.set()
        await until(lambda: any("place of an answer is gone" in entry["event"] for entry in logged))
    assert not [entry for entry in logged if entry["log_level"] in {"warning", "error"}]


async def test_while_nothing_is_there_to_be_shown_discord_shows_that_something_is_coming(
    lab: Lab, model: Model, thread: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "A_MOMENT", 0.0)
    model.begin.clear()
    lab.guest.say(thread, f"<@{lab.discord.world.bot.id}> {QUESTION}")
    await until(lambda: bool(lab.discord.requests_to("trigger_typing_indicator")))
    assert len(lab.discord.messages(thread)) == 2
    model.begin.set()
    model.end.set()
    await lab.discord.messages_in(thread, 3)
