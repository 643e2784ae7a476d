"""Which store a database holds and which one it was copied from: what an index of it may be used for.

A store gets its number when its tables are made. A copy, made by ``db copy``, a backup or a restore, is another store
from there on, since either may go on by itself; what is derived from the former one up to that moment is true of both.
"""

import secrets
from dataclasses import dataclass

STORE, COPIED_FROM, COPIED_AT = "store", "copied from", "copied at"
"""Counters: the store's number, that of the store it was copied from, and the last revision that both share."""

PARTED = (
    "UPDATE counters SET value = (SELECT value FROM counters WHERE name = 'store') WHERE name = 'copied from'",
    "UPDATE counters SET value = (SELECT value FROM counters WHERE name = 'revision') WHERE name = 'copied at'",
    "UPDATE counters SET value = :number WHERE name = 'store'",
)
"""What makes a copy a store of its own, by a new ``number``; nothing where its tables are older than that."""


@dataclass(frozen=True, slots=True)
class Lineage:
    store: int
    copied_from: int
    copied_at: int

    def shares(self, store: int, revision: int) -> bool:
        """Whether what was read of ``store`` up to ``revision`` is true of this one."""
        return bool(store) and (store == self.store or (store == self.copied_from and revision <= self.copied_at))


def new_number() -> int:
    """A number that no other store has; 0 is nobody's."""
    return 1 + secrets.randbelow(2**63 - 1)
