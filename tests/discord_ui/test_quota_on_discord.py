"""How many questions a model still answers, asked for on Discord."""

from dataclasses import replace

import pytest

from bot.core.allowance import Allowance, Asker
from bot.ports import Resources
from bot.services.budget import DayBudget
from tests.builders import FakeClock
from tests.discord_ui.conftest import Lab, Running
from tests.services.doubles import FakeAnswerer

ALLOWANCE = Allowance(questions_a_person=3, questions_a_server=20)


@pytest.fixture
def r(r: Resources) -> Resources:
    return replace(r, answerer=FakeAnswerer(name="small-1"), allowance=ALLOWANCE)


async def test_everybody_is_told_their_own_and_their_servers(
    lab: Lab, r: Resources, clock: FakeClock, running: Running
) -> None:
    budget = DayBudget(r.store, clock, ALLOWANCE)
    for person in (lab.guest, lab.admin):
        await budget.take(Asker(person_id=person.user.id, guild_id=lab.guild.id))
    async with running():
        here = await lab.guest.slash(lab.papers, "quota")
        alone = await lab.guest.slash(lab.guest.dm, "quota")
    assert "You: 1 of 3 asked, 2 left" in here.text
    assert "This server: 2 of 20 asked, 18 left" in here.text
    assert "Answers: by small-1" in here.text
    assert here.ephemeral
    assert "You: 1 of 3" in alone.text
    assert "This server" not in alone.text
