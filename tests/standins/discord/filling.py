"""Choosing in menus and filling forms in, with the limits that Discord's client holds a person to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.standins.discord import payloads
from tests.standins.discord.components import (
    CHANNEL_SELECT,
    LABEL,
    MENTIONABLE_SELECT,
    ROLE_SELECT,
    ROW,
    SELECTS,
    STRING_SELECT,
    TEXT,
    TEXT_INPUT,
    USER_SELECT,
)
from tests.standins.discord.state import Channel, Role, User
from tests.standins.discord.world import World

Json = dict[str, Any]
Commands = Callable[[int | None], list[Json]]
"""The commands that are registered for a guild, or with None everywhere."""

MOST_TYPED = 4000


class CannotDo(AssertionError):
    """Discord's client would not let this person do so."""


_ENTITIES: dict[int, tuple[type, ...]] = {
    USER_SELECT: (User,),
    ROLE_SELECT: (Role,),
    MENTIONABLE_SELECT: (User, Role),
    CHANNEL_SELECT: (Channel,),
}


def resolve(world: World, values: Sequence[Any], *, channel: Channel, user: User) -> Json:
    """What Discord tells the bot about the people, roles and channels that were chosen."""
    told: dict[str, Json] = {}
    for value in values:
        key = str(value.id)
        if isinstance(value, Channel):
            theirs = str(int(world.may(user, value)))
            told.setdefault("channels", {})[key] = {**payloads.channel(value, world.bot), "permissions": theirs}
        elif isinstance(value, Role):
            told.setdefault("roles", {})[key] = payloads.role(value)
        else:
            told.setdefault("users", {})[key] = payloads.user(value)
            member = channel.guild.members.get(value.id) if channel.guild else None
            if member is not None:
                told.setdefault("members", {})[key] = payloads.member(member, permissions=world.may(value, channel))
    return told


def choose(world: World, menu: Json, values: Sequence[Any], *, channel: Channel, user: User) -> Json:
    """The ``values`` and ``resolved`` of a menu."""
    least, most = menu.get("min_values", 1), menu.get("max_values", 1)
    if not least <= len(values) <= most:
        raise CannotDo(f"this menu takes {least} to {most} values, not {len(values)}")
    if menu["type"] == STRING_SELECT:
        return {"values": [_option(menu, value) for value in values]}
    for value in values:
        if not isinstance(value, _ENTITIES[menu["type"]]):
            raise CannotDo(f"{value!r} is not among what this menu offers")
        kinds = menu.get("channel_types")
        if isinstance(value, Channel) and kinds and value.kind not in kinds:
            raise CannotDo(f"#{value.name} is of a kind that this menu does not offer")
    return {
        "values": [str(value.id) for value in values],
        "resolved": resolve(world, values, channel=channel, user=user),
    }


def _option(menu: Json, wanted: str) -> str:
    for option in menu["options"]:
        if wanted in (option["value"], option["label"]):
            return str(option["value"])
    raise CannotDo(f"{wanted!r} is not among {[option['label'] for option in menu['options']]}")


def fill_in(world: World, modal: Json, values: Mapping[str, Any], *, channel: Channel, user: User) -> Json:
    """The data of a submitted modal. An input without a value keeps what stands in it."""
    resolved: Json = {}
    used: set[str] = set()

    def fill(component: Json, label: str) -> Json:
        titles = (component["custom_id"], label, component.get("label") or "")
        names = [name for name in titles if name in values]
        used.update(names)
        given = values[names[0]] if names else component.get("value", "")
        filled = {"type": component["type"], "custom_id": component["custom_id"], "id": component.get("id", 0)}
        if component["type"] == TEXT_INPUT:
            return {**filled, "value": _typed(component, given)}
        if component["type"] in SELECTS:
            chosen = given if isinstance(given, list | tuple) else [given] if given else []
            result = choose(world, component, chosen, channel=channel, user=user)
            for kind, entries in result.get("resolved", {}).items():
                resolved.setdefault(kind, {}).update(entries)
            return {**filled, "values": result["values"]}
        raise CannotDo(f"filling in components of type {component['type']} is not simulated")

    parts = []
    for part in modal["components"]:
        place = {"type": part["type"], "id": part.get("id", 0)}
        if part["type"] == LABEL:
            parts.append({**place, "component": fill(part["component"], part["label"])})
        elif part["type"] == ROW:
            parts.append({**place, "components": [fill(child, "") for child in part["components"]]})
        elif part["type"] == TEXT:
            parts.append(place)
    if unknown := set(values) - used:
        raise CannotDo(f"the modal has no input {sorted(unknown)}")
    return {"custom_id": modal["custom_id"], "components": parts, "resolved": resolved}


def _typed(component: Json, text: str) -> str:
    least, most = component.get("min_length", 0), component.get("max_length", MOST_TYPED)
    if not text and not component.get("required", True):
        return ""
    if not max(least, 1) <= len(text) <= most:
        raise CannotDo(f"{component['custom_id']!r} takes {max(least, 1)} to {most} characters, not {len(text)}")
    return text
