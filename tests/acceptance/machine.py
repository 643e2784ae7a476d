"""A machine of one's own: a folder, an environment, and the real program as a process in them."""

import asyncio
import multiprocessing
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import ROOT, SETTINGS_BEGIN_WITH

NOBODY_ANSWERS = "http://127.0.0.1:9"
NO_SITES = {"HF_ENDPOINT": NOBODY_ANSWERS, "ARXIV_HTML_URL": NOBODY_ANSWERS}
STRANGE = (*SETTINGS_BEGIN_WITH, "PYTHONDONTWRITEBYTECODE")
"""What a program gets only where its test says so: settings, and having to compile itself anew at every start."""


PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.acceptance.doomed_program", "tests.acceptance.doomed_ingest"])
"""Programs that die are forked from one that has imported everything: two seconds less for each of some forty."""


@dataclass(frozen=True, slots=True)
class Ended:
    code: int | None
    out: str
    err: str


@dataclass(slots=True)
class Machine:
    """``settings`` are environment variables beside those that every program gets."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    started: list[Process] = field(default_factory=list)

    @property
    def store(self) -> str:
        return self.settings.get("DATABASE_URL", f"sqlite+aiosqlite:///{self.folder}/data/paperboy.db")

    async def start(self, *arguments: str, stdin: int = DEVNULL, **settings: str) -> Process:
        """``paperboy`` with these arguments, and with these settings too."""
        return await self.execute(sys.executable, "-m", "bot", *arguments, stdin=stdin, **settings)

    async def execute(self, *command: str, stdin: int = DEVNULL, **settings: str) -> Process:
        of_here = {name: value for name, value in os.environ.items() if not name.startswith(STRANGE)}
        own = {"PYTHONPATH": str(ROOT), "HOME": str(self.folder), "NO_PROXY": "127.0.0.1", "COLUMNS": "100"}
        environment = {**of_here, **own, **NO_SITES, **self.settings, **settings}
        process = await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, env=environment, stdin=stdin, stdout=PIPE, stderr=PIPE
        )
        self.started.append(process)
        return process

    async def run(self, *arguments: str, typed: str | None = None) -> Ended:
        """The same to its end; ``typed`` is what is piped into it."""
        process = await self.start(*arguments, stdin=DEVNULL if typed is None else PIPE)
        return await ended(process, typed)

    async def clear(self) -> None:
        """Nothing that was started here goes on."""
        for process in self.started:
            if process.returncode is None:
                process.kill()
            await process.communicate()


async def ended(process: Process, typed: str | None = None) -> Ended:
    """What a process has said when it is at its end. Raises TimeoutError."""
    async with asyncio.timeout(60):
        out, err = await process.communicate(None if typed is None else typed.encode())
    return Ended(process.returncode, out.decode(), err.decode())


async def until(holds: Callable[[], Awaitable[bool]] | Callable[[], bool]) -> None:
    """Wait for something that a program does, which tells nobody. Raises TimeoutError."""
    async with asyncio.timeout(60):
        while True:
            outcome = holds()
            if await outcome if isinstance(outcome, Awaitable) else outcome:
                return
            await asyncio.sleep(0.01)
