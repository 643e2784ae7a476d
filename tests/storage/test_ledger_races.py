"""Many at once: tasks on one store, stores on one database, processes on one file."""

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from storage.records import Delivery
from storage.store import Store
from tests.builders import BASE, make_delivery, make_key, make_papers
from tests.ledger import posted_papers

ROOT = Path(__file__).parents[2]
LEASE = timedelta(minutes=2)

PLAN_IN_A_PROCESS = """
import asyncio, sys
from storage.store import Store
from tests.builders import make_delivery, make_id, make_key

async def main(url, name):
    store = await Store.open(url)
    print("ready", flush=True)
    sys.stdin.readline()
    planned = 0
    for number in range(20):
        async with store.write() as tx:
            delivery = make_delivery(make_id(number), key=make_key(slot=f"setup-{number}"), notes={"by": name})
            planned += await tx.deliveries.plan(delivery) is not None
    await store.close()
    print(planned)

asyncio.run(main(*sys.argv[1:]))
"""


async def claim(store: Store, delivery: Delivery) -> bool:
    async with store.write() as tx:
        return await tx.deliveries.claim(delivery.id, now=BASE, lease=LEASE) is not None


async def test_of_fifty_claims_at_once_one_wins(each_url: str) -> None:
    stores = [await Store.open(each_url) for _ in range(2)]
    async with stores[0].write() as tx:
        delivery = await tx.deliveries.plan(make_delivery("2503.00001"))
    assert delivery is not None
    won = await asyncio.gather(*(claim(stores[number % 2], delivery) for number in range(50)))
    assert sum(won) == 1
    for store in stores:
        await store.close()


async def test_of_fifty_plans_at_once_one_is_kept(each_url: str) -> None:
    stores = [await Store.open(each_url) for _ in range(2)]

    async def plan(number: int) -> Delivery | None:
        async with stores[number % 2].write() as tx:
            return await tx.deliveries.plan(make_delivery(f"2503.{number:05}"))

    kept = [one for one in await asyncio.gather(*map(plan, range(50))) if one is not None]
    async with stores[0].read() as tx:
        assert await tx.deliveries.recent() == kept
        assert await posted_papers(tx.deliveries, kept[0].key.destination) == set(kept[0].paper_ids)
    for store in stores:
        await store.close()


async def test_two_deliveries_that_want_the_same_papers_share_them_out(each_store: Store) -> None:
    ids = [paper.id for paper in make_papers(10)]

    async def plan(number: int) -> Delivery | None:
        async with each_store.write() as tx:
            mine = ids[number:] + ids[:number]
            return await tx.deliveries.plan(make_delivery(*mine, key=make_key(slot=f"setup-{number}")))

    kept = await asyncio.gather(*map(plan, range(8)))
    shared = [paper_id for one in kept if one is not None for paper_id in one.paper_ids]
    assert sorted(shared) == ids


def test_two_processes_that_plan_the_same_keys_make_each_once(store_url: str) -> None:
    processes = [
        subprocess.Popen(  # noqa: S603  # this very Python
            [sys.executable, "-c", PLAN_IN_A_PROCESS, store_url, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for name in ("one", "two")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    planned = [int(process.communicate(timeout=30)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum(planned) == 20

    async def keys() -> list[str]:
        store = await Store.open(store_url)
        async with store.read() as tx:
            found = [one.key.slot for one in await tx.deliveries.recent(limit=100)]
        await store.close()
        return found

    assert sorted(asyncio.run(keys())) == sorted(f"setup-{number}" for number in range(20))


async def test_what_is_due_is_found_among_many_that_ended(each_store: Store) -> None:
    many = text("""
        INSERT INTO deliveries (destination, local_date, slot, due_at, expires_at, token, paper_ids, considered,
            left_out, notes, state, attempts, planned_at, ended_at)
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
        SELECT 'channel:' || n, d.local_date, 'old', d.due_at, d.expires_at, 'old' || n, d.paper_ids, 0,
            d.left_out, d.notes, 'sent', 1, d.planned_at, d.due_at
        FROM numbers, deliveries d WHERE d.slot = 'first'
    """)
    async with each_store.write() as tx:
        await tx.deliveries.plan(make_delivery(key=make_key(slot="first")))
        await tx.deliveries._connection.execute(many)
        last = await tx.deliveries.plan(make_delivery(key=make_key(slot="last")))
    assert last is not None
    async with each_store.read() as tx:
        assert [one.key.slot for one in await tx.deliveries.due(BASE)] == ["first", "last"]
        assert await tx.deliveries.by_key(last.key) == last
        assert await tx.deliveries.by_token(last.token) == last


async def test_sqlite_reads_what_is_due_from_the_index_of_open_deliveries(store: Store) -> None:
    statements: list[tuple[str, Any]] = []
    event.listen(
        store._engines.reader.sync_engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, parameters, *_rest: statements.append((statement, parameters)),
    )
    async with store.read() as tx:
        await tx.deliveries.due(BASE)
        statement, parameters = next(one for one in statements if "due_at" in one[0])
        rows = await tx.deliveries._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        assert "ix_deliveries_open" in " ".join(str(row) for row in rows)
