"""Time inside the stand-in, which a test can move forward, and the ids that Discord derives from it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

DISCORD_EPOCH_MS = 1_420_070_400_000
"""The first millisecond of 2015, from which Discord counts."""


@dataclass(slots=True)
class StandInClock:
    """Runs at real speed; starts at ``start`` where given and jumps with ``advance``."""

    start: datetime | None = None
    _offset: timedelta = field(init=False)

    def __post_init__(self) -> None:
        self._offset = timedelta() if self.start is None else self.start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, step: timedelta) -> None:
        self._offset += step


def moment_of(snowflake: int) -> datetime:
    """When that id was given."""
    return datetime.fromtimestamp(((snowflake >> 22) + DISCORD_EPOCH_MS) / 1000, UTC)


@dataclass(slots=True)
class Snowflakes:
    """Ids that rise strictly and carry the moment at which they were given."""

    clock: StandInClock
    _last: int = 0

    def next(self) -> int:
        milliseconds = int(self.clock.now().timestamp() * 1000) - DISCORD_EPOCH_MS
        self._last = max(self._last + 1, milliseconds << 22)
        return self._last
