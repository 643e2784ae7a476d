"""A neutral post as Discord's components. What it says and how much fits is decided in ``bot.render``."""

from collections.abc import Iterable, Iterator
from typing import Any, assert_never

import discord

from bot.errors import TooLarge
from bot.render import markdown
from bot.render.limits import BYTES_A_TEXT, MOST_BYTES, MOST_COMPONENTS, MOST_TEXT, measure
from bot.render.markdown import Pick, Row, Rule, Side, Text
from bot.render.post import Button, ButtonLook, Menu, Post
from storage.records import Destination

LOOKS = {
    ButtonLook.PRIMARY: discord.ButtonStyle.primary,
    ButtonLook.SECONDARY: discord.ButtonStyle.secondary,
    ButtonLook.DANGER: discord.ButtonStyle.danger,
}

Item = discord.ui.Item[discord.ui.LayoutView]


def layout(post: Post, *, role_id: int | None = None) -> discord.ui.LayoutView:
    """``post`` as one container, under a mention of that role. Needs a running event loop, as every view does.

    The view is stopped: discord.py then keeps nothing of it in memory. Presses are answered by
    ``bot.discord_ui.buttons``, which reads all it needs from the button itself, after a restart too.
    """
    view = discord.ui.LayoutView(timeout=None)
    if role_id is not None:
        view.add_item(discord.ui.TextDisplay(_mention(role_id)))
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(accent_colour=post.accent)
    for piece in markdown.layout(post):
        container.add_item(_item(piece))
    view.add_item(container)
    view.stop()
    return view


def fitting(post: Post, destination: Destination, *, role_id: int | None = None) -> discord.ui.LayoutView:
    """As ``layout``, for a post that Discord can take.

    Above one of its limits Discord answers with a failure of its own, which leaves open what became of the message.

    Raises:
        TooLarge: it is over a limit, alone or together with the mention.
    """
    size = measure(post)
    problems = list(size.problems)
    if role_id is not None:
        mention = len(_mention(role_id))
        over = (
            size.components + 1 > MOST_COMPONENTS
            or size.characters + mention > MOST_TEXT
            or size.text_bytes + mention + BYTES_A_TEXT > MOST_BYTES
        )
        problems += ["no room for the mention of a role"] * over
    if problems:
        raise TooLarge(destination, f"The message is over Discord's limits: {'; '.join(problems)}.")
    return layout(post, role_id=role_id)


def _mention(role_id: int) -> str:
    return f"<@&{role_id}>"


def notifying(role_id: int | None) -> discord.AllowedMentions:
    """That role and nobody else, whatever the text says."""
    if role_id is None:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(everyone=False, users=False, roles=[discord.Object(role_id)], replied_user=False)


def _item(piece: markdown.Piece) -> Item:
    match piece:
        case Text(text):
            return discord.ui.TextDisplay(text)
        case Side(text, button):
            return discord.ui.Section(text, accessory=_button(button))
        case Row(buttons):
            return discord.ui.ActionRow(*map(_button, buttons))
        case Pick(menu):
            return discord.ui.ActionRow(_select(menu))
        case Rule():
            return discord.ui.Separator()
        case _:
            assert_never(piece)


def _button(button: Button) -> discord.ui.Button[discord.ui.LayoutView]:
    if button.url is not None:
        return discord.ui.Button(label=button.label, url=button.url, disabled=button.disabled)
    return discord.ui.Button(
        label=button.label, custom_id=button.action, style=LOOKS[button.look], disabled=button.disabled
    )


def _select(menu: Menu) -> discord.ui.Select[discord.ui.LayoutView]:
    options = [discord.SelectOption(label=name, value=value) for value, name in menu.choices]
    return discord.ui.Select(custom_id=menu.action, placeholder=menu.prompt, options=options)


def custom_ids(components: Iterable[Any]) -> Iterator[str]:
    """The identifiers of all buttons and menus in a received message, nested ones too."""
    for component in components:
        custom_id = getattr(component, "custom_id", None)
        if custom_id is not None:
            yield custom_id
        yield from custom_ids(getattr(component, "children", ()))
        accessory = getattr(component, "accessory", None)
        if accessory is not None:
            yield from custom_ids((accessory,))
