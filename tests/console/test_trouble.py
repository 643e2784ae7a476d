"""Failures in words: what is wrong, where, and how to mend it."""

import pytest

from bot.console.trouble import BUG, told
from bot.errors import InvalidInput, QuerySyntaxError, SettingProblem, SettingsError
from storage.errors import StoreBusy


def a_syntax_error(query: str, column: int) -> str:
    return told(QuerySyntaxError(query, column=column, problem="A quotation mark is open", hint="Close it."))


@pytest.mark.parametrize(
    ("query", "column", "shown", "caret_at"),
    [
        ('diffusion "open', 11, '  diffusion "open', 12),
        ("bad", 1, "  bad", 2),
        ("end(", 5, "  end(", 6),
        ("", 1, "  ", 2),
        ("日本 (", 4, "  日本 (", 7),
        ("a\x1b[31mb (", 9, "  ab (", 5),
    ],
)
def test_a_query_is_shown_with_a_caret_under_the_place(query: str, column: int, shown: str, caret_at: int) -> None:
    problem, line, caret, hint = a_syntax_error(query, column).split("\n")
    assert (problem, line, hint) == ("A quotation mark is open", shown, "Close it.")
    assert caret == " " * caret_at + "^"


def test_of_a_long_query_only_the_part_around_the_place_is_shown() -> None:
    _, line, caret, _ = a_syntax_error("x " * 500 + "(" + " y" * 500, 1001).split("\n")
    assert len(line) < 120
    assert line.startswith("  …")
    assert line.endswith("…")
    assert line[caret.index("^")] == "("


@pytest.mark.parametrize(
    "error",
    [
        InvalidInput("Write it otherwise."),
        StoreBusy("Another process holds the store; try again."),
        SettingsError((SettingProblem("LOG_LEVEL", "is not one of debug, info", "info"),)),
    ],
)
def test_an_expected_failure_is_told_in_its_own_words(error: Exception) -> None:
    assert told(error) == str(error)


def test_an_unforeseen_failure_says_that_it_is_a_bug_and_nothing_of_its_text() -> None:
    assert told(RuntimeError("password=hunter2")) == BUG
