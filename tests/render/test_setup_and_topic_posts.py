"""What admins and followers are told: what comes, when, what is missing, and how to end it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.ranking import Ranked
from bot.core.reports import SetupHealth
from bot.discord_ui import permissions
from bot.render import channels, topics
from bot.render.actions import ChannelAct, ChannelAction, ConfirmSetup, Recheck, UnfollowTopic, WriteAgain
from bot.render.marker import with_token
from bot.render.post import ButtonLook, Post
from storage.records import (
    WORKING_DAYS,
    Cadence,
    DeliveryState,
    Destination,
    DestinationKind,
    Layout,
    Obstacle,
    Settle,
    Sort,
    TagRule,
)
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
from tests.render.reading import acts, buttons, read

SETUP = make_setup(id=3, schedule=make_schedule(zone="Europe/Berlin", weekdays=WORKING_DAYS))
HERE = f"<#{CHANNEL.id}>"
DUE = BASE + timedelta(hours=20)


def test_a_setup_is_told_in_one_sentence_with_its_next_digest() -> None:
    setup = replace(SETUP, query="diffusion", min_upvotes=5, sort=Sort.TOP)
    words = read(channels.setup_done(setup, next_due=DUE))
    expected = "up to 5 most upvoted papers matching “diffusion” with 5 upvotes or more, Monday to Friday at 09:00"
    assert f"In {HERE}: {expected} (Europe/Berlin)." in words
    assert f"**Next digest**: <t:{int(DUE.timestamp())}:f>" in words


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"layout": Layout.THREADS}, "Each paper of the message can be given a thread."),
        ({"layout": Layout.CARDS, "publish": True}, "as a message of its own. What I post is published"),
        ({"layout": Layout.FORUM}, "Each paper comes as a post of its own."),
        ({"settle": Settle.SETTLED}, "those listed since the digest before, up to the day before: those lists are"),
        ({"settle": Settle.SETTLED, "schedule": make_schedule()},
         "The papers are those of the day before, whose list is complete."),
        ({"settle": Settle.COMPLETED}, "The message is kept up to date until the next one comes."),
        ({"quiet": True}, "A day without papers passes in silence."),
        ({"role_id": 42}, "Each digest mentions <@&42>."),
        ({"tags": (TagRule(name="NLP", query="cat:cs.CL"), TagRule(name="Papers"))},
         "Tags: `NLP: cat:cs.CL; Papers: *`."),
        ({"schedule": make_schedule(cadence=Cadence.WEEKLY, weekdays=WORKING_DAYS)}, "each week on Monday at 09:00"),
        ({"schedule": make_schedule(cadence=Cadence.MONTHLY)}, "each month on the 1st at 09:00"),
        ({"schedule": make_schedule(cadence=Cadence.MONTHLY, weekdays=WORKING_DAYS)}, "on the first working day at"),
        ({"schedule": make_schedule(cadence=Cadence.MONTHLY, weekdays=frozenset({0, 3}))},
         "each month on the first Monday or Thursday at 09:00"),
        ({"schedule": make_schedule(cadence=Cadence.MONTHLY), "quiet": True}, "A month without papers"),
    ],
)  # fmt: skip
def test_what_was_chosen_beside_the_usual_is_told_in_short_sentences(facts: dict[str, Any], words: str) -> None:
    assert words in read(channels.setup_done(replace(SETUP, **facts), next_due=DUE))


def test_the_usual_setup_is_told_in_one_sentence_only() -> None:
    assert len(read(channels.setup_done(SETUP, next_due=DUE)).splitlines()) == 4
    weekly = make_setup(settle=Settle.SETTLED, schedule=make_schedule(cadence=Cadence.WEEKLY))
    assert "day before" not in read(channels.setup_done(weekly, next_due=DUE))


def test_a_setup_on_hold_is_told_to_whoever_can_mend_it_with_a_button_that_looks_again() -> None:
    reason = "Paperboy lacks permission here: Send Messages."
    stopped = replace(SETUP, paused_because=reason, obstacle=Obstacle.PERMISSION, paused_at=BASE)
    post = channels.paused_notice(stopped, "token-of-the-notice", guild="The @everyone Lab")
    words = read(post)
    assert f"I cannot post in {HERE} of The @\u200beveryone Lab (setup 3), so its digests wait. {reason}" in words
    assert "1. Open the channel's settings, and there Permissions.\n2. Add me" in words
    assert "3. Press Check again." in words
    assert acts(post) == {"Check again": Recheck(3, "token-of-the-notice")}
    assert buttons(with_token(post, "token-of-the-notice", "t"))["Check again"].action == "pb:recheck:3:t"


@pytest.mark.parametrize("obstacle", [*Obstacle, None])
def test_each_obstacle_has_its_steps(obstacle: Obstacle | None) -> None:
    stopped = replace(SETUP, paused_because="The cause.", obstacle=obstacle, paused_at=BASE)
    for post in (channels.paused_notice(stopped, "t"), channels.recheck_failed(stopped, "t", "The cause.")):
        words = read(post)
        assert "The cause." in words
        assert "\n1. " in words
        assert "Press Check again." in words


def test_what_is_in_the_way_now_is_told_rather_than_what_was() -> None:
    stopped = replace(SETUP, paused_because="The old cause.", obstacle=Obstacle.PERMISSION, paused_at=BASE)
    assert "so its digests wait. The new one." in read(channels.recheck_failed(stopped, "t", "the new one"))


def test_what_is_mended_runs_again() -> None:
    words = read(channels.recheck_done(SETUP, next_due=DUE))
    assert words.startswith("### Running again\n")
    assert f"I can post in {HERE} again." in words
    assert f"**Next digest**: <t:{int(DUE.timestamp())}:f>" in words
    assert acts(channels.recheck_done(SETUP, next_due=None)) == {}, "it is read in a direct message"


def test_a_pause_by_hand_is_not_undone_by_looking_again() -> None:
    assert "`/channels resume 3`" in read(channels.paused_by_hand(replace(SETUP, paused_because="paused by an admin")))


def test_what_was_changed_is_told_as_it_is_now() -> None:
    words = read(channels.edited(replace(SETUP, quiet=True), next_due=DUE))
    assert words.startswith("### Changed\n")
    assert "A day without papers passes in silence." in words
    assert f"**Next digest**: <t:{int(DUE.timestamp())}:f>" in words
    stopped = channels.edited(replace(SETUP, paused_because="paused by an admin"), next_due=DUE)
    assert "It is still paused. Paused by an admin." in read(stopped)
    assert "Next digest" not in read(stopped)
    assert acts(stopped)["Resume"] == ChannelAction(3, ChannelAct.RESUME)
    assert "Send Messages" in read(channels.edited(SETUP, next_due=DUE, missing=["Send Messages"]))


def test_setups_on_hold_are_named_each_with_its_cause_and_its_way_out() -> None:
    stopped = [
        replace(SETUP, id=number, paused_because=f"cause {number}", obstacle=Obstacle.GONE) for number in range(1, 13)
    ]
    one = channels.on_hold(stopped[:1])
    assert "so its digests wait. Cause 1." in read(one)
    assert "Press Resume." in read(one)
    assert acts(one) == {"Resume": ChannelAction(1, ChannelAct.RESUME)}
    several = channels.on_hold(stopped)
    assert read(several).startswith("### 12 digests are on hold\n")
    assert f"**2:** {HERE}\nCause 2." in read(several)
    assert "and 2 more; see /channels list" in read(several)


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
    lists = (topics.topic_list([make_topic()], person), topics.topic_list([], person))
    for post in (*lists, topics.direct_messages_closed(person)):
        assert "allow direct messages; then press Try again." in read(post)
        assert acts(post)["Try again"] == WriteAgain()
    assert "allow direct messages" not in read(topics.topic_list([make_topic()], make_person()))


def test_who_is_written_to_again_is_told_when() -> None:
    words = read(topics.writing_again(make_person(), waits=False))
    assert "Topics that you follow come every day at 09:00 (UTC), news of papers that you saved at once." in words
    assert "What waited for you comes in a moment." in read(topics.writing_again(make_person(), waits=True))
