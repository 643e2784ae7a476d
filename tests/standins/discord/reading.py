"""A message as a person sees it: its text, its buttons, and whom it would notify."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standins.discord.state import Message

Json = dict[str, Any]
Path = tuple[str | int, ...]

BUTTON = 2
TEXT_DISPLAY = 10

_MENTION = re.compile(r"<@(&|!)?(\d+)>|@(everyone|here)")


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    custom_id: str | None
    url: str | None
    disabled: bool
    style: int


def walk(components: Sequence[Any], path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Every component with its place, in the order in which they are shown. What is not an object is passed over."""
    for index, component in enumerate(components):
        if not isinstance(component, dict):
            continue
        here = (*path, index)
        yield here, component
        children = component.get("components")
        if isinstance(children, list):
            yield from walk(children, (*here, "components"))
        for key in ("accessory", "component"):
            if isinstance(inner := component.get(key), dict):
                yield (*here, key), inner


def texts(components: Sequence[Any]) -> list[str]:
    found = [component.get("content") for _, component in walk(components) if component.get("type") == TEXT_DISPLAY]
    return [text for text in found if isinstance(text, str)]


def buttons(components: Sequence[Any]) -> list[Button]:
    return [
        Button(
            label=component.get("label") or "",
            custom_id=component.get("custom_id"),
            url=component.get("url"),
            disabled=bool(component.get("disabled")),
            style=component.get("style", 0),
        )
        for _, component in walk(components)
        if component.get("type") == BUTTON
    ]


def visible_text(message: "Message") -> str:
    lines = [message.content] if message.content else []
    for embed in message.embeds:
        lines += [embed[key] for key in ("title", "description") if embed.get(key)]
        for entry in embed.get("fields", []):
            lines += [entry["name"], entry["value"]]
        if footer := embed.get("footer"):
            lines.append(footer["text"])
    return "\n".join(lines + texts(message.components))


EVERYBODY = frozenset({"users", "roles", "everyone"})
"""What Discord parses in a message that says nothing about mentions."""
USERS_ONLY = frozenset({"users"})
"""The same for answers to interactions."""


def pings(
    text: str, allowed: Json | None, *, may_ping_everyone: bool, unsaid: frozenset[str] = EVERYBODY
) -> frozenset[str]:
    """Whom a new message with this text notifies; ``unsaid`` is parsed where ``allowed_mentions`` is missing.

    Markdown is not considered: a mention inside a code span counts here although Discord leaves it alone.
    """
    parse = unsaid if allowed is None else frozenset(allowed.get("parse") or ())
    users = {str(user) for user in (allowed or {}).get("users") or ()}
    roles = {str(role) for role in (allowed or {}).get("roles") or ()}
    hit = set()
    for match in _MENTION.finditer(text):
        sigil, number, crowd = match.groups()
        if crowd and "everyone" in parse and may_ping_everyone:
            hit.add(crowd)
        elif sigil == "&" and ("roles" in parse or number in roles):
            hit.add(f"<@&{number}>")
        elif number and sigil != "&" and ("users" in parse or number in users):
            hit.add(f"<@{number}>")
    return frozenset(hit)
