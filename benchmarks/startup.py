"""How long a command takes from the shell: beside an empty Python, and beside one that imports discord.py."""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.figures import Row, compare, seconds
from bot.app import open_resources
from bot.services import ingest
from bot.settings import Settings

RUNS = 7


async def measure() -> list[Row]:
    """The whole process, from start to exit; the runs of all commands take turns."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/paperboy.db"
        os.environ["DATABASE_URL"] = url
        async with open_resources(Settings(_env_file=None)) as r:  # type: ignore[call-arg]  # hidden by its types
            await ingest.load_sample(r)
        median, loaded = await asyncio.to_thread(_in_turns)
    return [
        compare("paperboy --help, whole process", median["help"], "python -c pass", median["empty"], "ms"),
        compare(
            "paperboy search, whole process", median["ours"], "python -c 'import discord'", median["discord"], "ms"
        ),
        Row("paperboy search imports discord.py", "yes" if "discord.client" in loaded else "no", "", "", ""),
    ]


def _in_turns() -> tuple[dict[str, float], str]:
    """Each command's median in milliseconds, and the list of what a search imports."""
    paperboy = str(Path(sys.executable).with_name("paperboy"))
    commands = {
        "ours": [paperboy, "search", "agent", "--json"],
        "help": [paperboy, "--help"],
        "empty": [sys.executable, "-c", "pass"],
        "discord": [sys.executable, "-c", "import discord"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            times[name].append(seconds(partial(subprocess.run, command, check=True, capture_output=True)))
    traced = [sys.executable, "-X", "importtime", *commands["ours"]]
    loaded = subprocess.run(traced, check=True, capture_output=True, text=True).stderr
    return {name: statistics.median(values) * 1000 for name, values in times.items()}, loaded
