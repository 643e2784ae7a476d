"""Threads about papers of a digest: how one begins, and the way to it."""

from collections.abc import Sequence

from bot.core.pages import Freshness
from bot.render import phrases
from bot.render.actions import Why, encode
from bot.render.cards import post_title
from bot.render.digest import because
from bot.render.paper import Surroundings, paper_card
from bot.render.phrases import heading, text
from bot.render.post import Button, Buttons, Place, Post
from storage.records import Delivery, Paper, PaperChange, PaperId

LONGEST_NONCE = 25


def thread_card(
    delivery: Delivery, paper: Paper, freshness: Freshness, *, changes: Sequence[PaperChange] = (), squeeze: int = 0
) -> tuple[str, Post]:
    """The name of a paper's thread and its first message: the whole card, which carries ``thread_token``."""
    action = encode(Why(delivery.token, paper.id))
    why = Button("Why this?", action=action, command=f"/why {delivery.token}")
    around = Surroundings(why=because(delivery, paper), changes=changes, buttons=(why,))
    return post_title(paper), paper_card(paper, freshness, around=around, squeeze=squeeze)


def thread_token(delivery: Delivery, paper_id: PaperId) -> str:
    """The name of a thread's first message, different for each paper of a digest.

    It is the end of its button's identifier, as much as a nonce has room for: so the message is found by it.
    """
    return encode(Why(delivery.token, paper_id))[-LONGEST_NONCE:]


def thread_opened(paper: Paper, thread_id: int, *, guild_id: int, anew: bool) -> Post:
    """The way to a paper's thread."""
    title = "The thread is open" if anew else "There is a thread already"
    words = text(f"{phrases.title(paper, 150)}: ", Place(thread_id, f"thread {thread_id}"))
    link = Button("Go to thread", url=f"https://discord.com/channels/{guild_id}/{thread_id}")
    return Post((heading(title, level=3), words, Buttons((link,))))
