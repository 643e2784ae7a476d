"""What a site says of its patience, and the gate that holds us to it. Pure: time is an argument.

The headers are those of the IETF draft "RateLimit header fields for HTTP" as Hugging Face sends them
(``RateLimit: "api";r=489;t=120`` and ``RateLimit-Policy: "fixed window";"api";q=500;w=300``), and HTTP's own
``Retry-After`` in seconds or as a date.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.core.retry_after import LONGEST_WAIT, retry_after

MARGIN = timedelta(seconds=1)
"""Windows are counted in whole seconds, so the first free moment is one second later than told."""
UNSAID = timedelta(seconds=60)
"""How long to wait where a site refuses without saying for how long."""
SCARCE_SHARE = 0.05
"""The last twentieth of a window's requests is spread over what is left of the window."""
SCARCE_AT_LEAST = 5
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_LIMIT = re.compile(r"\br=(\d{1,9})(?:\.\d+)?\s*;\s*t=(\d{1,9})", re.ASCII)
_QUOTA = re.compile(r"\bq=(\d{1,9})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """How many requests are left in the running window, and when it ends."""

    remaining: int
    resets_in: timedelta
    quota: int | None = None

    @classmethod
    def from_headers(cls, headers: Mapping[str, str]) -> "RateLimit | None":
        """The tightest of the limits that are told, or None. The names in ``headers`` are in small letters."""
        told = [(int(left), int(seconds)) for left, seconds in _LIMIT.findall(headers.get("ratelimit", ""))]
        if not told:
            return None
        remaining, seconds = min(told)
        quota = _QUOTA.search(headers.get("ratelimit-policy", ""))
        return cls(
            remaining=remaining,
            resets_in=min(timedelta(seconds=seconds), LONGEST_WAIT),
            quota=int(quota.group(1)) if quota else None,
        )

    @property
    def pace(self) -> timedelta:
        """How long to leave between two requests so that the window lasts; nothing while there is plenty."""
        scarce = max(SCARCE_AT_LEAST, round((self.quota or 0) * SCARCE_SHARE))
        return timedelta(0) if self.remaining > scarce else self.resets_in / (self.remaining + 1)


def refused_for(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long a site that answered 429 wants to be left alone: the longest of what it tells."""
    limit = RateLimit.from_headers(headers)
    told = [limit.resets_in + MARGIN] if limit is not None else []
    if (after := retry_after(headers, now)) is not None:
        told.append(after)
    return min(max(told, default=UNSAID), LONGEST_WAIT)


@dataclass(slots=True)
class Gate:
    """One site's gate, the same for everybody: shut until the site's window begins anew, ajar while little is left."""

    _shut_until: datetime = LONG_AGO
    _ajar_until: datetime = LONG_AGO

    def shut(self, until: datetime) -> None:
        """Nobody goes through before ``until``."""
        self._shut_until = max(self._shut_until, until)

    def learn(self, headers: Mapping[str, str], now: datetime) -> None:
        """Take in what an answer tells of the limit."""
        limit = RateLimit.from_headers(headers)
        if limit is None:
            return
        if limit.remaining == 0:
            self.shut(now + limit.resets_in + MARGIN)
        self._ajar_until = now + limit.pace if limit.pace else LONG_AGO

    def shut_for(self, now: datetime) -> timedelta:
        """How long it stays shut. A clock that was set back does not prolong it past ``LONGEST_WAIT`` from here."""
        self._shut_until = min(self._shut_until, now + LONGEST_WAIT)
        return max(self._shut_until - now, timedelta(0))

    def ajar_for(self, now: datetime) -> timedelta:
        """How long whoever can wait should."""
        self._ajar_until = min(self._ajar_until, now + LONGEST_WAIT)
        return max(self._ajar_until - now, timedelta(0))
