"""What can be done with an answer: see its quotations in context, and say whether it helps."""

from datetime import timedelta

import pytest

from bot.discord_ui.client import PaperboyClient
from bot.ports import Resources
from bot.services import upkeep
from tests.builders import FakeClock
from tests.discord_ui.conftest import PAPERS, Lab, Running
from tests.standins.discord import Reply

pytestmark = pytest.mark.usefixtures("stocked", "client")

QUESTION = "How many samples does the dataset hold?"


async def asked(lab: Lab) -> Reply:
    return await lab.guest.slash(lab.papers, "ask", question=QUESTION, paper=PAPERS[1].id)


async def test_quotations_are_shown_in_context_to_whoever_presses_after_a_restart_too(
    lab: Lab, client: PaperboyClient, running: Running
) -> None:
    answer = await asked(lab)
    await client.close()
    async with running():
        shown = await lab.admin.press(answer.message, "Show more context")
    assert shown.ephemeral
    assert f"In context: “{QUESTION}”" in shown.text
    assert "We study retrieval with long contexts. **The dataset holds 2 samples.**" in shown.text


async def test_an_answer_that_is_too_old_says_so(lab: Lab, r: Resources, clock: FakeClock) -> None:
    answer = await asked(lab)
    clock.advance(days=31)
    await upkeep.forget_the_old(r, keep=timedelta(days=180))
    for button in ("Show more context", "👎"):
        reply = await lab.guest.press(answer.message, button)
        assert "30 days" in reply.text
        assert reply.ephemeral


async def test_votes_reach_those_who_may_know_what_is_asked(lab: Lab) -> None:
    answer = await asked(lab)
    thanks = await lab.guest.press(answer.message, "👍")
    assert thanks.ephemeral
    assert "helps" in thanks.text
    assert "does not help" in (await lab.guest.press(answer.message, "👎")).text
    told = await lab.admin.slash(lab.papers, "status")
    assert "0 👍, 1 👎" in told.text
    assert f"“{QUESTION}”" in told.text
    assert "👎" not in (await lab.guest.slash(lab.papers, "status")).text
    assert "👎" not in (await lab.admin.slash(lab.admin.dm, "status")).text


async def test_a_vote_is_exported_and_forgotten_with_its_person(lab: Lab) -> None:
    await lab.guest.press((await asked(lab)).message, "👎")
    assert "your 1 vote on answers" in (await lab.guest.slash(lab.papers, "privacy export")).text
    ask = await lab.guest.slash(lab.papers, "privacy forget")
    await lab.guest.press(ask.message, "Delete it all")
    assert "👎" not in (await lab.admin.slash(lab.papers, "status")).text


@pytest.mark.parametrize(
    ("command", "papers", "asked"),
    [
        ("summary", {"paper": PAPERS[1].id}, "What are the key points of “Retrieval with long contexts”?"),
        ("compare", {"first": PAPERS[1].id, "second": PAPERS[5].id}, "How do “Retrieval with long contexts” and"),
    ],
)
async def test_a_summary_and_a_comparison_are_gone_back_to_and_voted_on_likewise(
    lab: Lab, command: str, papers: dict[str, str], asked: str
) -> None:
    told = await lab.guest.slash(lab.papers, command, **papers)
    shown = await lab.guest.press(told.message, "Show more context")
    assert f"In context: “{asked}" in shown.text
    assert "**We study retrieval with long contexts." in shown.text
    await lab.guest.press(told.message, "👎")
    assert f"“{asked}" in (await lab.admin.slash(lab.papers, "status")).text
