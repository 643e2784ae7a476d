"""How long a server asks to be left alone, in HTTP's own header. Pure: time is an argument."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(hours=1)
"""No site's word keeps us away for longer; a mistaken header must not silence it for days."""

_SECONDS = re.compile(r"\d{1,9}(?:\.\d+)?", re.ASCII)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """What ``Retry-After`` asks for, seconds or date; None where it is absent or cannot be read."""
    told = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(told):
        wait = timedelta(seconds=float(told))
    else:
        try:
            moment = parsedate_to_datetime(told)
        except ValueError:
            return None
        # A date in HTTP is in GMT, also where its author forgot to say so.
        wait = (moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment) - now
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
