"""The storage contract is one: its tests run on both databases."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage.store import Store

BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
NOBODY = 65534
ROOT = 0


@pytest.fixture(params=BOTH)
def each_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty store: on SQLite, then on PostgreSQL."""
    url: str = request.getfixturevalue("store_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=BOTH)
def each_empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which nothing is yet: on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
async def each_store(each_url: str) -> AsyncIterator[Store]:
    """An open, empty store: on SQLite, then on PostgreSQL."""
    opened = await Store.open(each_url)
    yield opened
    await opened.close()


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that another user can reach, as pytest's own cannot be."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def without_power() -> Iterator[None]:
    """Root may write everywhere; become nobody for as long as permissions have to count."""
    if os.getuid() != ROOT:
        yield
        return
    os.setresuid(NOBODY, NOBODY, ROOT)
    try:
        yield
    finally:
        os.setresuid(ROOT, ROOT, ROOT)


@pytest.fixture
def powerless() -> Iterator[None]:
    """The test runs as somebody who owns nothing."""
    with without_power():
        yield
