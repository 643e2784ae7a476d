"""The real command that ingests, with many small steps, which kills itself and its second process at a chosen one.

``run`` is what a process of its own does. ``step`` is one of ``STEPS``, ``SOME_TIME`` or ``NO_STEP``.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli import ending, ingesting
from bot.services import bulk
from storage import search_index
from storage.facts import Facts
from storage.search_index import folder
from storage.search_index.writer import Writer

STEPS = (
    "before a batch is kept",
    "after a batch was kept",
    "before papers are committed",
    "between papers and their revision",
    "after the revision was written",
    "while merging",
    "before merging ends",
)
SOME_TIME, NO_STEP = "some time", "no step"
NEVER_LARGE = 2**40
"""Bytes from which on a second process fills the index."""


@dataclass(frozen=True, slots=True)
class Doom:
    """It dies when it comes to ``step`` for the ``count``-th time, or ``after`` so many seconds of reading."""

    step: str = NO_STEP
    count: int = 0
    after: float = 0
    large: int = NEVER_LARGE


def run(home: Path, environment: Mapping[str, str], doom: Doom, arguments: Sequence[str]) -> None:
    """``paperboy`` with these arguments in ``home``; what it says stands in ``said.txt`` there."""
    os.setsid()
    os.chdir(home)
    os.environ.update(environment)
    said = os.open("said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(said, stream)
    bulk.BATCH, search_index.BATCH, search_index.COMMIT_EVERY, ingesting.LARGE = 100, 50, 150, doom.large
    _prepare(doom)
    sys.exit(ending.run(arguments))


def _die() -> None:
    os.killpg(0, signal.SIGKILL)


def _prepare(doom: Doom) -> None:
    left = doom.count

    def come() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            _die()

    match doom.step:
        case "before a batch is kept":
            _before(Facts, "put", come)
        case "after a batch was kept":
            _before(bulk, "_parsed", come)
        case "before papers are committed":
            _before(Writer, "commit", come)
        case "between papers and their revision":
            _before(folder, "write_state", come)
        case "after the revision was written":
            _after(folder, "write_state", come)
        case "while merging":
            _after(Writer, "commit", come)
        case "before merging ends":
            _before(Writer, "close", come)
        case "some time":
            _unhurried(doom.after)


def _unhurried(after: float) -> None:
    """Let each batch take a moment, and the process die ``after`` so many seconds from the first one on."""

    def later() -> None:
        time.sleep(after)
        _die()

    killer = threading.Thread(target=later, daemon=True)

    def come() -> None:
        time.sleep(0.04)
        if killer.ident is None:
            killer.start()

    _before(bulk, "_parsed", come)


def _before(owner: Any, name: str, come: Callable[[], None]) -> None:
    original = getattr(owner, name)

    def doomed(*given: Any) -> Any:
        come()
        return original(*given)

    setattr(owner, name, doomed)


def _after(owner: Any, name: str, come: Callable[[], None]) -> None:
    original = getattr(owner, name)

    def doomed(*given: Any) -> Any:
        done = original(*given)
        come()
        return done

    setattr(owner, name, doomed)
