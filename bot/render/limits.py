"""Discord's limits of a Components V2 message, measured on the Markdown that is really sent.

The numbers are Discord's (documentation of components, and for the byte limit the behaviour reported in its issue
8554: above it the answer is a server error, whatever the character count).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.render.actions import MOST_CHARACTERS as MOST_ACTION_CHARACTERS
from bot.render.markdown import Pick, Piece, Row, Rule, Side, Text, layout
from bot.render.post import Button, Menu, Post

Size = TypeVar("Size")

MOST_COMPONENTS = 40
MOST_TEXT = 4000
MOST_BYTES = 10_170
BYTES_A_TEXT = 12
"""What each TextDisplay costs beside its own bytes."""

MOST_LABEL = 80
MOST_URL = 512
MOST_BUTTONS_IN_A_ROW = 5
MOST_CHOICES = 25
MOST_CHOICE = 100
MOST_PROMPT = 150
ROOM_OF_A_MENTION = 24
"""Characters that a post leaves free: whoever sends it may put the mention of a role above it, a text of its own."""
TIGHTEST = 2
"""The smallest form of a post, see ``roomiest``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """``text_bytes`` counts UTF-8 and 12 for each TextDisplay; ``problems`` says in words what does not fit."""

    components: int
    characters: int
    text_bytes: int
    problems: tuple[str, ...]


def measure(post: Post) -> Measure:
    """How large ``post`` is on Discord."""
    pieces = layout(post)
    texts = [piece.markdown for piece in pieces if isinstance(piece, Text | Side)]
    buttons = [button for piece in pieces for button in _buttons(piece)]
    components = 1 + sum(map(_components, pieces))  # one more: the container around them all
    characters = sum(map(len, texts))
    text_bytes = sum(len(text.encode()) + BYTES_A_TEXT for text in texts)
    problems = [
        *_over("components", components, MOST_COMPONENTS),
        *_over("characters", characters, MOST_TEXT),
        *_over("bytes", text_bytes, MOST_BYTES),
        *(problem for piece in pieces if isinstance(piece, Row) for problem in _row_problems(piece)),
        *(problem for button in buttons for problem in _button_problems(button)),
    ]
    menus = [piece.menu for piece in pieces if isinstance(piece, Pick)]
    problems += [problem for menu in menus for problem in _menu_problems(menu)]
    actions = [*(button.action for button in buttons if button.action is not None), *(menu.action for menu in menus)]
    if len(set(actions)) < len(actions):
        problems.append("two buttons with the same action")
    if not texts:
        problems.append("no text")
    return Measure(components=components, characters=characters, text_bytes=text_bytes, problems=tuple(problems))


def fits(post: Post, *, squeeze: int = 0) -> bool:
    """Whether Discord takes ``post``, with a role's mention above it too; with ``squeeze``, in half of the text."""
    found = measure(post)
    part = 2 if squeeze else 1
    return (
        not found.problems
        and found.components < MOST_COMPONENTS
        and found.characters * part <= MOST_TEXT - ROOM_OF_A_MENTION
        and found.text_bytes * part <= MOST_BYTES - ROOM_OF_A_MENTION - BYTES_A_TEXT
    )


def roomiest(sizes: Sequence[Size], build: Callable[[Size], Post], *, squeeze: int = 0) -> Post:
    """The post of the largest of ``sizes`` that fits; ``sizes`` ascend, and a larger one never makes a smaller post.

    The first has to fit whatever is put in: callers choose it so, and the tests hold them to it. ``squeeze`` is for a
    post that Discord called too large although it fits all that is known of its limits: 0 is as large as can be, 1
    with half the text, 2 and above with the least that the message can say.
    """
    if squeeze >= TIGHTEST:
        return build(sizes[0])
    fitting = build(sizes[-1])  # most messages are far from any limit
    if fits(fitting, squeeze=squeeze) or len(sizes) == 1:
        return fitting
    fitting, low, high = build(sizes[0]), 1, len(sizes) - 1
    while low < high:
        middle = (low + high) // 2
        post = build(sizes[middle])
        if fits(post, squeeze=squeeze):
            fitting, low = post, middle + 1
        else:
            high = middle
    return fitting


def _components(piece: Piece) -> int:
    match piece:
        case Text() | Rule():
            return 1
        case Side():
            return 3
        case Row(buttons):
            return 1 + len(buttons)
        case Pick():
            return 2


def _buttons(piece: Piece) -> tuple[Button, ...]:
    match piece:
        case Side(_, button):
            return (button,)
        case Row(buttons):
            return buttons
        case Text() | Pick() | Rule():
            return ()


def _over(what: str, found: int, most: int) -> tuple[str, ...]:
    return (f"{found} {what}, at most {most}",) if found > most else ()


def _row_problems(row: Row) -> tuple[str, ...]:
    return _over("buttons in a row", len(row.buttons), MOST_BUTTONS_IN_A_ROW)


def _menu_problems(menu: Menu) -> tuple[str, ...]:
    values = [value for value, _ in menu.choices]
    problems = [
        *_over("choices in a menu", len(values), MOST_CHOICES),
        *_over("characters in a menu's prompt", len(menu.prompt), MOST_PROMPT),
        *_over("characters in an action", len(menu.action), MOST_ACTION_CHARACTERS),
        *(
            problem
            for value, name in menu.choices
            for problem in (
                *_over("characters of a choice", len(name), MOST_CHOICE),
                *_over("characters of a choice's value", len(value), MOST_CHOICE),
            )
        ),
    ]
    if not values or len(set(values)) < len(values) or not all(name.strip() for _, name in menu.choices):
        problems.append("a menu without choices, with the same one twice, or with one that has no name")
    return tuple(problems)


def _button_problems(button: Button) -> tuple[str, ...]:
    problems = list(_over(f"characters on the button {button.label[:20]!r}", len(button.label), MOST_LABEL))
    if not button.label.strip():
        problems.append("a button without a label")
    if (button.action is None) == (button.url is None):
        problems.append(f"the button {button.label!r} needs an action or an address, and not both")
    problems.extend(_over("characters in an action", len(button.action or ""), MOST_ACTION_CHARACTERS))
    problems.extend(_over("characters in an address", len(button.url or ""), MOST_URL))
    return tuple(problems)
