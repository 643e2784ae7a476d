"""Whatever comes in: a clear message, and nothing is lost.

| What comes in                                  | Where that is tested, beside here                                   |
|------------------------------------------------|---------------------------------------------------------------------|
| a truncated, empty, HTML, 40 MB or misshapen   | here, through ``paperboy ingest``; sources/test_http.py,            |
| answer                                         | sources/test_huggingface_parse.py, …_robustness.py (properties)     |
| an unknown or malformed id                     | here; core/test_identity.py, discord_ui/test_commands_on_discord.py |
| a query with a syntax error                    | here (caret); test_bad_days_on_discord.py (column);                 |
|                                                | core/test_parse_query.py, render/test_failure_posts.py              |
| a query that is empty, endless, unbalanced, of | services/test_bad_queries.py (and a property: anything is answered  |
| signs, of emoji, right to left; no category    | in words)                                                           |
| a date in the future                           | here; core/test_period.py, discord_ui/test_commands_on_discord.py   |
| a zone that does not exist                     | test_bad_days_on_discord.py; core/test_schedule.py,                 |
|                                                | discord_ui/test_setting_up_on_discord.py                            |
| a database read-only, full, locked, cut off,   | here, through ``paperboy``; storage/test_store_failures.py,         |
| of a newer version, or none                    | test_no_room.py, test_migrations.py                                 |
| a search index that is gone, half written, of  | here, through ``paperboy``; storage/test_search_folder.py,          |
| a newer version, read-only, or full            | test_no_room.py, acceptance/test_killed_ingest.py                   |
| a dump with a BOM, CRLF, bytes that are no     | here, through ``paperboy``; sources/test_arxiv_bulk.py,             |
| UTF-8, a line of 50 MB, ids twice or without   | sources/test_json_lines.py, services/test_bulk_service.py           |
| their zeros; cut off                           |                                                                     |
| a wrong token                                  | test_program_that_ends.py; discord_ui/test_client_on_discord.py     |
| a channel that vanished                        | test_bad_days_on_discord.py; discord_ui/test_outbox_on_discord.py   |
| a question that is empty, of 4,000 characters, | services/test_discussion_service.py;                                |
| in Chinese, or about another paper             | discord_ui/test_discussions_on_discord.py                           |
| a paper that is withdrawn or without a text; a | services/test_reading_service.py, render/test_summary_posts.py;     |
| page to log in, a PDF of 500 pages, a locked   | sources/test_full_text.py, fulltext/test_pdf.py                     |
| one, a bomb                                    |                                                                     |
| a thread or message deleted while it is        | discord_ui/test_answers_that_grow_on_discord.py;                    |
| answered; a model that is gone in the middle   | answering/test_model.py, services/test_summary_service.py           |
| a title with @everyone, backticks, links, RTL, | test_bad_days_on_discord.py; render/test_discord_markdown.py,       |
| LaTeX or 3,000 characters                      | render/test_post_limits.py (properties)                             |
"""

import gzip
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
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
from tests.standins.arxiv_dump import as_line, as_lines, make_record
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


class TestDumps:
    def test_every_line_that_holds_a_paper_is_kept_and_every_other_is_counted_and_named(
        self, paperboy: Paperboy, folder: Path
    ) -> None:
        lines = [
            as_line(make_record(1)),
            as_line(make_record(2)).replace(b"Calculation", b"Calcul\xe9tion"),
            as_line(make_record(3, id=704.001)),
            as_line(make_record(4, id="2503.123")),
            as_line(make_record(5)).replace(b"{", b'{"comment": "%s", ' % (b"x" * 5_000_000), 1),
            as_line(make_record(1, title="The same once more")),
            b"\r\n",
        ]
        (folder / "dump.jsonl").write_bytes(b"\xef\xbb\xbf" + b"".join(lines).replace(b"\n", b"\r\n"))
        done = paperboy("ingest", "--file", "dump.jsonl")
        said = " ".join(done.out.split())
        assert done.code == 0
        assert "6 fetched = 2 new + 1 updated + 0 unchanged + 3 rejected" in said
        for problem in (
            "line 2: byte ",
            "is not UTF-8",
            "line 4: “2503.123” is not an arXiv id",
            "line 5: it is longer",
        ):
            assert problem in said
        assert document(paperboy("paper", "0704.0010", "--json").out)["title"].startswith("Calculation number 3")

    def test_what_stands_before_the_end_of_a_file_that_is_cut_off_is_kept(
        self, paperboy: Paperboy, folder: Path
    ) -> None:
        whole = gzip.compress(as_lines(make_record(number, doi=str(number) * 90) for number in range(1, 2000)))
        (folder / "dump.jsonl.gz").write_bytes(whole[: len(whole) // 2])
        broken = paperboy("ingest", "--file", "dump.jsonl.gz")
        assert broken.code == 1
        assert "cut off after line" in " ".join(broken.out.split())
        assert "get the file anew and repeat" in " ".join(broken.out.split())
        kept = document(paperboy("status", "--json").out)["papers"]
        assert 0 < kept < 1999
        (folder / "dump.jsonl.gz").write_bytes(whole)
        assert paperboy("ingest", "--file", "dump.jsonl.gz").code == 0
        assert document(paperboy("status", "--json").out)["papers"] == 1999


@pytest.mark.usefixtures("filled")
class TestIndex:
    def test_one_that_is_gone_broken_or_of_a_newer_version_is_made_anew_unasked(
        self, paperboy: Paperboy, folder: Path
    ) -> None:
        index = folder / "paperboy-index"
        state = index / "paperboy-index.json"
        ways: tuple[Callable[[], object], ...] = (
            lambda: shutil.rmtree(index),
            lambda: next(index.glob("*.term")).write_bytes(b"half"),
            lambda: state.write_text('{"shape": "99/newer", "revision": 3}', encoding="utf-8"),
        )
        for damage in (lambda: None, *ways):
            damage()
            done = paperboy("search", "paper", "--json")
            assert (done.code, document(done.out)["total"]) == (0, len(PAPERS)), done.err

    def test_one_that_may_only_be_read_says_how_to_mend_it(
        self, paperboy: Paperboy, filled: Path, shared_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shared_folder.chmod(0o755)
        monkeypatch.setenv("INDEX_PATH", str(shared_folder / "index"))
        (shared_folder / "store").mkdir()
        file = Path(shutil.copy(filled, shared_folder / "store"))
        for path in (file, file.parent):
            path.chmod(0o777)
        monkeypatch.chdir(file.parent)
        with without_power():
            done = paperboy("search", "paper")
        assert (done.code, done.out) == (1, "")
        assert "Make the folder and its files writable for the user that runs Paperboy" in done.err
        assert "INDEX_PATH" in done.err


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
