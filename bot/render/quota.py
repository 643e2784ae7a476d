"""What a language model still answers to somebody today."""

from bot.core.allowance import Quota, Share
from bot.core.choices import Terms
from bot.core.grounding import EXTRACTIVE
from bot.render.choices import terms_lines
from bot.render.phrases import fine, heading, text, when
from bot.render.post import Block, Listing, Post, Span

AFTERWARDS = "After that a question is answered with the closest passages, as often as you like."
NO_MODEL = "No language model answers here: I answer with the closest passages, and you may ask as often as you like."


def quota_post(quota: Quota | None, terms: Terms | None = None) -> Post:
    """What was asked, what is left, and when it is renewed; None where no model answers.

    ``terms`` is how the server in which it is asked is answered.
    """
    here: list[Block] = [text("In this server:"), Listing(terms_lines(terms))] if terms is not None else []
    if quota is None or (terms is not None and terms.engine == EXTRACTIVE):
        return Post((heading("Questions without a limit", level=3), text(NO_MODEL), *here))
    shares = (("You", quota.person), ("This server", quota.server))
    entries = tuple((Span(_told(who, share)),) for who, share in shares if share is not None)
    spent = "The model has answered as much as it may today, whoever asks." if quota.is_spent else ""
    blocks = (Listing(entries),) if entries else ()
    words = text(*((f"{spent} ",) if spent else ()), "It begins anew ", when(quota.renews_at), ".")
    return Post((heading("Questions to the model today", level=3), *blocks, words, fine(AFTERWARDS), *here))


def _told(who: str, share: Share) -> str:
    if share.most is None:
        return f"{who}: {share.asked:,} asked, without a limit"
    left = max(0, share.most - share.asked)
    return f"{who}: {share.asked:,} of {share.most:,} asked, {left:,} left"
