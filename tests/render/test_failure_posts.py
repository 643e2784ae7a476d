"""Every failure has words of its own: what happened, who has to act, how."""

import inspect
from typing import Any

import pytest

import bot.errors
import storage.errors
from bot.errors import (
    BotError,
    Filtered,
    InvalidInput,
    MayNotAsk,
    MeaningUnavailable,
    ModelFailed,
    ModelFault,
    NotThere,
    OutboxError,
    QuerySyntaxError,
    Refused,
    RetryLater,
    SendUncertain,
    SettingProblem,
    SettingsError,
    SourceChanged,
    SourceError,
    SourceThrottled,
    SourceUnreachable,
    TooLarge,
    UnknownPaper,
    Unreachable,
    WrongSetups,
)
from bot.render.failures import failure, unforeseen
from storage.errors import (
    NotFound,
    StorageError,
    StoreBusy,
    StoreCorrupt,
    StoreFull,
    StoreReadOnly,
    StoreTooNew,
    StoreUnreachable,
)
from storage.records import Destination, DestinationKind, Obstacle
from tests.builders import BASE, CHANNEL
from tests.render.reading import read

AT = f"<t:{int(BASE.timestamp())}:f>"
CASES: list[tuple[BaseException, str, str]] = [
    (BotError("It broke."), "That did not work", "It broke."),
    (InvalidInput("'x' is not a day."), "Not quite", "'x' is not a day."),
    (
        WrongSetups(('setup 1, "at": is no time.',)),
        "Not quite",
        "The file has a problem, so nothing of it was brought in",
    ),
    (UnknownPaper("2503.99999 is not there."), "I do not have that paper", "2503.99999 is not there."),
    (SettingsError((SettingProblem("A", "is wrong", "1"),)), "My settings are wrong", "A: is wrong (for example: A=1)"),
    (MeaningUnavailable("no model"), "I cannot read for meaning here", "No model."),
    (SourceError("huggingface", "odd"), "Hugging Face is in trouble", "Odd."),
    (SourceUnreachable("huggingface", "no answer"), "Hugging Face does not answer", "I try again by myself"),
    (SourceThrottled("arxiv", "x", retry_at=BASE), "arXiv asks for patience", f"I ask it again at {AT}."),
    (SourceChanged("huggingface", "HTML"), "Hugging Face sends something I cannot read", "newer version of Paperboy"),
    (ModelFailed(ModelFault.QUOTA, "no credit"), "That did not work", "No credit."),
    (NotThere("huggingface", "404"), "Hugging Face sends something I cannot read", "newer version of Paperboy"),
    (OutboxError(CHANNEL, "odd"), "I could not post", "Odd."),
    (RetryLater(CHANNEL, "Busy.", retry_at=BASE), "A little later", f"Busy. I try again at {AT}."),
    (TooLarge(CHANNEL, "It has 4,001 characters."), "Too large for Discord", "finds the message in my log"),
    (Filtered(CHANNEL, "AutoMod blocked it."), "A filter stopped this message", "looks at its AutoMod rules"),
    (Refused(CHANNEL, "It is empty."), "Discord refused this message", "It is empty."),
    (SendUncertain(CHANNEL, "No answer."), "Not sure yet", "I look for it before I send anything again"),
    (StorageError("odd"), "My store is in trouble", "finds the reason in my log"),
    (StoreBusy("x"), "My store is busy", "Try again in a moment"),
    (StoreReadOnly("x"), "I cannot write to my store", "gives me the right to write"),
    (StoreFull("x"), "The disk is full", "makes room"),
    (StoreCorrupt("x"), "My store is damaged", "paperboy db restore PATH"),
    (StoreTooNew("2", "1"), "My store is newer than I am", "installs the version that wrote it"),
    (StoreUnreachable("x"), "My store cannot be reached", "DATABASE_URL"),
    (NotFound("topic", 3), "That is not there", "There is no topic 3."),
    (MayNotAsk((7, 8)), "You may not ask here", "members with <@&7> or <@&8> may ask."),
]


@pytest.mark.parametrize(("error", "title", "words"), CASES, ids=[type(error).__name__ for error, _, _ in CASES])
def test_each_failure_says_what_happened_and_what_helps(error: BaseException, title: str, words: str) -> None:
    shown = read(failure(error)).replace("\\_", "_")
    assert shown.startswith(f"### {title}\n")
    assert words in shown


def test_no_kind_of_failure_is_forgotten() -> None:
    kinds = {
        kind
        for module in (bot.errors, storage.errors)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Exception)
    }
    assert kinds == {type(error) for error, _, _ in CASES} | {QuerySyntaxError, Unreachable}


@pytest.mark.parametrize("obstacle", Obstacle)
def test_each_obstacle_names_who_can_take_it_away(obstacle: Obstacle) -> None:
    words = read(failure(Unreachable(CHANNEL, "Paperboy lacks permission here: Send Messages.", obstacle=obstacle)))
    assert f"In <#{CHANNEL.id}>: Paperboy lacks permission here: Send Messages." in words
    assert "**What helps**: " in words


def test_closed_direct_messages_are_told_to_their_owner() -> None:
    person = Destination(kind=DestinationKind.PERSON, id=7)
    words = read(failure(Unreachable(person, "They are closed.", obstacle=Obstacle.DM_CLOSED)))
    assert words.startswith("### Your direct messages are closed to me\nThey are closed.\n")


@pytest.mark.parametrize(
    ("query", "column", "where"),
    [
        ("diffusion (audio OR", 20, "At column 20, after `diffusion (audio OR`."),
        ("a AND ) b", 7, "At column 7, after `a AND`, at `) b`."),
        (")", 1, "At column 1, at `)`."),
        ("", 1, "At column 1."),
    ],
)
def test_a_query_error_shows_the_place(query: str, column: int, where: str) -> None:
    error = QuerySyntaxError(query, column=column, problem="the group is not closed", hint="write ) at its end")
    words = read(failure(error))
    assert where in words
    assert "The group is not closed." in words
    assert "**What helps**: Write ) at its end." in words


@pytest.mark.parametrize("error", [ValueError("password=secret"), KeyError("secret"), StoreBusy("/srv/secret")])
def test_nothing_of_an_inner_error_is_shown(error: Exception) -> None:
    assert "secret" not in read(failure(error))


def test_something_unforeseen_can_be_found_in_the_log() -> None:
    assert "a1b2c3" in read(unforeseen("a1b2c3"))


def test_many_wrong_settings_are_named_as_far_as_they_fit() -> None:
    problems = tuple(SettingProblem(f"NAME_{number}", "is wrong " * 30, "1") for number in range(40))
    words = read(failure(SettingsError(problems)))
    assert "more" in words


def test_what_an_error_quotes_does_nothing() -> None:
    facts: dict[str, Any] = {"problem": "@everyone `x` [a](b)", "hint": "<@1>"}
    words = read(failure(QuerySyntaxError("`)` @everyone", column=3, **facts)))
    assert "@everyone" not in words
    assert "](b)" not in words.replace("\\]", "")
