"""The application's commands: what Discord refuses when they are registered, and what it keeps."""

import re
from typing import Any

from tests.standins.discord.errors import FormErrors, Path
from tests.standins.discord.world import World

Json = dict[str, Any]

CHAT, SUBCOMMAND, GROUP = 1, 1, 2
OPTION_TYPES = range(1, 12)
MOST_CHAT_COMMANDS, MOST_CONTEXT_COMMANDS = 100, 15
MOST_CHARACTERS = 8000
"""Over names, descriptions and values of one command with everything inside it."""

_NAME = re.compile(r"^[-_'\w]{1,32}$")


class Registry:
    """``syncs`` counts how often each scope was set: None is global, else a guild's id."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._scopes: dict[int | None, list[Json]] = {}
        self.syncs: list[int | None] = []

    def of(self, scope: int | None) -> list[Json]:
        return self._scopes.get(scope, [])

    def replace(self, scope: int | None, wanted: list[Json]) -> list[Json]:
        """A command that was there under the same name and type keeps its id. Raises Refusal."""
        errors = FormErrors()
        _check_all(errors, wanted)
        errors.refuse()
        before = {(command["name"], command["type"]): command["id"] for command in self.of(scope)}
        kept = []
        for command in wanted:
            kind = command.get("type", CHAT)
            number = before.get((command["name"], kind)) or str(self._world.ids.next())
            kept.append(self._kept(command, kind, number, scope))
        self._scopes[scope] = kept
        self.syncs.append(scope)
        return kept

    def _kept(self, command: Json, kind: int, number: str, scope: int | None) -> Json:
        where = {} if scope is None else {"guild_id": str(scope)}
        return {
            "default_member_permissions": None,
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
            **command,
            **where,
            "id": number,
            "type": kind,
            "description": command.get("description", ""),
            "application_id": str(self._world.bot.id),
            "version": number,
        }


def _check_all(errors: FormErrors, wanted: list[Json]) -> None:
    kinds = [command.get("type", CHAT) for command in wanted]
    for kind in set(kinds):
        most = MOST_CHAT_COMMANDS if kind == CHAT else MOST_CONTEXT_COMMANDS
        if kinds.count(kind) > most:
            errors.add((), "APPLICATION_COMMANDS_MAX_COUNT", f"Maximum number of commands reached ({most}).")
    seen: set[tuple[str, int]] = set()
    for index, (command, kind) in enumerate(zip(wanted, kinds, strict=True)):
        key = (command.get("name", ""), kind)
        if key in seen:
            errors.add((index, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", "Command names must be unique")
        seen.add(key)
        if kind != CHAT:
            errors.length((index, "name"), command.get("name") or "", least=1, most=32)
            continue
        _check_node(errors, command, (index,))
        _check_options(errors, command, (index,), depth=0)
        if _characters(command) > MOST_CHARACTERS:
            words = f"Command exceeds maximum size ({MOST_CHARACTERS})"
            errors.add((index,), "APPLICATION_COMMAND_TOO_LARGE", words)


def _check_node(errors: FormErrors, node: Json, path: Path) -> None:
    name = node.get("name") or ""
    if not _NAME.match(name) or name != name.lower():
        errors.add((*path, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    errors.length((*path, "description"), node.get("description") or "", least=1, most=100)


def _check_options(errors: FormErrors, node: Json, path: Path, *, depth: int) -> None:
    options = node.get("options") or []
    errors.length((*path, "options"), options, most=25)
    names = [option.get("name") for option in options]
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        words = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        errors.add((*path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words)
    optional_before = False
    for index, option in enumerate(options):
        here = (*path, "options", index)
        _check_node(errors, option, here)
        if names.index(option.get("name")) != index:
            words = "Option names must be unique"
            errors.add((*here, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", words)
        if option.get("type") in (SUBCOMMAND, GROUP):
            if depth > (1 if option["type"] == SUBCOMMAND else 0):
                errors.add((*here, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Nested too deeply")
            _check_options(errors, option, here, depth=depth + 1)
            continue
        if option.get("required") and optional_before:
            words = "Required options must be placed before non-required options"
            errors.add(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        optional_before = optional_before or not option.get("required")
        _check_value_option(errors, option, here)


def _check_value_option(errors: FormErrors, option: Json, path: Path) -> None:
    if option.get("type") not in OPTION_TYPES:
        errors.add((*path, "type"), "BASE_TYPE_CHOICES", "Value must be one of 1 to 11.")
    choices = option.get("choices") or []
    errors.length((*path, "choices"), choices, most=25)
    if choices and option.get("autocomplete"):
        words = "Choices and autocomplete are mutually exclusive"
        errors.add((*path, "autocomplete"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", words)
    for index, choice in enumerate(choices):
        errors.length((*path, "choices", index, "name"), choice.get("name") or "", least=1, most=100)
        errors.length((*path, "choices", index, "value"), choice.get("value"), most=100)


def _characters(node: Json) -> int:
    own = _longest(node, "name") + _longest(node, "description")
    for choice in node.get("choices") or []:
        own += _longest(choice, "name") + len(str(choice.get("value", "")))
    return own + sum(_characters(option) for option in node.get("options") or [])


def _longest(node: Json, key: str) -> int:
    """The longest translation counts."""
    translations = (node.get(f"{key}_localizations") or {}).values()
    return max(len(text) for text in (node.get(key) or "", *translations))
