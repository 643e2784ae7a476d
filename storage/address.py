"""Where a store is: a SQLite file or a PostgreSQL server, read from a URL."""

from dataclasses import dataclass
from inspect import signature
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.errors import StorageError

EXAMPLES = "sqlite+aiosqlite:///data/paperboy.db or postgresql+asyncpg://user:password@host/database"
SQLITE = {"sqlite", "sqlite+aiosqlite"}
POSTGRES = {"postgresql", "postgres", "postgresql+asyncpg"}
_OWN_PARAMETERS = {"prepared_statement_cache_size", "prepared_statement_name_func"}
"""What SQLAlchemy takes for itself from the address."""


@dataclass(frozen=True, slots=True)
class Address:
    """A checked URL with its asynchronous driver. Its text never shows the password."""

    url: URL

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read ``text``; a plain ``sqlite://`` or ``postgresql://`` gets its driver.

        Raises:
            StorageError: it is no address of a database that Paperboy can use; says which would be.
        """
        try:
            url = make_url(text)
        except ArgumentError:
            raise StorageError(f"This is not the address of a database. Write {EXAMPLES}.") from None
        if url.drivername in SQLITE:
            return cls(_sqlite(url))
        if url.drivername in POSTGRES:
            return cls(_postgres(url))
        raise StorageError(f"Paperboy does not speak {url.drivername}://. Write {EXAMPLES}.")

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on PostgreSQL."""
        return Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None

    def __str__(self) -> str:
        return str(self.file) if self.file else self.url.render_as_string(hide_password=True)

    __repr__ = __str__


def _sqlite(url: URL) -> URL:
    if not url.database or url.database == ":memory:" or url.query:
        raise StorageError("SQLite needs the path of a file and nothing else: sqlite+aiosqlite:///data/paperboy.db.")
    return url.set(drivername="sqlite+aiosqlite")


def _postgres(url: URL) -> URL:
    if not url.database:
        raise StorageError(f"The address names no database on the server. Write {EXAMPLES}.")
    import asyncpg  # type: ignore[import-untyped]  # it ships no types

    query = dict(url.query)
    if "sslmode" in query:  # what libpq and most hosting sites call it
        query["ssl"] = query.pop("sslmode")
    unknown = sorted(set(query) - set(signature(asyncpg.connect).parameters) - _OWN_PARAMETERS)
    if unknown:
        raise StorageError(f"The address has a parameter that is not known: {', '.join(unknown)}. Remove it.")
    return url.set(drivername="postgresql+asyncpg", query=query)
