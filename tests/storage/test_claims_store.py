"""Claims come out as they went in, on both databases, and only the newest sets of them are kept."""

from datetime import timedelta

import pytest

from storage.claims import KeptClaim
from storage.store import Store
from tests.builders import BASE, make_id

CLAIM = KeptClaim(
    text="It is “𝒪(n²)”.", label="STATED", quote="the cost is 𝒪(n²)", section="2 Cost", paper_id=make_id(1)
)


async def test_claims_come_out_as_they_went_in(each_store: Store) -> None:
    async with each_store.write() as tx:
        await tx.claims.keep("a", [CLAIM, CLAIM], at=BASE)
        await tx.claims.keep("b", [], at=BASE)
        await tx.claims.keep("a", [CLAIM], at=BASE)
    async with each_store.read() as tx:
        assert await tx.claims.get("a") == (CLAIM,)
        assert await tx.claims.get("b") == ()
        assert await tx.claims.get("c") is None


async def test_the_oldest_go_first(each_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.claims.MOST_KEPT", 2)
    async with each_store.write() as tx:
        for minutes, name in enumerate("abc"):
            await tx.claims.keep(name, [CLAIM], at=BASE + timedelta(minutes=minutes))
    async with each_store.read() as tx:
        assert [name for name in "abc" if await tx.claims.get(name)] == ["b", "c"]
