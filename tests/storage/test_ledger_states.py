"""Every step of a delivery from every state: what may happen, and that nothing else changes anything."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from storage.deliveries import Deliveries
from storage.records import DeliveryState
from storage.store import Store
from tests.builders import BASE, CHANNEL, make_delivery, make_id
from tests.ledger import posted_papers

PLANNED, SENDING, SENT, SKIPPED, FAILED, UNREACHABLE = DeliveryState
LEASE = timedelta(minutes=2)
LATER = BASE + timedelta(minutes=1)
ONE = make_id(1)

Step = Callable[[Deliveries, int], Awaitable[object]]

STEPS: dict[str, Step] = {
    "claim": lambda ledger, delivery: ledger.claim(delivery, now=LATER, lease=LEASE),
    "renew": lambda ledger, delivery: ledger.renew(delivery, LATER + LEASE, attempt=1),
    "retry": lambda ledger, delivery: ledger.retry(delivery, not_before=LATER, problem="429"),
    "sent": lambda ledger, delivery: ledger.sent(delivery, at=LATER),
    "skipped": lambda ledger, delivery: ledger.skipped(delivery, reason="late", at=LATER),
    "failed": lambda ledger, delivery: ledger.failed(delivery, problem="refused", at=LATER),
    "unreachable": lambda ledger, delivery: ledger.unreachable(delivery, problem="gone", at=LATER),
}

TABLE = {
    ("claim", PLANNED): SENDING,
    ("renew", SENDING): SENDING,
    ("retry", SENDING): PLANNED,
    ("sent", PLANNED): SENT,
    ("sent", SENDING): SENT,
    ("skipped", PLANNED): SKIPPED,
    ("skipped", SENDING): SKIPPED,
    ("failed", PLANNED): FAILED,
    ("failed", SENDING): FAILED,
    ("unreachable", PLANNED): UNREACHABLE,
    ("unreachable", SENDING): UNREACHABLE,
}
"""All that may happen; whatever is not here changes nothing. (A claim whose lease has run out has its own tests.)"""

TAKES_ITS_PAPERS = {PLANNED, SENDING, SENT}


async def bring_to(ledger: Deliveries, state: DeliveryState) -> int:
    delivery = await ledger.plan(make_delivery(ONE))
    assert delivery is not None
    if state is not PLANNED:
        await ledger.claim(delivery.id, now=BASE, lease=LEASE)
    if state not in {PLANNED, SENDING}:
        await STEPS[str(state)](ledger, delivery.id)
    return delivery.id


@pytest.mark.parametrize("state", DeliveryState)
async def test_only_the_steps_of_the_table_change_a_delivery(each_store: Store, state: DeliveryState) -> None:
    for name, step in STEPS.items():
        async with each_store.write() as tx:
            delivery_id = await bring_to(tx.deliveries, state)
            before = await tx.deliveries.get(delivery_id)
            changed = await step(tx.deliveries, delivery_id)
            after = await tx.deliveries.get(delivery_id)
            papers = await posted_papers(tx.deliveries, CHANNEL)
            assert before is not None
            assert after is not None
            expected = TABLE.get((name, state))
            assert after.state == (expected or state), f"{name} from {state}"
            assert bool(changed) == (expected is not None), f"{name} from {state}"
            if expected is None:
                assert after == before, f"{name} from {state}"
            assert papers == ({ONE} if after.state in TAKES_ITS_PAPERS else set()), f"{name} from {state}"
            assert (after.ended_at is not None) == (after.state not in {PLANNED, SENDING})
            await tx.people._connection.exec_driver_sql("DELETE FROM posted_papers")
            await tx.people._connection.exec_driver_sql("DELETE FROM deliveries")


@pytest.mark.parametrize(("step", "state"), [(step, state) for (step, _), state in TABLE.items() if step == state])
async def test_a_paper_that_was_not_sent_may_be_picked_again(
    each_store: Store, step: str, state: DeliveryState
) -> None:
    async with each_store.write() as tx:
        await STEPS[step](tx.deliveries, await bring_to(tx.deliveries, PLANNED))
        free = await posted_papers(tx.deliveries, CHANNEL) == set()
    assert free == (state is not SENT)


async def test_a_step_of_an_unknown_delivery_changes_nothing(each_store: Store) -> None:
    async with each_store.write() as tx:
        assert [bool(await step(tx.deliveries, 404)) for step in STEPS.values()] == [False] * len(STEPS)
