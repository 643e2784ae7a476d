"""Every slash command, typed by people at the stand-in, answered by the real client."""

import pytest

from bot.ports import Resources
from bot.services import channels, topics
from tests.builders import make_family, make_setup
from tests.discord_ui.conftest import Lab
from tests.services.seeding import keep

pytestmark = pytest.mark.usefixtures("stocked", "client")


async def test_the_papers_of_the_newest_day_are_shown_to_everybody(lab: Lab) -> None:
    reply = await lab.guest.slash(lab.papers, "papers today")
    assert not reply.ephemeral
    assert "Diffusion models for weather" in reply.text
    assert "1–5 of 9" in reply.text


@pytest.mark.parametrize("day", ["2025-03-14", "2025-W11", "2025-03"])
async def test_a_day_a_week_or_a_month_may_be_asked_for(lab: Lab, day: str) -> None:
    reply = await lab.guest.slash(lab.papers, "papers today", day=day, sort="top")
    assert "Diffusion models for weather" in reply.text


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("papers today", {"day": "2031-01-01"}, "still to come"),
        ("papers today", {"day": "someday"}, "is not a day"),
        ("papers search", {"query": 'a "broken phrase'}, "I cannot read this query"),
        ("papers show", {"paper": "not-a-paper"}, "does not name a paper"),
        ("papers show", {"paper": "2503.99999"}, "is not in the store"),
        ("papers similar", {"paper": "2503.99999"}, "is not in the store"),
        ("topics unfollow", {"topic": "7"}, "You do not follow"),
        ("topics follow", {"query": "diffusion", "zone": "Berlinn"}, "Europe/Berlin"),
        ("topics follow", {"query": "diffusion", "hour": "25"}, "is not a time of day"),
    ],
)
async def test_input_that_cannot_be_used_is_explained_to_its_author_alone(
    lab: Lab, command: str, options: dict[str, str], words: str
) -> None:
    reply = await lab.guest.slash(lab.papers, command, **options)
    assert words in reply.text
    assert reply.ephemeral
    assert lab.discord.messages(lab.papers) == []


async def test_a_search_shows_its_first_page(lab: Lab) -> None:
    reply = await lab.guest.slash(lab.papers, "papers search", query="diffusion")
    assert not reply.ephemeral
    assert "of 6" in reply.text
    assert {"Previous", "Next"} <= {button.label for button in reply.buttons}


async def test_a_paper_may_be_named_by_its_address(lab: Lab) -> None:
    reply = await lab.guest.slash(lab.papers, "papers show", paper="https://arxiv.org/abs/2503.00002v3")
    assert "Retrieval with long contexts" in reply.text
    assert "Ask about it" in [button.label for button in reply.buttons]


async def test_papers_like_one_are_found_by_words_of_its_title(lab: Lab, r: Resources) -> None:
    await keep(r, *make_family())
    [offer] = await lab.guest.autocomplete(lab.papers, "papers similar", "paper", "zeolite crystals 4")
    reply = await lab.guest.slash(lab.papers, "papers similar", paper=offer.value)
    assert not reply.ephemeral
    assert "Like “Zeolite crystals 4”" in reply.text
    assert "1–5 of 6" in reply.text
    assert reply.text.count("**[Zeolite crystals ") == 5


async def test_a_question_is_answered_with_passages(lab: Lab) -> None:
    reply = await lab.guest.slash(
        lab.papers, "ask", question="How many samples does the dataset hold?", paper="2503.00002"
    )
    assert not reply.ephemeral
    assert reply.deferred
    assert "2" in reply.text.partition("\n> ")[2]
    assert "passages" in reply.text


async def test_topics_are_followed_listed_and_ended_in_private(lab: Lab, r: Resources) -> None:
    followed = await lab.guest.slash(lab.papers, "topics follow", query="diffusion", hour="8:30", zone="Europe/Berlin")
    assert followed.ephemeral
    assert "6 papers of 9 matched in the last 14 days" in followed.text
    assert "08:30 (Europe/Berlin)" in followed.text
    listed = await lab.guest.slash(lab.guest.dm, "topics list")
    assert "diffusion" in listed.text
    [offer] = await lab.guest.autocomplete(lab.papers, "topics unfollow", "topic", "diff")
    ended = await lab.guest.slash(lab.papers, "topics unfollow", topic=offer.value)
    assert "You no longer follow" in ended.text
    assert ended.ephemeral
    assert await topics.mine(r, lab.guest.id) != (None, ())
    assert (await topics.mine(r, lab.guest.id))[1] == ()


async def test_help_and_status_answer_in_private_also_in_direct_messages(lab: Lab) -> None:
    for place in (lab.papers, lab.guest.dm):
        for command, words in (("help", "What I can do for you"), ("status", "The store holds 9 papers")):
            reply = await lab.guest.slash(place, command)
            assert words in reply.text
            assert reply.ephemeral


async def test_a_direct_message_tells_nothing_of_a_server(lab: Lab, r: Resources) -> None:
    setup = await channels.create(r, make_setup(guild_id=lab.guild.id))
    assert str(setup.destination.id) in (await lab.guest.slash(lab.papers, "status")).text
    assert str(setup.destination.id) not in (await lab.guest.slash(lab.guest.dm, "status")).text


async def test_everything_kept_of_a_person_comes_as_a_file(lab: Lab) -> None:
    await lab.guest.slash(lab.papers, "topics follow", query="diffusion")
    reply = await lab.guest.slash(lab.papers, "privacy export")
    assert reply.ephemeral
    assert "1 topic" in reply.text
    [file] = reply.message.attachments
    assert file["filename"] == "paperboy.json"
    assert file["size"] > len("diffusion")


async def test_forgetting_asks_first_and_then_leaves_nothing(lab: Lab, r: Resources) -> None:
    await lab.guest.slash(lab.papers, "topics follow", query="diffusion")
    asked = await lab.guest.slash(lab.papers, "privacy forget")
    assert "It cannot be undone" in asked.text
    assert (await topics.mine(r, lab.guest.id))[1]
    done = await lab.guest.press(asked.message, "Delete it all")
    assert "Forgotten" in done.text
    assert done.ephemeral
    assert await topics.mine(r, lab.guest.id) == (None, ())


async def test_where_nothing_is_kept_there_is_no_file_and_nothing_to_confirm(lab: Lab) -> None:
    exported = await lab.guest.slash(lab.papers, "privacy export")
    assert "I keep nothing of you" in exported.text
    assert exported.message.attachments == []
    assert (await lab.guest.slash(lab.papers, "privacy forget")).buttons == []


async def test_somebody_who_ended_every_topic_is_told_that_their_hour_is_still_kept(lab: Lab) -> None:
    await lab.guest.slash(lab.papers, "topics follow", query="diffusion")
    await lab.guest.slash(lab.papers, "topics unfollow", topic="diffusion")
    exported = await lab.guest.slash(lab.papers, "privacy export")
    assert "the hour of your daily message" in exported.text
    assert len(exported.message.attachments) == 1
