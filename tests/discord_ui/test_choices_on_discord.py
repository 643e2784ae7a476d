"""A server's admins choose how it is answered; who may not ask is told why and who can mend it."""

from dataclasses import replace

import pytest

from bot.answering.extractive import Extractive
from bot.core.allowance import Allowance
from bot.discord_ui.client import PaperboyClient
from bot.ports import Resources
from tests.discord_ui.conftest import PAPERS, Lab, until
from tests.standins.discord import Permission

pytestmark = pytest.mark.usefixtures("stocked", "client")

QUESTION = "How many samples does the dataset hold?"
PAPER = PAPERS[1]


class Named(Extractive):
    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        return self._name


@pytest.fixture
def r(r: Resources) -> Resources:
    """With two models."""
    allowance = Allowance(questions_a_person=3, questions_a_server=20)
    return replace(r, answerer=Named("small-1"), further_models=(Named("large-1"),), allowance=allowance)


async def test_an_admin_sees_and_changes_how_the_server_is_answered(lab: Lab) -> None:
    before = await lab.admin.slash(lab.papers, "answers")
    assert before.ephemeral
    for told in (
        "by small-1",
        "that of the question",
        "everybody",
        "20 of all members",
        "small-1, large-1 or passages",
    ):
        assert told in before.text
    after = await lab.admin.slash(lab.papers, "answers", model="large-1", language="German", questions=5)
    for told in ("by large-1", "Language: German", "5 of all members together, of 20 that whoever runs me allows"):
        assert told in after.text
    assert "Quotations stay in the language of their paper" in after.text
    wrong = await lab.admin.slash(lab.papers, "answers", questions=21)
    assert "allows each server 20 questions a day" in wrong.text


async def test_models_and_languages_are_offered(lab: Lab, client: PaperboyClient) -> None:
    models = await lab.admin.autocomplete(lab.papers, "answers", "model", "")
    assert [one.value for one in models] == ["small-1", "large-1", "passages"]
    [german] = await lab.admin.autocomplete(lab.papers, "answers", "language", "deu")
    assert german.value == "German"


async def test_a_guest_cannot_choose_even_where_the_command_is_shown_to_them(lab: Lab) -> None:
    [command] = [one for one in lab.discord.rest.registry.of(None) if one["name"] == "answers"]
    command["default_member_permissions"] = None  # as an admin may set it in the server's settings
    reply = await lab.guest.slash(lab.papers, "answers", model="passages")
    assert "Manage Server" in reply.text


async def test_who_lacks_the_role_is_told_privately_which_one_it_takes(lab: Lab) -> None:
    readers = lab.discord.world.add_role(lab.guild, "readers", Permission(0))
    await lab.admin.slash(lab.papers, "answers", role=readers)
    refused = await lab.guest.slash(lab.papers, "ask", question=QUESTION, paper=PAPER.id)
    await until(lambda: bool(refused.messages))
    assert refused.ephemeral
    for told in ("You may not ask here", f"<@&{readers.id}>", "/answers"):
        assert told in refused.text
    quota = await lab.guest.slash(lab.papers, "quota")
    assert f"May ask: members with <@&{readers.id}>" in quota.text
    lab.guild.members[lab.guest.user.id].role_ids.append(readers.id)
    answered = await lab.guest.slash(lab.papers, "ask", question=QUESTION, paper=PAPER.id)
    assert "2 samples" in answered.text.replace("**", "")


async def test_a_button_asks_for_the_role_at_its_press(lab: Lab) -> None:
    card = await lab.guest.slash(lab.papers, "summary", paper=PAPER.id)
    readers = lab.discord.world.add_role(lab.guild, "readers", Permission(0))
    await lab.admin.slash(lab.papers, "answers", role=readers)
    pressed = await lab.guest.press(card.message, f"pb:summary:{PAPER.id}:tldr")
    await until(lambda: "You may not ask here" in pressed.text)
    assert pressed.ephemeral


async def test_a_mention_is_answered_only_where_its_author_has_the_role(lab: Lab) -> None:
    for what in (Permission.SEND_MESSAGES_IN_THREADS, Permission.CREATE_PUBLIC_THREADS):
        lab.discord.world.grant(lab.papers, what, target=lab.guest.user)
    await lab.guest.slash(lab.papers, "discuss start", paper=PAPER.id)
    [thread] = [one for one in lab.discord.world.channels.values() if one.parent is lab.papers]
    readers = lab.discord.world.add_role(lab.guild, "readers", Permission(0))
    await lab.admin.slash(lab.papers, "answers", role=readers)
    lab.guest.say(thread, f"<@{lab.discord.world.bot.id}> {QUESTION}")
    *_, refused = await lab.discord.messages_in(thread, 3)
    assert f"only members with <@&{readers.id}> may ask" in refused.text
    lab.guild.members[lab.guest.user.id].role_ids.append(readers.id)
    lab.guest.say(thread, f"<@{lab.discord.world.bot.id}> {QUESTION}")
    *_, answered = await lab.discord.messages_in(thread, 5)
    assert "2 samples" in answered.text.replace("**", "")
