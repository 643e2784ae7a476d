"""The store: everything that Paperboy remembers, read and written in transactions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.address import Address
from storage.answers import Answers, AnswersReader
from storage.channels import Channels, ChannelsReader
from storage.choices import Choices, ChoicesReader
from storage.claims import KeptClaims, KeptClaimsReader
from storage.deliveries import Deliveries
from storage.discussions import Discussions, DiscussionsReader
from storage.engine import BUSY_TIMEOUT, Engines, open_engines
from storage.facts import Facts, FactsReader, Queries, QueriesReader
from storage.failures import translated
from storage.gates import Gates
from storage.ledger import DeliveriesReader
from storage.messages import Messages, MessagesReader
from storage.papers import Papers, PapersReader
from storage.people import People, PeopleReader
from storage.questions import Questions, QuestionsReader
from storage.saved import SavedPapers, SavedPapersReader
from storage.sources import Sources, SourcesReader
from storage.texts import FullTexts, FullTextsReader
from storage.threads import Threads, ThreadsReader
from storage.topics import Topics, TopicsReader
from storage.vectors import Vectors, VectorsReader

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """One consistent view of the store: whatever others commit meanwhile is not in it."""

    papers: PapersReader
    vectors: VectorsReader
    sources: SourcesReader
    channels: ChannelsReader
    topics: TopicsReader
    people: PeopleReader
    saved: SavedPapersReader
    deliveries: DeliveriesReader
    messages: MessagesReader
    threads: ThreadsReader
    discussions: DiscussionsReader
    choices: ChoicesReader
    texts: FullTextsReader
    questions: QuestionsReader
    answers: AnswersReader
    claims: KeptClaimsReader
    facts: FactsReader
    queries: QueriesReader


@dataclass(frozen=True, slots=True)
class Writing:
    """One unit of work: all of it is kept, or nothing."""

    papers: Papers
    vectors: Vectors
    sources: Sources
    channels: Channels
    topics: Topics
    people: People
    saved: SavedPapers
    deliveries: Deliveries
    messages: Messages
    threads: Threads
    discussions: Discussions
    choices: Choices
    texts: FullTexts
    questions: Questions
    answers: Answers
    claims: KeptClaims
    facts: Facts
    queries: Queries
    gates: Gates


class Store:
    """A database whose tables are those of this version. Bound to the event loop that opened it."""

    def __init__(self, address: Address, engines: Engines) -> None:
        self._address = address
        self._engines = engines
        self._noting = asyncio.Lock()
        self._notes: list[tuple[Callable[[Writing], Awaitable[Any]], asyncio.Future[Any]]] = []

    @classmethod
    async def open(cls, url: str, *, busy_timeout: timedelta = BUSY_TIMEOUT) -> "Store":
        """Open the store at ``url``, making the file and its folder where they are missing, and apply migrations.

        ``busy_timeout`` is how long any transaction waits for somebody else's before StoreBusy.

        Raises:
            StorageError: one of its kinds, with a message that says how to mend it.
        """
        address = Address.parse(url)
        return cls(address, await open_engines(address, busy_timeout=busy_timeout))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reading]:
        """A consistent view for reading. Raises StorageError."""
        async with self._transaction(self._engines.reader) as connection:
            yield Reading(
                papers=PapersReader(connection),
                vectors=VectorsReader(connection),
                sources=SourcesReader(connection),
                channels=ChannelsReader(connection),
                topics=TopicsReader(connection),
                people=PeopleReader(connection),
                saved=SavedPapersReader(connection),
                deliveries=DeliveriesReader(connection),
                messages=MessagesReader(connection),
                threads=ThreadsReader(connection),
                discussions=DiscussionsReader(connection),
                choices=ChoicesReader(connection),
                texts=FullTextsReader(connection),
                questions=QuestionsReader(connection),
                answers=AnswersReader(connection),
                claims=KeptClaimsReader(connection),
                facts=FactsReader(connection),
                queries=QueriesReader(connection),
            )

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Writing]:
        """A unit of work, kept at the end of the block and undone by an exception out of it. Raises StorageError.

        Keep it short and never await a network inside: on SQLite everybody else's writing waits.
        """
        async with self._transaction(self._engines.writer) as connection:
            yield Writing(
                papers=Papers(connection),
                vectors=Vectors(connection),
                sources=Sources(connection),
                channels=Channels(connection),
                topics=Topics(connection),
                people=People(connection),
                saved=SavedPapers(connection),
                deliveries=Deliveries(connection),
                messages=Messages(connection),
                threads=Threads(connection),
                discussions=Discussions(connection),
                choices=Choices(connection),
                texts=FullTexts(connection),
                questions=Questions(connection),
                answers=Answers(connection),
                claims=KeptClaims(connection),
                facts=Facts(connection),
                queries=Queries(connection),
                gates=Gates(connection),
            )

    async def note(self, work: Callable[[Writing], Awaitable[T]]) -> T:
        """Do ``work`` in a unit of work that it shares with all the notes that came while the last one was kept.

        For what is small and comes in crowds: a disk that keeps forty units a second keeps any number of notes. It is
        kept when this returns. Notes that share their unit share its fate: an error of one is raised to each of them.
        """
        ended: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._notes.append((work, ended))
        async with self._noting:
            if not ended.done():  # nobody before us has taken it along
                notes, self._notes = self._notes, []
                try:
                    async with self.write() as tx:
                        results = [await each(tx) for each, _ in notes]
                except BaseException as error:  # noqa: BLE001  # raised to everybody, us too, below
                    for _, one in notes:
                        one.set_exception(error)
                else:
                    for (_, one), result in zip(notes, results, strict=True):
                        one.set_result(result)
        return await ended

    async def close(self) -> None:
        await self._engines.close()

    @property
    def url(self) -> str:
        """The address with its password; never show it, show ``str(store)``."""
        return self._address.url.render_as_string(hide_password=False)

    def __str__(self) -> str:
        return str(self._address)

    def __repr__(self) -> str:
        return f"Store({self._address})"

    @asynccontextmanager
    async def _transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        async with AsyncExitStack() as stack:
            with translated(self._address, connecting=True):
                connection = await stack.enter_async_context(engine.connect())
            with translated(self._address):
                async with connection.begin():
                    yield connection
