"""What to type for a button: a table."""

from datetime import date

import pytest

from bot.console.grammar import Typed, parse_line
from bot.console.hints import typed_for
from bot.core.period import Period
from bot.render.actions import (
    Action,
    AskAbout,
    ChannelAct,
    ChannelAction,
    ConfirmForget,
    ConfirmSetup,
    SavePaper,
    SearchPage,
    ShowPaper,
    ShowSaved,
    ShowSimilar,
    TrendingPage,
    UnfollowTopic,
    UnsavePaper,
    Why,
    encode,
)
from bot.render.post import Button
from storage.records import PaperId, Sort

DAY = Period.day(date(2025, 3, 14))


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        (ShowPaper(PaperId("2503.01234")), "/papers show 2503.01234"),
        (ShowSimilar(PaperId("2503.01234")), "/papers similar 2503.01234"),
        (SavePaper(PaperId("2503.01234")), "/papers save 2503.01234"),
        (UnsavePaper(PaperId("2503.01234")), "/papers unsave 2503.01234"),
        (ShowSaved("tok"), "/papers saved"),
        (AskAbout(PaperId("2503.01234")), "/ask … --paper 2503.01234"),
        (SearchPage("tok", 10, "new"), "/next"),
        (SearchPage("tok", 0, "new"), "/back"),
        (SearchPage("tok", 0, "top"), "/sort top"),
        (TrendingPage(DAY, Sort.NEW, 10), "/next"),
        (TrendingPage(DAY, Sort.TRENDING, 0), "/sort trending"),
        (Why("tok"), "/why"),
        (UnfollowTopic(3), "/topics unfollow 3"),
        (ChannelAction(2, ChannelAct.PAUSE), "/channels pause 2"),
        (ConfirmForget(), "/privacy forget yes"),
    ],
)
def test_an_action_has_a_command_that_the_prompt_understands(action: Action, typed: str) -> None:
    assert typed_for(Button("Press", action=encode(action)), offset=5, sort="new") == typed
    assert isinstance(parse_line(typed), Typed)


def test_a_page_of_a_list_that_is_not_on_the_screen_falls_back_on_the_command_of_its_button() -> None:
    button = Button(
        "All of this day", action=encode(TrendingPage(DAY, Sort.NEW, 0)), command="/papers today 2025-03-14"
    )
    assert typed_for(button) == "/papers today 2025-03-14"


def test_an_action_that_only_a_button_can_do_has_no_command() -> None:
    assert typed_for(Button("Start", action=encode(ConfirmSetup(1)))) is None
