"""Programs killed at random moments in bad weather, on every layout: nothing is lost, nothing comes twice.

This is the short form, the same at every run; ``make chaos`` is the long one.
"""

from pathlib import Path

import pytest

from tests.acceptance.chaos import story
from tests.acceptance.chaos_days import Plan, run

KILLS = 6
WORLDS = [("store_url", 1), ("store_url", 2), pytest.param(("postgres_url", 2), marks=pytest.mark.postgres)]
"""A database and how many programs share it."""


@pytest.fixture(params=WORLDS, ids=lambda world: f"{world[1]} on {world[0]}")
def url_and_programs(request: pytest.FixtureRequest) -> tuple[str, int]:
    database, programs = request.param
    return request.getfixturevalue(database), programs


async def test_nothing_is_lost_and_nothing_doubled(url_and_programs: tuple[str, int], tmp_path: Path) -> None:
    url, programs = url_and_programs
    plan = Plan(seed=f"{programs}", kills=KILLS, kills_a_day=KILLS, programs=programs)
    result = await run(plan, url, tmp_path)
    assert not result.findings, story(result)
    assert result.kills >= KILLS
    assert result.looked, "some message was in doubt, or this was no test"


async def test_the_harness_sees_a_program_that_does_not_look(store_url: str, tmp_path: Path) -> None:
    plan = Plan(seed="not looking", kills=200, kills_a_day=KILLS, sabotage="does not look before sending again")
    assert (await run(plan, store_url, tmp_path)).findings
