"""IANA time zones as people write them."""

import difflib
import functools
import zoneinfo

from bot.core.text import clean
from bot.errors import InvalidInput

COMMON = (
    "UTC", "Europe/Berlin", "Europe/London", "Europe/Paris", "Europe/Madrid", "Europe/Rome", "Europe/Zurich",
    "Europe/Amsterdam", "Europe/Warsaw", "Europe/Istanbul", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "America/Toronto", "America/Sao_Paulo", "Africa/Lagos", "Africa/Johannesburg", "Asia/Dubai",
    "Asia/Kolkata", "Asia/Singapore", "Asia/Shanghai", "Asia/Tokyo", "Asia/Seoul", "Australia/Sydney",
)  # fmt: skip
"""Offered before anything is typed and before their neighbours."""
NOT_ZONES = frozenset({"localtime", "posixrules", "Factory"})
"""Files beside the zones that depend on the machine or stand for "not set"."""
LONGEST = 60
NEAR = 3


@functools.cache
def _zones() -> dict[str, str]:
    """Every zone by its folded name, the common ones first."""
    known = zoneinfo.available_timezones() - NOT_ZONES
    ordered = [zone for zone in COMMON if zone in known] + sorted(known - set(COMMON))
    return {_folded(zone): zone for zone in ordered}


def parse_zone(text: str) -> str:
    """The IANA name that ``text`` writes, in any case, with spaces or underscores.

    Raises:
        InvalidInput: there is no such zone; the message names those that are near.
    """
    typed = clean(text, LONGEST)
    zone = _zones().get(_folded(typed))
    if zone is not None:
        return zone
    near = _near(typed) if typed else ()
    hint = f"Did you mean {' or '.join(near)}?" if near else "Write a zone such as Europe/Berlin or America/New_York."
    raise InvalidInput(f"“{typed}” is not a time zone. {hint}" if typed else f"No time zone was named. {hint}")


def find_zones(typed: str, limit: int = 25) -> tuple[str, ...]:
    """The zones that ``typed`` may be the beginning of: names and cities that begin with it, then those that hold it.

    Within each group common zones come first, then the alphabet. Nothing typed gives the common ones.
    """
    wanted = _folded(clean(typed, LONGEST))
    zones = _zones()
    if not wanted:
        return tuple(zones.values())[: min(limit, len(COMMON))]
    begin, inside = [], []
    for folded, zone in zones.items():
        if folded.startswith(wanted) or f"/{wanted}" in folded:
            begin.append(zone)
        elif wanted in folded:
            inside.append(zone)
    return tuple((begin + inside)[: max(0, limit)])


def _near(typed: str) -> tuple[str, ...]:
    """Zones of that city, else those that hold what was typed, else those of a similar spelling."""
    wanted = _folded(typed)
    cities = [zone for folded, zone in _zones().items() if folded.rpartition("/")[2] == wanted.rpartition("/")[2]]
    if cities:
        return tuple(cities[:NEAR])
    if held := find_zones(typed, NEAR):
        return held
    by_name = {**{folded.rpartition("/")[2]: zone for folded, zone in reversed(_zones().items())}, **_zones()}
    alike = difflib.get_close_matches(wanted, by_name, n=NEAR, cutoff=0.7)
    return tuple(dict.fromkeys(by_name[name] for name in alike))


def _folded(name: str) -> str:
    return "_".join(name.casefold().replace("_", " ").split())
