"""The terminal bot's help: every command from the vocabulary, in two columns where there is room. Pure."""

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.style import Style as Ink
from rich.text import Text

from bot.console.layout import Look, wrap
from bot.console.vocabulary import COMMANDS, Command
from bot.render.help import ANSWERS, QUERIES
from bot.render.post import PAPERBOY_ACCENT

GROUPS = (
    ("Read", ("papers", "ask", "context", "summary", "compare", "discuss", "why", "next", "back", "sort")),
    ("Follow topics", ("topics",)),
    ("The digest at this terminal", ("setup", "channels")),
    ("About", ("status", "quota", "privacy", "help", "quit")),
)
APART = 2
INDENT = 2
ROOM_FOR_BOTH = 70
"""Columns from which on the explanations stand beside the commands."""

_COMMAND = Ink(color="cyan")
_TITLE = Ink(bold=True, color=f"#{PAPERBOY_ACCENT:06x}")
_DIM = Ink(dim=True)


def overview(look: Look) -> tuple[Text, ...]:
    """Every command with what it does, the query language in short, and what answers rest on."""
    lines: list[Text] = []
    for title, first_words in GROUPS:
        rows = [(_short(command), command.about) for command in COMMANDS if command.words[0] in first_words]
        lines += [Text(title, _TITLE), *_columns(rows, look), Text()]
    lines += [Text("In a search or topic", _TITLE), *_columns(QUERIES, look), Text()]
    hint = (
        "Words without a slash are a search, or after /discuss start a question where they end in a question mark; "
        "a number opens that paper of the list. /help COMMAND tells more of one."
    )
    for words in (hint, ANSWERS):
        lines += wrap(Text(words, _DIM), look.width)
    return tuple(lines)


def about(command: Command, look: Look) -> tuple[Text, ...]:
    """One command in full."""
    options = [(f"--{option.name} {option.value}", option.about) for option in command.options]
    return (
        *wrap(Text(command.usage, _COMMAND), look.width),
        *wrap(Text(f"{command.about[0].upper()}{command.about[1:]}."), look.width),
        *([Text(), *_columns(options, look)] if options else []),
        Text(),
        Text.assemble(("For example: ", _DIM), (command.example, _COMMAND)),
    )


def _short(command: Command) -> str:
    text = "" if command.text is None else f" {command.text}" if command.needed else f" [{command.text}]"
    return command.name + text


def _columns(rows: Iterable[tuple[str, str]], look: Look) -> Iterator[Text]:
    rows = tuple(rows)
    left = max((cell_len(typed) for typed, _ in rows), default=0) + INDENT + APART
    beside = look.width >= ROOM_FOR_BOTH
    hang = left if beside else INDENT * 2
    for typed, meaning in rows:
        explained = list(wrap(Text(meaning), max(look.width - hang, 1)))
        opening = Text.assemble(" " * INDENT, (typed, _COMMAND))
        if beside:
            opening.append(" " * (left - INDENT - cell_len(typed))).append_text(explained.pop(0))
        yield opening
        yield from (Text(" " * hang).append_text(line) for line in explained)
