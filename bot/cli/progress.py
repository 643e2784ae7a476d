"""How far long work is: a bar on a terminal's standard error, one line for each step elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column

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
