"""Waiting for something to become true in the stand-in, without polling."""

import asyncio
from collections.abc import Callable


class Signal:
    """Told after every change; whoever waits looks again."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def tell(self) -> None:
        self._changed.set()

    async def until(self, holds: Callable[[], bool], seconds: float) -> None:
        """Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._changed.clear()
                await self._changed.wait()
