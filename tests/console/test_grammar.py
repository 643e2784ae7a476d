"""What a typed line means: a table."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.console.grammar import Nothing, Open, Typed, Words, find_command, parse_line
from bot.console.vocabulary import COMMANDS, Command
from bot.errors import InvalidInput


@pytest.mark.parametrize(
    ("line", "name", "text", "options"),
    [
        ("/papers today", "/papers today", "", {}),
        ("/papers", "/papers today", "", {}),
        ("/papers --sort top", "/papers today", "", {"sort": ("top",)}),
        ("  /PAPERS Today 2025-W11  --page 2", "/papers today", "2025-W11", {"page": ("2",)}),
        ("/papers search diffusion models", "/papers search", "diffusion models", {}),
        ('/papers search "state space" -video', "/papers search", '"state space" -video', {}),
        ('/papers search "a --sort b" c', "/papers search", '"a --sort b" c', {}),
        ('/papers search author:"le cun"  don\'t', "/papers search", 'author:"le cun"  don\'t', {}),
        ('/papers search "open end', "/papers search", '"open end', {}),
        ("/papers search --sort new a --page=3 b", "/papers search", "a b", {"sort": ("new",), "page": ("3",)}),
        ("/papers show 2", "/papers show", "2", {}),
        ("/ask how large? --paper 1 --paper 2503.01234", "/ask", "how large?", {"paper": ("1", "2503.01234")}),
        ("/setup --hour 8:30 --days mon,wed", "/setup", "", {"hour": ("8:30",), "days": ("mon,wed",)}),
        ("/setup --query 'cat:cs.CL \"long context\"'", "/setup", "", {"query": ('cat:cs.CL "long context"',)}),
        ('/setup --query="a b" --papers 3', "/setup", "", {"query": ("a b",), "papers": ("3",)}),
        ('/setup --query ""', "/setup", "", {"query": ("",)}),
        ("/setup --query= --papers 3", "/setup", "", {"query": ("",), "papers": ("3",)}),
        ("/topics", "/topics list", "", {}),
        ("/channels pause 1", "/channels pause", "1", {}),
        ("/exit", "/quit", "", {}),
        ("/?", "/help", "", {}),
        ("/help papers search", "/help", "papers search", {}),
        ("help", "/help", "", {}),
        (" Quit ", "/quit", "", {}),
        ("exit", "/quit", "", {}),
        ("?", "/help", "", {}),
        ("/papers search help", "/papers search", "help", {}),
    ],
)  # fmt: skip
def test_a_slash_command_is_read_into_its_parts(
    line: str, name: str, text: str, options: dict[str, tuple[str, ...]]
) -> None:
    typed = parse_line(line)
    assert isinstance(typed, Typed)
    assert (typed.command.name, typed.text, dict(typed.options)) == (name, text, options)


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("", Nothing()),
        (" \t ", Nothing()),
        ("3", Open(3)),
        (" 12 ", Open(12)),
        ("2024", Words("2024")),
        ("٣", Words("٣")),
        ("diffusion -video", Words("diffusion -video")),
        ("2503.01234", Words("2503.01234")),
        ("what --is this", Words("what --is this")),
        ("help me read", Words("help me read")),
    ],
)
def test_a_line_without_a_slash_is_a_number_or_words(line: str, meaning: object) -> None:
    assert parse_line(line) == meaning


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/", "/help"),
        ("/paper", "Did you mean /papers today?"),
        ("/search x", "Did you mean /papers search?"),
        ("/nonsense", "All commands: /help"),
        ("/papers serch x", "Did you mean /papers search?"),
        ("/papers 2025-01-01", "It has: today, search, show, similar, save, saved, unsave."),
        ("/privacy", "It has: export, forget."),
        ("/papers search", "For example: /papers search"),
        ("/papers search --sort new", "needs a QUERY"),
        ("/papers search x --srt new", "Did you mean --sort?"),
        ("/papers search x --sort oldest", "relevance, match, new, top"),
        ("/papers search x --limit", "--limit needs a value"),
        ("/papers search x --limit --page 2", "--limit needs a value"),
        ("/papers show 1 --fast yes", "It has no options."),
        ("/setup --query 'never closed", "is not closed"),
        ("/status now", "takes no words"),
    ],
)
def test_what_cannot_be_read_says_what_to_write(line: str, says: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_line(line)
    assert says in str(refused.value)


@pytest.mark.parametrize(("value", "least"), [("0", 1), ("-1", 0), ("many", 1), ("1.5", 1), ("٣", 1), ("9" * 40, 1)])
def test_an_option_that_is_no_number_is_refused(value: str, least: int) -> None:
    typed = Typed(COMMANDS[0], "", {"limit": (value,)})
    with pytest.raises(InvalidInput, match="--limit needs a whole number"):
        typed.number("limit", least=least)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_each_command_stands_in_its_own_example(command: Command) -> None:
    typed = parse_line(command.example)
    assert isinstance(typed, Typed)
    assert typed.command is command
    assert find_command(typed.command.name) is command


@given(st.text(max_size=60))
def test_whatever_is_typed_is_understood_or_refused_in_words(line: str) -> None:
    with suppress(InvalidInput):
        assert isinstance(parse_line(line), Nothing | Open | Typed | Words)


@given(st.text(max_size=40))
def test_a_query_keeps_every_character_that_was_typed(query: str) -> None:
    wanted = query.strip()
    if not wanted or "--" in wanted:
        return
    typed = parse_line(f"/papers search {wanted}")
    assert isinstance(typed, Typed)
    assert typed.text == wanted
