"""What can be completed on a typed line. Pure: what there is to choose from is an argument."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.console.grammar import find_command
from bot.console.vocabulary import COMMANDS, Command, Fill, Option
from bot.core.zones import find_zones

_LAST_WORD = re.compile(r"\S*\Z")
_OPEN_OPTION = re.compile(r"--([a-z-]+)(?:\s+|=)(\S*)\Z")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``text`` in place of the last ``replaces`` characters; ``about`` says what it is."""

    text: str
    replaces: int
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the store and the screen hold to choose from: each what to type and what it is."""

    topics: tuple[tuple[str, str], ...] = ()
    setups: tuple[tuple[str, str], ...] = ()
    papers: tuple[tuple[str, str], ...] = ()
    saved: tuple[tuple[str, str], ...] = ()


def complete(line: str, choices: Choices) -> tuple[Suggestion, ...]:
    """Suggestions for the end of ``line``, which is what stands before the cursor."""
    line = line.lstrip()
    if not line.startswith("/"):
        return ()
    command, rest = _begun(line)
    if command is None:
        return tuple(_names(line))
    word = _LAST_WORD.search(rest)
    last = word.group() if word else ""
    option = _OPEN_OPTION.search(rest)
    if option:
        wanted = next((one for one in command.options if one.name == option.group(1)), None)
        return tuple(_values(wanted, option.group(2), choices)) if wanted else ()
    if last.startswith("--"):
        return tuple(_options(command, rest, last))
    found = [*_fitting(_filled(command.fill, choices), rest.strip()), *_fitting(_bare(command.choices), rest.strip())]
    return tuple(found) or (tuple(_options(command, rest, "")) if not last else ())


def _begun(line: str) -> tuple[Command | None, str]:
    """The command whose name is complete and followed by a space, and what stands behind it."""
    words = line.split(" ")
    for count in (2, 1):
        if len(words) > count and (command := find_command(" ".join(words[:count]))) is not None:
            if len(command.words) > count and not " ".join(words[count:]).lstrip().startswith("--"):
                continue  # a group by its bare name: its commands come first
            return command, " ".join(words[count:])
    return None, ""


def _names(line: str) -> Iterator[Suggestion]:
    wanted = " ".join(line.lower().split()) + (" " if line.endswith(" ") else "")
    for command in COMMANDS:
        if command.name.startswith(wanted):
            yield Suggestion(command.name, len(line), command.about)


def _options(command: Command, rest: str, last: str) -> Iterator[Suggestion]:
    for option in command.options:
        name = f"--{option.name}"
        if name.startswith(last) and (option.repeated or f"{name} " not in rest):
            yield Suggestion(name, len(last), option.about)


def _values(option: Option, begun: str, choices: Choices) -> Iterator[Suggestion]:
    if option.fill is Fill.ZONE:
        yield from (Suggestion(zone, len(begun)) for zone in find_zones(begun))
        return
    yield from _fitting((*_bare((*option.choices, *option.hints)), *_filled(option.fill, choices)), begun)


def _bare(words: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((word, "") for word in words)


def _filled(fill: Fill | None, choices: Choices) -> tuple[tuple[str, str], ...]:
    match fill:
        case Fill.TOPIC:
            return choices.topics
        case Fill.SETUP:
            return choices.setups
        case Fill.PAPER:
            return choices.papers
        case Fill.SAVED:
            return choices.saved
        case Fill.COMMAND:
            return tuple((command.name.removeprefix("/"), command.about) for command in COMMANDS)
        case Fill.ZONE | None:
            return ()


def _fitting(found: Iterable[tuple[str, str]], begun: str) -> Iterator[Suggestion]:
    for text, about in found:
        if text.lower().startswith(begun.lower()):
            yield Suggestion(text, len(begun), about)
