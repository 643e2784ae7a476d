"""Which bodies the stand-in refuses as Discord would, and where its error tree points."""

from typing import Any

import discord as dpy
import pytest

from tests.standins.discord import NO_LIMITS, DiscordStandIn
from tests.standins.discord.components import check_components
from tests.standins.discord.errors import FormErrors, Refusal
from tests.standins.discord.validation import check_message
from tests.standins.discord_client import Bot, running

Json = dict[str, Any]

V2 = 1 << 15


def text(content: str = "words") -> Json:
    return {"type": 10, "content": content}


def button(custom_id: str = "go", **more: Any) -> Json:
    return {"type": 2, "style": 2, "label": "Go", "custom_id": custom_id, **more}


def row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def section(*children: Json, **more: Any) -> Json:
    return {"type": 9, "components": list(children), **more}


def container(*children: Json) -> Json:
    return {"type": 17, "components": list(children)}


def v2(*components: Json, **more: Any) -> Json:
    return {"flags": V2, "components": list(components), **more}


def menu(**more: Any) -> Json:
    return {"type": 3, "custom_id": "menu", "options": [{"label": "one", "value": "1"}], **more}


REFUSED: dict[str, tuple[Json, str]] = {
    "content of 2,001": ({"content": "x" * 2001}, "content"),
    "title of 257": ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
    "description of 4,097": ({"embeds": [{"description": "x" * 4097}]}, "embeds.0.description"),
    "empty field name": ({"embeds": [{"fields": [{"name": " ", "value": "x"}]}]}, "embeds.0.fields.0.name"),
    "embeds of 6,001": ({"embeds": [{"description": "x" * 3000}, {"description": "x" * 3001}]}, "embeds"),
    "11 embeds": ({"embeds": [{"title": "x"}] * 11}, "embeds"),
    "content beside V2": (v2(text(), content="x"), "content"),
    "V2 without its flag": ({"components": [text()]}, "components.0.type"),
    "41 components": (v2(*[text() for _ in range(41)]), "components"),
    "4,001 characters in V2": (v2(text("x" * 4000), text("y")), "components"),
    "an empty text": (v2(text("  ")), "components.0.content"),
    "six buttons in a row": (v2(row(*[button(str(n)) for n in range(6)])), "components.0.components"),
    "an empty row": (v2(row()), "components.0.components"),
    "six rows": ({"content": "x", "components": [row(button(str(n))) for n in range(6)]}, "components"),
    "a label of 81": (v2(row(button(label="x" * 81))), "components.0.components.0.label"),
    "a button without a label": (
        v2(row({"type": 2, "style": 1, "custom_id": "a"})),
        "components.0.components.0",
    ),
    "a custom_id of 101": (v2(row(button("x" * 101))), "components.0.components.0.custom_id"),
    "a custom_id twice": (v2(row(button("a")), row(button("a"))), "components.1.components.0.custom_id"),
    "a custom_id twice, once deep inside": (
        v2(row(button("a")), container(section(text(), accessory=button("a")))),
        "components.1.components.0.accessory.custom_id",
    ),
    "a link with a custom_id": (
        v2(row(button(style=5, url="https://arxiv.org"))),
        "components.0.components.0.custom_id",
    ),
    "a link to javascript": (
        v2(row({"type": 2, "style": 5, "label": "x", "url": "javascript:alert(1)"})),
        "components.0.components.0.url",
    ),
    "a section without accessory": (v2(section(text())), "components.0.accessory"),
    "a section of four": (v2(section(*[text()] * 4, accessory=button())), "components.0.components"),
    "a button outside a row": (v2(button()), "components.0.type"),
    "a container in a container": (v2(container(container(text()))), "components.0.components.0.type"),
    "a menu beside a button": (v2(row(menu(), button())), "components.0.components"),
    "a menu without options": (v2(row(menu(options=[]))), "components.0.components.0.options"),
    "a nonce of 26": ({"content": "x", "nonce": "n" * 26, "enforce_nonce": True}, "nonce"),
    "parse and users together": (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
    ),
}


def leaves(tree: Json, path: str = "") -> set[str]:
    found = {path} if "_errors" in tree else set()
    for key, inner in tree.items():
        if key != "_errors":
            found |= leaves(inner, f"{path}.{key}" if path else key)
    return found


@pytest.mark.parametrize(("body", "place"), REFUSED.values(), ids=REFUSED)
def test_rules_of_our_own_refuse_and_say_where(body: Json, place: str) -> None:
    """They hold without Discord's description too."""
    with pytest.raises(Refusal) as refused:
        check_message(body, flags=body.get("flags", 0))
    assert (refused.value.status, refused.value.body["code"]) == (400, 50035)
    assert place in leaves(refused.value.body["errors"])


async def post(bot: Bot, channel_id: int, body: Json) -> Any:
    route = dpy.http.Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
    return await bot.http.request(route, json=body)


async def test_the_client_meets_every_refusal_and_the_stand_in_keeps_it() -> None:
    async with DiscordStandIn(limits=NO_LIMITS) as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        async with running(discord) as bot:
            for name, (body, _) in REFUSED.items():
                before = len(discord.violations)
                with pytest.raises(dpy.HTTPException) as refused:
                    await post(bot, papers.id, body)
                assert (name, refused.value.status, refused.value.code) == (name, 400, 50035)
                assert len(discord.violations) > before
        assert discord.messages(papers) == []


@pytest.mark.parametrize(
    "body",
    [{}, {"content": "  "}, v2(), {"embeds": []}],
    ids=["nothing", "spaces", "V2 without components", "no embeds"],
)
async def test_an_empty_message_has_a_code_of_its_own(body: Json) -> None:
    async with DiscordStandIn() as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        async with running(discord) as bot:
            with pytest.raises(dpy.HTTPException) as refused:
                await post(bot, papers.id, body)
        assert refused.value.code == 50006
        assert len(discord.violations) == 1


@pytest.mark.parametrize(
    ("components", "breaks"),
    [
        ([text("x" * 4000)], False),
        ([text("論" * 3380)], False),
        ([text("論" * 3390)], True),
        ([text("é" * 4000)], False),
        ([text("論" * 337) for _ in range(10)], True),
        ([{"type": 12, "items": [{"media": {"url": "https://x.test/a.png"}}] * 10} for _ in range(7)], True),
    ],
    ids=["Latin", "Chinese below", "Chinese above", "two bytes each", "many small ones", "70 pictures"],
)
def test_the_hidden_caps_answer_500(components: list[Json], breaks: bool) -> None:
    if not breaks:
        check_message(v2(*components), flags=V2)
        return
    with pytest.raises(Refusal) as refused:
        check_message(v2(*components), flags=V2)
    assert refused.value.status == 500


def test_forty_components_of_every_kind_are_accepted() -> None:
    parts = [
        container(text(), section(text(), accessory=button("a")), row(button("b"), button("c")), {"type": 14}),
        row(menu(custom_id="d")),
        *[text() for _ in range(29)],
    ]
    errors = FormErrors()
    check_components(errors, parts, v2=True)
    assert errors.found == []


async def test_the_views_of_the_library_pass() -> None:
    class Card(dpy.ui.LayoutView):
        box: dpy.ui.Container[Any] = dpy.ui.Container(
            dpy.ui.TextDisplay("# Papers"),
            dpy.ui.Section("one paper", accessory=dpy.ui.Button(label="Why", custom_id="why")),
            dpy.ui.Separator(),
            dpy.ui.ActionRow(dpy.ui.Button(label="arXiv", url="https://arxiv.org/abs/2503.01234")),
            accent_colour=0xE8590C,
        )

    async with DiscordStandIn() as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        async with running(discord) as bot:
            sent = await bot.at(papers.id).send(view=Card(timeout=None), nonce="digest-1")
            await sent.edit(view=Card(timeout=None))
        (message,) = discord.messages(papers)
        assert message.text == "# Papers\none paper"
        assert [(b.label, b.custom_id, b.url) for b in message.buttons] == [
            ("Why", "why", None),
            ("arXiv", None, "https://arxiv.org/abs/2503.01234"),
        ]
        assert discord.violations == []


async def test_components_v2_cannot_be_taken_back() -> None:
    async with DiscordStandIn() as discord:
        papers = discord.world.add_channel(discord.world.add_guild("Lab"), "papers")
        async with running(discord) as bot:
            sent = await post(bot, papers.id, v2(text()))
            one = dpy.http.Route(
                "PATCH", "/channels/{channel_id}/messages/{message_id}", channel_id=papers.id, message_id=sent["id"]
            )
            with pytest.raises(dpy.HTTPException) as refused:
                await bot.http.request(one, json={"flags": 0, "content": "plain", "components": []})
        assert refused.value.code == 50035


def command(name: str = "papers", **more: Any) -> Json:
    return {"name": name, "description": "what it does", "type": 1, **more}


def option(name: str, **more: Any) -> Json:
    return {"name": name, "description": "what it is", "type": 3, **more}


COMMANDS_REFUSED: dict[str, list[Json]] = {
    "capital letters": [command("Papers")],
    "a space": [command("the papers")],
    "33 characters": [command("x" * 33)],
    "no description": [command(description="")],
    "a description of 101": [command(description="x" * 101)],
    "the same name twice": [command(), command()],
    "26 options": [command(options=[option(f"o{n}") for n in range(26)])],
    "the same option twice": [command(options=[option("a"), option("a")])],
    "required after optional": [command(options=[option("a"), option("b", required=True)])],
    "26 choices": [command(options=[option("a", choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])])],
    "choices and autocompletion": [
        command(options=[option("a", autocomplete=True, choices=[{"name": "a", "value": "a"}])])
    ],
    "a subcommand beside an option": [command(options=[option("a"), option("b", type=1)])],
    "8,001 characters": [
        command(options=[option(f"o{n}", choices=[{"name": "n" * 95, "value": "v" * 95}] * 4) for n in range(12)])
    ],
    "101 commands": [command(f"c{n}") for n in range(101)],
}


@pytest.mark.parametrize("wanted", COMMANDS_REFUSED.values(), ids=COMMANDS_REFUSED)
async def test_commands_are_checked_when_they_are_registered(wanted: list[Json]) -> None:
    async with DiscordStandIn() as discord, running(discord) as bot:
        route = dpy.http.Route("PUT", "/applications/{application_id}/commands", application_id=bot.application_id)
        with pytest.raises(dpy.HTTPException) as refused:
            await bot.http.request(route, json=wanted)
        assert refused.value.code == 50035
        assert discord.rest.registry.syncs == []


async def test_commands_keep_their_ids_when_registered_again() -> None:
    async with DiscordStandIn() as discord, running(discord) as bot:

        @bot.tree.command(description="what is new")
        async def papers(interaction: dpy.Interaction) -> None: ...

        first = await bot.tree.sync()
        again = await bot.tree.sync()
        assert [c.id for c in first] == [c.id for c in again] == [c.id for c in await bot.tree.fetch_commands()]
        assert discord.rest.registry.syncs == [None, None]
        assert discord.violations == []
