"""The token in a message's buttons: its name in the outside world.

It is all that differs between the same digest's messages in many channels, so these are made once.
"""

from dataclasses import replace

from bot.render.actions import OpenThread, Recheck, Why, decode, encode
from bot.render.post import Block, Button, Buttons, Post, Section


def with_token(post: Post, old: str, new: str) -> Post:
    """``post`` as it would have been made for the token ``new`` instead of ``old``; everything else is as it was.

    Raises:
        ValueError: ``new`` is of no form that a button can carry.
    """
    return replace(post, blocks=tuple(_block(block, old, new) for block in post.blocks))


def _block(block: Block, old: str, new: str) -> Block:
    match block:
        case Section():
            return replace(block, button=_button(block.button, old, new))
        case Buttons():
            return replace(block, buttons=tuple(_button(button, old, new) for button in block.buttons))
        case _:
            return block


def _button(button: Button, old: str, new: str) -> Button:
    """The button for the other token, with what is typed for it where that names the token too."""
    match decode(button.action) if button.action else None:
        case Why(token) if token == old:
            return replace(button, action=encode(Why(new)), command=f"/why {new}")
        case OpenThread(token, paper_id) if token == old:
            return replace(button, action=encode(OpenThread(new, paper_id)))
        case Recheck(setup_id, token) if token == old:
            return replace(button, action=encode(Recheck(setup_id, new)))
        case _:
            return button
