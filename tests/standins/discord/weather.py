"""Bad weather on the wire: faults that nobody scripted, drawn from a seed so that a bad day can be had again."""

import random
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import StrEnum

from tests.standins.discord.faults import Answer, Drop, Fault, Hang, Stall, TooManyRequests

FAILURES = (500, 502, 503, 504)
HTML = "<html><body>bad gateway</body></html>"


class Trouble(StrEnum):
    """What happens to every connection of the gateway."""

    CUT = "cut"
    RECONNECT = "reconnect"
    INVALID = "invalid"
    INVALID_RESUMABLE = "invalid resumable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Of a hundred requests, how many meet each; together at most 100. ``after``: once they were carried out.

    ``limited``: a 429 of the route; ``blocked``: one without Via, as Cloudflare gives it. The last four strike the
    gateway, drawn apart at each request.
    """

    limited: float = 0
    limited_globally: float = 0
    limited_shared: float = 0
    blocked: float = 0
    failing: float = 0
    failing_after: float = 0
    reset: float = 0
    reset_after: float = 0
    lost_after: float = 0
    stall: float = 0
    stall_after: float = 0
    hang: float = 0
    hang_after: float = 0
    cut: float = 0
    reconnect: float = 0
    invalid: float = 0
    invalid_resumable: float = 0


ROUGH = Rates(
    limited=3,
    limited_globally=1,
    limited_shared=1,
    failing=4,
    failing_after=2,
    reset=2,
    reset_after=2,
    lost_after=1,
    stall=2,
    stall_after=2,
    cut=0.5,
    reconnect=0.5,
    invalid=0.3,
    invalid_resumable=0.3,
)
"""A fifth of all requests goes wrong; nothing that takes more than seconds to get over."""


@dataclass(slots=True)
class Weather:
    """One fault or none for each request, by ``seed``, operation and how many of that operation there were before.

    After ``most_in_a_row`` faults on one path its next request is left alone, so that progress is possible; after
    ``most`` faults and troubles altogether it is calm. ``operations``: only these are struck; None is all.
    """

    seed: int
    rates: Rates = ROUGH
    most_in_a_row: int = 2
    most: int | None = None
    operations: Collection[str] | None = None
    retry_after: float = 0.2
    stall_for: float = 0.5
    struck: list[tuple[str, Fault | Trouble]] = field(default_factory=list)
    """What happened so far, oldest first: the operation, and what it met."""
    _seen: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    _in_a_row: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def decide(self, operation: str, path: str, *, by_token: bool) -> tuple[Fault | None, Trouble | None]:
        """``path`` with its method. Limits of the whole bot do not concern what goes ``by_token``."""
        if self.operations is not None and operation not in self.operations:
            return None, None
        self._seen[operation] += 1
        draw = random.Random(f"{self.seed}:{operation}:{self._seen[operation]}")
        fault, trouble = self._fault(draw), self._trouble(draw)
        if by_token and isinstance(fault, TooManyRequests) and fault.scope == "global":
            fault = None
        if self._in_a_row[path] >= self.most_in_a_row:
            fault = None
        if self.most is not None and len(self.struck) >= self.most:
            fault, trouble = None, None
        self.struck += [(operation, what) for what in (fault, trouble) if what is not None]
        self._in_a_row[path] = 0 if fault is None else self._in_a_row[path] + 1
        return fault, trouble

    def _fault(self, draw: random.Random) -> Fault | None:
        rates, wait = self.rates, self.retry_after
        left, status = draw.random() * 100, draw.choice(FAILURES)
        body: dict[str, object] | str = HTML if draw.random() < 0.5 else {"message": "scripted", "code": 0}
        for rate, fault in (
            (rates.limited, TooManyRequests(wait)),
            (rates.limited_globally, TooManyRequests(wait, "global")),
            (rates.limited_shared, TooManyRequests(wait, "shared")),
            (rates.blocked, TooManyRequests(wait, via=False)),
            (rates.failing, Answer(status, body)),
            (rates.failing_after, Answer(status, body, executed=True)),
            (rates.reset, Drop(executed=False, reset=True)),
            (rates.reset_after, Drop(executed=True, reset=True)),
            (rates.lost_after, Drop(executed=True)),
            (rates.stall, Stall(self.stall_for)),
            (rates.stall_after, Stall(self.stall_for, executed=True)),
            (rates.hang, Hang(executed=False)),
            (rates.hang_after, Hang(executed=True)),
        ):
            if left < rate:
                return fault
            left -= rate
        return None

    def _trouble(self, draw: random.Random) -> Trouble | None:
        left = draw.random() * 100
        for trouble in Trouble:
            rate = getattr(self.rates, trouble.replace(" ", "_"))
            if left < rate:
                return trouble
            left -= rate
        return None
