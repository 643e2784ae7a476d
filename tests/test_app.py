"""The program runs until it is told to stop, tidies up then, and hides no error of its work."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import scheduler
from bot.answering.extractive import Extractive
from bot.app import beating, one_round, open_resources, told_to_stop, until_stopped
from bot.core.grounding import AnswerStatus
from bot.errors import SourceUnreachable
from bot.ports import Envelope, Resources
from bot.render.post import Post
from bot.services import channels, details, discussion
from bot.settings import Settings, load_settings
from storage.errors import StorageError, StoreCorrupt
from storage.records import Destination
from storage.search_index import SearchIndex
from storage.store import Store
from tests.acceptance.machine import until
from tests.builders import DAY, FakeClock, make_paper, make_papers, make_setup
from tests.services.doubles import FakeOutbox, FakeSource
from tests.services.seeding import keep_unindexed
from tests.standins.chat_server import ChatServer, says
from tests.standins.semantic_scholar import SemanticScholarStandIn, make_known

Work = Coroutine[Any, Any, None]


class Diary:
    """What a piece of work went through."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.tidied = False

    @asynccontextmanager
    async def work(self) -> AsyncIterator[None]:
        self.begun.set()
        try:
            yield
        finally:
            await asyncio.sleep(0.01)  # tidying up takes a while, and is waited for
            self.tidied = True

    async def for_ever(self) -> None:
        async with self.work():
            await asyncio.Event().wait()

    async def broken(self) -> None:
        async with self.work():
            raise ZeroDivisionError("a mistake of ours")

    async def broken_while_tidying(self) -> None:
        try:
            await self.for_ever()
        finally:
            raise ZeroDivisionError("a mistake of ours")

    async def done_at_once(self) -> str:
        async with self.work():
            return "done"


@pytest.fixture
def diary() -> Diary:
    return Diary()


def listening() -> bool:
    return signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL


async def until_it_ends(work: Work, then: Callable[[], object], begun: asyncio.Event) -> None:
    with told_to_stop() as stop:
        running = asyncio.create_task(until_stopped(work, stop))
        await begun.wait()
        then()
        async with asyncio.timeout(30):
            await running


def tell(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_it_tidies_up_and_ends_without_an_error(number: signal.Signals, diary: Diary) -> None:
    await until_it_ends(diary.for_ever(), lambda: tell(number), diary.begun)
    assert diary.tidied
    assert not listening()


async def test_told_twice_it_stops_once(diary: Diary) -> None:
    def impatient() -> None:
        for _ in range(3):
            tell(signal.SIGTERM)

    await until_it_ends(diary.for_ever(), impatient, diary.begun)
    assert diary.tidied


async def test_work_that_ends_by_itself_ends_it(diary: Diary) -> None:
    assert await until_stopped(diary.done_at_once(), asyncio.Event()) == "done"
    assert diary.tidied


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_told_to_stop_while_it_closes_it_closes_to_the_end(number: signal.Signals, diary: Diary) -> None:
    with told_to_stop() as stop:
        async with diary.work():
            await until_stopped(Diary().done_at_once(), stop)
            tell(number)
            await asyncio.sleep(0)
    assert diary.tidied
    assert not listening()


async def test_told_to_stop_before_it_began_it_does_not_begin(diary: Diary) -> None:
    with told_to_stop() as stop:
        tell(signal.SIGTERM)
        await stop.wait()
        await until_stopped(diary.for_ever(), stop)
    assert not listening()


async def test_an_error_of_the_work_goes_through(diary: Diary) -> None:
    with pytest.raises(ZeroDivisionError, match="a mistake of ours"):
        await until_stopped(diary.broken(), asyncio.Event())
    assert diary.tidied


async def test_an_error_while_tidying_up_goes_through(diary: Diary) -> None:
    with pytest.raises(ZeroDivisionError):
        await until_it_ends(diary.broken_while_tidying(), lambda: tell(signal.SIGTERM), diary.begun)


async def test_cancelled_from_outside_it_leaves_no_work_behind(diary: Diary) -> None:
    running = asyncio.create_task(until_stopped(diary.for_ever(), asyncio.Event()))
    await diary.begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert diary.tidied


# --- its parts ---


class Awaited(FakeOutbox):
    """An outbox that tells when something arrives."""

    arrived: asyncio.Event

    async def send(self, destination: Destination, post: Post, envelope: Envelope) -> int:
        sent = await super().send(destination, post, envelope)
        self.arrived.set()
        return sent


class Slow(FakeOutbox):
    """An outbox that tells when it begins to send, and ends when it may."""

    begun: asyncio.Event
    may_end: asyncio.Event

    async def send(self, destination: Destination, post: Post, envelope: Envelope) -> int:
        self.begun.set()
        await self.may_end.wait()
        return await super().send(destination, post, envelope)


async def test_a_beating_heart_looks_and_delivers_by_itself(store: Store, tmp_path: Path, clock: FakeClock) -> None:
    source, outbox = FakeSource(clock), Awaited(clock)
    outbox.arrived = asyncio.Event()
    index = SearchIndex.open(tmp_path / "index")
    r = Resources(store=store, index=index, sources=(source,), answerer=Extractive(), clock=clock)
    source.lists[DAY] = make_papers(3)
    await channels.create(r, make_setup())
    async with asyncio.timeout(30), beating(r, outbox, ledger_kept=timedelta(days=180)):
        await outbox.arrived.wait()
    async with store.read() as tx:
        (done,) = await tx.deliveries.recent()
    assert done.message_id == outbox.sent[0].id, "stopped between sending and writing it down"


async def test_a_beating_heart_takes_in_what_other_processes_brought(
    store: Store, tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "TICK", timedelta(milliseconds=20))
    index = SearchIndex.open(tmp_path / "index")
    r = Resources(store=store, index=index, sources=(), answerer=Extractive(), clock=clock)
    other = await Store.open(store.url)
    async with beating(r, FakeOutbox(clock), ledger_kept=timedelta(days=180)):
        for count in (3, 5):
            async with other.write() as tx:
                await tx.papers.save(make_papers(count), ())
            await until(lambda count=count: index.revision == count)
    await other.close()


async def test_one_round_does_what_all_beats_do(store: Store, tmp_path: Path, clock: FakeClock) -> None:
    source, outbox = FakeSource(clock), FakeOutbox(clock)
    index = SearchIndex.open(tmp_path / "index")
    r = Resources(store=store, index=index, sources=(source,), answerer=Extractive(), clock=clock)
    source.lists[DAY] = make_papers(3)
    await channels.create(r, make_setup(publish=True))
    report = await one_round(r, outbox, ledger_kept=timedelta(days=180))
    assert len(report.sent) == 1
    assert outbox.published == [outbox.sent[0].id]


async def test_a_round_that_is_stopped_lets_what_is_under_way_end(
    store: Store, tmp_path: Path, clock: FakeClock
) -> None:
    source, outbox = FakeSource(clock), Slow(clock)
    outbox.begun, outbox.may_end = asyncio.Event(), asyncio.Event()
    index = SearchIndex.open(tmp_path / "index")
    r = Resources(store=store, index=index, sources=(source,), answerer=Extractive(), clock=clock)
    source.lists[DAY] = make_papers(3)
    await channels.create(r, make_setup())
    stop = asyncio.Event()
    running = asyncio.create_task(until_stopped(one_round(r, outbox, ledger_kept=timedelta(days=180)), stop))
    async with asyncio.timeout(30):
        await outbox.begun.wait()
        stop.set()
        await asyncio.sleep(0.01)
        outbox.may_end.set()
        assert await running is None
    async with store.read() as tx:
        (done,) = await tx.deliveries.recent()
    assert done.message_id == outbox.sent[0].id, "stopped between sending and writing it down"


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Everything in a folder of its own."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/new/paperboy.db")
    monkeypatch.setenv("INDEX_PATH", str(tmp_path / "index"))
    return load_settings(tmp_path / "no-such-file.env")


async def test_resources_are_opened_from_the_settings(settings: Settings, tmp_path: Path) -> None:
    async with open_resources(settings) as r:
        assert [source.name for source in r.sources] == ["huggingface", "files"]
        async with r.store.read() as tx:
            assert await tx.papers.count() == 0
        assert (await r.index.search(None, limit=1, today=DAY)).total == 0
    assert (tmp_path / "new" / "paperboy.db").is_file()


async def test_a_feed_inside_the_own_network_is_not_read_whatever_proxy_is_set(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEEDS", "journal=https://localhost/feed.xml")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with open_resources(load_settings(tmp_path / "no-such-file.env")) as r:
        feed = r.sources[-1]
        assert feed.name == "journal"
        with pytest.raises(SourceUnreachable, match="localhost stands in a private network"):
            await feed.fetch(None)


async def test_with_a_model_answers_are_worded_by_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = '{"claim": "It names what it is about.", "quote": "It names only what it is about", "kind": "stated"}'
    async with ChatServer([says(told)]) as server:
        monkeypatch.setenv("LLM_BASE_URL", server.url)
        monkeypatch.setenv("LLM_MODEL", "small-1, large-1")
        paper = make_paper()
        async with open_resources(load_settings(tmp_path / "no-such-file.env")) as r:
            async with r.store.write() as tx:
                await tx.papers.save([paper], [])
            reply = await discussion.ask(r, "What does it name?", [paper.id])
            assert [one.name for one in r.further_models] == ["large-1"]
    assert (reply.answer.status, reply.answer.engine) == (AnswerStatus.ANSWERED, "small-1")
    assert [claim.text for claim in reply.answer.claims] == ["It names what it is about."]


async def test_semantic_scholar_is_asked_where_it_is_wanted(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FakeClock
) -> None:
    async with open_resources(settings) as r:
        assert r.enrichment is None
    paper = make_paper()
    async with SemanticScholarStandIn(clock=clock, papers={paper.id: make_known(paper.id)}) as site:
        for name, value in {"S2": "on", "S2_API_KEY": site.key, "S2_API_URL": site.url}.items():
            monkeypatch.setenv(name, value)
        async with open_resources(load_settings(tmp_path / "no-such-file.env"), clock=clock) as r:
            await keep_unindexed(r, paper)
            clock.advance(days=2)
            await details.look_up(r, r.enrichment)
            async with r.store.read() as tx:
                found = await tx.papers.get(paper.id)
    assert found is not None
    assert (found.title, found.upvotes, found.citations) == (paper.title, paper.upvotes, 12)


async def test_where_the_index_cannot_be_opened_the_store_is_closed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Store] = []
    close = Store.close

    async def noted(store: Store) -> None:
        closed.append(store)
        await close(store)

    monkeypatch.setattr(Store, "close", noted)
    (tmp_path / "index").write_text("a file where a folder should be")
    with pytest.raises(StorageError):
        await _open_and_close(settings)
    assert len(closed) == 1


async def test_a_store_that_cannot_be_opened_says_so(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "paperboy.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreCorrupt):
        await _open_and_close(settings)


async def _open_and_close(settings: Settings) -> None:
    async with open_resources(settings):
        pass
