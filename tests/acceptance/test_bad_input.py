"""Whatever comes in: a clear message, and nothing is lost.

| What comes in                                  | Where that is tested, beside here                                   |
|------------------------------------------------|---------------------------------------------------------------------|
| a truncated, empty, HTML, 40 MB or misshapen   | here, through ``paperboy ingest``; sources/test_http.py,            |
| answer                                         | sources/test_huggingface_parse.py, …_robustness.py (properties)     |
| an unknown or malformed id                     | here; core/test_identity.py, discord_ui/test_commands_on_discord.py |
| a query with a syntax error                    | here (caret); test_bad_days_on_discord.py (column);                 |
|                                                | core/test_parse_query.py, render/test_failure_posts.py              |
| a date in the future                           | here; core/test_period.py, discord_ui/test_commands_on_discord.py   |
| a zone that does not exist                     | test_bad_days_on_discord.py; core/test_schedule.py,                 |
|                                                | discord_ui/test_setting_up_on_discord.py                            |
| a database read-only, full, locked, or none    | here, through ``paperboy``; storage/test_store_failures.py          |
| a wrong token                                  | test_program_that_ends.py; discord_ui/test_client_on_discord.py     |
| a channel that vanished                        | test_bad_days_on_discord.py; discord_ui/test_outbox_on_discord.py   |
| a title with @everyone, backticks, links, RTL, | test_bad_days_on_discord.py; render/test_discord_markdown.py,       |
| LaTeX or 3,000 characters                      | render/test_post_limits.py (properties)                             |
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from storage.store import Store
from tests.builders import DAY
from tests.cli.conftest import PAPERS, Paperboy
from tests.standins.hugging_face import (
    EMPTY,
    HTML,
    WRONG_SHAPE,
    HuggingFaceStandIn,
    Item,
    body,
    bomb,
    huge,
    make_item,
    make_items,
    truncated,
)
from tests.standins.site import Fault
from tests.storage.conftest import without_power

TROUBLE: dict[str, tuple[Fault, str]] = {
    "truncated": (truncated, "broke off before its answer was complete (tried 3 times)"),
    "empty": (EMPTY, "The answer is empty."),
    "HTML": (HTML, "The answer is a web page (HTML), not the list of papers."),
    "40 MB": (huge, "is larger than"),
    "64 MB packed into 64 KB": (bomb, "is larger than"),
    "another shape": (WRONG_SHAPE, "The answer is not a list of papers but"),
    "half a document": (body(b'[{"paper": {"id": "2503.'), "The answer is cut off after 24 characters."),
}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[HuggingFaceStandIn]:
    """A Hugging Face with four papers on its list."""
    monkeypatch.setattr("bot.sources.http.FIRST_PAUSE", 0.01)
    with HuggingFaceStandIn({DAY: make_items(4, day=DAY)}, today=DAY).in_thread() as site:
        yield site


def document(text: str) -> Any:
    return json.loads(text)


class TestAnswers:
    """Three papers are in the store; a bad answer comes, then a good one."""

    @pytest.mark.usefixtures("filled")
    @pytest.mark.parametrize(("fault", "says"), TROUBLE.values(), ids=TROUBLE)
    def test_a_bad_answer_is_named_and_loses_nothing(
        self,
        paperboy: Paperboy,
        site: HuggingFaceStandIn,
        monkeypatch: pytest.MonkeyPatch,
        fault: Fault,
        says: str,
    ) -> None:
        monkeypatch.setenv("HF_ENDPOINT", site.url)
        site.meets(fault, times=3)
        failed = paperboy("ingest", "--date", DAY.isoformat(), "--json")
        assert failed.code == 1
        [report] = document(failed.out)["sources"]
        assert says in report["error"]
        assert report["fetched"] == report["new"] == 0
        assert says in " ".join(paperboy("status").out.split())
        assert document(paperboy("search", "paper", "--json").out)["total"] == len(PAPERS)
        site.faults.clear()
        assert paperboy("ingest", "--date", DAY.isoformat()).code == 0
        assert document(paperboy("search", "paper", "--json").out)["total"] == len(PAPERS) + 4

    def test_one_bad_item_is_counted_and_named_and_costs_no_other(
        self, paperboy: Paperboy, site: HuggingFaceStandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad: list[Item | Any] = [
            {"paper": {"id": "nonsense", "title": "x"}},
            7,
            {**make_item(9, day=DAY, title=""), "title": ""},
        ]
        site.days[DAY] = [*bad, *site.days[DAY]]
        monkeypatch.setenv("HF_ENDPOINT", site.url)
        done = paperboy("ingest", "--date", DAY.isoformat())
        assert done.code == 0
        said = " ".join(done.out.split())
        assert "7 fetched = 4 new + 0 updated + 0 unchanged + 3 rejected" in said
        for problem in ("“nonsense” does not name a paper", "It is a number, not a paper", "It has no title"):
            assert problem in said


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("paper", "2503.9"), 2, "is not an arXiv id"),
        (("paper", "hep-th/9913001"), 2, "there is no month 13"),
        (("paper", "https://evil.example/abs/2503.00001"), 2, "arXiv"),
        (("paper", "2503.99999"), 1, "https://arxiv.org/abs/2503.99999"),
        (("search", 'cat:cs.CL "in-context'), 2, '  cat:cs.CL "in-context\n            ^\n'),
        (("search", "upvotes:>many"), 2, "  upvotes:>many\n          ^\n"),
        (("search", "深度 (学习"), 2, "  深度 (学习\n       ^\n"),
        (("trending", "--date", "2999-01-01"), 2, "still to come"),
        (("ingest", "--date", "2999-01-01"), 2, "still to come"),
        (("ingest", "--since", "2999-01-01"), 2, "still to come"),
        (("trending", "--month", "2025-13"), 2, "is not a month"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_a_call_that_cannot_be_right_is_explained(
    paperboy: Paperboy, arguments: tuple[str, ...], code: int, says: str
) -> None:
    done = paperboy(*arguments)
    assert (done.code, done.out) == (code, ""), done.err
    assert says in done.err
    assert "Traceback" not in done.err


class TestDatabase:
    """What ``paperboy status`` says of a file that cannot be used, and that the file is as it was."""

    def test_a_file_that_is_no_database(self, paperboy: Paperboy, folder: Path) -> None:
        file = folder / "paperboy.db"
        file.write_text("Dear diary, " * 1000, encoding="utf-8")
        done = paperboy("status")
        assert (done.code, done.out) == (1, "")
        assert "paperboy.db is not a SQLite database. Move it away, or point DATABASE_URL at another file." in done.err
        assert file.read_text(encoding="utf-8") == "Dear diary, " * 1000
        assert [path.name for path in folder.iterdir()] == ["paperboy.db"]

    def test_a_file_that_may_only_be_read(
        self, paperboy: Paperboy, store_file: Path, shared_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = Path(shutil.copy(store_file, shared_folder))
        before = file.read_bytes()
        shared_folder.chmod(0o777)
        file.chmod(0o444)
        monkeypatch.chdir(shared_folder)
        with without_power():
            done = paperboy("status")
        assert (done.code, done.out) == (1, "")
        assert "Make the file and its folder writable for the user that runs Paperboy." in done.err
        assert file.read_bytes() == before

    def test_a_file_that_is_locked(self, paperboy: Paperboy, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Store, "open", partial(Store.open, busy_timeout=timedelta(milliseconds=100)))
        with closing(sqlite3.connect(filled, isolation_level=None)) as other:
            other.execute("PRAGMA journal_mode=DELETE")
            other.execute("BEGIN EXCLUSIVE")
            done = paperboy("status")
            assert (done.code, done.out) == (1, "")
            assert "is held by another process or by too many at once. Try again" in done.err
        assert "The store holds 3 papers" in paperboy("status").out

    def test_a_file_to_which_another_process_writes(
        self, paperboy: Paperboy, filled: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Store, "open", partial(Store.open, busy_timeout=timedelta(milliseconds=100)))
        with closing(sqlite3.connect(filled, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "The store holds 3 papers" in paperboy("status").out, "readers do not wait"
            done = paperboy("ingest", "--date", DAY.isoformat())
            assert done.code == 1
            assert "is held by another process" in done.err

    def test_a_disk_that_is_full(
        self, paperboy: Paperboy, filled: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        long = [make_item(number, day=DAY, summary="A long abstract. " * 200) for number in range(1, 101)]
        (folder / "2025-03-14.json").write_text(json.dumps(long), encoding="utf-8")
        with closing(sqlite3.connect(filled)) as store:
            pages = store.execute("PRAGMA page_count").fetchone()[0]
        with a_disk_of(pages + 2):
            done = paperboy("ingest", "--file", "2025-03-14.json")
            assert done.code == 1
            assert "There is no room left for" in done.err
            assert "Free some disk space; nothing of this was kept." in done.err
            assert "The store holds 3 papers" in paperboy("status").out
            monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///new.db")
        with a_disk_of(3):
            done = paperboy("status")
            assert (done.code, done.out) == (1, "")
            assert "There is no room left for" in done.err


@contextmanager
def a_disk_of(pages: int) -> Iterator[None]:
    """SQLite finds no room for more pages in any database that is opened."""

    def limit(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(Engine, "connect", limit)
    yield
    event.remove(Engine, "connect", limit)
