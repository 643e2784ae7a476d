"""What a server chose for its answers, as a file spells it: only what was chosen, in words that a person can edit."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.core.choices import MOST_ROLES, PASSAGES
from bot.core.grounding import EXTRACTIVE
from bot.core.languages import in_english, language_of
from bot.core.setup_terms import LARGEST_NUMBER, parse_id, shown
from bot.core.text import clean
from bot.errors import InvalidInput
from storage.server_choices import ServerChoices

LONGEST_NAME = 200


def written(chosen: ServerChoices) -> dict[str, Any]:
    """What was chosen, by its keys; empty where nothing was."""
    values = {
        "model": PASSAGES if chosen.engine == EXTRACTIVE else chosen.engine,
        "language": in_english(chosen.language),
        "roles": [str(role_id) for role_id in chosen.role_ids],
        "questions": chosen.questions_a_day,
    }
    return {name: value for name, value in values.items() if value}


def read_model(value: object) -> str:
    """Any name: which models are offered is another installation's business. Raises InvalidInput."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or clean(value) != value:
        raise InvalidInput(f'{shown(value)} is no name of a model; write it as LLM_MODEL does, or "{PASSAGES}".')
    return EXTRACTIVE if value.casefold() == PASSAGES else value


def read_language(value: object) -> str:
    """Raises InvalidInput."""
    code = language_of(value) if isinstance(value, str) else None
    if code is None:
        raise InvalidInput(f'{shown(value)} is no language that I know; write for example "German".')
    return code


def read_roles(value: object) -> tuple[int, ...]:
    """Raises InvalidInput."""
    if not isinstance(value, list) or len(value) > MOST_ROLES:
        raise InvalidInput(f"{shown(value)} is no list of up to {MOST_ROLES} ids of roles.")
    return tuple(dict.fromkeys(map(parse_id, value)))


def read_questions(value: object) -> int:
    """Raises InvalidInput."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LARGEST_NUMBER:
        raise InvalidInput(f"{shown(value)} is no number of questions a day; write it in digits, as in 100.")
    return value


READERS: Mapping[str, tuple[str, Callable[[object], Any]]] = {
    "model": ("engine", read_model),
    "language": ("language", read_language),
    "roles": ("role_ids", read_roles),
    "questions": ("questions_a_day", read_questions),
}
"""By each key the field that it is, and how it is read."""
