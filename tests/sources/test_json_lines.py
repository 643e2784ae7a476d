"""Lines out of files of any size and state."""

import gzip
from pathlib import Path

import pytest

from bot.sources import json_lines
from bot.sources.json_lines import JsonLines
from tests.standins.arxiv_dump import as_line, as_lines, make_record, written

SOME = as_lines(make_record(number) for number in range(1, 8))


@pytest.mark.parametrize("name", ["papers.jsonl", "papers.jsonl.gz"])
def test_lines_come_in_pieces_until_the_end(name: str, tmp_path: Path) -> None:
    with JsonLines.open(written(tmp_path / name, SOME)) as lines:
        assert (
            b"".join(line.body or b"" for line in lines.read(3))
            + b"".join(line.body or b"" for line in lines.read(100))
            == SOME
        )
        assert (lines.line, lines.offset, lines.ended, lines.problem) == (7, len(SOME), True, None)
        assert lines.at == lines.size
        assert lines.read(5) == []


@pytest.mark.parametrize("name", ["papers.jsonl", "papers.jsonl.gz"])
def test_it_goes_on_where_an_earlier_reading_ended(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / name, SOME)
    with JsonLines.open(path) as lines:
        lines.read(3)
        there = lines.line, lines.offset
        rest = lines.read(100)
    with JsonLines.open(path) as lines:
        lines.go_on(*there)
        assert lines.read(100) == rest


def test_a_mark_of_unicode_carriage_returns_and_blank_lines_are_nothing(tmp_path: Path) -> None:
    body = b"\xef\xbb\xbf" + b'{"a": 1}\r\n\r\n  \n{"b": 2}'
    with JsonLines.open(written(tmp_path / "papers.jsonl", body)) as lines:
        assert [(line.number, line.body) for line in lines.read(9)] == [(1, b'{"a": 1}\r\n'), (4, b'{"b": 2}')]


@pytest.mark.parametrize("end", [b"\n", b""])
def test_a_line_longer_than_any_record_is_passed_over_and_never_held(
    end: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 1_000)
    monkeypatch.setattr(json_lines, "BUFFER", 100)
    body = b'{"a": 1}\n' + b"x" * 50_000 + end + (b'{"b": 2}\n' if end else b"")
    with JsonLines.open(written(tmp_path / "papers.jsonl", body)) as lines:
        found = lines.read(9)
        assert [line.number for line in found] == [1, 2, 3][: 3 if end else 2]
        assert found[1].body is None
        assert lines.offset == len(body)


def test_a_line_of_exactly_the_longest_length_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 10)
    with JsonLines.open(written(tmp_path / "papers.jsonl", b"x" * 9 + b"\n" + b"y" * 10 + b"\n")) as lines:
        assert [line.body is None for line in lines.read(9)] == [False, True]


def test_a_compressed_file_that_is_cut_off_gives_what_stands_before(tmp_path: Path) -> None:
    many = b"".join(as_line(make_record(number, doi=str(number) * 50)) for number in range(1, 5000))
    path = tmp_path / "papers.jsonl.gz"
    whole = gzip.compress(many)
    path.write_bytes(whole[: len(whole) // 2])
    with JsonLines.open(path) as lines:
        found = lines.read(10_000)
        assert 1_000 < len(found) < 4_999
        assert lines.problem == f"the compressed file is cut off after line {len(found):,}"


def test_of_a_short_file_that_is_cut_off_nothing_that_can_be_read_is_lost(tmp_path: Path) -> None:
    many = b"".join(as_line(make_record(number, doi=str(number) * 50)) for number in range(1, 300))
    path = tmp_path / "papers.jsonl.gz"
    path.write_bytes(gzip.compress(many)[:-100])
    with JsonLines.open(path) as lines:
        assert lines.beginning()
        assert 250 < len(lines.read(10_000)) < 299
        assert "cut off" in (lines.problem or "")


def test_damage_inside_of_a_compressed_file_is_named(tmp_path: Path) -> None:
    body = bytearray(gzip.compress(SOME))
    body[40:44] = b"\0\0\0\0"
    path = tmp_path / "papers.jsonl.gz"
    path.write_bytes(body)
    with JsonLines.open(path) as lines:
        lines.read(100)
        assert "its compression is damaged" in (lines.problem or "")


def test_a_content_is_known_again_by_its_size_beginning_and_end(tmp_path: Path) -> None:
    names = []
    for name, body in (("a", SOME), ("b", SOME), ("c", SOME + b"\n"), ("d", SOME[:-5] + b"\n" + SOME[-4:])):
        with JsonLines.open(written(tmp_path / name, body)) as lines:
            names.append(lines.identity)
    assert names[0] == names[1]
    assert len(set(names)) == 3
