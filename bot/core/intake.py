"""How well a source's answers can be read: what is usual, when that has changed, and what is wrong with the rest.

A site that changes its format seldom says so: its answers come as ever, and fewer of their papers can be read. What is
usual is learnt slowly from the looks that are as usual, so that it does not learn the damage.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LEARNT = 0.1
"""How much one look counts for what is usual."""
DROP = 0.1
"""So much of a look less than usual that can be read is a change, be the site large or small."""
FEWEST = 2
"""One bad item is an accident."""
MOST_KINDS = 5

_PARTICULARS = re.compile(r"“[^”]*”|'[^']*'|\"[^\"]*\"|\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What the parts of one look brought together: how many items, and those that are no papers, as ``kinds`` takes."""

    fetched: int = 0
    rejects: tuple[tuple[str, str], ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(fetched=self.fetched + other.fetched, rejects=self.rejects + other.rejects)


def share(*, fetched: int, rejected: int) -> float | None:
    """How much of an answer could be read, from 0 to 1; None of one that held nothing."""
    return 1 - rejected / fetched if fetched else None


def has_changed(usual: float | None, *, fetched: int, rejected: int) -> bool:
    """Whether clearly less could be read than usual."""
    read = share(fetched=fetched, rejected=rejected)
    return usual is not None and read is not None and rejected >= FEWEST and read < usual - DROP


def learnt(usual: float | None, *, fetched: int, rejected: int) -> float | None:
    """What is usual after one more look."""
    read = share(fetched=fetched, rejected=rejected)
    if read is None or has_changed(usual, fetched=fetched, rejected=rejected):
        return usual
    return read if usual is None else usual + LEARNT * (read - usual)


def kinds(rejects: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """The first item of each kind of reason, quoted, and how many there are like it; the most frequent kinds first.

    A reject is what it is shown as, and the reason. Reasons are of one kind where only names and numbers differ.
    """
    found: dict[str, tuple[str, int]] = {}
    for shown, reason in rejects:
        kind = _PARTICULARS.sub("", reason)
        first, count = found.get(kind, (f"{shown}: {reason}", 0))
        found[kind] = (first, count + 1)
    most = sorted(found.values(), key=lambda one: -one[1])[:MOST_KINDS]
    return tuple(f"{first} (and {count - 1:,} more like it)" if count > 1 else first for first, count in most)
