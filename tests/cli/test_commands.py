"""Every command: what it prints, where, and its exit code."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.cli import indexing
from bot.meaning import missing
from storage.store import Store
from tests.builders import DAY
from tests.cli.conftest import PAPERS, Paperboy
from tests.standins.arxiv_dump import as_lines, make_record, written
from tests.standins.hugging_face import as_body, make_items

PAPER_KEYS = {
    "id", "title", "abstract", "authors", "published_at", "daily_on", "categories", "upvotes", "comments", "url",
    "pdf_url", "code_url", "code_stars", "project_url", "organization", "summary", "keywords", "withdrawn_at",
}  # fmt: skip
ANSWER_KEYS = {"question", "status", "coverage", "engine", "claims", "nearest", "took_ms"}

COMMANDS = (
    ("run",), ("ingest",), ("trending",), ("search",), ("paper",), ("ask",), ("summary",), ("compare",),
    ("status",), ("doctor",), ("evaluate",),
    ("channels", "list"), ("channels", "export"), ("channels", "import"),
    ("db", "upgrade"), ("db", "check"), ("db", "backup"), ("db", "restore"), ("db", "vectors"),
    ("db", "compact"), ("db", "copy"),
)  # fmt: skip


def document(text: str) -> Any:
    """The one JSON document that ``text`` is."""
    return json.loads(text)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(paperboy: Paperboy, words: tuple[str, ...]) -> None:
    for option in ("--help", "-h"):
        ended = paperboy(*words, option)
        assert ended.code == 0
        assert f"Example: paperboy {' '.join(words)}" in ended.out


def test_the_program_lists_its_commands(paperboy: Paperboy) -> None:
    ended = paperboy("--help")
    assert ended.code == 0
    assert all(words[0] in ended.out for words in COMMANDS)
    assert paperboy("--version").out.startswith("paperboy 0.")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (("trending",), {"period", "sort", "total", "papers"}),
        (("trending", "--week", "2025-W11", "--sort", "top"), {"period", "sort", "total", "papers"}),
        (("search", "paper"), {"query", "total", "total_is", "results", "did_you_mean", "took_ms"}),
        (("search", "--like", PAPERS[0].id), {"query", "like", "total", "results", "engine", "took_ms"}),
        (("paper", PAPERS[0].id), PAPER_KEYS),
        (("ask", "which", "test", "reads", "best?"), ANSWER_KEYS),
        (("summary", PAPERS[0].id), {"paper", "style", "engine", "note", "read", "lines"}),
        (("compare", PAPERS[0].id, PAPERS[1].id), {"papers", "engine", "note", "read", "rows"}),
        (("status",), {"papers", "sources", "channels"}),
    ],
)
def test_json_is_one_document_and_nothing_else(paperboy: Paperboy, arguments: tuple[str, ...], keys: set[str]) -> None:
    ended = paperboy(*arguments, "--json")
    assert ended.code == 0
    assert keys <= set(document(ended.out))


@pytest.mark.usefixtures("filled")
def test_trending_shows_the_newest_day_with_ids_to_go_on_with(paperboy: Paperboy) -> None:
    ended = paperboy("trending")
    assert "Friday, 14 March 2025" in ended.out
    for paper in PAPERS:
        assert f"{paper.id}  {paper.title}" in ended.out
    assert document(paperboy("trending", "--json").out)["period"] == DAY.isoformat()


@pytest.mark.usefixtures("filled")
def test_pages_of_a_search_fit_together(paperboy: Paperboy) -> None:
    pages = [document(paperboy("search", "paper", "--limit", "2", "--offset", str(at), "--json").out) for at in (0, 2)]
    assert [page["total"] for page in pages] == [3, 3]
    assert {one["paper"]["id"] for page in pages for one in page["results"]} == {paper.id for paper in PAPERS}


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("name", ["2503.00001", "arXiv:2503.00001v2", "https://arxiv.org/pdf/2503.00001"])
def test_a_paper_is_found_by_any_of_its_names(paperboy: Paperboy, name: str) -> None:
    ended = paperboy("paper", name)
    assert ended.code == 0
    assert PAPERS[0].title in ended.out


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("arguments", [("paper", "2503.99999"), ("ask", "what?", "--paper", "2503.99999")])
def test_a_right_name_of_a_paper_that_is_not_there_ends_with_1(paperboy: Paperboy, arguments: tuple[str, ...]) -> None:
    ended = paperboy(*arguments)
    assert ended.code == 1
    assert "not in the store" in ended.err


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("paper", "nonsense"), "does not name a paper"),
        (("search", '"open'), '  "open\n  ^'),
        (("search", "paper", "--limit", "0"), "1 to 100"),
        (("search", "paper", "--limit", "many"), "--limit"),
        (("search", "paper", "--sort", "oldest"), "--sort"),
        (("search",), "QUERY"),
        (("search", "paper", "--like", PAPERS[0].id), "either a QUERY or --like"),
        (("trending", "--date", "2025-02-30"), "is not a day"),
        (("trending", "--date", "2999-01-01"), "still to come"),
        (("trending", "--date", "2025-03-14", "--month", "2025-03"), "exclude each other"),
        (("trending", "--week", "2025-W99"), "is not a week"),
        (("ingest", "--source", "nowhere"), "There is: huggingface"),
        (("ingest", "--until", "2025-03-14"), "--since"),
        (("ingest", "--since", "2025-03-14", "--until", "2025-03-10"), "Swap"),
        (("ingest", "--date", "2025-03-14", "--file", "x.json"), "exclude each other"),
        (("ingest", "x.json"), "--file x.json"),
        (("nonsense",), "nonsense"),
        (("db", "nonsense"), "nonsense"),
        (("db", "backup"), "PATH"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_to_write(
    paperboy: Paperboy, arguments: tuple[str, ...], says: str
) -> None:
    ended = paperboy(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert "Traceback" not in ended.err


def test_every_wrong_setting_is_named_at_once(paperboy: Paperboy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "nowhere")
    monkeypatch.setenv("LOG_LEVEL", "loud")
    for arguments in (("status",), ("run",), ("db", "check")):
        ended = paperboy(*arguments)
        assert ended.code == 2
        assert "HF_ENDPOINT" in ended.err
        assert "LOG_LEVEL" in ended.err


def test_a_recorded_answer_is_read_and_reported(paperboy: Paperboy, real_data: Path) -> None:
    file = real_data / "hf-daily" / "2025-03-14.json"
    ended = paperboy("ingest", "--file", str(file), "--json")
    assert ended.code == 0
    (report,) = document(ended.out)["sources"]
    assert report["fetched"] == report["new"] > 0
    assert (report["rejected"], report["error"]) == (0, None)
    assert "2025-03-14.json" in ended.err
    again = paperboy("ingest", "--file", str(file))
    assert "0 new" in again.out


def test_a_dump_is_told_from_a_recorded_answer_by_what_stands_in_it(paperboy: Paperboy, folder: Path) -> None:
    written(folder / "arxiv.jsonl.gz", as_lines([*(make_record(number) for number in range(1, 5)), "nonsense"]))
    (folder / "2025-03-14.json").write_bytes(as_body(make_items(2)))
    ended = paperboy("ingest", "--file", "arxiv.jsonl.gz", "2025-03-14.json", "--json")
    assert ended.code == 0
    report = document(ended.out)
    assert [(one["name"], one["new"], one["rejected"]) for one in report["sources"]] == [
        ("arxiv", 4, 1),
        ("huggingface", 2, 0),
    ]
    assert report["sources"][0]["rejects"] == ['line 5: it is not a record: "nonsense"']
    assert "Reading arxiv.jsonl.gz: 100 %, 5 papers" in ended.err
    assert document(paperboy("search", "diphoton", "--json").out)["total"] == 4
    assert (
        "5 fetched = 0 new + 0 updated + 4 unchanged + 1 rejected" in paperboy("ingest", "--file", "arxiv.jsonl.gz").out
    )


def test_a_dump_that_is_cut_off_ends_with_1(paperboy: Paperboy, folder: Path) -> None:
    file = written(folder / "arxiv.jsonl.gz", as_lines(make_record(number) for number in range(1, 5)))
    file.write_bytes(file.read_bytes()[:-9])
    ended = paperboy("ingest", "--file", "arxiv.jsonl.gz")
    assert ended.code == 1
    assert "cut off after line" in " ".join(ended.out.split())


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("command", [("search", "paper"), ("db", "upgrade"), ("ask", "what is it?")])
def test_an_index_that_is_gone_is_made_anew_before_all_eyes(
    command: tuple[str, ...], paperboy: Paperboy, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "FEW", 0)
    paperboy("search", "paper")
    shutil.rmtree(next(path for path in folder.rglob("*") if path.is_dir() and (path / "meta.json").is_file()))
    ended = paperboy(*command)
    assert ended.code == 0
    assert "Filling the search index: 100 %, 3 papers" in ended.err
    assert "Filling" not in paperboy("search", "paper").err


def test_files_as_a_shell_names_them_are_all_read(paperboy: Paperboy, real_data: Path) -> None:
    files = sorted((real_data / "hf-daily").glob("2025-03-1*.json"))[:3]
    ended = paperboy("ingest", "--file", *map(str, files), "--json")
    assert ended.code == 0
    report = document(ended.out)
    assert [one["name"].split(":")[1] for one in report["files"]] == [file.name for file in files]
    assert [one["fetched"] for one in report["sources"]] == [sum(one["fetched"] for one in report["files"])]


def test_an_ingest_that_failed_ends_with_1_and_says_why(paperboy: Paperboy, folder: Path) -> None:
    (folder / "broken.json").write_text("<html>", encoding="utf-8")
    ended = paperboy("ingest", "--file", "broken.json", "--file", "missing.json", "--json")
    assert ended.code == 1
    assert all(report["error"] for report in document(ended.out)["sources"])
    assert "broken.json" in paperboy("ingest", "--file", "broken.json").out


def test_a_store_that_cannot_be_used_ends_with_1_and_the_way_to_mend_it(paperboy: Paperboy, folder: Path) -> None:
    (folder / "paperboy.db").write_text("this is no database, however long it is read " * 100, encoding="utf-8")
    ended = paperboy("search", "paper", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert "paperboy.db" in ended.err
    assert "Traceback" not in ended.err


def test_an_unforeseen_failure_is_logged_whole_and_called_a_bug(
    paperboy: Paperboy, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_url: str) -> Store:
        raise RuntimeError("nobody foresaw this")

    monkeypatch.setattr(Store, "open", broken)
    ended = paperboy("status", "--json")
    assert (ended.code, ended.out) == (1, "")
    assert "RuntimeError: nobody foresaw this" in ended.err
    assert "bug in Paperboy" in ended.err.splitlines()[-1]


@pytest.mark.usefixtures("filled")
def test_the_store_is_checked_copied_and_brought_back(paperboy: Paperboy, folder: Path) -> None:
    assert "3 papers" in paperboy("db", "check").out
    assert paperboy("search", "paper").code == 0
    assert paperboy("db", "backup", "copy/store.db").code == 0
    assert paperboy("db", "backup", "copy/store.db").code == 1
    (folder / "paperboy.db").write_bytes(b"damaged" * 1000)
    assert paperboy("db", "check").code == 1
    ended = paperboy("db", "restore", "copy/store.db")
    assert ended.code == 0
    assert "kept as" in ended.out
    assert document(paperboy("search", "paper", "--json").out)["total"] == 3


def test_an_empty_folder_gets_a_store(paperboy: Paperboy, folder: Path) -> None:
    assert "is up to date" in paperboy("db", "upgrade").out
    assert (folder / "paperboy.db").exists()


def test_the_doctor_finds_what_is_missing_and_tells_how_to_mend_it(paperboy: Paperboy) -> None:
    ended = paperboy("doctor")
    assert ended.code == 0
    assert "HF_ENDPOINT=http://127.0.0.1:9" in " ".join(ended.out.split())
    assert "DISCORD_TOKEN" in ended.out
    assert "Nothing is wrong." in ended.out


def test_the_doctor_names_every_wrong_setting(paperboy: Paperboy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "loud")
    ended = paperboy("doctor")
    assert ended.code == 2
    assert "LOG_LEVEL" in ended.out


def test_a_token_that_discord_does_not_know_is_wrong(paperboy: Paperboy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a.made.up-token")
    monkeypatch.setenv("DISCORD_API_URL", "http://127.0.0.1:9/api/v10")
    ended = paperboy("doctor")
    assert ended.code == 1
    assert "DISCORD_API_URL" in ended.out
    assert "made.up" not in ended.out + ended.err


@pytest.mark.usefixtures("filled")
def test_without_the_semantic_part_a_search_goes_by_words_and_says_so(paperboy: Paperboy) -> None:
    assert document(paperboy("search", "paper", "--json").out)["engine"] == "words"
    assert document(paperboy("status", "--json").out)["vectors_behind"] is None
    assert "goes by words alone: SEMANTIC is off" in " ".join(paperboy("doctor").out.split())
    ended = paperboy("db", "vectors")
    assert ended.code == 2
    assert "paperboy doctor" in ended.err


@pytest.mark.usefixtures("filled")
def test_where_its_packages_are_not_installed_it_is_the_same_and_they_are_named(
    paperboy: Paperboy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMANTIC", "on")
    for module in ("bot.app", "bot.cli.doctoring"):
        monkeypatch.setattr(f"{module}.missing", lambda: ("onnxruntime",))
    assert document(paperboy("search", "paper", "--json").out)["engine"] == "words"
    assert "onnxruntime is not installed" in " ".join(paperboy("doctor").out.split())


@pytest.mark.skipif(bool(missing()), reason=f"not installed: {', '.join(missing())}")
@pytest.mark.usefixtures("filled")
def test_papers_are_read_for_their_meaning_once(paperboy: Paperboy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMANTIC", "on")
    assert document(paperboy("status", "--json").out)["vectors_behind"] == 3
    assert "3 papers are not read for their meaning yet" in " ".join(paperboy("doctor").out.split())
    assert "3 papers were read" in paperboy("db", "vectors").out
    assert "All papers" in paperboy("db", "vectors").out
    assert document(paperboy("status", "--json").out)["vectors_behind"] == 0
    assert document(paperboy("search", "--like", PAPERS[0].id, "--json").out)["engine"] == "words and meaning"
