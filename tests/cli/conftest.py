"""The command line in a folder of its own, with a store of three papers and no network."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import structlog

from bot.cli.ending import run
from storage.store import Store
from tests.builders import DAY, make_papers, sighting_of

PAPERS = make_papers(3)


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


Paperboy = Callable[..., Ended]


@pytest.fixture
def _own_logs() -> Iterator[None]:
    """A command sends the logs of the whole process to its standard error; afterwards they go where they went."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which commands run; nothing answers at the address of its Hugging Face."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///paperboy.db")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


class _NothingToday(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_: object) -> None:
        """A test's own output is what it is about."""


@pytest.fixture(scope="session")
def quiet_site() -> Iterator[str]:
    """The address of a Hugging Face that has no papers, and says so at once."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _NothingToday) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def filled(folder: Path, store_file: Path, quiet_site: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with ``PAPERS``, and a site without any."""
    monkeypatch.setenv("HF_ENDPOINT", quiet_site)

    async def fill() -> None:
        store = await Store.open("sqlite+aiosqlite:///paperboy.db")
        async with store.write() as tx:
            await tx.papers.save(PAPERS, [sighting_of(paper, daily_on=DAY) for paper in PAPERS])
        await store.close()

    asyncio.run(fill())
    return store_file


@pytest.fixture
def paperboy(folder: Path, capsys: pytest.CaptureFixture[str], _own_logs: None) -> Paperboy:
    """Runs one command; gives its exit code and what it wrote."""

    def call(*arguments: str) -> Ended:
        capsys.readouterr()
        code = run(arguments)
        written = capsys.readouterr()
        return Ended(code, written.out, written.err)

    return call
