"""A folder of reference files (``.bib``, ``.json``), read again where one has changed."""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from bot.core.period import Period
from bot.errors import SourceChanged, SourceUnreachable
from bot.ports import Clock, Fetched, Rejected
from bot.sources.references import MOST_BYTES, NAME, read_references

KINDS = frozenset({".bib", ".json"})
MOST_FILES = 10_000

Stamp = tuple[int, int]
"""When a file was changed (ns), and its size."""


class Folder:
    """The source ``files``. ``path`` is None where no folder is set: then it only reads files that are named to it."""

    name = NAME
    is_final = False
    is_daily = False

    def __init__(self, path: Path | None, *, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._read: dict[str, Stamp] = {}

    def days_now(self, now: datetime) -> tuple[date, ...]:
        return () if self._path is None else (now.date(),)

    async def fetch(self, period: Period | None, *, after: str | None = None) -> Fetched:  # noqa: ARG002  # a folder has no days
        """The papers of the next file that has changed since it was read; a part is one file, by name.

        A file that cannot be read is rejected and named, and does not keep the others out.

        Raises:
            SourceUnreachable: there is no folder.
        """
        return await asyncio.to_thread(self._next, after or "")

    def read(self, body: bytes, *, day: date | None) -> Fetched:  # noqa: ARG002  # what it says has no day
        """One file. Raises SourceChanged: it is no list of references."""
        return read_references(body, seen_at=self._clock())

    def _next(self, after: str) -> Fetched:
        if (folder := self._path) is None:
            raise SourceUnreachable(NAME, "No folder is set; write PAPERS_FOLDER, or name files with --file.")
        changed = {name: stamp for name, stamp in stamps(folder).items() if self._read.get(name) != stamp}
        names = sorted(name for name in changed if name > after)
        if not names:
            return Fetched(source=NAME, papers=(), sightings=())
        first = names[0]
        try:
            fetched = self._of_file(folder / first)
        except (OSError, SourceChanged) as problem:  # it is tried, and named, at each look until it is mended
            why = problem.strerror or "" if isinstance(problem, OSError) else str(problem)
            bad = (Rejected(position=0, paper_id=first, reason=why),)
            fetched = Fetched(source=NAME, papers=(), sightings=(), rejected=bad)
        else:
            self._read[first] = changed[first]
        return replace(fetched, rest=first if len(names) > 1 else None, by_hand=True)

    def _of_file(self, path: Path) -> Fetched:
        with path.open("rb") as file:
            fetched = read_references(file.read(MOST_BYTES + 1), seen_at=self._clock())
        rejected = tuple(replace(one, paper_id=f"{path.name}: {one.paper_id or 'no key'}") for one in fetched.rejected)
        return replace(fetched, rejected=rejected)


def stamps(folder: Path) -> dict[str, Stamp]:
    """Of the first so many files of the folder itself, by name; hidden ones are passed over.

    Raises:
        SourceUnreachable: it cannot be looked into.
    """
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS and path.name[0] != ".")
        stats = [(path.name, path.stat()) for path in found[:MOST_FILES]]
    except OSError as problem:
        raise SourceUnreachable(NAME, f"{folder} cannot be read: {problem.strerror or problem}.") from None
    return {name: (stat.st_mtime_ns, stat.st_size) for name, stat in stats}
