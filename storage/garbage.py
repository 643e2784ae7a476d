"""Looking for garbage, which Python does again and again while many objects are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 200_000
"""New ones between two looks: more than a batch of papers is made of."""


@contextmanager
def looked_for_seldom() -> Iterator[None]:
    """While millions of papers pass through, which leave nothing that needs such a look. For the whole process.

    All looks together take a tenth of the processor's time or more.
    """
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
