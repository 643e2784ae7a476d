"""Where typed lines come from."""

import os
import stat
from pathlib import Path

import pytest
from prompt_toolkit.history import FileHistory, InMemoryHistory

from bot.console.prompt import LONGEST_LINE, history_in, piped_lines, state_folder

HOME = Path("home")


@pytest.mark.parametrize(
    ("environ", "platform", "folder"),
    [
        ({"XDG_STATE_HOME": "/state"}, "linux", Path("/state/paperboy")),
        ({"XDG_STATE_HOME": "relative"}, "linux", HOME / ".local/state/paperboy"),
        ({}, "linux", HOME / ".local/state/paperboy"),
        ({}, "darwin", HOME / "Library/Application Support/paperboy"),
        ({"LOCALAPPDATA": "local"}, "win32", Path("local/paperboy")),
        ({}, "win32", HOME / "AppData/Local/paperboy"),
    ],
)
def test_history_is_kept_where_the_platform_keeps_such_things(
    environ: dict[str, str], platform: str, folder: Path
) -> None:
    assert state_folder(environ, HOME, platform) == folder


def test_nobody_else_can_read_what_was_typed(tmp_path: Path) -> None:
    history = history_in(tmp_path / "deep" / "state")
    assert isinstance(history, FileHistory)
    assert stat.S_IMODE((tmp_path / "deep" / "state" / "history").stat().st_mode) == 0o600


def test_where_nothing_can_be_kept_the_history_lives_as_long_as_the_prompt(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert isinstance(history_in(tmp_path / "file"), InMemoryHistory)


async def lines_of(*chunks: bytes) -> list[str]:
    reading, writing = os.pipe()
    for chunk in chunks:
        os.write(writing, chunk)
    os.close(writing)
    try:
        return [line async for line in piped_lines(reading)]
    finally:
        os.close(reading)


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ((), []),
        ((b"/status\n/quit\n",), ["/status", "/quit"]),
        ((b"no line break at the end",), ["no line break at the end"]),
        ((b"windows\r\n\r\n",), ["windows", ""]),
        (("für alle\n".encode(),), ["für alle"]),
        ((b"broken \xff\n",), ["broken \ufffd"]),
        ((b"x" * (LONGEST_LINE + 10) + b"\nnext\n",), ["x" * LONGEST_LINE, "next"]),
    ],
)
async def test_a_pipe_gives_its_lines(chunks: tuple[bytes, ...], lines: list[str]) -> None:
    assert await lines_of(*chunks) == lines
