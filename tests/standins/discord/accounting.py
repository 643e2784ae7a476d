"""What the stand-in counts: requests and their answers, invalid ones, messages taken, how fast interactions are met."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field

INVALID_WINDOW = 600.0

LOST = 0
"""The status of a request that got no answer, whether it was carried out or not."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message of the bot that came to stand in a channel; ``at`` is of ``time.monotonic``."""

    at: float
    message_id: int
    channel_id: int


@dataclass(slots=True)
class Accounts:
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By route (``POST /channels/{channel_id}/messages``) and status."""
    limited: Counter[str] = field(default_factory=Counter)
    """How many 429s, by their scope: user, global or shared."""
    accepted: list[Accepted] = field(default_factory=list)
    acknowledged: list[float] = field(default_factory=list)
    """Seconds from each interaction's dispatch to its first answer, in the order of the answers."""
    settled: list[float] = field(default_factory=list)
    """The same to what the person waited for: later where the bot asked for time."""
    most_invalid: int = 0
    """The most invalid requests in any ten minutes until now; at ten thousand Discord blocks the address."""
    _invalid: deque[float] = field(default_factory=deque)

    def count(self, route: str, status: int, *, scope: str = "", now: float) -> None:
        """``scope`` is a 429's; ``now`` in seconds of the stand-in's clock."""
        self.answers[route, status] += 1
        if status == 429:
            self.limited[scope] += 1
        if status in (401, 403) or (status == 429 and scope != "shared"):
            self._invalid.append(now)
            self.most_invalid = max(self.most_invalid, self.invalid(now))

    def invalid(self, now: float) -> int:
        """Invalid requests in the ten minutes up to ``now``: 401, 403 and 429, but not those of shared limits."""
        while self._invalid and self._invalid[0] <= now - INVALID_WINDOW:
            self._invalid.popleft()
        return len(self._invalid)

    def accept(self, message_id: int, channel_id: int) -> None:
        self.accepted.append(Accepted(time.monotonic(), message_id, channel_id))

    def requests(self, route: str | None = None) -> int:
        """All of them, or those to one route."""
        return sum(count for (each, _), count in self.answers.items() if route in (None, each))

    def with_status(self, status: int) -> int:
        return sum(count for (_, each), count in self.answers.items() if each == status)
