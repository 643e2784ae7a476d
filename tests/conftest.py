"""What every test may ask for: a real store on a file of its own, a clock that stands still, the recorded answers."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest
import structlog
from hypothesis import settings
from sqlalchemy import Engine, make_url, text
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

from storage import schema
from storage.lineage import STORE, new_number
from storage.store import Store
from tests.builders import FakeClock

ROOT = Path(__file__).parents[1]
REAL_DATA = ROOT.parent / "shared" / "data"
LOCAL_POSTGRES = "postgresql://postgres@127.0.0.1:5432/test"
# The same examples at every run, and no verdict by the clock: a failure is a change's, not the day's. To look further:
# HYPOTHESIS_PROFILE=explore make test
settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("explore", deadline=None, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# As the program logs; structlog's own way of showing a traceback takes seconds each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.set_exc_info,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

SETTINGS_BEGIN_WITH = (
    "DISCORD_",
    "DATABASE_",
    "INDEX_",
    "HF_",
    "ARXIV_",
    "S2_",
    "LLM_",
    "LOG_",
    "METRICS_",
    "BIORXIV",
    "MEDRXIV",
)


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: much of the time a test waits for a program, a server or a clock of its own."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture(autouse=True)
def _environment_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of this machine reaches a test, and no proxy stands between a test and its loopback server.

    Nobody answers where the whole texts of papers are. The semantic part is left out where a test does not ask for it:
    each program would load its model for nothing. So is arXiv, which would be asked over a network that no test has.
    """
    for name in os.environ:
        if name.startswith(SETTINGS_BEGIN_WITH):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SEMANTIC", "off")
    monkeypatch.setenv("ARXIV_HTML_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ARXIV", "off")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """The SQLite engines of a test run share one dialect and what was compiled for it.

    A tenth of the run was compiling the same statements for each test's store anew.
    """
    first: list[Engine] = []

    def share(_dialect: type[SQLiteDialect_aiosqlite], engine: Engine) -> None:
        first.append(engine)
        engine.dialect = first[0].dialect
        engine.update_execution_options(compiled_cache=first[0]._compiled_cache)
        del first[1:]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SQLiteDialect_aiosqlite, "engine_created", classmethod(share))
        yield


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


# -------------------------------------------------------------------------------------------------- PostgreSQL


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL server on which databases may be made."""
    url = os.environ.get("TEST_DATABASE_URL", LOCAL_POSTGRES)
    try:
        asyncio.run(on_server(url, "SELECT 1"))
    except (OSError, asyncpg.PostgresError) as error:
        pytest.skip(f"no PostgreSQL server answers (TEST_DATABASE_URL, or one on 127.0.0.1:5432): {error}")
    return url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """A migrated database of this run's own; removed at the end."""
    name, url = fresh_database(postgres_server)

    async def migrate() -> None:
        await on_server(postgres_server, f"CREATE DATABASE {name}")
        await on_server(postgres_server, f"ALTER DATABASE {name} SET synchronous_commit = off")
        await (await Store.open(url)).close()

    asyncio.run(migrate())
    yield url
    asyncio.run(on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
async def postgres_url(migrated_postgres: str) -> str:
    """A migrated database whose tables are empty, and another store than before."""
    # Rows are few: deleting them is forty times faster than TRUNCATE, which makes every table's files anew.
    clear = [table.delete() for table in reversed(schema.metadata.sorted_tables) if table is not schema.counters]
    begun = f"CASE name WHEN '{STORE}' THEN {new_number()} ELSE 0 END"
    statements = [*clear, schema.counters.update().values(value=text(begun))]
    await on_server(migrated_postgres, ";".join(str(statement) for statement in statements))
    return migrated_postgres


@pytest.fixture
async def empty_postgres_url(postgres_server: str) -> AsyncIterator[str]:
    """A database without any table; removed at the end."""
    name, url = fresh_database(postgres_server)
    await on_server(postgres_server, f"CREATE DATABASE {name}")
    yield url
    await on_server(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


def fresh_database(server: str) -> tuple[str, str]:
    """The name and the address of a database that is not there yet."""
    name = f"paperboy_test_{uuid4().hex[:12]}"
    url = make_url(server).set(drivername="postgresql+asyncpg", database=name)
    return name, url.render_as_string(hide_password=False)


async def on_server(url: str, statement: str) -> None:
    """Carry out one statement. Raises OSError or asyncpg's own."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=5)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
