"""How a server is answered, and what its admins may choose."""

from collections.abc import Sequence

from bot.core.choices import PASSAGES, Terms
from bot.core.grounding import EXTRACTIVE
from bot.render.phrases import fine, heading, line, listed, text
from bot.render.post import Block, Inline, Listing, Post, Role, Span

NAME = 60
"""Characters of a model's name."""
ONLY_PASSAGES = "passages only, word for word"
NO_MODEL = (
    "No language model is offered to this server, so its answers are passages; what is chosen here waits for one."
)
WHAT_STAYS = "Quotations stay in the language of their paper, and my own words in English."
HOW = "Choose with the options of this command; “without” makes one of them as usual again."


def choices_post(terms: Terms, *, changed: bool) -> Post:
    """What holds in a server, for those who choose it."""
    title = "This is how I answer from now on" if changed else "How I answer in this server"
    blocks: list[Block] = [heading(title, level=3), Listing(terms_lines(terms, with_limit=True))]
    if terms.missing is not None:
        blocks.append(text(f"“{line(terms.missing, NAME)}” was chosen, and is not offered any more."))
    if not terms.offer.models:
        blocks.append(text(NO_MODEL))
    models = listed([line(name, NAME) for name in (*terms.offer.models, PASSAGES)], "or")
    return Post((*blocks, fine(f"Models to choose from: {models}. {HOW}\n{WHAT_STAYS}")))


def terms_lines(terms: Terms, *, with_limit: bool = False) -> tuple[tuple[Inline, ...], ...]:
    """The model, the language and who may ask, a line each; ``with_limit`` how often, too.

    Where no model answers, what holds of one is left out, except of the latter: whoever chose it sees that it is kept.
    """
    is_passages = terms.engine == EXTRACTIVE
    answers = _told("Answers", ONLY_PASSAGES if is_passages else f"by {line(terms.engine, NAME)}")
    language = _told("A model's language" if is_passages else "Language", terms.language or "that of the question")
    who = _told("May ask", *_who(terms.role_ids))
    if not with_limit:
        return (answers, who) if is_passages else (answers, language, who)
    return (answers, language, who, _told("Questions to the model a day", _limit(terms)))


def roles(role_ids: Sequence[int]) -> list[Inline]:
    """The names of several roles, of which one is enough."""
    found: list[Inline] = []
    for place, role_id in enumerate(role_ids):
        between = "" if place == 0 else " or " if place == len(role_ids) - 1 else ", "
        found += [Span(between), Role(role_id, f"role {role_id}")] if between else [Role(role_id, f"role {role_id}")]
    return found


def _who(role_ids: Sequence[int]) -> list[Inline]:
    return [Span("members with "), *roles(role_ids)] if role_ids else [Span("everybody")]


def _limit(terms: Terms) -> str:
    own, allowed = terms.questions_a_day, terms.offer.questions_a_server
    if own is None:
        return "without a limit"
    if allowed is None or own == allowed:
        return f"{own:,} of all members together"
    return f"{own:,} of all members together, of {allowed:,} that whoever runs me allows"


def _told(what: str, *said: Inline | str) -> tuple[Inline, ...]:
    return (Span(f"{what}: "), *(Span(one) if isinstance(one, str) else one for one in said))
