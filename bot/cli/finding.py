"""One thing that ``paperboy doctor`` has looked at."""

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    GOOD = "ok"
    NOTE = "note"
    BAD = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; ``mend`` says what to do about it."""

    about: str
    verdict: Verdict
    words: str
    mend: str = ""
