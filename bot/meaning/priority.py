"""Threads that stand back behind others."""

import contextlib
import os
import sys
from threading import get_native_id

NICE = 5
"""A third of the time of whoever else wants the core. Not less: between two texts the thread holds the interpreter's
lock for some microseconds, and while it waited for its turn then, the event loop would wait for it."""


def stand_back() -> None:
    """Lower the priority of the calling thread, where the system knows such a thing for threads: on Linux."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # then it has the same priority as everybody
            os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)
