"""A model's day: so many tokens, so much money, so many questions, counted in the store, begun anew at midnight UTC."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.core.allowance import Allowance, Asker, Share
from bot.errors import ModelFailed, ModelFault
from bot.ports import Resources
from bot.services.budget import DayBudget, quota
from storage.store import Store
from tests.builders import FakeClock

ADA = Asker(person_id=1, guild_id=7)
GRACE = Asker(person_id=2, guild_id=7)
ALONE = Asker(person_id=2)


def budget(store: Store, clock: FakeClock, **limits: object) -> DayBudget:
    return DayBudget(store, clock, Allowance(**limits))  # type: ignore[arg-type]  # the test's own words


async def test_tokens_are_counted_until_none_is_left(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock, tokens=100)
    await one.spend(60, 30)
    await one.take(None)
    await one.spend(9, 1)
    with pytest.raises(ModelFailed, match="100 tokens"):
        await one.take(None)


async def test_another_process_counts_along_and_a_restart_changes_nothing(store: Store, clock: FakeClock) -> None:
    await budget(store, clock, tokens=100).spend(100, 0)
    with pytest.raises(ModelFailed):
        await budget(store, clock, tokens=100).take(None)


async def test_a_new_day_begins_anew(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock, tokens=100)
    await one.spend(100, 0)
    clock.advance(days=1)
    await one.take(None)


async def test_money_is_what_tokens_cost(store: Store, clock: FakeClock) -> None:
    limits = {"money": Decimal("1.00"), "prompt_price": Decimal("0.50"), "answer_price": Decimal(2)}
    one = budget(store, clock, **limits)
    await one.spend(1_000_000, 249_999)
    await one.take(None)
    await one.spend(0, 1)
    with pytest.raises(ModelFailed):
        await one.take(None)


async def test_without_a_limit_there_is_none(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock)
    await one.spend(10**9, 10**9)
    await one.take(None)


# --- each person's and each server's part ---


async def refused(one: DayBudget, asker: Asker) -> ModelFault | None:
    try:
        await one.take(asker)
    except ModelFailed as problem:
        return problem.fault
    return None


async def test_a_person_asks_as_often_as_they_may(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock, questions_a_person=2)
    assert [await refused(one, ADA) for _ in range(3)] == [None, None, ModelFault.PERSON]
    assert await refused(one, GRACE) is None
    clock.advance(days=1)
    assert await refused(one, ADA) is None


async def test_a_server_asks_as_often_as_it_may_and_what_it_may_not_is_not_counted(
    store: Store, clock: FakeClock
) -> None:
    one = budget(store, clock, questions_a_person=2, questions_a_server=1)
    assert [await refused(one, ADA), await refused(one, GRACE)] == [None, ModelFault.SERVER]
    assert [await refused(one, ALONE) for _ in range(3)] == [None, None, ModelFault.PERSON]


async def test_however_many_ask_at_once_no_more_are_answered(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock, questions_a_person=3)
    outcomes = await asyncio.gather(*(refused(one, ADA) for _ in range(8)))
    assert outcomes.count(None) == 3


async def test_what_was_not_answered_is_given_back(store: Store, clock: FakeClock) -> None:
    one = budget(store, clock, questions_a_person=1, questions_a_server=1)
    await one.take(ADA)
    await one.give_back(ADA)
    assert await refused(one, ADA) is None


async def test_a_quota_tells_what_is_left_and_when_it_begins_anew(r: Resources, clock: FakeClock) -> None:
    able = replace(r, allowance=Allowance(tokens=10, questions_a_person=2, questions_a_server=5))
    one = DayBudget(r.store, clock, able.allowance or Allowance())
    await one.take(ADA)
    await one.take(GRACE)
    told = await quota(able, ADA)
    assert told is not None
    assert (told.person, told.server) == (Share(asked=1, most=2), Share(asked=2, most=5))
    assert not told.is_spent
    assert timedelta() < told.renews_at - clock() <= timedelta(days=1)
    await one.spend(10, 0)
    of_the_owner = await quota(able, None)
    assert of_the_owner is not None
    assert of_the_owner.is_spent
    assert (of_the_owner.person, of_the_owner.server) == (None, None)


async def test_without_a_model_nothing_is_counted(r: Resources) -> None:
    assert await quota(r, ADA) is None
