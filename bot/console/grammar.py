"""What may be typed at the prompt, and what a typed line means. Pure; the commands themselves stand in ``commands``.

A line is a slash command, or words to search for, or the number of a paper in the list above; ``help`` and ``quit``
need no slash. The text of a command is taken as it was typed, quotation marks and all, because a query uses them; only
``--name value`` is read apart.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from bot.console.vocabulary import COMMANDS, Command, Option
from bot.errors import InvalidInput

LONGEST_NUMBER = 3
"""Digits of a number that means a paper of the list; 2024 is a word to search for."""

_BY_WORDS = {command.words: command for command in COMMANDS}
_ALIASES: dict[tuple[str, ...], tuple[str, ...]] = {
    ("papers",): ("papers", "today"),
    ("discuss",): ("discuss", "papers"),
    ("topics",): ("topics", "list"),
    ("channels",): ("channels", "list"),
    ("exit",): ("quit",),
    ("q",): ("quit",),
    ("?",): ("help",),
}
_AT_EVERY_PROMPT = frozenset({"help", "?", "quit", "exit"})
"""Alone in a line they mean what they mean elsewhere, without a slash too; ``/papers search help`` searches."""
_TOKEN = re.compile(r'(?:"[^"]*"|\S)+')
_OPTION = re.compile(r"--([A-Za-z][A-Za-z-]*)(?:=(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty line."""


@dataclass(frozen=True, slots=True)
class Open:
    """The number of a paper in the last list."""

    number: int


@dataclass(frozen=True, slots=True)
class Words:
    """Words without a slash: a search, or a paper's id."""

    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A slash command with its text and its options, each option with all its values in order."""

    command: Command
    text: str = ""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def value(self, name: str) -> str | None:
        """The last value of an option, or None."""
        return self.options[name][-1] if name in self.options else None

    def number(self, name: str, *, least: int = 1) -> int | None:
        """An option's value as a number, or None where it was not given.

        Raises:
            InvalidInput: it is no whole number, or a smaller one than ``least``.
        """
        text = self.value(name)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9) or int(text) < least:  # noqa: PLR2004  # digits
            raise InvalidInput(f"--{name} needs a whole number from {least} on, not {text!r}.")
        return int(text)


Line = Nothing | Open | Words | Typed


def parse_line(text: str) -> Line:
    """What a typed line means.

    Raises:
        InvalidInput: a slash command that cannot be read; the message says what to write instead.
    """
    line = text.strip()
    if not line:
        return Nothing()
    if line.isascii() and line.isdigit() and len(line) <= LONGEST_NUMBER:
        return Open(int(line))
    if not line.startswith("/") and line.lower() not in _AT_EVERY_PROMPT:
        return Words(line)
    command, rest = _command_of(line.removeprefix("/"))
    words, options = _split(command, rest)
    if command.text is None and words:
        raise InvalidInput(f"{command.name} takes no words like {words.split()[0]!r}. Write: {command.usage}")
    if command.needed and not words:
        raise InvalidInput(f"{command.name} needs a {command.text}. For example: {command.example}")
    if words and command.choices and words.lower() not in command.choices:
        raise InvalidInput(f"{command.name} takes {', '.join(command.choices)}, not {words!r}.")
    return Typed(command, words, options)


def find_command(text: str) -> Command | None:
    """The command that ``text`` names, with or without its slash."""
    words = tuple(text.lower().removeprefix("/").split())
    return _BY_WORDS.get(_ALIASES.get(words, words))


def _command_of(text: str) -> tuple[Command, str]:
    """The command at the beginning of a line without its slash, and what follows it."""
    words = text.split(maxsplit=2)
    for count in (2, 1):
        name = tuple(word.lower() for word in words[:count])
        rest = text.split(maxsplit=count)[count:]
        alias = _ALIASES.get(name)
        # A group by its bare name stands for its first command, but a word behind it has to be one of its commands.
        if alias is not None and len(alias) > len(name) and rest and not rest[0].startswith("--"):
            continue
        found = _BY_WORDS.get(alias or name)
        if found is not None:
            return found, rest[0] if rest else ""
    raise InvalidInput(_unknown([word.lower() for word in words[:2]]))


def _unknown(words: list[str]) -> str:
    if not words:
        return "Which command? /help lists them."
    inside = [command.words[1] for command in COMMANDS if command.words[0] == words[0] and len(command.words) > 1]
    if inside:
        near = get_close_matches(words[1], inside, n=1) if len(words) > 1 else []
        hint = f"Did you mean /{words[0]} {near[0]}?" if near else f"It has: {', '.join(inside)}."
        begun = f"There is no /{words[0]} {words[1]}." if len(words) > 1 else f"/{words[0]} what?"
        return f"{begun} {hint}"
    known = {word: command.name for command in reversed(COMMANDS) for word in (command.words[0], command.words[-1])}
    near = get_close_matches(words[0], known, n=1, cutoff=0.7)
    hint = f"Did you mean {known[near[0]]}? All commands: /help" if near else "All commands: /help"
    return f"There is no command /{words[0]}. {hint}"


def _split(command: Command, text: str) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The text of a command without its options, and these."""
    kept: list[str] = []
    options: dict[str, tuple[str, ...]] = {}
    at = end = 0
    while (token := _TOKEN.search(text, at)) is not None:
        at = token.end()
        named = _OPTION.match(token.group())
        if named is None:
            continue
        kept.append(text[end : token.start()])
        option = _option(command, named.group(1).lower())
        if named.group(2) == "":
            value, end = "", token.end()
        else:
            value, end = _value(
                command, option, text, token.start() + (named.end(1) if named.group(2) is None else named.start(2))
            )
        if option.choices and value.lower() not in option.choices:
            raise InvalidInput(f"--{option.name} is one of {', '.join(option.choices)}, not {value!r}.")
        options[option.name] = (*options.get(option.name, ()), value)
        at = end
    kept.append(text[end:])
    return " ".join(part for piece in kept if (part := piece.strip())), options


def _option(command: Command, name: str) -> Option:
    for option in command.options:
        if option.name == name:
            return option
    names = [option.name for option in command.options]
    near = get_close_matches(name, names, n=1)
    if near:
        hint = f"Did you mean --{near[0]}?"
    else:
        hint = f"It has: {', '.join(f'--{name}' for name in names)}." if names else "It has no options."
    raise InvalidInput(f"{command.name} has no option --{name}. {hint}")


def _value(command: Command, option: Option, text: str, at: int) -> tuple[str, int]:
    """The value that begins at or after ``at``, without its quotation marks, and where it ends."""
    while at < len(text) and text[at].isspace():
        at += 1
    if at == len(text) or text.startswith("--", at):
        raise InvalidInput(f"--{option.name} needs a value: --{option.name} {option.value} ({option.about}).")
    mark = text[at]
    if mark in "\"'":
        end = text.find(mark, at + 1)
        if end < 0:
            raise InvalidInput(f"The quotation mark behind --{option.name} is not closed. Usage: {command.usage}")
        return text[at + 1 : end], end + 1
    word = text[at:].split(maxsplit=1)[0]
    return word, at + len(word)
