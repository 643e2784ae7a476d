"""What every command begins with: settings, logs, an event loop, and the open store."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import Any

import typer

from bot.app import PATIENCE, open_resources
from bot.logs import configure_logs
from bot.ports import Resources
from bot.settings import Settings, load_settings


def prepared() -> Settings:
    """The settings of a command at a shell, with logs as they ask. Raises SettingsError."""
    settings = load_settings()
    log_as_asked(settings, at_terminal=True)
    return settings


def log_as_asked(settings: Settings, *, at_terminal: bool) -> None:
    """Logs in the form and from the level on that the settings name."""
    configure_logs(
        level=settings.level(at_terminal=at_terminal), json=settings.log_format == "json", secrets=settings.secrets
    )


def finish(work: Coroutine[Any, Any, int]) -> None:
    """Do the work of a command and end with the exit code that it gives."""
    code = asyncio.run(work)
    if code:
        raise typer.Exit(code)


def with_resources(work: Callable[[Resources], Awaitable[int]], *, patience: timedelta = PATIENCE) -> None:
    """Do work that needs the store, and end with the exit code that it gives. Raises BotError, StorageError."""
    settings = prepared()

    async def whole() -> int:
        async with open_resources(settings, patience=patience) as r:
            return await work(r)

    finish(whole())
