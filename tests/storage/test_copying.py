"""A store carried to another database: all of it and nothing twice, or nothing at all."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, insert, select

from storage import copying
from storage.backup import check
from storage.copying import TABLES, copy, rows
from storage.errors import StorageError, StoreTooNew, StoreUnreachable
from storage.fulltext import FullText, Origin, Piece, PieceKind
from storage.lineage import COPIED_AT, COPIED_FROM, STORE
from storage.records import PaperId
from storage.schema import counters, facts
from storage.search_index import SearchIndex
from storage.store import Store
from storage.vectors import PaperVector
from tests.builders import (
    BASE,
    CHANNEL,
    DAY,
    make_delivery,
    make_id,
    make_paper,
    make_papers,
    make_person,
    make_setup,
    make_topic,
    sighting_of,
)

MODEL = "a-model"


@pytest.fixture
def other_url(each_url: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of the other kind."""
    if each_url.startswith("sqlite"):
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite+aiosqlite:///{tmp_path / 'copy' / 'paperboy.db'}"


def some_row(table: Table, paper_id: str) -> dict[str, object]:
    """A row of any table that refers to nothing but a paper."""
    kinds = {"Moment": BASE, "Date": DAY, "LargeBinary": b"\0\xff", "JSON": {"b": [1, None], "a": "ß"}, "Boolean": True}
    numbers = dict.fromkeys(("Integer", "BigInteger"), 2**31 - 1)
    known: dict[str, object] = {**kinds, **numbers, "Texts": ("a", "b"), "Place": CHANNEL}
    return {
        column.name: paper_id if column.name == "paper_id" else known.get(type(column.type).__name__, "some words")
        for column in table.columns
    }


async def fill(url: str) -> int:
    """Something in every table, in the forms that the two databases keep differently; gives the last setup's id."""
    papers = (*make_papers(25), make_paper("hep-th/9901001", title="Größe, 漢字 😀 and 'quotes'", keywords=("a", "b")))
    store = await Store.open(url)
    async with store.write() as tx:
        await tx.papers.save(papers, [sighting_of(paper) for paper in papers])
        newer = make_paper(papers[0].id, version=2, withdrawn_at=BASE + timedelta(microseconds=1))
        await tx.papers.save([newer], [sighting_of(newer, seen_at=BASE + timedelta(days=1))])
        vectors = [
            PaperVector(paper_id=paper.id, model=MODEL, digest=-(2**63), codes=b"\0\x7f\xff") for paper in papers
        ]
        await tx.vectors.save(vectors)
        piece = Piece("1 Größe", PieceKind.PROSE, "𝒪(n²)")
        text = FullText(paper_id=papers[0].id, version=2, origin=Origin.HTML, read_at=BASE, pieces=(piece,))
        await tx.texts.save(text)
        await tx.texts.save_vectors(papers[0].id, MODEL, 2**63 - 1, bytes(range(256)))
        await tx.sources.record_failure("huggingface", at=BASE, problem="no answer", retry_at=None)
        await tx.sources.mark_day("huggingface", DAY, at=BASE)
        await tx.channels.add(make_setup())
        gone = await tx.channels.add(make_setup(query="cat:cs.CL"))
        await tx.channels.remove(gone.id)
        await tx.channels.guild_left(7, BASE)
        await tx.people.save(make_person())
        await tx.topics.follow(make_topic())
        await tx.deliveries.plan(make_delivery(make_id(1), left_out={"below": 2}, notes={make_id(1): "“why”"}))
        await tx.threads.claim(CHANNEL, PaperId(make_id(1)), now=BASE, abandoned_before=BASE)
        await tx.facts.put("name", "value")
        await tx.queries.keep("diffusion", at=BASE)
        for table in TABLES:  # those that nobody thought of here
            if not (await tx.papers._connection.execute(select(table).limit(1))).all():
                await tx.papers._connection.execute(insert(table).values(some_row(table, papers[0].id)))
    await store.close()
    return gone.id


async def held(url: str) -> dict[str, list[str]]:
    """Every row of every table as text, sorted; but for what tells a copy from its source."""
    store = await Store.open(url)
    async with store.read() as tx:
        connection = tx.papers._connection
        found = {table.name: sorted(map(repr, await connection.execute(select(table)))) for table in TABLES}
    await store.close()
    own = tuple(f"('{name}', " for name in (STORE, COPIED_FROM, COPIED_AT))
    found[counters.name] = [row for row in found[counters.name] if not row.startswith(own)]
    return found


@pytest.fixture(autouse=True)
def _small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "PORTION", 10)


@pytest.mark.postgres
async def test_everything_arrives_on_the_other_database_and_is_counted(each_url: str, other_url: str) -> None:
    await fill(each_url)
    told: list[int] = []
    copied = await copy(each_url, other_url, progress=told.append)
    there = await held(other_url)
    assert there == await held(each_url)
    assert [name for name, found in there.items() if not found] == [], "fill puts something into every table"
    assert copied == sum(map(len, there.values())) + 3 == await rows(each_url)
    assert told == sorted(told)
    assert told[-1] == 2 * copied
    assert (await check(other_url)).problems == ()


@pytest.mark.postgres
async def test_numbers_go_on_where_they_were(each_url: str, other_url: str) -> None:
    last = await fill(each_url)
    await copy(each_url, other_url)
    store = await Store.open(other_url)
    async with store.write() as tx:
        assert (await tx.channels.add(make_setup())).id == last + 1, "an id of a setup that is gone is not given again"
        revision = await tx.papers.revision()
        await tx.papers.save([make_paper("2504.00001")], [])
        assert await tx.papers.revision() == revision + 1
    await store.close()


async def test_an_index_of_the_source_is_one_of_the_copy(store_url: str, tmp_path: Path) -> None:
    await fill(store_url)
    target = f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}"
    await copy(store_url, target)
    source, there = await Store.open(store_url), await Store.open(target)
    index = SearchIndex.open(tmp_path / "index")
    await index.catch_up(source)
    assert await index.behind(there) == 0
    assert await index.catch_up(there) == 0
    await source.close()
    await there.close()


@pytest.mark.postgres
async def test_whatever_interrupts_it_nothing_is_kept_and_it_can_be_repeated(each_url: str, other_url: str) -> None:
    await fill(each_url)
    before = await held(each_url)

    def interrupt(done: int) -> None:
        if done > 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await copy(each_url, other_url, progress=interrupt)
    assert not any(found for name, found in (await held(other_url)).items() if name != counters.name)
    await copy(each_url, other_url)
    assert await held(other_url) == before == await held(each_url)


@pytest.mark.postgres
async def test_a_target_that_holds_anything_is_refused_untouched(each_url: str, other_url: str) -> None:
    await fill(each_url)
    store = await Store.open(other_url)
    async with store.write() as tx:
        await tx.facts.put("precious", "mine")
    await store.close()
    before = await held(other_url)
    with pytest.raises(StorageError, match=r"is not empty: its table facts.*Name a new file"):
        await copy(each_url, other_url)
    assert await held(other_url) == before


async def test_what_comes_back_changed_is_noticed_and_undone(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store_url)
    target = f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}"

    class Careless(copying._Copying):
        async def compare(self, table: object) -> None:
            if table is facts:
                await self.writing.execute(insert(facts).values(name="another", value="one"))
            await super().compare(table)  # type: ignore[arg-type]  # a table it is

    monkeypatch.setattr(copying, "_Copying", Careless)
    with pytest.raises(StorageError, match=r"does not give back .* facts \(2 rows of 1\)"):
        await copy(store_url, target)
    store = await Store.open(target)
    async with store.read() as tx:
        assert await tx.papers._connection.scalar(select(func.count()).select_from(facts)) == 0
    await store.close()


async def test_the_store_itself_and_one_that_is_not_there_are_refused(
    store_file: Path, store_url: str, tmp_path: Path
) -> None:
    (tmp_path / "other-name.db").symlink_to(store_file)
    for same in (store_url, f"sqlite:///{tmp_path / 'other-name.db'}"):
        with pytest.raises(StorageError, match="is the store itself"):
            await copy(store_url, same)
    with pytest.raises(StoreUnreachable, match="nothing to copy"):
        await copy(f"sqlite:///{tmp_path / 'missing.db'}", f"sqlite:///{tmp_path / 'new.db'}")
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "missing.db").exists()


async def test_a_source_of_a_newer_version_is_not_touched(store_url: str, tmp_path: Path) -> None:
    store = await Store.open(store_url)
    async with store.write() as tx:
        await tx.papers._connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    await store.close()
    with pytest.raises(StoreTooNew):
        await copy(store_url, f"sqlite:///{tmp_path / 'new.db'}")
