"""Typing a slash command: what the client offers, what it lets a person enter, and what it then sends."""

from collections.abc import Mapping
from typing import Any

from tests.standins.discord.filling import CannotDo, Commands, resolve
from tests.standins.discord.permissions import Permission
from tests.standins.discord.state import Channel, Role, User
from tests.standins.discord.world import World

Json = dict[str, Any]

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER = range(1, 11)
LARGEST = 2**53
MOST_STRING = 6000

_TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    USER: (User,),
    CHANNEL: (Channel,),
    ROLE: (Role,),
    MENTIONABLE: (User, Role),
    NUMBER: (int, float),
}


def typed_command(
    world: World,
    commands: Commands,
    user: User,
    channel: Channel,
    words: str,
    options: Mapping[str, Any],
    *,
    focused: str | None = None,
) -> Json:
    """The interaction's data. ``focused`` is the option that is still being typed, for autocompletion."""
    path = words.split()
    root = _root(world, commands, user, channel, path[0])
    leaf, names = root, path[1:]
    for name in names:
        leaf = _child(leaf, name, words)
    declared = leaf.get("options") or []
    if any(option["type"] in (SUBCOMMAND, GROUP) for option in declared):
        raise CannotDo(f"/{words} is not complete: it has {[option['name'] for option in declared]}")
    if unknown := set(options) - {option["name"] for option in declared}:
        raise CannotDo(f"/{words} has no option {sorted(unknown)}")
    entered = [
        _enter(option, options[option["name"]], typing=option["name"] == focused)
        for option in declared
        if _is_given(option, options, words, typing=focused is not None)
    ]
    chosen = [value for value in options.values() if isinstance(value, User | Role | Channel)]
    data: Json = {"id": root["id"], "name": root["name"], "type": 1, "options": _nest(root, names, entered)}
    if chosen:
        data["resolved"] = resolve(world, chosen, channel=channel, user=user)
    return data if "guild_id" not in root else {**data, "guild_id": root["guild_id"]}


def _nest(root: Json, names: list[str], entered: list[Json]) -> list[Json]:
    kinds, node = [], root
    for name in names:
        node = _child(node, name, name)
        kinds.append(node["type"])
    for name, kind in zip(reversed(names), reversed(kinds), strict=True):
        entered = [{"name": name, "type": kind, "options": entered}]
    return entered


def _root(world: World, commands: Commands, user: User, channel: Channel, name: str) -> Json:
    scopes = [channel.guild.id, None] if channel.guild else [None]
    found = next((c for scope in scopes for c in commands(scope) if c["name"] == name and c["type"] == 1), None)
    if found is None:
        there = sorted(command["name"] for scope in scopes for command in commands(scope))
        raise CannotDo(f"there is no command /{name}; there are {there}")
    may = world.may(user, channel)
    context = 0 if channel.guild else 1
    if found["contexts"] is not None and context not in found["contexts"]:
        raise CannotDo(f"/{name} is not offered {'in servers' if channel.guild else 'in direct messages'}")
    if channel.guild and Permission.USE_APPLICATION_COMMANDS not in may:
        raise CannotDo(f"{user.name} may not use commands in #{channel.name}")
    needed = found["default_member_permissions"]
    if channel.guild and needed is not None:
        wanted = Permission(int(needed) or Permission.ADMINISTRATOR)
        if wanted not in may:
            raise CannotDo(f"/{name} is not offered to {user.name}, who lacks {wanted!r}")
    return found


def _child(node: Json, name: str, words: str) -> Json:
    options = node.get("options") or []
    for option in options:
        if option["name"] == name and option["type"] in (SUBCOMMAND, GROUP):
            return dict(option)
    raise CannotDo(f"/{words}: {node['name']!r} has no {name!r}, it has {[option['name'] for option in options]}")


def _is_given(option: Json, options: Mapping[str, Any], words: str, *, typing: bool) -> bool:
    if option["name"] in options:
        return True
    if option.get("required") and not typing:
        raise CannotDo(f"/{words} needs {option['name']!r}")
    return False


def _enter(option: Json, value: Any, *, typing: bool) -> Json:
    name, kind = option["name"], option["type"]
    if typing:
        if not option.get("autocomplete"):
            raise CannotDo(f"{name!r} is not completed")
        return {"name": name, "type": kind, "value": value, "focused": True}
    for choice in option.get("choices") or []:
        if value in (choice["name"], choice["value"]):
            return {"name": name, "type": kind, "value": choice["value"]}
    if option.get("choices"):
        raise CannotDo(f"{name!r} offers {[choice['name'] for choice in option['choices']]}, not {value!r}")
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != BOOLEAN):
        raise CannotDo(f"{name!r} does not take {value!r}")
    _check_range(option, value)
    sent = str(value.id) if isinstance(value, User | Role | Channel) else value
    return {"name": name, "type": kind, "value": sent}


def _check_range(option: Json, value: Any) -> None:
    name = option["name"]
    if isinstance(value, Channel) and option.get("channel_types") and value.kind not in option["channel_types"]:
        raise CannotDo(f"{name!r} does not offer channels like #{value.name}")
    if isinstance(value, str):
        least, most = option.get("min_length", 0), option.get("max_length", MOST_STRING)
        if not max(least, 1) <= len(value) <= most:
            raise CannotDo(f"{name!r} takes {least} to {most} characters, not {len(value)}")
    elif isinstance(value, int | float):
        smallest, largest = option.get("min_value", -LARGEST), option.get("max_value", LARGEST)
        if not smallest <= value <= largest:
            raise CannotDo(f"{name!r} takes {smallest} to {largest}, not {value}")
