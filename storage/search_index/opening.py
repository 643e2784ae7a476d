"""Opening the index in a folder, or making it there."""

from contextlib import suppress
from pathlib import Path

import tantivy

from storage.search_index import folder, shape
from storage.search_index.folder import State

Look = tuple[tuple[int, int] | None, State | None]


def problem_with(path: Path) -> str | None:
    """Why the folder cannot be used as it is; empty where there is nothing yet, None where all seems well."""
    state = folder.read_state(path)
    has_index = folder.stamp(path) is not None
    if state is None:
        return "the index was half written" if has_index else ""
    if state.shape != shape.VERSION:
        return f"the index had another shape ({state.shape} instead of {shape.VERSION})"
    return None if has_index else "the index was damaged (its list of files is gone)"


def look(path: Path) -> Look:
    """Changes with whatever any process does to the index."""
    return folder.stamp(path), folder.read_state(path)


def opened(path: Path) -> tantivy.Index:
    """The index that stands in ``path``; an empty one where there is none. Raises ValueError where it is damaged."""
    try:
        index = tantivy.Index(shape.schema(), path=str(path))
        shape.prepare(index)
    except BaseException as problem:
        if not is_panic(problem):
            raise
        raise ValueError(str(problem)) from problem
    return index


def is_panic(problem: BaseException) -> bool:
    """Some damage tantivy does not notice but stumbles over, which pyo3 hides from ``Exception``."""
    return type(problem).__name__ == "PanicException"


def created(path: Path, *, found: Look | None = None) -> tuple[tantivy.Index, bool]:
    """An empty index in ``path``, in the place of whatever index was there, and True.

    Where another process has put one there since the folder was ``found`` as it was, see ``look``: that one, and False.

    Raises:
        StorageError: the folder cannot be written.
    """
    folder.prepare(path)
    with folder.alone(path):
        try:
            if look(path) != found and problem_with(path) is None:
                with suppress(ValueError):  # or that one is damaged, too
                    return opened(path), False
            folder.sweep(path)
            index = opened(path)
            folder.write_state(path, State(shape=shape.VERSION, revision=0))
        except ValueError as problem:
            raise folder.unwritable(path, problem) from problem
        except OSError as problem:
            raise folder.classified(path, problem) from problem
    return index, True
