"""``paperboy doctor``: what is misconfigured or broken on this machine, each with the way to mend it."""

import asyncio
import shutil
import sys
import urllib.error
import urllib.request
import zoneinfo
from collections.abc import AsyncIterator, Mapping
from importlib.metadata import version

from rich.console import Console
from rich.style import Style as Ink
from rich.text import Text

from bot.answering.model import ByModel
from bot.app import open_resources
from bot.cli import delivering, looking
from bot.cli.exit_codes import DONE, FAILED, WRONG_CALL
from bot.cli.finding import Finding, Verdict
from bot.cli.session import finish
from bot.console.layout import hung, wrap
from bot.console.terminal import Screen
from bot.console.trouble import told
from bot.core.reports import Health
from bot.errors import MeaningUnavailable, ModelFailed, ModelFault, SettingsError
from bot.logs import configure_logs
from bot.meaning import missing
from bot.ports import Resources
from bot.render.phrases import counted
from bot.services import examination, health
from bot.settings import ENV_FILE, Settings, load_settings
from storage.errors import StorageError

PATIENCE = 10.0
"""Seconds that a site may take to answer."""

LEAST_ROOM = 200 * 2**20
FEWEST_ZONES = 300
UNAUTHORIZED = 401
USER_AGENT = f"DiscordBot (paperboy, {version('paperboy')})"
"""In the form that Discord asks of every client."""


def run() -> None:
    """Look at everything and tell of it; fails where something is wrong, with 2 where it is the settings."""
    finish(_examine(Screen(Console())))


async def _examine(screen: Screen) -> int:
    try:
        settings = load_settings()
    except SettingsError as error:
        for problem in error.problems:
            _tell(screen, Finding(about="Settings", verdict=Verdict.BAD, words=str(problem)))
        return WRONG_CALL
    configure_logs(level=settings.level(at_terminal=True), json=False, secrets=settings.secrets)
    bad = 0
    async for finding in findings(settings):
        _tell(screen, finding)
        bad += finding.verdict is Verdict.BAD
    screen.say("\nNothing is wrong." if not bad else f"\n{bad} to mend.")
    return FAILED if bad else DONE


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that is looked at, in the order in which it matters."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield _good("Program", f"Paperboy {version('paperboy')} on Python {python}")
    source = f"{ENV_FILE} and the environment" if ENV_FILE.is_file() else "the environment; there is no .env here"
    yield _good("Settings", f"read from {source}")
    yield _zones()
    async for finding in _store(settings):
        yield finding
    yield await asyncio.to_thread(_hugging_face, settings)
    yield await asyncio.to_thread(_discord, settings)


async def _store(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with open_resources(settings) as r:
            name = str(r.store)
            found, examined = await health.status(r), await examination.examine(r)
            reading = await _meaning(settings, r, found)
            answering = await _models(settings, r)
    except StorageError as error:
        yield Finding(about="Store", verdict=Verdict.BAD, words=told(error))
        return
    yield _good("Store", f"{name} holds {found.papers:,} papers and is up to date")
    yield _room(settings)
    if found.index_behind:
        words = f"{found.index_behind:,} changes are not in the search index yet"
        yield Finding(about="Search", verdict=Verdict.NOTE, words=words, mend="The next search takes them in.")
    yield reading
    for finding in answering:
        yield finding
    kept = f"the record of each delivery is kept for {settings.ledger_days:,} days (LEDGER_DAYS)"
    yield _good("Ledger", f"{kept}; which papers were posted where, for ever")
    deliveries = delivering.findings([one.setup for one in found.setups], examined)
    for finding in (*looking.findings(found, settings.papers_folder), *deliveries):
        yield finding


async def _meaning(settings: Settings, r: Resources, found: Health) -> Finding:
    about = "Meaning"
    if not settings.semantic:
        return Finding(about=about, verdict=Verdict.NOTE, words="search goes by words alone: SEMANTIC is off")
    if r.embedder is None:
        words = f"search goes by words alone: {' and '.join(missing())} is not installed"
        mend = "Install it with: make setup. Or set SEMANTIC=off."
        return Finding(about=about, verdict=Verdict.NOTE, words=words, mend=mend)
    try:
        await r.embedder.of_query("Does it work here?")
    except MeaningUnavailable as problem:
        mend = "Install it again with: make setup. Or set SEMANTIC=off. Search goes by words alone meanwhile."
        return Finding(about=about, verdict=Verdict.BAD, words=str(problem), mend=mend)
    if found.vectors_behind:
        waiting = counted(found.vectors_behind, "paper is", "papers are")
        words = f"the model works; {waiting} not read for their meaning yet and found by words alone"
        mend = "A running bot reads them by itself; so does: paperboy db vectors"
        return Finding(about=about, verdict=Verdict.NOTE, words=words, mend=mend)
    return _good(about, "search goes by words and meaning; the model works")


async def _models(settings: Settings, r: Resources) -> list[Finding]:
    """Whether each model that is offered answers."""
    models = [one for one in (r.answerer, *r.further_models) if isinstance(one, ByModel)]
    if not models:
        return [_good("Model", "none; questions are answered with the papers' passages (LLM_BASE_URL is not set)")]
    return [await _model(one, f"{one.name} at {settings.llm_base_url}") for one in models]


async def _model(model: ByModel, name: str) -> Finding:
    try:
        await model.try_out()
    except ModelFailed as problem:
        spent = problem.fault is ModelFault.BUDGET
        mend = "" if spent else "Check LLM_BASE_URL, LLM_MODEL and LLM_API_KEY, and that the server runs. "
        return Finding(
            about="Model",
            verdict=Verdict.NOTE if spent else Verdict.BAD,
            words=f"{name} does not answer: {problem}",
            mend=f"{mend}Passages come meanwhile.",
        )
    return _good("Model", f"{name} answers; questions and passages of papers go there")


def _room(settings: Settings) -> Finding:
    folder = settings.index_folder.absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    words = f"{free / 2**30:,.1f} GB are free beside the search index"
    if free >= LEAST_ROOM:
        return _good("Disk", words)
    mend = "Make room, or put the store and the index elsewhere with DATABASE_URL and INDEX_PATH."
    return Finding(about="Disk", verdict=Verdict.BAD, words=words, mend=mend)


def _zones() -> Finding:
    known = len(zoneinfo.available_timezones())
    if known >= FEWEST_ZONES:
        return _good("Time zones", f"{known} are known")
    mend = "Install them again with: make setup"
    return Finding(about="Time zones", verdict=Verdict.BAD, words=f"only {known} are known", mend=mend)


def _hugging_face(settings: Settings) -> Finding:
    about = "Hugging Face"
    token = settings.hf_token
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token is not None else {}
    status, problem = _ask(f"{settings.hf_endpoint}/api/daily_papers?limit=1", headers)
    if status == UNAUTHORIZED and token is not None:
        return Finding(
            about=about, verdict=Verdict.BAD, words="refuses HF_TOKEN", mend="Make a new one, or leave it empty."
        )
    if problem:
        mend = f"Check the network, HTTPS_PROXY and HF_ENDPOINT={settings.hf_endpoint}. The store answers meanwhile."
        return Finding(about=about, verdict=Verdict.NOTE, words=problem, mend=mend)
    return _good(about, f"{settings.hf_endpoint} answers")


def _discord(settings: Settings) -> Finding:
    about = "Discord"
    if settings.discord_token is None:
        mend = "Set DISCORD_TOKEN to run on Discord; the README tells how to get one."
        return Finding(
            about=about, verdict=Verdict.NOTE, words="no DISCORD_TOKEN: the bot runs at this terminal", mend=mend
        )
    headers = {"Authorization": f"Bot {settings.discord_token.get_secret_value()}", "User-Agent": USER_AGENT}
    status, problem = _ask(f"{settings.discord_api_url}/users/@me", headers)
    if status == UNAUTHORIZED:
        mend = "Reset the token in the developer portal (Bot, Reset Token) and put the new one into DISCORD_TOKEN."
        return Finding(about=about, verdict=Verdict.BAD, words="refuses DISCORD_TOKEN", mend=mend)
    if problem:
        mend = f"Check the network and DISCORD_API_URL={settings.discord_api_url}."
        return Finding(about=about, verdict=Verdict.BAD, words=problem, mend=mend)
    return _good(about, "accepts the token")


def _ask(url: str, headers: Mapping[str, str]) -> tuple[int | None, str]:
    """The status that ``url`` answers with, and what is wrong with it; nothing of the answer is used."""
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310  # settings take web addresses only
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310  # as above
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, f"answered HTTP {error.code}"
    except (OSError, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        return None, f"cannot be reached ({reason})"


def _good(about: str, words: str) -> Finding:
    return Finding(about=about, verdict=Verdict.GOOD, words=words)


def _tell(screen: Screen, finding: Finding) -> None:
    colour = {Verdict.GOOD: "green", Verdict.NOTE: "yellow", Verdict.BAD: "red"}[finding.verdict]
    mark = f"{finding.verdict.value:<6}"
    width = screen.look.width - len(mark)
    words = wrap(Text(f"{finding.about}: {finding.words}"), width)
    mend = wrap(Text().append(finding.mend, Ink(dim=True)), width) if finding.mend else ()
    for line in hung(mark, " " * len(mark), [*words, *mend], Ink(color=colour, bold=True)):
        screen.show_line(line)
