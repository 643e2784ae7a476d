"""What every test may ask for: a real store on a file of its own, a clock that stands still, the recorded answers."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.store import Store
from tests.builders import FakeClock

ROOT = Path(__file__).parents[1]
REAL_DATA = ROOT.parent / "shared" / "data"
SETTINGS_BEGIN_WITH = ("DISCORD_", "DATABASE_", "INDEX_", "HF_", "ARXIV_", "S2_", "LLM_", "LOG_", "METRICS_")


@pytest.fixture(autouse=True)
def _environment_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches a test, and no proxy stands between a test and its loopback server."""
    for name in os.environ:
        if name.startswith(SETTINGS_BEGIN_WITH):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of recorded answers beside the project."""
    if not REAL_DATA.is_dir():
        pytest.skip("the recorded answers are not here (looked for ../shared/data beside the project)")
    return REAL_DATA


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite store, migrated once and copied for each test: ten times faster than making the tables anew."""
    file = tmp_path_factory.mktemp("template") / "paperboy.db"

    async def migrate() -> None:
        await (await Store.open(f"sqlite+aiosqlite:///{file}")).close()

    asyncio.run(migrate())
    return file


@pytest.fixture
def store_file(migrated_file: Path, tmp_path: Path) -> Path:
    """A migrated SQLite file of this test's own."""
    return Path(shutil.copy(migrated_file, tmp_path / "paperboy.db"))


@pytest.fixture
def store_url(store_file: Path) -> str:
    return f"sqlite+aiosqlite:///{store_file}"


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An open store, closed at the end of the test."""
    opened = await Store.open(store_url)
    yield opened
    await opened.close()
