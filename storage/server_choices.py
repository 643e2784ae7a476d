"""What the admins of a server chose for the answers given in it. Standard library only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerChoices:
    """None, and no roles: as it is where nothing was chosen. What whoever runs the bot allows bounds all of it."""

    guild_id: int
    engine: str | None = None
    """A model's name, or ``bot.core.grounding.EXTRACTIVE`` for passages only."""
    language: str | None = None
    """The code of one of ``bot.core.languages``."""
    role_ids: tuple[int, ...] = ()
    """Only members with one of these roles may ask."""
    questions_a_day: int | None = None
    """How many of its members together the model answers."""
