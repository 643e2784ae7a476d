"""A post as its reader meets it: the text in order, and what can be pressed."""

from bot.render.actions import decode
from bot.render.limits import measure
from bot.render.markdown import Row, Side, Text, layout
from bot.render.post import Button, Post


def read(post: Post) -> str:
    """All its Markdown, one piece after the other. It has to fit Discord whatever the test is about."""
    assert measure(post).problems == ()
    return "\n".join(piece.markdown for piece in layout(post) if isinstance(piece, Text | Side))


def buttons(post: Post) -> dict[str, Button]:
    """Its buttons by label; those at the side of a paper, which share a label, by label and action."""
    found: dict[str, Button] = {}
    for piece in layout(post):
        match piece:
            case Side(_, button):
                found[f"{button.label} {button.action}"] = button
            case Row(row):
                found.update({button.label: button for button in row})
    return found


def acts(post: Post) -> dict[str, object]:
    return {label: decode(button.action or "") for label, button in buttons(post).items()}
