"""What the doctor says of the sources: how the last look at each went, what was unreadable, when the next one is."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from bot.cli.finding import Finding, Verdict
from bot.core.intake import has_changed
from bot.core.reports import Health
from bot.errors import SourceUnreachable
from bot.render.phrases import counted, duration
from bot.render.status import source_name
from bot.sources.folder import stamps
from storage.source_state import SourceState


def findings(found: Health, folder: Path | None) -> Iterator[Finding]:
    """Of each source that was ever asked, and of the ``folder`` of reference files where one is set."""
    if found.is_sample:
        mend = "Fetch real ones with: paperboy ingest"
        yield Finding(about="Papers", verdict=Verdict.NOTE, words="only the bundled sample is here so far", mend=mend)
    for state in found.sources:
        yield _source(state, found.now, found.next_looks.get(state.name))
    if folder is not None:
        yield _folder(folder)


def _source(state: SourceState, now: datetime, next_look: datetime | None) -> Finding:
    name, mend = source_name(state), f"The next look is in {duration(next_look - now)}." if next_look else ""
    if has_changed(state.usual_share, fetched=state.fetched, rejected=state.rejected):
        words = f"{state.rejected:,} of {state.fetched:,} papers of {name} could not be read, many more than usual"
        mend = "The site may have changed its format: look for a newer version of Paperboy."
        return Finding(about="Source", verdict=Verdict.BAD, words=f"{words}{_kinds(state)}{_failed(state)}", mend=mend)
    read = f"never read yet{_failed(state)}"
    if state.succeeded_at is not None:
        ago = f"last read {duration(now - state.succeeded_at)} ago, {counted(state.fetched, 'paper')}"
        bad = f", {state.rejected:,} of them unreadable{_kinds(state)}" if state.rejected else ""
        read = f"{ago}{bad}{_failed(state)}"
    verdict = Verdict.NOTE if state.problem else Verdict.GOOD
    return Finding(about="Source", verdict=verdict, words=f"{name}: {read}", mend=mend)


def _kinds(state: SourceState) -> str:
    return f"; the first of each kind: {'; '.join(state.rejects)}" if state.rejects else ""


def _failed(state: SourceState) -> str:
    return f"; it failed when it was last asked: {state.problem}" if state.problem else ""


def _folder(folder: Path) -> Finding:
    about = "Folder"
    try:
        files = len(stamps(folder))
    except SourceUnreachable as problem:
        mend = "Name a folder in PAPERS_FOLDER that this user may read."
        return Finding(about=about, verdict=Verdict.BAD, words=str(problem), mend=mend)
    if not files:
        mend = "Put .bib or .json files into it; those in folders inside of it are not looked at."
        return Finding(about=about, verdict=Verdict.NOTE, words=f"{folder} holds no reference files", mend=mend)
    return Finding(about=about, verdict=Verdict.GOOD, words=f"{folder} holds {counted(files, 'reference file')}")
