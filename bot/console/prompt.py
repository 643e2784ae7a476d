"""Where typed lines come from: a prompt with history and completion, or a pipe. Both leave the event loop free."""

import asyncio
import codecs
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import Style

from bot.console.completion import Choices, complete
from bot.render.post import PAPERBOY_ACCENT

log = structlog.get_logger(__name__)

PROMPT = "paperboy> "
PLACEHOLDER = "words to find, a number, or /help"
MENU_LINES = 8
LONGEST_LINE = 4000
"""Characters of one line that are read; nothing that makes sense is longer."""

_READ_AT_ONCE = 64 * 1024


def state_folder(environ: Mapping[str, str], home: Path, platform: str) -> Path:
    """Where this platform keeps what a program remembers between runs, by the XDG rules on Linux."""
    chosen = environ.get("XDG_STATE_HOME", "")
    if Path(chosen).is_absolute():  # a relative one is to be ignored, say the rules
        return Path(chosen) / "paperboy"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "paperboy"
    if platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "paperboy"
    return home / ".local" / "state" / "paperboy"


def history_in(folder: Path) -> History:
    """The history of typed lines, readable by its owner only; in memory where the folder cannot be written."""
    file = folder / "history"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        with file.open("ab"):
            return FileHistory(file)
    except OSError as error:
        log.info("typed lines are not remembered", file=str(file), problem=error.strerror)
        return InMemoryHistory()


class _Completion(Completer):
    def __init__(self, choices: Callable[[], Choices]) -> None:
        self._choices = choices

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        del complete_event
        for found in complete(document.text_before_cursor, self._choices()):
            yield Completion(found.text, start_position=-found.replaces, display_meta=found.about)


async def typed_lines(choices: Callable[[], Choices], history: History) -> AsyncIterator[str]:
    """Lines from a prompt at the bottom of the terminal, until Ctrl-D. What is printed meanwhile appears above it.

    Raises:
        KeyboardInterrupt: Ctrl-C on an empty line; on any other it only takes the line back.
    """
    session: PromptSession[str] = PromptSession(
        history=history,
        auto_suggest=AutoSuggestFromHistory(),
        completer=_Completion(choices),
        complete_while_typing=Condition(lambda: get_app().current_buffer.text.startswith("/")),
        reserve_space_for_menu=MENU_LINES,
        style=Style.from_dict({"prompt": f"bold #{PAPERBOY_ACCENT:06x}", "placeholder": "#808080"}),
    )
    while True:
        try:
            with patch_stdout(raw=True), _logs_above_the_prompt():
                line = await session.prompt_async(
                    FormattedText([("class:prompt", PROMPT)]),
                    placeholder=FormattedText([("class:placeholder", PLACEHOLDER)]),
                )
        except EOFError:
            return
        except KeyboardInterrupt:
            if session.default_buffer.text:
                continue
            raise
        yield line[:LONGEST_LINE]


@contextmanager
def _logs_above_the_prompt() -> Iterator[None]:
    """Logs that go to this terminal are printed above the prompt, like everything else."""
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.__stderr__ and sys.__stderr__.isatty()
    ]
    for handler in handlers:
        handler.setStream(sys.stderr)
    try:
        yield
    finally:
        for handler in handlers:
            handler.setStream(sys.__stderr__)


async def piped_lines(descriptor: int) -> AsyncIterator[str]:
    """Lines from a pipe or a file until it ends, without the line break; what is no UTF-8 is replaced.

    It is read with a thread that nobody has to wait for: a read from a pipe cannot be interrupted.
    """
    loop = asyncio.get_running_loop()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()

    def read() -> None:
        chunk = b"-"
        while chunk:
            try:
                chunk = os.read(descriptor, _READ_AT_ONCE)
            except OSError:
                chunk = b""  # the other side is gone: the same as an end
            with suppress(RuntimeError):  # the bot has ended meanwhile, and its loop with it
                loop.call_soon_threadsafe(chunks.put_nowait, chunk)

    threading.Thread(target=read, name="typed lines", daemon=True).start()
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    text = ""
    while chunk := await chunks.get():
        *lines, text = (text + decoder.decode(chunk)).split("\n")
        for line in lines:
            yield line[:LONGEST_LINE].rstrip("\r")
        text = text[:LONGEST_LINE]
    text += decoder.decode(b"", final=True)
    if text:
        yield text[:LONGEST_LINE]
