"""One minute at which a digest is due in very many channels, of which one in a hundred goes wrong.

``python -m benchmarks.fanout 10000`` measures as many as it is told to; a second argument is another store's URL.
"""

import asyncio
import multiprocessing
import sys
import tempfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import fanout_bots, fanout_discord
from benchmarks.fanout_bots import Felt
from benchmarks.fanout_discord import Sample, Seen, Town
from benchmarks.figures import Row
from bot.core.evaluation import percentile

CHANNELS = 1_500
PLAIN_WITHIN = 40.0
"""Seconds that the loops may take: enough for the same messages at Discord's limit."""

ALLOWED = 50.0
"""Requests a second."""
STEADY = 0.9
"""The part of the messages after which the tail begins: places that were slow."""

PROCESSES = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Run:
    seen: Seen
    felt: Felt

    @property
    def steady(self) -> tuple[Sample, Sample]:
        """What was counted when the first messages had come, and when all but the last few had."""
        at = [sample.at for sample in self.seen.samples]
        last = self.seen.accepted[int(len(self.seen.accepted) * STEADY) - 1]
        first = self.seen.samples[bisect_left(at, self.seen.accepted[0])]
        return first, self.seen.samples[min(bisect_right(at, last), len(at) - 1)]

    def a_second(self, what: Callable[[Sample], int]) -> float:
        first, last = self.steady
        return (what(last) - what(first)) / max(last.at - first.at, 0.001)

    @property
    def messages_a_second(self) -> float:
        first, last = self.steady
        arrived = [at for at in self.seen.accepted if first.at < at <= last.at]
        return len(arrived) / max(last.at - first.at, 0.001)

    @property
    def limited(self) -> str:
        """429s in 1,000 requests, and those of the limit of the whole bot: in all, and while all went steadily."""
        end = self.seen.samples[-1]
        first, last = self.steady
        steadily = last.limited_overall - first.limited_overall
        return f"{1000 * end.limited / max(end.requests, 1):.2f} ({end.limited_overall} global, {steadily} steadily)"


async def measure() -> list[Row]:
    """Paperboy, then the two loops beside each other; a fan-out in each case."""
    return await asyncio.to_thread(_measure, CHANNELS, None)


def _measure(channels: int, url: str | None) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        ours = _fan_out(channels, fanout_bots.paperboy, url, Path(folder), ask=True)
    rows = _own_rows(channels, ours)
    for name, plain in (("for each: await send", fanout_bots.loop), ("asyncio.gather(sends)", fanout_bots.gather)):
        rows += _beside(ours, name, _fan_out(channels, plain, PLAIN_WITHIN, ask=False))
    return rows


def _own_rows(channels: int, run: Run) -> list[Row]:
    seen, felt = run.seen, run.felt
    what = f"fan-out to {channels:,} channels, 1 % of them failing"
    began, ended = felt.planning[0][0], felt.planning[-1][1]
    asked, settled = sorted(seen.acknowledged), sorted(seen.settled)
    facts = {
        "missing, doubled, unanswered": f"{seen.missing}, {seen.doubled}, {seen.unanswered}",
        "requests a second (Discord allows 50)": f"{run.a_second(lambda one: one.requests):.2f}",
        "due to first message / all planned / last message": " / ".join(
            f"{at - felt.due:.1f} s" for at in (seen.accepted[0], ended, seen.accepted[-1])
        ),
        f"{len(asked)} interactions acknowledged, p50 / p99": _percentiles(asked),
        "the same answered in full": _percentiles(settled),
        "planning, of 1,000 setups": f"{(ended - began) / felt.planned * 1e6:.0f} ms",
        "event loop late: p99 / most": f"{percentile(felt.lags, 0.99) * 1000:.0f} ms / {max(felt.lags) * 1000:.0f} ms",
        "busy at a stretch: p99 / most / most while planning": " / ".join(
            f"{busy * 1000:.0f} ms" for busy in (percentile(felt.busy, 0.99), max(felt.busy), felt.busy_planning)
        ),
        "memory for 1,000 channels": f"{felt.memory / channels * 1000 / 2**20:.2f} MiB (of "
        f"{(felt.memory + felt.memory_before) / 2**20:.0f})",
        "processor time a message": f"{felt.cpu / len(seen.accepted) * 1000:.2f} ms",
    }
    return [Row(what, "", "", "", ""), *(Row(f"  {name}", value, "", "", "") for name, value in facts.items())]


def _percentiles(values: list[float]) -> str:
    return " / ".join(f"{percentile(values, share) * 1000:.0f} ms" for share in (0.5, 0.99))


def _beside(ours: Run, name: str, theirs: Run) -> list[Row]:
    mine, other = ours.messages_a_second, theirs.messages_a_second
    came, theirs_came = len(ours.seen.accepted), len(theirs.seen.accepted)
    of = theirs_came + theirs.seen.missing
    return [
        Row("  messages that arrived", f"{came}", name, f"{theirs_came} of {of}", f"{came / max(theirs_came, 1):.2f}"),
        Row("  messages a second until then", f"{mine:.2f}", name, f"{other:.2f}", f"{mine / max(other, 0.01):.2f}"),
        Row("  429s in 1,000 requests", ours.limited, name, theirs.limited, ""),
    ]


def _fan_out(channels: int, bot: Callable[..., None], *arguments: Any, ask: bool) -> Run:
    discord, word = _process(partial(fanout_discord.run, ask=ask), channels)
    town: Town = word.recv()
    sender, its_word = _process(bot, town, *arguments)
    its_word.recv()
    word.send("go")
    its_word.send("go")
    if ask:  # Paperboy goes on until Discord has seen all of it
        seen: Seen = word.recv()
        its_word.send("over")
        felt: Felt = its_word.recv()
        word.send("over")
    else:
        felt = its_word.recv()
        word.send("over")
        seen = word.recv()
    for process in (sender, discord):
        process.kill()
        process.join()
    return Run(seen, felt)


def _process(target: Callable[..., None], *arguments: Any) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=target, args=(theirs, *arguments), daemon=True)
    process.start()
    return process, ours


def main() -> None:
    channels = int(sys.argv[1]) if len(sys.argv) > 1 else CHANNELS
    table = Table("what", "Paperboy", "beside", "there", "ratio")
    for row in _measure(channels, sys.argv[2] if len(sys.argv) > 2 else None):
        table.add_row(row.what, row.ours, row.beside, row.theirs, row.ratio)
    Console(width=140).print(table)


if __name__ == "__main__":
    main()
