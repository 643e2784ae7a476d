"""Button actions: everything written is read back, everything foreign is None."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.opening import Topic
from bot.core.period import Period, PeriodKind
from bot.core.style import Style
from bot.render.actions import (
    MOST_CHARACTERS,
    Action,
    AskAbout,
    AskTopic,
    ChannelAct,
    ChannelAction,
    Compare,
    ConfirmForget,
    ConfirmSetup,
    Discuss,
    DiscussChosen,
    FollowTopic,
    OpenThread,
    Recheck,
    SavedPage,
    SavePaper,
    SearchPage,
    ShowContext,
    ShowDiscussed,
    ShowPaper,
    ShowSaved,
    ShowSimilar,
    SimilarPage,
    Summarise,
    TrendingPage,
    UnfollowTopic,
    UnsavePaper,
    VoteOn,
    Why,
    WriteAgain,
    decode,
    encode,
)
from storage.records import PaperId, Sort

DOI = f"10.123456789/{'(_/-.)' * 8}9a"
"""As long as one can be."""
tokens = st.text("abcXYZ019_-", min_size=1, max_size=25)
numbers = st.integers(0, 10**18)
paper_ids = st.sampled_from(["2503.01234", "2503.02130", "0704.0001", "hep-th/9901001", DOI]).map(PaperId)
periods = st.builds(Period, st.sampled_from(PeriodKind), st.dates(date(1991, 8, 1), date(2100, 1, 1)))

actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(ShowPaper, paper_ids),
    st.builds(AskAbout, paper_ids),
    st.builds(ShowSimilar, paper_ids),
    st.builds(SimilarPage, paper_ids, numbers),
    st.builds(SearchPage, tokens, numbers, st.sampled_from(["relevance", "match", "new", "top"])),
    st.builds(TrendingPage, periods, st.sampled_from(Sort), numbers),
    st.builds(Why, tokens, st.none() | paper_ids),
    st.builds(OpenThread, tokens, paper_ids),
    st.builds(Discuss, paper_ids),
    st.just(DiscussChosen()),
    st.builds(AskTopic, paper_ids, st.sampled_from(Topic)),
    st.builds(SavePaper, paper_ids),
    st.builds(UnsavePaper, paper_ids),
    st.builds(SavedPage, numbers, st.none() | tokens),
    st.builds(ShowSaved, tokens),
    st.builds(Summarise, paper_ids, st.sampled_from(Style)),
    st.builds(Compare, st.lists(paper_ids.filter(lambda one: one != DOI), min_size=2, max_size=4).map(tuple), numbers),
    st.builds(ShowDiscussed, tokens),
    st.builds(ShowContext, tokens, numbers),
    st.builds(VoteOn, tokens, st.booleans()),
    st.builds(Recheck, numbers, tokens),
    st.builds(FollowTopic, tokens),
    st.builds(UnfollowTopic, numbers),
    st.builds(ChannelAction, numbers, st.sampled_from(ChannelAct)),
    st.builds(ConfirmSetup, numbers),
    st.just(ConfirmForget()),
    st.just(WriteAgain()),
)


@given(actions)
def test_an_action_comes_back_as_it_was_written_and_fits_a_custom_id(action: Action) -> None:
    text = encode(action)
    assert decode(text) == action
    assert 1 <= len(text) <= MOST_CHARACTERS


@given(st.one_of(st.text(), st.text().map("pb:".__add__), st.lists(st.text(max_size=8)).map(":".join)))
def test_foreign_text_is_never_an_error(text: str) -> None:
    decoded = decode(text)
    assert decoded is None or encode(decoded) == text


def test_the_marker_of_a_digest_holds_its_token_verbatim() -> None:
    assert "aZ09_-token" in encode(Why("aZ09_-token"))


def test_the_longest_tokens_and_ids_still_fit() -> None:
    longest = PaperId("a" + "b" * 30 + "/9901001")
    assert len(encode(OpenThread("x" * 40, longest))) <= MOST_CHARACTERS
    assert len(encode(SimilarPage(longest, 10**18))) <= MOST_CHARACTERS
    assert len(encode(OpenThread("x" * 25, PaperId(DOI)))) <= MOST_CHARACTERS
    assert len(encode(Recheck(10**18, "x" * 40))) <= MOST_CHARACTERS


def test_identifiers_do_not_change_because_old_messages_carry_them() -> None:
    assert encode(ShowPaper(PaperId("2503.02130"))) == "pb:show:2503.02130"
    assert encode(SimilarPage(PaperId("2503.02130"), 5)) == "pb:similar:2503.02130:5"
    assert encode(Why("abc")) == "pb:why:abc"
    assert encode(SavePaper(PaperId("2503.02130"))) == "pb:save:2503.02130"
    assert encode(ShowSaved("abc")) == "pb:shelf:abc"
    assert encode(TrendingPage(Period.day(date(2026, 6, 30)), Sort.TOP, 5)) == "pb:trending:date:2026-06-30:top:5"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pb:",
        "pb:show",
        "pb:show:",
        "pb:show:2503.01234:more",
        "pb:show:../../etc/passwd",
        "pb:show:２５０３.01234",
        "pb:unfollow:-1",
        "pb:unfollow:007",
        "pb:unfollow:1e3",
        "pb:channel:1:explode",
        "pb:trending:date:2026-02-30:top:0",
        "pb:trending:date:20260220:top:0",
        "pb:trending:date:2026-02-20:best:0",
        "pb:search:abc:0:relevance\n",
        "other:show:2503.01234",
        "pb:why:" + "x" * 200,
        "pb:thread:abc",
        "pb:thread:abc:2503.1",
        "pb:thread::2503.01234",
        "pb:recheck:07:abc",
        "pb:recheck:7:",
    ],
)
def test_damaged_identifiers_are_nothing(text: str) -> None:
    assert decode(text) is None


@pytest.mark.parametrize(
    "action", [Why(""), Why("a:b"), Why("x" * 90), SearchPage("abc", -1, "new"), UnfollowTopic(-5)]
)
def test_what_could_not_be_read_back_is_not_written(action: Action) -> None:
    with pytest.raises(ValueError, match="could not be read back"):
        encode(action)
