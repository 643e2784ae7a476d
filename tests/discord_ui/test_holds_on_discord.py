"""What stands still until a person acts: told once and in private, looked at again by a button."""

from datetime import timedelta

import pytest

from bot.discord_ui.asides import Asides
from bot.discord_ui.client import PaperboyClient
from bot.discord_ui.replies import Interaction
from bot.ports import Resources
from bot.services import channels, dispatch, topics
from storage.records import ChannelSetup, DeliveryState, Destination, DestinationKind, Obstacle
from tests.builders import BASE, FakeClock, make_person, make_setup, make_topic
from tests.discord_ui.conftest import Lab, until
from tests.standins.discord import Message, Permission, Reply

pytestmark = pytest.mark.usefixtures("stocked")


@pytest.fixture
async def setup(lab: Lab, r: Resources) -> ChannelSetup:
    here = Destination(kind=DestinationKind.CHANNEL, id=lab.papers.id)
    return await channels.create(r, make_setup(guild_id=lab.guild.id, destination=here, created_by=lab.admin.id))


async def lacks(client: PaperboyClient, setup: ChannelSetup, *, lacking: bool) -> None:
    """As soon as the client knows."""

    async def is_known() -> bool:
        return bool(await client.outbox.missing_permissions(setup.destination)) == lacking

    await until(is_known)


@pytest.fixture
async def notice(lab: Lab, r: Resources, client: PaperboyClient, setup: ChannelSetup) -> Message:
    """What the admin got when the digest could not be posted."""
    lab.discord.world.revoke(lab.papers, Permission.SEND_MESSAGES)
    await lacks(client, setup, lacking=True)
    await dispatch.tick(r, client.outbox)
    await dispatch.tick(r, client.outbox)
    [message] = lab.discord.messages(lab.admin.dm)
    return message


async def paused(r: Resources, setup: ChannelSetup) -> Obstacle | None:
    return (await channels.setup_by_id(r, setup.id)).obstacle


async def test_who_set_it_up_looks_again_and_what_waited_goes_out(
    lab: Lab, r: Resources, client: PaperboyClient, setup: ChannelSetup, notice: Message
) -> None:
    still = await lab.admin.press(notice, "Check again")
    assert still.message is notice
    assert "### Not yet" in still.text
    assert "Send Messages" in still.text
    lab.discord.world.grant(lab.papers, Permission.SEND_MESSAGES)
    await lacks(client, setup, lacking=False)
    done = await lab.admin.press(notice, "Check again")
    assert "### Running again" in done.text
    assert await paused(r, setup) is None
    await dispatch.tick(r, client.outbox)
    assert len(lab.discord.messages(lab.papers)) == 1


async def test_the_button_is_nobody_elses(
    lab: Lab, r: Resources, client: PaperboyClient, setup: ChannelSetup, notice: Message
) -> None:
    lab.discord.world.grant(lab.papers, Permission.SEND_MESSAGES)
    await lacks(client, setup, lacking=False)
    copied = Message(
        id=lab.discord.world.ids.next(),
        channel=lab.guest.dm,
        author=notice.author,
        created_at=notice.created_at,
        components=notice.components,
        flags=notice.flags,
    )
    lab.discord.world.post(copied)
    refused = await lab.guest.press(copied, "Check again")
    assert "Only who got this message" in refused.text
    assert await paused(r, setup) is Obstacle.PERMISSION
    in_the_server = Message(
        id=lab.discord.world.ids.next(),
        channel=lab.papers,
        author=notice.author,
        created_at=notice.created_at,
        components=notice.components,
        flags=notice.flags,
    )
    lab.discord.world.post(in_the_server)
    manager = lab.discord.add_person("emmy", lab.guild, permissions=Permission.MANAGE_GUILD)
    refused = await lab.guest.press(in_the_server, "Check again")
    assert "Only who got this message" in refused.text
    done = await manager.press(in_the_server, "Check again")
    assert "### Running again" in done.text


async def test_a_pause_by_hand_is_left_to_the_server(
    lab: Lab, r: Resources, setup: ChannelSetup, notice: Message
) -> None:
    await channels.pause(r, setup.id)
    reply = await lab.admin.press(notice, "Check again")
    assert "### Paused by hand" in reply.text
    assert (await channels.setup_by_id(r, setup.id)).paused_because == channels.PAUSED_BY_ADMIN


# --- said beside the next command ---


async def told_beside(reply: Reply) -> str:
    await until(lambda: bool(reply.followups))
    assert all(message.ephemeral for message in reply.followups)
    return "\n".join(message.text for message in reply.followups)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The commands after which all was said that there was to say."""
    after, found = Asides.after, set()

    async def noted(self: Asides, interaction: Interaction) -> None:
        await after(self, interaction)
        found.add(interaction.id)

    monkeypatch.setattr(Asides, "after", noted)
    return found


async def nothing_beside(done: set[int], reply: Reply) -> None:
    await until(lambda: reply.interaction.id in done)
    assert reply.followups == []


@pytest.mark.usefixtures("notice")
async def test_who_may_mend_it_hears_of_a_setup_on_hold_once(lab: Lab, done: set[int]) -> None:
    first = await lab.admin.slash(lab.papers, "papers today")
    beside = await told_beside(first)
    assert "### A digest is on hold" in beside
    assert f"I cannot post in <#{lab.papers.id}>" in beside
    assert not first.message.ephemeral
    await nothing_beside(done, await lab.admin.slash(lab.papers, "papers today"))
    await nothing_beside(done, await lab.guest.slash(lab.papers, "papers today"))


@pytest.mark.usefixtures("notice")
async def test_what_the_answer_says_itself_is_not_said_beside_it(lab: Lab, done: set[int]) -> None:
    await nothing_beside(done, await lab.admin.slash(lab.papers, "channels list"))
    await nothing_beside(done, await lab.admin.slash(lab.papers, "papers today"))


async def test_closed_direct_messages_are_told_at_the_next_command_and_tried_again(
    lab: Lab, r: Resources, client: PaperboyClient, clock: FakeClock, done: set[int]
) -> None:
    async with r.store.write() as tx:
        await tx.people.save(make_person(lab.guest.id))
        await tx.topics.follow(make_topic("diffusion", person_id=lab.guest.id))
    lab.guest.close_dms()
    await dispatch.tick(r, client.outbox)
    clock.advance(minutes=30)
    reply = await lab.guest.slash(lab.papers, "papers today")
    beside = await told_beside(reply)
    assert "### Your direct messages are closed to me" in beside
    await nothing_beside(done, await lab.guest.slash(lab.papers, "status"))
    lab.guest.user.dms_open = True
    again = await lab.guest.press(reply.followups[0], "Try again")
    assert "What waited for you comes in a moment." in again.text
    await dispatch.tick(r, client.outbox)
    [message] = lab.discord.messages(lab.guest.dm)
    assert "Your topics" in message.text
    person, _ = await topics.mine(r, lab.guest.id)
    assert person is not None
    assert person.dm_closed_at is None


async def test_what_waited_too_long_for_closed_direct_messages_could_not_be_delivered(
    lab: Lab, r: Resources, client: PaperboyClient, clock: FakeClock
) -> None:
    async with r.store.write() as tx:
        await tx.people.save(make_person(lab.guest.id))
        await tx.topics.follow(make_topic("diffusion", person_id=lab.guest.id))
    lab.guest.close_dms()
    await dispatch.tick(r, client.outbox)
    clock.now = BASE + timedelta(hours=7)
    await dispatch.tick(r, client.outbox)
    async with r.store.read() as tx:
        [only] = await tx.deliveries.recent()
    assert only.state is DeliveryState.UNREACHABLE
    lab.guest.user.dms_open = True
    await topics.write_again(r, lab.guest.id)
    await dispatch.tick(r, client.outbox)
    assert lab.discord.messages(lab.guest.dm) == []
