"""How the bot is doing, what can be said to it, and what it keeps."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.reports import Health, SetupHealth
from bot.render import privacy
from bot.render.actions import ConfirmForget, decode
from bot.render.help import GROUPS, help_post
from bot.render.post import ButtonLook
from bot.render.status import status_post
from storage.records import Cadence, Delivery, DeliveryState, Message
from storage.source_state import SourceState
from tests.builders import BASE, DAY, make_delivery, make_setup
from tests.render.reading import buttons, read

MINUTES_AGO = BASE - timedelta(minutes=3)


def make_health(**facts: Any) -> Health:
    defaults: dict[str, Any] = {
        "version": "0.1.0",
        "now": BASE,
        "papers": 12_345,
        "latest_day": DAY,
        "latest_day_papers": 34,
        "newest_sighting": MINUTES_AGO,
        "index_behind": 0,
        "topics": 4,
        "people": 1,
        "sources": (SourceState(name="huggingface", succeeded_at=MINUTES_AGO, fetched=34),),
        "setups": (),
        "recent": (),
        "is_sample": False,
        "memory_bytes": 130 * 2**20,
        "up_for": timedelta(days=3, hours=2),
    }
    return Health(**(defaults | facts))


def test_all_is_well() -> None:
    ago = f"<t:{int(MINUTES_AGO.timestamp())}:R>"
    newest = "the newest list is of Friday, 14 March 2025 (34 papers)"
    assert read(status_post(make_health())).splitlines() == [
        "### Status",
        "All is well.",
        "",
        f"The store holds 12,345 papers; {newest}, seen {ago}. Search is up to date.",
        "",
        "**Sources**",
        f"- Hugging Face: last read {ago}, 34 papers",
        "",
        "-# Paperboy 0.1.0, up for 3 days, 130 MB of memory; 4 topics followed by 1 person.",
    ]


def test_what_is_not_well_comes_first() -> None:
    failing = SourceState(name="huggingface", problem="HTTP 503", retry_at=BASE + timedelta(minutes=9), rejected=1)
    paused = SetupHealth(setup=make_setup(paused_because="the channel was deleted"), next_due=None, last=None)
    words = read(status_post(make_health(sources=(failing,), setups=(paused,), is_sample=True, index_behind=7)))
    assert words.splitlines()[1] == (
        "Hugging Face cannot be read at the moment, 1 channel is paused "
        "and only the bundled sample of papers is here so far."
    )
    assert "never read yet. HTTP 503. I try again <t:" in words
    assert "**Channels: 0 running, 1 paused**" in words
    assert ": paused. The channel was deleted." in words
    assert "The search index has still to take in 7 changes." in words


@pytest.mark.parametrize(("behind", "told"), [(None, False), (0, False), (7, True)])
def test_papers_that_wait_to_be_read_for_their_meaning_are_counted(behind: int | None, *, told: bool) -> None:
    words = read(status_post(make_health(vectors_behind=behind)))
    assert ("7 papers have still to be read for their meaning." in words) == told


def test_each_recent_digest_shows_sums_that_hold() -> None:
    sent = make_delivery(
        *(f"2503.0000{n}" for n in range(5)),
        considered=50,
        left_out={"over the limit": 40, "already posted here": 5},
        state=DeliveryState.SENT,
    )
    skipped = make_delivery(state=DeliveryState.SKIPPED, problem="it is Saturday")
    words = read(status_post(make_health(recent=(sent, skipped))))
    assert ": sent; 50 considered = 5 picked + 40 over the limit + 5 already posted here" in words
    assert ": skipped (it is Saturday)\n" in words, "nothing was considered, so there is nothing to sum up"


def sent_as(*there: bool, **facts: Any) -> Delivery:
    """Cards, of which those are there that are said to be."""
    messages = tuple(Message(part=part, token=f"t{part}", message_id=part if is_ else None)
                     for part, is_ in enumerate(there, 1))  # fmt: skip
    ids = [f"2503.0000{number}" for number in range(1, len(there) + 1)]
    return make_delivery(*ids, **({"messages": messages, "state": DeliveryState.SENT} | facts))


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (sent_as(True, True, True), ": sent; 3 considered"),
        (sent_as(True, False, True, problem="too large"), ": sent, 2 of 3 messages (too large); 3 considered"),
        (sent_as(False, False, state=DeliveryState.SENDING), ": on its way, 0 of 2 messages; 2 considered"),
        (sent_as(True, False, state=DeliveryState.PLANNED), ": waiting, 1 of 2 messages; 2 considered"),
        (sent_as(False, state=DeliveryState.SENDING), ": on its way; 1 considered"),
        (
            make_delivery(state=DeliveryState.SENT, empty_because="everything was filtered"),
            ": sent, to say that there are no papers (everything was filtered)",
        ),
        (
            make_delivery("2503.00001", "2503.00002", added=("2503.00002",), state=DeliveryState.SENT),
            ": sent, 1 paper added later; 2 considered = 2 picked",
        ),
        (
            make_delivery(state=DeliveryState.SKIPPED, problem="down at the time, and longer than the grace window"),
            ": skipped (down at the time, and longer than the grace window)",
        ),
        (
            make_delivery("2503.00001", cadence=Cadence.WEEKLY, state=DeliveryState.FAILED, problem="refused"),
            "14 March 2025 (weekly), <#111000000000000001>: failed (refused); 1 considered = 1 picked",
        ),
    ],
)
def test_each_recent_digest_says_how_far_it_came(delivery: Delivery, words: str) -> None:
    assert words in read(status_post(make_health(recent=(delivery,))))


def test_what_is_on_hold_says_how_long_it_may_still_come_and_what_waits_when_it_is_tried() -> None:
    held = make_delivery("2503.00001", not_before=BASE + timedelta(hours=6), problem="Send Messages is missing")
    words = read(status_post(make_health(recent=(held,))))
    until = f"<t:{int(held.expires_at.timestamp())}:f>"
    assert f": on hold, may still come until {until} (Send Messages is missing); 1 considered" in words
    waiting = make_delivery("2503.00001", not_before=BASE + timedelta(minutes=5), problem="slow down")
    again = f"<t:{int((BASE + timedelta(minutes=5)).timestamp())}:R>"
    assert f": waiting, tried again {again} (slow down)" in read(status_post(make_health(recent=(waiting,))))


def test_an_empty_store_is_said() -> None:
    words = read(status_post(make_health(papers=0, latest_day=None, newest_sighting=None, sources=())))
    assert "The store holds no papers yet." in words
    assert "- None was asked yet." in words


def test_help_has_an_example_of_every_command() -> None:
    words = read(help_post())
    for command in (
        "/setup", "/channels list", "/channels pause", "/channels resume", "/channels remove", "/channels post",
        "/channels preview", "/channels edit", "/papers today", "/papers search", "/papers show", "/papers save",
        "/papers saved", "/papers unsave", "/topics follow",
        "/topics list", "/topics unfollow", "/ask", "/discuss start", "/discuss add", "/discuss papers",
        "/status", "/help", "/privacy export", "/privacy forget",
    ):  # fmt: skip
        assert f"`{command}" in words
    assert len({example.command for group in GROUPS.values() for example in group}) == sum(map(len, GROUPS.values()))


def test_help_says_what_is_kept() -> None:
    assert "I read no messages" in read(help_post())


def test_an_export_tells_what_its_file_holds() -> None:
    words = read(privacy.exported(topics=3, deliveries=1, setups=1))
    assert "3 topics, the record of 1 message to you and 1 channel setup that you made" in words
    assert "3 topics, 2 saved papers and the record of" in read(privacy.exported(topics=3, deliveries=1, saved=2))
    assert "2 questions that you asked in threads lately" in read(privacy.exported(topics=0, deliveries=0, turns=2))
    assert "I keep nothing of you" in read(privacy.exported(topics=0, deliveries=0))
    for topics in (0, 3):
        assert "go to its server" in read(privacy.exported(topics=topics, deliveries=0, model=True))


def test_forgetting_is_asked_for_once_more_and_confirmed() -> None:
    question = privacy.confirm_forget(topics=1)
    assert "This deletes your 1 topic," in read(question)
    button = buttons(question)["Delete it all"]
    assert decode(button.action or "") == ConfirmForget()
    assert button.look is ButtonLook.DANGER
    assert "Your 1 topic and the record of what I sent you are deleted." in read(privacy.forgotten(topics=1))
    assert "Your 1 saved paper and the record" in read(privacy.forgotten(topics=0, saved=1))
    assert "This deletes your 2 topics, 3 saved papers, the settings" in read(privacy.confirm_forget(topics=2, saved=3))
    assert "nothing is left" in read(privacy.forgotten(topics=0))
