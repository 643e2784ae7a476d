"""What people see, and what the log gets, when something goes wrong or takes its time."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from bot.answering.extractive import Extractive
from bot.core.allowance import Asker
from bot.core.grounding import Answer, Heard
from bot.core.passages import Close
from bot.discord_ui import replies
from bot.discord_ui.client import PaperboyClient
from bot.ports import Resources
from storage.errors import StoreBusy
from storage.turns import Turn
from tests.discord_ui.conftest import Lab, Running, until
from tests.standins.discord import Answer as Scripted
from tests.standins.discord import NoAnswer, Reply

pytestmark = pytest.mark.usefixtures("stocked")

QUESTION = "How many samples does the dataset hold?"


class Moody(Extractive):
    """An answerer that takes its time and then does what it is told."""

    takes: float = 0.0
    raises: Exception | None = None

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
        await asyncio.sleep(self.takes)
        if self.raises is not None:
            raise self.raises
        return await super().draft(question, closest, asker, earlier=earlier, heard=heard)


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
async def r(r: Resources, moody: Moody) -> Resources:
    return replace(r, answerer=moody)


@pytest.fixture(autouse=True)
async def online(running: Running) -> AsyncIterator[PaperboyClient]:
    async with running() as client:
        yield client


async def asked(lab: Lab) -> Reply:
    reply = await lab.guest.slash(lab.papers, "ask", question=QUESTION, paper="2503.00002")
    await until(lambda: bool(reply.messages))
    return reply


async def test_an_unforeseen_error_is_told_privately_without_its_text_and_found_in_the_log(
    lab: Lab, moody: Moody
) -> None:
    moody.raises = RuntimeError("a secret detail")
    with capture_logs() as logged:
        reply = await asked(lab)
    assert reply.ephemeral
    assert "Something went wrong" in reply.text
    assert "secret" not in reply.text
    [entry] = [entry for entry in logged if entry["log_level"] == "error"]
    assert entry["where"] == "/ask"
    assert entry["reference"] in reply.text
    assert lab.discord.messages(lab.papers) == []


async def test_a_busy_store_is_told_in_words(lab: Lab, moody: Moody) -> None:
    moody.raises = StoreBusy("database is locked")
    reply = await asked(lab)
    assert reply.ephemeral
    assert "My store is busy" in reply.text


async def test_what_a_person_typed_never_stands_in_the_log(lab: Lab, moody: Moody) -> None:
    moody.raises = StoreBusy("database is locked")
    with capture_logs() as logged:
        await asked(lab)
    assert QUESTION not in str(logged)


async def test_an_answer_that_takes_longer_is_announced_in_time(
    lab: Lab, moody: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    moody.takes = 0.2
    reply = await asked(lab)
    assert reply.deferred
    assert "Retrieval with long contexts" in reply.text
    monkeypatch.setattr(replies, "PATIENCE", 0.0)
    slow = await lab.guest.slash(lab.papers, "papers search", query="diffusion")
    assert slow.deferred
    assert "of 6" in slow.text


async def test_a_quick_answer_comes_at_once(lab: Lab) -> None:
    assert not (await lab.guest.slash(lab.papers, "papers today")).deferred


async def test_a_page_that_takes_longer_still_turns_in_place(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    found = await lab.guest.slash(lab.papers, "papers search", query="diffusion")
    monkeypatch.setattr(replies, "PATIENCE", 0.0)
    turned = await lab.guest.press(found.message, "Next")
    assert turned.deferred
    assert turned.message is found.message
    assert "6 of 6" in turned.text


async def test_an_error_behind_a_button_leaves_the_message_as_it_is(lab: Lab, moody: Moody) -> None:
    card = await lab.guest.slash(lab.papers, "papers show", paper="2503.00002")
    before = card.text
    form = await lab.guest.press(card.message, "Ask about it")
    moody.raises = StoreBusy("database is locked")
    failed = await lab.guest.submit(form, {"question": QUESTION})
    await until(lambda: bool(failed.messages))
    assert failed.ephemeral
    assert "My store is busy" in failed.text
    assert card.text == before


async def test_an_interaction_that_came_too_late_is_only_logged(lab: Lab) -> None:
    lab.guest.patience = 0.2
    lab.discord.script(
        "POST", "/interactions/*/callback", Scripted(404, {"code": 10062, "message": "Unknown interaction"})
    )
    with capture_logs() as logged, pytest.raises(NoAnswer):
        await lab.guest.slash(lab.papers, "help")
    assert [entry["where"] for entry in logged] == ["/help"]
