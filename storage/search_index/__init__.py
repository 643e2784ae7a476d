"""The search index: ranking, exact pages and totals over all papers, on disk, derived from the store.

The store is the truth and the index a cache that is allowed to die: it remembers up to which revision it holds
everything, catches up from there, and starts anew where it is missing, damaged or of another shape. Several processes
may have one folder open; who finds another one writing goes on with what is there.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import ParamSpec, Self, TypeVar

import tantivy

from storage.errors import StorageError, StoreCorrupt, StoreUnreachable
from storage.lineage import Lineage
from storage.query import Field, Query
from storage.records import Paper, PaperId
from storage.search_index import folder, shape
from storage.search_index.alike import alike
from storage.search_index.beginnings import beginning_with
from storage.search_index.folder import State
from storage.search_index.opening import created, is_panic, look, opened, problem_with
from storage.search_index.pages import Hit, Hits, SearchSort, by_key, by_score, some, titled_first
from storage.search_index.spelling import readings
from storage.search_index.translate import everything, scores, titled, translate
from storage.search_index.writer import Writer
from storage.store import Store

__all__ = ["Hit", "Hits", "SearchIndex", "SearchSort"]

BATCH = 1_000
"""Papers that are in memory at once while catching up."""
COMMIT_EVERY = 50_000
"""Papers between two commits: what a crash may cost, and how often new papers are seen while a large store is read."""
MOST_BEGINNINGS = 1_000
"""Beginnings that are remembered as completed: the first letters, which everybody types and which take longest."""
PATIENCE = 2.0
"""Seconds for which another process's writing is waited for."""
_PAUSE = 0.1

P = ParamSpec("P")
T = TypeVar("T")


class SearchIndex:
    """Made by ``open``. Searching and catching up may run at the same time; two catchings-up wait for each other."""

    def __init__(self, path: Path, index: tantivy.Index, rebuilt_because: str | None) -> None:
        self.path = path
        self.rebuilt_because = rebuilt_because
        """Why all papers are read anew, in words; None where the index was found whole or never was."""
        self._index = index
        self._stamp = folder.stamp(path)
        self._turn = asyncio.Lock()
        # One core is left to the event loop: it would wait for its turn as long as the slowest of the searches takes.
        self._cores = asyncio.Semaphore(max((os.cpu_count() or 1) - 1, 1))
        self._store: Store | None = None
        self._completed: dict[object, tuple[str, ...]] = {}
        """By field, beginning and limit, as the index was when it had this stamp."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """The index in the folder ``path``; created where missing, emptied where damaged or of another shape.

        Raises:
            StorageError: the folder cannot be read or written.
        """
        folder.prepare(path)
        found = look(path)
        problem = problem_with(path)
        if problem is None:
            try:
                return cls(path, opened(path), None)
            except ValueError as damage:
                problem = f"the index was damaged ({folder.first_line(damage)})"
        index, anew = created(path, found=found)
        return cls(path, index, (problem or None) if anew else None)

    @property
    def revision(self) -> int:
        """Up to which revision of the store the index holds everything; 0 for nothing."""
        return self._state.revision

    @property
    def _state(self) -> State:
        return folder.read_state(self.path) or State(shape=shape.VERSION, revision=0)

    # --- catching up ---

    async def behind(self, store: Store) -> int:
        """How many papers there are to be read before it holds everything, at most. Raises StorageError."""
        async with store.read() as tx:
            newest, lineage, count = await tx.papers.revision(), await tx.papers.lineage(), await tx.papers.count()
        state = self._state
        held = state.revision if _refused(state, lineage, newest) is None else 0
        return min(newest - held, count)

    async def catch_up(
        self, store: Store, *, progress: Callable[[int], None] | None = None, until: Callable[[], bool] | None = None
    ) -> int:
        """Bring in what changed in ``store`` since the last time; gives how many papers. Safe to repeat and to kill.

        ``progress`` is told how many were read so far. Once ``until`` holds, what was read is committed and the rest
        left for the next time. Where another process keeps writing, nothing is done.

        Raises:
            StorageError: the store cannot be read, or the index cannot be written.
        """
        self._store = store
        course = _Course(progress or (lambda _: None), until or (lambda: False))
        return await self._healing(lambda: self._catch_up(store, course), fills=True)

    async def _catch_up(self, store: Store, course: "_Course") -> int:
        async with self._turn:
            if await _is_current(store, self._state) or (writer := await self._writer()) is None:
                return 0
            return await self._bring_in(store, writer, course)

    async def _bring_in(self, store: Store, writer: Writer, course: "_Course") -> int:
        done = 0
        try:
            state = self._state  # read anew, and the store's after it: whoever wrote before may be ahead
            lineage, newest = await _newest(store)
            revision, reading = state.revision, _Reading(store, writer.held)
            if (refused := _refused(state, lineage, newest)) is not None:
                await _in_thread(writer.empty)
                self.rebuilt_because = refused or self.rebuilt_because
                revision, reading = 0, _Reading(store, 0)
            while batch := await reading.behind(revision):
                await _in_thread(writer.add, [paper for _, paper in batch], are_new=reading.are_new)
                revision = batch[-1][0]
                done += len(batch)
                course.progress(done)
                if course.until():
                    break
                if writer.uncommitted >= COMMIT_EVERY:
                    await _in_thread(writer.commit, lineage.store, revision)
                    reading.held = writer.held
            else:
                revision = max(revision, newest)
            await _in_thread(writer.commit, lineage.store, revision)
        finally:
            await _in_thread(writer.close)
        return done

    async def _writer(self) -> Writer | None:
        waited = 0.0
        while True:
            try:
                return await _in_thread(Writer, self.path, self._current())
            except ValueError as problem:
                if "LockBusy" not in str(problem):
                    raise folder.unwritable(self.path, problem) from problem
            if waited >= PATIENCE:
                return None
            await asyncio.sleep(_PAUSE)
            waited += _PAUSE

    # --- searching ---

    async def search(
        self,
        query: Query | None,
        *,
        limit: int,
        offset: int = 0,
        sort: SearchSort = "relevance",
        today: date,
    ) -> Hits:
        """One page of the papers that match, or of all of them where ``query`` is None.

        The order is total. ``relevance``: a paper whose whole title is asked for, then the best ``pages.WEIGHED`` by
        score and ``shape.prior``, then by score; ``match``: the same without the prior; ``new``: by day, newest first;
        ``top``: by upvotes. Equals are told apart by day and id. Where nothing tells better matches from worse ones
        (filters and names), relevance is ``new``.

        Raises:
            StorageError: the index was damaged, and no store is known yet from which it could be made anew.
        """

        def page() -> Hits:
            index = self._current()
            wanted = everything() if query is None else translate(query, index.schema, today)
            if sort in {"relevance", "match"} and query is not None and scores(query):
                weighed = sort == "relevance"
                whole_title = titled(query, index.schema)
                if whole_title is None:
                    return by_score(index.searcher(), wanted, limit, offset, weighed=weighed)
                return titled_first(index.searcher(), wanted, whole_title, limit, offset, weighed=weighed)
            return by_key(index.searcher(), wanted, sort, limit, offset)

        return await self._healing(lambda: self._ask(page))

    async def some(self, query: Query, *, limit: int, today: date) -> tuple[PaperId, ...]:
        """The ``limit`` best papers that match as fast as it goes, for somebody who is typing.

        None is counted, and of equally good ones any may come; where none is better than another, the newest.

        Raises:
            StorageError: as for ``search``.
        """

        def page() -> tuple[PaperId, ...]:
            index = self._current()
            wanted = translate(query, index.schema, today)
            if scores(query):
                return some(index.searcher(), wanted, limit)
            return tuple(hit.paper_id for hit in by_key(index.searcher(), wanted, "new", limit, 0).hits)

        return await self._healing(lambda: self._ask(page))

    async def alike(self, paper: Paper, *, limit: int) -> tuple[Hit, ...]:
        """The ``limit`` papers that share most of the words that tell ``paper`` from others, the nearest first.

        Raises:
            StorageError: as for ``search``.
        """

        def page() -> tuple[Hit, ...]:
            index = self._current()
            searcher = index.searcher()
            wanted = alike(searcher, index.schema, paper)
            return by_score(searcher, wanted, limit, 0).hits if wanted is not None else ()

        return await self._healing(lambda: self._ask(page))

    async def readings(self, text: str) -> tuple[str, ...]:
        """What may be meant by the query ``text``: words that hardly any paper holds replaced by near ones.

        The likeliest comes first; nothing where its words are known or none is near.

        Raises:
            StorageError: as for ``search``.
        """
        return await self._healing(lambda: self._ask(lambda: readings(self._current().searcher(), text)))

    async def beginning_with(self, field: Field | None, beginning: str, *, limit: int) -> tuple[str, ...]:
        """At most ``limit`` words of ``field`` (of titles where that is None) that begin with ``beginning``.

        Those of most papers come first. The words of a name are joined as in ``storage.searchable.name_key``.

        Raises:
            StorageError: as for ``search``.
        """

        def found() -> tuple[str, ...]:
            searcher = self._current().searcher()
            key = (self._stamp, field, beginning, limit)
            if (known := self._completed.get(key)) is None:
                if len(self._completed) >= MOST_BEGINNINGS:
                    self._completed.clear()
                known = self._completed[key] = beginning_with(searcher, field, beginning, limit)
            return known

        return await self._healing(lambda: self._ask(found)) if beginning else ()

    async def _ask(self, work: Callable[[], T]) -> T:
        async with self._cores:
            return await _in_thread(work)

    # --- one folder, several processes ---

    def _current(self) -> tantivy.Index:
        """The index as it was committed last, by whichever process."""
        now = folder.stamp(self.path)
        if now != self._stamp:
            state = folder.read_state(self.path)
            if state is not None and state.shape == shape.VERSION:
                self._index.reload()
                self._stamp = now
        return self._index

    async def _healing(self, work: Callable[[], Awaitable[T]], *, fills: bool = False) -> T:
        """``work``, and where it meets damaged files, the same again with an index made anew (and filled first)."""
        index = self._index
        try:
            return await work()
        except BaseException as problem:
            if not _may_be_damage(problem):
                raise
            await self._make_anew(index, problem)
        if not fills:
            if self._store is None:
                raise StoreCorrupt(f"The search index in {self.path} was damaged; it is made anew at the next start.")
            await self._catch_up(self._store, _Course(lambda _: None, lambda: False))
        return await work()

    async def _make_anew(self, broken: tantivy.Index, problem: BaseException) -> None:
        """Replace ``broken``, unless somebody already did.

        Raises:
            StorageError: its files are whole, so ``problem`` is another one.
        """
        async with self._turn:
            if self._index is not broken:
                return
            found = look(self.path)
            damage = await _in_thread(folder.damage, self.path)
            if damage is None:
                if isinstance(problem, StorageError):
                    raise problem
                words = f"The search index cannot answer: {folder.first_line(problem)}"
                raise folder.by_the_system(self.path, problem) or StorageError(words) from problem
            self.rebuilt_because = f"the index was damaged ({damage})"
            self._index, _ = await _in_thread(created, self.path, found=found)
            self._stamp = folder.stamp(self.path)


@dataclass(frozen=True, slots=True)
class _Course:
    """Who is told how far a catching-up is, and who says that it is enough."""

    progress: Callable[[int], None]
    until: Callable[[], bool]


def _may_be_damage(problem: BaseException) -> bool:
    return isinstance(problem, ValueError | StoreCorrupt | StoreUnreachable) or is_panic(problem)


async def _newest(store: Store) -> tuple[Lineage, int]:
    async with store.read() as tx:
        return await tx.papers.lineage(), await tx.papers.revision()


async def _is_current(store: Store, state: State) -> bool:
    lineage, newest = await _newest(store)
    return state.revision == newest and _refused(state, lineage, newest) is None


def _refused(state: State, lineage: Lineage, newest: int) -> str | None:
    """Why nothing that the index holds counts for the store; empty where it holds nothing yet, None where it counts."""
    if not state.revision and not state.store:
        return ""
    if not lineage.shares(state.store, state.revision):
        return "the index was made from another store"
    if state.revision > newest:
        return "the index was ahead of the store, which was put back to an earlier state"
    return None


@dataclass(slots=True)
class _Reading:
    """The papers of ``store`` in the order of their revisions, and whether the index may hold them in an older form.

    All that it holds up to a revision was read with one up to that. Where the store still has as many with such a
    revision, none of them has changed, so all behind it, as far as the store has come, are new to the index.
    """

    store: Store
    held: int | None
    """Papers in the index; None where that is not known."""
    are_new: bool = False
    """Whether the index holds none of the papers that were given last."""
    _new_until: int = 0

    async def behind(self, revision: int) -> list[tuple[int, Paper]]:
        """The next papers behind ``revision``, up to which the index holds all."""
        async with self.store.read() as tx:
            if revision >= self._new_until and self.held is not None:
                # First: what changes while the others are counted or read gets a revision above it.
                newest = await tx.papers.revision()
                self._new_until = newest if await tx.papers.count_until(revision) == self.held else 0
        async with self.store.read() as tx:
            batch = await tx.papers.indexed_since(revision, BATCH)
        new = [one for one in batch if one[0] <= self._new_until]
        self.are_new = bool(new)
        self.held = self.held + len(new) if new and self.held is not None else None
        return new or batch


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """``work`` in a thread, and awaited to its end even when we are cancelled: a writer is never left to itself."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **kwargs))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise
