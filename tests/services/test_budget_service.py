"""A model's day: so many tokens, so much money, counted in the store and begun anew at midnight UTC."""

from decimal import Decimal

import pytest

from bot.errors import ModelFailed
from bot.services.budget import Allowance, DayBudget
from storage.store import Store
from tests.builders import FakeClock


def budget(store: Store, clock: FakeClock, **limits: object) -> DayBudget:
    return DayBudget(store, clock, Allowance(**limits))  # type: ignore[arg-type]  # the test's own words


async def test_tokens_are_counted_until_none_is_left(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock, tokens=100)
    await one.spend(60, 30)
    await one.check()
    await one.spend(9, 1)
    with pytest.raises(ModelFailed, match="100 tokens"):
        await one.check()


async def test_another_process_counts_along_and_a_restart_changes_nothing(store: Store, clock: FakeClock) -> None:
    await budget(store, clock, tokens=100).spend(100, 0)
    with pytest.raises(ModelFailed):
        await budget(store, clock, tokens=100).check()


async def test_a_new_day_begins_anew(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock, tokens=100)
    await one.spend(100, 0)
    clock.advance(days=1)
    await one.check()


async def test_money_is_what_tokens_cost(store: Store, clock: FakeClock) -> None:
    limits = {"money": Decimal("1.00"), "prompt_price": Decimal("0.50"), "answer_price": Decimal(2)}
    one = budget(store, clock, **limits)
    await one.spend(1_000_000, 249_999)
    await one.check()
    await one.spend(0, 1)
    with pytest.raises(ModelFailed):
        await one.check()


async def test_without_a_limit_there_is_none(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock)
    await one.spend(10**9, 10**9)
    await one.check()
