"""A digest of several messages: one card a paper in a channel, one post a paper in a forum."""

import re
from collections.abc import Sequence

from bot.core.pages import Freshness
from bot.core.text import clip
from bot.render import phrases
from bot.render.digest import because, narrowed, title, why_button
from bot.render.markdown import ZERO_WIDTH_SPACE, visible
from bot.render.paper import Surroundings, paper_card
from bot.render.phrases import fine, heading
from bot.render.post import Block, Post
from storage.records import ChannelSetup, Delivery, Paper, PaperChange

LONGEST_POST_TITLE = 100
"""Discord's limit of a thread's name, in code points."""
HOW_TO_ASK = "Ask here, with /ask or by mentioning me: it is about this paper."
_MENTION = re.compile(r"<(?=[@#:/]|a:|t:|id:)")


def digest_card(
    delivery: Delivery,
    message_token: str,
    paper: Paper,
    freshness: Freshness,
    *,
    setup: ChannelSetup | None,
    changes: Sequence[PaperChange] = (),
    first: bool = False,
    squeeze: int = 0,
) -> Post:
    """One paper's message of layout CARDS; the ``first`` says what this is and of which days.

    ``message_token`` is that message's own, and its marker. ``changes`` and ``squeeze`` as in ``channel_digest``.
    """
    opening: tuple[Block, ...] = (heading(title(delivery, setup)), *narrowed(setup)) if first else ()
    around = Surroundings(
        opening=(*opening, *_counted(delivery)) if first else (),
        why=because(delivery, paper),
        changes=changes,
        buttons=(why_button(delivery, message_token, "Why this?"),),
        brief=True,
    )
    return paper_card(paper, freshness if first else None, around=around, squeeze=squeeze)


def forum_post(
    delivery: Delivery,
    message_token: str,
    paper: Paper,
    freshness: Freshness,
    *,
    setup: ChannelSetup | None,
    changes: Sequence[PaperChange] = (),
    first: bool = False,
    squeeze: int = 0,
) -> tuple[str, Post]:
    """The name of a forum post and its message: the whole card, since whoever opens it wants to read.

    What the digest is narrowed to is said in its ``first`` post only.
    """
    named: tuple[Block, ...] = (fine(title(delivery, setup)), *(narrowed(setup) if first else ()))
    around = Surroundings(
        opening=named,
        why=because(delivery, paper),
        changes=changes,
        buttons=(why_button(delivery, message_token, "Why this?"),),
        closing=(fine(HOW_TO_ASK),),
        is_discussed=True,
    )
    return post_title(paper), paper_card(paper, freshness, around=around, squeeze=squeeze)


def post_title(paper: Paper) -> str:
    """The paper's title as the name of a thread: at most 100 code points of plain text that mentions nobody.

    Discord formats nothing in a name, so nothing is escaped. A title without a letter or digit gives way to the id.
    """
    words = visible(phrases.title(paper))
    words = _MENTION.sub("‹", words).replace("@", f"@{ZERO_WIDTH_SPACE}")
    name = clip(" ".join(words.split()), LONGEST_POST_TITLE)
    return name if any(sign.isalnum() for sign in name) else phrases.called(paper.id)


def _counted(delivery: Delivery) -> tuple[Block, ...]:
    picked = len(delivery.paper_ids)
    return (fine(f"{phrases.counted(picked, 'paper')}, picked of {delivery.considered:,} considered."),)
