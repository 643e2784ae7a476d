"""The folder of the index: what it says of itself, and how it is emptied without touching anything of somebody else."""

import errno
import json
import os
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from storage.errors import StorageError, StoreCorrupt, StoreFull, StoreReadOnly, StoreUnreachable

if sys.platform != "win32":
    import fcntl

STATE = "paperboy-index.json"
META = "meta.json"
MAKING = ".paperboy-index.lock"
_OURS = re.compile(
    r"[0-9a-f]{32}(\.\d+)?\.(fast|fieldnorm|idx|pos|store|term|del|temp)|meta\.json|\.managed\.json|\.tantivy-\w+\.lock|"
    r"\.tmp\w+|paperboy-index\.json(\.new)?"
)

_OF_THE_SYSTEM = re.compile(r"(?:os error|code:) (\d+)")
"""How Rust writes an error of the operating system."""
_PARTS = ("fast", "fieldnorm", "idx", "pos", "store", "term")
_FOOTER_END = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class State:
    """Which shape the index has and up to which revision of which store it holds everything; 0 is no store's number."""

    shape: str
    revision: int
    store: int = 0


def prepare(folder: Path) -> None:
    """Make the folder where it is missing.

    Raises:
        StorageError: it cannot be made, or something else stands there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise StoreUnreachable(f"{folder} is a file, not a folder: point INDEX_PATH at a folder.") from None
    except OSError as problem:
        raise classified(folder, problem) from problem


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Of the processes on one machine only one makes the index at a time; whoever is killed in it holds nobody up.

    Raises:
        StorageError: the folder cannot be written.
    """
    try:
        file = (folder / MAKING).open("w", encoding="utf-8")
    except OSError as problem:
        raise classified(folder, problem) from problem
    with file:
        if sys.platform != "win32":
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def read_state(folder: Path) -> State | None:
    """What the index says of itself; None where it says nothing that can be read."""
    try:
        said = json.loads((folder / STATE).read_bytes())
        return State(shape=str(said["shape"]), revision=int(said["revision"]), store=int(said.get("store", 0)))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(folder: Path, state: State) -> None:
    """Replace the state in one step, so that a crash leaves the old or the new one."""
    new = folder / f"{STATE}.new"
    with new.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / STATE)


def stamp(folder: Path) -> tuple[int, int] | None:
    """Changes whenever any process commits to the index."""
    try:
        found = (folder / META).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino


def sweep(folder: Path) -> None:
    """Remove the files of the index, the one first that says it is whole; whatever else lies there stays.

    Raises:
        StorageError: they cannot be removed.
    """
    try:
        for path in sorted(folder.iterdir(), key=lambda path: path.name != STATE):
            if _OURS.fullmatch(path.name) and path.is_file():
                path.unlink(missing_ok=True)
    except OSError as problem:
        raise classified(folder, problem) from problem


def classified(folder: Path, problem: OSError) -> StorageError:
    """``problem`` by what a person has to do about it."""
    match problem:
        case PermissionError() | OSError(errno=errno.EROFS):
            return StoreReadOnly(
                f"The search index in {folder} cannot be written: {problem.strerror}. Make the folder and its files "
                "writable for the user that runs Paperboy, or point INDEX_PATH at another folder."
            )
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG):
            return StoreFull(
                f"No room is left for the search index in {folder}: {problem.strerror}. Free some disk space, or point "
                "INDEX_PATH elsewhere. It answers as before meanwhile, and no paper is lost."
            )
        case _:
            return StoreUnreachable(f"The search index in {folder} cannot be opened: {problem.strerror or problem}.")


def unwritable(folder: Path, problem: BaseException) -> StorageError:
    """What tantivy said when it could not write, as an error of the store."""
    named = by_the_system(folder, problem)
    return named or StoreCorrupt(f"The search index in {folder} cannot be written: {first_line(problem)}")


def by_the_system(folder: Path, problem: BaseException) -> StorageError | None:
    """The same where the operating system refused it something; None for any other trouble."""
    number = _OF_THE_SYSTEM.search(str(problem))
    return classified(folder, OSError(int(number[1]), os.strerror(int(number[1])))) if number else None


def damage(folder: Path) -> str | None:
    """What is wrong with the files of the index, each read whole against its checksum; None where nothing is."""
    try:
        segments = json.loads((folder / META).read_bytes())["segments"]
        for segment in segments:
            for part in _PARTS:
                path = folder / f"{segment['segment_id'].replace('-', '')}.{part}"
                if not _is_whole(path.read_bytes()):
                    return f"{path.name} is not what was written"
    except (OSError, ValueError, KeyError, TypeError, struct.error) as problem:
        return first_line(problem)
    return None


def _is_whole(data: bytes) -> bool:
    """Each file ends with a footer in JSON, the footer's length and a magic number."""
    length, _ = _FOOTER_END.unpack(data[-_FOOTER_END.size :])
    end = len(data) - _FOOTER_END.size - length
    return bool(json.loads(data[end : -_FOOTER_END.size])["crc"] == zlib.crc32(memoryview(data)[:end]))


def first_line(problem: BaseException) -> str:
    """What a library said, short enough to be repeated."""
    return str(problem).partition("\n")[0][:200]
