"""How a paper may be summed up; apart from how that is done, so that a command line knows it and starts at once."""

from enum import StrEnum


class Style(StrEnum):
    """Kept in buttons for years: a value never changes its meaning."""

    TLDR = "tldr"
    POINTS = "points"
    NEWCOMER = "newcomer"
