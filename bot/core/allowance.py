"""How much a language model may answer in a day (UTC), and what of it is left to somebody. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

MILLION = 1_000_000
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, and in which server, with their roles there; None in a direct message."""

    person_id: int
    guild_id: int | None = None
    role_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Of one day; None is without limit. Prices are for a million tokens, in whatever currency the limit is."""

    tokens: int | None = None
    money: Decimal | None = None
    prompt_price: Decimal = Decimal(0)
    answer_price: Decimal = Decimal(0)
    questions_a_person: int | None = None
    questions_a_server: int | None = None

    def is_spent(self, prompt: int, answer: int) -> bool:
        """Whether so many tokens of prompts and of answers are as much as there may be."""
        spent = (prompt * self.prompt_price + answer * self.answer_price) / MILLION
        return (self.tokens is not None and prompt + answer >= self.tokens) or (
            self.money is not None and spent >= self.money
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many questions were asked today, of how many; None is without limit."""

    asked: int
    most: int | None

    @property
    def is_used_up(self) -> bool:
        return self.most is not None and self.asked >= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What is left to somebody today."""

    person: Share | None
    """None of whoever runs the bot: nothing is counted of them."""
    server: Share | None
    """None where they ask in none."""
    is_spent: bool
    """Whether the day's tokens or money are spent, for everybody."""
    renews_at: datetime


def renewal(now: datetime) -> datetime:
    """When the next day begins."""
    return datetime.combine(now.astimezone(UTC).date() + A_DAY, time(), UTC)
