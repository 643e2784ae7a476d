"""Rate limits as parameters. Discord publishes no numbers for its routes: these are what is commonly observed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tests.standins.discord import errors

VIA = "1.1 google"
"""A 429 without a Via header comes from Cloudflare; discord.py gives up on those at once."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds; the window opens with the first one."""

    limit: int
    per: float


@dataclass(frozen=True, slots=True)
class Hidden:
    """A limit that no header announces: whoever runs into it gets a 429 with this JSON code and scope."""

    limit: int
    per: float
    code: int = 0
    scope: str = "user"


CROSSPOST, NEW_THREAD, OLD_EDIT, PUBLISHED_EDIT = "crosspost", "new thread", "old edit", "published edit"
"""What hidden limits are about: publishing, new threads and edits of old messages a channel; edits a published one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """``by_operation``: by Discord's operation id, channels (or webhook tokens) apart; ``overall``: the bot.

    ``hidden``: by what they are about, see ``CROSSPOST`` and its neighbours.
    """

    by_operation: Mapping[str, Rate]
    overall: Rate | None
    hidden: Mapping[str, Hidden] = field(default_factory=dict)


USUAL_LIMITS = Limits(
    MappingProxyType(
        {
            "create_message": Rate(5, 5.0),
            "update_message": Rate(5, 5.0),
            "delete_message": Rate(5, 1.0),
            "execute_webhook": Rate(5, 2.0),
            "update_original_webhook_message": Rate(5, 2.0),
        }
    ),
    Rate(50, 1.0),
    MappingProxyType(
        {
            CROSSPOST: Hidden(10, 3600.0),
            OLD_EDIT: Hidden(3, 20.0, code=30046),
            PUBLISHED_EDIT: Hidden(3, 3600.0, code=20022),
        }
    ),
)
NO_LIMITS = Limits(MappingProxyType({}), None)


@dataclass(slots=True)
class _Window:
    rate: Rate | Hidden
    opened: float
    used: int = 0

    def reset_after(self, now: float) -> float:
        return max(self.opened + self.rate.per - now, 0.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a limit says of one request: headers for its answer, and where refused the seconds to wait."""

    headers: Mapping[str, str]
    retry_after: float | None = None
    scope: str = "user"


@dataclass(slots=True)
class RateLimiter:
    limits: Limits
    _windows: dict[str, _Window] = field(default_factory=dict)

    def ask(self, operation: str, major: str, *, now: float, counts_overall: bool) -> Verdict:
        """Count one request. ``now`` in seconds; interactions do not count towards the limit of the whole bot."""
        if counts_overall and self.limits.overall is not None:
            window = self._window("overall", self.limits.overall, now)
            if window.used >= window.rate.limit:
                wait = window.reset_after(now)
                return Verdict({"X-RateLimit-Global": "true"}, retry_after=wait, scope="global")
            window.used += 1
        rate = self.limits.by_operation.get(operation)
        if rate is None:
            return Verdict({})
        window = self._window(f"{operation}:{major}", rate, now)
        refused = window.used >= rate.limit
        if not refused:
            window.used += 1
        reset_after = window.reset_after(now)
        headers = {
            "X-RateLimit-Limit": str(rate.limit),
            "X-RateLimit-Remaining": str(rate.limit - window.used),
            "X-RateLimit-Reset": f"{now + reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{reset_after:.3f}",
            "X-RateLimit-Bucket": f"bucket-{operation}",
        }
        return Verdict(headers, retry_after=reset_after if refused else None)

    def spend(self, about: str, major: object, *, now: float) -> None:
        """Count towards a hidden limit. Raises Refusal where it is used up; a refused request does not count."""
        hidden = self.limits.hidden.get(about)
        if hidden is None:
            return
        window = self._window(f"{about}:{major}", hidden, now)
        if window.used >= hidden.limit:
            raise errors.limited(hidden.code, window.reset_after(now), scope=hidden.scope)
        window.used += 1

    def _window(self, key: str, rate: Rate | Hidden, now: float) -> _Window:
        window = self._windows.get(key)
        if window is None or window.reset_after(now) <= 0:
            window = self._windows[key] = _Window(rate, opened=now)
        return window
