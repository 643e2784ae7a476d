import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import SourceThrottled
from bot.sources.exchange import ATTEMPTS
from bot.sources.http import PoliteClient
from tests.builders import BASE, FakeClock
from tests.sources.asking import Pauses, make_ask
from tests.standins.hugging_face import HuggingFaceStandIn, body, status, throttled
from tests.standins.site import Fault


@pytest.mark.parametrize(
    ("fault", "pause"),
    [
        (throttled(resets_in=4), 5),
        (throttled(retry_after=7), 7),
        (throttled(retry_after=BASE + timedelta(seconds=12)), 12),
        (throttled(resets_in=4, retry_after=9), 9),
        (status(503, Retry_After="3"), 3),
    ],
    ids=["window", "seconds", "date", "both", "503"],
)
async def test_a_short_wait_is_waited_and_the_request_repeated(
    fault: Fault, pause: float, polite: PoliteClient, site: HuggingFaceStandIn, pauses: Pauses
) -> None:
    site.meets(fault)

    answer = await polite.get(make_ask(site))

    assert answer.body == b"[]"
    assert pauses.taken == [pause]


async def test_a_long_wait_is_not_waited_but_told(
    polite: PoliteClient, site: HuggingFaceStandIn, pauses: Pauses
) -> None:
    site.meets(throttled(resets_in=200))

    with pytest.raises(SourceThrottled, match="until 09:03:21 UTC") as refusal:
        await polite.get(make_ask(site, patience=timedelta(seconds=10)))

    assert refusal.value.retry_at == BASE + timedelta(seconds=201)
    assert pauses.taken == []


async def test_until_then_nobody_asks(polite: PoliteClient, site: HuggingFaceStandIn, clock: FakeClock) -> None:
    site.meets(throttled(resets_in=200))
    ask = make_ask(site, patience=timedelta(seconds=10))
    for _ in range(3):
        with pytest.raises(SourceThrottled):
            await polite.get(replace(ask, url=f"{site.url}/another"))
    assert len(site.seen) == 1

    clock.advance(seconds=201)

    assert (await polite.get(ask)).body == b"[]"


async def test_another_site_is_asked_meanwhile(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.meets(throttled(resets_in=200))
    with pytest.raises(SourceThrottled):
        await polite.get(make_ask(site))

    assert (await polite.get(make_ask(site, source="arxiv"))).body == b"[]"


async def test_a_site_that_refuses_again_and_again_is_left_alone(
    polite: PoliteClient, site: HuggingFaceStandIn
) -> None:
    site.meets(throttled(retry_after=1), times=ATTEMPTS)

    with pytest.raises(SourceThrottled):
        await polite.get(make_ask(site))

    assert len(site.seen) == ATTEMPTS


async def test_patience_is_spent_over_all_attempts(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.meets(throttled(retry_after=8), times=ATTEMPTS)

    with pytest.raises(SourceThrottled):
        await polite.get(make_ask(site, patience=timedelta(seconds=10)))

    assert len(site.seen) == 2


async def test_a_limit_that_is_spent_is_obeyed_before_it_is_hit(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    site.remaining = 1
    await polite.get(make_ask(site))

    with pytest.raises(SourceThrottled) as refusal:
        await polite.get(make_ask(site))

    assert refusal.value.retry_at == BASE + timedelta(seconds=301)
    assert len(site.seen) == 1


async def test_the_last_requests_of_a_window_are_spread_over_it_by_those_who_can_wait(
    polite: PoliteClient, site: HuggingFaceStandIn, pauses: Pauses
) -> None:
    site.remaining, site.resets_in = 20, 240
    patient, impatient = (make_ask(site, patience=timedelta(seconds=wait)) for wait in (600, 2))
    await polite.get(patient)

    await polite.get(patient)
    await polite.get(impatient)

    assert pauses.taken == [240 / 20, 2]


async def test_a_site_gets_one_request_at_a_time(polite: PoliteClient, site: HuggingFaceStandIn) -> None:
    at_once = most = 0

    async def answer(_: Any) -> Any:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return await body(b"[]")(_)

    site.meets(answer, times=4)

    await asyncio.gather(*(polite.get(make_ask(site)) for _ in range(4)))

    assert most == 1


async def test_whoever_waited_for_their_turn_learns_that_the_gate_was_shut(
    polite: PoliteClient, site: HuggingFaceStandIn
) -> None:
    site.remaining = 1

    outcomes = await asyncio.gather(*(polite.get(make_ask(site)) for _ in range(3)), return_exceptions=True)

    assert [type(outcome).__name__ for outcome in outcomes] == ["Answer", "SourceThrottled", "SourceThrottled"]
    assert len(site.seen) == 1
