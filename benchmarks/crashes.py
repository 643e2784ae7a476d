"""Programs killed with SIGKILL at random moments in bad weather: a sample of ``make chaos``, which kills a thousand."""

import tempfile
from pathlib import Path

from benchmarks.figures import Row
from tests.acceptance.chaos_days import Plan, run
from tests.acceptance.chaos_truth import Wrong

KILLS = 40


async def measure() -> list[Row]:
    """One world on SQLite, another seed than the tests'."""
    with tempfile.TemporaryDirectory(prefix="paperboy-crashes-") as name:
        folder = Path(name)
        plan = Plan(seed="bench", kills=KILLS, kills_a_day=KILLS)
        result = await run(plan, f"sqlite+aiosqlite:///{folder}/paperboy.db", folder)
    lost, doubled, unlike = (result.count(kind) for kind in (Wrong.LOST, Wrong.DOUBLED, Wrong.DISAGREES))
    survived = f"{result.messages} messages: {lost} lost, {doubled} doubled, {unlike} disagree"
    return [Row(f"SIGKILL of the program {result.kills} times, every layout, faults on the wire", survived, "", "", "")]
