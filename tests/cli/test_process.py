"""The command line as a process: what it imports, its pipes, and how it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"}


def paperboy(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # this project's own program
        [sys.executable, "-m", "bot", *arguments],
        input=typed, capture_output=True, text=True, timeout=60, check=False, env=environment(),
    )  # fmt: skip


def imported_by(*arguments: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    code = f"import sys; from bot.cli.ending import run; run({list(arguments)!r}); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(  # noqa: S603  # this project's own program
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, env=environment()
    )
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.usefixtures("folder")
def test_help_imports_next_to_nothing() -> None:
    heavy = {"sqlalchemy", "tantivy", "httpx", "discord", "pydantic_settings", "prompt_toolkit", "structlog", "rich"}
    assert not imported_by("--help") & heavy


@pytest.mark.usefixtures("filled")
def test_a_search_imports_neither_discord_nor_the_prompt() -> None:
    assert not imported_by("search", "paper") & {"discord", "prompt_toolkit"}


@pytest.mark.usefixtures("filled")
def test_the_bot_at_a_pipe_shows_its_digest_obeys_each_line_and_ends_with_0() -> None:
    done = paperboy("run", typed="paper\n1\n/nonsense\n/topics follow reading\n")
    assert done.returncode == 0, done.stderr
    for part in ("A paper called 2503.00001", "paperboy> paper", "1–3 of 3", "✗ There is no command", "now follow"):
        assert part in done.stdout
    assert "\x1b" not in done.stdout


def test_a_new_folder_without_a_network_gets_the_sample(folder: Path) -> None:
    done = paperboy("run")
    assert done.returncode == 0, done.stderr
    assert "bundled sample" in done.stdout
    assert "arxiv.org/abs/" in done.stdout
    assert (folder / "paperboy.db").exists()


@pytest.mark.usefixtures("filled")
def test_one_round_ends_with_a_report_and_shows_nothing_twice() -> None:
    first, second = paperboy("run", "--once"), paperboy("run", "--once")
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "A paper called 2503.00001" in first.stdout
    assert second.stdout.startswith("Nothing was due")


@pytest.mark.usefixtures("filled")
def test_a_reader_that_has_enough_is_no_failure() -> None:
    command = f"{sys.executable} -m bot search paper | head -n 1; echo ${{PIPESTATUS[0]}}"
    shell = ["bash", "-c", command]
    done = subprocess.run(shell, capture_output=True, text=True, timeout=60, check=True, env=environment())  # noqa: S603  # as above
    assert done.stdout.split()[-1] == "0"
    assert not done.stderr


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_bot_that_is_told_to_stop_ends_quietly(number: signal.Signals, code: int) -> None:
    # A shell has what it runs in the background ignore Ctrl-C, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        while "/help" not in running.stdout.readline():
            assert running.poll() is None
        time.sleep(0.2)
        running.send_signal(number)
        assert running.wait(timeout=60) == code
        assert "Traceback" not in running.stderr.read()
