"""The one place where a driver's error becomes a kind of ``storage.errors``, with a sentence that says how to mend it.

What is no trouble of the file, the disk or the server is a bug and stays what it was.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.address import Address
from storage.errors import (
    StorageError,
    StoreBusy,
    StoreCorrupt,
    StoreFull,
    StoreReadOnly,
    StoreUnreachable,
)

Mend = tuple[type[StorageError], str]

BUSY: Mend = (
    StoreBusy,
    "{} is held by another process or by too many at once. Try again; if it lasts, stop the other.",
)
# By the extended code where it says more than the plain one.
SQLITE_MENDS: dict[int, Mend] = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: (
        StoreReadOnly,
        "{} cannot be written. Make the file and its folder writable for the user that runs Paperboy.",
    ),
    sqlite3.SQLITE_PERM: (StoreReadOnly, "{} may not be used. Give the user that runs Paperboy the right to it."),
    sqlite3.SQLITE_FULL: (StoreFull, "There is no room left for {}. Free some disk space; nothing of this was kept."),
    sqlite3.SQLITE_IOERR_WRITE: (
        StoreFull,
        "No more can be written to {} ({reason}). Make room on the disk or in the quota; nothing of this was kept.",
    ),
    sqlite3.SQLITE_CORRUPT: (
        StoreCorrupt,
        "{} is damaged. Stop Paperboy and bring back a backup with: paperboy db restore PATH",
    ),
    sqlite3.SQLITE_NOTADB: (
        StoreCorrupt,
        "{} is not a SQLite database. Move it away, or point DATABASE_URL at another file.",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreUnreachable,
        "{} cannot be opened. Its folder must be there, and the path must be a file, not a folder.",
    ),
    sqlite3.SQLITE_IOERR: (StoreUnreachable, "The disk of {} does not answer as it should ({reason}). Check the disk."),
}

UNREACHABLE: Mend = (
    StoreUnreachable,
    "{} does not answer ({reason}). Check that the server runs and the address is right.",
)
POSTGRES_MENDS: dict[str, Mend] = {
    "08": UNREACHABLE,
    "57P": UNREACHABLE,
    "28": (StoreUnreachable, "{} refuses the user or the password ({reason}). Correct DATABASE_URL."),
    "3D": (StoreUnreachable, "The server has no such database: {}. Create it, or correct DATABASE_URL."),
    "53100": (StoreFull, "The disk of {} is full. Free some space there; nothing of this was kept."),
    "53": BUSY,
    "55P03": BUSY,
    "57014": BUSY,
    "40": BUSY,
    "25006": (
        StoreReadOnly,
        "{} takes no changes at the moment; it may be a standby. Point DATABASE_URL at the primary.",
    ),
    "42501": (StoreReadOnly, "The user of {} lacks a right ({reason}). Grant it, or use the owner of the tables."),
    "XX": (StoreCorrupt, "{} reports damage ({reason}). Look at the server's log and bring back a backup."),
}
"""By the beginning of the SQLSTATE; the longest that fits counts."""


@contextmanager
def translated(address: Address, *, connecting: bool = False) -> Iterator[None]:
    """Turn what a driver raises inside the block into a kind of StorageError.

    ``connecting`` widens it to the operating system's errors, which mean the server there and a bug elsewhere.
    """
    try:
        yield
    except PoolTimeout as error:
        raise _say(BUSY, address, error) from error
    except (DBAPIError, sqlite3.Error) as error:
        if (named := _named(error, address)) is None:
            raise
        raise named from error
    except StatementError as error:  # raised by us while a value was on its way in: a naive moment, say
        if error.orig is None:
            raise
        raise error.orig from error
    except OSError as error:
        if not connecting:
            raise
        raise _say(UNREACHABLE, address, error) from error
    except Exception as error:
        # While it connects, asyncpg's errors come as they are, not as SQLAlchemy's.
        named = _named(error, address) if connecting else None
        if named is None:
            raise
        raise named from error


def _named(error: BaseException, address: Address) -> StorageError | None:
    """The kind that ``error`` is, or None for a bug."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", None)
    if isinstance(code, int):
        mend = SQLITE_MENDS.get(code) or SQLITE_MENDS.get(code & 0xFF)
        return _say(mend, address, cause) if mend else None
    state = getattr(cause, "sqlstate", None) or ""
    for length in range(len(state), 1, -1):
        if mend := POSTGRES_MENDS.get(state[:length]):
            return _say(mend, address, cause)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return _say(UNREACHABLE, address, cause)
    return None


def _say(mend: Mend, address: Address, error: BaseException | None) -> StorageError:
    kind, sentence = mend
    reason = str(error).strip().splitlines()[0].removeprefix("<class ") if str(error).strip() else type(error).__name__
    return kind(sentence.format(address, reason=reason))
