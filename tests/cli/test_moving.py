"""``paperboy db copy`` and ``compact``: a store moves to another database, and gives back what it does not need."""

import json
from pathlib import Path

import pytest

from bot.cli import indexing
from tests.cli.conftest import PAPERS, Paperboy
from tests.standins.arxiv_dump import as_lines, make_record, written

pytestmark = pytest.mark.usefixtures("filled")


def found(paperboy: Paperboy) -> list[str]:
    results = json.loads(paperboy("search", "paper", "--json").out)["results"]
    return [result["paper"]["id"] for result in results]


@pytest.mark.postgres
def test_a_store_moves_to_postgresql_and_back_and_answers_as_before(
    paperboy: Paperboy, folder: Path, empty_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = found(paperboy)
    for target in (empty_postgres_url, "sqlite:///back.db"):
        copied = paperboy("db", "copy", target)
        assert copied.code == 0, copied.err
        assert "rows were copied and compared" in copied.out
        assert "Copying and comparing: 100 %" in copied.err
        monkeypatch.setenv("DATABASE_URL", target)
        assert found(paperboy) == before == [paper.id for paper in PAPERS]
    assert (folder / "back.db").is_file()


def test_the_index_that_stood_where_the_copy_gets_its_own_was_another_stores(
    paperboy: Paperboy, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "FEW", 0)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///copy.db")
    written(folder / "arxiv.jsonl", as_lines(make_record(number) for number in range(1, 4)))
    assert paperboy("ingest", "--file", "arxiv.jsonl").code == 0
    (folder / "copy.db").unlink()
    monkeypatch.setenv("DATABASE_URL", "sqlite:///paperboy.db")
    assert "Filling the search index: 100 %, 3 papers" in paperboy("db", "copy", "sqlite:///copy.db").err
    monkeypatch.setenv("DATABASE_URL", "sqlite:///copy.db")
    assert found(paperboy) == [paper.id for paper in PAPERS]


@pytest.mark.parametrize(
    ("target", "code", "says"),
    [
        ("sqlite:///paperboy.db", 1, "is the store itself"),
        ("elsewhere.db", 2, "sqlite+aiosqlite:///data/paperboy.db or postgresql"),
        ("mysql://root@localhost/papers", 2, "does not speak mysql"),
        ("postgresql://me:s3cret@127.0.0.1:1/papers", 1, "Check that the server runs"),
    ],
)
def test_a_target_that_cannot_be_is_refused_in_words(paperboy: Paperboy, target: str, code: int, says: str) -> None:
    refused = paperboy("db", "copy", target)
    assert (refused.code, refused.out) == (code, "")
    assert says in refused.err
    assert "s3cret" not in refused.err


def test_a_store_is_made_compact(paperboy: Paperboy) -> None:
    done = paperboy("db", "compact")
    assert done.code == 0
    assert "paperboy.db takes 0." in done.out
