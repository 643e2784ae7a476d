"""Programs killed at random moments in bad weather, on every layout: nothing is lost, nothing comes twice.

This is the short form, the same at every run; ``make chaos`` is the long one.
"""

from pathlib import Path

import pytest

from tests.acceptance.chaos import story
from tests.acceptance.chaos_days import Plan, run

KILLS = 18


@pytest.fixture(params=["store_url", pytest.param("postgres_url", marks=pytest.mark.postgres)])
def each_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.mark.parametrize("programs", [1, 2])
async def test_nothing_is_lost_and_nothing_doubled(each_url: str, programs: int, tmp_path: Path) -> None:
    result = await run(Plan(seed=f"{programs}", kills=KILLS, kills_a_day=KILLS, programs=programs), each_url, tmp_path)
    assert not result.findings, story(result)
    assert result.kills >= KILLS
    assert result.looked, "some message was in doubt, or this was no test"


async def test_the_harness_sees_a_program_that_does_not_look(store_url: str, tmp_path: Path) -> None:
    plan = Plan(seed="not looking", kills=200, kills_a_day=KILLS, sabotage="does not look before sending again")
    assert (await run(plan, store_url, tmp_path)).findings
