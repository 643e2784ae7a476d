"""What every command begins with: settings, logs, an event loop, and the open store."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import typer

from bot.app import open_resources
from bot.logs import configure_logs
from bot.ports import Resources
from bot.settings import Settings, load_settings


def prepared(*, at_terminal: bool = True) -> Settings:
    """The settings, with logs as they ask. Raises SettingsError."""
    settings = load_settings()
    configure_logs(
        level=settings.level(at_terminal=at_terminal), json=settings.log_format == "json", secrets=settings.secrets
    )
    return settings


def finish(work: Coroutine[Any, Any, int]) -> None:
    """Do the work of a command and end with the exit code that it gives."""
    code = asyncio.run(work)
    if code:
        raise typer.Exit(code)


def with_resources(work: Callable[[Resources], Awaitable[int]]) -> None:
    """Do work that needs the store, and end with the exit code that it gives. Raises BotError, StorageError."""
    settings = prepared()

    async def whole() -> int:
        async with open_resources(settings) as r:
            return await work(r)

    finish(whole())
