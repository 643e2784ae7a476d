"""A row of the table, and how a time is taken."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

RECORDED = Path(__file__).parents[2] / "shared" / "data" / "hf-daily"
"""Recorded answers of the Hugging Face API, where this machine has them; else the bundled sample is measured."""


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    ours: str
    beside: str
    theirs: str
    ratio: str


def compare(what: str, ours: float, beside: str, theirs: float, unit: str) -> Row:
    """A row of two medians in the same unit."""
    return Row(what, f"{ours:,.2f} {unit}", beside, f"{theirs:,.2f} {unit}", f"{ours / theirs:.2f}")


def seconds(call: Callable[[], object]) -> float:
    """How long one call takes."""
    started = perf_counter()
    call()
    return perf_counter() - started
