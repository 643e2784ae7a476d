"""How far long work is: a bar on a terminal's standard error; elsewhere a line for each step, or for each tenth."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column

TENTHS = 10
_LAST = Column(no_wrap=True, overflow="ellipsis", ratio=1)
_COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(bar_width=20, table_column=Column(min_width=20)),
    MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=9)),
    TimeRemainingColumn(table_column=Column(no_wrap=True, min_width=7)),
    # What came of the last step is the first to go where there is no room.
    TextColumn("{task.fields[what]}", style="dim", markup=False, table_column=_LAST),
)


class Steps:
    """Counts the steps of one piece of work."""

    def __init__(self, console: Console, progress: Progress | None, task: TaskID | None) -> None:
        self._console = console
        self._progress = progress
        self._task = task

    def done(self, what: str) -> None:
        """One step is done; ``what`` says which and what came of it."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, advance=1, what=what)
        else:
            self._console.print(what, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def counting(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal for as long as the block runs; what is given is told how many of ``total`` are done."""
    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield lambda _: None
        return
    with Progress(*_COLUMNS, console=console, transient=True, expand=True) as progress:
        task = progress.add_task(doing, total=total, what="")
        yield lambda done: progress.update(task, completed=min(done, total))


@contextmanager
def steps(doing: str, total: int) -> Iterator[Steps]:
    """``total`` steps of ``doing``, for as long as the block runs."""
    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield Steps(console, None, None)
        return
    with Progress(*_COLUMNS, console=console, transient=True, expand=True) as progress:
        yield Steps(console, progress, progress.add_task(doing, total=total, what=""))


@contextmanager
def amount(doing: str, total: int, *, of: str) -> Iterator[Callable[[int, int], None]]:
    """Work of ``total`` units for as long as the block runs; tell it how many are done, and how many ``of`` that is.

    Both are since the beginning of the work. The rate counts from the first that is told, since what an earlier run did
    comes all at once.
    """
    console = Console(stderr=True)
    told: list[tuple[float, int]] = []

    def in_words(count: int) -> str:
        told.append((monotonic(), count))
        seconds, many = told[-1][0] - told[0][0], count - told[0][1]
        del told[1:]
        return f"{count:,} {of}" + (f", {many / seconds:,.0f} a second" if many and seconds else "")

    if not console.is_terminal or console.is_dumb_terminal:
        shown = 0

        def line(done: int, count: int) -> None:
            nonlocal shown
            tenth = min(done * TENTHS // max(total, 1), TENTHS)
            words = in_words(count)
            if tenth > shown:
                shown = tenth
                console.print(f"{doing}: {tenth * TENTHS} %, {words}", markup=False, highlight=False, soft_wrap=True)

        yield line
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20, table_column=Column(min_width=20)),
        TaskProgressColumn(table_column=Column(no_wrap=True, min_width=4)),
        TimeRemainingColumn(table_column=Column(no_wrap=True, min_width=7)),
        TextColumn("{task.fields[what]}", style="dim", markup=False, table_column=_LAST),
    )
    with Progress(*columns, console=console, transient=True, expand=True) as progress:
        task = progress.add_task(doing, total=max(total, 1), what="")
        yield lambda done, count: progress.update(task, completed=done, what=in_words(count))
