"""People at the stand-in and the real client's answers to them."""

import asyncio
from datetime import timedelta
from typing import Any, Literal

import discord as dpy
import pytest
from discord import app_commands

from tests.standins.discord import (
    CannotDo,
    Channel,
    ChannelKind,
    DiscordStandIn,
    NoAnswer,
    Permission,
    Person,
)
from tests.standins.discord_client import Bot, running

Interaction = dpy.Interaction[Any]


class Counter(dpy.ui.LayoutView):
    """A view that lives in its buttons."""

    def __init__(self, count: int = 0) -> None:
        super().__init__(timeout=None)
        self.count = count
        button: dpy.ui.Button[Any] = dpy.ui.Button(label="More", custom_id="more")
        button.callback = self.more  # type: ignore[method-assign] # how the library wants it without a subclass
        menu: dpy.ui.ChannelSelect[Any] = dpy.ui.ChannelSelect(custom_id="where", channel_types=[dpy.ChannelType.text])
        menu.callback = self.chosen  # type: ignore[method-assign] # as above
        self.add_item(dpy.ui.TextDisplay(f"count {count}"))
        self.add_item(dpy.ui.ActionRow(button, dpy.ui.Button(label="arXiv", url="https://arxiv.org")))
        self.add_item(dpy.ui.ActionRow(menu))

    async def more(self, interaction: Interaction) -> None:
        await interaction.response.edit_message(view=Counter(self.count + 1))

    async def chosen(self, interaction: Interaction) -> None:
        names = [channel["name"] for channel in (interaction.data or {})["resolved"]["channels"].values()]  # type: ignore[typeddict-item,index] # what a select sends
        await interaction.response.send_message(f"chosen: {names}", ephemeral=True)


class Form(dpy.ui.Modal, title="Say more"):
    words: dpy.ui.Label[Any] = dpy.ui.Label(text="Words", component=dpy.ui.TextInput(custom_id="words", max_length=10))

    async def on_submit(self, interaction: Interaction) -> None:
        assert isinstance(self.words.component, dpy.ui.TextInput)
        await interaction.response.send_message(f"you said {self.words.component.value}")


def make_bot() -> Bot:
    bot = Bot()
    papers = app_commands.Group(name="papers", description="papers")

    @papers.command(description="search")
    async def search(
        interaction: Interaction, query: app_commands.Range[str, 2, 20], sort: Literal["new", "top"] = "new"
    ) -> None:
        await interaction.response.send_message(f"{query} by {sort}")

    @papers.command(description="slow")
    async def slow(interaction: Interaction, hidden: bool = False) -> None:
        await interaction.response.defer(ephemeral=hidden, thinking=True)
        await asyncio.sleep(0.05)
        await interaction.edit_original_response(view=Counter())
        await interaction.followup.send("and more", ephemeral=True)

    @search.autocomplete("query")
    async def complete(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}{end}", value=f"{typed}{end}") for end in ("ing", "ed")]

    @bot.tree.command(description="setup")
    @app_commands.guild_only()
    @app_commands.default_permissions(manage_guild=True)
    async def setup(interaction: Interaction, channel: dpy.TextChannel, limit: app_commands.Range[int, 1, 10]) -> None:
        await interaction.response.send_message(f"{channel.mention} {limit}", ephemeral=True)

    @bot.tree.command(description="form")
    async def form(interaction: Interaction) -> None:
        await interaction.response.send_modal(Form())

    @bot.tree.command(description="silent")
    async def silent(interaction: Interaction) -> None: ...

    bot.tree.add_command(papers)
    return bot


@pytest.fixture
async def discord() -> Any:
    async with DiscordStandIn() as stand_in:
        guild = stand_in.world.add_guild("Lab")
        stand_in.world.add_channel(guild, "papers")
        async with running(stand_in, make_bot()) as bot:
            await bot.tree.sync()
            yield stand_in
        assert stand_in.violations == []


@pytest.fixture
def papers(discord: DiscordStandIn) -> Channel:
    return next(channel for channel in discord.world.channels.values() if channel.name == "papers")


@pytest.fixture
def alice(discord: DiscordStandIn, papers: Channel) -> Person:
    return discord.add_person("alice", papers.guild, permissions=Permission.MANAGE_GUILD, patience=3)


async def test_a_command_is_answered_in_its_channel(alice: Person, papers: Channel, discord: DiscordStandIn) -> None:
    reply = await alice.slash(papers, "papers search", query="attention", sort="top")
    assert (reply.text, reply.ephemeral, reply.deferred) == ("attention by top", False, False)
    assert discord.messages(papers) == [reply.message]
    assert reply.acknowledged_in < 3


async def test_commands_work_in_direct_messages_unless_they_are_for_servers(alice: Person) -> None:
    assert (await alice.slash(alice.dm, "papers search", query="attention")).text == "attention by new"
    with pytest.raises(CannotDo, match="not offered in direct messages"):
        await alice.slash(alice.dm, "setup")


async def test_an_ephemeral_answer_is_in_nobodys_channel(
    alice: Person, papers: Channel, discord: DiscordStandIn
) -> None:
    reply = await alice.slash(papers, "setup", channel=papers, limit=3)
    assert (reply.text, reply.ephemeral) == (f"<#{papers.id}> 3", True)
    assert discord.messages(papers) == []


@pytest.mark.parametrize("hidden", [True, False])
async def test_a_deferred_answer_is_waited_for(
    alice: Person, papers: Channel, discord: DiscordStandIn, hidden: bool
) -> None:
    reply = await alice.slash(papers, "papers slow", hidden=hidden)
    assert (reply.message.text, reply.message.ephemeral, reply.deferred) == ("count 0", hidden, True)
    await discord.until(lambda: len(reply.followups) == 1)
    assert (reply.followups[0].text, reply.followups[0].ephemeral) == ("and more", True)
    assert len(discord.messages(papers)) == (0 if hidden else 1)


async def test_buttons_change_their_message(alice: Person, papers: Channel) -> None:
    reply = await alice.slash(papers, "papers slow")
    again = await alice.press(reply.message, "more")
    assert again.message is reply.message
    assert (await alice.press(reply.message, "More")).text == "count 2"


async def test_buttons_are_for_everyone_who_sees_them(alice: Person, papers: Channel, discord: DiscordStandIn) -> None:
    message = (await alice.slash(papers, "papers slow")).message
    bob = discord.add_person("bob", papers.guild, patience=3)
    assert (await bob.press(message, "more")).text == "count 1"
    stranger = discord.add_person("stranger")
    with pytest.raises(CannotDo, match="does not see"):
        await stranger.press(message, "more")
    with pytest.raises(CannotDo, match="0 components"):
        await bob.press(message, "Less")
    with pytest.raises(CannotDo, match="opens an address"):
        await bob.press(message, "arXiv")


async def test_a_button_outlives_the_program_that_sent_it() -> None:
    async with DiscordStandIn() as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        alice = discord.add_person("alice", papers.guild, patience=3)
        async with running(discord) as first:
            await first.at(papers.id).send(view=Counter())
        (message,) = discord.messages(papers)
        with pytest.raises(NoAnswer, match="no bot is connected"):
            await alice.press(message, "more")
        async with running(discord) as second:
            second.add_view(Counter())
            assert (await alice.press(message, "more")).text == "count 1"


async def test_a_menu_offers_what_it_offers(alice: Person, papers: Channel, discord: DiscordStandIn) -> None:
    message = (await alice.slash(papers, "papers slow")).message
    assert (await alice.select(message, "where", papers)).text == "chosen: ['papers']"
    assert papers.guild is not None
    forum = discord.world.add_channel(papers.guild, "forum", kind=ChannelKind.FORUM)
    with pytest.raises(CannotDo, match="of a kind"):
        await alice.select(message, "where", forum)


async def test_a_modal_is_filled_in(alice: Person, papers: Channel) -> None:
    opened = await alice.slash(papers, "form")
    assert opened.modal["title"] == "Say more"
    with pytest.raises(CannotDo, match="1 to 10 characters"):
        await alice.submit(opened, {"Words": "far too many"})
    assert (await alice.submit(opened, {"Words": "hello"})).text == "you said hello"


async def test_typing_is_completed(alice: Person, papers: Channel) -> None:
    offered = await alice.autocomplete(papers, "papers search", "query", "learn")
    assert [choice.value for choice in offered] == ["learning", "learned"]
    with pytest.raises(CannotDo, match="not completed"):
        await alice.autocomplete(papers, "papers search", "sort", "n")


@pytest.mark.parametrize(
    ("command", "options", "why"),
    [
        ("weather", {}, "no command /weather"),
        ("papers", {}, "not complete"),
        ("papers find", {}, "has no 'find'"),
        ("papers search", {}, "needs 'query'"),
        ("papers search", {"query": "attention", "page": 2}, "no option"),
        ("papers search", {"query": "x"}, "2 to 20 characters"),
        ("papers search", {"query": "attention", "sort": "best"}, "offers"),
        ("papers search", {"query": 5}, "does not take"),
        ("setup", {"channel": "papers", "limit": 3}, "does not take"),
    ],
)
async def test_what_the_client_does_not_let_people_type(
    alice: Person, papers: Channel, command: str, options: dict[str, Any], why: str
) -> None:
    with pytest.raises(CannotDo, match=why):
        await alice.slash(papers, command, **options)


async def test_a_command_for_managers_is_not_offered_to_others(papers: Channel, discord: DiscordStandIn) -> None:
    bob = discord.add_person("bob", papers.guild)
    with pytest.raises(CannotDo, match="not offered to bob"):
        await bob.slash(papers, "setup", channel=papers, limit=3)


async def test_a_silent_bot_is_noticed(alice: Person, papers: Channel) -> None:
    alice.patience = 0.05
    with pytest.raises(NoAnswer, match="never acknowledged"):
        await alice.slash(papers, "silent")


@pytest.mark.parametrize(
    ("late", "code"), [(timedelta(seconds=2), None), (timedelta(seconds=4), 10062)], ids=["in time", "too late"]
)
async def test_the_first_answer_has_three_seconds(late: timedelta, code: int | None) -> None:
    await _answer_after(late, code, lambda interaction: interaction.response.send_message("here"))


@pytest.mark.parametrize(
    ("late", "code"), [(timedelta(minutes=14), None), (timedelta(minutes=16), 50027)], ids=["in time", "too late"]
)
async def test_a_token_lives_for_fifteen_minutes(late: timedelta, code: int | None) -> None:
    async def answer(interaction: Interaction) -> None:
        await interaction.edit_original_response(content="here")

    await _answer_after(late, code, answer, deferred=True)


async def _answer_after(late: timedelta, code: int | None, answer: Any, *, deferred: bool = False) -> None:
    failures: asyncio.Queue[int | None] = asyncio.Queue()
    async with DiscordStandIn() as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        alice = discord.add_person("alice", papers.guild, patience=0.2 if code else 3)
        bot = Bot()

        @bot.tree.command(description="answers late")
        async def late_one(interaction: Interaction) -> None:
            if deferred:
                await interaction.response.defer()
            discord.clock.advance(late)
            try:
                await answer(interaction)
            except dpy.HTTPException as error:
                failures.put_nowait(error.code)
            else:
                failures.put_nowait(None)

        async with running(discord, bot):
            await bot.tree.sync()
            asking = asyncio.create_task(alice.slash(papers, "late_one"))
            assert await asyncio.wait_for(failures.get(), 3) == code
            await asyncio.wait([asking])
            assert (asking.exception() is None) == (code is None)


async def test_an_interaction_is_acknowledged_once() -> None:
    async with DiscordStandIn() as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        alice = discord.add_person("alice", papers.guild)
        bot = Bot()
        codes: list[int] = []

        @bot.tree.command(description="answers twice")
        async def twice(interaction: Interaction) -> None:
            await interaction.response.defer(ephemeral=True)
            interaction.response._response_type = None
            try:
                await interaction.response.send_message("again")
            except dpy.HTTPException as error:
                codes.append(error.code)
            message = await interaction.followup.send("the outcome", wait=True)
            assert message.flags.ephemeral

        async with running(discord, bot):
            await bot.tree.sync()
            reply = await alice.slash(papers, "twice")
        assert codes == [40060]
        assert reply.text == "the outcome"
        assert (reply.followups, reply.ephemeral) == ([], True)


async def test_more_than_25_choices_are_a_violation() -> None:
    async with DiscordStandIn() as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        alice = discord.add_person("alice", papers.guild, patience=0.2)
        bot = Bot()

        @bot.tree.command(description="offers too much")
        async def many(interaction: Interaction, word: str) -> None: ...

        @many.autocomplete("word")
        async def complete(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{typed}{n}", value=f"{n}") for n in range(26)]

        async with running(discord, bot):
            await bot.tree.sync()
            with pytest.raises(NoAnswer):
                await alice.autocomplete(papers, "many", "word", "x")
        assert len(discord.violations) == 1
