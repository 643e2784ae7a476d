"""What can go wrong in the store, named by what a person has to do about it.

StorageError
├── StoreBusy          another process holds it; try again
├── StoreReadOnly      the file or its folder cannot be written
├── StoreFull          the disk is full
├── StoreCorrupt       the file is not a database, or is damaged
├── StoreTooNew        a newer Paperboy wrote it; it is left untouched
├── StoreUnreachable   the server or the folder is not there
└── NotFound           no such row
"""


class StorageError(Exception):
    """The store cannot do what was asked; the message says how to mend it."""


class StoreBusy(StorageError):
    """Another process held the store for longer than the busy timeout."""


class StoreReadOnly(StorageError):
    """The database file, or the folder it stands in, cannot be written."""


class StoreFull(StorageError):
    """No room is left on the disk; nothing of the transaction was kept."""


class StoreCorrupt(StorageError):
    """The file is not a database, or its pages are damaged."""


class StoreTooNew(StorageError):
    """The store was written by a newer Paperboy; it was not touched."""

    def __init__(self, found: str, known: str) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"The store is at revision {found}, which this Paperboy (up to {known}) does not know: a newer version "
            "wrote it. Nothing was changed. Install that version or newer, or point DATABASE_URL at another store."
        )


class StoreUnreachable(StorageError):
    """The database server does not answer, or the folder does not exist."""


class NotFound(StorageError):
    """No row of that kind with that key."""

    def __init__(self, kind: str, key: object) -> None:
        self.kind = kind
        self.key = key
        super().__init__(f"There is no {kind} {key}.")
