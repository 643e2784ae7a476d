"""The long form: a thousand programs killed in worlds side by side, and a table of what became of them.

    python -m tests.acceptance.chaos --seed 1 --kills 1000

Exits with 1 where anything was lost, doubled or in disagreement, and prints how to see it again. ``--sabotage`` puts a
mistake into every program, one of those that the harness has to find; then it exits with 1 where it does not.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it ships no types

from storage.store import Store
from tests.acceptance.chaos_days import CHAOS, LONG_STALLS, Plan, Result, run
from tests.acceptance.chaos_program import SABOTAGE
from tests.acceptance.chaos_truth import Wrong
from tests.conftest import LOCAL_POSTGRES, fresh_database, on_server

SIDE_BY_SIDE = 4
"""Worlds at a time: many of them wait for something at any moment."""

LOG_LINES = 60
SQLITE, POSTGRES = "SQLite", "PostgreSQL"


def plans(seed: str, kills: int, sabotage: str | None) -> list[tuple[str, Plan]]:
    """Which worlds there are: a database, and how the programs on it are treated."""
    share = kills // 8 + 1
    one = Plan(seed=seed, kills=share, rates=CHAOS, days_missed=0.05, sabotage=sabotage)
    wanted = [
        (SQLITE, replace(one, rates=LONG_STALLS, stall_for=30.0)),
        (POSTGRES, replace(one, rates=LONG_STALLS, stall_for=30.0)),
        (SQLITE, one),
        (SQLITE, one),
        (SQLITE, replace(one, programs=2)),
        (POSTGRES, one),
        (POSTGRES, replace(one, programs=2)),
        (POSTGRES, replace(one, programs=2)),
    ]
    return [(kind, replace(plan, seed=f"{seed}:{number}")) for number, (kind, plan) in enumerate(wanted)]


async def in_all_worlds(wanted: Sequence[tuple[str, Plan]], folder: Path) -> list[Result]:
    gate, migrating = asyncio.Semaphore(SIDE_BY_SIDE), asyncio.Lock()

    async def one(kind: str, plan: Plan) -> Result:
        async with gate:
            own = folder / plan.seed.replace(":", "-")
            own.mkdir()
            async with database(kind, own) as url:
                async with migrating:  # which a process can do only one at a time
                    await (await Store.open(url)).close()
                result = await run(plan, url, own)
            print(f"world {plan.seed} on {kind}: {result.kills} kills in {result.seconds:.0f} s", flush=True)
            if result.findings:
                print(story(result), flush=True)
            return result

    return await asyncio.gather(*(one(kind, plan) for kind, plan in wanted))


@asynccontextmanager
async def database(kind: str, folder: Path) -> AsyncIterator[str]:
    if kind == SQLITE:
        yield f"sqlite+aiosqlite:///{folder}/paperboy.db"
        return
    name, url = fresh_database(_postgres())
    await on_server(_postgres(), f"CREATE DATABASE {name}")
    try:
        yield url
    finally:
        await on_server(_postgres(), f"DROP DATABASE {name} WITH (FORCE)")


def _postgres() -> str:
    return os.environ.get("TEST_DATABASE_URL", LOCAL_POSTGRES)


async def _has_postgres() -> bool:
    try:
        await on_server(_postgres(), "SELECT 1")
    except (OSError, asyncpg.PostgresError):
        return False
    return True


def table(results: Sequence[Result], seconds: float) -> str:
    """What became of it, one figure a line; and the faults by kind."""
    struck = sum((result.struck for result in results), Counter[str]())
    rows: list[tuple[str, object]] = [
        ("programs killed", sum(result.kills for result in results)),
        ("restarts inside the nonce window", sum(result.inside for result in results)),
        ("restarts outside it", sum(result.outside for result in results)),
        ("searches for a message in doubt", sum(result.looked for result in results)),
        ("deliveries", sum(result.deliveries for result in results)),
        ("messages", sum(result.messages for result in results)),
        ("lost", sum(result.count(Wrong.LOST) for result in results)),
        ("doubled", sum(result.count(Wrong.DOUBLED) for result in results)),
        ("disagreements", sum(result.count(Wrong.DISAGREES) for result in results)),
        ("seconds", f"{seconds:.0f}"),
        ("faults met", struck.total()),
        *((f"  {name}", count) for name, count in struck.most_common()),
    ]
    return "\n".join(f"{name:<42}{count:>8}" for name, count in rows)


def story(result: Result) -> str:
    """What is wrong in a world, how its programs came to it, and how to have it again."""
    log = "\n".join(result.log.splitlines()[-LOG_LINES:])
    findings = "\n".join(map(str, result.findings[:20]))
    return f"--- seed {result.plan.seed}, after {result.kills} kills\n{findings}\n{log}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="chaos", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", default="1", help="what everything is drawn from")
    parser.add_argument("--kills", type=int, default=1000, help="at least so many in all worlds together")
    parser.add_argument("--sabotage", choices=sorted(SABOTAGE), help="a mistake to be found")
    asked = parser.parse_args(arguments)
    wanted = plans(asked.seed, asked.kills, asked.sabotage)
    if not asyncio.run(_has_postgres()):
        print("no PostgreSQL server answers, so every world is on SQLite", flush=True)
        wanted = [(SQLITE, plan) for _, plan in wanted]
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="paperboy-chaos-") as folder:
        results = asyncio.run(in_all_worlds(wanted, Path(folder)))
    wrong = [result for result in results if result.findings]
    print(table(results, time.monotonic() - started))
    if wrong:
        print(f"again: make chaos SEED={asked.seed} KILLS={asked.kills}")
    return int(bool(wrong) is (asked.sabotage is None))


if __name__ == "__main__":
    sys.exit(main())
