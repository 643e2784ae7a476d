"""The composition root: the only module that knows every layer. It puts the parts together and lets them run."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

import httpx
import structlog

from bot.answering.extractive import Extractive
from bot.core.reports import TickReport
from bot.errors import MeaningUnavailable
from bot.meaning import MiniLM, missing
from bot.ports import Answerer, Clock, Outbox, Resources, Source, system_clock
from bot.services import details, ingest, meaning, similar
from bot.services.following import followed_categories
from bot.settings import Settings
from bot.sources import semantic_scholar
from bot.sources.arxiv import ArXiv
from bot.sources.arxiv_feed import Announced
from bot.sources.arxiv_gate import ArxivGate
from bot.sources.arxiv_sites import Sites
from bot.sources.feed import Feed
from bot.sources.folder import Folder
from bot.sources.full_text import FullTexts
from bot.sources.http import PoliteClient, certificates
from bot.sources.huggingface import HuggingFace
from bot.sources.preprints import ApiGate, Preprints
from bot.sources.public import PublicTransport
from bot.sources.semantic_scholar import SemanticScholar
from storage.errors import StorageError
from storage.search_index import SearchIndex
from storage.store import Store

log = structlog.get_logger(__name__)

T = TypeVar("T")

STOP = (signal.SIGTERM, signal.SIGINT)
REFRESH = timedelta(minutes=30)
LOOK_UP = timedelta(minutes=5)
SEND = timedelta(seconds=5)
"""Looking for what is due, and for what may be sent, is a question or two to an index."""
KEEP_TRUE = timedelta(minutes=1)
LOOK_AT_OBSTACLES = timedelta(minutes=5)
FORGET = timedelta(hours=6)
MAKE_VECTORS = timedelta(seconds=10)
"""How often it is looked for papers without a vector, and how long some are made then: always, while there are any."""
PATIENCE = timedelta(seconds=15)
"""A running bot does not wait for a site that asks for more: it goes on with the store and comes back later."""


@contextlib.asynccontextmanager
async def open_resources(
    settings: Settings, *, patience: timedelta = PATIENCE, clock: Clock = system_clock
) -> AsyncIterator[Resources]:
    """All that the use cases need, opened, and closed at the end of the block.

    ``patience`` is how long a source may be waited for when its rate limit is spent. ``clock`` is what everything in it
    goes by.

    Raises:
        StorageError: the store cannot be opened; the message says how to mend it.
    """
    store = await Store.open(settings.database_url.get_secret_value())
    embedder = MiniLM() if settings.semantic and not missing() else None
    try:
        index = await asyncio.to_thread(SearchIndex.open, settings.index_folder)
        async with (
            httpx.AsyncClient(verify=certificates()) as client,
            httpx.AsyncClient(transport=PublicTransport(), trust_env=False) as public,
        ):
            polite = PoliteClient(client, clock=clock)
            hugging_face = HuggingFace(
                polite, endpoint=settings.hf_endpoint, token=settings.hf_token, clock=clock, patience=patience
            )
            gated = PoliteClient(client, clock=clock, shared=ArxivGate(store, clock))
            arxiv = _arxiv(settings, gated, store, clock=clock, patience=patience) if settings.arxiv else None
            outside = PoliteClient(public, clock=clock)
            feeds = (
                Feed(outside, name=name, url=url, clock=clock, patience=patience)
                for name, url in settings.feed_addresses.items()
            )
            preprints = _preprints(settings, client, store, clock=clock, patience=patience)
            others: tuple[Source, ...] = (*preprints, Folder(settings.papers_folder, clock=clock), *feeds)
            usual, *further = _answerers(settings, client, store, clock=clock)
            yield Resources(
                store=store,
                index=index,
                sources=(hugging_face, *((arxiv,) if arxiv is not None else ()), *others),
                catalogue=arxiv,
                enrichment=_semantic_scholar(settings, client, store, clock=clock),
                answerer=usual,
                further_models=tuple(further),
                allowance=settings.allowance if settings.llm_base_url is not None else None,
                embedder=embedder,
                texts=FullTexts(
                    hugging_face=polite,
                    arxiv=gated,
                    hf_endpoint=settings.hf_endpoint,
                    hf_token=settings.hf_token,
                    arxiv_url=settings.arxiv_html_url,
                    clock=clock,
                    patience=patience,
                ),
                clock=clock,
                remembers=settings.remembered,
            )
    finally:
        if embedder is not None:
            embedder.close()
        await store.close()


def _answerers(settings: Settings, client: httpx.AsyncClient, store: Store, *, clock: Clock) -> Sequence[Answerer]:
    """What answers where nothing else was chosen, and what may be chosen in its place."""
    if settings.llm_base_url is None or not settings.models:
        return [Extractive()]
    # Late: whoever has no model does without what speaks to one.
    from bot.answering.chat import Chat
    from bot.answering.model import ByModel
    from bot.services.budget import DayBudget

    address, key, budget = settings.llm_base_url, settings.llm_api_key, DayBudget(store, clock, settings.allowance)
    return [ByModel(Chat(client, base_url=address, model=name, key=key), budget) for name in settings.models]


def _arxiv(settings: Settings, client: PoliteClient, store: Store, *, clock: Clock, patience: timedelta) -> ArXiv:
    sites = Sites(rss=settings.arxiv_rss_url, api=settings.arxiv_api_url, oai=settings.arxiv_oai_url)
    return ArXiv(
        client,
        sites=sites,
        clock=clock,
        followed=partial(followed_categories, store, settings.followed),
        kinds=frozenset(map(Announced, settings.announced)),
        patience=patience,
    )


def _preprints(
    settings: Settings, client: httpx.AsyncClient, store: Store, *, clock: Clock, patience: timedelta
) -> Iterator[Preprints]:
    for server, subjects in settings.preprints.items():
        gated = PoliteClient(client, clock=clock, shared=ApiGate(store, clock))
        url = settings.biorxiv_api_url
        yield Preprints(gated, server=server, subjects=subjects, url=url, clock=clock, patience=patience)


def _semantic_scholar(
    settings: Settings, client: httpx.AsyncClient, store: Store, *, clock: Clock
) -> SemanticScholar | None:
    if not settings.s2:
        return None
    shared = semantic_scholar.gate(store, clock, has_key=settings.s2_api_key is not None)
    gated = PoliteClient(client, clock=clock, shared=shared)
    return SemanticScholar(gated, url=settings.s2_api_url, key=settings.s2_api_key)


@contextlib.asynccontextmanager
async def beating(r: Resources, outbox: Outbox, *, ledger_kept: timedelta) -> AsyncIterator[None]:
    """The heart of a running bot: look at the sources, deliver what is due, keep true what was delivered."""
    # Here and below late: a search at a shell does without the scheduler, deliveries and Discord, and starts sooner.
    from bot.scheduler import LONGEST_FAREWELL, TICK, Beat, heartbeat
    from bot.services import pauses, planning, upkeep
    from bot.services.dispatch import Dispatcher

    dispatcher = Dispatcher(r, outbox)
    problems: list[str] = []
    # What is here by now stays: libraries, servers, channels. To look through it for garbage again and again would take
    # a tenth of a second each time, in which nobody gets an answer.
    gc.collect()
    gc.freeze()
    try:
        async with heartbeat(
            Beat(name="make vectors", every=MAKE_VECTORS, call=partial(_make_vectors, r, problems)),
            Beat(name="refresh", every=REFRESH, call=partial(ingest.refresh, r)),
            Beat(name="index", every=TICK, call=partial(_follow, r, problems)),
            Beat(name="look up", every=LOOK_UP, call=partial(details.look_up, r, r.catalogue)),
            Beat(name="enrich", every=LOOK_UP, call=partial(details.look_up, r, r.enrichment)),
            Beat(name="plan", every=TICK, call=partial(planning.plan_due, r, outbox.reaches)),
            Beat(name="send", every=SEND, call=dispatcher.send_due),
            Beat(name="publish", every=TICK, call=partial(upkeep.publish, r, outbox)),
            Beat(name="keep true", every=KEEP_TRUE, call=partial(_keep_true, r, outbox)),
            Beat(name="resume", every=LOOK_AT_OBSTACLES, call=partial(pauses.resume_mended, r, outbox)),
            Beat(name="forget", every=FORGET, call=partial(upkeep.forget_the_old, r, keep=ledger_kept)),
        ):
            try:
                yield
            finally:
                dispatcher.close()  # or the beat that sends would go on to the next ones
    finally:
        if not await dispatcher.idle(within=LONGEST_FAREWELL):
            log.warning("stopped with deliveries under way; the ledger will resume them")
        gc.unfreeze()


async def _follow(r: Resources, problems: list[str]) -> None:
    """Find what other processes brought into the store, too."""
    try:
        await r.index.catch_up(r.store)
    except StorageError as problem:
        _tell_once("the search index stays behind", problem, problems)


async def _make_vectors(r: Resources, problems: list[str]) -> None:
    """For a while."""
    if r.embedder is None:
        return
    try:
        await r.embedder.load()
        await meaning.catch_up(r, within=MAKE_VECTORS * 0.9)
        await similar.take_in(r, r.embedder)
    except MeaningUnavailable as problem:
        _tell_once("no vectors are made", problem, problems)


def _tell_once(words: str, problem: Exception, problems: list[str]) -> None:
    """What is tried again and again need not be told each time."""
    if str(problem) not in problems:
        log.warning(words, problem=str(problem))
        problems.append(str(problem))


async def one_round(r: Resources, outbox: Outbox, *, ledger_kept: timedelta) -> TickReport:
    """All that the beats of a running bot do, once and to its end; gives what became of the deliveries."""
    from bot.services import dispatch, pauses, upkeep

    await ingest.refresh(r)
    await details.look_up(r, r.catalogue)
    await pauses.resume_mended(r, outbox)
    report = await dispatch.tick(r, outbox)
    await upkeep.publish(r, outbox)
    await details.look_up(r, r.enrichment)
    await _keep_true(r, outbox)
    await upkeep.forget_the_old(r, keep=ledger_kept)
    await _make_vectors(r, [])
    return report


async def _keep_true(r: Resources, outbox: Outbox) -> None:
    from bot.services import upkeep

    await upkeep.note_changes(r)
    await upkeep.revise(r)
    await upkeep.edit(r, outbox)


@contextlib.contextmanager
def told_to_stop(numbers: tuple[signal.Signals, ...] = STOP) -> Iterator[asyncio.Event]:
    """Set when the process is told to stop. Until the block ends that does nothing else, however often it comes."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in numbers:
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def until_stopped(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T | None:
    """Do ``work`` until it ends by itself or ``stop`` is set; then it may tidy up. Gives its outcome, None if stopped.

    An error of the work is raised. No work is left behind, not even where whoever waits here is cancelled.
    """
    task, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            log.info("stopping")
    finally:
        task.cancel()  # changes nothing where it has ended
        stopped.cancel()
        await asyncio.wait({task})
        ended = None if task.cancelled() else task  # which we asked for
        if ended is not None:
            ended.exception()  # has been seen, also where what cancelled us is raised in its stead
    return ended.result() if ended is not None else None


async def run_discord(settings: Settings, token: str, *, once: bool = False) -> TickReport | None:
    """The bot on Discord until it is told to stop; with ``once`` one round only, whose report is given unless stopped.

    Raises:
        SettingsError: Discord does not accept the token.
        StorageError: the store cannot be opened.
    """
    from bot.discord_ui.client import PaperboyClient, point_at

    point_at(settings.discord_api_url)
    # The signals outlive everything else: one that comes while all is being closed must not cut that short.
    with contextlib.ExitStack() as signals:
        async with open_resources(settings) as r, PaperboyClient(r) as client:

            async def connected() -> asyncio.Task[None]:
                await client.sign_in(token)
                await ingest.ensure_papers(r)  # before anybody can ask for them
                connection = asyncio.create_task(client.connect())
                await client.connected(connection)
                return connection

            async def stay() -> None:
                connection = await connected()
                async with beating(r, client.outbox, ledger_kept=settings.ledger_kept):
                    # Not awaited itself: when we are stopped, a tick that is under way still needs the connection.
                    await asyncio.wait({connection})
                connection.result()

            async def round_only() -> TickReport:
                await connected()
                return await one_round(r, client.outbox, ledger_kept=settings.ledger_kept)

            stop = signals.enter_context(told_to_stop())
            return await until_stopped(round_only() if once else stay(), stop)


async def run_terminal(settings: Settings, *, once: bool = False) -> TickReport | None:
    """The same bot at this terminal, until its input ends or it is told to stop (SIGTERM); ``once`` as on Discord.

    Raises:
        StorageError: the store cannot be opened.
        KeyboardInterrupt: Ctrl-C at an empty prompt.
    """
    from bot.console.terminal_bot import TerminalBot

    with contextlib.ExitStack() as signals:
        async with open_resources(settings) as r:
            terminal = TerminalBot(r)

            async def stay() -> None:
                await terminal.welcome()
                async with beating(r, terminal.outbox, ledger_kept=settings.ledger_kept):
                    await terminal.converse()

            async def round_only() -> TickReport:
                await ingest.ensure_papers(r)
                await ingest.refresh(r)
                await terminal.begin()
                return await one_round(r, terminal.outbox, ledger_kept=settings.ledger_kept)

            # At a prompt Ctrl-C is a key like others.
            stop = signals.enter_context(told_to_stop(STOP if once else (signal.SIGTERM,)))
            return await until_stopped(round_only() if once else stay(), stop)
