"""A PDF into the texts of its pages: always by another process, under limits, since any PDF may be made to hurt.

PDFium inflates what a few bytes ask it to, and ends its process where memory runs out: that is the child's end, and
for us an outcome.
"""

import asyncio
import contextlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.core.text import clean

CHILD = Path(__file__).with_name("pdf_child.py")
"""Run and never imported: no PDF library is loaded here."""
UNREADABLE = 3
"""Its exit status where it is no PDF that can be read."""
MOST_PAGES = 200
MOST_CHARACTERS = 1_500_000
MOST_MEMORY = 1 << 30
CPU_SECONDS = 20
WALL_SECONDS = 40.0
MOST_OUTPUT = 16 * 2**20
LONGEST_PROBLEM = 120


class Unreadable(Exception):
    """This PDF gives no text; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the child may take: pages, characters, bytes, seconds of CPU and of anybody's time."""

    pages: int = MOST_PAGES
    characters: int = MOST_CHARACTERS
    memory: int = MOST_MEMORY
    cpu_seconds: int = CPU_SECONDS
    wall_seconds: float = WALL_SECONDS


@dataclass(frozen=True, slots=True)
class Pages:
    texts: tuple[str, ...]
    whole: bool
    """False where the limits ended it before the last page."""


async def read_pdf(body: bytes, limits: Limits = Limits()) -> Pages:  # a frozen value
    """The text of each page, as PDFium gives it, without what cannot be seen on the page.

    Raises:
        Unreadable: it is no PDF, is encrypted or damaged, or took more than ``limits`` allow.
    """
    told = (limits.pages, limits.characters, limits.memory, limits.cpu_seconds)
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", str(CHILD), *map(str, told)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={},  # none of our secrets
        cwd=CHILD.parent,
    )
    try:
        async with asyncio.timeout(limits.wall_seconds):
            output, problem = await child.communicate(body)
    except TimeoutError:
        raise Unreadable(f"It took longer than {limits.wall_seconds:.0f} seconds to read.") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself in this very moment
                child.kill()
            await child.wait()
    if child.returncode == UNREADABLE:
        raise Unreadable(f"It cannot be opened: {clean(problem.decode('utf-8', 'replace'), LONGEST_PROBLEM)}")
    if child.returncode != 0 or len(output) > MOST_OUTPUT:
        raise Unreadable("Reading it took more memory or time than it may.")
    read = json.loads(output)
    return Pages(tuple(read["pages"]), bool(read["whole"]))
