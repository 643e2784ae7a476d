"""What admins and followers are told: what comes, when, what is missing, and how to end it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.ranking import Ranked
from bot.core.reports import SetupHealth
from bot.discord_ui import permissions
from bot.render import channels, topics
from bot.render.actions import ChannelAct, ChannelAction, ConfirmSetup, UnfollowTopic, decode
from bot.render.post import ButtonLook, Post
from storage.records import WORKING_DAYS, DeliveryState, Destination, DestinationKind, Sort
from tests.builders import (
    BASE,
    CHANNEL,
    make_delivery,
    make_papers,
    make_person,
    make_schedule,
    make_setup,
    make_topic,
)
from tests.render.reading import buttons, read

SETUP = make_setup(id=3, schedule=make_schedule(zone="Europe/Berlin", weekdays=WORKING_DAYS))
HERE = f"<#{CHANNEL.id}>"
DUE = BASE + timedelta(hours=20)


def acts(post: Post) -> dict[str, object]:
    return {label: decode(button.action or "") for label, button in buttons(post).items()}


def test_a_setup_is_told_in_one_sentence_with_its_next_digest() -> None:
    setup = replace(SETUP, query="diffusion", min_upvotes=5, sort=Sort.TOP)
    words = read(channels.setup_done(setup, next_due=DUE))
    expected = "up to 5 most upvoted papers matching “diffusion” with 5 upvotes or more, Monday to Friday at 09:00"
    assert f"In {HERE}: {expected} (Europe/Berlin)." in words
    assert f"**Next digest**: <t:{int(DUE.timestamp())}:f>" in words


def test_a_proposed_setup_waits_for_a_yes() -> None:
    found = acts(channels.setup_preview(SETUP, next_due=DUE))
    assert found["Start"] == ConfirmSetup(3)
    assert found["Discard"] == ChannelAction(3, ChannelAct.REMOVE)


def test_what_is_missing_is_named_with_what_it_is_for() -> None:
    words = read(channels.missing_permissions(CHANNEL, ("Send Messages", "Read Message History")))
    assert "- **Send Messages**, to post the digest" in words
    assert "- **Read Message History**, to look, after a crash, whether a digest has arrived" in words
    assert "under Permissions; then try again." in words


def test_every_permission_that_is_asked_for_says_what_for() -> None:
    needed = {need.name for thread in (True, False) for need in permissions.needs(thread=thread)}
    assert needed <= set(channels.NEEDED_FOR)


def health(number: int = 3, **facts: Any) -> SetupHealth:
    setup = replace(SETUP, id=number, **facts)
    last = make_delivery(state=DeliveryState.SENT, ended_at=BASE - timedelta(hours=2))
    return SetupHealth(setup=setup, next_due=None if setup.paused_because else DUE, last=last)


def test_the_list_shows_state_reason_and_the_button_that_changes_it() -> None:
    post = channels.channel_list([health(3), health(4, paused_because="the channel was deleted")], BASE)
    words = read(post)
    assert f"**3:** {HERE}\n5 papers, Monday to Friday at 09:00 (Europe/Berlin)\nNext digest <t:" in words
    assert "Last digest sent <t:" in words
    assert "Paused: the channel was deleted\n" in words
    assert list(acts(post).values()) == [ChannelAction(3, ChannelAct.PAUSE), ChannelAction(4, ChannelAct.RESUME)]


def test_a_long_list_goes_on_without_buttons_and_then_is_counted() -> None:
    post = channels.channel_list([health(number) for number in range(1, 41)], BASE)
    assert len(buttons(post)) == 10
    words = read(post)
    assert f"- **11:** {HERE}, running" in words
    assert "and 15 more" in words


def test_an_empty_list_says_how_to_begin() -> None:
    assert "`/setup`" in read(channels.channel_list([], BASE))


def test_pausing_resuming_and_removing_lead_to_each_other() -> None:
    assert acts(channels.paused(SETUP)) == {"Resume": ChannelAction(3, ChannelAct.RESUME)}
    assert acts(channels.resumed(SETUP, next_due=DUE)) == {"Pause": ChannelAction(3, ChannelAct.PAUSE)}
    question = channels.confirm_remove(SETUP)
    assert acts(question) == {"Remove": ChannelAction(3, ChannelAct.REMOVE)}
    assert buttons(question)["Remove"].look is ButtonLook.DANGER
    assert "What was posted there stays." in read(question)
    assert f"No more digests come to {HERE}." in read(channels.removed(SETUP))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DeliveryState.SENT, f"I posted 2 papers to {HERE}."),
        (DeliveryState.SKIPPED, f"I posted nothing to {HERE}. It is Saturday."),
        (DeliveryState.PLANNED, f"The digest for {HERE} is on its way"),
        (DeliveryState.SENDING, f"The digest for {HERE} is on its way"),
        (DeliveryState.FAILED, f"I could not post to {HERE}. It is Saturday."),
        (DeliveryState.UNREACHABLE, f"I could not post to {HERE}. It is Saturday."),
    ],
)
def test_posting_now_tells_how_it_ended(state: DeliveryState, words: str) -> None:
    delivery = make_delivery("2503.00001", "2503.00002", state=state, problem="it is Saturday")
    assert words in read(channels.posted(SETUP, delivery))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (DestinationKind.THREAD, "to <#7>"),
        (DestinationKind.PERSON, "to a direct message"),
        (DestinationKind.TERMINAL, "to this terminal"),
    ],
)
def test_places_of_other_kinds_are_named_too(kind: DestinationKind, words: str) -> None:
    setup = replace(SETUP, destination=Destination(kind=kind, id=7))
    assert words in read(channels.removed(setup))


def followed(**facts: Any) -> Post:
    papers = make_papers(4, title="Diffusion at Work")
    defaults: dict[str, Any] = {
        "already": False,
        "matched": 12,
        "considered": 480,
        "days": 14,
        "examples": [Ranked(paper, 1.0) for paper in papers],
        "next_due": DUE,
    }
    return topics.followed(make_topic("diffusion", id=7), make_person(), **(defaults | facts))


def test_following_a_topic_shows_what_it_would_have_brought() -> None:
    words = read(followed())
    assert words.startswith(
        "### You now follow “diffusion”\n12 papers of 480 matched in the last 14 days, for example:\n"
    )
    assert words.count("- [Diffusion at Work](") == 3
    assert "What matches comes as one direct message, **every day at 09:00 (UTC)**." in words
    assert acts(followed()) == {"Unfollow": UnfollowTopic(7)}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"already": True}, "### You follow “diffusion” already"),
        ({"matched": 1}, "1 paper of 480 matched in the last 14 days, for example:"),
        ({"matched": 70}, "70 papers of 480 matched in the last 14 days, about 5 a day, for example:"),
        ({"matched": 0, "examples": []}, "None of the 480 papers of the last 14 days matched; a wider query"),
        ({"considered": 0, "matched": 0, "examples": []}, "I have no papers of the last 14 days to try it on."),
    ],
)
def test_following_tells_how_much_to_expect(facts: dict[str, Any], words: str) -> None:
    assert words in read(followed(**facts))


def test_topics_are_listed_each_with_its_end() -> None:
    post = topics.topic_list([make_topic("a", id=1), make_topic("b", id=2)], make_person())
    assert "### You follow 2 topics\n**Topic 1**: a\n**Topic 2**: b" in read(post)
    assert list(acts(post).values()) == [UnfollowTopic(1), UnfollowTopic(2)]


def test_the_eleventh_topic_is_listed_without_a_button() -> None:
    post = topics.topic_list([make_topic(f"q{number}", id=number) for number in range(1, 13)], make_person())
    assert len(buttons(post)) == 10
    assert "- **Topic 12**: q12" in read(post)


def test_who_follows_nothing_is_told_how() -> None:
    assert "`/topics follow" in read(topics.topic_list([], None))
    assert "You no longer follow “diffusion”." in read(topics.unfollowed(make_topic("diffusion")))


def test_closed_direct_messages_are_said_where_topics_are_listed() -> None:
    person = make_person(dm_closed_at=BASE)
    for post in (topics.topic_list([make_topic()], person), topics.direct_messages_closed(person)):
        assert "allow direct messages; then follow any topic again." in read(post)
    assert "allow direct messages" not in read(topics.topic_list([make_topic()], make_person()))
