"""What a terminal can do decides how posts look on it."""

from io import StringIO

import pytest
from rich.console import Console

from bot.console.terminal import WIDEST, Screen
from bot.render.post import Heading, Paragraph, Post, Span

ADDRESS = "https://arxiv.org/abs/2503.10622"
POST = Post((Heading((Span("Trending papers"),)), Paragraph((Span("A paper", url=ADDRESS),))))
LINKED = "\x1b]8;"
COLOURED = "\x1b[1;38"


def shown(**environ: str) -> str:
    file = StringIO()
    console = Console(file=file, force_terminal=True, width=60, _environ=environ)
    Screen(console).show(POST)
    return file.getvalue()


def test_a_terminal_gets_colours_and_links() -> None:
    text = shown(TERM="xterm-256color")
    assert COLOURED in text
    assert LINKED in text
    assert ADDRESS in text
    assert f"({ADDRESS})" not in text


def test_who_wants_no_colour_gets_none_and_keeps_the_links() -> None:
    text = shown(TERM="xterm-256color", NO_COLOR="1")
    assert COLOURED not in text
    assert LINKED in text


def test_a_dumb_terminal_gets_plain_text_with_the_addresses_written_out() -> None:
    assert shown(TERM="dumb") == f"Trending papers\nA paper\n{ADDRESS}\n\n"


def test_a_pipe_gets_plain_text_with_the_addresses_written_out() -> None:
    file = StringIO()
    Screen(Console(file=file)).show(POST)
    assert file.getvalue() == f"Trending papers\nA paper\n{ADDRESS}\n\n"


@pytest.mark.parametrize(("width", "used"), [(10, 20), (60, 60), (200, WIDEST)])
def test_lines_are_as_wide_as_can_be_read(width: int, used: int) -> None:
    assert Screen(Console(file=StringIO(), width=width)).look.width == used


def test_something_moves_only_where_somebody_looks() -> None:
    file = StringIO()
    with Screen(Console(file=file)).waiting("Looking"):
        pass
    assert not file.getvalue()
