"""How a server is answered: what its admins chose, within what whoever runs the bot offers and allows. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.allowance import Asker
from bot.core.grounding import EXTRACTIVE
from bot.core.languages import in_english, language_of
from bot.core.text import clip
from bot.errors import InvalidInput
from storage.server_choices import ServerChoices

MOST_ROLES = 10
PASSAGES = "passages"
"""What is written to be answered with passages only, in the place of a model's name."""
NO_MODELS = frozenset({PASSAGES, EXTRACTIVE})
"""What answers without a model are called, so that no model may be."""
WITHOUT = ("model", "language", "roles", "questions")
"""What can be as usual again."""


def read_models(text: str) -> tuple[str, ...]:
    """The names of models in a list that is parted by commas."""
    return tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What there is to choose from."""

    models: tuple[str, ...] = ()
    """The first is the usual one; none where no model answers."""
    questions_a_server: int | None = None
    """So many may the members of one server ask in a day; None is without limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody typed to be different; None stays as it is."""

    model: str | None = None
    language: str | None = None
    role_id: int | None = None
    """One more role whose members may ask; together with ``without`` the only one."""
    questions: int | None = None
    without: str | None = None
    """One of ``WITHOUT``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a server is answered."""

    engine: str
    """A model's name, or ``EXTRACTIVE``."""
    language: str | None
    """By its English name; None is that of the question."""
    role_ids: tuple[int, ...]
    """Only members with one of these may ask; everybody where there is none."""
    questions_a_day: int | None
    offer: Offer
    missing: str | None = None
    """A model that was chosen and is not offered any more."""


def terms(chosen: ServerChoices, offer: Offer) -> Terms:
    """What holds: what was chosen, as far as it is offered; of two limits the lower one."""
    usual = offer.models[0] if offer.models else EXTRACTIVE
    is_offered = chosen.engine in {None, EXTRACTIVE, *offer.models}
    return Terms(
        engine=chosen.engine if chosen.engine is not None and is_offered else usual,
        language=in_english(chosen.language),
        role_ids=chosen.role_ids,
        questions_a_day=lower(chosen.questions_a_day, offer.questions_a_server),
        offer=offer,
        missing=None if is_offered else chosen.engine,
    )


def lower(wished: int | None, allowed: int | None) -> int | None:
    """Of two limits the lower one; None is without."""
    return min((limit for limit in (wished, allowed) if limit is not None), default=None)


def may_ask(asker: Asker, role_ids: Sequence[int]) -> bool:
    """Whether somebody has one of the roles that it takes."""
    return not role_ids or not asker.role_ids.isdisjoint(role_ids)


def changed(chosen: ServerChoices, wish: Wish, offer: Offer) -> ServerChoices:
    """What is chosen then.

    Raises:
        InvalidInput: the model or the language is none of those that there are, the limit is above what is allowed,
            or there are too many roles.
    """
    chosen = _without(chosen, wish)
    if wish.model is not None:
        chosen = replace(chosen, engine=_engine(wish.model.strip(), offer.models))
    if wish.language is not None:
        chosen = replace(chosen, language=_language(wish.language))
    if wish.role_id is not None:
        chosen = replace(chosen, role_ids=_roles(chosen, wish.role_id))
    if wish.questions is not None:
        chosen = replace(chosen, questions_a_day=_questions(wish.questions, offer.questions_a_server))
    return chosen


def _without(chosen: ServerChoices, wish: Wish) -> ServerChoices:
    taken = {"model": wish.model, "language": wish.language, "questions": wish.questions}
    if taken.get(wish.without or "") is not None:
        raise InvalidInput(f"Choose either another {wish.without} or the usual one, not both at once.")
    match wish.without:
        case None:
            return chosen
        case "model":
            return replace(chosen, engine=None)
        case "language":
            return replace(chosen, language=None)
        case "roles":
            return replace(chosen, role_ids=())
        case "questions":
            return replace(chosen, questions_a_day=None)
        case strange:
            raise InvalidInput(f"“{clip(strange, 20)}” cannot be taken away; choose {_either(WITHOUT)}.")


def _engine(name: str, models: Sequence[str]) -> str:
    if name.casefold() == PASSAGES:
        return EXTRACTIVE
    if name not in models:
        if not models:
            raise InvalidInput("No language model is offered here, so answers are passages; there is no other choice.")
        raise InvalidInput(f"No model “{clip(name, 60)}” is offered here. Choose {_either((*models, PASSAGES))}.")
    return name


def _language(text: str) -> str:
    code = language_of(text)
    if code is None:
        raise InvalidInput(f"I know no language “{clip(text, 40)}” to answer in; write for example German or Deutsch.")
    return code


def _roles(chosen: ServerChoices, role_id: int) -> tuple[int, ...]:
    if role_id == chosen.guild_id:  # Discord's @everyone
        raise InvalidInput("Everybody may ask where no role is chosen; “without” takes away those that are.")
    role_ids = tuple(dict.fromkeys((*chosen.role_ids, role_id)))
    if len(role_ids) > MOST_ROLES:
        raise InvalidInput(
            f"Up to {MOST_ROLES} roles can be chosen; give a role to those who may ask, and choose that."
        )
    return role_ids


def _questions(count: int, allowed: int | None) -> int:
    if count < 1:
        raise InvalidInput(f"At least one question a day. To have none answered by a model, choose {PASSAGES}.")
    if allowed is not None and count > allowed:
        raise InvalidInput(f"Whoever runs me allows each server {allowed:,} questions a day; choose no more than that.")
    return count


def _either(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
