"""A thread about papers: opened by a command, remembered, asked, and added to."""

import pytest

from bot.discord_ui.client import PaperboyClient
from bot.ports import Resources
from tests.discord_ui.conftest import PAPERS, Lab, until
from tests.standins.discord import Channel, Permission, Reply

pytestmark = pytest.mark.usefixtures("stocked", "client")

ONE, TWO = PAPERS[1], PAPERS[5]


@pytest.fixture
def may_write(lab: Lab) -> None:
    for what in (Permission.SEND_MESSAGES_IN_THREADS, Permission.CREATE_PUBLIC_THREADS):
        lab.discord.world.grant(lab.papers, what, target=lab.guest.user)


def threads(lab: Lab) -> list[Channel]:
    return [one for one in lab.discord.world.channels.values() if one.parent is lab.papers]


@pytest.fixture
async def thread(lab: Lab, may_write: None) -> Channel:
    """One about the first paper."""
    await lab.guest.slash(lab.papers, "discuss start", paper=ONE.id)
    return threads(lab)[0]


async def test_a_command_opens_a_thread_that_begins_with_what_is_worth_asking(lab: Lab, may_write: None) -> None:
    reply = await lab.guest.slash(lab.papers, "discuss start", paper=ONE.id)
    [thread] = threads(lab)
    assert reply.ephemeral
    assert f"<#{thread.id}>" in reply.text
    [card] = lab.discord.messages(thread)
    for told in (ONE.title, "We study retrieval with long contexts.", "Key figures", "**2 samples**", "Worth asking"):
        assert told in card.text
    assert len([one for one in card.buttons if one.custom_id and one.custom_id.startswith(f"pb:ask:{ONE.id}:")]) == 3
    again = await lab.guest.slash(lab.papers, "discuss start", paper=ONE.id)
    assert "There is a thread already" in again.text
    assert threads(lab) == [thread]


async def test_a_question_worth_asking_is_asked_by_its_button(lab: Lab, thread: Channel) -> None:
    [card] = lab.discord.messages(thread)
    reply = await lab.guest.press(card, f"pb:ask:{ONE.id}:data")
    assert "Which datasets and benchmarks does this paper rest on?" in reply.text
    assert "The dataset holds 2 samples." in reply.text.replace("**", "")
    assert not reply.ephemeral
    lab.discord.world.revoke(lab.papers, Permission.SEND_MESSAGES_IN_THREADS, target=lab.guest.user)
    assert (await lab.guest.press(card, f"pb:ask:{ONE.id}:data")).ephemeral


async def test_in_a_thread_a_question_is_about_its_papers(lab: Lab, thread: Channel) -> None:
    asked = {"question": "How many samples does the dataset hold?"}
    assert "holds 2 samples" in (await lab.guest.slash(thread, "ask", **asked)).text.replace("**", "")
    both = await lab.guest.slash(thread, "discuss add", paper=TWO.id)
    assert f"{TWO.title} is in" in both.text
    answer = (await lab.guest.slash(thread, "ask", **asked)).text.replace("**", "")
    assert "holds 2 samples" in answer
    assert "holds 6 samples" in answer
    named = await lab.guest.slash(thread, "ask", question=f"How many samples does the dataset of {PAPERS[3].id} hold?")
    assert "holds 4 samples" in named.text.replace("**", "")
    listed = await lab.guest.press(lab.discord.messages(thread)[0], "Papers here")
    assert ONE.title in listed.text
    assert TWO.title in listed.text


async def test_a_thread_takes_ten_papers(lab: Lab, thread: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.discussed.MOST_PAPERS_ASKED", 1)
    assert "up to 1 papers" in (await lab.guest.slash(thread, "discuss add", paper=TWO.id)).text
    assert f"{ONE.title} is in" in (await lab.guest.slash(thread, "discuss add", paper=ONE.id)).text


async def test_a_deleted_thread_is_forgotten(lab: Lab, r: Resources, client: PaperboyClient, thread: Channel) -> None:
    async def forgotten() -> bool:
        async with r.store.read() as tx:
            return await tx.discussions.papers(thread.id) == ()

    assert not await forgotten()
    lab.discord.world.remove_channel(thread)
    await until(forgotten)


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        (Permission.CREATE_PUBLIC_THREADS, "Create Public Threads"),
        (Permission.SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
    ],
)
async def test_who_could_open_no_thread_gets_none(lab: Lab, may_write: None, lacking: Permission, told: str) -> None:
    lab.discord.world.revoke(lab.papers, lacking, target=lab.guest.user)
    assert told in (await lab.guest.slash(lab.papers, "discuss start", paper=ONE.id)).text
    assert threads(lab) == []


async def test_where_there_is_no_thread_it_is_said(lab: Lab, thread: Channel) -> None:
    assert "in a thread" in (await lab.guest.slash(lab.papers, "discuss add", paper=ONE.id)).text
    assert "in a thread" in (await lab.guest.slash(lab.papers, "discuss papers")).text
    assert "/discuss add" in (await lab.guest.slash(thread, "discuss start", paper=ONE.id)).text


def mention(lab: Lab) -> str:
    return f"<@{lab.discord.world.bot.id}>"


async def test_a_mention_in_a_thread_asks_about_its_papers(lab: Lab, thread: Channel) -> None:
    asked = lab.guest.say(thread, f"{mention(lab)} How many samples does the dataset hold?")
    *_, answer = await lab.discord.messages_in(thread, 3)
    assert "“How many samples does the dataset hold?”" in answer.text
    assert "holds 2 samples" in answer.text.replace("**", "")
    [sent] = [one for one in lab.discord.requests_to("create_message") if "message_reference" in one.json]
    assert sent.json["message_reference"]["message_id"] in {asked.id, str(asked.id)}
    assert sent.json["allowed_mentions"]["parse"] == []


async def test_a_question_goes_on_from_the_one_before_in_its_thread(
    lab: Lab, r: Resources, client: PaperboyClient, thread: Channel
) -> None:
    assert "holds 2 samples" in (
        await lab.guest.slash(thread, "ask", question="How many samples does the dataset hold?")
    ).text.replace("**", "")
    further = await lab.guest.slash(thread, "ask", question="And this one?")
    assert "“And this one?”" in further.text
    assert "holds 2 samples" in further.text.replace("**", "")
    async with r.store.read() as tx:
        asked = [(thread_id, turn.question) for thread_id, turn in await tx.discussions.turns_of(lab.guest.user.id)]
    assert asked == [(thread.id, "How many samples does the dataset hold?"), (thread.id, "And this one?")]


async def test_what_mentions_nobody_or_stands_elsewhere_is_passed_over(lab: Lab, thread: Channel) -> None:
    lab.discord.world.grant(lab.papers, Permission.SEND_MESSAGES, target=lab.guest.user)
    lab.guest.say(thread, "How many samples?")
    lab.guest.say(lab.papers, f"{mention(lab)} How many samples?")
    lab.guest.say(thread, f"{mention(lab)}")
    messages = await lab.discord.messages_in(thread, 4)
    assert "Ask something" in messages[-1].text
    lab.guest.say(thread, f"{mention(lab)} {'how? ' * 380}")
    messages = await lab.discord.messages_in(thread, 6)
    assert "The question has 1899 characters; up to 500 are read." in messages[-1].text
    assert [one.author for one in lab.discord.messages(lab.papers)] == [lab.guest.user]


async def test_who_asks_too_fast_is_told_once(lab: Lab, thread: Channel) -> None:
    for number in range(7):
        lab.guest.say(thread, f"{mention(lab)} What is studied here, and how, {number}?")
    messages = await lab.discord.messages_in(thread, 1 + 7 + 5)
    told = [one for one in messages if "questions in a minute" in one.text]
    assert len(told) == 1


async def told_privately(reply: Reply) -> str:
    await until(lambda: bool(reply.followups))
    [message] = reply.followups
    assert message.ephemeral
    return message.text


async def test_in_a_thread_its_paper_is_summed_up_and_its_papers_are_compared(lab: Lab, thread: Channel) -> None:
    summary = await lab.guest.slash(thread, "summary")
    assert f"Key points: [{ONE.title}]" in summary.text
    assert not summary.ephemeral
    shorter = await lab.guest.press(summary.message, "TL;DR")
    assert f"TL;DR: [{ONE.title}]" in shorter.text
    assert "Name two to four papers" in await told_privately(await lab.guest.slash(thread, "compare"))
    await lab.guest.slash(thread, "discuss add", paper=TWO.id)
    assert "say which of them you mean" in await told_privately(await lab.guest.slash(thread, "summary"))
    compared = await lab.guest.slash(thread, "compare")
    assert "Side by side" in compared.text
    assert ONE.title in compared.text
    assert TWO.title in compared.text
    named = await lab.guest.slash(lab.papers, "compare", first=ONE.id, second=PAPERS[3].id)
    assert PAPERS[3].title in named.text


async def test_what_is_asked_of_a_named_paper_and_what_is_summed_up_is_remembered_in_the_thread(
    lab: Lab, thread: Channel, r: Resources
) -> None:
    await lab.guest.slash(thread, "ask", question="How many samples?", paper=TWO.id)
    await lab.guest.slash(thread, "summary")
    await lab.guest.slash(thread, "compare", first=TWO.id)
    async with r.store.read() as tx:
        turns = [turn.question for _, turn in await tx.discussions.turns_of(lab.guest.user.id)]
    assert turns == [
        "How many samples?",
        "What are the key points of “Retrieval with long contexts”?",
        "How do “Reading tables” and “Retrieval with long contexts” compare?",
    ]
